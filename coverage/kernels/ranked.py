"""The strongest sectors of every cell in order, kept so that a sector can be taken out again.

Sums of power are whole numbers, so that taking out what was put in leaves what was there before, and the
order in which sectors come does not matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.elementary import exp2
from phusong.coverage.kernels.gather import DB_TO_LOG2, NEVER_DBM

DEPTH = 5  # one mast brings three sectors a carrier: without them the best and the second are still known
UNITS_PER_MW = 1e20  # of the sums: -10 dBm still fits, -190 dBm is one unit
NOBODY = -1  # the list ends here: nobody else reaches the cell
FORGOTTEN = -2  # there were more, and who is next is not known


class Ranked(NamedTuple):
    """The strongest sectors by carrier: arrays of shape (carriers, DEPTH, rows, cols) or without DEPTH."""

    level_dbm: NDArray[np.float32]
    server: NDArray[np.int32]
    total: NDArray[np.int64]
    servers: NDArray[np.int16]


def nobody(carriers: int, shape: tuple[int, int]) -> Ranked:
    """Lists before the first sector is added."""
    return Ranked(
        np.full((carriers, DEPTH, *shape), NEVER_DBM, np.float32),
        np.full((carriers, DEPTH, *shape), NOBODY, np.int32),
        np.zeros((carriers, *shape), np.int64),
        np.zeros((carriers, *shape), np.int16),
    )


@jit()
def _insert(
    level: NDArray[np.float32], server: NDArray[np.int32], p: float, number: int, row: int, col: int
) -> None:
    # equal levels are ordered by number, so that the order of adding does not show
    k = 0
    while k < DEPTH and server[k, row, col] >= 0:
        if p > level[k, row, col] or (p == level[k, row, col] and number < server[k, row, col]):
            break
        k += 1
    if k == DEPTH or server[k, row, col] == FORGOTTEN:
        return
    for j in range(DEPTH - 1, k, -1):
        level[j, row, col], server[j, row, col] = level[j - 1, row, col], server[j - 1, row, col]
    level[k, row, col], server[k, row, col] = p, number


@jit()
def _remove(level: NDArray[np.float32], server: NDArray[np.int32], number: int, row: int, col: int) -> None:
    for k in range(DEPTH):
        if server[k, row, col] != number:
            continue
        end = NOBODY if server[DEPTH - 1, row, col] == NOBODY else FORGOTTEN
        for j in range(k, DEPTH - 1):
            level[j, row, col], server[j, row, col] = level[j + 1, row, col], server[j + 1, row, col]
        level[DEPTH - 1, row, col], server[DEPTH - 1, row, col] = NEVER_DBM, end
        return


@jit()
def _rank_row(
    ranked: Ranked, level_dbm: NDArray[np.float32], carrier: NDArray[np.int32], number: NDArray[np.int32],
    threshold_dbm: NDArray[np.float32], row: int, first_row: int, first_col: int, adds: bool,
) -> None:  # fmt: skip
    # a function of its own: within a parallel loop += on an array would be taken for a reduction
    i = first_row + row
    for s in range(level_dbm.shape[0]):
        c = carrier[s]
        for col in range(level_dbm.shape[2]):
            p = level_dbm[s, row, col]
            if not p > np.float32(-1e6):
                continue
            j = first_col + col
            units = np.int64(np.float64(exp2(p * DB_TO_LOG2)) * UNITS_PER_MW)
            reached = 1 if p >= threshold_dbm[s] else 0
            if adds:
                _insert(ranked.level_dbm[c], ranked.server[c], p, number[s], i, j)
                ranked.total[c, i, j] += units
                ranked.servers[c, i, j] += reached
            else:
                _remove(ranked.level_dbm[c], ranked.server[c], number[s], i, j)
                ranked.total[c, i, j] -= units
                ranked.servers[c, i, j] -= reached


@jit(parallel=True)
def rank(
    ranked: Ranked, level_dbm: NDArray[np.float32], carrier: NDArray[np.int32], number: NDArray[np.int32],
    threshold_dbm: NDArray[np.float32], first_row: int, first_col: int, adds: bool,
) -> None:  # fmt: skip
    """Adds sectors' levels (sectors, rows, cols), or takes them out, from cell (first_row, first_col) on."""
    for row in prange(level_dbm.shape[1]):
        _rank_row(ranked, level_dbm, carrier, number, threshold_dbm, row, first_row, first_col, adds)
