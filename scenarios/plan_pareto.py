"""People against money: the plan's question asked with smaller and larger budgets."""

from __future__ import annotations

import pandas as pd

from phusong.scenarios.plan import SitePlan
from phusong.scenarios.progress import Stages

SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)


def pareto_table(plan: SitePlan, *, stages: Stages | None = None) -> pd.DataFrame:
    """sites, people_served (weighted), people_added, capex_vnd, present_cost_vnd, vnd_per_person and
    last_site_adds of smaller and the whole budget.

    Each row is the best beginning of the plan's own order, so that a smaller budget is never regretted: what
    it builds belongs to the larger plan too.
    """
    with (stages or Stages(quiet=True)).stage("pareto", "Người và chi phí · people against cost"):
        total = len(plan.sites)
        rows = []
        for many in sorted({max(1, round(share * total)) for share in SHARES} if total else set()):
            part, curve = plan.sites.iloc[:many], plan.curve.iloc[:many]
            present = float(part["present_cost_vnd"].sum())
            added = float(curve["people_added"].sum())
            rows.append(
                {
                    "sites": many,
                    "people_served": float(curve["people_served"].iloc[-1]),
                    "people_added": added,
                    "capex_vnd": float(part["capex_vnd"].sum()),
                    "present_cost_vnd": present,
                    "vnd_per_person": present / added if added > 0 else None,
                    "last_site_adds": float(curve["people_added"].iloc[-1]),
                }
            )
        return pd.DataFrame(rows)
