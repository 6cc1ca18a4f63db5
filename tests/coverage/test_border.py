"""Service along a road against a fine brute-force sampling."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from phusong.coverage.border import along_road, places_along, spill
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.geodata.grid import Grid

GRID = Grid(crs="EPSG:9212", west_m=0.0, north_m=10_000.0, cell_m=500.0, rows=20, cols=20)


def _map(rsrp: np.ndarray, servers: np.ndarray) -> tuple[CoverageMap, Layer]:
    empty = np.full(GRID.shape, np.nan, np.float32)
    layer = Layer(
        key="any-4g",
        operator="any",
        technology="4G",
        threshold_dbm=-110.0,
        rsrp_dbm=rsrp.astype(np.float32),
        best_server=np.zeros(GRID.shape, np.int32),
        second_dbm=empty,
        servers=servers.astype(np.uint8),
        sinr_db=empty,
    )
    return CoverageMap(grid=GRID, sectors=(), layers={"any-4g": layer}, model="test"), layer


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_shares_agree_with_a_hundred_times_finer_sampling(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rsrp = rng.choice([-130.0, -90.0, np.nan], GRID.shape)
    servers = np.where(rsrp >= -110, rng.integers(1, 4, GRID.shape), 0)
    coverage, layer = _map(rsrp, servers)
    road = LineString(rng.uniform(100, 9900, (6, 2)))
    found = along_road(coverage, layer, road)
    fine = np.linspace(0, road.length, 100 * found.state.size)
    points = [road.interpolate(at) for at in fine]
    row, col = GRID.row_col(np.array([p.x for p in points]), np.array([p.y for p in points]))
    served = rsrp[row, col] >= -110
    one = served & (servers[row, col] == 1)
    # a border between cells costs at most half a step; a road of six points crosses at most 200 of them
    assert found.served_share == pytest.approx(served.mean(), abs=0.02)
    assert found.one_server_km / found.length_km == pytest.approx(one.mean(), abs=0.02)
    assert found.length_km == pytest.approx(road.length / 1e3)
    assert found.stretches["length_km"].sum() == pytest.approx(road.length / 1e3)
    assert found.stretches.geometry.length.sum() == pytest.approx(road.length)
    assert (found.stretches["state"].to_numpy()[1:] != found.stretches["state"].to_numpy()[:-1]).all()


def test_the_longest_silent_stretch_of_a_known_road() -> None:
    rsrp = np.full(GRID.shape, -90.0)
    rsrp[10, 4:9] = -120.0
    rsrp[10, 15] = np.nan
    coverage, layer = _map(rsrp, np.where(rsrp >= -110, 2, 0))
    road = LineString([(0.0, 4750.0), (10_000.0, 4750.0)])
    found = along_road(coverage, layer, road)
    assert found.longest_silent_km == pytest.approx(2.5)
    assert found.served_share == pytest.approx(0.7)
    assert found.stretches["state"].tolist() == ["served", "silent", "served", "silent", "served"]
    posts = gpd.GeoDataFrame(
        {"name": ["far", "post 2", "post 1"]},
        geometry=[Point(500, 9000), Point(7600, 5000), Point(3000, 4000)],
        crs=GRID.crs,
    )
    near = places_along(road, posts, found, within_m=1000)
    assert near["name"].tolist() == ["post 1", "post 2"]
    assert near["state"].tolist() == ["silent", "silent"]
    assert near["at_km"].tolist() == pytest.approx([3.0, 7.6])


def test_roads_that_cannot_be_sampled_are_refused() -> None:
    coverage, layer = _map(np.zeros(GRID.shape), np.ones(GRID.shape))
    with pytest.raises(ValueError, match="two different points"):
        along_road(coverage, layer, LineString([(5, 5), (5, 5)]))
    with pytest.raises(ValueError, match="leaves the grid"):
        along_road(coverage, layer, LineString([(5, 5), (50_000, 5)]))


def test_spill_counts_the_ground_beyond_the_border_only() -> None:
    rsrp = np.full(GRID.shape, -120.0)
    rsrp[2:8, :] = -90.0  # northings 6000 to 9000
    coverage, layer = _map(rsrp, np.ones(GRID.shape))
    outline = box(0, 0, 10_000, 5000)
    border = LineString([(0, 5000), (10_000, 5000)])
    found = spill(coverage, layer, outline, border, strip_m=3000)
    # of the strip from 5000 to 8000 the two northern kilometres are served, over 10 km
    assert found.area_km2 == pytest.approx(20.0)
    assert found.served_share == pytest.approx(2 / 3)
    assert found.deepest_km == pytest.approx(2.75)
    assert spill(coverage, layer, outline, border, strip_m=1000).area_km2 == 0.0
