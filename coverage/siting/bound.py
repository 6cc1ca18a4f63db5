"""An upper bound on what any plan can serve, from the Lagrangian dual, with the LP solution beside it.

Relaxing (2) with prices w_i v_i (0 <= v_i <= 1), (3) with theta, (5) with mu and (6) with lambda gives, for
*any* such prices, the bound

    L = sum_i w_i (1 - v_i) + theta B + sum_Q mu_Q - sum_g lambda_g T_g
        + sum_j max(0, sum_{i in N_j} w_i v_i / n_i - sum_{Q with j} mu_Q - theta c_j)              (9)

with w_i raised to w_i (1 + lambda_g). A restarted primal-dual hybrid gradient method (Chambolle and Pock
2011; restarts and step balance of Applegate et al. 2021) finds good prices: every step is one pass over the
sets in each order, so its cost is that of reading them. The bound is evaluated by (9), never assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.siting.core import Core

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prices:
    """A point of the primal-dual method: any one is a valid bound, later ones are better."""

    x: FloatArray  # share of each open site, the LP's view of (3)-(5)
    v: FloatArray  # price of each row as a share of its weight
    mu: FloatArray  # price of each clique (5), in the scale of `Scales.clique`
    raised: FloatArray  # lambda of each group (6)
    balance: float  # primal weight of the step sizes

    @classmethod
    def neutral(cls, core: Core) -> Prices:
        """Where the method starts without knowing anything."""
        return cls(
            x=np.full(core.sites, min(1.0, core.budget / max(core.inc.cost.sum(), 1e-9))),
            v=np.full(core.rows, 0.5),
            mu=np.zeros(len(core.cliques)),
            raised=np.zeros(len(core.group_target)),
            balance=1.0,
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """What (9) says at some prices: a plan of the core serves at most `value`.

    `reduced[j]` is how much the bound falls, at least, when the plan is made to hold what it does not want
    (negative: building j costs that much) or to do without what it wants (positive).
    """

    value: float
    reduced: FloatArray
    theta: float  # what one more unit of budget is worth


def row_weights(core: Core, raised: FloatArray) -> FloatArray:
    """w_i (1 + lambda_g)."""
    if not len(raised):
        return core.inc.weight
    lift = np.where(core.row_group >= 0, raised[core.row_group], 0.0)
    return np.asarray(core.inc.weight * (1.0 + lift))


def bound_at(core: Core, prices: Prices, *, theta: float | None = None) -> Bound:
    """The bound (9) at given prices; theta is the best one unless given."""
    weight = row_weights(core, prices.raised)
    profit = np.asarray(_profits(core.inc, weight, prices.v))
    scale = _clique_scale(core)
    for clique, mu in zip(core.cliques, prices.mu * scale, strict=True):
        profit[clique] -= mu
    if theta is None:
        theta = _best_theta(profit, core.inc.cost, core.budget)
    reduced = profit - theta * core.inc.cost
    value = (
        float((weight * (1.0 - prices.v)).sum())
        + (theta * core.budget if theta > 0 else 0.0)
        + float((prices.mu * scale).sum())
        - float((prices.raised * np.maximum(core.group_target, 0.0)).sum())
        + float(np.maximum(reduced, 0.0).sum())
    )
    return Bound(value, reduced, theta)


def improved(core: Core, prices: Prices, steps: int) -> tuple[Prices, float]:
    """Prices after some steps from the given ones, and the weight that their x serves in the LP sense."""
    clique_start = np.concatenate(([0], np.cumsum([len(c) for c in core.cliques]))).astype(np.int64)
    clique_site = np.concatenate(core.cliques) if core.cliques else np.empty(0, np.int64)
    weight = row_weights(core, prices.raised)
    degree = np.maximum(np.diff(core.inc.row_start), 1) / core.inc.need
    reach = np.asarray(_profits(core.inc, weight, np.ones(core.rows)))
    scale = _clique_scale(core)
    for clique in core.cliques:
        reach[clique] += scale
    x, v, mu, mean_x, mean_v, mean_mu = _steps(
        core.inc, weight, degree, 1.0 / np.maximum(reach, 1e-12), clique_start, clique_site, scale,
        core.budget, prices.x, prices.v, prices.mu, prices.balance, steps,
    )  # fmt: skip
    now = replace(prices, x=x, v=v, mu=mu)
    mean = replace(prices, x=mean_x, v=mean_v, mu=mean_mu)
    gaps = [bound_at(core, one).value - _lp_served(core.inc, weight, one.x) for one in (now, mean)]
    better = mean if gaps[1] < gaps[0] else now
    moved_x = np.sqrt(((better.x - prices.x) ** 2 * reach).sum())
    moved_v = np.sqrt(((better.v - prices.v) ** 2 * degree * weight).sum())
    balance = prices.balance
    if moved_x > 1e-9 and moved_v > 1e-9:
        balance = float(np.clip(np.sqrt(moved_v / moved_x * balance), 1e-4, 1e4))
    return _raised(core, replace(better, balance=balance)), float(
        _lp_served(core.inc, core.inc.weight, better.x)
    )


def _raised(core: Core, prices: Prices) -> Prices:
    """A subgradient step on lambda: groups served less than their target (6) become dearer."""
    if not (core.group_target > 0).any():
        return prices
    share = np.minimum(1.0, _row_share(core.inc, prices.x))
    inside = core.row_group >= 0
    have = np.bincount(
        core.row_group[inside], weights=(core.inc.weight * share)[inside], minlength=len(core.group_target)
    )
    target = np.maximum(core.group_target, 0.0)
    short = np.divide(target - have, target, out=np.zeros_like(target), where=target > 0)
    return replace(prices, raised=np.maximum(0.0, prices.raised + short))


def _best_theta(profit: FloatArray, cost: FloatArray, budget: float) -> float:
    """The theta that minimises theta B + sum max(0, profit - theta c): the fractional knapsack's price."""
    paid = (cost > 0) & (profit > 0)
    rate = profit[paid] / cost[paid]
    order = np.argsort(-rate, kind="stable")
    over = np.flatnonzero(np.cumsum(cost[paid][order]) > budget + 1e-9)
    return float(rate[order[over[0]]]) if len(over) else 0.0


def _clique_scale(core: Core) -> float:
    """A typical weight of a site, so that prices of cliques are numbers near one."""
    return float(core.inc.weight.sum() / max(core.sites, 1)) if core.cliques else 0.0


@jit()
def _profits(inc, weight, v):  # type: ignore[no-untyped-def]
    """sum_{i in N_j} w_i v_i / n_i for every site."""
    sites = len(inc.site_start) - 1
    profit = np.zeros(sites)
    for j in range(sites):
        total = 0.0
        for k in range(inc.site_start[j], inc.site_start[j + 1]):
            i = inc.site_row[k]
            total += weight[i] * v[i] / inc.need[i]
        profit[j] = total
    return profit


@jit()
def _row_share(inc, x):  # type: ignore[no-untyped-def]
    rows = len(inc.weight)
    share = np.zeros(rows)
    for i in range(rows):
        for k in range(inc.row_start[i], inc.row_start[i + 1]):
            share[i] += x[inc.row_site[k]]
        share[i] /= inc.need[i]
    return share


@jit()
def _lp_served(inc, weight, x):  # type: ignore[no-untyped-def]
    total = 0.0
    share = _row_share(inc, x)
    for i in range(len(share)):
        total += weight[i] * min(1.0, share[i])
    return total


@jit()
def _within_budget(x, step, cost, budget):  # type: ignore[no-untyped-def]
    """The nearest point, in the metric 1 / step, with 0 <= x <= 1 and (3)."""
    spent, high = 0.0, 0.0
    for j in range(len(x)):
        spent += cost[j] * min(1.0, max(0.0, x[j]))
        if cost[j] > 0.0:
            high = max(high, x[j] / (step[j] * cost[j]))
    low, price = 0.0, 0.0
    if spent > budget:
        for _ in range(60):
            price = 0.5 * (low + high)
            spent = 0.0
            for j in range(len(x)):
                spent += cost[j] * min(1.0, max(0.0, x[j] - price * step[j] * cost[j]))
            if spent > budget:
                low = price
            else:
                high = price
        price = high
    for j in range(len(x)):
        x[j] = min(1.0, max(0.0, x[j] - price * step[j] * cost[j]))


@jit()
def _steps(  # type: ignore[no-untyped-def]
    inc, weight, degree, site_step, clique_start, clique_site, scale, budget, x, v, mu, balance, steps
):
    """`steps` steps of the primal-dual method: the last point and the mean of all."""
    rows, sites, cliques = len(weight), len(x), len(mu)
    x, v, mu = x.copy(), v.copy(), mu.copy()
    price = v * weight / inc.need
    ahead, step = np.empty(sites), site_step / balance
    mean_x, mean_v, mean_mu = np.zeros(sites), np.zeros(rows), np.zeros(cliques)
    for _ in range(steps):
        for j in range(sites):
            total = 0.0
            for k in range(inc.site_start[j], inc.site_start[j + 1]):
                total += price[inc.site_row[k]]
            ahead[j] = total
        for q in range(cliques):
            for k in range(clique_start[q], clique_start[q + 1]):
                ahead[clique_site[k]] -= mu[q] * scale
        for j in range(sites):
            ahead[j] = x[j] + step[j] * ahead[j]
        _within_budget(ahead, step, inc.cost, budget)
        for j in range(sites):
            mean_x[j] += ahead[j]
            x[j], ahead[j] = ahead[j], 2.0 * ahead[j] - x[j]
        for i in range(rows):
            total = 0.0
            for k in range(inc.row_start[i], inc.row_start[i + 1]):
                total += ahead[inc.row_site[k]]
            v[i] = min(1.0, max(0.0, v[i] - balance * (total / inc.need[i] - 1.0) / degree[i]))
            price[i] = v[i] * weight[i] / inc.need[i]
            mean_v[i] += v[i]
        for q in range(cliques):
            total = -1.0
            for k in range(clique_start[q], clique_start[q + 1]):
                total += ahead[clique_site[k]]
            mu[q] = max(0.0, mu[q] + balance * total / (clique_start[q + 1] - clique_start[q]))
            mean_mu[q] += mu[q]
    return x, v, mu, mean_x / steps, mean_v / steps, mean_mu / steps
