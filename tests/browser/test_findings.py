"""The border, outages and targets on the page, in a real browser: from a small run with everything asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from phusong.scenarios.maps import write_map
from phusong.scenarios.result import RunResult
from phusong.scenarios.run import run
from phusong.scenarios.scenario_file import load_scenario
from phusong.scenarios.service_keys import Border

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def result() -> RunResult:
    asked = load_scenario("baseline-2024")
    near = asked.radio.model_copy(update={"radius_km": {"3G": 8.0, "4G": 8.0, "5G": 8.0}})
    return run(
        asked.model_copy(
            update={
                "radio": near,
                "area": ("Huyện Bù Đốp",),
                "resolution_m": 1000.0,
                "border": Border(eirp_limit_dbm=50.0, within_km=4.0),
            }
        )
    )


@pytest.fixture(scope="module")
def opened(result: RunResult, open_page: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    path: Path = tmp_path_factory.mktemp("findings") / "map.html"
    write_map(result, path, lang="vi")
    return open_page(path)


def test_each_switch_draws_and_names_its_figures(opened: Any, result: RunResult) -> None:
    page, section = opened.page, opened.page.locator("#findings")
    said = next(row for row in result.summary["border"] if row["layer"] == "any-4g")
    text = section.inner_text()
    assert f"{100 * said['served_share']:.1f}".replace(".", ",") in text
    assert "Giới hạn EIRP 50" in text
    assert opened.page.evaluate("PS.drawn.findings") == 0
    for key in ("border", "outages", "targets"):
        page.check(f"#show-{key}")
        page.wait_for_function("PS.run().findings.shown")
        page.wait_for_timeout(150)
        if key != "targets":
            assert page.evaluate("PS.drawn.findings") > 0, key
        page.uncheck(f"#show-{key}")
    page.check("#show-border")
    page.wait_for_timeout(150)
    stretches = (result.stretches["layer"] == "any-4g").sum()
    assert page.evaluate("PS.drawn.findings") == stretches + len(result.border_stations)
    page.uncheck("#show-border")
    assert opened.messages == []
    assert opened.outside() == []


def test_the_ten_masts_are_listed_and_flown_to(opened: Any, result: RunResult) -> None:
    page = opened.page
    worst = result.summary["outages"]["most_critical_masts"]
    page.locator("#findings details").nth(1).locator("summary").click()
    items = page.locator("#findings details").nth(1).locator("li")
    assert items.count() == len(worst) == 10
    assert worst[0]["mast_id"] in items.first.inner_text()
    items.first.locator("button").click()
    page.wait_for_function("!PS.map._animatingZoom && PS.state.outages")
    page.wait_for_timeout(1500)
    at = page.evaluate("(({lat, lng}) => [lat, lng])(PS.map.getCenter())")
    assert at[0] == pytest.approx(worst[0]["lat"], abs=0.05)
    assert page.locator("#findings details").nth(1).get_attribute("open") is not None
    page.evaluate("PS.set({ outages: false }); PS.mark(null); PS.home()")


def test_a_gap_says_people_cause_mast_and_mend(opened: Any, result: RunResult) -> None:
    page = opened.page
    gaps = result.gaps[result.gaps["layer"] == "mobifone-4g"].sort_values("people", ascending=False)
    gap = gaps[(gaps["cause"] == "one_operator") & (gaps["joined_pieces"] > 1)].iloc[0]
    page.evaluate("PS.set({ layer: 'mobifone-4g' })")
    page.evaluate(f"PS.showGap(PS.gapsOf(PS.run()).find((gap) => gap.id === '{gap['gap_id']}'))")
    card = page.locator("#card")
    card.locator("dt").first.wait_for()
    text = card.inner_text()
    for wanted in ("chỉ nhà mạng khác có sóng", "Riêng mạng này", "Trạm gần nhất", gap["joined_id"], "dB"):
        assert wanted in text, (wanted, text)
    page.evaluate("PS.hideCard(); PS.set({ layer: 'any-4g' })")


def test_every_word_is_there_in_both_languages(opened: Any) -> None:
    page = opened.page
    page.evaluate("PS.setLang('en'); PS.set({ border: true, outages: true, targets: true })")
    text = page.locator("#findings").inner_text()
    assert "Patrol road, border stations" in text
    assert "border_" not in text
    assert "cut_" not in text
    page.evaluate("PS.setLang('vi'); PS.set({ border: false, outages: false, targets: false })")
