"""The path kernel: each point's own profile. Slower than the sweep, and the reference it is held against."""

from __future__ import annotations

from math import hypot

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.elementary import f32
from phusong.coverage.kernels.gather import (
    CHUNKS,
    F32,
    MastSectors,
    MastView,
    Received,
    add_sector,
    direction,
    seen_arrays,
)
from phusong.coverage.kernels.profile import Samples, inside, read_path
from phusong.coverage.propagation.p526 import delta_bullington

F64 = NDArray[np.float64]


@jit(parallel=True)
def diffraction_to_points(
    samples: Samples,
    cell_m: float,
    position: tuple[float, float],
    heights_m: tuple[float, float],
    x: F64,
    y: F64,
    clearance_m: float,
    earth_km: float,
    vertical: bool,
    frequencies_mhz: F64,
    loss: NDArray[np.float64],
) -> None:
    """Fills loss[f, point], the delta-Bullington loss in dB; infinite where the path leaves the known ground.

    Positions are in cells of the ground's grid.
    """
    for chunk in prange(CHUNKS):
        longest = int(hypot(samples.shape[0], samples.shape[1])) + 4
        distance_km, terrain, surface = np.empty(longest), np.empty(longest), np.empty(longest)
        for k in range(chunk * x.size // CHUNKS, (chunk + 1) * x.size // CHUNKS):
            ends = (position[0], position[1], x[k], y[k])
            known = inside(samples, ends[0], ends[1]) and inside(samples, ends[2], ends[3])
            if known and hypot(x[k] - ends[0], y[k] - ends[1]) < 1e-6:
                loss[:, k] = 0.0
                continue
            n = read_path(samples, ends, cell_m, clearance_m, distance_km, terrain, surface) if known else 0
            if n == 0:
                loss[:, k] = np.inf
                continue
            h_tx = terrain[0] + heights_m[0]
            h_rx = terrain[n - 1] + heights_m[1]
            for f in range(frequencies_mhz.size):
                loss[f, k] = delta_bullington(
                    distance_km[:n], terrain[:n], surface[:n], h_tx, h_rx, earth_km,
                    frequencies_mhz[f], 0.0, vertical,
                ).Ld  # fmt: skip


@jit()
def add_to_points(
    received: Received, sectors: MastSectors, view: MastView,
    points: NDArray[np.int64], x: F64, y: F64, ground_m: F32,
    excess_db: NDArray[np.float64], limits_m: F32, constant_db: F32,
) -> None:  # fmt: skip
    """Adds one mast to the points it reaches, as `gather` does to cells; `received` has one row.

    x, y are the points' cells in the grid of `view`, excess_db[band, k] the loss beyond free space.
    """
    count = points.size
    seen, level, loss = seen_arrays(count), np.empty(count, np.float32), np.empty(count, np.float32)
    eye = f32(view.antenna_m - view.receiver_m)
    for k in range(count):
        east, north = (x[k] - view.x) * view.cell_m, (view.y - y[k]) * view.cell_m
        seen.turn[k], seen.east[k], seen.north[k], seen.flat_m[k], seen.below[k], seen.spread[k] = direction(
            f32(east), f32(north), eye - ground_m[k], f32(view.bulge_m)
        )
    part = Received(
        received.best_dbm[:, :, points],
        received.second_dbm[:, :, points],
        received.total_mw[:, :, points],
        received.best_server[:, :, points],
        received.servers[:, :, points],
    )
    for s in range(sectors.number.size):
        band = sectors.band[s]
        for k in range(count):
            loss[k] = f32(excess_db[band, k]) + seen.spread[k] + constant_db[band]
            if seen.flat_m[k] > limits_m[band]:
                loss[k] = f32(np.inf)
        add_sector(part, sectors, s, 0, 0, count, seen, loss, level)
    received.best_dbm[:, :, points] = part.best_dbm
    received.second_dbm[:, :, points] = part.second_dbm
    received.total_mw[:, :, points] = part.total_mw
    received.best_server[:, :, points] = part.best_server
    received.servers[:, :, points] = part.servers
