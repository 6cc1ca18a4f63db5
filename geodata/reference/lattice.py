"""Least-cost travel over a grid: the graph that rivers, relief and roads are computed on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))  # the other four of a cell's 8 neighbours by symmetry


def lattice(cost: NDArray[np.float32], cell_m: float) -> csr_matrix:
    """The graph of the cells with their 8 neighbours; an edge costs its length times its mean `cost`."""
    rows, cols = cost.shape
    index = np.arange(rows * cols, dtype=np.int32).reshape(rows, cols)
    here, there, weight = [], [], []
    for down, right in _STEPS:
        a = (slice(0, rows - down), slice(max(0, -right), cols - max(0, right)))
        b = (slice(down, rows), slice(max(0, right), cols - max(0, -right)))
        here.append(index[a].ravel())
        there.append(index[b].ravel())
        weight.append((cost[a] + cost[b]).ravel() * np.float32(cell_m * np.hypot(down, right) / 2.0))
    i, j, w = (np.concatenate(part) for part in (here, there, weight))
    return csr_matrix((np.r_[w, w], (np.r_[i, j], np.r_[j, i])), shape=(index.size, index.size))


def depth_in_tree(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """How many steps each node is from its root; a root is its own parent (pointer doubling)."""
    depth = (parent != np.arange(len(parent))).astype(np.int32)
    jump = parent.copy()
    while True:
        onward = depth[jump]
        if not onward.any():
            return np.asarray(depth)
        depth += onward
        jump = jump[jump]


def subtree_size(parent: NDArray[np.int32]) -> NDArray[np.float64]:
    """How many nodes drain through each node, itself included."""
    depth = depth_in_tree(parent)
    order = np.argsort(-depth, kind="stable")
    starts = np.flatnonzero(np.diff(depth[order], prepend=depth[order[0]] + 1))
    size = np.ones(len(parent))
    for nodes in np.split(order, starts[1:])[:-1]:  # deepest level first; the last holds the roots
        np.add.at(size, parent[nodes], size[nodes])
    return size


def path_to_root(parent: NDArray[np.int32], node: int) -> NDArray[np.int64]:
    """The nodes from `node` to its root, both included."""
    path = [node]
    while parent[path[-1]] != path[-1]:
        path.append(int(parent[path[-1]]))
    return np.array(path, dtype=np.int64)
