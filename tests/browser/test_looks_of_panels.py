"""What once was clipped, hidden or misleading on the page, and must not be again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from phusong.scenarios.maps import write_comparison, write_map
from phusong.scenarios.result import RunResult
from phusong.scenarios.second_opinion import SecondOpinion

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CLIPPED = """box => [...document.querySelectorAll(box)].filter(e => e.scrollWidth > e.clientWidth + 1
  || e.getBoundingClientRect().right > e.parentElement.getBoundingClientRect().right + 1)
  .map(e => e.textContent)"""


@pytest.fixture(scope="module")
def result(made_up_result: Callable[..., RunResult]) -> RunResult:
    found = made_up_result(resolution_m=1000.0)
    shape = found.coverage.grid.shape
    counts = {key: np.full(shape, n % 3, np.uint8) for n, key in enumerate(found.coverage.layers)}
    nothing = pd.DataFrame()
    names, titles = ("p1812", "itm"), ("ITU-R P.1812", "ITM")
    opinion = SecondOpinion(names, titles, found.coverage.grid, counts, nothing, nothing, nothing)
    return replace(found, second_opinion=opinion)


@pytest.fixture(scope="module")
def file(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("panels") / "map.html"
    write_map(result, path)
    return path


@pytest.fixture(scope="module")
def page(file: Path, open_page: Callable[..., Any]) -> Any:
    return open_page(file).page


def test_figures_before_and_after_stay_within_the_panel(
    result: RunResult, open_page: Callable[..., Any], tmp_path: Path
) -> None:
    write_comparison(result, result, tmp_path / "compare.html")
    page = open_page(tmp_path / "compare.html").page
    expect(page.locator("#figures small.was")).to_have_count(4)
    assert page.evaluate(CLIPPED, "#figures div") == []
    page.click("#lang")
    assert page.evaluate(CLIPPED, "#figures div") == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_tabs_and_hints_fit_their_boxes(page: Any, lang: str) -> None:
    page.evaluate(f"PS.setLang('{lang}'); PS.$('gap-count').textContent = '1.031'")
    tabs = page.evaluate(CLIPPED, "#tabs button")
    hint = page.evaluate(
        """() => {
          const pen = document.createElement('canvas').getContext('2d'), box = PS.$('search');
          pen.font = getComputedStyle(box).font;
          return pen.measureText(box.placeholder).width / (box.clientWidth - 24);
        }"""
    )
    page.evaluate("PS.setLang('vi')")
    assert tabs == []
    assert hint < 1


def test_agreement_of_models_is_one_choice_for_every_network(page: Any) -> None:
    assert page.locator("input[name=view][value=models]").count() == 1
    for layer in ("any-4g", "viettel-4g"):
        page.evaluate(f"PS.set({{ view: 'models', layer: '{layer}' }})")
        page.wait_for_function("() => PS.signalImages().length === 1")
        expect(page.locator("#legend-classes")).to_contain_text("mọi mô hình")
        expect(page.locator("#legend-classes")).not_to_contain_text("≥")
        expect(page.locator("#legend-body")).to_contain_text("ITM")
    page.evaluate("PS.set({ view: 'signal', layer: 'any-4g' })")


def test_switches_follow_a_link(page: Any) -> None:
    page.evaluate("PS.set({ hamlets: false, opacity: 0.4 })")
    expect(page.locator("#show-hamlets")).not_to_be_checked()
    expect(page.locator("#opacity-value")).to_contain_text("40")
    page.evaluate("PS.set({ hamlets: true, opacity: 0.75 })")
    expect(page.locator("#show-hamlets")).to_be_checked()


def test_the_legend_shows_gaps_as_the_map_does(page: Any) -> None:
    page.evaluate("PS.map.setZoom(9.5, { animate: false })")
    expect(page.locator("#legend .swatch.plain")).to_have_count(1)
    page.evaluate("PS.map.setZoom(12, { animate: false })")
    expect(page.locator("#legend .swatch.hatch")).to_have_count(1)
    page.evaluate("PS.home()")


def test_units_are_listed_level_by_level(page: Any) -> None:
    page.click("#table-units")
    page.select_option("#unit-filter", "district")
    assert page.locator("#table tbody tr").count() == page.evaluate("PS.data.ground.units.district.length")
    right = "() => getComputedStyle(document.querySelector('#table thead th.n button')).textAlign"
    assert page.evaluate(right) == "right"
    page.click("#table-hamlets")


def test_forced_colours_keep_the_legends_colours(page: Any) -> None:
    page.emulate_media(forced_colors="active")
    swatches = "[...document.querySelectorAll('#legend-classes .swatch')]"
    colours = f"() => {swatches}.map(e => getComputedStyle(e).backgroundColor)"
    assert len(set(page.evaluate(colours))) > 3
    page.emulate_media(forced_colors="none")


def test_a_phones_search_results_and_scale_are_in_sight(file: Path, open_page: Callable[..., Any]) -> None:
    page = open_page(file, **PHONE).page
    page.fill("#search", "loc")
    seen = """() => {
      const { x, y } = document.querySelector('#found li').getBoundingClientRect();
      return document.elementFromPoint(x + 20, y + 10).closest('#found') !== null;
    }"""
    assert page.evaluate(seen)
    page.fill("#search", "")
    gap = "() => PS.$('panel').getBoundingClientRect().top - PS.$('readout').getBoundingClientRect().bottom"
    assert 0 <= page.evaluate(gap) < 40


def test_the_model_is_named_in_the_readers_language(
    result: RunResult, open_page: Callable[..., Any], tmp_path: Path
) -> None:
    model = "ITU-R P.1812, không tán xạ và ống dẫn · without troposcatter and ducting"
    write_map(replace(result, coverage=replace(result.coverage, model=model)), tmp_path / "map.html")
    page = open_page(tmp_path / "map.html").page
    expect(page.locator("#pane-about")).to_contain_text("không tán xạ và ống dẫn")
    expect(page.locator("#pane-about")).not_to_contain_text("troposcatter")
    page.click("#lang")
    expect(page.locator("#pane-about")).to_contain_text("without troposcatter and ducting")
    expect(page.locator("#pane-about")).not_to_contain_text("tán xạ")
