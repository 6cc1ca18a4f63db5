"""One district at one kilometre with everything asked for: nobody is counted twice, and outages, causes and the
border are what predicting again, one by one, gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely import wkt
from shapely.geometry import Point

from phusong.coverage.antenna import catalogue
from phusong.coverage.causes import (
    AIMED,
    CAUSES,
    MENDS,
    TILTED,
    Counterfactuals,
    around,
    bare_ground,
    clear_way,
    explain_gaps,
    flat_ground,
    mend_sectors,
    open_land,
)
from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.eirp import capped, eirp_dbm
from phusong.coverage.gaps import find_gaps
from phusong.coverage.predict import predict
from phusong.coverage.service import signal_at
from phusong.coverage.site import Sector
from phusong.scenarios.inputs import Inputs, ground_of, load_inputs, options_of
from phusong.scenarios.outage_keys import Cut
from phusong.scenarios.outputs import UNKNOWN, tables_of, write_rasters
from phusong.scenarios.result import RunResult
from phusong.scenarios.run import run
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import load_scenario
from phusong.scenarios.service_keys import Border

STORM = "POLYGON((106.7 11.95, 107.0 11.95, 107.0 12.2, 106.7 12.2, 106.7 11.95))"
LIMIT_DBM = 50.0


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    asked = load_scenario("baseline-2024")
    near = asked.radio.model_copy(update={"radius_km": {"3G": 8.0, "4G": 8.0, "5G": 8.0}})
    storm = Cut.model_validate({"name": "bão", "off_inside": [{"wkt": STORM}]})
    return asked.model_copy(
        update={
            "radio": near,
            "area": ("Huyện Bù Đốp",),
            "resolution_m": 1000.0,
            "border": Border(eirp_limit_dbm=LIMIT_DBM, within_km=4.0),
            "cuts": (storm,),
        }
    )


@pytest.fixture(scope="module")
def inputs(scenario: Scenario) -> Inputs:
    return load_inputs(scenario)


@pytest.fixture(scope="module")
def result(scenario: Scenario) -> RunResult:
    return run(scenario)


def _level(result: RunResult, inputs: Inputs, key: str) -> np.ndarray:
    return signal_at(result.coverage.raster(key), inputs.people)


def test_every_unserved_person_is_in_one_gap_or_in_the_rest(result: RunResult, inputs: Inputs) -> None:
    for row in result.summary["layers"]:
        unserved = _level(result, inputs, row["layer"]) < row["threshold_dbm"]
        listed = result.gaps.loc[result.gaps["layer"] == row["layer"], "people"].sum()
        everyone = inputs.people.people[unserved].sum()
        assert listed + row["people_in_smaller_gaps"] == pytest.approx(everyone, abs=0.1)
        assert sum(row["people_by_cause"].values()) == pytest.approx(listed, abs=0.5)


def test_communes_sum_to_districts_and_to_the_province(result: RunResult) -> None:
    units = result.units.assign(
        served=result.units["population"] * result.units["population_served_share"],
        indoor=result.units["population"] * result.units["indoor_population_share"],
    )
    sums = units.groupby(["layer", "level"])[["population", "served", "indoor"]].sum()
    for layer in result.coverage.layers:
        for level in ("district", "commune", "unit_2025"):
            # a population is rounded to whole people in each unit
            assert (sums.loc[layer, level] - sums.loc[layer, "province"]).abs().max() <= 6.0
    backed = result.outages.communes if result.outages else pd.DataFrame()
    whole = (backed["people"] * backed["backed_share"].fillna(0.0)).sum()
    assert whole == pytest.approx(result.summary["outages"]["people_backed"], rel=1e-4)


def test_the_pieces_of_a_wide_gap_carry_the_whole(result: RunResult) -> None:
    gaps = result.gaps
    assert (gaps["joined_pieces"] > 1).any()
    sums = gaps.groupby("joined_id").agg({"people": "sum", "area_km2": "sum", "gap_id": "size"})
    own = gaps.set_index("joined_id")
    for joined, row in sums.iterrows():
        whole = own.loc[[joined]].iloc[0]
        assert row["people"] == pytest.approx(whole["joined_people"])
        assert row["area_km2"] == pytest.approx(whole["joined_km2"])
        assert row["gap_id"] == whole["joined_pieces"]
    assert set(gaps["joined_id"]) <= set(gaps["gap_id"])


def test_every_gap_has_its_cause_and_mend(result: RunResult) -> None:
    gaps = result.gaps
    assert set(gaps["cause"]) <= set(CAUSES)
    assert set(gaps["own_cause"]) <= set(CAUSES) - {"one_operator"}
    assert set(gaps["mend"]) <= set(MENDS)
    assert {"one_operator", "border_limit"} <= set(gaps["cause"])
    assert gaps["cause_share"].between(0.2, 1.0).all()
    whole_network = gaps[gaps["layer"] == "any-4g"]
    assert "one_operator" not in set(whole_network["cause"])
    assert (whole_network["cause"] == whole_network["own_cause"]).all()
    shared = gaps[gaps["mend"] == "share"]
    assert (shared["cause"] == "one_operator").mean() > 0.5


@pytest.mark.slow
def test_causes_are_those_of_whole_predictions_of_the_changed_worlds(
    result: RunResult, scenario: Scenario, inputs: Inputs
) -> None:
    ground, people, grid = ground_of(inputs.province), inputs.people, result.coverage.grid
    options = replace(options_of(scenario), clear_air=False)
    lacking = np.zeros(people.people.shape, bool)
    for layer in result.coverage.layers.values():
        lacking |= _level(result, inputs, layer.key) < layer.threshold_dbm
    row, col = grid.row_col(people.x_m[lacking], people.y_m[lacking])
    cells = np.unique(np.stack([row, col]), axis=1)
    near = around(ground, grid.x_m()[cells[1]], grid.y_m()[cells[0]])
    mends, antennas = mend_sectors(inputs.sectors, catalogue())
    mends = capped(mends, {**catalogue(), **antennas}, inputs.eirp_limit_of_site)
    worlds = {
        "open": predict(open_land(ground, near), inputs.sectors, grid=grid, options=options),
        "bare": predict(bare_ground(ground, near), inputs.sectors, grid=grid, options=options),
        "flat": predict(flat_ground(ground), inputs.sectors, grid=grid, options=options),
        "way": predict(clear_way(ground, near), inputs.sectors, grid=grid, options=options),
        "mended": predict(ground, mends, grid=grid, options=options, antennas=antennas),
        "real": result.coverage,
        "free": predict(ground, inputs.unlimited, grid=grid, options=options_of(scenario)),
    }
    operators = ("MobiFone", "VNPT", "Viettel")
    for layer in result.coverage.layers.values():
        own = operators if layer.operator == "any" else (layer.operator,)
        rest = tuple(name for name in operators if name not in own)

        def best(world: str, names: tuple[str, ...] = own, suffix: str = "") -> np.ndarray:
            keys = [f"{name}{suffix}-4g".lower() for name in names]
            levels = [signal_at(worlds[world].raster(key), people) for key in keys]
            return np.max([np.full(people.people.shape, -np.inf), *levels], axis=0)

        enough = layer.threshold_dbm
        changed = Counterfactuals(
            real_dbm=best("real"),
            open=best("open") >= enough,
            bare=best("bare") >= enough,
            flat=best("flat") >= enough,
            way=best("way") >= enough,
            others=best("real", rest) >= enough,
            unlimited=best("free") >= enough,
            tilted=best("mended", suffix=TILTED) >= enough,
            aimed=best("mended", suffix=AIMED) >= enough,
        )
        split = find_gaps(
            result.coverage.raster(layer.key), enough, people, least_people=scenario.gap_least_people
        )
        expected = explain_gaps(split.gap_of_point, len(split.gaps), people, changed, enough)
        found = result.gaps[result.gaps["layer"] == layer.key]
        assert len(expected) > 3
        for column in ("cause", "cause_share", "own_cause", "mend"):
            assert found[column].tolist() == expected[column].tolist(), (layer.key, column)


def test_the_limit_lowers_what_crosses_the_border_and_costs_people(
    result: RunResult, inputs: Inputs, scenario: Scenario
) -> None:
    antennas = catalogue()
    near = [one for one in inputs.sectors if one.site_id in inputs.eirp_limit_of_site]
    assert near
    assert max(eirp_dbm(one, antennas[one.antenna]) for one in near) <= LIMIT_DBM + 1e-9
    free = [one for one in inputs.unlimited if one.site_id not in inputs.eirp_limit_of_site]
    assert set(free) <= set(inputs.sectors)
    sites = inputs.sites.set_index("site_id").loc[list({one.site_id for one in near})]
    border = load_inputs(scenario.model_copy(update={"area": ()})).province.border
    away = [border.distance(Point(x, y)) for x, y in zip(sites["x_m"], sites["y_m"], strict=True)]
    assert max(away) <= 4000.0
    for row in result.summary["border"]:
        assert row["spill_km2"] <= row["without_limit"]["spill_km2"]
        assert row["people_lost_to_limit"] > 0
    assert any(row["spill_km2"] < row["without_limit"]["spill_km2"] for row in result.summary["border"])
    gaps = result.gaps[(result.gaps["cause"] == "border_limit") & (result.gaps["layer"] == "any-4g")]
    lost = next(row for row in result.summary["border"] if row["layer"] == "any-4g")["people_lost_to_limit"]
    assert 0 < (gaps["people"] * gaps["cause_share"]).sum() <= lost
    assert result.summary["border_limit"]["sectors_lowered"] == sum(
        a != b for a, b in zip(inputs.sectors, inputs.unlimited, strict=True)
    )


def _served(coverage: CoverageMap, inputs: Inputs) -> np.ndarray:
    keys = [key for key, layer in coverage.layers.items() if layer.operator == "any"]
    levels = [
        signal_at(coverage.raster(key), inputs.people) >= coverage.layers[key].threshold_dbm for key in keys
    ]
    return np.any(levels, axis=0)


def test_outages_are_what_predicting_without_the_masts_gives(
    result: RunResult, inputs: Inputs, scenario: Scenario
) -> None:
    assert result.outages is not None
    ground, people = ground_of(inputs.province), inputs.people.people
    mast_of_site = dict(zip(inputs.sites["site_id"], inputs.sites["mast_id"], strict=True))

    def without(silent: set[str]) -> float:
        left: list[Sector] = [one for one in inputs.sectors if one.sector_id not in silent]
        again = predict(ground, left, grid=inputs.grid, options=options_of(scenario))
        return float(people[_served(result.coverage, inputs) & ~_served(again, inputs)].sum())

    masts = result.outages.masts
    assert masts["people_lost"].is_monotonic_decreasing
    for mast in (masts.iloc[0], masts.iloc[2], masts.iloc[40]):
        off = {one.sector_id for one in inputs.sectors if mast_of_site[one.site_id] == mast["mast_id"]}
        assert without(off) == pytest.approx(mast["people_lost"], abs=1e-6)
    storm = result.outages.causes.set_index("name").loc["bão"]
    points = inputs.sites.assign(lonlat=None)
    lonlat = result.province.crs, wkt.loads(STORM)
    inside = _inside(points, lonlat)
    off = {one.sector_id for one in inputs.sectors if one.site_id in inside}
    assert off
    assert storm["people_lost"] == pytest.approx(without(off), abs=1e-6)
    assert storm["masts_off"] == inputs.sites.loc[inputs.sites["site_id"].isin(inside), "mast_id"].nunique()
    viettel = {one.sector_id for one in inputs.sectors if one.operator == "Viettel"}
    row = result.outages.causes.set_index("name").loc["Viettel"]
    assert row["people_lost"] == pytest.approx(without(viettel), abs=1e-6)


def _inside(sites: pd.DataFrame, area: tuple[str, object]) -> set[str]:
    from pyproj import Transformer

    crs, polygon = area
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(sites["x_m"], sites["y_m"])
    return {
        site for site, x, y in zip(sites["site_id"], lon, lat, strict=True) if polygon.contains(Point(x, y))
    }


def test_the_road_is_what_a_metre_by_metre_walk_finds(result: RunResult) -> None:
    road = result.province.patrol_road
    at = (np.arange(int(road.length)) + 0.5) * road.length / int(road.length)
    points = [road.interpolate(one) for one in at]
    row, col = result.coverage.grid.row_col(
        np.array([point.x for point in points]), np.array([point.y for point in points])
    )
    for said in result.summary["border"]:
        layer = result.coverage.layers[said["layer"]]
        served = layer.rsrp_dbm[row, col] >= layer.threshold_dbm
        alone = served & (layer.servers[row, col] == 1)
        # samples of 50 m miss at most half a step at each of the cells' edges that the road crosses
        edges = np.count_nonzero(np.diff(row)) + np.count_nonzero(np.diff(col))
        slack = edges * 25.0 / road.length
        assert said["served_share"] == pytest.approx(served.mean(), abs=slack)
        assert said["one_server_km"] == pytest.approx(alone.mean() * road.length / 1e3, abs=edges * 0.025)
        silent = np.flatnonzero(np.diff(np.concatenate(([0], ~served, [0])).astype(int)))
        longest = float(np.max(silent[1::2] - silent[::2])) if silent.size else 0.0
        assert said["longest_silent_km"] == pytest.approx(longest / 1e3, abs=0.06)


def test_the_stations_along_the_border_are_counted_once(result: RunResult, inputs: Inputs) -> None:
    stations, said = result.border_stations, result.summary["border_stations"]
    assert said["in_data"] == len(stations) == said["on_air_in_data"] + said["planned_in_data"]
    assert said["on_air_in_run"] == stations["on_air"].sum()
    assert stations["at_km"].is_monotonic_increasing
    assert set(stations.loc[stations["on_air"], "site_id"]) <= set(inputs.sites["site_id"])
    assert [figure["stations"] for figure in said["published"]] == [54, 53, 38]


def test_rates_and_quality_come_from_the_solved_loads(result: RunResult) -> None:
    service = result.service
    own = service[service["operator"] != "any"]
    assert (service["rate_mean_mbps"] >= 0.0).all()
    assert own["rate_mean_mbps"].max() > 15.0
    # whoever may use any network is never slower than with one of them
    best = own.groupby("hamlet_id")["rate_mean_mbps"].max()
    free = service[service["operator"] == "any"].set_index("hamlet_id")["rate_mean_mbps"]
    assert (free >= best.reindex(free.index) - 0.05).all()
    for said in result.summary["quality"]:
        mine = service[service["layer"] == said["layer"]]
        assert sum(said["hamlets"].values()) == len(mine)
        assert said["hamlets"]["zone_1"] == (mine["quality"] == "zone_1").sum()
    assert (service.loc[service["quality"] == "zone_1", "rate_mean_mbps"] >= 14.95).all()


def test_every_table_has_its_columns(result: RunResult) -> None:
    tables = tables_of(result)
    assert {"gaps", "border_layers", "border_stations", "cuts", "outages", "backed", "target_places"} <= set(
        tables
    )
    assert {"lat", "lon", "commune", "people_lost"} <= set(tables["outages"].columns)
    assert set(tables["cuts"]["kind"]) == {"operator", "district", "cut"}
    assert set(tables["border_layers"]["eirp_limit"]) == {"with", "without"}
    assert not {"geometry", "x_m"} & set().union(*(table.columns for table in tables.values()))


def test_the_raster_of_servers_counts_and_knows_where_nothing_was_asked(
    result: RunResult, inputs: Inputs, tmp_path: Path
) -> None:
    write_rasters(result, tmp_path)
    asked = inputs.asked(inputs.grid)
    for key, layer in result.coverage.layers.items():
        with rasterio.open(tmp_path / f"servers_{key}.tif") as file:
            assert (file.dtypes[0], file.nodata) == ("uint16", UNKNOWN)
            values = file.read(1)
        assert (values[asked] == layer.servers[asked]).all()
        assert (values[~asked] == UNKNOWN).all()


def test_a_layer_that_knows_no_loads_is_not_judged(scenario: Scenario) -> None:
    quiet = scenario.model_copy(
        update={
            "explain_gaps": False,
            "outages": False,
            "radio": scenario.radio.model_copy(update={"load": 0.0}),
        }
    )
    found = run(replace_area(quiet))
    assert set(found.service["quality"]) == {"not_judged"}
    assert found.service["rate_mbps"].isna().all()


def replace_area(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"area": ("Thị trấn Thanh Bình",), "border": Border(), "cuts": ()})
