"""Outages against switching each mast off by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.reach import Reach
from phusong.coverage.resilience import people_lost, served_points, single_mast_outages


def _reach(rng: np.random.Generator, points: int, sectors: int) -> Reach:
    point, sector = np.nonzero(rng.random((points, sectors)) < 0.12)
    return Reach(point, sector, rng.uniform(-110, -60, point.size).astype(np.float32), points, sectors)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), points=st.integers(1, 60), sectors=st.integers(1, 30))
def test_all_masts_at_once_equals_each_mast_off(seed: int, points: int, sectors: int) -> None:
    rng = np.random.default_rng(seed)
    reach = _reach(rng, points, sectors)
    people = rng.uniform(0, 50, points)
    masts = rng.choice(["A", "B", "C", "D"], sectors)
    found = single_mast_outages(reach, masts, people)
    by_mast = found.masts.set_index("mast_id")["people_lost"]
    still = served_points(reach)
    for mast in np.unique(masts):
        off = masts == mast
        assert by_mast[mast] == pytest.approx(people_lost(reach, off, people))
        still = still & served_points(reach, off)
    assert (found.backed == still).all()
    assert found.masts["people_lost"].is_monotonic_decreasing


def test_nobody_is_lost_who_was_not_served() -> None:
    reach = Reach(np.array([0, 1]), np.array([0, 1]), np.zeros(2, np.float32), points=3, sectors=2)
    people = np.array([5.0, 7.0, 100.0])
    assert people_lost(reach, np.array([True, True]), people) == 12.0
    assert single_mast_outages(reach, np.array(["A", "B"]), people).sole_mast.tolist() == [0, 1, -1]


def test_unsorted_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="sorted"):
        Reach(np.array([1, 0]), np.array([0, 0]), np.zeros(2, np.float32), points=2, sectors=1)
