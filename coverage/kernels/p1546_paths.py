"""P.1546 along radials and to points: loops and indices only.

Along a radial the mean terrain of 3 to 15 km is a difference of running sums and the transmitter's clearance
angle a running maximum; only the receiver's is looked for anew. Over land.
"""

from __future__ import annotations

from math import atan, hypot, inf, pi

import numpy as np
from numba import prange

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.profile import Samples
from phusong.coverage.kernels.running import (
    CHUNKS,
    F32,
    F64,
    Indices,
    Sums,
    between,
    excess_over_free_space_db,
    path_to,
    read_with_sums,
    sums_of,
)
from phusong.coverage.propagation.p1546 import (
    Clutter,
    Terrain,
    averaging_interval_km,
    clearance_angles_deg,
    effective_height_m,
    loss_db,
    steps_of_path,
)
from phusong.coverage.propagation.p1546_curves import Curves


@jit()
def effective_height_along(sums: Sums, n: int, step_km: float, ha: float) -> float:
    """p1546.effective_height_m of the path to sample n, from the running sums, m."""
    d = n * step_km
    near, far = averaging_interval_km(d)
    first = max(int(near / step_km) - 1, 0)
    while first * step_km < near:
        first += 1
    end = min(int(far / step_km) + 1, n)
    while end * step_km > far:
        end -= 1
    mean = sums.terrain[n]
    if end > first:
        ends = sums.terrain[first] + sums.terrain[end]
        mean = (between(sums.heights, first, end) - 0.5 * ends) / (end - first)
    return ha + sums.terrain[0] - mean


@jit(fastmath={"reassoc", "contract", "nsz", "nnan"})
def _steepest_back(terrain: F64, inverse: F64, first: int, n: int, top_m: float) -> float:
    # steepest rise from the receiver's antenna back to samples first … n − 1, m per step
    best = -1e300
    for i in range(first, n):
        best = max(best, (terrain[i] - top_m) * inverse[n - i])
    return best


@jit()
def _p1546_radial(
    sums: Sums, last: int, step_km: float, stride: int, heights_m: tuple[float, float], nearest_km: float,
    land: Curves, sea: Curves, t: float, clutter: Clutter, frequencies_mhz: F64, loss: F32,
) -> None:  # fmt: skip
    ha, h2 = heights_m
    loss[:, 0] = 0.0
    steepest = -1e300
    seen = 0
    for k in range(1, last // stride + 1):
        n = k * stride
        d = n * step_km
        while seen < n and (seen + 1) * step_km <= 15.0:
            seen += 1
            rise = (sums.terrain[seen] - ha - sums.terrain[0]) / (1e3 * seen * step_km)
            steepest = max(steepest, rise)
        if d < nearest_km or n < 2:
            loss[:, k] = 0.0
            continue
        first = max(n - int(16.0 / step_km + 1e-9), 0)
        back = _steepest_back(sums.terrain, sums.inverse, first, n, sums.terrain[n] + h2) / (1e3 * step_km)
        tops = ha + sums.terrain[0] - h2 - sums.terrain[n]
        h1 = min(effective_height_along(sums, n, step_km, ha), 3000.0)
        path = Terrain(d, 0.0, h1, atan(steepest) * 180.0 / pi, atan(back) * 180.0 / pi, tops)
        for band in range(frequencies_mhz.size):
            f = frequencies_mhz[band]
            steps = steps_of_path(land, sea, f, t, path, ha, h2, clutter)
            lost = loss_db(f, min(steps.E, steps.Emax))
            loss[band, k] = np.float32(excess_over_free_space_db(lost, f, 1e3 * d, tops))


@jit(parallel=True)
def p1546_along(
    samples: Samples, holes: bool, cell_m: float, position: tuple[float, float],
    heights_m: tuple[float, float], ends: Indices, stride: int, nearest_km: float, land: Curves, sea: Curves,
    t: float, clutter: Clutter, frequencies_mhz: F64, loss: F32, reach: Indices,
) -> None:  # fmt: skip
    """P.1546's loss beyond free space over land in polar form, dB; arguments as kernels.sweep.sweep.

    Nearer than `nearest_km` it is none. `land` and `sea` are the curves, `t` % of time.
    """
    radials = reach.size
    for chunk in prange(CHUNKS):
        sums = sums_of(ends.max() + 2)
        for r in range(chunk * radials // CHUNKS, (chunk + 1) * radials // CHUNKS):
            last = read_with_sums(samples, holes, position, 2.0 * pi * r / radials, ends[r], sums)
            reach[r] = last // stride if last >= 0 else -1
            _p1546_radial(
                sums, last, cell_m * 1e-3, stride, heights_m, nearest_km, land, sea, t, clutter,
                frequencies_mhz, loss[:, r],
            )  # fmt: skip


@jit(parallel=True)
def p1546_to_points(
    samples: Samples, cell_m: float, position: tuple[float, float], heights_m: tuple[float, float],
    x: F64, y: F64, nearest_km: float, land: Curves, sea: Curves, t: float, clutter: Clutter,
    frequencies_mhz: F64, loss: F64,
) -> None:  # fmt: skip
    """P.1546's loss beyond free space to points, dB, each over its own path; infinite off the known ground."""
    ha, h2 = heights_m
    for chunk in prange(CHUNKS):
        room = int(hypot(samples.shape[0], samples.shape[1])) + 4
        distance_km, terrain, surface = np.empty(room), np.empty(room), np.empty(room)
        for k in range(chunk * x.size // CHUNKS, (chunk + 1) * x.size // CHUNKS):
            n = path_to(samples, cell_m, position, x[k], y[k], distance_km, terrain, surface)
            if n == 0 or distance_km[n - 1] < nearest_km:
                loss[:, k] = inf if n == 0 else 0.0
                continue
            d_i, z = distance_km[:n], terrain[:n]
            theta_1, theta_2 = clearance_angles_deg(d_i, z, ha, h2)
            tops = ha + z[0] - h2 - z[n - 1]
            h1 = min(effective_height_m(d_i, z, ha), 3000.0)
            path = Terrain(d_i[n - 1], 0.0, h1, theta_1, theta_2, tops)
            for band in range(frequencies_mhz.size):
                f = frequencies_mhz[band]
                steps = steps_of_path(land, sea, f, t, path, ha, h2, clutter)
                lost = loss_db(f, min(steps.E, steps.Emax))
                loss[band, k] = excess_over_free_space_db(lost, f, 1e3 * path.d, tops)
