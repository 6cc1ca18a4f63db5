"""From polar losses to cells: every sector of one mast is added to what each cell receives.

A worker owns whole rows, and masts are added one after the other: the same bytes for any number of workers.
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
    tilt_deg: F32  # (sectors, 361) by azimuth: mechanical downtilt as seen there
    vertical_db: F32  # (sectors, 360 STEPS + 1) from straight up, electrical tilt applied
    floor_db: F32


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


@jit(forceinline=True)
def _between(table: F32, at: Any) -> Any:
    below = i32(at)
    fraction = at - f32(below)
    return table[below] + (table[below + i32(1)] - table[below]) * fraction


@jit(**INLINE)
def direction(east_m: Any, north_m: Any, drop_m: Any, bulge_m: Any) -> tuple[Any, Any, Any, Any]:
    """Azimuth in degrees, distance in m, degrees below the horizon and 20 log of the slant range in m.

    `drop_m` is how far the receiver lies below the antenna on a flat earth. All in single precision.
    """
    flat2 = east_m * east_m + north_m * north_m
    flat_m = sqrt(flat2)
    drop = drop_m + bulge_m * flat2
    azimuth = atan2(east_m, north_m) * DEGREES
    turn = azimuth if azimuth >= f32(0.0) else azimuth + f32(360.0)
    # nearer than a metre the far field has no meaning
    return turn, flat_m, atan2(drop, flat_m) * DEGREES, TEN_LOG_2 * log2(max(flat2 + drop * drop, f32(1.0)))


@jit(fastmath={"contract", "nsz", "arcp"})
def _geometry(
    view: MastView,
    row: int,
    first: int,
    count: int,
    ground_m: F32,
    turn: F32,
    radius: F32,
    below: F32,
    spread: F32,
) -> None:
    north = f32(view.y - row) * f32(view.cell_m)
    start = f32((first - view.x) * view.cell_m)
    cell = f32(view.cell_m)
    steps = f32(1.0 / view.polar_m)
    eye = f32(view.antenna_m - view.receiver_m)
    bulge = f32(view.bulge_m)
    for k in range(count):
        turn[k], flat_m, below[k], spread[k] = direction(
            start + f32(k) * cell, north, eye - ground_m[first + k], bulge
        )
        radius[k] = flat_m * steps


@jit()
def _polar_loss(
    polar: F32, reach: NDArray[np.int32], limit: int, radials: int, count: int,
    turn: F32, radius: F32, spread: F32, loss: F32,
) -> None:  # fmt: skip
    # bilinear between radials and samples; beyond known ground or the band's limit the loss is infinite
    per_degree = f32(radials / 360.0)
    for k in range(count):
        at = turn[k] * per_degree
        r0 = i32(at)
        across = at - f32(r0)
        if r0 >= radials:
            r0 = i32(0)
        r1 = r0 + i32(1)
        if r1 >= radials:
            r1 = i32(0)
        n = i32(radius[k])
        along = radius[k] - f32(n)
        if n >= min(limit, min(reach[r0], reach[r1])):
            loss[k] = f32(np.inf)
            continue
        a = polar[r0, n] + (polar[r0, n + 1] - polar[r0, n]) * along
        b = polar[r1, n] + (polar[r1, n + 1] - polar[r1, n]) * along
        loss[k] = a + (b - a) * across + spread[k]


@jit(fastmath={"contract", "nsz"})
def add_sector(
    received: Received, sectors: MastSectors, s: int, row: int, first: int, count: int,
    turn: F32, below: F32, loss: F32, level: F32,
) -> None:  # fmt: skip
    """Adds one sector to `count` cells of a row, given their directions and losses; `level` is scratch."""
    horizontal, tilt, vertical = sectors.horizontal_db[s], sectors.tilt_deg[s], sectors.vertical_db[s]
    start, floor, threshold = sectors.level_dbm[s], sectors.floor_db[s], sectors.threshold_dbm[s]
    for k in range(count):
        down = below[k] - _between(tilt, turn[k])
        down = max(f32(-180.0), min(down, f32(179.9)))
        pattern = _between(horizontal, turn[k]) + _between(vertical, (down + f32(180.0)) * f32(STEPS))
        level[k] = start - min(pattern, floor) - loss[k]
    c = sectors.carrier[s]
    best, second = received.best_dbm[c, row], received.second_dbm[c, row]
    total, servers = received.total_mw[c, row], received.servers[c, row]
    server = received.best_server[c, row]
    number = sectors.number[s]
    for k in range(count):
        j = first + k
        p = level[k]
        b = best[j]
        reaches = p > f32(-1e6)
        second[j] = max(second[j], min(p, b)) if reaches else second[j]
        best[j] = max(p, b)
        server[j] = number if p > b else server[j]
        total[j] += exp2(p * DB_TO_LOG2) if reaches else f32(0.0)
        servers[j] += np.uint16(1) if p >= threshold else np.uint16(0)


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
    bands, radials = polar.shape[0], polar.shape[1]
    cols = ground_m.shape[1]
    rows = view.last_row - view.first_row + 1
    for chunk in prange(CHUNKS):
        turn, radius = np.empty(cols, np.float32), np.empty(cols, np.float32)
        below, spread = np.empty(cols, np.float32), np.empty(cols, np.float32)
        level = np.empty(cols, np.float32)
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
            _geometry(view, row, first, count, ground_m[row], turn, radius, below, spread)
            for b in range(bands):
                _polar_loss(polar[b], reach, limits[b], radials, count, turn, radius, spread, loss[b])
                loss[b, :count] += constant_db[b]
            for s in range(sectors.number.size):
                band = sectors.band[s]
                add_sector(received, sectors, s, row, first, count, turn, below, loss[band], level)
