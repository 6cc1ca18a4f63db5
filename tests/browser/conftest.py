"""A real browser with every host unreachable, for pages opened as files."""

from __future__ import annotations

import os
import runpy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]


def missing(what: str) -> None:
    """A skip on a developer's machine, a failure where CI=true promises that everything is there."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        missing("no Chrome or Chromium found: `make browser` installs Debian's where it can")
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield chrome
        chrome.close()


@dataclass
class Opened:
    """A page, and all that it asked for and said."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]


@pytest.fixture(scope="module")
def open_page(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens a file and waits until its map is ready."""
    contexts = []

    def open_(path: Path, *, link: str = "", **options: Any) -> Opened:
        context = browser.new_context(**({"viewport": {"width": 1400, "height": 900}} | options))
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.messages.append(message.text))
        opened.page.on("pageerror", lambda error: opened.messages.append(str(error)))
        opened.page.goto(path.as_uri() + link)
        opened.page.wait_for_function("() => document.documentElement.dataset.ready === 'yes'")
        return opened

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's source, from npm."""
    folder = ROOT / "build" / "browser"
    vendor = ROOT / "scenarios" / "maps" / "assets" / "vendor.py"
    if not (folder / "axe.min.js").is_file():
        module = runpy.run_path(str(vendor))
        try:
            module["install"](folder, module["DEV"])
        except SystemExit as error:
            missing(str(error))
    return (folder / "axe.min.js").read_text("utf-8")
