"""Loops of the Steiner tree: Wong's dual ascent for the bound, and inserting nodes into a tree."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit

Indices = NDArray[np.int64]
Costs = NDArray[np.float64]


@jit()
def _component(
    terminal: int, root: int, start: Indices, arc: Indices, tail: Indices, left: Costs,
    seen: Indices, stamp: int, stack: Indices,
) -> tuple[int, bool]:  # fmt: skip
    # nodes that reach the terminal over filled arcs, in stack[:size]; whether the root is among them
    size = 1
    stack[0] = terminal
    seen[terminal] = stamp
    at = 0
    while at < size:
        node = stack[at]
        at += 1
        for k in range(start[node], start[node + 1]):
            other = tail[arc[k]]
            if seen[other] != stamp and left[arc[k]] <= 0.0:
                if other == root:
                    return size, True
                seen[other] = stamp
                stack[size] = other
                size += 1
    return size, False


@jit()
def ascend(
    nodes: int, root: int, terminals: Indices, start: Indices, arc: Indices, tail: Indices, cost: Costs
) -> tuple[float, Costs]:
    """The dual bound in the unit of `cost`, and what is left of every arc's cost (0: filled).

    The arcs into node v are arc[start[v]:start[v + 1]], arc a comes from tail[a]. Each step takes a terminal
    whose set W of nodes that reach it over filled arcs lacks the root, and raises the dual of W's cut by the
    smallest reduced cost entering it: a feasible dual of the cut formulation, whatever the order. Sets with
    few entering arcs go first (Wong 1984; order as Duin 1993). All terminals must be reachable.
    """
    left = cost.copy()
    seen = np.full(nodes, -1, np.int64)
    stack = np.empty(nodes, np.int64)
    stamp = 0
    bound = 0.0
    queue = [(0, int(t)) for t in terminals if t != root]
    heapq.heapify(queue)
    while len(queue) > 0:
        _, terminal = heapq.heappop(queue)
        while True:
            size, reached = _component(terminal, root, start, arc, tail, left, seen, stamp, stack)
            if reached:
                stamp += 1
                break
            smallest = np.inf
            entering = 0
            for i in range(size):
                for k in range(start[stack[i]], start[stack[i] + 1]):
                    a = arc[k]
                    if seen[tail[a]] != stamp:
                        entering += 1
                        smallest = min(smallest, left[a])
            if len(queue) > 0 and entering > queue[0][0]:
                heapq.heappush(queue, (entering, terminal))
                stamp += 1
                break
            for i in range(size):
                for k in range(start[stack[i]], start[stack[i] + 1]):
                    a = arc[k]
                    if seen[tail[a]] != stamp:
                        left[a] -= smallest
                        if left[a] < 1e-9:
                            left[a] = 0.0
            bound += smallest
            stamp += 1
    return bound, left


@jit()
def _heaviest_between(
    one: int, other: int, start: Indices, to: Indices, edge: Indices, cost: Costs, taken: NDArray[np.bool_],
    via: Indices, came: Indices, seen: Indices, stamp: int, stack: Indices,
) -> int:  # fmt: skip
    # the dearest edge on the tree's way from one node to another; there is always a way
    seen[one] = stamp
    stack[0] = one
    size = 1
    while size > 0:
        size -= 1
        node = stack[size]
        if node == other:
            break
        for k in range(start[node], start[node + 1]):
            if taken[edge[k]] and seen[to[k]] != stamp:
                seen[to[k]] = stamp
                came[to[k]] = node
                via[to[k]] = edge[k]
                stack[size] = to[k]
                size += 1
    heaviest = via[other]
    node = came[other]
    while node != one:
        if cost[via[node]] > cost[heaviest]:
            heaviest = via[node]
        node = came[node]
    return int(heaviest)


@jit()
def insert_nodes(
    nodes: int, start: Indices, to: Indices, edge: Indices, cost: Costs, taken: NDArray[np.bool_]
) -> float:
    """Adds nodes to the tree `taken` where that replaces dearer edges; changes `taken`, gives the saving.

    The edges at node v are edge[start[v]:start[v + 1]], leading to the nodes `to`, cheapest first.
    """
    inside = np.zeros(nodes, np.bool_)
    for v in range(nodes):
        for k in range(start[v], start[v + 1]):
            if taken[edge[k]]:
                inside[v] = True
    via, came, stack = np.empty(nodes, np.int64), np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    seen = np.full(nodes, -1, np.int64)
    stamp = 0
    dropped, added = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    saved = 0.0
    for v in range(nodes):
        if inside[v]:
            continue
        gain = 0.0
        out = new = 0
        for k in range(start[v], start[v + 1]):
            if not inside[to[k]]:
                continue
            if new > 0:
                stamp += 1
                heaviest = _heaviest_between(
                    v, to[k], start, to, edge, cost, taken, via, came, seen, stamp, stack
                )
                if cost[heaviest] <= cost[edge[k]]:
                    continue
                taken[heaviest] = False
                dropped[out] = heaviest
                out += 1
                gain += cost[heaviest]
            taken[edge[k]] = True
            added[new] = edge[k]
            new += 1
            gain -= cost[edge[k]]
        if gain > 1e-9:
            inside[v] = True
            saved += gain
        else:
            # what was dropped may have been added here: undo the additions first
            for i in range(out):
                taken[dropped[i]] = True
            for i in range(new):
                taken[added[i]] = False
    return saved
