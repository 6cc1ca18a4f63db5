"""The page's looks against pictures kept beside this file: loosely, without text, so that fonts do not matter.

After a wanted change: `PHUSONG_NEW_LOOKS=1 pytest tests/browser/test_looks.py`, then look at every picture.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from phusong.scenarios.maps import write_map
from phusong.scenarios.result import RunResult

pytestmark = pytest.mark.browser

LOOKS = Path(__file__).parent / "looks"
SMALL = 4  # kept and compared at a quarter of the size: edges and their smoothing do not count
MEAN, MOST = 4.0, 0.03  # of 255; share of pixels that may differ by more than FAR
FAR = 40
NO_TEXT = (
    "* { color: transparent !important; text-shadow: none !important; caret-color: transparent !important; }"
)
PLAIN = (
    "PS.set({ view: 'signal', choropleth: false, units: 'district', layer: 'any-4g', labels: false,"
    " added: {} });"
)
SCENES = {
    "signal": "PS.home()",
    "server": "PS.home(); PS.set({ view: 'server' })",
    "choropleth": "PS.home(); PS.set({ view: 'none', choropleth: true, units: 'unit_2025' })",
    "near": "PS.map.setView([11.9, 107.0], 12, { animate: false }); PS.set({ layer: 'viettel-4g' })",
    "border": "PS.home(); PS.set({ added: { 'border-road': true } })",
}


@pytest.fixture(scope="module")
def file(made_up_result: Callable[..., RunResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("looks") / "map.html"
    write_map(made_up_result(), path)
    return path


@pytest.fixture(scope="module")
def page(file: Path, open_page: Callable[..., Any]) -> Any:
    opened = open_page(file, reduced_motion="reduce").page
    opened.add_style_tag(content=NO_TEXT)
    return opened


def _look(page: Any) -> Image.Image:
    page.wait_for_timeout(400)  # the picture of a raster is decoded beside the page
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return shot.resize((shot.width // SMALL, shot.height // SMALL), Image.Resampling.BOX)


def _difference(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """Mean difference, and the share of pixels that are far apart."""
    assert one.size == other.size
    apart = np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max(axis=2)
    return float(apart.mean()), float((apart > FAR).mean())


def _alike(look: Image.Image, name: str) -> tuple[float, float]:
    kept = LOOKS / f"{name}.png"
    if os.environ.get("PHUSONG_NEW_LOOKS"):
        LOOKS.mkdir(exist_ok=True)
        look.quantize(256, dither=Image.Dither.NONE).save(kept, optimize=True)
    return _difference(look, Image.open(kept).convert("RGB"))


@pytest.mark.parametrize("name", SCENES)
def test_the_map_looks_as_it_did(page: Any, name: str) -> None:
    page.evaluate(PLAIN + SCENES[name])
    mean, far = _alike(_look(page), name)
    assert mean < MEAN
    assert far < MOST


def test_a_phone_looks_as_it_did(file: Path, open_page: Callable[..., Any]) -> None:
    page = open_page(
        file, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    ).page
    page.add_style_tag(content=NO_TEXT)
    page.evaluate("PS.set({ labels: false })")
    mean, far = _alike(_look(page), "phone")
    assert mean < MEAN
    assert far < MOST


def test_another_scene_is_not_taken_for_the_same() -> None:
    kept = {name: Image.open(LOOKS / f"{name}.png").convert("RGB") for name in SCENES}
    for one, other in (("signal", "server"), ("signal", "choropleth"), ("signal", "near")):
        mean, far = _difference(kept[one], kept[other])
        assert mean > MEAN
        assert far > MOST
