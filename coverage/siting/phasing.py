"""In which order a plan is built: nested yearly phases that serve most people for most years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.siting.plan import Plan, weight_served
from phusong.coverage.siting.problem import MaximalCovering
from phusong.coverage.siting.solve import solve

IntArray = NDArray[np.int64]
_ENOUGH = 5e-4  # of a year's weight: order matters less than what is built in the end


@dataclass(frozen=True, slots=True)
class Phases:
    """The year each new site is built in, and the weight served at the end of each year."""

    year_of_site: dict[int, int]
    years: tuple[int, ...]
    weight_served: tuple[float, ...]

    @property
    def weight_years(self) -> float:
        """Weight served summed over the years: person-years for people."""
        return float(sum(self.weight_served))


def phased(
    problem: MaximalCovering, plan: Plan, budgets: Sequence[tuple[int, float]], *, seed: int = 20241231
) -> Phases:
    """The plan's sites spread over years with (year, budget of that year); a site once built stays.

    Three orders are tried: each year's best addition (forwards), each year's cheapest sacrifice seen from the
    end (backwards) and the gain curve's; the one with most weight-years is given. What the budgets leave unbuilt is
    built in the last year: the plan's own budget rules.
    """
    years = tuple(year for year, _ in budgets)
    spent = np.cumsum([amount for _, amount in budgets])
    orders = [
        _forwards(problem, plan, spent, seed),
        _backwards(problem, plan, spent, seed),
        _by_curve(problem, plan, spent),
    ]
    phases = [_phases(problem, years, order) for order in orders]
    return max(phases, key=lambda one: one.weight_years)


def _forwards(problem: MaximalCovering, plan: Plan, spent: NDArray[np.float64], seed: int) -> list[IntArray]:
    """Sites standing at the end of each year: the best that can be added to the year before."""
    standing: list[IntArray] = []
    built: tuple[int, ...] = ()
    for budget in spent[:-1]:
        built = tuple(_best_part(problem, plan.new_sites, float(budget), built, seed).tolist())
        standing.append(np.array(built, np.int64))
    return [*standing, plan.new_sites]


def _backwards(problem: MaximalCovering, plan: Plan, spent: NDArray[np.float64], seed: int) -> list[IntArray]:
    """Sites standing at the end of each year: the best part of what stands a year later."""
    standing = [plan.new_sites]
    for budget in spent[:-1][::-1]:
        standing.insert(0, _best_part(problem, standing[0], float(budget), (), seed))
    return standing


def _by_curve(problem: MaximalCovering, plan: Plan, spent: NDArray[np.float64]) -> list[IntArray]:
    """Sites standing at the end of each year: the gain curve's first ones that the money is enough for."""
    order = plan.curve.site[: plan.curve.planned]
    paid = np.cumsum(problem.costs()[order])
    standing = [np.sort(order[paid <= budget + 1e-9]) for budget in spent[:-1]]
    return [*standing, plan.new_sites]


def _best_part(
    problem: MaximalCovering, among: IntArray, budget: float, built: tuple[int, ...], seed: int
) -> IntArray:
    """The part of some sites, with those built, that serves most within a budget (equity waits)."""
    rules, sites = problem.rules, problem.sets.sites
    others = np.setdiff1d(np.arange(sites), [*among, *rules.existing])
    paid = problem.costs()[among].sum()
    if budget >= paid:
        return among
    now = replace(
        rules, must=built, never=tuple(others.tolist()), group=None, least_share=None, group_names=()
    )
    part = solve(
        replace(problem, budget=budget, rules=now), seed=seed, rounds=2, gap_target=_ENOUGH, time_limit_s=20.0
    )
    return np.intersect1d(part.new_sites, among)


def _phases(problem: MaximalCovering, years: tuple[int, ...], standing: list[IntArray]) -> Phases:
    year_of_site: dict[int, int] = {}
    served = []
    for year, sites in zip(years, standing, strict=True):
        for site in sites:
            year_of_site.setdefault(int(site), year)
        served.append(
            weight_served(problem, np.union1d(sites, list(problem.rules.existing)).astype(np.int64))
        )
    return Phases(year_of_site, years, tuple(served))
