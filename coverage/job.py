"""What stays the same for every mast of a prediction, checked: the ground, the cells asked for, the sectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.antenna import Antenna, catalogue
from phusong.coverage.excess import NAMES
from phusong.coverage.ground import Band, Ground, Rows
from phusong.coverage.kernels.gather import MastSectors, MastView
from phusong.coverage.kernels.profile import Samples, terrain_at
from phusong.coverage.options import TECHNOLOGIES, Options
from phusong.coverage.site import Sector
from phusong.geodata.grid import Grid

WIDER = 2  # cells around those asked for whose radials help to fill them

# is told of every mast when its losses are known: sectors, view, polar losses, reach, limits, constants
Listener = Callable[
    [MastSectors, MastView, NDArray[np.float32], NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]],
    None,
]


@dataclass(frozen=True, slots=True)
class Job:
    """One prediction's ground, cells and sectors.

    Arrays have the shape of the whole ground or grid, so that positions mean the same in every strip; rows
    that nobody asks for are never written, and take no memory.
    """

    samples: Samples
    area: Ground | Band
    holes: bool
    ground: Grid
    grid: Grid
    wanted: NDArray[np.uint8]
    rows: Rows  # that hold what is wanted
    heights_m: NDArray[np.float32]
    sectors: tuple[Sector, ...]
    antennas: Mapping[str, Antenna]
    options: Options
    listen: Listener | None = None


def job_of(
    ground: Ground | Band,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    options: Options | None,
    antennas: Mapping[str, Antenna] | None,
    where: NDArray[np.bool_] | None,
    rows: Rows | None = None,
    listen: Listener | None = None,
) -> Job:
    """The job of predicting `rows` of the grid (all of it if None). ValueError for what cannot be predicted.

    `where` has the shape of those rows.
    """
    options = options or Options()
    antennas = {**catalogue(), **(antennas or {})}
    check(ground, sectors, grid, options, antennas)
    rows = rows or (0, grid.rows)
    if where is not None and where.shape != (rows[1] - rows[0], grid.cols):
        raise ValueError(f"`where` has shape {where.shape}, what is asked for {rows[1] - rows[0], grid.cols}")
    wanted, asked = _wanted(grid, where, rows)
    needed = ground_rows(ground.grid, grid, asked, reach_m=_furthest_m(sectors, options))
    samples, holes = ground.samples_dm(needed), ground.holes_in(needed)
    heights_m = np.zeros(grid.shape, np.float32)
    _fill_heights(samples, ground.grid, grid, asked, heights_m)
    return Job(
        samples, ground, holes, ground.grid, grid, wanted, asked, heights_m, tuple(sectors), antennas, options,
        listen,
    )  # fmt: skip


def ground_rows(ground: Grid, grid: Grid, rows: Rows, *, reach_m: float) -> Rows:
    """Rows of the ground that paths of `reach_m` to `rows` of the output grid can touch; may be none."""
    if rows[0] >= rows[1]:
        return 0, 0
    # radials are followed to three kept samples beyond the last cell asked for
    margin_m = reach_m + 4.0 * max(grid.cell_m, ground.cell_m) + 4.0 * ground.cell_m
    top_m = grid.north_m - rows[0] * grid.cell_m + margin_m
    bottom_m = grid.north_m - rows[1] * grid.cell_m - margin_m
    first = max(0, floor((ground.north_m - top_m) / ground.cell_m))
    last = min(ground.rows, ceil((ground.north_m - bottom_m) / ground.cell_m))
    return min(first, last), last


def check(
    ground: Ground | Band,
    sectors: Sequence[Sector],
    grid: Grid,
    options: Options,
    antennas: Mapping[str, Antenna],
) -> None:
    """ValueError for sectors, grids and models that cannot be predicted."""
    if options.model not in NAMES:
        raise ValueError(f"no model is called {options.model}; there are {', '.join(NAMES)}")
    if grid.crs != ground.grid.crs:
        raise ValueError(f"the output grid is in {grid.crs}, the ground in {ground.grid.crs}")
    west, south, east, north = ground.grid.bounds_m
    for sector in sectors:
        if sector.carrier.technology not in TECHNOLOGIES:
            raise ValueError(f"sector {sector.sector_id}: technology {sector.carrier.technology} is unknown")
        if sector.antenna not in antennas:
            raise ValueError(
                f"sector {sector.sector_id}: no antenna is called {sector.antenna}; "
                f"there are {', '.join(sorted(antennas))}"
            )
        if not (west < sector.x_m < east and south < sector.y_m < north):
            raise ValueError(f"sector {sector.sector_id} stands outside the ground")
        if not 1.0 <= sector.height_m <= 3000.0:
            raise ValueError(f"sector {sector.sector_id}: height_m must lie between 1 and 3000")


def _furthest_m(sectors: Sequence[Sector], options: Options) -> float:
    return 1e3 * max((options.radius_km[s.carrier.technology] for s in sectors), default=0.0)


def _wanted(grid: Grid, where: NDArray[np.bool_] | None, rows: Rows) -> tuple[NDArray[np.uint8], Rows]:
    """The cells asked for and those around them as a mask of the whole grid, and the rows that hold them."""
    if where is None and rows == (0, grid.rows):
        return np.ones(grid.shape, np.uint8), rows
    mask = np.zeros(grid.shape, np.uint8)
    first, last = max(0, rows[0] - WIDER), min(grid.rows, rows[1] + WIDER)
    inside = np.zeros((last - first, grid.cols), bool)
    inside[rows[0] - first : rows[1] - first] = True if where is None else where
    mask[first:last] = widened(inside)
    asked = first + np.flatnonzero(mask[first:last].any(axis=1))
    return mask, (int(asked[0]), int(asked[-1]) + 1) if asked.size else (0, 0)


def widened(where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The cells asked for and two around them: a radial beside a cell helps to fill it."""
    grown = where.copy()
    for _ in range(WIDER):
        padded = np.pad(grown, 1)
        grown = padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1]
        padded = np.pad(grown, 1)
        grown = padded[1:-1, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return grown.astype(np.uint8)


def _fill_heights(
    samples: Samples, ground: Grid, grid: Grid, rows: Rows, heights_m: NDArray[np.float32]
) -> None:
    """Terrain heights at the centres of some rows of the output grid, m; 0 where unknown."""
    step = grid.cell_m / ground.cell_m
    x = (grid.west_m + 0.5 * grid.cell_m - ground.west_m) / ground.cell_m - 0.5 + np.arange(grid.cols) * step
    top = (ground.north_m - (grid.north_m - 0.5 * grid.cell_m)) / ground.cell_m - 0.5
    for row in range(*rows):
        terrain_at(samples, x, np.full(grid.cols, top + row * step), heights_m[row])
        heights_m[row, np.isnan(heights_m[row])] = 0.0
