"""The problem that is left when everything already decided has been taken out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.siting.problem import MaximalCovering, Problem, SetCovering, spacing_pairs
from phusong.coverage.siting.sets import CoverageSets

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class Incidence(NamedTuple):
    """Rows of demand against sites in both orders, as compiled code takes them."""

    row_start: IntArray
    row_site: NDArray[np.int32]
    site_start: IntArray
    site_row: NDArray[np.int32]
    weight: FloatArray  # of each row
    need: NDArray[np.int32]  # how many more sites each row needs
    cost: FloatArray  # of each site
    clash_start: IntArray  # sites too close to each site
    clash_site: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Core:
    """A problem over open sites and merged rows, exactly equivalent to the one it came from.

    Points that the same open sites can serve, with the same need (and in the same group when groups have a
    least share), are one row with their weights added. `base_weight` is served by existing and must-sites.
    """

    inc: Incidence
    site: IntArray  # candidate number of each open site
    held: IntArray  # candidates already decided to stand
    row_of_point: IntArray  # -1 where already served or out of reach
    base_weight: float
    budget: float  # what is left of it; infinite when cost is minimised
    target: float  # weight still to serve (8); 0 when there is no target
    row_group: IntArray  # -1 for none
    group_target: FloatArray  # weight still to serve in each group (6); at most 0 when already met
    cliques: tuple[IntArray, ...]  # sets of open sites of which only one may stand (5)

    @property
    def rows(self) -> int:
        return len(self.inc.weight)

    @property
    def sites(self) -> int:
        return len(self.site)

    @property
    def plain(self) -> bool:
        """True when (5) and (6) ask for nothing."""
        return not self.cliques and not (self.group_target > 0).any()


def core_of(problem: Problem, *, closed: IntArray | None = None, held: IntArray | None = None) -> Core:
    """The core of a problem; `closed` and `held` decide further sites as if by (4)."""
    sets, rules, cost = problem.sets, problem.rules, problem.costs()
    standing = np.zeros(sets.sites, bool)
    standing[[*rules.existing, *rules.must]] = True
    is_open = ~standing
    is_open[list(rules.never)] = False
    if held is not None:
        standing[held], is_open[held] = True, False
    if closed is not None:
        is_open[closed] = False
    pairs = spacing_pairs(rules)
    is_open[pairs[standing[pairs[:, 0]], 1]] = False
    is_open[pairs[standing[pairs[:, 1]], 0]] = False
    budget = (problem.budget if isinstance(problem, MaximalCovering) else np.inf) - cost[standing].sum()
    is_open &= cost <= budget + 1e-9

    need = np.ones(sets.points, np.int64) if rules.need is None else rules.need
    left = need - sets.counts(np.flatnonzero(standing))
    done = left <= 0
    group = np.full(sets.points, -1) if rules.group is None else rules.group
    asked = np.zeros(0) if rules.least_share is None else rules.least_share
    total = np.bincount(group[group >= 0], weights=problem.weight[group >= 0], minlength=len(asked))
    have = np.bincount(
        group[done & (group >= 0)], weights=problem.weight[done & (group >= 0)], minlength=len(asked)
    )
    group_target = asked * total - have
    group = np.where((group >= 0) & (group_target > 0)[group], group, -1) if len(asked) else group * 0 - 1

    row_of_point, first = _merged_rows(sets, is_open, left, group, problem.weight > 0)
    weight = np.bincount(
        row_of_point[row_of_point >= 0], weights=problem.weight[row_of_point >= 0], minlength=len(first)
    )
    site = np.flatnonzero(is_open)
    number = np.full(sets.sites, -1, np.int32)
    number[site] = np.arange(len(site), dtype=np.int32)
    row_start, row_site, site_start, site_row = _incidence(
        sets.point_start, sets.point_site, first, number, len(site)
    )
    inside = pairs[is_open[pairs[:, 0]] & is_open[pairs[:, 1]]]
    clash_start, clash_site = _clashes(number[inside], len(site))
    target = 0.0
    if isinstance(problem, SetCovering):
        target = float(problem.target_share * problem.weight.sum() - problem.weight[done].sum())
    return Core(
        inc=Incidence(
            row_start, row_site, site_start, site_row, np.asarray(weight, np.float64),
            left[first].astype(np.int32), cost[site], clash_start, clash_site,
        ),
        site=site,
        held=np.flatnonzero(standing),
        row_of_point=row_of_point,
        base_weight=float(problem.weight[done].sum()),
        budget=float(budget),
        target=target,
        row_group=group[first],
        group_target=group_target,
        cliques=_cliques(clash_start, clash_site),
    )  # fmt: skip


def _merged_rows(
    sets: CoverageSets, is_open: BoolArray, left: IntArray, group: IntArray, wanted: BoolArray
) -> tuple[IntArray, IntArray]:
    """Row of each point (-1: none), and the first point of each row."""
    # two independent 64-bit sums of random keys: equal keys mean equal sets but for a chance of about 1e-30
    rng = np.random.default_rng(0)
    keys = rng.integers(1, 2**63, size=(2, sets.sites), dtype=np.uint64) * is_open.astype(np.uint64)
    degree, one, two = _row_keys(sets.point_start, sets.point_site, is_open, keys)
    alive = (left > 0) & (degree >= left) & wanted
    points = np.flatnonzero(alive)
    order = points[np.lexsort((group[points], left[points], two[points], one[points]))]
    if not len(order):
        return np.full(sets.points, -1), order
    new = np.ones(len(order), bool)
    same = np.ones(len(order) - 1, bool)
    for key in (one, two, left, group):
        same &= key[order[1:]] == key[order[:-1]]
    new[1:] = ~same
    row = np.cumsum(new) - 1
    first = np.full(row[-1] + 1, sets.points)
    np.minimum.at(first, row, order)
    # rows in the order of their first point: nearby points stay nearby in memory
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    row_of_point = np.full(sets.points, -1)
    row_of_point[order] = rank[row]
    return row_of_point, np.sort(first)


def _cliques(clash_start: IntArray, clash_site: NDArray[np.int32]) -> tuple[IntArray, ...]:
    """Sets of mutually too close sites that contain every clashing pair: stronger than pair by pair."""
    near = [
        set(clash_site[clash_start[j] : clash_start[j + 1]].tolist()) for j in range(len(clash_start) - 1)
    ]
    seen: set[tuple[int, int]] = set()
    cliques = []
    for j, others in enumerate(near):
        for k in sorted(others):
            if k < j or (j, k) in seen:
                continue
            members, common = [j, k], near[j] & near[k]
            while common:
                further = min(common)
                members.append(further)
                common = common & near[further]
            members.sort()
            seen.update((a, b) for n, a in enumerate(members) for b in members[n + 1 :])
            cliques.append(np.array(members))
    return tuple(cliques)


def _clashes(pairs: NDArray[np.int32], sites: int) -> tuple[IntArray, NDArray[np.int32]]:
    both = np.concatenate((pairs, pairs[:, ::-1]))
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    start = np.concatenate(([0], np.cumsum(np.bincount(both[:, 0], minlength=sites))))
    return start.astype(np.int64), np.ascontiguousarray(both[:, 1], dtype=np.int32)


@jit()
def _row_keys(point_start, point_site, is_open, keys):  # type: ignore[no-untyped-def]
    points = len(point_start) - 1
    degree = np.zeros(points, np.int64)
    one = np.zeros(points, np.uint64)
    two = np.zeros(points, np.uint64)
    for i in range(points):
        for k in range(point_start[i], point_start[i + 1]):
            j = point_site[k]
            degree[i] += is_open[j]
            one[i] += keys[0, j]
            two[i] += keys[1, j]
    return degree, one, two


@jit()
def _incidence(point_start, point_site, first, number, sites):  # type: ignore[no-untyped-def]
    """Both orders of the merged rows, over open sites only."""
    rows = len(first)
    row_start = np.zeros(rows + 1, np.int64)
    for r in range(rows):
        row_start[r + 1] = row_start[r]
        for k in range(point_start[first[r]], point_start[first[r] + 1]):
            row_start[r + 1] += number[point_site[k]] >= 0
    row_site = np.empty(row_start[rows], np.int32)
    site_start = np.zeros(sites + 1, np.int64)
    at = 0
    for r in range(rows):
        for k in range(point_start[first[r]], point_start[first[r] + 1]):
            j = number[point_site[k]]
            if j >= 0:
                row_site[at] = j
                at += 1
                site_start[j + 1] += 1
    for j in range(sites):
        site_start[j + 1] += site_start[j]
    place = site_start[:-1].copy()
    site_row = np.empty(at, np.int32)
    for r in range(rows):
        for k in range(row_start[r], row_start[r + 1]):
            j = row_site[k]
            site_row[place[j]] = r
            place[j] += 1
    return row_start, row_site, site_start, site_row
