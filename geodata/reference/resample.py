"""Values of one grid read at the cells of another over the same ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster


def resampled(values: NDArray[np.float32], coarse: Grid, fine: Grid, *, order: int) -> NDArray[np.float32]:
    """Values of a coarse grid at the cell centres of a finer grid with the same outer edges."""
    scale = coarse.cell_m / fine.cell_m
    if (coarse.rows * scale, coarse.cols * scale) != (fine.rows, fine.cols):
        raise ValueError("the two grids must cover the same ground")
    out = values
    for axis in (0, 1):
        out = _stretched(out, scale, axis, order)
    return out


def _stretched(values: NDArray[np.float32], scale: float, axis: int, order: int) -> NDArray[np.float32]:
    """One axis of an array made `scale` times longer by cubic (order 3) or linear (order 1) interpolation."""
    source = np.moveaxis(values, axis, 0)
    n = source.shape[0]
    at = (np.arange(int(n * scale)) + 0.5) / scale - 0.5
    low = np.floor(at).astype(int)
    t = (at - low).astype(np.float32)
    taps = [(0, 1.0 - t), (1, t)]
    if order == 3:  # Catmull-Rom
        taps = [
            (-1, ((-t + 2.0) * t - 1.0) * t / 2.0),
            (0, ((3.0 * t - 5.0) * t * t + 2.0) / 2.0),
            (1, ((-3.0 * t + 4.0) * t + 1.0) * t / 2.0),
            (2, (t - 1.0) * t * t / 2.0),
        ]
    out = np.zeros((len(at), *source.shape[1:]), dtype=np.float32)
    for offset, weight in taps:
        out += source[np.clip(low + offset, 0, n - 1)] * weight[:, None].astype(np.float32)
    return np.ascontiguousarray(np.moveaxis(out, 0, axis))


def sampled(raster: Raster, grid: Grid) -> NDArray[np.float32]:
    """The raster's values at the cell centres of another grid over the same ground, nearest cell."""
    row, _ = raster.grid.row_col(np.full(grid.rows, grid.west_m), grid.y_m())
    _, col = raster.grid.row_col(grid.x_m(), np.full(grid.cols, grid.north_m))
    return np.asarray(raster.values[np.ix_(row, col)], dtype=np.float32)
