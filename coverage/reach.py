"""Which sectors reach which points: the sparse result that outages and siting work on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict_groups
from phusong.coverage.site import Sector
from phusong.geodata.grid import Grid


@dataclass(frozen=True, slots=True)
class Reach:
    """Every pair of a point and a sector whose RSRP there is at or above a threshold, sorted by point.

    `point` and `sector` are indices, `rsrp_dbm` the level of the pair; all three have one length.
    """

    point: NDArray[np.int64]
    sector: NDArray[np.int64]
    rsrp_dbm: NDArray[np.float32]
    points: int
    sectors: int

    def __post_init__(self) -> None:
        if not self.point.size == self.sector.size == self.rsrp_dbm.size:
            raise ValueError("point, sector and rsrp_dbm must have one length")
        if self.point.size and (np.diff(self.point) < 0).any():
            raise ValueError("the pairs must be sorted by point")


def reach_of_groups(
    ground: Ground,
    groups: Sequence[Sequence[Sector]],
    *,
    grid: Grid,
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    options: Options,
    progress: Callable[[int, int], None] | None = None,
) -> Reach:
    """Which groups of sectors (those of a mast, say) reach which points, at the technology's threshold.

    `sector` of the answer is the number of the group, `rsrp_dbm` its best sector's level in the cell of
    `grid` that holds the point: the same level as `predict` gives that cell.
    """
    row, col = grid.row_col(x_m, y_m)
    where = np.zeros(grid.shape, bool)
    where[row, col] = True
    found: list[tuple[NDArray[np.int64], int, NDArray[np.float32]]] = []
    for number, (rows, cols, level) in enumerate(
        predict_groups(ground, groups, grid=grid, options=options, where=where)
    ):
        near = (row >= rows.start) & (row < rows.stop) & (col >= cols.start) & (col < cols.stop)
        points = np.flatnonzero(near)
        heard = level[row[points] - rows.start, col[points] - cols.start]
        kept = np.isfinite(heard)
        found.append((points[kept], number, heard[kept]))
        if progress is not None:
            progress(number + 1, len(groups))
    return _sorted(found, points=x_m.size, groups=len(groups))


def _sorted(
    found: Sequence[tuple[NDArray[np.int64], int, NDArray[np.float32]]], *, points: int, groups: int
) -> Reach:
    point = np.concatenate([part for part, _, _ in found] or [np.zeros(0, np.int64)])
    group = np.concatenate(
        [np.full(part.size, number) for part, number, _ in found] or [np.zeros(0, np.int64)]
    )
    level = np.concatenate([part for _, _, part in found] or [np.zeros(0, np.float32)])
    order = np.lexsort((group, point))
    return Reach(point[order], group[order], level[order], points, groups)
