"""What radio waves travel over: terrain and clutter heights of one area, ready for the kernels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

Floats = NDArray[np.float64]

_DECIMETRES = 10.0
_OUTSIDE_DM = -30000  # terrain without a value: profiles stop there


@dataclass(frozen=True, slots=True)
class Ground:
    """Terrain (m above sea level, NaN where unknown), clutter class codes on the same grid, and the
    representative height in metres of every class (ITU-R P.1812-7, Table 2).

    `clutter_loss_db` is what a class takes, beside what its height does, from a receiver that is lower than it:
    a user's own figure, 0 for a class that is not named.
    """

    terrain: Raster
    clutter: Raster
    clutter_height_m: Mapping[int, float]
    clutter_loss_db: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.terrain.grid != self.clutter.grid:
            raise ValueError("terrain and clutter must share one grid")
        if np.issubdtype(self.clutter.values.dtype, np.floating):
            raise ValueError("clutter holds class codes: whole numbers, not heights")
        missing = sorted(set(np.unique(self.clutter.values).tolist()) - set(self.clutter_height_m))
        if missing:
            raise ValueError(f"no height is given for clutter class {missing[0]}")
        if any(not 0.0 <= height <= 100.0 for height in self.clutter_height_m.values()):
            raise ValueError("a clutter height must lie between 0 and 100 m")
        if any(not 0.0 <= loss <= 60.0 for loss in self.clutter_loss_db.values()):
            raise ValueError("a clutter loss must lie between 0 and 60 dB")

    @property
    def grid(self) -> Grid:
        return self.terrain.grid

    @property
    def holes(self) -> bool:
        """True where some of the terrain has no height."""
        return not bool(np.isfinite(self.terrain.values).all())

    def samples_dm(self) -> NDArray[np.int16]:
        """Terrain and clutter height interleaved, decimetres, shape (rows, cols, 2).

        One load brings both; decimetres are finer than any terrain model is accurate.
        """
        codes = self.clutter.values
        heights = np.zeros(max(self.clutter_height_m) + 1, np.int16)
        for code, height_m in self.clutter_height_m.items():
            heights[code] = round(height_m * _DECIMETRES)
        packed = np.empty((*self.grid.shape, 2), np.int16)
        for row in range(self.grid.rows):  # by rows: no second copy of the whole area
            terrain = np.asarray(self.terrain.values[row], np.float64)
            packed[row, :, 0] = np.where(
                np.isfinite(terrain), np.rint(np.nan_to_num(terrain) * _DECIMETRES), _OUTSIDE_DM
            )
            packed[row, :, 1] = heights[codes[row]]
        return packed

    def class_at(self, x: Floats, y: Floats) -> NDArray[np.int64]:
        """The clutter class of the cell nearest to each point (in cells of the grid), the rim's outside."""
        rows, cols = self.grid.shape
        row = np.clip(np.rint(y).astype(np.int64), 0, rows - 1)
        col = np.clip(np.rint(x).astype(np.int64), 0, cols - 1)
        return np.asarray(self.clutter.values[row, col], np.int64)

    def loss_db_at(self, x: Floats, y: Floats, *, receiver_height_m: float) -> Floats | None:
        """What the class around each receiver takes beside what its height does, dB; None where none does."""
        losses = {
            code: loss_db
            for code, loss_db in self.clutter_loss_db.items()
            if loss_db and receiver_height_m < self.clutter_height_m.get(code, 0.0)
        }
        if not losses:
            return None
        table = np.zeros(1 + max(*losses, *self.clutter_height_m))
        for code, loss_db in losses.items():
            table[code] = loss_db
        return np.asarray(table[self.class_at(x, y)])

    def window(self, bounds_m: tuple[float, float, float, float]) -> Ground:
        """The part of this ground whose cells touch (west, south, east, north); the arrays are views."""
        grid = self.grid
        west, south, east, north = bounds_m
        left = max(0, int(np.floor((west - grid.west_m) / grid.cell_m)))
        right = min(grid.cols, int(np.ceil((east - grid.west_m) / grid.cell_m)))
        top = max(0, int(np.floor((grid.north_m - north) / grid.cell_m)))
        bottom = min(grid.rows, int(np.ceil((grid.north_m - south) / grid.cell_m)))
        if left >= right or top >= bottom:
            raise ValueError("the window lies outside the ground")
        part = Grid(
            crs=grid.crs,
            west_m=grid.west_m + left * grid.cell_m,
            north_m=grid.north_m - top * grid.cell_m,
            cell_m=grid.cell_m,
            rows=bottom - top,
            cols=right - left,
        )
        rows, cols = slice(top, bottom), slice(left, right)
        return Ground(
            Raster(part, self.terrain.values[rows, cols]),
            Raster(part, self.clutter.values[rows, cols]),
            self.clutter_height_m,
            self.clutter_loss_db,
        )
