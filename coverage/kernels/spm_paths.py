"""SPM from diffraction losses, along radials and to points: loops and indices only."""

from __future__ import annotations

from math import cos, hypot, inf, pi, sin

import numpy as np
from numba import prange

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.profile import Samples, terrain_m
from phusong.coverage.kernels.running import F32, F64, Indices, excess_over_free_space_db
from phusong.coverage.propagation.spm import Terms, spm_db


@jit()
def _spm_excess(
    K: Terms, f: float, d_m: float, z_tx: float, z_rx: float, heights_m: tuple[float, float], D: float
) -> float:
    # height over the receiver's ground, but never less than the antenna's own
    H = max(z_tx + heights_m[0] - z_rx, heights_m[0])
    lost = spm_db(d_m, H, D, heights_m[1], K)
    return excess_over_free_space_db(lost, f, d_m, z_tx + heights_m[0] - heights_m[1] - z_rx)


@jit(parallel=True)
def spm_along(
    samples: Samples, cell_m: float, position: tuple[float, float], heights_m: tuple[float, float],
    stride: int, nearest_km: float, K: Terms, frequencies_mhz: F64, loss: F32, reach: Indices,
) -> None:  # fmt: skip
    """Turns the diffraction losses of a sweep, in place, into SPM's loss beyond free space, dB."""
    radials = reach.size
    for r in prange(radials):
        azimuth = 2.0 * pi * r / radials
        ux, uy = sin(azimuth), -cos(azimuth)
        if reach[r] < 0:
            continue
        z_tx = terrain_m(samples, position[0], position[1])
        for k in range(reach[r] + 1):
            n = k * stride
            d_m = n * cell_m
            if d_m < 1e3 * nearest_km:
                loss[:, r, k] = 0.0
                continue
            z = terrain_m(samples, position[0] + n * ux, position[1] + n * uy)
            for band in range(frequencies_mhz.size):
                D = np.float64(loss[band, r, k])
                loss[band, r, k] = _spm_excess(K, frequencies_mhz[band], d_m, z_tx, z, heights_m, D)


@jit()
def spm_at_points(
    samples: Samples, cell_m: float, position: tuple[float, float], heights_m: tuple[float, float],
    x: F64, y: F64, nearest_km: float, K: Terms, frequencies_mhz: F64, loss: F64,
) -> None:  # fmt: skip
    """The same of the diffraction losses to points, each over its own path."""
    for k in range(x.size):
        d_m = hypot(x[k] - position[0], y[k] - position[1]) * cell_m
        for band in range(frequencies_mhz.size):
            if loss[band, k] == inf:
                continue
            if d_m < 1e3 * nearest_km:
                loss[band, k] = 0.0
                continue
            z_tx, z = terrain_m(samples, position[0], position[1]), terrain_m(samples, x[k], y[k])
            loss[band, k] = _spm_excess(K, frequencies_mhz[band], d_m, z_tx, z, heights_m, loss[band, k])
