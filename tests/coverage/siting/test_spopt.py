"""Plans against pysal's spopt itself, where it is installed (`pip install spopt`): it brings scikit-learn and
a solver of its own, so it is nobody's dependency here."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from phusong.coverage.siting.problem import MaximalCovering, Rules
from phusong.coverage.siting.sets import CoverageSets
from phusong.coverage.siting.solve import solve


@pytest.fixture(scope="module")
def spopt() -> Any:
    """spopt.locate and pulp; its own imports may warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module("spopt.locate"), importlib.import_module("pulp")
        except ImportError as error:
            pytest.skip(f"spopt is not installed: {error}")


@pytest.mark.parametrize(
    ("points", "sites", "budget", "radius", "existing"),
    [(80, 20, 4, 18.0, ()), (150, 30, 6, 14.0, ()), (150, 30, 8, 10.0, (3, 17)), (200, 40, 12, 9.0, ())],
)
def test_never_worse_than_spopt(
    spopt: Any, points: int, sites: int, budget: int, radius: float, existing: tuple[int, ...]
) -> None:
    locate, pulp = spopt
    rng = np.random.default_rng(points + budget)
    points_at, sites_at = rng.uniform(0, 100, (points, 2)), rng.uniform(0, 100, (sites, 2))
    weight = np.round(rng.lognormal(3.0, 1.0, points)) + 1.0
    distance = cdist(points_at, sites_at)
    held = np.zeros(sites, int)
    held[list(existing)] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = locate.MCLP.from_cost_matrix(
            distance, weight, service_radius=radius, p_facilities=budget,
            predefined_facilities_arr=held if existing else None,
        ).solve(pulp.PULP_CBC_CMD(msg=False))  # fmt: skip
    theirs = float(sum(weight[i] for i, by in enumerate(model.cli2fac) if by))
    sets = CoverageSets.of_sites(points, [np.flatnonzero(distance[:, j] <= radius) for j in range(sites)])
    # spopt counts predefined facilities among its p; here existing ones are free
    plan = solve(MaximalCovering(sets, weight, float(budget - len(existing)), None, Rules(existing=existing)))
    assert plan.status == "optimal"
    assert plan.objective >= theirs - 1e-6
    assert plan.bound >= theirs - 1e-6
    assert model.problem.status == pulp.LpStatusOptimal
    assert plan.objective == pytest.approx(theirs)
