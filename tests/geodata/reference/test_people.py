"""Hamlets and population: real names and counts, everybody counted once, nobody in the lake or the park."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.geodata.province import Province
from phusong.geodata.reference import published


def test_843_hamlets_with_their_real_names(province: Province) -> None:
    listed = published.table("hamlets_843")
    assert len(province.hamlets) == 843
    assert province.hamlets["hamlet_id"].is_unique
    assert list(province.hamlets["name"]) == list(listed["name"])
    assert list(province.hamlets["unit_2025_code"]) == list(listed["commune_code_2025"])
    assert province.hamlets["synthetic_position"].all()


def test_hamlets_are_in_the_commune_that_their_name_tells(province: Province) -> None:
    listed = published.table("hamlets_843")
    named = (listed["old_commune_if_in_name"] != "").to_numpy()
    assert named.sum() == 226
    assert list(province.hamlets["commune"][named]) == list(listed["old_commune_if_in_name"][named])


def test_every_commune_and_unit_has_its_number_of_hamlets(province: Province) -> None:
    estimated = published.table("communes_2024").set_index("code")["hamlets_est"]
    assert province.hamlets.groupby("commune_code").size().to_dict() == estimated.astype(int).to_dict()
    units = province.units_2025.set_index("code")["n_hamlets"]
    assert province.hamlets.groupby("unit_2025_code").size().to_dict() == units.to_dict()


def test_units_of_a_hamlet_agree(province: Province) -> None:
    of = province.communes.set_index("code").loc[province.hamlets["commune_code"]]
    for own, commune in (("commune", "name"), ("district", "district"), ("unit_2025_code", "unit_2025_code")):
        assert list(province.hamlets[own]) == list(of[commune])


def test_hamlets_are_in_their_commune_out_of_park_and_water(
    province: Province, hamlet_xy: NDArray[np.float64]
) -> None:
    shapes = province.communes.set_index("code").geometry.loc[province.hamlets["commune_code"]].to_numpy()
    assert shapely.contains_xy(shapes, *hamlet_xy.T).all()
    assert not shapely.contains_xy(province.park, *hamlet_xy.T).any()
    assert not (province.clutter.at(*hamlet_xy.T) == 1).any()


def test_hamlets_keep_apart_and_near_roads(province: Province, hamlet_xy: NDArray[np.float64]) -> None:
    nearest_m = cKDTree(hamlet_xy).query(hamlet_xy, k=2)[0][:, 1]
    assert nearest_m.min() > 150
    assert 1000 < np.median(nearest_m) < 2200
    assert nearest_m.max() < 9000
    # nearer to roads than ground of the province is as a rule
    roads = province.roads.geometry.union_all()
    anywhere = shapely.points(
        np.random.default_rng(1).uniform(province.outline.bounds[:2], province.outline.bounds[2:], (2000, 2))
    )
    anywhere = anywhere[shapely.contains(province.outline, anywhere)]
    by_road = np.median(shapely.distance(province.hamlets.geometry.to_numpy(), roads))
    assert by_road < 0.7 * np.median(shapely.distance(anywhere, roads))


def test_populations_sum_at_every_level(province: Province) -> None:
    total = 1_062_300  # NSO, average population of 2024
    assert province.hamlets["population"].sum() == total
    for table, column in (("communes", "commune_code"), ("districts", "district_code")):
        units = getattr(province, table).set_index("code")["population"]
        assert province.hamlets.groupby(column)["population"].sum().to_dict() == units.to_dict()
    units = province.units_2025.set_index("code")["population"]
    assert province.hamlets.groupby("unit_2025_code")["population"].sum().to_dict() == units.to_dict()


def test_hamlet_populations_spread_as_the_parameters_say(province: Province) -> None:
    people = province.hamlets["population"]
    within = np.log(people / people.groupby(province.hamlets["commune_code"]).transform("mean"))
    sigma = published.parameters()["population"]["hamlet_sigma"]
    assert within.std() == pytest.approx(sigma, rel=0.15)
    assert people.min() > 50


def test_cells_sum_to_their_hamlets(province: Province) -> None:
    people, owner = province.population.values.astype(np.float64), province.hamlet_of_cell.values
    assert people.min() == 0.0
    np.testing.assert_array_equal(owner >= 0, people > 0)
    by_hamlet = np.bincount(owner[owner >= 0], weights=people[owner >= 0], minlength=843)
    np.testing.assert_allclose(by_hamlet, province.hamlets["population"], rtol=1e-5)


def test_people_live_in_their_hamlets_commune_and_not_in_the_park(
    province: Province, hamlet_xy: NDArray[np.float64]
) -> None:
    grid = province.population.grid
    rows, cols = np.nonzero(province.population.values > 0)
    x_m, y_m = grid.x_m()[cols], grid.y_m()[rows]
    owner = province.hamlet_of_cell.values[rows, cols]
    shapes = province.communes.set_index("code").geometry.loc[province.hamlets["commune_code"]].to_numpy()
    assert shapely.contains_xy(shapes[owner], x_m, y_m).all()
    assert not shapely.contains_xy(province.park, x_m, y_m).any()
    # most live by their hamlet's centre, some 1 to 3.5 km away: the scattered houses
    people = province.population.values[rows, cols]
    away_m = np.hypot(x_m - hamlet_xy[owner, 0], y_m - hamlet_xy[owner, 1])
    assert 0.55 < people[away_m < 500].sum() / people.sum() < 0.9
    assert 0.04 < people[away_m > 1000].sum() / people.sum() < 0.2
    assert away_m.max() < 3600
