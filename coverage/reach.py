"""Which sectors reach which points: the sparse result that outages and siting work on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.ground import Ground
from phusong.coverage.layers import carriers_of, nobody
from phusong.coverage.masts import masts_of
from phusong.coverage.options import Options
from phusong.coverage.predict import Job, add_mast, job_of
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
    every = [sector for group in groups for sector in group]
    job = job_of(ground, every, grid=grid, options=options, antennas=None, where=where)
    found: list[tuple[NDArray[np.int64], int, NDArray[np.float32]]] = []
    for number, group in enumerate(groups):
        rows, cols = _reached(grid, group, options)
        near = (row >= rows.start) & (row < rows.stop) & (col >= cols.start) & (col < cols.stop)
        points = np.flatnonzero(near)
        if points.size:
            level = _level_of_group(job, group, rows, cols)
            heard = level[row[points] - rows.start, col[points] - cols.start]
            kept = np.isfinite(heard)
            found.append((points[kept], number, heard[kept]))
        if progress is not None:
            progress(number + 1, len(groups))
    return _sorted(found, points=x_m.size, groups=len(groups))


def _level_of_group(job: Job, group: Sequence[Sector], rows: slice, cols: slice) -> NDArray[np.float32]:
    """Level of a group's best carrier at its threshold in some rows and columns of the job's grid, dBm.

    -inf where no carrier is at its technology's threshold.
    """
    wanted = np.ascontiguousarray(job.wanted[rows, cols])
    asked = np.flatnonzero(wanted.any(axis=1))
    window = job.grid.part(rows, cols)
    part = replace(
        job,
        grid=window,
        wanted=wanted,
        rows=(int(asked[0]), int(asked[-1]) + 1),
        heights_m=np.ascontiguousarray(job.heights_m[rows, cols]),
        sectors=tuple(group),
    )
    carriers = carriers_of(group)
    received = nobody((len(carriers), *window.shape))
    for mast in masts_of(part.sectors, job.options):
        add_mast(part, mast, carriers, received)
    level = np.full(window.shape, -np.inf, np.float32)
    for best_dbm, (_, carrier) in zip(received.best_dbm, carriers, strict=True):
        heard = best_dbm >= job.options.threshold_dbm[carrier.technology]
        level = np.where(heard, np.maximum(level, best_dbm), level)
    return level


def _reached(grid: Grid, sectors: Sequence[Sector], options: Options) -> tuple[slice, slice]:
    """Rows and columns of the cells that any of the sectors may reach; at least one of each."""
    reach_m = max(options.radius_km[sector.carrier.technology] for sector in sectors) * 1e3 + grid.cell_m
    xs, ys = [sector.x_m for sector in sectors], [sector.y_m for sector in sectors]
    left, right = min(xs) - reach_m - grid.west_m, max(xs) + reach_m - grid.west_m
    top, bottom = grid.north_m - max(ys) - reach_m, grid.north_m - min(ys) + reach_m

    def cells(low_m: float, high_m: float, count: int) -> slice:
        first = min(max(0, int(low_m // grid.cell_m)), count - 1)
        return slice(first, max(first + 1, min(count, ceil(high_m / grid.cell_m))))

    return cells(top, bottom, grid.rows), cells(left, right, grid.cols)


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
