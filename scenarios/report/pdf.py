"""A report or a map as PDF, printed by a Chrome or Chromium that is on the machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from phusong.geodata.errors import InputError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")


def print_pdf(page: Path, path: Path) -> None:
    """Print an HTML file of phusong to `path`. InputError where no browser is found or it gives up."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise InputError(
            f"a PDF needs Chrome or Chromium, and none was found; open {page} in any browser and print it"
        )
    with tempfile.TemporaryDirectory(prefix="phusong-print-") as folder:
        draft = Path(folder) / "page.pdf"
        command = [
            browser,
            "--headless",
            "--no-sandbox",  # it opens one local file that asks for nothing
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            "--no-pdf-header-footer",
            "--virtual-time-budget=10000",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={draft}",
            page.resolve().as_uri(),
        ]
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=120)
        except (subprocess.SubprocessError, OSError) as error:
            raise InputError(f"{browser} could not print {page} ({type(error).__name__})") from None
        if not draft.is_file():
            raise InputError(f"{browser} printed nothing of {page}")
        shutil.move(draft, path)
