"""Tropospheric scatter in the Irregular Terrain Model, dB relative to free space.

Sources: [Alg] is G. A. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: The Algorithm" (NTIA/ITS,
1995); [TN101] is P. L. Rice et al., NBS Technical Note 101 (1967).
"""

from __future__ import annotations

import math

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.itm_diffraction import WAVE_MHZ_M, Medium
from phusong.coverage.propagation.itm_terrain import Path

NO_SCATTER_DB = 1001.0  # antennas too low for the frequency: the mode does not exist
SQRT_2 = math.sqrt(2.0)
_H_01_A = (25.0, 80.0, 177.0, 395.0, 705.0)  # [Alg 6.13], one value for each eta_s of 1 to 5
_H_01_B = (24.0, 45.0, 68.0, 80.0, 105.0)


@jit()
def _H_01_at(r: float, i: int) -> float:
    r_2 = 1.0 / (r * r)
    return 10.0 * math.log10(1.0 + _H_01_B[i] * r_2 + _H_01_A[i] * r_2 * r_2)


@jit()
def H_01_db(r: float, eta_s: float) -> float:
    """Frequency gain of one antenna, dB, between the tabulated eta_s of 1 to 5 [Alg 6.13]."""
    eta_s = min(max(eta_s, 1.0), 5.0)
    i = int(eta_s)
    share = eta_s - i
    H = _H_01_at(r, i - 1)
    if share == 0.0:
        return H
    return (1.0 - share) * H + share * _H_01_at(r, i)


@jit()
def F_db(theta_d: float) -> float:
    """Attenuation function F(theta d) of [TN101] for N_s = 301, dB; theta_d in metres [Alg 6.9]."""
    if theta_d <= 10e3:
        return 133.4 + 0.332e-3 * theta_d - 10.0 * math.log10(theta_d)
    if theta_d <= 70e3:
        return 104.6 + 0.212e-3 * theta_d - 2.5 * math.log10(theta_d)
    return 71.8 + 0.157e-3 * theta_d + 5.0 * math.log10(theta_d)


@jit()
def frequency_gain_db(d: float, path: Path, medium: Medium) -> float:
    """Frequency gain H_0 at d metres, dB; NO_SCATTER_DB for too low antennas [TN101 9.3 to 9.5]."""
    theta = path.theta_e1 + path.theta_e2 + d / medium.a_e
    k = medium.f / WAVE_MHZ_M
    r_1, r_2 = 2.0 * k * theta * path.h_e1, 2.0 * k * theta * path.h_e2
    if r_1 < 0.2 and r_2 < 0.2:
        return NO_SCATTER_DB
    d_a = abs(path.d_L1 - path.d_L2)
    ratio = path.h_e2 / path.h_e1 if path.d_L1 >= path.d_L2 else path.h_e1 / path.h_e2
    s = (d - d_a) / (d + d_a)
    q = min(max(0.1, ratio / s), 10.0)
    s = max(0.1, s)
    h_0 = (d - d_a) * (d + d_a) * theta * 0.25 / d  # where the horizon rays cross [Alg 4.66]
    N_s = medium.N_s
    lapse = (0.031 - 2.32e-3 * N_s + 5.67e-6 * N_s * N_s) * math.exp(-(min(1.7, h_0 / 8e3) ** 6))
    eta_s = h_0 / 1.7556e3 * (1.0 + lapse)  # [Alg 4.67]
    H_00 = 0.5 * (H_01_db(r_1, eta_s) + H_01_db(r_2, eta_s))
    asymmetry = 6.0 * (0.6 - math.log10(max(eta_s, 1.0))) * math.log10(s) * math.log10(q)
    H_0 = max(H_00 + min(H_00, asymmetry), 0.0)
    if eta_s < 1.0:
        near = ((1.0 + SQRT_2 / r_1) * (1.0 + SQRT_2 / r_2)) ** 2 * (r_1 + r_2) / (r_1 + r_2 + 2.0 * SQRT_2)
        H_0 = eta_s * H_0 + (1.0 - eta_s) * 10.0 * math.log10(near)
    return H_0


@jit()
def scatter_db(d: float, H_0: float, theta_e: float, medium: Medium) -> float:
    """Scatter attenuation at d metres for a frequency gain of H_0 dB, dB [Alg 4.63]."""
    theta = theta_e + d / medium.a_e
    angle = 10.0 * math.log10(medium.f * theta**4)
    return F_db(theta * d) + angle - 0.1 * (medium.N_s - 301.0) * math.exp(-theta * d / 40e3) + H_0
