"""Fixed broadband: who is within a drop of fibre, and the cheapest way to bring it, or radio, to the rest.

A home can have fibre where an access point (splitter box) stands within the drop length. For everyone else
new access points are placed and joined to the network by a cheap cable tree along the roads (`steiner`);
wherever a branch costs more than fixed wireless access would, it is left out.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.coverage.service import People
from phusong.coverage.steiner import Graph, cheapest_tree

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
MODES = ("none", "fibre", "wireless")
ASCENTS = 1  # on a province's roads more of them take seconds each and better the bound by nothing


@dataclass(frozen=True, slots=True)
class Roads:
    """Roads that a cable can follow: nodes at `x_m`, `y_m`; edge k joins nodes `a[k]` and `b[k]`."""

    x_m: Floats
    y_m: Floats
    a: Indices
    b: Indices
    length_m: Floats


@dataclass(frozen=True, slots=True)
class Prices:
    """Costs in VND, and people per home. All must be positive, `cable_vnd_per_km` above 0."""

    cable_vnd_per_km: float
    access_point_vnd: float  # splitter box with its share of the central office
    drop_vnd_per_home: float
    wireless_vnd_per_home: float  # outdoor receiver, installed, with its share of the sector
    people_per_home: float
    detour: float = 1.3  # cable from the road to an access point over the straight distance

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class Plan:
    """How each group of homes without fibre is connected, and what it costs.

    Arrays by group: `centre` (row of people where its access point would stand), `homes`, `mode` (index into
    MODES), `local_vnd` (access point, drops and the cable from the road; or the wireless receivers),
    `trunk_vnd` (its homes' share of the cable tree). `edges` are the roads that get a cable,
    `trunk_bound_vnd` a proven lower bound of the tree to the same groups, `cut_off` the groups that no road
    joins to the network.
    """

    centre: Indices
    group_of_point: Indices  # group of each point of people, -1 for those served already
    homes: Floats
    mode: NDArray[np.int8]
    local_vnd: Floats
    trunk_vnd: Floats
    edges: Indices
    cable_km: float  # along roads
    spur_km: float  # from the road to the new access points; its cost is in `local_vnd`
    trunk_bound_vnd: float
    cut_off: NDArray[np.bool_]

    @property
    def cost_vnd(self) -> float:
        return float(self.local_vnd.sum() + self.trunk_vnd.sum())

    @property
    def bound_vnd(self) -> float:
        """A lower bound of what joining the same groups in the same way must cost."""
        return float(self.local_vnd.sum()) + self.trunk_bound_vnd


def nearest_m(people: People, x_m: Floats, y_m: Floats) -> Floats:
    """Distance in metres of each point of people to the nearest of (x, y); infinite where there is none."""
    if x_m.size == 0:
        return np.full(people.x_m.size, np.inf)
    away, _ = cKDTree(np.column_stack([x_m, y_m])).query(np.column_stack([people.x_m, people.y_m]))
    return np.asarray(away, dtype=np.float64)


def group_homes(people: People, unserved: NDArray[np.bool_], drop_m: float) -> tuple[Indices, Indices]:
    """Rows of people where new access points stand, and the group of each point (-1: served already).

    Greedy: the cell with the most people without fibre within `drop_m` gets the next one, until all have one.
    Raises ValueError for a drop length that is not above 0.
    """
    if not drop_m > 0.0:
        raise ValueError(f"drop_m must be above 0, not {drop_m}")
    rows = np.flatnonzero(unserved)
    group = np.full(unserved.size, -1, np.int64)
    if rows.size == 0:
        return np.zeros(0, np.int64), group
    at = np.column_stack([people.x_m[rows], people.y_m[rows]])
    near = cKDTree(at).query_ball_point(at, drop_m, return_sorted=True)
    weight = people.people[rows]
    queue = [(-float(weight[members].sum()), i) for i, members in enumerate(near)]
    heapq.heapify(queue)
    open_ = np.ones(rows.size, bool)
    centres: list[int] = []
    while queue:
        stale, i = heapq.heappop(queue)
        members = np.asarray(near[i], dtype=np.int64)
        members = members[open_[members]]
        gain = float(weight[members].sum())
        if gain <= 0.0:
            continue
        if gain < -stale * (1.0 - 1e-12):
            heapq.heappush(queue, (-gain, i))
            continue
        group[rows[members]] = len(centres)
        centres.append(int(rows[i]))
        open_[members] = False
    return np.array(centres, dtype=np.int64), group


def plan_fibre(
    people: People,
    unserved: NDArray[np.bool_],
    *,
    drop_m: float,
    roads: Roads,
    fibre_x_m: Floats,
    fibre_y_m: Floats,
    prices: Prices,
    wireless: NDArray[np.bool_],
) -> Plan:
    """Connects everyone `unserved` by fibre, or by fixed wireless where `wireless` (by point) and cheaper.

    Existing access points at (`fibre_x_m`, `fibre_y_m`) are where the tree may start. Groups that no road
    joins to one of them are `cut_off`: wireless where there is some, otherwise not connected.
    """
    centre, group = group_homes(people, unserved, drop_m)
    grouped = np.bincount(group[group >= 0], weights=people.people[group >= 0], minlength=centre.size)
    homes: Floats = grouped.astype(np.float64) / prices.people_per_home
    nodes = cKDTree(np.column_stack([roads.x_m, roads.y_m]))
    spur_m, node = nodes.query(np.column_stack([people.x_m[centre], people.y_m[centre]]))
    _, roots = nodes.query(np.column_stack([fibre_x_m, fibre_y_m]))
    by_fibre = (
        prices.access_point_vnd
        + prices.drop_vnd_per_home * homes
        + prices.cable_vnd_per_km * prices.detour * spur_m / 1000.0
    )
    by_radio = np.where(wireless[centre], prices.wireless_vnd_per_home * homes, np.inf)
    roots = np.unique(roots).astype(np.int64)
    cost = np.maximum(roads.length_m, 1.0) / 1000.0 * prices.cable_vnd_per_km
    graph = Graph(roads.x_m.size, roads.a, roads.b, cost)
    if roots.size == 0:
        cut_off, fibre = np.ones(centre.size, bool), np.zeros(centre.size, bool)
    else:
        whole = cheapest_tree(graph, roots, node[by_fibre < by_radio].astype(np.int64), ascents=ASCENTS)
        cut_off = np.isin(node, whole.unreachable)
        fibre = _worth(graph, whole.edges, roots, node, np.where(cut_off, 0.0, by_radio - by_fibre))
    mode = np.where(fibre, 1, np.where(np.isfinite(by_radio), 2, 0)).astype(np.int8)
    local = np.choose(mode, [0.0, by_fibre, by_radio])
    if not fibre.any():
        return Plan(
            centre,
            group,
            homes,
            mode,
            local,
            np.zeros(centre.size),
            np.zeros(0, np.int64),
            0.0,
            0.0,
            0.0,
            cut_off,
        )
    tree = cheapest_tree(graph, roots, node[fibre].astype(np.int64), ascents=ASCENTS)
    return Plan(
        centre=centre,
        group_of_point=group,
        homes=homes,
        mode=mode,
        local_vnd=local,
        trunk_vnd=_shared(graph, tree.edges, roots, node, np.where(fibre, homes, 0.0)),
        edges=tree.edges,
        cable_km=float(roads.length_m[tree.edges].sum()) / 1000.0,
        spur_km=prices.detour * float(spur_m[mode == 1].sum()) / 1000.0,
        trunk_bound_vnd=tree.bound,
        cut_off=cut_off,
    )


def _outward(graph: Graph, edges: Indices, roots: Indices) -> list[tuple[int, int, int]]:
    """The tree's (parent, child, edge), parents first, from the roots out."""
    beside: dict[int, list[tuple[int, int]]] = {}
    for edge in edges.tolist():
        a, b = int(graph.a[edge]), int(graph.b[edge])
        beside.setdefault(a, []).append((b, edge))
        beside.setdefault(b, []).append((a, edge))
    seen = set(roots.tolist())
    found: list[tuple[int, int, int]] = []
    waiting = [root for root in roots.tolist() if root in beside]
    for node in waiting:  # grows while it is read
        for other, edge in beside[node]:
            if other not in seen:
                seen.add(other)
                found.append((node, other, edge))
                waiting.append(other)
    return found


def _worth(graph: Graph, edges: Indices, roots: Indices, node: Indices, saving: Floats) -> NDArray[np.bool_]:
    """Which groups the cheapest part of the tree joins, when joining group k saves `saving[k]` elsewhere.

    Exact on the given tree: from the ends inward, a branch stays where the savings beyond it exceed its cost
    (infinite savings always do).
    """
    value = np.zeros(graph.nodes)
    np.add.at(value, node, np.maximum(saving, 0.0))
    way = _outward(graph, edges, roots)
    kept: dict[int, bool] = {}
    for parent, child, edge in reversed(way):
        rest = value[child] - graph.cost[edge]
        kept[child] = bool(rest > 0.0)
        if kept[child]:
            value[parent] += rest
    reached = np.zeros(graph.nodes, bool)
    reached[roots] = True
    for parent, child, _ in way:
        reached[child] = reached[parent] and kept[child]
    return np.asarray(reached[node] & (saving > 0.0))


def _shared(graph: Graph, edges: Indices, roots: Indices, node: Indices, homes: Floats) -> Floats:
    """Each group's part of the tree's cost, every edge shared by the homes beyond it."""
    beyond = np.zeros(graph.nodes)
    np.add.at(beyond, node, homes)
    way = _outward(graph, edges, roots)
    for parent, child, _ in reversed(way):
        if parent not in roots:
            beyond[parent] += beyond[child]
    each = np.zeros(graph.nodes)
    for parent, child, edge in way:
        each[child] = each[parent] + graph.cost[edge] / beyond[child]
    return np.asarray(each[node] * homes)
