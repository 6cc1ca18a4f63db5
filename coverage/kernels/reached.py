"""Which of some scattered cells a mast brings to their threshold, and the least that it loses on the way there.

What a path loses is asked three times, each time of fewer cells: as if nothing stood on it, by the few things
that a glance back from the receiver finds, and by the sweep.
"""

from __future__ import annotations

from math import ceil, cos, pi, sin, sqrt
from typing import Any, NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.elementary import f32
from phusong.coverage.kernels.gather import (
    F32,
    MastSectors,
    MastView,
    direction,
    elevations,
    levels,
    polar_loss,
    polar_place,
    seen_arrays,
)
from phusong.coverage.kernels.profile import Samples, clutter_m, inside, terrain_m
from phusong.coverage.propagation.p526 import bullington_finish_db, wavelength_m

Indices = NDArray[np.int32]
Marks = NDArray[np.uint8]

NEAREST = 6  # samples before the receiver that a glance takes one by one; further back its steps grow


class Cells(NamedTuple):
    """Scattered cells of a grid; `open[layer, cell]` is 1 where the layer is asked for and not served yet."""

    row: Indices
    col: Indices
    open: Marks


@jit()
def in_reach(cells: Cells, layers: Indices, view: MastView, found: Indices) -> int:
    """Lists the cells that are open to any of `layers` and lie in the mast's reach; their number."""
    count = 0
    most = view.reach_cells**2
    for c in range(cells.row.size):
        away = (cells.row[c] - view.y) ** 2 + (cells.col[c] - view.x) ** 2
        if away > most:
            continue
        for layer in layers:
            if cells.open[layer, c]:
                found[count] = c
                count += 1
                break
    return count


@jit(forceinline=True)
def _to_cell(cells: Cells, c: int, view: MastView) -> Any:
    # metres east and north of the mast, rounded as kernels.gather rounds them
    half = max(view.reach_cells**2 - (cells.row[c] - view.y) ** 2, 0.0)
    first = max(0, ceil(view.x - sqrt(half)))
    start = f32((first - view.x) * view.cell_m)
    east = start + f32(cells.col[c] - first) * f32(view.cell_m)
    return east, f32(view.y - cells.row[c]) * f32(view.cell_m)


@jit()
def reached(
    cells: Cells, some: Indices, sectors: MastSectors, view: MastView, polar: F32, reach: Indices,
    limits: Indices, constant_db: F32, ground_m: F32, slack_db: float, hit: Marks,
) -> None:  # fmt: skip
    """Fills hit[layer, k]: 1 where a sector has its threshold, less `slack_db`, in the open cell some[k].

    `sectors.carrier` is the layer; the rest as kernels.gather.gather.
    """
    bands, count = polar.shape[0], some.size
    steps = f32(1.0 / view.polar_m)
    eye, bulge = f32(view.antenna_m - view.receiver_m), f32(view.bulge_m)
    seen, level = seen_arrays(count), np.empty(count, np.float32)
    loss = np.empty((bands, count), np.float32)
    for k in range(count):
        c = some[k]
        east, north = _to_cell(cells, c, view)
        drop = eye - ground_m[cells.row[c], cells.col[c]]
        seen.turn[k], seen.east[k], seen.north[k], seen.flat_m[k], seen.below[k], seen.spread[k] = direction(
            east, north, drop, bulge
        )
    for b in range(bands):
        polar_loss(
            polar[b], reach, limits[b], steps, count, seen.turn, seen.flat_m, seen.spread, constant_db[b],
            loss[b],
        )  # fmt: skip
    hit[:] = 0
    for s in range(sectors.number.size):
        elevations(seen, count, sectors.tilt_deg[s, 0], sectors.tilt_deg[s, 1], level)
        levels(
            sectors.horizontal_db[s], sectors.vertical_db[s], sectors.level_dbm[s], sectors.floor_db[s],
            count, seen.turn, loss[sectors.band[s]], level,
        )  # fmt: skip
        layer, enough = sectors.carrier[s], f32(sectors.threshold_dbm[s] - slack_db)
        for k in range(count):
            if level[k] >= enough and cells.open[layer, some[k]]:
                hit[layer, k] = 1


@jit()
def mark(cells: Cells, some: Indices, view: MastView, needed: Marks) -> None:
    """Marks in needed[radial, sample] what the losses of some cells lie between; nothing else is marked."""
    radials, kept = needed.shape
    needed[:] = 0
    steps, per_degree = f32(1.0 / view.polar_m), f32(radials / 360.0)
    for c in some:
        east, north = _to_cell(cells, c, view)
        turn, _, _, flat_m, _, _ = direction(east, north, f32(0.0), f32(0.0))
        r0, r1, _, n, _ = polar_place(turn, flat_m, per_degree, steps, radials)
        if n + 1 < kept:
            needed[r0, n] = needed[r1, n] = needed[r0, n + 1] = needed[r1, n + 1] = 1


@jit()
def _highest_nu(
    samples: Samples, x0: float, y0: float, ux: float, uy: float, n: int, step_km: float, bare: int,
    h_tx: float, receiver_m: float, fall: float,
) -> float:  # fmt: skip
    # ν √λ of the highest of the few samples looked at, P.1812-8 (15), on the way to sample n
    x, y = x0 + n * ux, y0 + n * uy
    slope = (terrain_m(samples, x, y) - fall * n * n + receiver_m - h_tx) / n
    best, lag = -1e30, 1
    while lag < n:
        i = n - lag
        x, y = x0 + i * ux, y0 + i * uy
        if inside(samples, x, y):
            over = terrain_m(samples, x, y) - fall * i * i - h_tx - slope * i
            if i > bare and lag > bare:
                over += clutter_m(samples, x, y)
            best = max(best, over * sqrt(0.002 * n / (step_km * i * lag)))
        lag += 1 if lag < NEAREST else lag // 2
    return best


@jit(parallel=True)
def least_losses(
    samples: Samples, cell_m: float, position: tuple[float, float], heights_m: tuple[float, float],
    needed: Marks, stride: int, clearance_m: float, earth_km: float, frequencies_mhz: NDArray[np.float64],
    least_db: float, loss: F32,
) -> None:  # fmt: skip
    """Fills loss[band, radial, sample], where needed, with a bound from below of what `sweep` finds there, dB.

    Bullington's edge has the ν of any sample at least: (α − s) (β + s) in (18), (19) grows with both horizons,
    and neither is below what one sample makes it. What the smooth earth adds is none or more. `least_db` is
    added to all.
    """
    radials, kept = needed.shape
    step_km = cell_m * 1e-3
    bare = max(0, int(np.ceil(clearance_m / cell_m - 1e-9)) - 1)
    fall = 500.0 / earth_km * step_km * step_km
    h_tx = terrain_m(samples, position[0], position[1]) + heights_m[0]
    for r in prange(radials):
        ux, uy = sin(2.0 * pi * r / radials), -cos(2.0 * pi * r / radials)
        for k in range(kept):
            if not needed[r, k]:
                continue
            n = k * stride
            loss[:, r, k] = f32(least_db)
            if n < 2 or not inside(samples, position[0] + n * ux, position[1] + n * uy):
                continue
            nu = _highest_nu(
                samples, position[0], position[1], ux, uy, n, step_km, bare, h_tx, heights_m[1], fall
            )
            for f in range(frequencies_mhz.size):
                scale = 1.0 / sqrt(wavelength_m(frequencies_mhz[f]))
                loss[f, r, k] = f32(least_db + bullington_finish_db(nu * scale, n * step_km))
