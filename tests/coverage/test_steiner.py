"""The Steiner tree against brute force, its bound against the optimum."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from phusong.coverage.steiner import Graph, cheapest_tree


def _optimum(graph: Graph, roots: NDArray[np.int64], terminals: NDArray[np.int64]) -> float:
    """Least cost over all sets of edges, by trying them all: joins every terminal to a root."""
    best = np.inf
    edges = range(graph.a.size)
    for count in range(graph.a.size + 1):
        for chosen in combinations(edges, count):
            cost = float(graph.cost[list(chosen)].sum())
            if cost < best and _joins(graph, chosen, roots, terminals):
                best = cost
    return best


def _joins(
    graph: Graph, chosen: tuple[int, ...], roots: NDArray[np.int64], terminals: NDArray[np.int64]
) -> bool:
    k = list(chosen)
    shape = (graph.nodes, graph.nodes)
    matrix = csr_matrix((np.ones(len(k)), (graph.a[k], graph.b[k])), shape=shape)
    _, part = connected_components(matrix, directed=False)
    return bool(np.isin(part[terminals], part[roots]).all())


def _random(seed: int, nodes: int = 7, edges: int = 11) -> Graph:
    rng = np.random.default_rng(seed)
    spine = [(i, int(rng.integers(i))) for i in range(1, nodes)]
    pairs = [pair for pair in combinations(range(nodes), 2) if pair not in spine and pair[::-1] not in spine]
    extra = [pairs[i] for i in rng.choice(len(pairs), edges - len(spine), replace=False)]
    a, b = np.array(spine + extra).T
    return Graph(nodes, a, b, rng.integers(1, 20, edges).astype(float))


def test_bound_is_never_above_and_tree_never_below_the_optimum() -> None:
    ratio, gap = [], []
    for seed in range(25):
        graph = _random(seed)
        places = np.random.default_rng(1000 + seed).permutation(graph.nodes)
        roots, terminals = places[: 1 + seed % 2], places[2:5]
        best = _optimum(graph, roots, terminals)
        tree = cheapest_tree(graph, roots, terminals)
        assert tree.bound <= best + 1e-9, seed
        assert best - 1e-9 <= tree.cost <= 2.0 * best, seed
        assert tree.cost == pytest.approx(graph.cost[tree.edges].sum())
        assert _joins(graph, tuple(tree.edges.tolist()), roots, terminals), seed
        ratio.append(tree.cost / best)
        gap.append(tree.gap)
    assert np.mean(ratio) < 1.01
    assert np.mean(gap) < 0.03


def test_a_star_is_found_where_the_shortest_paths_miss_it() -> None:
    # three ends 1.9 apart in pairs, a middle 1 from each: star 3, two sides 3.8
    a, b = np.array([0, 0, 1, 3, 3, 3]), np.array([1, 2, 2, 0, 1, 2])
    graph = Graph(4, a, b, np.array([1.9, 1.9, 1.9, 1.0, 1.0, 1.0]))
    tree = cheapest_tree(graph, np.array([0]), np.array([1, 2]))
    assert tree.cost == pytest.approx(3.0)
    assert 2.85 - 1e-9 <= tree.bound <= 3.0 + 1e-9  # 2.85: half of each side, what spanning trees prove


def test_what_no_road_reaches_is_listed_and_the_rest_is_built() -> None:
    graph = Graph(5, np.array([0, 3]), np.array([1, 4]), np.array([2.0, 1.0]))
    tree = cheapest_tree(graph, np.array([0]), np.array([1, 2, 4]))
    assert tree.unreachable.tolist() == [2, 4]
    assert tree.edges.tolist() == [0]
    assert tree.cost == tree.bound == 2.0


def test_nothing_to_join_costs_nothing() -> None:
    graph = Graph(2, np.array([0]), np.array([1]), np.array([2.0]))
    tree = cheapest_tree(graph, np.array([0, 1]), np.array([1]))
    assert (tree.cost, tree.bound, tree.edges.size) == (0.0, 0.0, 0)


def test_a_large_grid_is_within_a_few_per_cent_of_the_bound() -> None:
    side = 40
    node = np.arange(side * side).reshape(side, side)
    a = np.concatenate((node[:, :-1].ravel(), node[:-1].ravel()))
    b = np.concatenate((node[:, 1:].ravel(), node[1:].ravel()))
    rng = np.random.default_rng(7)
    graph = Graph(side * side, a, b, rng.uniform(1.0, 3.0, a.size))
    places = rng.permutation(side * side)
    tree = cheapest_tree(graph, places[:5], places[5:125])
    assert tree.unreachable.size == 0
    assert tree.gap < 0.08
    assert _joins(graph, tuple(tree.edges.tolist()), places[:5], places[5:125])


@pytest.mark.parametrize(
    ("cost", "b", "message"), [(0.0, 1, "more than 0"), (np.nan, 1, "more than 0"), (1.0, 2, "does not have")]
)
def test_bad_graphs_are_refused(cost: float, b: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Graph(2, np.array([0]), np.array([b]), np.array([cost]))


def test_a_tree_needs_a_root() -> None:
    graph = Graph(2, np.array([0]), np.array([1]), np.array([2.0]))
    with pytest.raises(ValueError, match="root"):
        cheapest_tree(graph, np.zeros(0, np.int64), np.array([1]))
