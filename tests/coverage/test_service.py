"""Service of hamlets and units against brute force on small random cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.service import (
    LevelThresholds,
    People,
    area_share,
    level_codes,
    people_share,
    signal_at,
    value_of_most,
)
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

GRID = Grid(crs="EPSG:9212", west_m=0.0, north_m=400.0, cell_m=100.0, rows=4, cols=5)


def _people(rng: np.random.Generator, count: int, hamlets: int) -> People:
    return People(
        x_m=rng.uniform(0, 500, count),
        y_m=rng.uniform(0, 400, count),
        people=rng.uniform(0.1, 30, count),
        hamlet=rng.integers(0, hamlets, count),
    )


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 40), share=st.floats(0.05, 1.0))
def test_quantile_is_the_best_value_that_the_share_of_people_has(seed: int, count: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    people = _people(rng, count, hamlets=6)
    values = rng.choice([-120.0, -110.0, -99.0, -80.0, -np.inf], count)
    found = value_of_most(values, people.people, people.hamlet, 6, share)
    for hamlet in range(6):
        mine = people.hamlet == hamlet
        if not mine.any():
            assert np.isnan(found[hamlet])
            continue
        total = people.people[mine].sum()
        enough = [
            v
            for v in values[mine]
            if people.people[mine][values[mine] >= v].sum() >= share * total * (1 - 1e-9)
        ]
        assert found[hamlet] == max(enough)


def test_level_codes_count_the_threshold_itself_as_served() -> None:
    thresholds = LevelThresholds(outdoor_dbm=-110, in_car_dbm=-102, indoor_dbm=-96)
    signal = np.array([np.nan, -np.inf, -110.1, -110.0, -102.0, -96.0, -40.0])
    assert level_codes(signal, thresholds).tolist() == [0, 0, 0, 1, 2, 3, 3]


def test_shares_of_people_and_area_against_counting() -> None:
    rng = np.random.default_rng(7)
    people = _people(rng, 60, hamlets=3)
    rsrp = Raster(GRID, rng.uniform(-130, -80, GRID.shape).astype(np.float32))
    served = signal_at(rsrp, people) >= -110
    shares = people_share(served, people, people.hamlet, 4)
    for hamlet in range(3):
        mine = people.hamlet == hamlet
        assert shares[hamlet] == pytest.approx(
            sum(p for p, s in zip(people.people[mine], served[mine], strict=True) if s)
            / people.people[mine].sum()
        )
    assert np.isnan(shares[3])
    unit = rng.integers(-1, 2, GRID.shape)
    areas = area_share(rsrp, -110, unit, 3)
    for u in range(2):
        cells = rsrp.values[unit == u]
        assert areas[u] == pytest.approx(float(np.mean(cells >= -110)))
    assert np.isnan(areas[2])


def test_a_point_outside_the_raster_is_refused() -> None:
    people = People(np.array([600.0]), np.array([10.0]), np.array([1.0]), np.array([0]))
    with pytest.raises(ValueError, match="outside the raster"):
        signal_at(Raster(GRID, np.zeros(GRID.shape, np.float32)), people)
