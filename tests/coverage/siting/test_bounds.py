"""What must hold for every problem: bounds above objectives, more choice never worse, the same plan again."""

from __future__ import annotations

import signal
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.siting import bound, search
from phusong.coverage.siting.core import core_of
from phusong.coverage.siting.instances import clustered, raster
from phusong.coverage.siting.plan import curve_of
from phusong.coverage.siting.problem import MaximalCovering, Rules, broken_rules, served
from phusong.coverage.siting.sets import CoverageSets
from phusong.coverage.siting.solve import solve

seeds = st.integers(0, 10_000)


def small(seed: int, *, points: int = 60, sites: int = 20) -> MaximalCovering:
    rng = np.random.default_rng(seed)
    dense = rng.random((points, sites)) < rng.uniform(0.05, 0.3)
    sets = CoverageSets.of_sites(points, [np.flatnonzero(dense[:, j]) for j in range(sites)])
    return MaximalCovering(sets, rng.exponential(10.0, points), float(rng.integers(1, 8)))


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_any_prices_bound_any_plan(seed: int) -> None:
    # prices drawn at random are a valid dual: (9) must stay above what random plans serve
    rng = np.random.default_rng(seed)
    problem = small(seed)
    problem = replace(
        problem,
        rules=Rules(
            need=rng.integers(1, 3, 60), spacing_m=2.0, sites_m=rng.random((20, 2)) * 10.0,
            group=rng.integers(-1, 3, 60), least_share=np.array([0.02, 0.0, 0.01]),
        ),
    )  # fmt: skip
    core = core_of(problem)
    prices = replace(
        bound.Prices.neutral(core), v=rng.random(core.rows), mu=rng.random(len(core.cliques)),
        raised=rng.random(len(core.group_target)),
    )  # fmt: skip
    most = core.base_weight + bound.bound_at(core, prices).value
    for _ in range(20):
        sites = rng.choice(20, int(problem.budget), replace=False)
        if not broken_rules(problem, sites):
            assert problem.weight[served(problem, sites)].sum() <= most + 1e-6


@given(seeds)
@settings(max_examples=12, deadline=None)
def test_another_candidate_never_lowers_the_optimum(seed: int) -> None:
    problem = small(seed)
    fewer = replace(problem, rules=Rules(never=(19,)), budget=min(problem.budget, 19.0))
    with_all, without = solve(problem), solve(fewer)
    assert with_all.status == without.status == "optimal"
    assert with_all.objective >= without.objective - 1e-6
    assert with_all.objective <= with_all.bound + 1e-9


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_gains_and_losses_stay_exact_over_random_moves(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = replace(small(seed), rules=Rules(need=rng.integers(1, 4, 60)))
    core = core_of(problem)
    if not core.sites or not core.rows:
        return
    state = search.start(core.inc, np.zeros(core.sites, bool))
    for j in rng.integers(0, core.sites, 40):
        (search.drop if state.chosen[j] else search.add)(core.inc, state, j)
    fresh = search.start(core.inc, state.chosen)
    np.testing.assert_array_equal(state.covered, fresh.covered)
    np.testing.assert_allclose(state.gain, fresh.gain, atol=1e-9)
    np.testing.assert_allclose(state.loss, fresh.loss, atol=1e-9)


def test_the_same_seed_gives_the_same_plan() -> None:
    problem, _ = clustered(1000, 120, budget=30, radius_m=2000.0)
    one, two = solve(problem, rounds=2), solve(problem, rounds=2)
    np.testing.assert_array_equal(one.sites, two.sites)
    assert (one.objective, one.bound, one.status) == (two.objective, two.bound, two.status)


def test_a_replan_keeps_locks_and_bans_and_its_own_bound() -> None:
    problem, _ = clustered(1500, 200, budget=40, radius_m=1500.0)
    first = solve(problem, rounds=2)
    locked = tuple(np.setdiff1d(np.arange(200), first.sites)[:10].tolist())
    banned = tuple(first.new_sites[:10].tolist())
    changed = replace(problem, rules=Rules(must=locked, never=banned))
    again = solve(changed, rounds=1, start=first)
    assert broken_rules(changed, again.sites) == []
    assert again.objective <= again.bound <= first.bound
    assert again.gap < 0.02


def test_ctrl_c_returns_the_best_plan_so_far_with_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    import phusong.coverage.siting.solve as solving

    rounds = []

    def pressed(*arguments: object, **options: object) -> object:
        found = search_round(*arguments, **options)
        rounds.append(1)
        signal.raise_signal(signal.SIGINT)
        return found

    search_round = solving._annealed
    monkeypatch.setattr(solving, "_annealed", pressed)
    before = signal.getsignal(signal.SIGINT)
    problem, _ = clustered(2000, 300, budget=60, radius_m=1500.0)
    plan = solve(problem)
    assert plan.status == "interrupted"
    assert len(rounds) == 1
    assert plan.objective == problem.weight[served(problem, plan.sites)].sum()
    assert plan.objective < plan.bound < 1.05 * plan.objective
    assert signal.getsignal(signal.SIGINT) is before


def test_a_raster_of_people_is_planned_within_a_percent() -> None:
    plan = solve(raster(sites=120, budget=12, cell_m=500.0), rounds=2, gap_target=0.01)
    assert plan.gap <= 0.01


def test_the_curve_adds_up_and_goes_on_beyond_the_plan() -> None:
    problem, _ = clustered(800, 80, budget=10, radius_m=3000.0)
    plan = solve(problem)
    curve = plan.curve
    assert curve.planned == 10
    assert set(curve.site[:10]) == set(plan.sites)
    assert curve.gain[:10].sum() == pytest.approx(plan.objective)
    assert (np.diff(curve.gain[:10]) <= 1e-9).all()
    # the eleventh site's gain is what it adds to the plan, counted from scratch
    eleven = np.append(plan.sites, curve.site[10])
    assert problem.weight[served(problem, eleven)].sum() - plan.objective == pytest.approx(curve.gain[10])
    np.testing.assert_array_equal(curve_of(problem, plan.sites).site, curve.site)
