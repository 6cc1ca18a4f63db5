"""P.1812 from one mast to many points, each on its own profile: loops and indices only."""

from __future__ import annotations

from math import hypot

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.profile import Samples, inside, read_path
from phusong.coverage.propagation.p1812 import path_loss
from phusong.coverage.propagation.p1812_parts import Climate
from phusong.coverage.propagation.p1812_path import time_percentage_beta0

CHUNKS = 64


@jit(parallel=True)
def p1812_to_points(
    samples: Samples,
    cell_m: float,
    position: tuple[float, float],
    heights_m: tuple[float, float],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    clearance_m: float,
    frequency_mhz: float,
    vertical: bool,
    time_percent: float,
    air: tuple[float, float, float],
    location_db: float,
    loss: NDArray[np.float64],
) -> None:
    """Fills loss[point] with L_b in dB over inland paths; infinite where a path leaves the known ground.

    Positions are in cells of the ground's grid, `heights_m` of both antennas above ground, `air` is (ΔN, N_0,
    latitude in degrees), `location_db` is L_loc − I(p_L) σ_loc. P.1812-8 holds from 0.25 km on; nearer points
    are given what its formulas say.
    """
    for chunk in prange(CHUNKS):
        longest = int(hypot(samples.shape[0], samples.shape[1])) + 4
        distance_km, terrain, surface = np.empty(longest), np.empty(longest), np.empty(longest)
        for k in range(chunk * x.size // CHUNKS, (chunk + 1) * x.size // CHUNKS):
            ends = (position[0], position[1], x[k], y[k])
            known = inside(samples, ends[0], ends[1]) and inside(samples, ends[2], ends[3])
            n = 0
            if known and hypot(x[k] - ends[0], y[k] - ends[1]) > 1e-6:
                n = read_path(samples, ends, cell_m, clearance_m, distance_km, terrain, surface)
            if n == 0:
                loss[k] = np.inf
                continue
            d = distance_km[n - 1]
            beta_0 = time_percentage_beta0(air[2], d, d)
            climate = Climate(air[0], air[1], beta_0, 0.0, d, 500.0, 500.0)
            loss[k] = path_loss(
                distance_km[:n], terrain[:n], surface[:n], frequency_mhz, heights_m[0], heights_m[1],
                vertical, time_percent, climate, location_db,
            ).Lb  # fmt: skip
