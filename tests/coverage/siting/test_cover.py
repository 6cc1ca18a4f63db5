"""Set covering against enumeration, and its bounds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from phusong.coverage.siting.cover import solve_cover
from phusong.coverage.siting.instances import clustered
from phusong.coverage.siting.problem import Rules, SetCovering, broken_rules
from phusong.coverage.siting.sets import CoverageSets
from phusong.geodata.errors import InputError


def tiny(rng: np.random.Generator) -> SetCovering:
    points, sites = int(rng.integers(4, 12)), int(rng.integers(3, 8))
    dense = rng.random((points, sites)) < rng.uniform(0.2, 0.6)
    sets = CoverageSets.of_sites(points, [np.flatnonzero(dense[:, j]) for j in range(sites)])
    weight = rng.integers(1, 30, points).astype(float)
    cost = rng.integers(1, 5, sites).astype(float) if rng.random() < 0.5 else None
    rules = Rules()
    if rng.random() < 0.4:
        rules = Rules(spacing_m=2.0, sites_m=rng.random((sites, 2)) * 10.0)
    elif rng.random() < 0.5:
        rules = Rules(existing=(0,), must=(1,), never=(2,), need=rng.integers(1, 3, points))
    return SetCovering(sets, weight, float(rng.uniform(0.3, 0.95)), cost, rules)


def test_enumeration_agrees_on_tiny_set_covers() -> None:
    rng = np.random.default_rng(7)
    solved = 0
    for _ in range(80):
        problem = tiny(rng)
        plans = [np.flatnonzero(bits) for bits in itertools.product((False, True), repeat=problem.sets.sites)]
        costs = [problem.costs()[sites].sum() for sites in plans if not broken_rules(problem, sites)]
        if not costs:
            with pytest.raises(InputError):
                solve_cover(problem)
            continue
        solved += 1
        plan = solve_cover(problem)
        assert broken_rules(problem, plan.sites) == []
        assert plan.objective == min(costs)
        assert plan.bound == pytest.approx(min(costs), abs=1e-6)
    assert solved >= 30


@pytest.mark.slow
def test_a_larger_cover_is_bounded_from_below_and_reaches_its_target() -> None:
    full, _ = clustered(1500, 150, budget=1, radius_m=4000.0)
    plan = solve_cover(SetCovering(full.sets, full.weight, 0.8), time_limit_s=10.0)
    assert plan.weight_served >= 0.8 * plan.weight_total
    assert plan.bound <= plan.objective
    assert plan.gap <= 0.05


def test_a_target_out_of_reach_says_what_can_be_reached() -> None:
    sets = CoverageSets.of_sites(4, [np.array([0, 1]), np.array([1, 2])])
    with pytest.raises(InputError, match=r"all candidates together reach 0\.7500; lower it to 0\.7500"):
        solve_cover(SetCovering(sets, np.ones(4), 0.9))
