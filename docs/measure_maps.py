"""Measures the map: how long it takes to write, to be seen first, to follow the hand.

    python docs/measure_maps.py                 the reference province at 100 m under a made-up signal
    python docs/measure_maps.py RUN/map.html    what a browser makes of a page that is there

The browser is a headless Chromium without a network or a graphics card. A frame is one move of the map and all that
is drawn for it; its time is the processor time of every process of the browser, over the cores that share it, so
that a busy machine changes it little. First paint is a clock's time, the least of three.
"""

from __future__ import annotations

import os
import runpy
import shutil
import sys
import tempfile
import time
from pathlib import Path

CORES = 2
ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]

# one move after the other, each until the page has painted again
_MOVES = """async ([way, n]) => {
  const map = PS.map, painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  for (let i = 0; i < n; i++) {
    if (way === "pan") map.panBy([i % 2 ? 90 : -90, i % 3 ? 40 : -40], { animate: false });
    else if (way === "zoom") map.setZoom(map.getZoom() + (i % 4 < 2 ? 0.5 : -0.5), { animate: false });
    await painted();
  }
}"""
FRAMES = 20


def _processor_s() -> float:
    """What all processes below this one have used of the processor, s."""
    children: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name_and, fields = stat.read_text().rsplit(")", 1)
        except OSError:  # gone meanwhile
            continue
        pid, values = int(name_and.split(" ", 1)[0]), fields.split()
        children.setdefault(int(values[1]), []).append(pid)
        used[pid] = (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")
    total, queue = 0.0, list(children.get(os.getpid(), ()))
    while queue:
        pid = queue.pop()
        total += used[pid]
        queue += children.get(pid, ())
    return total


def in_browser(page_file: Path) -> dict[str, float]:
    """Milliseconds: `paint` to the first content, `ready` to the last; `pan` and `zoom` of a frame."""
    from playwright.sync_api import sync_playwright

    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        paints, readies = [], []
        for _ in range(3):
            page = chrome.new_page(viewport={"width": 1400, "height": 900})
            page.goto(page_file.resolve().as_uri())
            page.wait_for_function("() => document.documentElement.dataset.ready === 'yes'", timeout=120_000)
            readies.append(page.evaluate("performance.now()"))
            paints.append(
                page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            )
        page.evaluate(_MOVES, ["zoom", 4])  # what is packed is unpacked now
        frames = {}
        for way in ("still", "pan", "zoom"):
            before = _processor_s()
            page.evaluate(_MOVES, [way, FRAMES])
            frames[way] = 1000 * (_processor_s() - before) / FRAMES / CORES
        chrome.close()
    return {"paint": min(paints), "ready": min(readies), **frames}


def measured(resolution_m: float = 100.0) -> dict[str, float]:
    """`write` in processor seconds, `megabytes`, and what `in_browser` says, of the reference province."""
    from phusong.scenarios.maps import write_map

    made_up = runpy.run_path(str(ROOT / "tests" / "made_up.py"))["made_up_result"]
    result = made_up(resolution_m=resolution_m)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.html"
        write_map(result, file)  # the first time imports what it needs
        start = time.process_time()
        write_map(result, file)
        seconds = time.process_time() - start
        return {"write": seconds, "megabytes": file.stat().st_size / 1e6, **in_browser(file)}


if __name__ == "__main__":
    figures = in_browser(Path(sys.argv[1])) if len(sys.argv) > 1 else measured()
    for key, value in figures.items():
        sys.stdout.write(f"{key}: {value:.4g}\n")
