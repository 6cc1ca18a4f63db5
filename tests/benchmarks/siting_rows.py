"""The siting targets as rows: each has name, value, unit, target, met.

`rows()` measures in processor seconds, which a busy machine does not stretch; wall time is in `note`.
Run as a program it prints them as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from phusong.coverage.siting.instances import clustered, raster
from phusong.coverage.siting.plan import Plan
from phusong.coverage.siting.problem import MaximalCovering, Rules
from phusong.coverage.siting.solve import solve

SMALL = (843, 500, 60, 1573.0)  # points, sites, budget, radius in m: greedy serves 70 %
MIDDLE = (10_000, 1_000, 250, 843.0)
LARGE = (40_000, 3_000, 250, 789.0)


def instance(points: int, sites: int, budget: int, radius_m: float) -> MaximalCovering:
    """One of the seeded instances."""
    return clustered(points, sites, budget=budget, radius_m=radius_m)[0]


def locked_and_banned(problem: MaximalCovering, plan: Plan, many: int = 20) -> MaximalCovering:
    """The same problem with sites outside a plan locked and sites of it banned."""
    outside = np.setdiff1d(np.arange(problem.sets.sites), plan.sites)
    step = max(1, len(outside) // many)
    rules = Rules(
        must=tuple(outside[::step][:many].tolist()),
        never=tuple(plan.new_sites[:: max(1, len(plan.new_sites) // many)][:many].tolist()),
    )
    return replace(problem, rules=rules)


def rows(*, with_raster: bool = True, slack: float = 1.0) -> Iterator[dict[str, Any]]:
    """Every target of siting, measured; `slack` stretches wall limits on a busy machine."""
    solve(clustered(2000, 300, budget=60, radius_m=1500.0)[0], rounds=3)  # every kernel compiled and loaded
    plan = solve(instance(*SMALL), time_limit_s=20 * slack)
    yield _row("siting 843 x 500 p60: proven gap", plan.gap, "share", 0.0, plan)
    yield _row("siting 843 x 500 p60: processor time", plan.cpu_s, "s", 2.0, plan)
    plan = solve(instance(*MIDDLE), gap_target=0.0005, time_limit_s=10 * slack)
    yield _row("siting 10k x 1k p250: gap", plan.gap, "share", 0.0005, plan)
    yield _row("siting 10k x 1k p250: processor time", plan.cpu_s, "s", 10.0, plan)
    large = instance(*LARGE)
    plan = solve(large, gap_target=0.005, time_limit_s=30 * slack)
    yield _row("siting 40k x 3k p250: gap in 30 s", plan.gap, "share", 0.005, plan)
    yield _row("siting 40k x 3k p250: processor time to that gap", plan.cpu_s, "s", 30.0, plan)
    again = solve(locked_and_banned(large, plan), rounds=1, start=plan)
    yield _row("siting 40k x 3k: re-plan, 20 locked and 20 banned", again.cpu_s, "s", 1.0, again)
    plan = solve(large, gap_target=0.003, time_limit_s=120 * slack)
    yield _row("siting 40k x 3k p250: gap in 120 s", plan.gap, "share", 0.003, plan)
    yield _row("siting 40k x 3k: peak memory", _peak_gb(), "GB", 1.0, plan)
    if with_raster:
        plan = solve(raster(sites=3000, budget=250), gap_target=0.01, time_limit_s=120 * slack)
        yield _row("siting 690k cells x 3k p250: gap", plan.gap, "share", 0.01, plan)
        yield _row("siting 690k cells x 3k p250: processor time", plan.cpu_s, "s", 120.0, plan)
        yield _row("siting 690k cells x 3k: peak memory", _peak_gb(), "GB", 4.0, plan)


def _row(name: str, value: float, unit: str, target: float, plan: Plan) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 6),
        "unit": unit,
        "target": target,
        "met": bool(value <= target + 1e-12),
        "note": f"wall {plan.wall_s:.1f} s, {plan.status}, {plan.objective:.0f} <= {plan.bound:.0f}",
    }


def _peak_gb() -> float:
    """The most memory this process has held, GB.

    From /proc where there is one: the maximum of `getrusage` also counts the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    stretched = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    for one in rows(slack=stretched):
        sys.stdout.write(json.dumps(one) + "\n")
        sys.stdout.flush()
