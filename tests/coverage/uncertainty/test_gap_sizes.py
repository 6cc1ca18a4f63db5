"""Gaps found from houses alone are those of the raster, but for what divides the ground between."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.gaps import find_gaps
from phusong.coverage.service import People
from phusong.coverage.uncertainty.gap_sizes import gap_sizes, homes_of, steps_of
from phusong.coverage.uncertainty.heard import places_at
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

LEAST = 40.0


@pytest.mark.parametrize("cell_m", [100.0, 200.0, 500.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gaps_of_houses_are_those_of_the_raster(cell_m: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = Grid("EPSG:32648", 600_000.0, 1_300_000.0, cell_m, 120, 120)
    cells = rng.choice(grid.rows * grid.cols, 400, replace=False)
    row, col = cells // grid.cols, cells % grid.cols
    people = People(
        grid.x_m()[col], grid.y_m()[row], rng.integers(1, 60, 400).astype(float), np.zeros(400, np.int64)
    )
    places, number = places_at(grid, people.x_m, people.y_m)
    level = rng.normal(-100.0, 8.0, places.row.size).astype(np.float32)
    # the ground between is without signal, and no served house divides it
    values = np.full(grid.shape, np.nan, np.float32)
    lost = level[number] < -100.0
    silent = People(people.x_m[lost], people.y_m[lost], people.people[lost], people.hamlet[lost])
    split = find_gaps(Raster(grid, values), -100.0, silent, least_people=LEAST, most_km2=np.inf)
    expected = np.sort(split.gaps["people"].to_numpy())[::-1]
    found = gap_sizes(homes_of(places, number, people.people), level, -100.0, LEAST)
    assert expected.size > 5
    assert found == pytest.approx([expected.sum(), expected[0], expected[:3].sum()])


def test_everybody_served_is_no_gap_and_nobody_served_is_all() -> None:
    grid = Grid("EPSG:32648", 600_000.0, 1_300_000.0, 100.0, 50, 50)
    x_m, y_m = grid.x_m()[[3, 5, 40, 3]], grid.y_m()[[3, 5, 40, 3]]
    places, number = places_at(grid, x_m, y_m)
    homes = homes_of(places, number, np.array([10.0, 20.0, 5.0, 1.0]))
    level = np.full(3, -90.0, np.float32)
    assert gap_sizes(homes, level, -100.0, 0.0).tolist() == [0.0, 0.0, 0.0]
    assert gap_sizes(homes, level - 20.0, -100.0, 0.0).tolist() == [36.0, 31.0, 36.0]
    assert gap_sizes(homes, level - 20.0, -100.0, 6.0).tolist() == [31.0, 31.0, 31.0]


def test_homes_finer_than_a_square_are_one_gap_with_their_neighbours() -> None:
    grid = Grid("EPSG:32648", 600_000.0, 1_300_000.0, 25.0, 80, 80)
    x_m, y_m = grid.x_m()[[0, 3, 24, 70]], grid.y_m()[[0, 0, 0, 70]]
    places, number = places_at(grid, x_m, y_m)
    homes = homes_of(places, number, np.array([10.0, 20.0, 5.0, 1.0]))
    assert homes.squares == 3  # the first two lie in one
    silent = np.full(4, -120.0, np.float32)
    assert gap_sizes(homes, silent, -100.0, 0.0).tolist() == [36.0, 30.0, 36.0]
    near = homes_of(places_at(grid, x_m - 100.0 * (x_m > x_m[2] - 1.0), y_m)[0], number, homes.people)
    assert gap_sizes(near, silent, -100.0, 0.0).tolist() == [36.0, 35.0, 36.0]


def test_cells_a_kilometre_wide_join_their_neighbours_alone() -> None:
    assert steps_of(1000.0) == [(0, 1), (1, -1), (1, 0), (1, 1)]
    assert (0, 5) in steps_of(100.0)
    assert (0, 6) not in steps_of(100.0)
