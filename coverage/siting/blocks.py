"""A tighter upper bound: prices between neighbourhoods, whole numbers within each.

Sites are split into blocks that share little. Rows within one block keep (2) exactly; rows that several
blocks can serve are priced as in the Lagrangian dual, each block earning w_i v_i for serving them:

    L = sum_{i between} w_i (1 - v_i) + theta B
        + sum_blocks max { sum_{i within} w_i y_i + sum_{i between} w_i v_i y_i - theta sum_j c_j x_j }   (10)

For v and theta from (9) this is at most (9), for it adds the whole-numberedness of x within every block.
`bundle` looks for better v.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.siting import bound as dual
from phusong.coverage.siting import exact
from phusong.coverage.siting.core import Core

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Part:
    """One block: its sites, the rows that earn it something, and its program with equal rows merged."""

    sites: IntArray
    rows: IntArray
    covers: sp.csr_matrix  # rows x sites
    merged: IntArray  # row of the program for each of `rows`
    model: exact.Model

    def objective(self, earned: FloatArray, site_price: FloatArray) -> FloatArray:
        """Coefficients to minimise, for what each row of the core earns."""
        gain = np.bincount(
            self.merged, weights=earned[self.rows], minlength=len(self.model.gain) - len(self.sites)
        )
        return np.concatenate((site_price, -gain))

    def served(self, x: BoolArray) -> BoolArray:
        """Which of `rows` some site of `x` serves."""
        return np.asarray(self.covers @ x.astype(np.float64) > 0.5)


@dataclass(frozen=True, slots=True)
class Split:
    """Sites in blocks, the rows within one of them, and the rows between them whose price may be moved."""

    block: IntArray  # of each site
    within: BoolArray
    free: BoolArray
    parts: tuple[Part, ...]  # without blocks of one site that no free row touches: (9) will do for them
    alone: IntArray  # sites of those


def splittable(core: Core) -> bool:
    """Whether (10) holds for a core: without (5) and (6), and with needs of one."""
    return core.plain and bool((core.inc.need == 1).all()) and core.rows > 0


def blocks_of(
    core: Core, share: FloatArray, *, most_share: float, most_sites: int, inside: IntArray | None = None
) -> IntArray:
    """Block of each site: the sites that share most are joined first, up to the sizes allowed.

    A block holds at most `most_share` of the LP's sites (`share`: its x) and `most_sites` candidates. With
    `inside` the blocks of an earlier call are joined further.
    """
    one, two, shared = _shares(core)
    rows = np.repeat(core.inc.weight, np.diff(core.inc.row_start))
    reach = np.maximum(np.bincount(core.inc.row_site, weights=rows, minlength=core.sites), 1e-12)
    order = np.argsort(-shared / np.minimum(reach[one], reach[two]), kind="stable")
    parent = np.arange(core.sites)
    if inside is not None:
        first = np.full(inside.max() + 1, core.sites)
        np.minimum.at(first, inside, parent)
        parent = first[inside]
    joined = _joined(one[order], two[order], parent, np.maximum(share, 1e-9), most_share, most_sites)
    return np.asarray(np.unique(joined, return_inverse=True)[1], np.int64)


def split(core: Core, prices: dual.Prices, block: IntArray) -> Split:
    """The parts of (10) for given blocks. Rows between blocks that the LP serves more than once, for
    nothing, or not at all keep their price."""
    inc, v = core.inc, prices.v
    low, high = (np.asarray(one) for one in _span(inc.row_start, inc.row_site, block))
    within = low == high
    ones = np.ones(len(inc.row_site))
    by_row = sp.csr_matrix((ones, inc.row_site, inc.row_start), shape=(core.rows, core.sites))
    by_site = sp.csc_matrix((ones, inc.site_row, inc.site_start), shape=(core.rows, core.sites))
    reached = by_row @ prices.x
    doubtful = (
        ((v > 1e-3) & (v < 1.0 - 1e-3)) | (np.abs(reached - 1.0) < 0.01) | ((v < 0.5) == (reached < 1.0))
    )
    free = ~within & doubtful
    earning = within | free | (v > 1e-9)
    parts, alone = [], []
    members = np.split(np.argsort(block, kind="stable"), np.cumsum(np.bincount(block))[:-1])
    for sites in members:
        rows = np.unique(by_site[:, sites].indices)
        rows = rows[earning[rows]]
        if free[rows].any() or (len(sites) > 1 and len(rows)):
            parts.append(_part(by_row[rows][:, sites], sites, rows))
        else:
            alone.extend(sites.tolist())
    return Split(block, within, free, tuple(parts), np.array(alone, np.int64))


def part_bound(core: Core, one: Part, within: BoolArray, v: FloatArray, theta: float) -> float:
    """What a block earns at most at given prices, without whole numbers: its part of (9)."""
    weight = core.inc.weight[one.rows]
    profit = (weight * v[one.rows]) @ one.covers - theta * core.inc.cost[one.sites]
    mine = within[one.rows]
    return float(np.maximum(profit, 0.0).sum() + (weight * (1.0 - v[one.rows]))[mine].sum())


def _part(covers: sp.csr_matrix, sites: IntArray, rows: IntArray) -> Part:
    # equal sums of random 64-bit keys mean equal sets but for a chance of about 1e-30
    keys = np.random.default_rng(0).integers(1, 2**63, size=(len(sites), 2), dtype=np.uint64)
    _, first, merged = np.unique(
        covers.astype(np.uint64) @ keys, axis=0, return_index=True, return_inverse=True
    )
    many = len(first)
    matrix = sp.hstack([covers[first], -sp.identity(many)]).tocsr()
    columns = len(sites) + many
    whole = np.arange(columns) < len(sites)
    zero = np.zeros(columns)
    model = exact.Model(matrix, np.zeros(many), np.full(many, np.inf), zero, zero, whole)
    return Part(sites, rows, covers, merged.ravel(), model)


def _shares(core: Core) -> tuple[IntArray, IntArray, FloatArray]:
    """Pairs of sites with a common row, and the weight they share."""
    inc = core.inc
    covers = sp.csr_matrix(
        (np.ones(len(inc.row_site)), inc.row_site, inc.row_start), shape=(core.rows, core.sites)
    )
    shared = sp.triu(covers.T @ sp.diags(inc.weight) @ covers, 1).tocoo()
    return shared.row.astype(np.int64), shared.col.astype(np.int64), shared.data


@jit()
def _joined(one, two, parent, share, most_share, most):  # type: ignore[no-untyped-def]
    """Root of each site after joining the pairs in turn wherever the sizes allow; `parent` is changed."""
    sites = len(parent)
    size = np.zeros(sites, np.int64)
    weight = np.zeros(sites)
    for j in range(sites):
        size[parent[j]] += 1
        weight[parent[j]] += share[j]
    for k in range(len(one)):
        a, b = one[k], two[k]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a != b and size[a] + size[b] <= most and weight[a] + weight[b] <= most_share + 1e-9:
            parent[a] = b
            size[b] += size[a]
            weight[b] += weight[a]
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
