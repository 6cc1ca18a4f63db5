"""Makes docs/gallery from the shipped scenarios: python docs/make_gallery.py [PICTURE …]

What a run needs is run into build/gallery (`phusong run`, minutes for the whole province) unless it is there. To
take one picture of any run: python docs/make_gallery.py --run RUN PICTURE.png
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
RUNS = ROOT / "build" / "gallery"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
READY = "() => document.documentElement.dataset.ready === 'yes'"
SETTLED_MS = 1500  # what flies or unpacks beside the page comes to rest
DESKTOP, PHONE = (1400, 900), (390, 844)


@dataclass(frozen=True)
class Scene:
    """One picture: the command that makes its page, and what is done on the page before it is taken."""

    command: tuple[str, ...]  # of phusong; {runs} is the folder of runs, its last word the run's name there
    does: str = ""
    window: tuple[int, int] = DESKTOP


BASE = ("run", "baseline-2024")
SCENES = {
    "baseline-2024": Scene(BASE),
    "best-server": Scene(BASE, "PS.set({ view: 'server', layer: 'viettel-4g' })"),
    "gap": Scene(BASE, "PS.tab(PS.$('tab-gaps')); PS.showGap(PS.gapsOf(PS.run())[0])"),
    "border-road": Scene(
        BASE,
        "PS.set({ added: { ...PS.state.added, 'border-road': true }, layer: 'mobifone-4g' });"
        " PS.map.setView([11.98, 106.72], 10.5, { animate: false })",
    ),
    "choropleth": Scene(BASE, "PS.set({ view: 'none', choropleth: true, units: 'unit_2025' })"),
    "phone": Scene(BASE, window=PHONE),
    "before-after": Scene(("compare", "{runs}/baseline-2024", "{runs}/border")),
}


def page_of(scene: Scene) -> Path:
    """The scene's page, made if it is not there."""
    what, *names = scene.command
    if what == "run":
        folder = RUNS / names[0]
        if not (folder / "map.html").is_file():
            _phusong("run", names[0], "--out", str(folder))
        return folder / "map.html"
    runs = [RUNS / Path(name).name for name in names]
    for run in runs:
        page_of(Scene(("run", run.name)))
    folder = RUNS / ("compare-" + "-".join(run.name for run in runs))
    if not folder.is_dir():
        _phusong("compare", *map(str, runs), "--out", str(folder))
    return folder / "map.html"


def _phusong(*words: str) -> None:
    RUNS.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "phusong.scenarios", *words], cwd=ROOT, check=True)


def picture(page_file: Path, target: Path, *, does: str = "", window: tuple[int, int] = DESKTOP) -> None:
    """Writes what a browser without a network shows of a map."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    touch: dict[str, Any] = {"has_touch": True, "is_mobile": True} if window == PHONE else {}
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        context = chrome.new_context(
            viewport={"width": window[0], "height": window[1]}, offline=True, reduced_motion="reduce", **touch
        )
        page = context.new_page()
        page.goto(page_file.resolve().as_uri())
        page.wait_for_function(READY, timeout=120_000)
        if does:
            page.evaluate(does)
        page.wait_for_timeout(SETTLED_MS)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        chrome.close()
    # 256 colours are enough for a map and a third of the bytes
    Image.open(target).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


def main(words: list[str]) -> None:
    """Every scene, or those named."""
    if words[:1] == ["--run"]:
        picture(Path(words[1]) / "map.html", Path(words[2]))
        return
    for name in words or SCENES:
        scene = SCENES[name]
        picture(
            page_of(scene), ROOT / "docs" / "gallery" / f"{name}.png", does=scene.does, window=scene.window
        )


if __name__ == "__main__":
    main(sys.argv[1:])
