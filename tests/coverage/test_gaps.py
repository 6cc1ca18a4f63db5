"""Gaps: every unserved person is in exactly one, and their polygons lie on unserved ground only."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from phusong.coverage.gaps import MOST_KM2, find_gaps
from phusong.coverage.service import People
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

GRID = Grid(crs="EPSG:9212", west_m=1000.0, north_m=5000.0, cell_m=100.0, rows=30, cols=40)


def _case(seed: int, people_cells: int) -> tuple[Raster, People]:
    rng = np.random.default_rng(seed)
    rsrp = rng.choice([-130.0, -90.0], GRID.shape, p=[0.4, 0.6]).astype(np.float32)
    rsrp[rng.random(GRID.shape) < 0.05] = np.nan
    people = People(
        x_m=rng.uniform(1000, 5000, people_cells),
        y_m=rng.uniform(2000, 5000, people_cells),
        people=rng.uniform(0.5, 9, people_cells),
        hamlet=np.zeros(people_cells, np.int64),
    )
    return Raster(GRID, rsrp), people


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 150), least=st.sampled_from([0.0, 5.0, 20.0]))
def test_nobody_is_lost_or_counted_twice(seed: int, count: int, least: float) -> None:
    rsrp, people = _case(seed, count)
    split = find_gaps(rsrp, -110, people, least_people=least)
    served = rsrp.at(people.x_m, people.y_m) >= -110
    assert split.gaps["people"].sum() + split.people_unlisted == pytest.approx(people.people[~served].sum())
    assert ((split.gap_of_point == -1) == served).all()
    assert (split.gaps["people"] >= least).all()
    assert split.gaps.geometry.is_valid.all()
    assert split.gaps["area_km2"].to_numpy() == pytest.approx(split.gaps.geometry.area.to_numpy() / 1e6)
    for x, y, gap in zip(people.x_m, people.y_m, split.gap_of_point, strict=True):
        if gap >= 0:
            assert split.gaps.geometry.iloc[gap].distance(Point(x, y)) < 1e-6


def test_houses_far_apart_are_two_gaps_and_near_ones_are_one() -> None:
    rsrp = Raster(GRID, np.full(GRID.shape, -130, np.float32))
    people = People(
        x_m=np.array([1050.0, 1450.0, 3050.0]),
        y_m=np.array([4950.0, 4950.0, 4950.0]),
        people=np.array([10.0, 20.0, 5.0]),
        hamlet=np.zeros(3, np.int64),
    )
    split = find_gaps(rsrp, -110, people, least_people=1)
    assert split.gaps["people"].tolist() == [30.0, 5.0]
    assert split.gap_of_point.tolist() == [0, 0, 1]


def test_a_served_ridge_divides_a_gap_and_the_worst_house_is_named() -> None:
    values = np.full(GRID.shape, -120, np.float32)
    values[:, 20] = -80
    values[3, 5] = -140
    rng = np.random.default_rng(3)
    people = People(
        x_m=np.append(rng.uniform(1000, 5000, 900), 1550.0),
        y_m=np.append(rng.uniform(2000, 5000, 900), 4650.0),
        people=np.ones(901),
        hamlet=np.zeros(901, np.int64),
    )
    split = find_gaps(Raster(GRID, values), -110, people, least_people=1)
    assert len(split.gaps) == 2
    west = split.gaps[split.gaps["worst_dbm"] == -140].iloc[0]
    assert (west["x_m"], west["y_m"]) == (1550.0, 4650.0)


def test_everything_served_is_no_gap() -> None:
    _, people = _case(1, 20)
    split = find_gaps(Raster(GRID, np.full(GRID.shape, -70, np.float32)), -110, people, least_people=0)
    assert len(split.gaps) == 0
    assert split.people_unlisted == 0


def _wide(hamlets: int, seed: int = 5) -> tuple[Raster, People]:
    """One unserved plain with the people of some hamlets around their centres."""
    rng = np.random.default_rng(seed)
    hamlet = np.repeat(np.arange(hamlets), 200)
    centre = rng.uniform([1200, 2200], [4800, 4800], (hamlets, 2))
    xy = np.clip(centre[hamlet] + rng.normal(0, 300, (hamlet.size, 2)), [1001, 2001], [4999, 4999])
    return Raster(GRID, np.full(GRID.shape, -130, np.float32)), People(
        xy[:, 0], xy[:, 1], rng.uniform(0.5, 2.0, hamlet.size), hamlet
    )


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), hamlets=st.integers(1, 9), least=st.sampled_from([0.0, 20.0, 150.0]))
def test_the_pieces_of_a_wide_gap_are_the_whole(seed: int, hamlets: int, least: float) -> None:
    rsrp, people = _wide(hamlets, seed)
    whole = find_gaps(rsrp, -110, people, least_people=least, most_km2=1e9)
    split = find_gaps(rsrp, -110, people, least_people=least, most_km2=1.0)
    assert split.people_unlisted == whole.people_unlisted
    for joined, pieces in split.gaps.groupby("joined"):
        (one,) = whole.gaps[whole.gaps["joined"] == joined].itertuples()
        assert pieces["people"].sum() == pytest.approx(one.people)
        assert pieces["area_km2"].sum() == pytest.approx(one.area_km2)
        assert pieces.geometry.union_all().symmetric_difference(one.geometry).area == pytest.approx(0.0)
    assert (split.gaps["people"] >= least).all()
    by_point = np.bincount(
        split.gap_of_point[split.gap_of_point >= 0], weights=people.people[split.gap_of_point >= 0]
    )
    assert by_point == pytest.approx(split.gaps["people"].to_numpy())


def test_a_gap_as_wide_as_one_mast_serves_stays_whole() -> None:
    rsrp, people = _wide(4)
    narrow = find_gaps(rsrp, -110, people, least_people=1, most_km2=GRID.rows * GRID.cols / 100.0)
    wide = find_gaps(rsrp, -110, people, least_people=1, most_km2=2.0)
    assert narrow.gaps["joined"].is_unique
    assert 1 < len(wide.gaps) <= 4
    assert MOST_KM2 > 4.0
    far = np.hypot(wide.gaps["x_m"].diff().iloc[1:], wide.gaps["y_m"].diff().iloc[1:])
    assert (far > 0).all()
