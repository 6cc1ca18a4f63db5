"""Pages of several runs: the handle between before and after, and the slider over a rollout's years."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from phusong.scenarios.maps import write_comparison, write_years
from phusong.scenarios.result import RunResult

pytestmark = pytest.mark.browser


def test_the_handle_divides_the_run_before_from_the_run_after(
    made_up_result: Callable[..., RunResult], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    before, after = made_up_result("baseline-2024"), made_up_result("border")
    write_comparison(before, after, tmp_path / "compare.html")
    opened = open_page(tmp_path / "compare.html")
    page = opened.page
    assert page.evaluate("PS.drawn.hamlets") == 843
    assert page.evaluate("PS.signalImages().length") == 2

    def edges() -> list[float]:
        shapes = page.evaluate("['before', 'signal'].map(n => PS.map.getPane(n).style.clipPath)")
        right = float(shapes[0].split(",")[1].split()[0].removesuffix("px"))
        left = float(shapes[1].split("(")[1].split()[0].removesuffix("px"))
        return [right, left]

    assert edges() == [700, 700]
    handle = page.locator("#swipe")
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 22, 500)
    page.mouse.down()
    page.mouse.move(900, 500, steps=4)
    page.mouse.up()
    assert edges() == [pytest.approx(900, abs=2)] * 2
    handle.press("ArrowLeft")
    assert edges() == [pytest.approx(830, abs=2)] * 2
    page.evaluate("PS.map.panBy([80, 0], {animate: false})")
    assert edges() == [pytest.approx(910, abs=2)] * 2  # the pane moved, the handle did not
    expect(page.locator("#side-left")).to_contain_text("Trước")
    assert opened.messages == []
    assert opened.outside() == []


def test_the_year_slider_shows_each_years_run(
    made_up_result: Callable[..., RunResult], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    runs = [made_up_result("baseline-2024"), made_up_result("border"), made_up_result("5g-2025")]
    write_years(runs, tmp_path / "years.html")
    opened = open_page(tmp_path / "years.html")
    page = opened.page
    for index, run in enumerate(runs):
        page.locator("#year").fill(str(index))
        expect(page.locator("h1")).to_have_text(run.title_vi)
        on_air = len({sector.site_id for sector in run.coverage.sectors})
        assert page.evaluate("PS.drawn.stations") == on_air
    assert page.locator("input[name=layer]").count() == len(runs[-1].coverage.layers)
    assert opened.messages == []
    assert opened.outside() == []
