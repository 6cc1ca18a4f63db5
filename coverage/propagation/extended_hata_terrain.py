"""What Extended Hata reads off a terrain profile: undulation, slope, one ridge, sea. NTIA TR-15-517 (2015).

A profile `z` runs from the mobile to the base. [Okumura] is Y. Okumura et al., Review of the Electrical
Communication Laboratory 16 (1968); see extended_hata for where NTIA's program is followed.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.itm_terrain import fitted_line, horizons

# [Okumura fig. 35]: gain over the share of the path that is sea; the sea at the base's end, at the mobile's
_SEA_30_KM_SHARE = np.array((0.0, 0.15, 0.35, 0.45, 0.6, 0.65, 0.725, 0.775, 0.85, 1.0))
_SEA_30_KM_DB = np.array(
    [
        (0.0, 1.0, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0),
        (0.0, 4.0, 5.5, 7.0, 8.5, 9.0, 9.5, 9.8, 10.25, 11.0),
    ]
)
_SEA_60_KM_SHARE = np.array((0.0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.725, 0.85, 0.9, 1.0))
_SEA_60_KM_DB = np.array(
    [
        (0.0, 2.0, 4.0, 5.5, 7.0, 9.0, 11.0, 13.0, 14.0, 15.0),
        (0.0, 4.25, 6.25, 9.2, 10.5, 11.75, 13.0, 14.0, 14.25, 15.0),
    ]
)


class Undulation(NamedTuple):
    """Terrain heights exceeded by 10, 50 and 90 % of the 10 km next to the mobile, and their range, m."""

    h_10: float
    h_50: float
    h_90: float
    delta_h: float


@jit()
def mean_gain_m(z: NDArray[np.float64], step_km: float, forward: bool) -> float:
    """How far one end's ground lies above the mean of the 3 to 15 km from it, m."""
    last = z.size - 1
    d = last * step_km
    if d < 3.0:
        return 0.0
    first = int(3.0 / step_km)
    end = int(15.0 / step_km) if d > 15.0 else last
    if forward:
        return (z[0] - z[first : end + 1].mean()) * min((d - 3.0) / 12.0, 1.0)
    return (z[last] - z[last - end : last - first + 1].mean()) * min((d - 3.0) / 12.0, 1.0)


@jit()
def undulation_m(z: NDArray[np.float64], step_km: float) -> Undulation:
    """Quantiles of the terrain within 10 km of the mobile, at z[0], m."""
    d = (z.size - 1) * step_km
    count = z.size if d < 10.0 else int(10.0 / step_km) + 1
    return undulation_of_sorted(np.sort(z[:count]), count, d)


@jit()
def undulation_of_sorted(rising: NDArray[np.float64], count: int, d: float) -> Undulation:
    """The same of `count` heights in rising order, those within 10 km of the mobile on a path of d km."""
    h_10 = rising[count - 1 - max(int(0.1 * count - 1), 0)]
    h_50 = rising[count - 1 - max(int(0.5 * count - 1), 0)]
    h_90 = rising[count - 1 - max(int(0.9 * count - 1), 0)]
    # a short path shows only part of the undulation
    factor = (1.0 - 0.8 * math.exp(-0.2)) / (1.0 - 0.8 * math.exp(-0.02 * d)) if d < 10.0 else 1.0
    return Undulation(factor * h_10, factor * h_50, factor * h_90, factor * (h_10 - h_90))


@jit()
def slope_at_mobile_mrad(z: NDArray[np.float64], step_m: float) -> float:
    """Slope of the terrain over the last 5 to 10 km, positive when it rises towards the mobile, mrad."""
    d = (z.size - 1) * step_m
    lowest, highest, nearest = math.inf, -math.inf, 0.0
    for km in range(5, 11):
        x = 1000.0 * km
        if d < x:
            break
        size = int(x / step_m) + 1
        line = fitted_line(z, size, 0.0, x / step_m)
        slope = -1000.0 * (line.at_end - line.at_start) / x
        lowest, highest = min(lowest, slope), max(highest, slope)
        if km == 5:
            nearest = slope
    return representative_slope_mrad(d, nearest, lowest, highest)


@jit()
def representative_slope_mrad(d: float, nearest: float, lowest: float, highest: float) -> float:
    """The slope of 5 km where those over 5 to 10 km differ in sign, the steepest else, mrad; d in m."""
    if d <= 5000.0 or lowest * highest < 0.0:
        return nearest
    return highest if highest >= 0.0 else lowest


@jit()
def _sea_curve_db(
    share: float, at_mobile: float, shares: NDArray[np.float64], gains: NDArray[np.float64]
) -> float:
    low, high = np.interp(share, shares, gains[0]), np.interp(share, shares, gains[1])
    return low + (high - low) * at_mobile


@jit()
def sea_gain_db(z: NDArray[np.float64], d: float) -> float:
    """Correction for a mixed land-sea path, dB: terrain of exactly 0 m is sea; z[0] is the mobile's end."""
    half = (z.size - 1) // 2
    return sea_gain_of_counts_db((z[:half] == 0.0).sum(), (z == 0.0).sum(), z.size, d)


@jit()
def sea_gain_of_counts_db(near: int, sea: int, count: int, d: float) -> float:
    """The same where `sea` of `count` samples are sea, `near` of them in the mobile's half."""
    if sea == 0:
        return 0.0
    far = sea - near
    at_mobile = 1.0 if near > far else (0.0 if far > near else 0.5)
    share = sea / count
    gain_30 = _sea_curve_db(share, at_mobile, _SEA_30_KM_SHARE, _SEA_30_KM_DB)
    gain_60 = _sea_curve_db(share, at_mobile, _SEA_60_KM_SHARE, _SEA_60_KM_DB)
    return gain_30 + (gain_60 - gain_30) * min(max((d - 30.0) / 30.0, 0.0), 1.0)


class Ridge(NamedTuple):
    """The one horizon that both ends share: how far from base and mobile, km, and its height, m."""

    d_b: float
    d_m: float
    h: float
    h_geometric: float


@jit()
def ridge_between(z: NDArray[np.float64], step_m: float, h_b: float, h_m: float) -> Ridge:
    """The common horizon; both distances are 0 where the ends see each other or have different horizons."""
    curvature = curvature_per_m(z.mean())
    _, _, d_m, d_b = horizons(z, step_m, h_m, h_b, curvature)
    last = z.size - 1
    peak = z[min(int(d_m / step_m), last)]
    return ridge_of_horizons(last * step_m, step_m, d_b, d_m, peak, z[last] + h_b, z[0] + h_m, curvature)


@jit()
def curvature_per_m(mean_m: float) -> float:
    """Curvature of the effective earth for terrain of a mean height, 1/m."""
    N_s = 301.0 * math.exp(-mean_m / 9460.0)
    return 157e-9 * (1.0 - 0.04665 * math.exp(N_s / 179.3))


@jit()
def ridge_of_horizons(
    d: float, step_m: float, d_b: float, d_m: float, peak_m: float, z_b: float, z_m: float, curvature: float
) -> Ridge:
    """The same from the distances of both horizons, m: `peak_m` is the mobile's, z the tops of the antennas."""
    if abs(d - d_m - d_b) > 0.5 * step_m:
        return Ridge(0.0, 0.0, 0.0, 0.0)
    above = peak_m + 0.5 * curvature * d_m * d_b
    h = above - (z_b * d_b + z_m * d_m) / d  # as NTIA's program
    h_geometric = above - (z_b * d_m + z_m * d_b) / d
    return Ridge(d_b / 1000.0, d_m / 1000.0, max(h, 0.0), max(h_geometric, 0.0))


class Terrain(NamedTuple):
    """What a path's terrain comes to, before frequency: km, m, mrad, dB."""

    d: float
    gain_b: float  # how far the base's ground lies above the mean around it
    gain_m: float
    undulation: Undulation
    ground: float  # at the mobile
    theta_m: float
    ridge: Ridge
    K_sea: float


@jit()
def terrain_of_path(z: NDArray[np.float64], step_m: float, h_b: float, h_m: float) -> Terrain:
    """The terrain of a profile that runs from the mobile to the base."""
    step_km = step_m / 1000.0
    d = (z.size - 1) * step_m / 1000.0
    return Terrain(
        d, mean_gain_m(z, step_km, False), mean_gain_m(z, step_km, True), undulation_m(z, step_km), z[0],
        slope_at_mobile_mrad(z, step_m), ridge_between(z, step_m, h_b, h_m), sea_gain_db(z, d),
    )  # fmt: skip
