"""ITM from one antenna to many points over the ground: loops and indices only."""

from __future__ import annotations

from math import hypot

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.profile import Samples, inside, read_terrain
from phusong.coverage.propagation.itm import Ground, point_to_point_loss
from phusong.coverage.propagation.itm_terrain import MOST_SAMPLES
from phusong.coverage.propagation.itm_variability import Quantiles

F64 = NDArray[np.float64]

CHUNKS = 64  # points are dealt out in this many parts, whatever the number of workers


@jit(parallel=True)
def itm_to_points(
    samples: Samples,
    cell_m: float,
    position: tuple[float, float],
    heights_m: tuple[float, float],
    x: F64,
    y: F64,
    frequency_mhz: float,
    ground: Ground,
    wanted: Quantiles,
    loss_db: F64,
) -> None:
    """Fills `loss_db` with the basic transmission loss; infinite where the path leaves the known ground.

    Positions are in cells of the ground's grid (see kernels.profile). A point at the antenna has NaN.
    """
    known = inside(samples, position[0], position[1])
    for chunk in prange(CHUNKS):
        work = np.empty(MOST_SAMPLES)
        z = np.empty(int(hypot(samples.shape[0], samples.shape[1])) + 4)
        for k in range(chunk * x.size // CHUNKS, (chunk + 1) * x.size // CHUNKS):
            cells = hypot(x[k] - position[0], y[k] - position[1])
            if cells < 1e-6:
                loss_db[k] = np.nan
                continue
            n = 0
            if known and inside(samples, x[k], y[k]):
                n = read_terrain(samples, (position[0], position[1], x[k], y[k]), z)
            if n == 0:
                loss_db[k] = np.inf
                continue
            step_m = cells * cell_m / (n - 1)
            loss, _, _ = point_to_point_loss(
                z[:n], step_m, heights_m[0], heights_m[1], frequency_mhz, ground, wanted, work
            )
            loss_db[k] = loss.A
