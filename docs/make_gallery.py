"""Makes docs/gallery from the shipped scenarios: python docs/make_gallery.py [PICTURE …]

What a run needs is run into build/gallery unless it is there: `phusong run baseline-2024` takes minutes for the
whole province; the others are one district each. To take one picture of any run:

    python docs/make_gallery.py --run RUN PICTURE.png
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
MOST_BYTES = 400_000
SETTLED_MS = 2000  # what flies or unpacks beside the page comes to rest
DESKTOP, PHONE, PAGE = (1400, 900), (390, 844), (820, 1080)


@dataclass(frozen=True)
class Run:
    """A run in build/gallery: a shipped scenario, or a part of one, and what is asked of the command beside it."""

    part: str = ""  # of the scenario's file, after `base`
    base: str = ""  # empty: the shipped scenario of the run's own name
    words: tuple[str, ...] = ()


QUICK = "outages = false\nexplain_gaps = false\n[uncertainty]\nenabled = false\n"
ASKED = {
    "baseline-2024": Run(),
    "bu-gia-map": Run('area = ["Huyện Bù Gia Mập"]\n' + QUICK, "baseline-2024"),
    "bu-gia-map-border": Run('area = ["Huyện Bù Gia Mập"]\n' + QUICK, "border"),
    "opinion": Run(
        'area = ["Huyện Bù Đốp"]\noutages = false\nexplain_gaps = false\n',
        "baseline-2024",
        ("--models", "p1812,itm"),
    ),
}


@dataclass(frozen=True)
class Scene:
    """One picture: the run or the two runs on its page, and what is done there before it is taken."""

    runs: tuple[str, ...] = ("baseline-2024",)
    does: str = ""
    window: tuple[int, int] = DESKTOP
    file: str = "map.html"


FIRST_GAP = "PS.tab(PS.$('tab-gaps')); PS.showGap(PS.gapsOf(PS.run())[0])"
SCENES = {
    "baseline-2024": Scene(),
    "best-server": Scene(
        does="PS.set({ view: 'server', layer: 'viettel-4g', gaps: false, hamlets: false, opacity: 0.9 });"
        " PS.map.setView([11.72, 106.93], 11, { animate: false })"
    ),
    "gap": Scene(does=FIRST_GAP),
    "profile": Scene(
        does="const gap = PS.gapsOf(PS.run())[1]; PS.emit('pick', { kind: 'cell', at: gap.at });"
        " setTimeout(() => PS.$('open-profile').click(), 700)"
    ),
    "probability": Scene(
        does="PS.set({ view: 'probability', gaps: false, opacity: 1 });"
        " PS.map.setView([11.8, 106.98], 13, { animate: false })"
    ),
    "border-road": Scene(
        does="PS.set({ added: { ...PS.state.added, 'border-road': true, 'border-stations': true },"
        " layer: 'viettel-4g', gaps: false, hamlets: false, opacity: 0.5 });"
        " PS.map.setView([12.04, 106.86], 11, { animate: false })"
    ),
    "choropleth": Scene(
        does="PS.set({ view: 'none', choropleth: true, units: 'unit_2025', gaps: false, hamlets: false })"
    ),
    "before-after": Scene(
        ("bu-gia-map", "bu-gia-map-border"),
        "PS.set({ layer: 'viettel-4g', divider: 0.5,"
        " added: { ...PS.state.added, 'border-road': true, 'border-stations': true } });"
        " PS.map.setView([12.19, 107.09], 11.75, { animate: false })",
    ),
    "bu-dop": Scene(("opinion",)),
    "second-opinion": Scene(("opinion",), "PS.set({ view: 'models', opacity: 0.9 })"),
    "report": Scene(window=PAGE, file="report.html"),
    "phone": Scene(does=FIRST_GAP, window=PHONE),
}


def page_of(scene: Scene) -> Path:
    """The scene's page, made if it is not there."""
    for name in scene.runs:
        if not (RUNS / name / "map.html").is_file():
            _make(name, ASKED[name])
    if len(scene.runs) == 1:
        return RUNS / scene.runs[0] / scene.file
    folder = RUNS / ("compare-" + "-".join(scene.runs))
    if not folder.is_dir():
        _phusong("compare", *(str(RUNS / name) for name in scene.runs), "--out", str(folder))
    return folder / scene.file


def _make(name: str, asked: Run) -> None:
    scenario = name
    if asked.base:
        RUNS.mkdir(parents=True, exist_ok=True)
        file = RUNS / f"{name}.toml"
        file.write_text(f'base = "{asked.base}"\nname = "{name}"\n{asked.part}', "utf-8")
        scenario = str(file)
    _phusong("run", scenario, *asked.words, "--out", str(RUNS / name))


def _phusong(*words: str) -> None:
    RUNS.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "phusong.scenarios", *words], cwd=ROOT, check=True)


def picture(page_file: Path, target: Path, *, does: str = "", window: tuple[int, int] = DESKTOP) -> None:
    """Writes what a browser without a network shows of a map."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    phone: dict[str, Any] = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    touch: dict[str, Any] = phone if window == PHONE else {}
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        context = chrome.new_context(
            viewport={"width": window[0], "height": window[1]}, offline=True, reduced_motion="reduce", **touch
        )
        page = context.new_page()
        page.goto(page_file.resolve().as_uri())
        if page_file.name == "map.html":
            page.wait_for_function(READY, timeout=120_000)
        if does:
            page.evaluate(f"() => {{ {does} }}")
        page.wait_for_timeout(SETTLED_MS)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        chrome.close()
    _pack(target)


def _pack(target: Path) -> None:
    """As many colours as MOST_BYTES hold: 256 are enough for a map, 64 for one that is all texture.

    The rare colours are kept too: they are what a legend speaks of.
    """
    whole = Image.open(target).convert("RGB")
    for colours in (256, 128, 64, 32):
        whole.quantize(colours, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE).save(
            target, optimize=True
        )
        if target.stat().st_size <= MOST_BYTES:
            return


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
