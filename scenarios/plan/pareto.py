"""People against money: the plan's question asked again with smaller and larger budgets, each with its bound."""

from __future__ import annotations

import numpy as np
import pandas as pd

from phusong.coverage.siting.plan import Plan
from phusong.coverage.siting.problem import MaximalCovering
from phusong.coverage.siting.solve import solve
from phusong.scenarios.plan.make import SitePlan
from phusong.scenarios.plan.money import money_of
from phusong.scenarios.plan.sites import ranked
from phusong.scenarios.progress import Stages

SHARES = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25)


def pareto_table(
    plan: SitePlan, *, stages: Stages | None = None, shares: tuple[float, ...] = SHARES
) -> pd.DataFrame:
    """budget, sites, people_served (weighted), bound, gap, people_added, capex_vnd, present_cost_vnd,
    vnd_per_person and last_site_adds of the best plan found for each share of the plan's own budget.

    Every row is a plan of its own, solved from the prices of the whole plan: no plan of its budget serves
    more than `bound`. Rules and candidates are those of the plan; must-sites set the least budget.
    """
    problem, whole = plan.question.problem, plan.proof
    if not isinstance(problem, MaximalCovering):
        raise ValueError("people against money needs a plan with a budget, not one with a target")
    with (stages or Stages(quiet=True)).stage("pareto", "Người và chi phí · people against cost") as report:
        rows = []
        budgets = _budgets(problem, shares)
        for number, budget in enumerate(budgets, start=1):
            found = whole if budget == problem.budget else _solved(problem.with_budget(budget), plan)
            rows.append(_row(plan, budget, found))
            report(number, len(budgets))
        return pd.DataFrame(rows)


def _budgets(problem: MaximalCovering, shares: tuple[float, ...]) -> list[float]:
    """Shares of the budget, whole where it counts sites, between what must be built and all there is."""
    least = float(problem.costs()[list(problem.rules.must)].sum())
    never = {*problem.rules.never, *problem.rules.existing}
    most = float(np.delete(problem.costs(), sorted(never)).sum())
    wanted = [share * problem.budget for share in shares]
    if problem.cost is None:
        wanted = [max(1.0, float(round(one))) for one in wanted]
    return sorted({one for one in wanted if least <= one <= most} | {problem.budget})


def _solved(problem: MaximalCovering, plan: SitePlan) -> Plan:
    keys = plan.scenario.plan
    return solve(
        problem, seed=plan.scenario.seed, gap_target=keys.gap_target, rounds=3, start=plan.proof,
        time_limit_s=min(20.0, keys.time_limit_s),
    )  # fmt: skip


def _row(plan: SitePlan, budget: float, found: Plan) -> dict[str, float | int | None]:
    order, gains = ranked(found)
    money = money_of(plan.scenario, plan.inputs, plan.question.places.iloc[order])
    before = found.objective - float(gains.sum())
    present, added = float(money["present_cost_vnd"].sum()), found.objective - before
    return {
        "budget": budget,
        "sites": len(order),
        "people_served": round(found.objective, 1),
        "bound": round(found.bound, 1),
        "gap": round(found.gap, 7),
        "people_added": round(added, 1),
        "capex_vnd": float(money["capex_vnd"].sum()),
        "present_cost_vnd": present,
        "vnd_per_person": round(present / added) if added > 0 else None,
        "last_site_adds": round(float(gains[-1]), 1) if len(gains) else 0.0,
    }
