"""Plans against optima found by other means: published exact values, enumeration, SciPy's solver."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from phusong.coverage.siting.instances import clustered
from phusong.coverage.siting.problem import MaximalCovering, Rules, broken_rules, served
from phusong.coverage.siting.sets import CoverageSets, stacked
from phusong.coverage.siting.solve import solve
from phusong.geodata.errors import InputError

OPTIMA = pd.read_csv(Path(__file__).parents[2] / "published/mclp/exact_mclp_optima.csv")


@pytest.fixture(scope="module")
def san_francisco(oracles: Path) -> tuple[np.ndarray, np.ndarray]:
    """Network distances in m (tract, store) and demand of each tract."""
    table = pd.read_csv(oracles / "spopt-mclp/SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    distance = table.pivot_table(index="DestinationName", columns="name", values="distance")
    demand = table.drop_duplicates("DestinationName").set_index("DestinationName").demand
    return distance.to_numpy(), demand.loc[distance.index].to_numpy(float)


@pytest.mark.parametrize("radius_m", [3000, 4000, 5000, 6000])
def test_san_francisco_optima(san_francisco: tuple[np.ndarray, np.ndarray], radius_m: int) -> None:
    # pysal/spopt's data, optima by brute force over every subset (tests/published/mclp)
    distance, demand = san_francisco
    within = [np.flatnonzero(distance[:, j] <= radius_m) for j in range(distance.shape[1])]
    sets = CoverageSets.of_sites(len(demand), within)
    for row in OPTIMA[OPTIMA.service_radius == radius_m].itertuples():
        plan = solve(MaximalCovering(sets, demand, float(row.p)))
        assert plan.objective == row.optimal_covered_demand
        assert plan.bound == row.optimal_covered_demand
        assert plan.status == "optimal"
        assert len(plan.sites) <= row.p


def tiny(rng: np.random.Generator, rule: str) -> MaximalCovering:
    """A random problem of up to 7 sites with one kind of rule, or with all of them."""
    points, sites = int(rng.integers(3, 14)), int(rng.integers(3, 8))
    dense = rng.random((points, sites)) < rng.uniform(0.15, 0.6)
    sets = CoverageSets.of_sites(points, [np.flatnonzero(dense[:, j]) for j in range(sites)])
    weight = rng.integers(0, 30, points).astype(float) + (rng.random(points) if rng.random() < 0.5 else 0.0)
    weight[0] = max(weight[0], 1.0)
    every = rule == "all"
    rules = Rules()
    if rule == "named" or every:
        named = rng.permutation(sites)
        rules = replace(rules, existing=(int(named[0]),), must=(int(named[1]),), never=(int(named[2]),))
    if rule == "spacing" or every:
        rules = replace(rules, spacing_m=float(rng.uniform(0.5, 4.0)), sites_m=rng.random((sites, 2)) * 10.0)
    if rule == "need" or every:
        rules = replace(rules, need=rng.integers(1, 4, points))
    if rule == "equity" or every:
        group = rng.integers(-1, 2, points)
        rules = replace(rules, group=group, least_share=rng.uniform(0.0, 0.7, 2))
    cost = rng.integers(1, 6, sites).astype(float) if rule == "cost" or every else None
    most = sites - 2 if cost is None else 12
    return MaximalCovering(sets, weight, float(rng.integers(1, most + 1)), cost, rules)


def best_by_enumeration(problem: MaximalCovering) -> float | None:
    """The optimum over all subsets; None when no subset keeps the rules."""
    best = None
    for bits in itertools.product((False, True), repeat=problem.sets.sites):
        sites = np.flatnonzero(bits)
        if not broken_rules(problem, sites):
            value = problem.weight[served(problem, sites)].sum()
            best = value if best is None else max(best, value)
    return best


@pytest.mark.parametrize("rule", ["none", "cost", "named", "spacing", "need", "equity", "all"])
def test_enumeration_agrees_on_tiny_problems(rule: str) -> None:
    rng = np.random.default_rng(["none", "cost", "named", "spacing", "need", "equity", "all"].index(rule))
    solvable = 0
    for _ in range(60):
        problem = tiny(rng, rule)
        best = best_by_enumeration(problem)
        if best is None:
            with pytest.raises(InputError):
                solve(problem, rounds=2)
            continue
        solvable += 1
        plan = solve(problem, rounds=2)
        assert broken_rules(problem, plan.sites) == []
        assert plan.objective == pytest.approx(best, abs=1e-6)
        assert plan.bound == pytest.approx(best, abs=1e-5)
    assert solvable >= 15


def scipy_optimum(problem: MaximalCovering) -> float:
    """The optimum by scipy.optimize.milp on the plain formulation (1)-(3)."""
    sets = problem.sets
    covers = sp.csr_matrix(
        (np.ones(sets.pairs), sets.point_site, sets.point_start), shape=(sets.points, sets.sites)
    )
    rows = sp.hstack([covers, -sp.eye(sets.points)])
    budget = sp.hstack([sp.csr_matrix(np.ones((1, sets.sites))), sp.csr_matrix((1, sets.points))])
    answer = milp(
        np.concatenate((np.zeros(sets.sites), -problem.weight)),
        constraints=[LinearConstraint(rows, 0, np.inf), LinearConstraint(budget, -np.inf, problem.budget)],
        integrality=np.concatenate((np.ones(sets.sites), np.zeros(sets.points))),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    assert answer.status == 0
    return float(-answer.fun)


@pytest.mark.parametrize(("points", "sites", "budget", "radius_m", "seed"), [
    (200, 60, 12, 3000.0, 1), (400, 120, 20, 2500.0, 2), (400, 100, 30, 4000.0, 3), (600, 150, 25, 2000.0, 4),
])  # fmt: skip
def test_never_worse_than_scipy(points: int, sites: int, budget: int, radius_m: float, seed: int) -> None:
    problem, _ = clustered(points, sites, budget=budget, radius_m=radius_m, seed=seed)
    plan, best = solve(problem), scipy_optimum(problem)
    assert plan.objective == pytest.approx(best, abs=1e-6)
    assert plan.bound == pytest.approx(best, abs=1e-6)


def test_double_coverage_of_one_post_holds_it_with_two_sites() -> None:
    # a post seen by sites 0 and 1 only, worth less than anything else, yet its group asks for all of it
    sets = CoverageSets.of_sites(4, [np.array([0]), np.array([0]), np.array([1]), np.array([2, 3])])
    rules = Rules(need=np.array([2, 1, 1, 1]), group=np.array([0, -1, -1, -1]), least_share=np.array([1.0]))
    plan = solve(MaximalCovering(sets, np.array([1.0, 10.0, 10.0, 10.0]), 3.0, None, rules))
    assert plan.sites.tolist() == [0, 1, 3]
    assert plan.objective == plan.bound == 21.0


def test_a_shared_mast_serves_every_operator() -> None:
    # operator A lacks points 0 and 1, operator B point 2; only the shared site 2 serves both layers
    a = CoverageSets.of_sites(3, [np.array([0]), np.array([], int), np.array([1])])
    b = CoverageSets.of_sites(3, [np.array([], int), np.array([2]), np.array([2])])
    plan = solve(MaximalCovering(stacked([a, b]), np.array([3.0, 4.0, 0, 0, 0, 5.0]), 1.0))
    assert plan.sites.tolist() == [2]
    assert plan.objective == 9.0
