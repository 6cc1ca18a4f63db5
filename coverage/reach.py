"""Which sectors reach which points: the sparse result that outages and siting work on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
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
    `grid` that holds the point: the same level as `predict` gives that cell. A group is predicted on a window
    of its own, so memory does not grow with the area.
    """
    found: list[tuple[NDArray[np.int64], int, NDArray[np.float32]]] = []
    row, col = grid.row_col(x_m, y_m)
    for number, sectors in enumerate(groups):
        window = _window(grid, sectors, options)
        inside = window.contains(row - _shift(grid, window)[0], col - _shift(grid, window)[1])
        points = np.flatnonzero(inside)
        if points.size:
            part = ground.window(_bounds_with_rim(window, ground.grid))
            coverage = predict(part, sectors, grid=window, options=options)
            here = row[points] - _shift(grid, window)[0], col[points] - _shift(grid, window)[1]
            level = np.full(points.size, -np.inf, np.float32)
            for layer in coverage.layers.values():
                heard = layer.rsrp_dbm[here]
                level = np.where(heard >= layer.threshold_dbm, np.fmax(level, heard), level)
            kept = np.isfinite(level)
            found.append((points[kept], number, level[kept]))
        if progress is not None:
            progress(number + 1, len(groups))
    return _sorted(found, points=x_m.size, groups=len(groups))


def _window(grid: Grid, sectors: Sequence[Sector], options: Options) -> Grid:
    """The part of `grid` that any of the sectors can reach, cells aligned with it."""
    reach_m = max(options.radius_km[sector.carrier.technology] for sector in sectors) * 1e3 + grid.cell_m
    xs, ys = [sector.x_m for sector in sectors], [sector.y_m for sector in sectors]
    left = max(0, floor((min(xs) - reach_m - grid.west_m) / grid.cell_m))
    right = min(grid.cols, ceil((max(xs) + reach_m - grid.west_m) / grid.cell_m))
    top = max(0, floor((grid.north_m - max(ys) - reach_m) / grid.cell_m))
    bottom = min(grid.rows, ceil((grid.north_m - min(ys) + reach_m) / grid.cell_m))
    return replace(
        grid,
        west_m=grid.west_m + left * grid.cell_m,
        north_m=grid.north_m - top * grid.cell_m,
        rows=max(1, bottom - top),
        cols=max(1, right - left),
    )


def _shift(grid: Grid, window: Grid) -> tuple[int, int]:
    """Row and column of the window's first cell in the grid."""
    return (
        round((grid.north_m - window.north_m) / grid.cell_m),
        round((window.west_m - grid.west_m) / grid.cell_m),
    )


def _bounds_with_rim(window: Grid, ground: Grid) -> tuple[float, float, float, float]:
    """The window's bounds and two cells of ground around it, for the samples at its edge."""
    west, south, east, north = window.bounds_m
    rim = 2.0 * max(ground.cell_m, window.cell_m)
    return west - rim, south - rim, east + rim, north + rim


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
