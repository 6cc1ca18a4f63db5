"""Units: real counts and areas, cells that tile the province, how near they come to the real ones."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon

from phusong.geodata.province import Province
from phusong.geodata.reference import published
from phusong.geodata.reference.boundaries import power_diagram


def test_counts_are_the_official_ones(province: Province) -> None:
    assert (len(province.districts), len(province.communes), len(province.units_2025)) == (11, 111, 40)
    assert province.communes["is_border"].sum() == 15
    assert province.communes["unit_2025_code"].nunique() == 40
    assert province.communes["district_code"].nunique() == 11


@pytest.mark.parametrize("level", ["communes", "districts", "units_2025"])
def test_every_area_is_within_five_per_cent(province: Province, level: str) -> None:
    units = getattr(province, level)
    np.testing.assert_allclose(units.geometry.area / 1e6, units["area_km2"], rtol=0.05)


@pytest.mark.parametrize("level", ["communes", "districts", "units_2025"])
def test_units_tile_the_province(province: Province, level: str) -> None:
    shapes = getattr(province, level).geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapes).sum() == pytest.approx(province.outline.area, rel=1e-6)
    assert shapely.union_all(shapes).symmetric_difference(province.outline).area < 1e4  # m² of rounding


def test_inner_boundaries_come_near_the_real_ones(province: Province, real_boundaries: Path) -> None:
    """Share of ground that lies in the right commune and district (trial with this method: 79 % and 94 %)."""
    real = gpd.read_file(real_boundaries / "bp_communes_111.geojson").to_crs(province.crs)
    real = real.set_index(real["code"].astype(str)).geometry
    shared = province.communes.geometry.to_numpy()
    right = shapely.area(shapely.intersection(shared, real.loc[province.communes["code"]].to_numpy())).sum()
    assert right / province.outline.area >= 0.75
    by_district = real.groupby(province.communes.set_index("code")["district_code"].to_dict()).agg(
        lambda shapes: shapely.union_all(shapes.to_numpy())
    )
    districts = province.districts
    right = shapely.area(
        shapely.intersection(districts.geometry.to_numpy(), by_district.loc[districts["code"]].to_numpy())
    ).sum()
    assert right / province.outline.area >= 0.90


def test_power_diagram_cuts_where_the_areas_say() -> None:
    square = Polygon([(0, 0), (1000, 0), (1000, 1000), (0, 1000)])
    points = np.array([[200.0, 500.0], [700.0, 500.0], [950.0, 500.0]])
    cells = power_diagram(points, np.array([3e5, 6e5, 1e5]), square)
    np.testing.assert_allclose([cell.area for cell in cells], [3e5, 6e5, 1e5], rtol=1e-4)
    # the bisector of the first two is the line x = 300: it is square to their join
    np.testing.assert_allclose(cells[0].bounds, (0.0, 0.0, 300.0, 1000.0), atol=0.1)


def test_power_diagram_refuses_a_point_outside() -> None:
    square = Polygon([(0, 0), (1000, 0), (1000, 1000), (0, 1000)])
    points = np.array([[200.0, 500.0], [700.0, 300.0], [600.0, 900.0], [5000.0, 500.0]])
    with pytest.raises(ValueError, match="must lie in the domain"):
        power_diagram(points, np.full(4, 2.5e5), square)


def test_border_and_patrol_road(province: Province) -> None:
    drawn = published.table("province_outline")
    marked = drawn["on_cambodia_border"] == 1
    assert len(province.border.coords) == marked.sum()
    assert province.patrol_road.length / 1000 == pytest.approx(176.0, rel=0.01)
    assert province.outline.contains(province.patrol_road)
    assert province.patrol_road.is_simple
    # the road stays near the border: nowhere more than 10 km from it
    points = shapely.points(np.asarray(province.patrol_road.coords))
    assert shapely.distance(points, province.border).max() < 10_000
    border_communes = province.communes[province.communes["is_border"]].geometry.to_numpy()
    assert shapely.distance(border_communes, province.border).max() < 12_000


def test_the_park_has_its_area_and_lies_in_its_two_communes(province: Province) -> None:
    home = province.communes[province.communes["code"].isin(["25222", "25225"])]
    assert province.park.area / 1e4 == pytest.approx(26_032, rel=0.01)
    assert province.park.difference(home.geometry.union_all()).area < 1e4
