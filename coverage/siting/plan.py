"""What a solver hands back: the sites, how good they are, and how far from the best they can be at most."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.siting import search
from phusong.coverage.siting.core import core_of
from phusong.coverage.siting.problem import MaximalCovering, Problem, served

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Curve:
    """Marginal gain: site `site[k]` adds `gain[k]` to what the ones before it serve.

    The first `planned` are the plan's new sites in greedy order; those after it are the next best that the
    plan has no budget for. Gains fall, but where a point needs two sites the first of them may add nothing.
    """

    site: IntArray
    gain: FloatArray
    planned: int


@dataclass(frozen=True, slots=True)
class Prices:
    """Where a re-plan starts from: the LP's share of every site and price of every point (NaN: unknown)."""

    site_share: FloatArray
    point_price: NDArray[np.float32]
    balance: float  # between their step sizes


@dataclass(frozen=True, slots=True)
class Plan:
    """Chosen sites with their proof.

    `objective` is the weight served (maximal covering) or the cost (set covering); no plan at all is better
    than `bound`. `status` says why the solver stopped: optimal, gap (the asked gap is reached), work (nothing
    left to try), time or interrupted. The same problem and seed give the same plan unless it was time or
    interrupted.
    """

    sites: IntArray  # all that stand, existing ones included, rising
    new_sites: IntArray
    objective: float
    bound: float
    weight_served: float
    weight_total: float
    cost: float
    status: str
    seed: int
    wall_s: float
    cpu_s: float
    curve: Curve
    prices: Prices

    @property
    def gap(self) -> float:
        """Relative distance between bound and objective: 0 for a proven optimum."""
        return abs(self.bound - self.objective) / max(abs(self.objective), 1e-12)

    def sentence(self) -> str:
        """The proof in one line, English."""
        return (
            f"{len(self.new_sites)} sites serve {self.weight_served:,.0f} of {self.weight_total:,.0f} "
            f"({self.weight_served / self.weight_total:.2%}); at best {self.bound:,.0f}: "
            f"gap {self.gap:.3%}, {self.status}, seed {self.seed}, {self.wall_s:.1f} s"
        )


def curve_of(problem: Problem, sites: IntArray, *, more: int = 20) -> Curve:
    """The marginal gain curve of a plan, with `more` sites beyond it."""
    free = replace(problem, rules=replace(problem.rules, must=()))
    if isinstance(free, MaximalCovering):
        free = free.with_budget(np.inf)
    core = core_of(free)
    allowed = np.isin(core.site, sites)
    order, gain = search.ordered(core.inc, allowed, more)
    return Curve(core.site[order], np.asarray(gain), int(allowed.sum()))


def weight_served(problem: Problem, sites: IntArray) -> float:
    """Weight of the points served when exactly `sites` stand (1)."""
    return float(problem.weight[served(problem, sites)].sum())
