"""Better prices between the blocks of (10), by a bundle method in a box.

Every plan x that a block has answered with bounds what the block earns at any prices from below,

    e_b(v) >= sum_{i within} w_i y_i + sum_{i between} w_i v_i y_i - theta sum_j c_j x_j               (11)

so the least of  sum_{i between} w_i (1 - v_i) + sum_b t_b  over v in a box round the best prices, with t_b
above the right side of (11) for every answer of block b, shows where lower bounds may lie. The blocks answer
there, exactly; the box moves when the bound really falls, and every answer makes the picture truer (Lemarechal,
Nemirovskii and Nesterov 1995 on bundle methods; Marsten, Hogan and Blankenship 1975 on the box). What is
handed back is always (10) at some prices, so it is a bound however the search went.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from phusong.coverage.siting import bound as dual
from phusong.coverage.siting import exact
from phusong.coverage.siting.blocks import Part, Split, part_bound, split
from phusong.coverage.siting.core import Core

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_FIRST_BOX = 0.03  # how far a price, a share of its row's weight, may move at first
_PATIENCE = 10  # looks without any fall before a group is left as it is
_NODES = 300  # branches of one block's program
_EXACT_SHARE = 0.001  # of theta: how exactly a block answers


@dataclass(slots=True)
class _Block:
    """A part with everything it has answered."""

    part: Part
    value: float  # it earns at most this at the best prices
    plans: list[BoolArray] = field(default_factory=list)
    served: list[BoolArray] = field(default_factory=list)  # of the part's rows, by each plan
    answer: BoolArray | None = None  # the plan that is best at the best prices


@dataclass(frozen=True, slots=True)
class Tight:
    """The bound (10), the blocks and prices it was found at, and the sites that the blocks want at them."""

    value: float
    block: IntArray
    prices: dual.Prices
    theta: float
    wanted: BoolArray


@dataclass(slots=True)
class _Search:
    """One core split into blocks, and the best prices so far."""

    core: Core
    split: Split
    theta: float
    v: FloatArray
    stop: exact.Stop
    deadline: float

    @property
    def over(self) -> bool:
        return bool(self.stop) or time.monotonic() > self.deadline

    def asked(self, block: _Block, v: FloatArray) -> float:
        """What a block earns at most at prices v; its plan joins the ones it answered before."""
        core, part = self.core, block.part
        most = part_bound(core, part, self.split.within, v, self.theta)
        if self.over or most <= 1e-9:
            return most
        earned = np.where(self.split.within, core.inc.weight, core.inc.weight * v)
        if len(part.sites) == 1:
            profit = float(earned[part.rows].sum() - self.theta * core.inc.cost[part.sites[0]])
            block.answer = np.array([profit > 0.0])
            self.learn(block, block.answer)
            return max(0.0, profit)
        spent = self.theta * core.inc.cost[part.sites]
        warm = None
        if block.plans:
            served, x = np.array(block.served), np.array(block.plans)
            warm = block.plans[int(np.argmax(served @ earned[part.rows] - x @ spent))]
        answer = exact.least(
            part.model,
            part.objective(earned, spent),
            warm=None if warm is None else _with_rows(part, warm),
            stop=self.stop,
            time_limit_s=self.deadline - time.monotonic(),
            gap=_EXACT_SHARE * self.theta,
            nodes=_NODES,
        )
        if answer.chosen is not None:
            block.answer = answer.chosen[: len(part.sites)]
            self.learn(block, block.answer)
        return min(most, answer.bound + 1e-9 * abs(answer.bound))

    def learn(self, block: _Block, plan: BoolArray) -> None:
        if not any((plan == one).all() for one in block.plans):
            block.plans.append(plan)
            block.served.append(block.part.served(plan))


def tightened(
    core: Core,
    prices: dual.Prices,
    block: IntArray,
    *,
    plans: list[BoolArray],
    stop: exact.Stop,
    deadline: float,
    trips: int,
    theta: float | None = None,
) -> Tight:
    """The bound (10) for the given blocks, from prices and through at most `trips` looks at each group of
    blocks that share rows. `plans` of the whole core are what the blocks are taken to know already; theta is
    the one that is best in (9) unless given.

    Ends early, with a valid bound, when asked to stop or at the deadline (monotonic seconds).
    """
    if theta is None:
        theta = dual.bound_at(core, prices).theta
    parts = split(core, prices, block)
    search = _Search(core, parts, theta, prices.v.copy(), stop, deadline)
    blocks = [_Block(one, part_bound(core, one, parts.within, search.v, theta)) for one in parts.parts]
    for one in blocks:
        for plan in plans:
            search.learn(one, plan[one.part.sites])
    for group in _groups(core, parts):
        mine = [blocks[k] for k in group]
        for one in mine:
            one.value = search.asked(one, search.v)
        if len(mine) > 1:
            _bundled(search, mine, trips)
    between = ~parts.within
    weight = core.inc.weight
    rest = np.zeros(core.sites)
    rest[parts.alone] = np.maximum(
        dual.bound_at(core, replace(prices, v=search.v), theta=theta).reduced, 0.0
    )[parts.alone]
    total = (weight * (1.0 - search.v))[between].sum() + theta * core.budget + rest.sum()
    total += (weight * (1.0 - search.v))[parts.within & _alone_rows(core, parts)].sum()
    wanted = rest > 0.0
    for one in blocks:
        total += one.value
        if one.answer is not None:
            wanted[one.part.sites] = one.answer
    return Tight(float(total), block, replace(prices, v=search.v), theta, wanted)


def _bundled(search: _Search, blocks: list[_Block], trips: int) -> None:
    """Moves the free prices of one group of blocks to where its part of (10) is lower."""
    core = search.core
    rows = np.unique(np.concatenate([one.part.rows for one in blocks]))
    rows = rows[search.split.free[rows]]
    weight = core.inc.weight[rows]
    if not len(rows):
        return

    def total(v: FloatArray, values: list[float]) -> float:
        return float((weight * (1.0 - v[rows])).sum() + sum(values))

    best, box = total(search.v, [one.value for one in blocks]), _FIRST_BOX
    fallen = False
    for trip in range(trips):
        if search.over or (trip >= _PATIENCE and not fallen):
            return
        v, promised = _master(search, blocks, rows, box)
        if best - promised < 0.01 * search.theta:
            if box >= 1.0:
                return
            box = min(1.0, 3.0 * box)
            continue
        before = [one.answer for one in blocks]
        values = [search.asked(one, v) for one in blocks]
        if search.over:
            return
        kept = (best - total(v, values)) / (best - promised)
        if kept > 0.05:
            fallen = True
            best, search.v = total(v, values), v
            for one, value in zip(blocks, values, strict=True):
                one.value = value
        else:
            for one, answer in zip(blocks, before, strict=True):
                one.answer = answer
        if kept > 0.5:
            box = min(1.0, 1.6 * box)
        elif kept < -4.0 and box > 0.3 * _FIRST_BOX:
            box *= 0.7


def _master(search: _Search, blocks: list[_Block], rows: IntArray, box: float) -> tuple[FloatArray, float]:
    """The prices in the box where the answers so far promise the lowest bound, and that bound."""
    core, here = search.core, search.v[rows]
    weight = core.inc.weight[rows]
    place = np.full(core.rows, -1)
    place[rows] = np.arange(len(rows))
    cuts, least = [], []
    for number, one in enumerate(blocks):
        part = one.part
        served = np.array(one.served, float).reshape(len(one.plans), len(part.rows))
        plans = np.array(one.plans, float).reshape(len(one.plans), len(part.sites))
        moved = place[part.rows] >= 0
        fixed = np.where(search.split.within, core.inc.weight, core.inc.weight * search.v)[part.rows]
        least.append(served[:, ~moved] @ fixed[~moved] - plans @ (search.theta * core.inc.cost[part.sites]))
        columns = place[part.rows[moved]]
        earns = sp.csr_matrix(-served[:, moved] * weight[columns]).tocoo()
        price = sp.coo_matrix((earns.data, (earns.row, columns[earns.col])), shape=(len(plans), len(rows)))
        mark = sp.coo_matrix(
            (np.ones(len(plans)), (np.arange(len(plans)), np.full(len(plans), number))),
            shape=(len(plans), len(blocks)),
        )
        cuts.append(sp.hstack([price, mark]))
    far = np.full(len(blocks), np.inf)
    answer, value = exact.lowest(
        sp.vstack(cuts).tocsr(),
        np.concatenate(least),
        np.concatenate((-weight, np.ones(len(blocks)))),
        np.concatenate((np.maximum(0.0, here - box), -far)),
        np.concatenate((np.minimum(1.0, here + box), far)),
    )
    v = search.v.copy()
    v[rows] = np.clip(answer[: len(rows)], np.maximum(0.0, here - box), np.minimum(1.0, here + box))
    return v, value + float(weight.sum())


def _groups(core: Core, parts: Split) -> list[list[int]]:
    """Blocks that free rows join, the smallest groups first."""
    row = np.concatenate([one.rows for one in parts.parts]) if parts.parts else np.empty(0, np.int64)
    part = np.repeat(np.arange(len(parts.parts)), [len(one.rows) for one in parts.parts])
    free = parts.free[row]
    joins = sp.csr_matrix((np.ones(free.sum()), (row[free], part[free])), shape=(core.rows, len(parts.parts)))
    count, label = connected_components(joins.T @ joins) if parts.parts else (0, np.empty(0, int))
    size = np.bincount(label, weights=[len(one.rows) for one in parts.parts], minlength=count)
    return [np.flatnonzero(label == g).tolist() for g in np.argsort(size, kind="stable")]


def _alone_rows(core: Core, parts: Split) -> BoolArray:
    """Rows within a block that is no part."""
    here = np.ones(core.rows, bool)
    for one in parts.parts:
        here[one.rows] = False
    return here


def _with_rows(part: Part, plan: BoolArray) -> FloatArray:
    """The columns of a part's program for a plan of it."""
    served = np.zeros(len(part.model.gain) - len(part.sites))
    served[part.merged] = part.served(plan)
    return np.concatenate((plan.astype(np.float64), served))
