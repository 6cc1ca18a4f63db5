"""A raster never travels without its grid; GeoTIFF in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phusong.geodata.grid import Grid


@dataclass(frozen=True, slots=True)
class Raster:
    """Values of one quantity on a grid: `values` has shape (grid.rows, grid.cols); NaN is 'no value'."""

    grid: Grid
    values: NDArray[Any]

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            raise ValueError(f"values of shape {self.values.shape} do not fit a grid of {self.grid.shape}")

    def at(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[Any]:
        """The value of the cell that holds each point. Raises ValueError for a point outside the grid."""
        row, col = self.grid.row_col(x_m, y_m)
        if not self.grid.contains(row, col).all():
            raise ValueError("a point lies outside the raster")
        return np.asarray(self.values[row, col])
