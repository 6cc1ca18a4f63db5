"""Terrain and land cover: the published heights, plausible slopes, level water."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize

from phusong.geodata.grid import Grid
from phusong.geodata.province import Province
from phusong.geodata.reference import published


def burned(shapes: list[object], grid: Grid) -> NDArray[np.bool_]:
    return rasterize(shapes, out_shape=grid.shape, transform=grid.affine).astype(bool)


@pytest.fixture(scope="module")
def slope_deg(province: Province) -> NDArray[np.float64]:
    down, right = np.gradient(province.terrain.values, province.terrain.grid.cell_m)
    return np.degrees(np.arctan(np.hypot(down, right)))


def test_grids_cover_the_same_ground(province: Province) -> None:
    rasters = (province.terrain, province.clutter, province.population, province.hamlet_of_cell)
    assert {raster.grid.bounds_m for raster in rasters} == {province.terrain.grid.bounds_m}
    assert (province.terrain.grid.cell_m, province.population.grid.cell_m) == (30.0, 100.0)
    assert province.clutter.grid == province.terrain.grid
    assert np.isfinite(province.terrain.values).all()


def test_published_heights_are_met_within_a_metre(province: Province) -> None:
    spots = published.table("terrain_points")
    spots = spots[spots["lat"].notna()]
    assert len(spots) == 4
    xy = published.projected(spots["lon"], spots["lat"])
    np.testing.assert_allclose(province.terrain.at(*xy.T), spots["elevation_m"], atol=1.0)


def test_ba_ra_is_the_highest_of_the_province(province: Province) -> None:
    inside = burned([province.outline], province.terrain.grid)
    heights = province.terrain.values[inside]
    assert heights.max() == pytest.approx(736.0, abs=1.0)
    assert 20 < heights.min() < 50
    # "most of the province: 50 to 200 m"
    assert 0.5 < np.mean((heights >= 50) & (heights <= 200)) < 0.85


@pytest.mark.parametrize(
    ("districts", "lowest", "highest", "flattest_deg", "steepest_deg"),
    [("Chơn Thành", 40, 75, 0.8, 3.0), ("Bù Đăng", 200, 400, 4.0, 10.0), ("Bù Gia Mập", 180, 400, 4.0, 10.0)],
)
def test_heights_and_slopes_by_district(
    province: Province,
    slope_deg: NDArray[np.float64],
    districts: str,
    lowest: float,
    highest: float,
    flattest_deg: float,
    steepest_deg: float,
) -> None:
    shapes = province.districts[province.districts["name"].str.endswith(districts)].geometry
    dry = burned(list(shapes), province.terrain.grid) & (province.clutter.values != 1)
    assert lowest < np.median(province.terrain.values[dry]) < highest
    assert flattest_deg < np.median(slope_deg[dry]) < steepest_deg
    assert np.percentile(slope_deg[dry], 99.9) < 45.0  # no cliffs


def test_the_reservoir_is_level_and_the_rivers_are_low(province: Province) -> None:
    lake = province.water[province.water["kind"] == "reservoir"]
    wet = burned(list(lake.geometry), province.terrain.grid)
    assert np.ptp(province.terrain.values[wet]) == 0.0
    assert 80 < lake.geometry.area.sum() / 1e6 < 120
    for course in province.water[province.water["kind"] == "river"].geometry:
        bed = (
            course.segmentize(500).exterior
            if course.geom_type == "Polygon"
            else course.segmentize(500).boundary
        )
        points = shapely.get_coordinates(bed)[::3]
        turn = np.random.default_rng(1).uniform(0, 2 * np.pi, len(points))
        beside = points + 1000.0 * np.column_stack([np.cos(turn), np.sin(turn)])
        assert np.mean(province.terrain.at(*points.T) < province.terrain.at(*beside.T)) > 0.7


def test_no_direction_is_preferred(province: Province) -> None:
    """Stripes would show as slopes much steeper along one axis than along the other."""
    down, right = np.gradient(province.terrain.values[500:-500, 500:-500], 30.0)
    assert 0.8 < down.std() / right.std() < 1.25


def test_land_cover(province: Province) -> None:
    classes = province.clutter_classes.set_index("key")
    grid = province.clutter.grid
    inside = burned([province.outline], grid)
    codes = province.clutter.values
    share = {key: np.mean(codes[inside] == code) for key, code in classes["code"].items()}
    assert set(np.unique(codes)) == set(classes["code"])
    settings = published.parameters()["clutter"]
    land = sum(share[key] for key in ("rubber", "cashew", "forest", "open"))
    for key in ("rubber", "cashew", "forest", "open"):
        assert share[key] / land == pytest.approx(settings[key], abs=0.03)
    assert 0.01 < share["water"] < 0.04
    assert np.mean(codes[burned([province.park], grid)] == classes.loc["forest", "code"]) > 0.95
    assert classes["height_m"].between(0, 25).all()
    assert classes.loc["water", "height_m"] == 0.0


def test_people_live_in_settlements(province: Province) -> None:
    rows, cols = np.nonzero(province.population.values > 0)
    people = province.population.values[rows, cols]
    grid = province.population.grid
    under = province.clutter.at(grid.x_m()[cols], grid.y_m()[rows])
    key = province.clutter_classes.set_index("code")["key"]
    share = {key[code]: people[under == code].sum() / people.sum() for code in np.unique(under)}
    assert share["village"] + share["urban"] > 0.6
    assert share.get("water", 0.0) == 0.0
