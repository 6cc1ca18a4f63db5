"""From polar losses to cells: every sector of one mast is added to what each cell receives.

A worker owns whole rows, and masts are added one after the other: the same bytes for any number of workers.
A row is gone through in short loops, a few arrays each: what looks something up apart from what calculates,
so that the compiler does the latter for several cells at a time.
"""

from __future__ import annotations

from math import ceil, sqrt
from typing import Any, NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.elementary import INLINE, atan2, exp2, f32, i32, log2

F32 = NDArray[np.float32]

CHUNKS = 64
STEPS = 4  # entries of a vertical table to a degree: a 7° beam bends by 0.06 dB within one
NEVER_DBM = np.float32(-1e9)  # no sector has been added yet
TEN_LOG_2 = f32(10.0 * np.log10(2.0))
DB_TO_LOG2 = f32(np.log2(10.0) / 10.0)
DEGREES = f32(180.0 / np.pi)

VECTOR: dict[str, Any] = {"fastmath": {"contract", "nsz", "arcp"}}


class Received(NamedTuple):
    """What each cell receives, by carrier: arrays of shape (carriers, rows, cols)."""

    best_dbm: F32
    second_dbm: F32
    total_mw: F32
    best_server: NDArray[np.int32]
    servers: NDArray[np.uint16]


class MastSectors(NamedTuple):
    """The sectors of one mast, one entry each; tables have one entry to a degree of azimuth and `STEPS`
    to one of elevation."""

    number: NDArray[np.int32]  # in CoverageMap.sectors
    carrier: NDArray[np.int32]  # first axis of Received
    band: NDArray[np.int32]  # first axis of the polar losses
    level_dbm: F32  # with no path and no antenna loss
    threshold_dbm: F32
    horizontal_db: F32  # (sectors, 361) by azimuth, turned to where the sector points
    tilt_deg: F32  # (sectors, 2): mechanical downtilt times sine and cosine of the azimuth it leans to
    vertical_db: F32  # (sectors, 360 STEPS + 1) from straight up, electrical tilt applied
    floor_db: F32


class Seen(NamedTuple):
    """How a mast sees the cells of a row, one entry each."""

    turn: F32  # azimuth in degrees, and its sine and cosine
    east: F32
    north: F32
    flat_m: F32  # distance
    below: F32  # degrees below the horizon
    spread: F32  # 20 log of the slant range in m


class MastView(NamedTuple):
    """Where a mast stands in the output grid and how its polar losses are laid out."""

    x: float  # in cells of the output grid, centres at whole numbers
    y: float
    cell_m: float
    polar_m: float  # between two samples of a radial
    antenna_m: float  # above sea level
    bulge_m: float  # fall of the horizon at one metre squared: 1 / (2 · effective radius)
    receiver_m: float
    first_row: int
    last_row: int
    reach_cells: float


@jit()
def seen_arrays(count: int) -> Seen:
    """Room for `count` cells."""
    e = np.empty
    return Seen(
        e(count, np.float32), e(count, np.float32), e(count, np.float32), e(count, np.float32),
        e(count, np.float32), e(count, np.float32),
    )  # fmt: skip


@jit(**INLINE)
def direction(east_m: Any, north_m: Any, drop_m: Any, bulge_m: Any) -> tuple[Any, Any, Any, Any, Any, Any]:
    """One cell's entries of `Seen`.

    `drop_m` is how far the receiver lies below the antenna on a flat earth. All in single precision.
    """
    flat2 = east_m * east_m + north_m * north_m
    flat_m = sqrt(flat2)
    away_m: Any = max(flat_m, f32(1e-3))
    share = f32(1.0) / away_m
    drop = drop_m + bulge_m * flat2
    azimuth = atan2(east_m, north_m) * DEGREES
    turn = azimuth if azimuth >= f32(0.0) else azimuth + f32(360.0)
    below = atan2(drop, flat_m) * DEGREES
    # nearer than a metre the far field has no meaning
    spread = TEN_LOG_2 * log2(max(flat2 + drop * drop, f32(1.0)))
    return turn, east_m * share, north_m * share, flat_m, below, spread


@jit(**VECTOR)
def _geometry(view: MastView, row: int, first: int, count: int, ground_m: F32, seen: Seen) -> None:
    north = f32(view.y - row) * f32(view.cell_m)
    start = f32((first - view.x) * view.cell_m)
    cell = f32(view.cell_m)
    eye = f32(view.antenna_m - view.receiver_m)
    bulge = f32(view.bulge_m)
    ground = ground_m[first : first + count]
    for k in range(count):
        drop = eye - ground[k]
        seen.turn[k], seen.east[k], seen.north[k], seen.flat_m[k], seen.below[k], seen.spread[k] = direction(
            start + f32(k) * cell, north, drop, bulge
        )


@jit(forceinline=True)
def polar_place(turn: Any, flat_m: Any, per_degree: Any, steps: Any, radials: int) -> Any:
    """Between which radials and after which sample a cell lies: r0, r1, how far across, n, how far along."""
    at = turn * per_degree
    r0 = i32(at)
    across = at - f32(r0)
    if r0 >= radials:
        r0 = i32(0)
    r1 = r0 + i32(1)
    if r1 >= radials:
        r1 = i32(0)
    radius = flat_m * steps
    n = i32(radius)
    return r0, r1, across, n, radius - f32(n)


@jit()
def polar_loss(
    polar: F32, reach: NDArray[np.int32], limit: int, steps: Any, count: int, turn: F32, flat_m: F32,
    spread: F32, constant: Any, loss: F32,
) -> None:  # fmt: skip
    """Fills the whole loss of `count` cells, bilinear between radials and samples; beyond known ground or the
    band's limit it is infinite."""
    radials = polar.shape[0]
    per_degree = f32(radials / 360.0)
    for k in range(count):
        r0, r1, across, n, along = polar_place(turn[k], flat_m[k], per_degree, steps, radials)
        if n >= min(limit, min(reach[r0], reach[r1])):
            loss[k] = f32(np.inf)
            continue
        a = polar[r0, n] + (polar[r0, n + 1] - polar[r0, n]) * along
        b = polar[r1, n] + (polar[r1, n + 1] - polar[r1, n]) * along
        loss[k] = a + (b - a) * across + spread[k] + constant


@jit(**VECTOR)
def elevations(seen: Seen, count: int, tilt_east: Any, tilt_north: Any, at: F32) -> None:
    """Fills where a tilted sector's vertical table is read."""
    east, north, below = seen.east, seen.north, seen.below
    for k in range(count):
        down = below[k] - (tilt_east * east[k] + tilt_north * north[k])
        at[k] = (max(f32(-180.0), min(down, f32(179.9))) + f32(180.0)) * f32(STEPS)


@jit(forceinline=True)
def _between(table: F32, at: Any) -> Any:
    below = np.uint32(at)
    fraction = at - f32(below)
    return table[below] + (table[below + np.uint32(1)] - table[below]) * fraction


@jit(fastmath={"contract", "nsz"})
def levels(
    horizontal: F32, vertical: F32, start: Any, floor: Any, count: int, turn: F32, loss: F32, level: F32
) -> None:
    """Fills the levels of a sector; before, `level` holds where the vertical table is read."""
    for k in range(count):
        pattern = _between(horizontal, turn[k]) + _between(vertical, level[k])
        level[k] = start - min(pattern, floor) - loss[k]


@jit(**VECTOR)
def _ranked(best: F32, second: F32, server: NDArray[np.int32], number: Any, level: F32, count: int) -> None:
    for k in range(count):
        p, b = level[k], best[k]
        # less than NEVER_DBM, an infinite loss, is never second
        second[k] = max(second[k], min(p, b))
        server[k] = number if p > b else server[k]
        best[k] = max(p, b)


@jit(**VECTOR)
def _summed(total: F32, level: F32, count: int) -> None:
    for k in range(count):
        p = level[k]
        total[k] += exp2(p * DB_TO_LOG2) if p > f32(-1e6) else f32(0.0)


@jit(**VECTOR)
def _counted(servers: NDArray[np.uint16], level: F32, threshold: Any, count: int) -> None:
    for k in range(count):
        servers[k] += np.uint16(1) if level[k] >= threshold else np.uint16(0)


@jit()
def add_sector(
    received: Received, sectors: MastSectors, s: int, row: int, first: int, count: int, seen: Seen, loss: F32,
    level: F32,
) -> None:  # fmt: skip
    """Adds one sector to `count` cells of a row, given how it sees them and the loss; `level` is scratch."""
    elevations(seen, count, sectors.tilt_deg[s, 0], sectors.tilt_deg[s, 1], level)
    levels(
        sectors.horizontal_db[s], sectors.vertical_db[s], sectors.level_dbm[s], sectors.floor_db[s], count,
        seen.turn, loss, level,
    )  # fmt: skip
    c, last = sectors.carrier[s], first + count
    _ranked(
        received.best_dbm[c, row, first:last], received.second_dbm[c, row, first:last],
        received.best_server[c, row, first:last], sectors.number[s], level, count,
    )  # fmt: skip
    _summed(received.total_mw[c, row, first:last], level, count)
    _counted(received.servers[c, row, first:last], level, sectors.threshold_dbm[s], count)


@jit(parallel=True)
def gather(
    received: Received,
    sectors: MastSectors,
    view: MastView,
    polar: F32,
    reach: NDArray[np.int32],
    limits: NDArray[np.int32],
    constant_db: F32,
    ground_m: F32,
) -> None:
    """Adds one mast to `received`. polar[band, radial, sample] is the loss beyond free space, followed to
    `limits[band]` samples; `constant_db[band]` is free space's loss at one metre, `ground_m` the terrain of
    the output grid."""
    bands, cols = polar.shape[0], ground_m.shape[1]
    rows = view.last_row - view.first_row + 1
    steps = f32(1.0 / view.polar_m)
    for chunk in prange(CHUNKS):
        seen, level = seen_arrays(cols), np.empty(cols, np.float32)
        loss = np.empty((bands, cols), np.float32)
        for row in range(
            view.first_row + chunk * rows // CHUNKS, view.first_row + (chunk + 1) * rows // CHUNKS
        ):
            half = view.reach_cells**2 - (row - view.y) ** 2
            if half < 0.0:
                continue
            first = max(0, ceil(view.x - sqrt(half)))
            count = min(cols - 1, int(view.x + sqrt(half))) - first + 1
            if count <= 0:
                continue
            _geometry(view, row, first, count, ground_m[row], seen)
            for b in range(bands):
                polar_loss(
                    polar[b],
                    reach,
                    limits[b],
                    steps,
                    count,
                    seen.turn,
                    seen.flat_m,
                    seen.spread,
                    constant_db[b],
                    loss[b],
                )
            for s in range(sectors.number.size):
                add_sector(received, sectors, s, row, first, count, seen, loss[sectors.band[s]], level)
