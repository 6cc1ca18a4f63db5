"""A tighter upper bound: the prices of the LP between neighbourhoods, whole numbers within each.

Sites are split into blocks that share little. Rows within one block keep (2) exactly; rows that several
blocks can serve are priced as in the Lagrangian dual, each block earning w_i v_i for serving them:

    L = sum_{i between} w_i (1 - v_i) + theta B
        + sum_blocks max { sum_{i within} w_i y_i + sum_{i between} w_i v_i y_i - theta sum_j c_j x_j }   (10)

For v and theta from (9) this is at most (9), for it adds the whole-numberedness of x within every block.
"""

from __future__ import annotations

import time

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.siting import bound as dual
from phusong.coverage.siting import exact
from phusong.coverage.siting.core import Core, core_of
from phusong.coverage.siting.problem import MaximalCovering, Rules
from phusong.coverage.siting.sets import CoverageSets

FloatArray = NDArray[np.float64]


def splittable(core: Core) -> bool:
    """Whether (10) holds for a core: without (5) and (6), and with needs of one."""
    return core.plain and bool((core.inc.need == 1).all()) and core.rows > 0


def block_bound(
    core: Core,
    prices: dual.Prices,
    *,
    chosen: NDArray[np.bool_],
    most_sites: int,
    stop: exact.Stop,
    deadline: float,
) -> tuple[float, NDArray[np.bool_]]:
    """The bound (10) for blocks of at most `most_sites` sites, and the sites that the blocks' optima hold: a
    plan in all but its cost. `chosen` is a plan to start each block from.

    A block that is not finished by the deadline (monotonic seconds) keeps the bound it has by then, at worst
    that of the LP.
    """
    weight, theta = core.inc.weight, dual.bound_at(core, prices).theta
    block = _blocks(core, most_sites)
    low, high = (np.asarray(one) for one in _span(core.inc.row_start, core.inc.row_site, block))
    within = low == high
    earned = np.where(within, weight, weight * prices.v)
    reduced = np.maximum(dual.bound_at(core, prices, theta=theta).reduced, 0.0)
    slack = np.where(within, weight * (1.0 - prices.v), 0.0)
    by_lp = np.bincount(block, weights=reduced) + np.bincount(
        low[within], weights=slack[within], minlength=block.max() + 1
    )
    total = float((weight * (1.0 - prices.v))[~within].sum() + theta * core.budget)

    sets = CoverageSets(
        core.rows, core.sites, core.inc.site_start, core.inc.site_row, core.inc.row_start, core.inc.row_site
    )
    priced = MaximalCovering(sets, np.asarray(earned), np.inf, core.inc.cost, Rules())
    union = chosen.copy()
    # the most that is left open first
    for b in np.argsort(-_slack_by_block(slack, low, within, len(by_lp)), kind="stable"):
        total += by_lp[b]
        if stop or time.monotonic() > deadline or by_lp[b] <= 1e-9:
            continue
        rest = core_of(priced, closed=np.flatnonzero(block != b))
        if not rest.rows:
            continue
        answer = exact.solved(
            rest,
            warm=chosen[rest.site],
            stop=stop,
            time_limit_s=min(5.0, deadline - time.monotonic()),
            site_price=theta,
        )
        total += min(0.0, answer.bound - by_lp[b])
        if answer.chosen is not None:
            union[block == b] = False
            union[rest.site[answer.chosen]] = True
    return total, union


def _slack_by_block(
    slack: FloatArray, low: NDArray[np.int64], within: NDArray[np.bool_], blocks: int
) -> FloatArray:
    """Weight within each block that the LP leaves open at its prices."""
    return np.asarray(np.bincount(low[within], weights=slack[within], minlength=blocks), np.float64)


def _blocks(core: Core, most_sites: int) -> NDArray[np.int64]:
    """Block of each site: the sites that share most are joined first, up to the size allowed."""
    one, two, shared = _shares(core)
    reach = np.maximum(np.bincount(core.inc.row_site, weights=np.repeat(
        core.inc.weight, np.diff(core.inc.row_start)), minlength=core.sites), 1e-12)  # fmt: skip
    order = np.argsort(-shared / np.minimum(reach[one], reach[two]), kind="stable")
    return np.asarray(
        np.unique(_joined(one[order], two[order], core.sites, most_sites), return_inverse=True)[1]
    )


def _shares(core: Core) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]:
    """Pairs of sites with a common row, and the weight they share."""
    inc = core.inc
    covers = sp.csr_matrix(
        (np.ones(len(inc.row_site)), inc.row_site, inc.row_start), shape=(core.rows, core.sites)
    )
    shared = sp.triu(covers.T @ sp.diags(inc.weight) @ covers, 1).tocoo()
    return shared.row.astype(np.int64), shared.col.astype(np.int64), shared.data


@jit()
def _joined(one, two, sites, most):  # type: ignore[no-untyped-def]
    parent = np.arange(sites)
    size = np.ones(sites, np.int64)
    for k in range(len(one)):
        a, b = one[k], two[k]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a != b and size[a] + size[b] <= most:
            parent[a] = b
            size[b] += size[a]
    for j in range(sites):
        a = j
        while parent[a] != a:
            a = parent[a]
        parent[j] = a
    return parent


@jit()
def _span(row_start, row_site, block):  # type: ignore[no-untyped-def]
    """Least and greatest block among the sites of each row."""
    rows = len(row_start) - 1
    low = np.zeros(rows, np.int64)
    high = np.zeros(rows, np.int64)
    for i in range(rows):
        low[i] = high[i] = block[row_site[row_start[i]]]
        for k in range(row_start[i] + 1, row_start[i + 1]):
            low[i] = min(low[i], block[row_site[k]])
            high[i] = max(high[i], block[row_site[k]])
    return low, high
