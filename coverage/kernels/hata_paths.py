"""Extended Hata along radials and to points: loops and indices only.

Along a radial the means and slopes are differences of running sums, and the deciles of the 10 km next to the
receiver are read off a sorted window in which one height replaces another; only the horizons are looked for
anew.
"""

from __future__ import annotations

from math import hypot, inf, pi

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
from phusong.coverage.propagation import extended_hata_terrain as hills
from phusong.coverage.propagation.extended_hata import loss_over_terrain
from phusong.coverage.propagation.itm_terrain import horizons


@jit()
def _insert(window: F64, size: int, z: float) -> None:
    i = size
    while i > 0 and window[i - 1] > z:
        window[i] = window[i - 1]
        i -= 1
    window[i] = z


@jit()
def _replace(window: F64, size: int, old: float, z: float) -> None:
    i = np.searchsorted(window[:size], old)
    while i + 1 < size and window[i + 1] < z:
        window[i] = window[i + 1]
        i += 1
    while i > 0 and window[i - 1] > z:
        window[i] = window[i - 1]
        i -= 1
    window[i] = z


@jit()
def _gain_along(sums: Sums, n: int, step_km: float, at_base: bool) -> float:
    # extended_hata_terrain.mean_gain_m
    d = n * step_km
    if d < 3.0:
        return 0.0
    first = int(3.0 / step_km)
    end = int(15.0 / step_km) if d > 15.0 else n
    weight = min((d - 3.0) / 12.0, 1.0)
    if at_base:
        return (sums.terrain[0] - between(sums.heights, first, end) / (end - first + 1)) * weight
    mean = between(sums.heights, n - end, n - first) / (end - first + 1)
    return (sums.terrain[n] - mean) * weight


@jit()
def _slope_along(sums: Sums, n: int, step_m: float) -> float:
    # extended_hata_terrain.slope_at_mobile_mrad; the moments of itm_terrain.fitted_line from running sums
    d = n * step_m
    lowest, highest, nearest = inf, -inf, 0.0
    for km in range(5, 11):
        x = 1000.0 * km
        if d < x:
            break
        L = int(x / step_m)
        m = 0.5 * L
        moment = (n - m) * between(sums.heights, n - L, n) - between(sums.moments, n - L, n)
        moment += 0.5 * m * (sums.terrain[n] - sums.terrain[n - L])
        slope = -1000.0 * 12.0 * moment / (L * L + 2.0) / x
        lowest, highest = min(lowest, slope), max(highest, slope)
        if km == 5:
            nearest = slope
    return hills.representative_slope_mrad(d, nearest, lowest, highest)


@jit()
def _ridge_along(sums: Sums, n: int, step_m: float, h_b: float, h_m: float) -> hills.Ridge:
    # extended_hata_terrain.ridge_between, seen from the base
    curvature = hills.curvature_per_m(sums.heights[n] / (n + 1))
    _, _, d_b, d_m = horizons(sums.terrain[: n + 1], step_m, h_b, h_m, curvature)
    peak = sums.terrain[n - min(int(d_m / step_m + 0.5), n)]
    z_b, z_m = sums.terrain[0] + h_b, sums.terrain[n] + h_m
    return hills.ridge_of_horizons(n * step_m, step_m, d_b, d_m, peak, z_b, z_m, curvature)


@jit()
def _hata_radial(
    sums: Sums, last: int, step_m: float, stride: int, heights_m: tuple[float, float], nearest_km: float,
    environment: int, frequencies_mhz: F64, loss: F32,
) -> None:  # fmt: skip
    h_b, h_m = heights_m
    step_km = step_m / 1000.0
    most = int(10.0 / step_km) + 1
    loss[:, 0] = 0.0
    sums.window[0] = sums.terrain[0]
    size = 1
    for n in range(1, last + 1):
        if size < most:
            _insert(sums.window, size, sums.terrain[n])
            size += 1
        else:
            _replace(sums.window, size, sums.terrain[n - size], sums.terrain[n])
        if n % stride:
            continue
        k = n // stride
        d = n * step_m / 1000.0
        if d < nearest_km or n < 2:
            loss[:, k] = 0.0
            continue
        half = n // 2
        near = int(sums.sea[n] - sums.sea[n - half])
        path = hills.Terrain(
            d, _gain_along(sums, n, step_km, True), _gain_along(sums, n, step_km, False),
            hills.undulation_of_sorted(sums.window, size, n * step_km), sums.terrain[n],
            _slope_along(sums, n, step_m), _ridge_along(sums, n, step_m, h_b, h_m),
            hills.sea_gain_of_counts_db(near, int(sums.sea[n]), n + 1, d),
        )  # fmt: skip
        drop = h_b + sums.terrain[0] - h_m - sums.terrain[n]
        for band in range(frequencies_mhz.size):
            f = frequencies_mhz[band]
            lost = loss_over_terrain(path, h_b, h_m, f, environment, 0.0).L_db
            loss[band, k] = np.float32(excess_over_free_space_db(lost, f, 1e3 * d, drop))


@jit(parallel=True)
def extended_hata_along(
    samples: Samples, holes: bool, cell_m: float, position: tuple[float, float],
    heights_m: tuple[float, float], ends: Indices, stride: int, nearest_km: float, environment: int,
    frequencies_mhz: F64, loss: F32, reach: Indices,
) -> None:  # fmt: skip
    """Extended Hata's loss beyond free space in polar form, dB; the mast is the base, the rest as p1546_along."""
    radials = reach.size
    for chunk in prange(CHUNKS):
        sums = sums_of(ends.max() + 2)
        for r in range(chunk * radials // CHUNKS, (chunk + 1) * radials // CHUNKS):
            last = read_with_sums(samples, holes, position, 2.0 * pi * r / radials, ends[r], sums)
            reach[r] = last // stride if last >= 0 else -1
            _hata_radial(
                sums, last, cell_m, stride, heights_m, nearest_km, environment, frequencies_mhz, loss[:, r]
            )


@jit(parallel=True)
def extended_hata_to_points(
    samples: Samples, cell_m: float, position: tuple[float, float], heights_m: tuple[float, float],
    x: F64, y: F64, nearest_km: float, environment: int, frequencies_mhz: F64, loss: F64,
) -> None:  # fmt: skip
    """Extended Hata's loss beyond free space to points, dB; the higher antenna is the base."""
    h_b, h_m = max(heights_m[0], heights_m[1]), min(heights_m[0], heights_m[1])
    for chunk in prange(CHUNKS):
        room = int(hypot(samples.shape[0], samples.shape[1])) + 4
        distance_km, terrain, surface = np.empty(room), np.empty(room), np.empty(room)
        for k in range(chunk * x.size // CHUNKS, (chunk + 1) * x.size // CHUNKS):
            n = path_to(samples, cell_m, position, x[k], y[k], distance_km, terrain, surface)
            if n == 0 or distance_km[n - 1] < nearest_km:
                loss[:, k] = inf if n == 0 else 0.0
                continue
            z = terrain[:n].copy()
            if heights_m[0] >= heights_m[1]:
                z = z[::-1].copy()
            step_m = 1e3 * distance_km[n - 1] / (n - 1)
            path = hills.terrain_of_path(z, step_m, h_b, h_m)
            drop = heights_m[0] + terrain[0] - heights_m[1] - terrain[n - 1]
            for band in range(frequencies_mhz.size):
                f = frequencies_mhz[band]
                lost = loss_over_terrain(path, h_b, h_m, f, environment, 0.0).L_db
                loss[band, k] = excess_over_free_space_db(lost, f, 1e3 * path.d, drop)
