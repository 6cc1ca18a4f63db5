"""Diffraction over a double horizon in the Irregular Terrain Model, dB relative to free space.

A weighted mean of knife-edge and smooth-earth diffraction. Sources: [Alg] is G. A. Hufford,
"The ITS Irregular Terrain Model, version 1.2.2: The Algorithm" (NTIA/ITS, 1995); [ITS67] is A. G. Longley and
P. L. Rice, ESSA Technical Report ERL 79-ITS 67 (1968); [Vogler] is L. E. Vogler, Radio Science 68D (1964).
Constants are those of NTIA's ITM 1.4 where the digits of the sources differ.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.itm_terrain import Path

WAVE_MHZ_M = 47.7  # frequency in MHz over this is the wave number in 1/m [Alg 1.1]


class Medium(NamedTuple):
    """What lies between and below the antennas: frequency in MHz, refractivity, earth, ground."""

    f: float
    N_s: float  # surface refractivity, N-units
    a_e: float  # effective earth radius, m
    Z_g: complex  # transfer impedance of the ground, relative


class Diffraction(NamedTuple):
    """All of the diffraction loss that does not depend on the distance."""

    theta_e: float  # sum of the horizon angles, not below -d_L / a_e [ITS67 3.12]
    d_L: float  # sum of the horizon distances
    height_gain: float  # F(x_1, K_1) + F(x_2, K_2), dB
    x_heights: float  # x_1 + x_2
    clutter: float  # A_fo, dB
    height_term: float  # root of h_e1 h_e2 / (h_g1 h_g2) in the weight


@jit()
def roughness_m(d: float, delta_h: float) -> float:
    """Terrain irregularity Δh(d) of a stretch of d metres, m [Alg 3.9]."""
    return delta_h * (1.0 - 0.8 * math.exp(-d / 50e3))


@jit()
def sigma_h_m(delta_h_d: float) -> float:
    """Standard deviation of terrain heights within a Fresnel zone's reach, m [Alg 3.10]."""
    return 0.78 * delta_h_d * math.exp(-0.5 * delta_h_d**0.25)


@jit()
def knife_edge_db(v2: float) -> float:
    """Fresnel's diffraction integral for v squared, dB [Alg 4.21, 6.1]."""
    if v2 < 5.76:
        return 6.02 + 9.11 * math.sqrt(v2) - 1.27 * v2
    return 12.953 + 10.0 * math.log10(v2)


@jit()
def height_gain_db(x: float, K: float) -> float:
    """Height-gain function F(x, K) of the smooth earth, dB [Alg 6.3 to 6.7]."""
    if x < 200.0:
        w = -math.log(K)
        if K < 1e-5 or x * w**3 > 5495.0:
            return 17.372 * math.log(x) - 117.0 if x > 1.0 else -117.0
        return 2.5e-5 * x * x / K + 8.686 * math.log(K) - 15.0
    F = 0.05751 * x - 4.343 * math.log(x)
    if x < 2000.0:
        w = 0.0134 * x * math.exp(-0.005 * x)
        F = (1.0 - w) * F + w * (17.372 * math.log(x) - 117.0)
    return F


@jit()
def _vogler(a: float, medium: Medium) -> tuple[float, float]:
    """K and x per kilometre of a smooth earth of radius a [Vogler 2, 6a, fig. 4]."""
    C_0 = (4.0 / 3.0 * 6370e3 / a) ** (1.0 / 3.0)
    root = medium.f ** (1.0 / 3.0)
    K = 0.017778 * C_0 / (root * abs(medium.Z_g))
    return K, (1.607 - K) * C_0 * C_0 * root


@jit()
def diffraction(path: Path, medium: Medium, known_profile: bool) -> Diffraction:
    """What `diffraction_db` needs at any distance; `known_profile` tells point-to-point from area mode."""
    d_L = path.d_L1 + path.d_L2
    theta_e = max(path.theta_e1 + path.theta_e2, -d_L / medium.a_e)  # [ITS67 3.12]
    K_1, per_km_1 = _vogler(0.5 * path.d_L1**2 / path.h_e1, medium)  # [Vogler 3]
    K_2, per_km_2 = _vogler(0.5 * path.d_L2**2 / path.h_e2, medium)
    x_1, x_2 = per_km_1 * path.d_L1 / 1000.0, per_km_2 * path.d_L2 / 1000.0
    height_gain = height_gain_db(x_1, K_1) + height_gain_db(x_2, K_2)
    d_Ls = math.sqrt(2.0 * path.h_e1 * medium.a_e) + math.sqrt(2.0 * path.h_e2 * medium.a_e)
    sigma_h = sigma_h_m(roughness_m(d_Ls, path.delta_h))
    structural = path.h_g1 * path.h_g2
    A_fo = min(
        15.0, 5.0 * math.log10(1.0 + 1e-5 * structural * medium.f * sigma_h)
    )  # [Alg 4.10, ITS67 3.38c]
    C = 10.0 if known_profile else 0.0
    height_term = math.sqrt(1.0 + (path.h_e1 * path.h_e2 - structural) / (structural + C))
    return Diffraction(theta_e, d_L, height_gain, x_1 + x_2, A_fo, height_term)


@jit()
def diffraction_db(d: float, fixed: Diffraction, path: Path, medium: Medium) -> float:
    """Diffraction loss A_diff at d metres, beyond both horizons, dB [Alg 4.9]."""
    theta = fixed.theta_e + d / medium.a_e  # [Alg 4.12]
    beyond = d - fixed.d_L
    # knife edge at either horizon [Alg 4.13, 4.14]
    v2 = f_over_4pi(medium.f) * theta * theta * beyond
    A_k = knife_edge_db(v2 * path.d_L1 / (beyond + path.d_L1))
    A_k += knife_edge_db(v2 * path.d_L2 / (beyond + path.d_L2))
    # smooth earth between the horizons [Alg 4.20]
    _, per_km = _vogler(beyond / theta, medium)
    # K above 1.607 (metres-long paths, low bands) turns x negative, where NTIA's program has no value
    x_0 = max(per_km * beyond / 1000.0 + fixed.x_heights, 1e-3)
    A_r = 0.05751 * x_0 - 10.0 * math.log10(x_0) - fixed.height_gain - 20.0
    # weight of the smooth earth [Alg 4.11, ITS67 3.23]
    rough = min(roughness_m(d, path.delta_h) * medium.f / WAVE_MHZ_M, 6283.2)
    q = (fixed.height_term + (fixed.d_L + fixed.theta_e * medium.a_e) / d) * rough
    w = 25.1 / (25.1 + math.sqrt(q))
    return w * A_r + (1.0 - w) * A_k + fixed.clutter


@jit()
def f_over_4pi(f: float) -> float:
    """Wave number over 4 pi, 1/m, with the rounded constant of [Alg 4.13]."""
    return 0.0795775 * f / WAVE_MHZ_M
