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


def _drawn(page: Any, wanted: int) -> int:
    """How many rows are drawn, once there are as many as wanted or two seconds have gone."""
    for _ in range(20):
        drawn = int(page.evaluate("PS.drawn.added"))
        if drawn == wanted:
            break
        page.wait_for_timeout(100)
    return drawn


def test_each_switch_draws_and_names_its_figures(opened: Any, result: RunResult) -> None:
    page = opened.page
    text = page.locator("#pane-layers").inner_text()
    said = next(row for row in result.summary["border"] if row["layer"] == "any-4g")
    assert f"{100 * said['served_share']:.1f}".replace(".", ",") in text
    assert "Giới hạn EIRP 50" in text
    assert "54 trạm dọc đường tuần tra" in text
    expected = {
        "border-road": (result.stretches["layer"] == "any-4g").sum(),
        "border-stations": len(result.border_stations),
        "critical-masts": 10,
        "backed": len(result.province.communes),
        "targets": len(result.target_places),
    }
    for key, count in expected.items():
        page.evaluate(f"PS.set({{ added: {{ '{key}': true }} }})")
        if count:
            assert _drawn(page, count) == count, key
    page.evaluate("PS.set({ added: {} })")
    assert opened.messages == []
    assert opened.outside() == []


def test_a_critical_mast_says_who_hangs_on_it(opened: Any, result: RunResult) -> None:
    page = opened.page
    assert result.outages is not None
    worst = result.outages.masts.iloc[0]
    page.evaluate("PS.set({ added: { 'critical-masts': true }, hamlets: false, stations: {} })")
    page.evaluate(f"PS.map.setView([{worst['lat']}, {worst['lon']}], 12, {{ animate: false }})")
    assert _drawn(page, 10) > 0
    box = page.locator(".folium-map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = page.locator("#card")
    card.locator("dt").first.wait_for()
    text = card.inner_text()
    assert worst["mast_id"] in text
    assert worst["commune"] in text
    page.evaluate("PS.hideCard(); PS.set({ added: {}, hamlets: true }); PS.home()")


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
