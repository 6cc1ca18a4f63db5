"""The core as a mixed-integer program for HiGHS: exact where it is small enough, and always bounded."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from phusong.coverage.siting.core import Core

FloatArray = NDArray[np.float64]


class Stop:
    """Becomes true at the first Ctrl-C; the second one interrupts as usual."""

    def __init__(self) -> None:
        self.flag = np.zeros(2, np.uint8)  # for compiled loops: asked to stop, nothing more is needed

    def __bool__(self) -> bool:
        return bool(self.flag[0])

    def ask(self) -> None:
        self.flag[0] = 1


@contextmanager
def listening() -> Iterator[Stop]:
    """Within the block Ctrl-C sets the given Stop instead of raising (in the main thread)."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def once(_number: int, _frame: object) -> None:
        stop.ask()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, once)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True, slots=True)
class Answer:
    """What HiGHS found in the core."""

    chosen: NDArray[np.bool_] | None  # of the core's open sites; None when it found no plan
    bound: float  # no plan of the core is better (weight served, or cost in set covering)
    status: str  # optimal | infeasible | limit


@dataclass(frozen=True, slots=True)
class Model:
    """(1)-(8) over x (open sites) then y (rows) then, when `slack` is asked, one shared relaxation."""

    matrix: sp.csr_matrix
    low: FloatArray
    high: FloatArray
    gain: FloatArray  # weight of each column
    cost: FloatArray  # cost of each column
    integer: NDArray[np.bool_]


def model_of(core: Core, *, share_slack: bool = False) -> Model:
    """The rows of the program; with `share_slack` (6) may be missed by one common share, the last column."""
    inc, rows, sites = core.inc, core.rows, core.sites
    covers = sp.csr_matrix((np.ones(len(inc.row_site)), inc.row_site, inc.row_start), shape=(rows, sites))
    parts = [sp.hstack([covers, -sp.diags(inc.need.astype(float))])]  # (2)
    low, high = [np.zeros(rows)], [np.full(rows, np.inf)]
    double = np.flatnonzero(inc.need == 2)
    if len(double):  # (2) without any one of its sites: y stays whole by itself
        parts.append(_without_one(core, double))
        low.append(np.zeros(parts[-1].shape[0]))
        high.append(np.full(parts[-1].shape[0], np.inf))
    if np.isfinite(core.budget):
        parts.append(sp.hstack([sp.csr_matrix(inc.cost), sp.csr_matrix((1, rows))]))  # (3)
        low.append(np.array([-np.inf]))
        high.append(np.array([core.budget + 1e-9]))
    for clique in core.cliques:  # (5)
        parts.append(
            sp.csr_matrix((np.ones(len(clique)), (np.zeros(len(clique), int), clique)), (1, sites + rows))
        )
        low.append(np.array([-np.inf]))
        high.append(np.array([1.0]))
    asked = np.flatnonzero(core.group_target > 0)
    first_group = sum(part.shape[0] for part in parts)
    for g in asked:  # (6)
        y = np.flatnonzero(core.row_group == g)
        parts.append(sp.csr_matrix((inc.weight[y], (np.zeros(len(y), int), sites + y)), (1, sites + rows)))
        low.append(np.array([core.group_target[g] * (1 - 1e-12)]))
        high.append(np.array([np.inf]))
    if core.target > 0:  # (8)
        parts.append(sp.hstack([sp.csr_matrix((1, sites)), sp.csr_matrix(inc.weight)]))
        low.append(np.array([core.target * (1 - 1e-12)]))
        high.append(np.array([np.inf]))
    matrix = sp.vstack(parts).tocsr()
    gain, cost = np.concatenate((np.zeros(sites), inc.weight)), np.concatenate((inc.cost, np.zeros(rows)))
    integer = np.concatenate((np.ones(sites, bool), inc.need > 2))
    if share_slack:
        lift = np.zeros(matrix.shape[0])
        lift[first_group : first_group + len(asked)] = core.group_target[asked]
        matrix = sp.hstack([matrix, sp.csr_matrix(lift[:, None])]).tocsr()
        gain, cost, integer = np.append(gain, 0.0), np.append(cost, 0.0), np.append(integer, False)
    return Model(matrix, np.concatenate(low), np.concatenate(high), gain, cost, integer)


def solved(
    core: Core,
    *,
    warm: NDArray[np.bool_] | None,
    stop: Stop,
    time_limit_s: float,
    gap: float = 0.0,
    nodes: int = -1,
    site_price: float = 0.0,
) -> Answer:
    """The best plan of the core within the limits; least cost when the core has a target, else most weight.

    `site_price` is taken off the weight for every unit of cost.
    """
    model = model_of(core)
    least_cost = core.target > 0
    lp = _highs_lp(model, model.cost if least_cost else site_price * model.cost - model.gain)
    highs = _highs(stop, time_limit_s, gap, nodes)
    highs.passModel(lp)
    if warm is not None:
        _give_start(highs, core, warm)
    highs.run()
    import highspy

    status = highs.getModelStatus()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(None, -np.inf, "infeasible")
    info = highs.getInfo()
    found = info.primal_solution_status == 2  # feasible
    chosen = np.asarray(highs.getSolution().col_value[: core.sites]) > 0.5 if found else None
    bound = info.mip_dual_bound if least_cost else -info.mip_dual_bound
    optimal = status == highspy.HighsModelStatus.kOptimal
    return Answer(chosen, float(bound), "optimal" if optimal else "limit")


def least_missed_share(core: Core, *, stop: Stop, time_limit_s: float) -> float:
    """By which common share the targets of (6) have to be relaxed before a plan exists; 0 when one does."""
    model = model_of(core, share_slack=True)
    objective = np.zeros(len(model.gain))
    objective[-1] = 1.0
    highs = _highs(stop, time_limit_s, 0.0, -1)
    highs.passModel(_highs_lp(model, objective))
    highs.run()
    info = highs.getInfo()
    return float(info.objective_function_value) if info.primal_solution_status == 2 else 1.0


def _without_one(core: Core, double: NDArray[np.int64]) -> sp.csr_matrix:
    """y_i <= sum of x over all but one of the sites of row i, for each of them."""
    inc, row, col, val, at = core.inc, [], [], [], 0
    for i in double:
        sites = inc.row_site[inc.row_start[i] : inc.row_start[i + 1]]
        for left_out in sites:
            others = sites[sites != left_out]
            row += [at] * (len(others) + 1)
            col += [*others.tolist(), core.sites + int(i)]
            val += [1.0] * len(others) + [-1.0]
            at += 1
    return sp.csr_matrix((val, (row, col)), shape=(at, core.sites + core.rows))


def _highs(stop: Stop, time_limit_s: float, gap: float, nodes: int) -> Any:
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)  # the same answer on every machine
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("mip_rel_gap", gap)
    highs.setOptionValue("mip_abs_gap", 1e-6)
    highs.setOptionValue("time_limit", max(0.01, time_limit_s))
    if nodes >= 0:
        highs.setOptionValue("mip_max_nodes", nodes)

    def interrupt(event: Any) -> None:
        if stop:
            event.interrupt()

    highs.cbMipInterrupt += interrupt
    highs.cbSimplexInterrupt += interrupt
    return highs


def _highs_lp(model: Model, objective: FloatArray) -> Any:
    import highspy

    lp = highspy.HighsLp()
    rows, cols = model.matrix.shape
    lp.num_col_, lp.num_row_ = cols, rows
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = objective, np.zeros(cols), np.ones(cols)
    lp.row_lower_, lp.row_upper_ = model.low, model.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = model.matrix.indptr, model.matrix.indices
    lp.a_matrix_.value_ = model.matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(one)] for one in model.integer]
    return lp


def _give_start(highs: Any, core: Core, chosen: NDArray[np.bool_]) -> None:
    import highspy

    rows = np.repeat(np.arange(core.rows), np.diff(core.inc.row_start))
    count = np.bincount(rows, weights=chosen[core.inc.row_site], minlength=core.rows)
    start = highspy.HighsSolution()
    start.col_value = np.concatenate((chosen.astype(float), (count >= core.inc.need).astype(float))).tolist()
    highs.setSolution(start)
