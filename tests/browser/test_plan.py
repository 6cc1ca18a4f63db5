"""A plan's page: before | after with a handle, phases on a slider, a mark and a card for each new site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from playwright.sync_api import expect
from shapely import Point

from phusong.scenarios.maps import write_plan
from phusong.scenarios.result import RunResult

pytestmark = pytest.mark.browser


def planned(crs: str) -> gpd.GeoDataFrame:
    """Three sites: two of 2025, one of 2026 with a microwave hop."""
    return gpd.GeoDataFrame(
        {
            "site_id": ["KH-0001", "KH-0002", "KH-0003"],
            "rank": [1, 2, 3],
            "year": [2025, 2025, 2026],
            "kind": ["mast", "centre", "hilltop"],
            "name": ["COT-0004", "<b>Ấp 1</b>", ""],
            "commune": ["Xã Lộc An", "Xã Lộc Hòa", "Xã Lộc Tấn"],
            "people_added": [15274.4, 12750.0, 8000.0],
            "serves_first": ["Ấp 3 (1244)", "Ấp 8 (900)", ""],
            "backhaul": ["none", "fibre", "microwave"],
            "backhaul_km": [0.0, 1.58, 9.2],
            "fresnel_free": [np.nan, np.nan, 0.82],
            "availability_percent": [np.nan, np.nan, 99.982],
            "capex_vnd": [980e6, 1691e6, 1760e6],
            "present_cost_vnd": [1563e6, 2490e6, 2560e6],
            "vnd_per_person": [102376.0, 195302.0, np.nan],
            "azimuths_deg": ["0 165 225", "0 120 240", "15 135 255"],
            "downtilts_deg": ["2 4 6", "4 4 4", "4 2 4"],
            "sinr_gain_person_db": [15783.4, 0.0, 12.0],
            "height_m": [36.0, 36.0, 36.0],
        },
        geometry=[
            Point(560_000.0, 1_290_000.0),
            Point(566_000.0, 1_290_000.0),
            Point(560_000.0, 1_296_000.0),
        ],
        crs=crs,
    )


@pytest.fixture(scope="module")
def page(
    made_up_result: Callable[..., RunResult],
    open_page: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    before, after = made_up_result("baseline-2024"), made_up_result("border")
    sites = planned(before.province.crs)
    phases = [
        replace(after, name=f"p-{year}", year=year, plan_sites=sites[sites["year"] <= year])
        for year in (2025, 2026)
    ]
    path = tmp_path_factory.mktemp("plan") / "map.html"
    write_plan([before, *phases], path)
    return open_page(path)


def test_the_handle_stands_between_what_stands_and_a_phase(page: Any) -> None:
    assert page.page.evaluate("PS.signalImages().map(item => item.pane).sort()") == ["before", "signal"]
    expect(page.page.locator("#side-left")).to_contain_text("Trước")
    expect(page.page.locator("#side-right")).to_contain_text("2026")
    page.page.locator("#swipe").press("End")
    assert page.page.evaluate("PS.state.divider") == 0.98
    page.page.locator("#swipe").press("Home")


def test_the_slider_runs_over_the_phases_and_sites_come_with_them(page: Any) -> None:
    slider = page.page.locator("#year")
    assert slider.get_attribute("max") == "1"
    for index, (year, sites) in enumerate(((2025, 2), (2026, 3))):
        slider.fill(str(index))
        expect(page.page.locator("#year-now")).to_have_text(str(year))
        expect(page.page.locator("#side-right")).to_contain_text(str(year))
        page.page.wait_for_function(f"() => PS.drawn.added === {sites}")
    assert page.messages == []


def test_a_site_has_a_card_with_its_reasons_and_its_money(page: Any) -> None:
    page.page.locator("#year").fill("1")
    page.page.wait_for_function("() => PS.drawn.added === 3")
    at = page.page.evaluate(
        """() => { const { rows } = PS.run().vectors.find((layer) => layer.key === "plan");
        PS.map.setView(PS.degrees(rows.x[2], rows.y[2]), 13, { animate: false });
        const p = PS.map.latLngToContainerPoint(PS.degrees(rows.x[2], rows.y[2]));
        const box = PS.map.getContainer().getBoundingClientRect(); return [p.x + box.left, p.y + box.top]; }"""
    )
    page.page.mouse.click(*at)
    card = page.page.locator("#card")
    for text in (
        "KH-0003",
        "đỉnh đồi nhìn xa",
        "8.000",
        "viba",
        "82",
        "99,982",
        "15 135 255",
        "1.760",
        "2026",
    ):
        expect(card).to_contain_text(text)
    page.page.locator("#lang").click()
    for text in ("a hilltop that sees far", "microwave, in line of sight", "built in 2026"):
        expect(card).to_contain_text(text)
    page.page.locator("#lang").click()
    assert page.messages == []
    assert page.outside() == []
