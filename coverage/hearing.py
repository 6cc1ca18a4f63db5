"""Who hears whom, noted while a prediction runs: its sweeps are made once for coverage and for outages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.ground import Rows
from phusong.coverage.kernels.gather import NEVER_DBM, MastSectors, MastView, gather
from phusong.coverage.layers import nobody
from phusong.coverage.reach import Reach
from phusong.geodata.grid import Grid

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What to note: which groups of sectors (those of a mast, say) reach which points of the grid.

    `group_of_sector` numbers the group of every sector; `row`, `col` are the points' cells.
    """

    group_of_sector: NDArray[np.int64]
    groups: int
    row: NDArray[np.int64]
    col: NDArray[np.int64]


class Heard(NamedTuple):
    """Pairs of a point and a group at or above the technology's threshold there, in any order."""

    point: NDArray[np.int64]
    group: NDArray[np.int64]
    rsrp_dbm: F32


class Listening:
    """The listener of one prediction: `heard()` has what it noted in `rows` of the grid."""

    def __init__(self, hearing: Hearing, grid: Grid, rows: Rows, heights_m: F32) -> None:
        self._hearing, self._rows, self._heights_m = hearing, rows, heights_m
        inside = np.flatnonzero((hearing.row >= rows[0]) & (hearing.row < rows[1]))
        self._points = inside[np.argsort(hearing.row[inside], kind="stable")]
        self._row, self._col = hearing.row[self._points], hearing.col[self._points]
        self._grid = grid
        self._found: list[Heard] = []
        self._scratch = nobody((0, *grid.shape))

    def __call__(
        self, tables: MastSectors, view: MastView, polar: F32, reach: I32, limits: I32, constant_db: F32
    ) -> None:
        first, last = max(view.first_row, self._rows[0]), min(view.last_row, self._rows[1] - 1)
        mine = slice(*np.searchsorted(self._row, [first, last + 1]))
        near = mine.start + np.flatnonzero(np.abs(self._col[mine] - view.x) <= view.reach_cells)
        if not near.size or not tables.number.size:
            return
        # one sum for each group and threshold: the best of it is at the threshold or is not heard
        group = self._hearing.group_of_sector[tables.number]
        sums, number = np.unique(np.stack([group, tables.threshold_dbm]), axis=1, return_inverse=True)
        if self._scratch.best_dbm.shape[0] < sums.shape[1]:
            self._scratch = nobody((sums.shape[1], *self._grid.shape), (0, 0))
        best_dbm = self._scratch.best_dbm
        best_dbm[:, first : last + 1] = NEVER_DBM
        own = tables._replace(carrier=number.reshape(-1).astype(np.int32))
        here = view._replace(first_row=first, last_row=last)
        gather(self._scratch, own, here, polar, reach, limits, constant_db, self._heights_m)
        for k, (name, threshold_dbm) in enumerate(sums.T):
            level = best_dbm[k, self._row[near], self._col[near]]
            loud = level >= np.float32(threshold_dbm)
            points = self._points[near[loud]]
            self._found.append(Heard(points, np.full(points.size, int(name)), level[loud]))

    def heard(self) -> Heard:
        """Everything noted so far."""
        return together(self._found)


def together(parts: list[Heard]) -> Heard:
    """Several strips' pairs, or masts', as one."""
    nothing = Heard(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    return Heard(*(np.concatenate(arrays) for arrays in zip(nothing, *parts, strict=True)))


def reach_of(heard: Heard, hearing: Hearing) -> Reach:
    """The pairs in order, each once with the best of its levels."""
    order = np.lexsort((-heard.rsrp_dbm, heard.group, heard.point))
    point, group, level = heard.point[order], heard.group[order], heard.rsrp_dbm[order]
    first = np.ones(point.size, bool)
    first[1:] = (point[1:] != point[:-1]) | (group[1:] != group[:-1])
    return Reach(point[first], group[first], level[first], hearing.row.size, hearing.groups)
