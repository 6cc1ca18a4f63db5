"""The siting problem as one value: what is to be covered, with what, under which rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.coverage.siting.sets import CoverageSets

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan must respect; every rule may be left out.

    - `existing`: sites that stand already: they serve, cost nothing and keep no distance among themselves
    - `must`, `never`: sites that have to be, or cannot be, in the plan
    - `spacing_m` with `sites_m` (positions, shape (sites, 2)): least distance between two sites, a new one
      and an existing one included unless both stand on one mast (closer than 1 m)
    - `need`: by how many sites a point must be covered to count as served; 1 where left out
    - `group` of each point (-1: none) and `least_share`: the share of each group's weight that must be served
    - `site_names`, `group_names`: what errors call them
    """

    existing: tuple[int, ...] = ()
    must: tuple[int, ...] = ()
    never: tuple[int, ...] = ()
    spacing_m: float = 0.0
    sites_m: FloatArray | None = None
    need: NDArray[np.int64] | None = None
    group: NDArray[np.int64] | None = None
    least_share: FloatArray | None = None
    site_names: tuple[str, ...] = ()
    group_names: tuple[str, ...] = ()

    def site_name(self, site: int) -> str:
        return self.site_names[site] if self.site_names else f"no. {site}"

    def group_name(self, group: int) -> str:
        return self.group_names[group] if self.group_names else f"no. {group}"


@dataclass(frozen=True, slots=True)
class MaximalCovering:
    """Serve the most weight within a budget: the maximal covering location problem with planners' rules.

    Points i with weight w_i >= 0 and need n_i, sites j with cost c_j (existing ones 0), N_i the sites that
    cover point i, x_j = 1 where a site is built, y_i = 1 where a point is served:

        maximise   sum_i w_i y_i                                             (1)
        subject to n_i y_i <= sum_{j in N_i} x_j          for every point    (2)
                   sum_j c_j x_j <= B                                        (3)
                   x_j = 1 existing and must, x_j = 0 never                  (4)
                   sum_{j in Q} x_j <= 1    for every Q closer than spacing  (5)
                   sum_{i in g} w_i y_i >= s_g sum_{i in g} w_i   for groups (6)
                   x_j, y_i in {0, 1}

    With unit costs B is p, the number of new sites. Church and ReVelle 1974 wrote (1)-(3).
    """

    sets: CoverageSets
    weight: FloatArray
    budget: float
    cost: FloatArray | None = None  # one each where left out
    rules: Rules = field(default_factory=Rules)

    def costs(self) -> FloatArray:
        """Cost of every site, existing ones free."""
        return _costs(self.sets, self.cost, self.rules)

    def with_budget(self, budget: float) -> MaximalCovering:
        """The same question with another budget."""
        return replace(self, budget=budget)


@dataclass(frozen=True, slots=True)
class SetCovering:
    """Reach a share of the weight at least cost: with the letters of MaximalCovering,

    minimise   sum_j c_j x_j                                             (7)
    subject to sum_i w_i y_i >= t sum_i w_i                              (8)
               and (2), (4), (5), (6).
    """

    sets: CoverageSets
    weight: FloatArray
    target_share: float
    cost: FloatArray | None = None
    rules: Rules = field(default_factory=Rules)

    def costs(self) -> FloatArray:
        """Cost of every site, existing ones free."""
        return _costs(self.sets, self.cost, self.rules)


Problem = MaximalCovering | SetCovering


def served(problem: Problem, sites: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Which points are served when exactly `sites` (existing ones included) stand: (2)."""
    need = 1 if problem.rules.need is None else problem.rules.need
    return np.asarray(problem.sets.counts(sites) >= need)


def spacing_pairs(rules: Rules) -> NDArray[np.int64]:
    """Pairs of sites too close to each other, shape (n, 2): (5); pairs of existing sites left out."""
    if rules.spacing_m <= 0 or rules.sites_m is None:
        return np.empty((0, 2), np.int64)
    # a hair less: sites at exactly the spacing are far enough
    pairs = cKDTree(rules.sites_m).query_pairs(rules.spacing_m * (1 - 1e-9), output_type="ndarray")
    old = np.zeros(len(rules.sites_m), bool)
    old[list(rules.existing)] = True
    apart_m = np.hypot(*(rules.sites_m[pairs[:, 0]] - rules.sites_m[pairs[:, 1]]).T)
    one_mast = (old[pairs[:, 0]] | old[pairs[:, 1]]) & (apart_m < 1.0)
    kept = pairs[~(old[pairs[:, 0]] & old[pairs[:, 1]]) & ~one_mast]
    return np.sort(kept, axis=1).astype(np.int64)[np.lexsort((kept.max(axis=1), kept.min(axis=1)))]


def broken_rules(problem: Problem, sites: NDArray[np.integer], *, tolerance: float = 1e-6) -> list[str]:
    """The numbered rules that a set of sites breaks, in words; empty when it is a plan."""
    rules, chosen = problem.rules, np.zeros(problem.sets.sites, bool)
    chosen[np.asarray(sites, np.int64)] = True
    broken = []
    if isinstance(problem, MaximalCovering):
        if problem.costs()[chosen].sum() > problem.budget * (1 + 1e-12) + tolerance:
            broken.append("(3) budget")
    elif (
        problem.weight[served(problem, sites)].sum() < problem.target_share * problem.weight.sum() - tolerance
    ):
        broken.append("(8) target share")
    if not chosen[[*rules.existing, *rules.must]].all() or chosen[list(rules.never)].any():
        broken.append("(4) existing, must or never")
    pairs = spacing_pairs(rules)
    if (chosen[pairs[:, 0]] & chosen[pairs[:, 1]]).any():
        broken.append("(5) spacing")
    if rules.group is not None and rules.least_share is not None:
        have, total = group_weights(problem, served(problem, sites))
        if (have < rules.least_share * total - tolerance).any():
            broken.append("(6) equity")
    return broken


def group_weights(problem: Problem, points: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Weight of `points` in each group, and the weight of the whole group."""
    group, least_share = problem.rules.group, problem.rules.least_share
    if group is None or least_share is None:
        return np.empty(0), np.empty(0)
    inside, size = group >= 0, len(least_share)
    total = np.bincount(group[inside], weights=problem.weight[inside], minlength=size)
    both = inside & points
    have = np.bincount(group[both], weights=problem.weight[both], minlength=size)
    return np.asarray(have, np.float64), np.asarray(total, np.float64)


def _costs(sets: CoverageSets, cost: FloatArray | None, rules: Rules) -> FloatArray:
    costs = np.ones(sets.sites) if cost is None else np.array(cost, dtype=np.float64)
    costs[list(rules.existing)] = 0.0
    return costs
