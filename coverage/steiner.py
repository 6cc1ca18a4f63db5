"""The cheapest tree that joins places to a network: a Steiner tree with a proven lower bound.

Given a graph with edge costs, roots (what is connected already) and terminals (what must be), find edges of
least total cost that join every terminal to a root. The problem is NP-hard; here

- the tree comes from Mehlhorn's heuristic (1988), at most twice the optimum, on the whole graph, on the edges
  that dual ascents filled and on the union of the trees found; each is improved by inserting nodes, spanning
  its nodes anew and cutting bare ends;
- the bound is the best of Wong's dual ascents (1984) from a few roots, each a feasible dual of the directed
  cut formulation, so never above the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from phusong.coverage.kernels.steiner import ascend, insert_nodes

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Graph:
    """An undirected graph: edge k joins nodes `a[k]` and `b[k]` and costs `cost[k]`, above 0."""

    nodes: int
    a: Indices
    b: Indices
    cost: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not self.a.shape == self.b.shape == self.cost.shape:
            raise ValueError("a, b and cost must have one entry an edge")
        if self.a.size and (
            min(self.a.min(), self.b.min()) < 0 or max(self.a.max(), self.b.max()) >= self.nodes
        ):
            raise ValueError("an edge names a node that the graph does not have")
        if not (np.isfinite(self.cost) & (self.cost > 0.0)).all():
            raise ValueError("every edge must cost more than 0")


@dataclass(frozen=True, slots=True)
class Tree:
    """`edges` of the graph, their `cost`, a lower `bound` of the cheapest tree's, `unreachable` terminals."""

    edges: Indices
    cost: float
    bound: float
    unreachable: Indices

    @property
    def gap(self) -> float:
        """How much of the cost might be saved at most, as a share of the cost."""
        return max(0.0, 1.0 - self.bound / self.cost) if self.cost > 0.0 else 0.0  # rounding apart


def cheapest_tree(graph: Graph, roots: Indices, terminals: Indices, *, ascents: int = 3) -> Tree:
    """A cheap tree from `roots` to `terminals` and a bound; terminals that no road reaches are listed.

    `ascents` dual ascents are run, from the root and from terminals spread over the list: more of them give
    a better tree and a higher bound. Raises ValueError where there is no root.
    """
    roots, terminals = np.unique(roots), np.unique(terminals)
    if roots.size == 0:
        raise ValueError("a tree needs a root: no node of the graph is connected yet")
    one = _contracted(graph, roots)
    _, part = connected_components(one.matrix(), directed=False)
    reachable = part[one.node_of[terminals]] == part[0]
    wanted = np.unique(one.node_of[terminals[reachable]])
    wanted = wanted[wanted != 0]
    unreachable = terminals[~reachable]
    if wanted.size == 0:
        return Tree(np.zeros(0, np.int64), 0.0, 0.0, unreachable)
    ends = np.concatenate(([0], wanted))
    starts = np.unique(np.linspace(0, ends.size - 1, min(ascents, ends.size)).astype(np.int64))
    duals = [_dual_ascent(one, int(ends[start]), ends) for start in starts]
    bound = max(bound for bound, _ in duals)
    trees = [_improved(one, _mehlhorn(one, ends), ends)]
    trees += [_improved(one, _mehlhorn(one.only(filled), ends), ends) for _, filled in duals]
    union = np.zeros(one.cost.size, bool)
    union[np.concatenate(trees)] = True
    trees.append(_improved(one, _mehlhorn(one.only(union), ends), ends))
    best = min(trees, key=lambda tree: float(one.cost[tree].sum()))
    cost = float(one.cost[best].sum())
    return Tree(np.sort(one.edge_of[best]), cost, bound, unreachable)


@dataclass(frozen=True, slots=True)
class _Simple:
    """The graph with all roots as node 0, no loops and the cheapest of parallel edges."""

    nodes: int
    a: Indices
    b: Indices
    cost: NDArray[np.float64]
    edge_of: Indices  # edge of the given graph
    node_of: Indices  # by node of the given graph

    def matrix(self) -> csr_matrix:
        return csr_matrix((self.cost, (self.a, self.b)), shape=(self.nodes, self.nodes))

    def only(self, keep: NDArray[np.bool_]) -> _Simple:
        # costs of other edges are kept out by infinity: numbering stays
        return _Simple(
            self.nodes, self.a, self.b, np.where(keep, self.cost, np.inf), self.edge_of, self.node_of
        )


def _contracted(graph: Graph, roots: Indices) -> _Simple:
    node_of = np.full(graph.nodes, -1, np.int64)
    node_of[roots] = 0
    others = np.flatnonzero(node_of < 0)
    node_of[others] = np.arange(1, others.size + 1)
    a, b = node_of[graph.a], node_of[graph.b]
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((np.arange(a.size), graph.cost, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(order.size, bool)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    kept = order[first]
    return _Simple(others.size + 1, low[kept], high[kept], graph.cost[kept], kept, node_of)


def _dual_ascent(one: _Simple, root: int, ends: Indices) -> tuple[float, NDArray[np.bool_]]:
    """Wong's bound with `root` as the tree's root, and which edges have a filled arc in either direction."""
    count = one.cost.size
    tail, head = np.concatenate((one.a, one.b)), np.concatenate((one.b, one.a))
    arc = np.argsort(head, kind="stable")
    start = np.searchsorted(head[arc], np.arange(one.nodes + 1))
    bound, left = ascend(one.nodes, root, ends, start, arc, tail, np.concatenate((one.cost, one.cost)))
    return float(bound), (left[:count] <= 0.0) | (left[count:] <= 0.0)


def _mehlhorn(one: _Simple, ends: Indices) -> Indices:
    """Edges of a tree over `ends`: a spanning tree of the shortest paths between neighbouring ends."""
    usable = np.flatnonzero(np.isfinite(one.cost))
    a, b, cost = one.a[usable], one.b[usable], one.cost[usable]
    matrix = csr_matrix((cost, (a, b)), shape=(one.nodes, one.nodes))
    away, before, nearest = dijkstra(
        matrix, directed=False, indices=ends, min_only=True, return_predecessors=True
    )
    crossing = np.flatnonzero((nearest[a] != nearest[b]) & (nearest[a] >= 0) & (nearest[b] >= 0))
    left, right = nearest[a[crossing]], nearest[b[crossing]]
    length = away[a[crossing]] + cost[crossing] + away[b[crossing]]
    order = np.argsort(length, kind="stable")
    joined = _spanning(one.nodes, left[order], right[order])
    edge_between = {(int(i), int(j)): int(k) for i, j, k in zip(a, b, usable, strict=True)}
    chosen: set[int] = set()
    for k in crossing[order[joined]]:
        chosen.add(int(usable[k]))
        for node in (int(a[k]), int(b[k])):
            while before[node] >= 0 and away[node] > 0.0:
                previous = int(before[node])
                edge = edge_between[min(node, previous), max(node, previous)]
                if edge in chosen:
                    break
                chosen.add(edge)
                node = previous
    return np.array(sorted(chosen), dtype=np.int64)


def _spanning(nodes: int, left: Indices, right: Indices) -> Indices:
    """Positions of the edges that Kruskal takes, the edges given from cheap to dear."""
    parent = list(range(nodes))

    def top(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    taken = []
    for k, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        one, other = top(i), top(j)
        if one != other:
            parent[one] = other
            taken.append(k)
    return np.array(taken, dtype=np.int64)


def _improved(one: _Simple, tree: Indices, ends: Indices) -> Indices:
    """The tree after inserting nodes, spanning anew and cutting bare ends, until nothing helps."""
    count = one.cost.size
    tail, head = np.concatenate((one.a, one.b)), np.concatenate((one.b, one.a))
    edge = np.concatenate((np.arange(count), np.arange(count)))
    arc = np.lexsort((one.cost[edge], tail))
    start = np.searchsorted(tail[arc], np.arange(one.nodes + 1))
    while True:
        taken = np.zeros(count, bool)
        taken[tree] = True
        insert_nodes(one.nodes, start, head[arc], edge[arc], one.cost, taken)
        inside = np.zeros(one.nodes, bool)
        inside[one.a[taken]] = inside[one.b[taken]] = True
        within = np.flatnonzero(inside[one.a] & inside[one.b])
        order = within[np.argsort(one.cost[within], kind="stable")]
        spanning = order[_spanning(one.nodes, one.a[order], one.b[order])]
        better = _cut_bare_ends(one, spanning, ends)
        if one.cost[better].sum() >= one.cost[tree].sum() * (1.0 - 1e-12):
            return tree
        tree = better


def _cut_bare_ends(one: _Simple, tree: Indices, ends: Indices) -> Indices:
    """The tree without branches that lead to no end."""
    wanted = np.zeros(one.nodes, bool)
    wanted[ends] = True
    while True:
        degree = np.bincount(np.concatenate((one.a[tree], one.b[tree])), minlength=one.nodes)
        bare = (degree == 1) & ~wanted
        keep = ~(bare[one.a[tree]] | bare[one.b[tree]])
        if keep.all():
            return tree
        tree = tree[keep]
