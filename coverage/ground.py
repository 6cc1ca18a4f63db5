"""What radio waves travel over: terrain and clutter heights of one area, ready for the kernels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

Floats = NDArray[np.float64]
Rows = tuple[int, int]  # first and last row, the last not included

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
        return self.holes_in((0, self.grid.rows))

    def holes_in(self, rows: Rows) -> bool:
        """True where some of the terrain in these rows has no height."""
        return not all(np.isfinite(self.terrain.values[row]).all() for row in range(*rows))

    def samples_dm(self, rows: Rows | None = None) -> NDArray[np.int16]:
        """Terrain and clutter height interleaved, decimetres, shape (rows, cols, 2).

        One load brings both; decimetres are finer than any terrain model is accurate. With `rows` only those
        are filled; the others are never written, and take no memory.
        """
        packed = np.zeros((*self.grid.shape, 2), np.int16)
        self.pack(packed, rows or (0, self.grid.rows), 0)
        return packed

    def pack(self, packed: NDArray[np.int16], rows: Rows, shift: int) -> None:
        """Writes these rows' samples into `packed`, `shift` rows further down."""
        codes = self.clutter.values
        heights = np.zeros(max(self.clutter_height_m) + 1, np.int16)
        for code, height_m in self.clutter_height_m.items():
            heights[code] = round(height_m * _DECIMETRES)
        for row in range(*rows):  # by rows: no second copy of the whole area
            terrain = np.asarray(self.terrain.values[row], np.float64)
            packed[row + shift, :, 0] = np.where(
                np.isfinite(terrain), np.rint(np.nan_to_num(terrain) * _DECIMETRES), _OUTSIDE_DM
            )
            packed[row + shift, :, 1] = heights[codes[row]]

    def classes_at(self, row: NDArray[np.int64], col: NDArray[np.int64]) -> NDArray[np.int64]:
        """The clutter class of cells of this ground."""
        return np.asarray(self.clutter.values[row, col], np.int64)

    def band(self, rows: Rows) -> Band:
        """Some rows of this ground, which still know where they lie in the whole; the arrays are views."""
        part = self.grid.part(slice(*rows), slice(0, self.grid.cols))
        held = Ground(
            Raster(part, self.terrain.values[slice(*rows)]),
            Raster(part, self.clutter.values[slice(*rows)]),
            self.clutter_height_m,
            self.clutter_loss_db,
        )
        return Band(self.grid, rows[0], held)

    def class_at(self, x: Floats, y: Floats) -> NDArray[np.int64]:
        """The clutter class of the cell nearest to each point (in cells of the grid), the rim's outside."""
        return _class_at(self, x, y)

    def loss_db_at(self, x: Floats, y: Floats, *, receiver_height_m: float) -> Floats | None:
        """What the class around each receiver takes beside what its height does, dB; None where none does."""
        return _loss_db_at(self, x, y, receiver_height_m)

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


@dataclass(frozen=True, slots=True)
class Band:
    """Some rows of a larger ground: all that a strip of a prediction needs of it.

    `grid` is the whole ground's, so that positions are the same numbers in every band.
    """

    grid: Grid
    first_row: int
    held: Ground

    def holes_in(self, rows: Rows) -> bool:
        """As Ground.holes_in, for rows that are held."""
        return self.held.holes_in(self._own(rows))

    def samples_dm(self, rows: Rows) -> NDArray[np.int16]:
        """As Ground.samples_dm, for rows that are held. Raises ValueError for others."""
        packed = np.zeros((*self.grid.shape, 2), np.int16)
        self.held.pack(packed, self._own(rows), self.first_row)
        return packed

    @property
    def clutter_height_m(self) -> Mapping[int, float]:
        return self.held.clutter_height_m

    @property
    def clutter_loss_db(self) -> Mapping[int, float]:
        return self.held.clutter_loss_db

    def class_at(self, x: Floats, y: Floats) -> NDArray[np.int64]:
        """As Ground.class_at, of the rows that are held."""
        return _class_at(self, x, y)

    def loss_db_at(self, x: Floats, y: Floats, *, receiver_height_m: float) -> Floats | None:
        """As Ground.loss_db_at, of the rows that are held."""
        return _loss_db_at(self, x, y, receiver_height_m)

    def classes_at(self, row: NDArray[np.int64], col: NDArray[np.int64]) -> NDArray[np.int64]:
        """As Ground.classes_at; for rows that are not held, and so not asked for, that of the nearest held."""
        return self.held.classes_at(np.clip(row - self.first_row, 0, self.held.grid.rows - 1), col)

    def _own(self, rows: Rows) -> Rows:
        own = rows[0] - self.first_row, rows[1] - self.first_row
        if rows[0] < rows[1] and not 0 <= own[0] <= own[1] <= self.held.grid.rows:
            raise ValueError(f"rows {rows[0]} to {rows[1]} of the ground are not held")
        return own if rows[0] < rows[1] else (0, 0)


def _class_at(ground: Ground | Band, x: Floats, y: Floats) -> NDArray[np.int64]:
    rows, cols = ground.grid.shape
    row = np.clip(np.rint(y).astype(np.int64), 0, rows - 1)
    col = np.clip(np.rint(x).astype(np.int64), 0, cols - 1)
    return ground.classes_at(row, col)


def _loss_db_at(ground: Ground | Band, x: Floats, y: Floats, receiver_height_m: float) -> Floats | None:
    losses = {
        code: loss_db
        for code, loss_db in ground.clutter_loss_db.items()
        if loss_db and receiver_height_m < ground.clutter_height_m.get(code, 0.0)
    }
    if not losses:
        return None
    table = np.zeros(1 + max(*losses, *ground.clutter_height_m))
    for code, loss_db in losses.items():
        table[code] = loss_db
    return np.asarray(table[ground.class_at(x, y)])
