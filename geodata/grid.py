"""Georeference of every raster, defined once: row 0 is north, coordinates of a cell are its centre's."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from affine import Affine
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Grid:
    """A north-up grid of square cells in a projected CRS.

    `west_m` and `north_m` are the outer corner of cell [0, 0]; `cell_m` is the side of a cell in metres.
    Cell [row, col] has its centre at (west_m + (col + 0.5) * cell_m, north_m - (row + 0.5) * cell_m).
    """

    crs: str
    west_m: float
    north_m: float
    cell_m: float
    rows: int
    cols: int

    def __post_init__(self) -> None:
        if not (math.isfinite(self.cell_m) and self.cell_m > 0):
            raise ValueError(f"cell_m must be a positive length in metres, not {self.cell_m}")
        if self.rows < 1 or self.cols < 1:
            raise ValueError(f"a grid needs at least one row and one column, not {self.rows} x {self.cols}")

    @classmethod
    def covering(
        cls, bounds_m: tuple[float, float, float, float], *, cell_m: float, crs: str, margin_m: float = 0.0
    ) -> Grid:
        """The smallest grid, aligned to multiples of `cell_m`, that covers (west, south, east, north)."""
        west, south, east, north = bounds_m
        left = math.floor((west - margin_m) / cell_m) * cell_m
        top = math.ceil((north + margin_m) / cell_m) * cell_m
        cols = math.ceil((east + margin_m - left) / cell_m)
        rows = math.ceil((top - (south - margin_m)) / cell_m)
        return cls(crs=crs, west_m=left, north_m=top, cell_m=cell_m, rows=rows, cols=cols)

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.cols

    @property
    def affine(self) -> Affine:
        """The GDAL-style transform from (col, row) corners to (x, y)."""
        return Affine(self.cell_m, 0.0, self.west_m, 0.0, -self.cell_m, self.north_m)

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) outer edges."""
        return (
            self.west_m,
            self.north_m - self.rows * self.cell_m,
            self.west_m + self.cols * self.cell_m,
            self.north_m,
        )

    def x_m(self) -> NDArray[np.float64]:
        """Eastings of the column centres, shape (cols,)."""
        x_m: NDArray[np.float64] = self.west_m + (np.arange(self.cols, dtype=np.float64) + 0.5) * self.cell_m
        return x_m

    def y_m(self) -> NDArray[np.float64]:
        """Northings of the row centres, shape (rows,), from north to south."""
        y_m: NDArray[np.float64] = self.north_m - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.cell_m
        return y_m

    def row_col(
        self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of the cell that holds each point; may lie outside [0, rows) x [0, cols)."""
        col = np.floor((np.asarray(x_m) - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((self.north_m - np.asarray(y_m)) / self.cell_m).astype(np.int64)
        return row, col

    def contains(self, row: NDArray[np.int64], col: NDArray[np.int64]) -> NDArray[np.bool_]:
        """True where [row, col] is a cell of this grid."""
        inside: NDArray[np.bool_] = (row >= 0) & (row < self.rows) & (col >= 0) & (col < self.cols)
        return inside

    def part(self, rows: slice, cols: slice) -> Grid:
        """The grid of some of this grid's cells, given as slices with start and stop."""
        return replace(
            self,
            west_m=self.west_m + cols.start * self.cell_m,
            north_m=self.north_m - rows.start * self.cell_m,
            rows=rows.stop - rows.start,
            cols=cols.stop - cols.start,
        )
