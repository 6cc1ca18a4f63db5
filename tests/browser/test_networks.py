"""Fibre, loudspeakers and load on the page, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString

from phusong.scenarios.maps import write_map
from phusong.scenarios.networks.answer import NetworksAnswer, with_networks
from phusong.scenarios.result import RunResult

pytestmark = pytest.mark.browser


def _answer(result: RunResult) -> NetworksAnswer:
    """One thing of each kind at the first hamlets."""
    places = result.hamlets.geometry.to_crs(result.province.crs)
    crs, first, second = result.province.crs, places.iloc[0], places.iloc[1]

    def points(**columns: Any) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=[first, second], crs=crs)

    key = next(iter(result.coverage.layers))
    ids = result.hamlets["hamlet_id"].iloc[:2].tolist()
    return NetworksAnswer(
        cells=points(azimuth_deg=[0.0, 120.0], layer=[key, key], load=[0.3, 1.4]),
        growth=pd.DataFrame(),
        summary={
            "fixed": {"people_within_drop_share": 0.87, "homes_left": 1234},
            "loudspeakers": {"people_outdoors_share": 0.71, "clusters_needed": 56},
            "capacity": {"layers": [{"layer": key, "overloaded": 1}]},
        },
        warnings=("<b>đường rời</b> · roads apart",),
        synthetic=("access_points",),
        fixed=pd.DataFrame({"hamlet_id": ids}),
        fibre_groups=points(mode=["fibre", "wireless"]),
        fibre_cables=gpd.GeoDataFrame({"length_km": [1.0]}, geometry=[LineString([first, second])], crs=crs),
        access_points=points(ap_id=["A", "B"]),
        loudspeakers=points(link_works=[True, False]),
        hearing=pd.DataFrame({"hamlet_id": ids}),
        new_clusters=points(hamlet_id=ids),
    )


@pytest.fixture(scope="module")
def opened(
    made_up_result: Callable[..., RunResult],
    open_page: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    result = made_up_result()
    path: Path = tmp_path_factory.mktemp("networks") / "map.html"
    write_map(with_networks(result, _answer(result)), path, lang="vi")
    return open_page(path)


def test_each_switch_draws_its_network_and_says_what_it_means(opened: Any) -> None:
    page = opened.page
    section = page.locator("fieldset.added", has=opened.page.locator("#show-fibre"))
    assert "87,0 % dân" in section.inner_text()
    page.evaluate("PS.map.setZoom(12, { animate: false })")
    page.evaluate("PS.map.setView([PS.data.hamlets.lat[0], PS.data.hamlets.lon[0]], 12, { animate: false })")
    key = page.evaluate("PS.run().layers[0].key")
    page.evaluate("key => PS.set({ layer: key })", key)
    for switch, meaning in (
        ("fibre", "tuyến cáp cần kéo"),
        ("loudspeakers", "cụm loa mất kết nối"),
        ("loads", "quá tải (trên 100 %)"),
    ):
        page.locator(f"#show-{switch}").check()
        page.wait_for_function("() => PS.drawn.added > 0")
        assert meaning in section.inner_text()
        page.locator(f"#show-{switch}").uncheck()
        page.wait_for_function("() => PS.drawn.added === 0")
        assert meaning not in section.inner_text()


def test_warnings_and_what_is_synthetic_are_said_as_text(opened: Any) -> None:
    text = opened.page.locator("fieldset.added", has=opened.page.locator("#show-fibre")).inner_text()
    assert "<b>đường rời</b>" in text
    assert "Điểm truy nhập cáp quang" in text
    opened.page.evaluate("PS.setLang('en')")
    assert (
        "Fibre access points"
        in opened.page.locator("fieldset.added", has=opened.page.locator("#show-fibre")).inner_text()
    )
    opened.page.evaluate("PS.setLang('vi')")


def test_no_request_and_no_message(opened: Any) -> None:
    assert opened.outside() == []
    assert opened.messages == []


def test_a_run_without_other_networks_has_no_switch(
    made_up_result: Callable[..., RunResult], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    write_map(made_up_result(), tmp_path / "map.html", lang="vi")
    plain = open_page(tmp_path / "map.html")
    assert plain.page.locator("#show-fibre, #show-loads").count() == 0
    assert plain.messages == []
