"""How many people are in gaps in each draw, where only the levels at their houses are drawn.

Gaps of a run join over the unserved ground between houses (`find_gaps`). Of that ground draws know nothing, so two
populated cells are taken for one gap where the grounds around them that count, JOIN_M wide each, meet: the same
gaps, but for those that a served strip between the houses divides.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, hypot

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.gaps import JOIN_M
from phusong.coverage.kernels.draws import joined_people
from phusong.coverage.uncertainty.heard import Places

FINEST_M = 100.0  # houses in one square of this side are in one gap in any case
LARGEST = 3  # gaps are summed as the largest ones

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Homes:
    """Where people live, in squares: `place` and `people` of each home, the number of its square, and the pairs
    of squares whose homes lie in one gap if nobody serves them."""

    place: I64
    people: F64
    square: NDArray[np.int32]
    squares: int
    links: NDArray[np.int32]  # (pairs, 2)


def homes_of(places: Places, place: I64, people: F64) -> Homes:
    """The homes of some points of people, one a place."""
    home, which = np.unique(place, return_inverse=True)
    cell_m = places.grid.cell_m
    side = max(1, round(FINEST_M / cell_m))
    row, col = places.row[home] // side, places.col[home] // side
    reach = steps_of(side * cell_m)
    edge = max((max(abs(down), abs(across)) for down, across in reach), default=0)
    number = np.full(
        (int(row.max(initial=0)) + edge + 1, int(col.max(initial=0)) + 2 * edge + 1), -1, np.int32
    )
    squares, square = np.unique(row.astype(np.int64) * number.shape[1] + col + edge, return_inverse=True)
    at = squares // number.shape[1], squares % number.shape[1]
    number[at] = np.arange(squares.size)
    links = [np.zeros((0, 2), np.int32)]
    for down, across in reach:
        other = number[at[0] + down, at[1] + across]
        near = np.flatnonzero(other >= 0)
        links.append(np.column_stack([near, other[near]]).astype(np.int32))
    return Homes(
        place=home,
        people=np.bincount(which, weights=people).astype(np.float64),
        square=square.astype(np.int32),
        squares=squares.size,
        links=np.concatenate(links),
    )


def steps_of(cell_m: float) -> list[tuple[int, int]]:
    """Rows down and columns across from one cell to those that its gap reaches, each pair of cells once.

    The ground around a home is every cell whose centre is within JOIN_M; two grounds meet at an edge or corner.
    """
    most = ceil(JOIN_M / cell_m)
    span = range(-most, most + 1)
    ground = [(i, j) for i in span for j in span if hypot(i, j) * cell_m <= JOIN_M]
    meet = {(a + i, b + j) for a, b in ground for i in (-1, 0, 1) for j in (-1, 0, 1)}
    reach = {(a + i, b + j) for a, b in meet for i, j in ground}
    return sorted((i, j) for i, j in reach if i > 0 or (i == 0 and j > 0))


def gap_sizes(homes: Homes, level_dbm: NDArray[np.float32], threshold_dbm: float, least_people: float) -> F64:
    """People in gaps of at least `least_people`, in the largest of them and in the LARGEST together."""
    total = np.zeros(homes.squares)
    parent = np.arange(homes.squares, dtype=np.int32)
    joined_people(
        level_dbm, threshold_dbm, homes.place, homes.people, homes.square, homes.links, parent, total
    )
    found = np.sort(total[total >= max(least_people, np.finfo(float).tiny)])[::-1]
    return np.array([found.sum(), found[:1].sum(), found[:LARGEST].sum()])
