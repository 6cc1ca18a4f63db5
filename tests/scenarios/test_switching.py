"""Storms as polygons, cuts, the border's limit and quality levels, as a scenario's file gives them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import wkt
from shapely.geometry import LineString, mapping

from phusong.geodata import reference
from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.geodata.raster import Raster
from phusong.scenarios import inputs as loading
from phusong.scenarios.changes import on_air
from phusong.scenarios.inputs import load_inputs
from phusong.scenarios.outages import check_cuts
from phusong.scenarios.quality import quality_levels
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import load_scenario

CORNERS = [[106.95, 11.9], [107.3, 11.9], [107.3, 12.2], [106.95, 12.2]]
AREA = wkt.loads("POLYGON((" + ", ".join(f"{x} {y}" for x, y in [*CORNERS, CORNERS[0]]) + "))")


@pytest.fixture(scope="module")
def province() -> Province:
    return reference.load()


def _load(folder: Path, text: str) -> Scenario:
    path = folder / "x.toml"
    path.write_text(f'base = "baseline-2024"\n{text}\n', "utf-8")
    return load_scenario(str(path))


def test_a_storm_is_the_same_as_points_wkt_and_file(province: Province, tmp_path: Path) -> None:
    geojson = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": mapping(AREA)}],
    }
    (tmp_path / "storm.geojson").write_text(json.dumps(geojson), "utf-8")
    _, before = on_air(load_scenario("baseline-2024"), province)
    points = gpd.GeoSeries.from_xy(before["x_m"], before["y_m"], crs=province.crs).to_crs("EPSG:4326")
    expected = set(before.loc[~points.within(AREA).to_numpy(), "sector_id"])
    assert len(expected) < len(before)
    for given in (f"points = {CORNERS}", f'wkt = "{AREA.wkt}"', 'file = "storm.geojson"'):
        _, left = on_air(_load(tmp_path, f"[sites]\noff_inside = [{{ {given} }}]"), province)
        assert set(left["sector_id"]) == expected, given


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{ points = [[107, 12], [107, 12]] }", "three different points"),
        ('{ wkt = "POLYGON((0 0))" }', r"off_inside\[0\].wkt: not readable as WKT"),
        ('{ wkt = "LINESTRING(107 12, 107.1 12)" }', "no polygon with an area"),
        ('{ wkt = "POLYGON((11 106, 12 106, 12 107, 11 106))" }', r"longitude \(102 to 118\) comes first"),
        ('{ file = "none.geojson" }', "cannot be read"),
        ('{ wkt = "POINT(1 1)", points = [[107, 12], [107.1, 12], [107, 12.1]] }', "exactly one of"),
        ("{ points = [[12, 107], [12.1, 107], [12, 107.1]] }", "greater than or equal to 102"),
    ],
)
def test_a_polygon_that_is_none_is_named(
    province: Province, tmp_path: Path, given: str, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        on_air(_load(tmp_path, f"[sites]\noff_inside = [{given}]"), province)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[cuts]]\nname = "x"', "switches nothing off"),
        ('[[cuts]]\nname = "x"\noff = ["M"]\n[[cuts]]\nname = "x"\noff = ["M"]', "stands twice"),
        ('[[cuts]]\nname = "x"\noff = ["M"]\nof = 1', "'cuts.0.of' is not known; did you mean 'off'"),
        ("[border]\neirp_limit_dbm = 200", "border.eirp_limit_dbm: input should be less"),
        ("[border]\nwithin = 5", "'border.within' is not known; did you mean 'within_km'"),
        (
            '[[quality.level]]\ntechnology = "4G"\nkey = "a"\ndownlink_mbps = 1\nrsrp_dbm = -110\nleast_mbps = 2',
            "least_mbps 2 lies above the mean",
        ),
        ("[thresholds.4G]\noutdoor_dbm = -90\nin_car_dbm = -102\nindoor_dbm = -96", "thresholds must rise"),
    ],
)
def test_mistakes_are_named_when_the_file_is_read(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        _load(tmp_path, text)


def test_cuts_are_checked_before_anything_is_predicted(tmp_path: Path) -> None:
    area = 'area = ["Huyện Bù Đốp"]\nresolution_m = 1000\n'
    scenario = _load(tmp_path, area + '[[cuts]]\nname = "x"\noff = ["COT-9999"]')
    inputs = load_inputs(scenario)
    with pytest.raises(InputError, match=r"cuts 'x'.off: 'COT-9999' is no site, mast or sector on air"):
        check_cuts(scenario, inputs)
    part = inputs.sectors[0].sector_id
    with pytest.raises(InputError, match="takes a part of"):
        check_cuts(_load(tmp_path, area + f'[[cuts]]\nname = "x"\noff = ["{part}"]'), inputs)
    with pytest.raises(InputError, match=r"off_operators: no site of 'Vina'"):
        check_cuts(_load(tmp_path, area + '[[cuts]]\nname = "x"\noff_operators = ["Vina"]'), inputs)
    check_cuts(
        _load(tmp_path, area + f'[[cuts]]\nname = "x"\noff = ["{inputs.sites.iloc[0]["mast_id"]}"]'), inputs
    )


def test_quality_comes_from_the_shipped_file_an_own_one_and_the_scenario(tmp_path: Path) -> None:
    shipped = quality_levels(load_scenario("baseline-2024"))
    assert [(one.technology, one.key) for one in shipped] == [
        ("4G", "zone_1"),
        ("4G", "zone_2"),
        ("5G", "qcvn_126"),
    ]
    assert all(one.source and one.trust for one in shipped)
    strict = '[[quality.level]]\ntechnology = "4G"\nkey = "zone_2"\ndownlink_mbps = 40\nrsrp_dbm = -105\n'
    found = quality_levels(_load(tmp_path, strict))
    assert [(one.key, one.downlink_mbps) for one in found[:2]] == [("zone_2", 40.0), ("zone_1", 15.0)]
    (tmp_path / "own.toml").write_text(
        '[[level]]\ntechnology = "5G"\nkey = "ours"\ndownlink_mbps = 50\nrsrp_dbm = -100\n', "utf-8"
    )
    own = quality_levels(_load(tmp_path, '[quality]\nfile = "own.toml"'))
    assert [one.key for one in own] == ["ours"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("level = 3", r"holds tables \[\[level\]\] alone"),
        ('[[levels]]\nkey = "a"', r"alone, not 'levels'"),
        (
            '[[level]]\ntechnology = "4G"\nkey = "a"\nrsrp_dbm = -100',
            "level 1: downlink_mbps: Field required",
        ),
        (
            '[[level]]\ntechnology = "6G"\nkey = "a"\nrsrp_dbm = -100\ndownlink_mbps = 1',
            "level 1: technology",
        ),
        (
            2 * '[[level]]\ntechnology = "4G"\nkey = "a"\nrsrp_dbm = -100\ndownlink_mbps = 1\n',
            "level 2: 4G 'a' stands twice",
        ),
        ("[[level", "not valid TOML"),
    ],
)
def test_a_quality_file_that_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "own.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        quality_levels(_load(tmp_path, '[quality]\nfile = "own.toml"'))


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return _load(tmp_path, "resolution_m = 2000")


def _with(monkeypatch: pytest.MonkeyPatch, province: Province) -> None:
    monkeypatch.setattr(loading, "province_of", lambda _: (province, ()))


def test_a_hamlet_of_no_commune_is_named(
    province: Province, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    hamlets = province.hamlets.copy()
    hamlets.loc[hamlets.index[7], "commune_code"] = "99999"
    _with(monkeypatch, replace(province, hamlets=hamlets))
    lost = hamlets.iloc[7]
    with pytest.raises(
        InputError, match=rf"hamlet {lost['hamlet_id']} .*no commune has its commune_code '99999'"
    ):
        load_inputs(scenario)


def test_a_province_where_nobody_lives_is_named(
    province: Province, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Raster(province.population.grid, np.zeros(province.population.grid.shape, np.float32))
    _with(monkeypatch, replace(province, population=nobody))
    with pytest.raises(InputError, match="nobody lives in"):
        load_inputs(scenario)


def test_a_road_with_one_point_is_named(
    province: Province, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = province.patrol_road.coords[0]
    _with(monkeypatch, replace(province, patrol_road=LineString([point, point])))
    with pytest.raises(InputError, match="has one point only; draw a line"):
        load_inputs(scenario)


def test_a_limit_needs_a_border(province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with(monkeypatch, replace(province, border=LineString()))
    with pytest.raises(InputError, match="has no border in its data"):
        load_inputs(_load(tmp_path, "resolution_m = 2000\n[border]\neirp_limit_dbm = 50"))
