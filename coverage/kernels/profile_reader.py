"""Reading a terrain profile off a raster: equal steps, bilinear between cell centres.

The sample-count rule, everywhere in phusong: the fewest equal steps that are none longer than asked for, and
at least two. Beyond the outermost cell centres the edge's value is held.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit


@jit()
def step_count(distance_m: float, longest_step_m: float) -> int:
    """How many equal steps a path is divided into."""
    # a length that is a whole number of steps must not gain one by rounding
    return max(2, math.ceil(distance_m / longest_step_m - 1e-9))


@jit()
def bilinear(values: NDArray[np.floating], row: float, col: float) -> float:
    """The value at fractional row and column, cell centres at whole numbers."""
    rows, cols = values.shape
    row = min(max(row, 0.0), rows - 1.0)
    col = min(max(col, 0.0), cols - 1.0)
    i = min(int(row), max(rows - 2, 0))
    j = min(int(col), max(cols - 2, 0))
    below, right = min(i + 1, rows - 1), min(j + 1, cols - 1)
    v, u = row - i, col - j
    top = values[i, j] + (values[i, right] - values[i, j]) * u
    bottom = values[below, j] + (values[below, right] - values[below, j]) * u
    return top + (bottom - top) * v


@jit()
def read_profile(
    values: NDArray[np.floating],
    west_m: float,
    north_m: float,
    cell_m: float,
    x_1: float,
    y_1: float,
    x_2: float,
    y_2: float,
    steps: int,
    z: NDArray[np.float64],
) -> None:
    """Fills z[0] to z[steps] with heights from point 1 to point 2, both in the raster's CRS."""
    rows, cols = values.shape
    row, col = (north_m - y_1) / cell_m - 0.5, (x_1 - west_m) / cell_m - 0.5
    row_end, col_end = (north_m - y_2) / cell_m - 0.5, (x_2 - west_m) / cell_m - 0.5
    d_row, d_col = (row_end - row) / steps, (col_end - col) / steps
    inside = (
        min(row, row_end) >= 0.0
        and min(col, col_end) >= 0.0
        and max(row, row_end) < rows - 1.0
        and max(col, col_end) < cols - 1.0
    )
    if not inside:
        for k in range(steps + 1):
            z[k] = bilinear(values, row + k * d_row, col + k * d_col)
        return
    for k in range(steps + 1):
        r, c = row + k * d_row, col + k * d_col
        i, j = int(r), int(c)
        v, u = r - i, c - j
        top = values[i, j] + (values[i, j + 1] - values[i, j]) * u
        bottom = values[i + 1, j] + (values[i + 1, j + 1] - values[i + 1, j]) * u
        z[k] = top + (bottom - top) * v
