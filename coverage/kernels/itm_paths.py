"""ITM from one antenna to many points over a terrain raster: loops and indices only."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.profile_reader import read_profile, step_count
from phusong.coverage.propagation.itm import point_to_point_loss
from phusong.coverage.propagation.itm_terrain import MOST_SAMPLES
from phusong.coverage.propagation.itm_variability import Quantiles


@jit(nogil=True)
def itm_losses(
    terrain: NDArray[np.floating],
    west_m: float,
    north_m: float,
    cell_m: float,
    x_tx: float,
    y_tx: float,
    x_rx: NDArray[np.float64],
    y_rx: NDArray[np.float64],
    longest_step_m: float,
    tx_height_m: float,
    rx_height_m: float,
    frequency_mhz: float,
    N_0: float,
    vertical: bool,
    epsilon: float,
    sigma: float,
    climate: int,
    wanted: Quantiles,
    loss_db: NDArray[np.float64],
) -> None:
    """Fills `loss_db` with the basic transmission loss to each point; NaN for a point at the antenna."""
    work = np.empty(MOST_SAMPLES)
    z = np.empty(512)
    for p in range(x_rx.size):
        d = math.hypot(x_rx[p] - x_tx, y_rx[p] - y_tx)
        if d < 1e-3:
            loss_db[p] = np.nan
            continue
        steps = step_count(d, longest_step_m)
        if steps >= z.size:
            z = np.empty(2 * steps)
        read_profile(terrain, west_m, north_m, cell_m, x_tx, y_tx, x_rx[p], y_rx[p], steps, z)
        loss, _, _ = point_to_point_loss(
            z[: steps + 1],
            d / steps,
            tx_height_m,
            rx_height_m,
            frequency_mhz,
            N_0,
            vertical,
            epsilon,
            sigma,
            climate,
            wanted,
            work,
        )
        loss_db[p] = loss.A
