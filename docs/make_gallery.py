"""A picture of a run's map: python docs/make_gallery.py runs/baseline-2024 docs/gallery/baseline-2024.png"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
SETTLED_MS = 4000  # the page draws in steps after it has loaded


def picture(run: Path, target: Path) -> None:
    """Writes what a browser without a network shows of the run's map.html, 1400 x 900 pixels."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        context = chrome.new_context(viewport={"width": 1400, "height": 900}, offline=True)
        page = context.new_page()
        page.goto((run / "map.html").resolve().as_uri())
        page.wait_for_timeout(SETTLED_MS)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        chrome.close()
    # 256 colours are enough for a map and a third of the bytes
    Image.open(target).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    picture(Path(sys.argv[1]), Path(sys.argv[2]))
