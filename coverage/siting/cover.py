"""Set covering with a proof: the least cost that reaches a share of the weight (7)-(8)."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from phusong.coverage.siting import bound as dual
from phusong.coverage.siting import exact, search
from phusong.coverage.siting.checks import check
from phusong.coverage.siting.core import Core, core_of
from phusong.coverage.siting.plan import Plan, Prices, curve_of, weight_served
from phusong.coverage.siting.problem import MaximalCovering, SetCovering, broken_rules
from phusong.coverage.siting.solve import solve
from phusong.geodata.errors import InputError

_EXACT_PAIRS = 60_000


def solve_cover(
    problem: SetCovering, *, seed: int = 20241231, time_limit_s: float = 120.0, rounds: int = 2
) -> Plan:
    """The cheapest plan found that reaches the target share, and a lower bound on the cost of any.

    Maximal covering with ever smaller budgets finds the plan; the prices of any maximal covering bound the
    budget from below, for a plan of cost C serves at most base + theta C (9). Raises InputError when the
    target is out of reach.
    """
    wall, cpu = time.monotonic(), time.process_time()
    check(problem)
    core = core_of(problem)
    deadline = wall + time_limit_s
    sites, low = _first(core, problem), 0.0
    held_cost = float(problem.costs()[core.held].sum())
    with exact.listening() as stop:
        if core.target > 1e-9:
            low, prices = _cost_bound(core, deadline, stop)
            if len(core.inc.row_site) <= _EXACT_PAIRS:
                warm = None if sites is None else np.isin(core.site, sites)
                answer = exact.solved(
                    core, warm=warm, stop=stop, time_limit_s=max(1.0, 0.7 * (deadline - time.monotonic()))
                )
                if answer.status == "infeasible":
                    raise InputError(
                        f"target share {problem.target_share:.4g} cannot be reached with the spacing and "
                        "equity asked; lower the target or relax them"
                    )
                low = max(low, answer.bound)
                if answer.chosen is not None:
                    sites = np.sort(np.concatenate((core.held, core.site[answer.chosen])))
        else:
            prices = dual.Prices.neutral(core)
    if sites is None:
        raise InputError(
            f"target share {problem.target_share:.4g}: none was found in {time_limit_s:g} s; give more time"
        )
    sites, low = _cheaper(problem, sites, held_cost + low, deadline, seed, rounds, stop)
    cost = float(problem.costs()[sites].sum())
    share, price = np.full(problem.sets.sites, np.nan), np.full(problem.sets.points, np.nan, np.float32)
    share[core.site] = prices.x
    price[core.row_of_point >= 0] = prices.v[core.row_of_point[core.row_of_point >= 0]]
    done = "optimal" if low >= cost - 1e-6 * max(1.0, cost) else ("interrupted" if stop else "work")
    return Plan(
        sites=sites,
        new_sites=np.setdiff1d(sites, list(problem.rules.existing)),
        objective=cost,
        bound=min(cost, low),
        weight_served=weight_served(problem, sites),
        weight_total=float(problem.weight.sum()),
        cost=cost,
        status="time" if done == "work" and time.monotonic() > deadline else done,
        seed=seed,
        wall_s=time.monotonic() - wall,
        cpu_s=time.process_time() - cpu,
        curve=curve_of(problem, sites),
        prices=Prices(share, price, prices.balance),
    )


def _first(core: Core, problem: SetCovering) -> np.ndarray | None:
    """Greedy until the target is reached, then without the sites that it can spare; None if greedy fails."""
    if core.target <= 1e-9 and not (core.group_target > 0).any():
        return core.held
    state = search.start(core.inc, np.zeros(core.sites, bool))
    search.fill(core.inc, state, np.ones(core.sites, bool), 1e18)
    order, _ = search.ordered(core.inc, state.chosen, 0)
    for many in range(1, len(order) + 1):
        sites = np.sort(np.concatenate((core.held, core.site[order[:many]])))
        if not broken_rules(problem, sites):
            break
    else:
        return None
    for site in core.site[order[:many]][::-1]:
        fewer = sites[sites != site]
        if not broken_rules(problem, fewer):
            sites = fewer
    return sites


def _cost_bound(core: Core, deadline: float, stop: exact.Stop) -> tuple[float, dual.Prices]:
    """Least cost of reaching the target: of all budgets, the smallest whose bound (9) does."""
    low, high = 0.0, float(core.inc.cost.sum())
    prices = replace(dual.Prices.neutral(core), x=np.full(core.sites, 0.1))
    whole = bool((core.inc.cost == np.round(core.inc.cost)).all())
    for _ in range(14):
        if time.monotonic() > deadline or stop or high - low < 1e-3 * high:
            break
        budget = 0.5 * (low + high)
        tried = replace(core, budget=budget)
        for _ in range(6):
            prices, _ = dual.improved(tried, prices, 64)
            if dual.bound_at(tried, prices).value < core.target - 1e-6:
                break
        here = dual.bound_at(tried, prices)
        if here.value < core.target - 1e-6:
            # the same prices bound every budget: value grows by theta for each unit of it
            more = (core.target - here.value) / here.theta if here.theta > 0 else 0.0
            low = max(low, budget + 0.999999 * more)
        else:
            high = budget
    return (float(np.ceil(low - 1e-6)) if whole else low), prices


def _cheaper(
    problem: SetCovering,
    sites: np.ndarray,
    low: float,
    deadline: float,
    seed: int,
    rounds: int,
    stop: exact.Stop,
) -> tuple[np.ndarray, float]:
    """Maximal covering with a little less budget, as long as it still reaches the target."""
    cost = problem.costs()
    while cost[sites].sum() > low + 1e-6 and not stop and time.monotonic() < deadline:
        # sites cost what they cost: the next budget worth trying is just below
        step = (
            float(cost[cost > 0].min()) if (cost == np.round(cost)).all() else 1e-3 * float(cost[sites].sum())
        )
        budget = float(cost[sites].sum()) - step
        if budget < cost[[*problem.rules.existing, *problem.rules.must]].sum():
            break
        less = MaximalCovering(problem.sets, problem.weight, budget, problem.cost, problem.rules)
        try:
            plan = solve(less, seed=seed, rounds=rounds, time_limit_s=max(1.0, deadline - time.monotonic()))
        except InputError:  # the rules cannot be kept with so little
            break
        if broken_rules(problem, plan.sites):
            target = problem.target_share * problem.weight.sum()
            if plan.bound < target - 1e-6:
                low = max(
                    low, float(cost[sites].sum()) if (cost == np.round(cost)).all() and step == 1 else budget
                )
            break
        sites = plan.sites
    return sites, low
