"""Reference attenuation of the Irregular Terrain Model: line of sight, diffraction, scatter as one curve.

Sources: [Alg] is G. A. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: The Algorithm" (NTIA/ITS,
1995); [ITS67] is A. G. Longley and P. L. Rice, ESSA Technical Report ERL 79-ITS 67 (1968).
"""

from __future__ import annotations

import cmath
import math
from typing import NamedTuple

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.itm_diffraction import (
    WAVE_MHZ_M,
    Diffraction,
    Medium,
    diffraction,
    diffraction_db,
    roughness_m,
    sigma_h_m,
)
from phusong.coverage.propagation.itm_scatter import NO_SCATTER_DB, frequency_gain_db, scatter_db
from phusong.coverage.propagation.itm_terrain import Path

LINE_OF_SIGHT, DIFFRACTION, SCATTER = 1, 2, 3


class Reference(NamedTuple):
    """Attenuation relative to free space, and the range of distances that gave it."""

    A_ref: float  # dB
    mode: int  # LINE_OF_SIGHT (within the smooth earth's horizon), DIFFRACTION or SCATTER


class Beyond(NamedTuple):
    """The straight line that diffraction follows with distance, A_ed + m_d d [Alg 4.2 to 4.8]."""

    A_ed: float
    m_d: float


@jit()
def medium_of(f: float, N_s: float, vertical: bool, epsilon: float, sigma: float) -> Medium:
    """Earth and ground at one frequency in MHz: permittivity epsilon, conductivity sigma in S/m [Alg 1]."""
    gamma_e = 157e-9 * (1.0 - 0.04665 * math.exp(N_s / 179.3))
    epsilon_r = complex(epsilon, 18000.0 * sigma / f)
    Z_g = cmath.sqrt(epsilon_r - 1.0)
    if vertical:
        Z_g = Z_g / epsilon_r
    return Medium(f, N_s, 1.0 / gamma_e, Z_g)


@jit()
def line_of_sight_db(d: float, path: Path, medium: Medium, beyond: Beyond, d_Ls: float) -> float:
    """Attenuation over d metres in sight: two rays, blended with diffraction, dB [Alg 4.43 to 4.50]."""
    k = medium.f / WAVE_MHZ_M
    sigma_h = sigma_h_m(roughness_m(d, path.delta_h))
    h = path.h_e1 + path.h_e2
    sin_psi = h / math.sqrt(d * d + h * h)  # [Alg 4.46]
    R = (sin_psi - medium.Z_g) / (sin_psi + medium.Z_g) * math.exp(-min(10.0, k * sigma_h * sin_psi))
    # [Alg 4.48]
    power = R.real**2 + R.imag**2
    if power < 0.25 or power < sin_psi:
        R = R * math.sqrt(sin_psi / power)
    # [Alg 4.49, 4.50]
    delta = 2.0 * k * path.h_e1 * path.h_e2 / d
    if delta > math.pi / 2:  # no interference fringes: the phase creeps towards pi
        delta = math.pi - (math.pi / 2) ** 2 / delta
    field = complex(math.cos(delta), -math.sin(delta)) + R
    A_t = -10.0 * math.log10(field.real**2 + field.imag**2)
    w = 1.0 / (1.0 + medium.f * path.delta_h / max(10e3, d_Ls))
    return w * A_t + (1.0 - w) * (beyond.m_d * d + beyond.A_ed)


@jit()
def _within_horizon(
    path: Path, medium: Medium, beyond: Beyond, d_Ls: float, d_L: float
) -> tuple[float, float, float]:
    """Coefficients A_o, K_1, K_2 of A = A_o + K_1 d + K_2 ln d within the smooth horizon [ITS67 3.19]."""
    A_Ls = d_Ls * beyond.m_d + beyond.A_ed
    d_0 = 0.04 * medium.f * path.h_e1 * path.h_e2  # [ITS67 3.16]
    if beyond.A_ed >= 0.0:
        d_0 = min(d_0, 0.5 * d_L)
        d_1 = d_0 + 0.25 * (d_L - d_0)
    else:
        d_1 = max(-beyond.A_ed / beyond.m_d, 0.25 * d_L)
    A_1 = line_of_sight_db(d_1, path, medium, beyond, d_Ls)
    K_1 = K_2 = 0.0
    curved = False
    if d_0 < d_1:
        A_0 = line_of_sight_db(d_0, path, medium, beyond, d_Ls)
        q = math.log(d_Ls / d_0)
        rise = (d_Ls - d_0) * (A_1 - A_0) - (d_1 - d_0) * (A_Ls - A_0)
        # [ITS67 3.20, 3.21]
        K_2 = max(0.0, rise / ((d_Ls - d_0) * math.log(d_1 / d_0) - (d_1 - d_0) * q))
        curved = beyond.A_ed > 0.0 or K_2 > 0.0
        if curved:
            K_1 = (A_Ls - A_0 - K_2 * q) / (d_Ls - d_0)
            if K_1 < 0.0:
                K_1 = 0.0
                K_2 = max(A_Ls - A_0, 0.0) / q
                if K_2 == 0.0:
                    K_1 = beyond.m_d
    if not curved:
        K_1 = max(A_Ls - A_1, 0.0) / (d_Ls - d_1)
        K_2 = 0.0
        if K_1 == 0.0:
            K_1 = beyond.m_d
    return A_Ls - K_1 * d_Ls - K_2 * math.log(d_Ls), K_1, K_2


@jit()
def scatter_line(
    path: Path, medium: Medium, beyond: Beyond, fixed: Diffraction, d_Ls: float, X_ae: float
) -> tuple[float, float, float]:
    """Where scatter takes over, d_x, and its line A_es + m_s d: returns d_x, A_es, m_s [Alg 4.51 to 4.59]."""
    d_5 = fixed.d_L + 200e3
    d_6 = fixed.d_L + 400e3
    H_6 = frequency_gain_db(d_6, path, medium)
    H_5 = H_6
    if H_6 <= 15.0:  # a larger gain is frozen at the farther distance
        H_5 = frequency_gain_db(d_5, path, medium)
        if H_5 > 15.0:
            H_5 = H_6
    A_5 = scatter_db(d_5, H_5, fixed.theta_e, medium)
    if H_6 >= NO_SCATTER_DB or A_5 >= 1000.0:
        return 10e6, beyond.A_ed, beyond.m_d
    m_s = (scatter_db(d_6, H_6, fixed.theta_e, medium) - A_5) / 200e3
    d_x = max(
        d_Ls,
        fixed.d_L + 1.088 * X_ae * math.log(medium.f),
        (A_5 - beyond.A_ed - m_s * d_5) / (beyond.m_d - m_s),
    )
    return d_x, (beyond.m_d - m_s) * d_x + beyond.A_ed, m_s


@jit()
def reference_attenuation(path: Path, medium: Medium, known_profile: bool) -> Reference:
    """Attenuation of the path relative to free space, not below 0 dB, and its mode [Alg 4.1]."""
    a_e = medium.a_e
    d_Ls = math.sqrt(2.0 * path.h_e1 * a_e) + math.sqrt(2.0 * path.h_e2 * a_e)
    fixed = diffraction(path, medium, known_profile)
    X_ae = (a_e * a_e / medium.f) ** (1.0 / 3.0)
    d_3 = max(d_Ls, fixed.d_L + 5.0 * X_ae)
    d_4 = d_3 + 10.0 * X_ae
    A_3 = diffraction_db(d_3, fixed, path, medium)
    A_4 = diffraction_db(d_4, fixed, path, medium)
    m_d = (A_4 - A_3) / (d_4 - d_3)
    beyond = Beyond(A_3 - m_d * d_3, m_d)
    if path.d < d_Ls:
        A_o, K_1, K_2 = _within_horizon(path, medium, beyond, d_Ls, fixed.d_L)
        return Reference(max(A_o + K_1 * path.d + K_2 * math.log(path.d), 0.0), LINE_OF_SIGHT)
    d_x, A_es, m_s = scatter_line(path, medium, beyond, fixed, d_Ls, X_ae)
    if path.d > d_x:
        return Reference(max(A_es + m_s * path.d, 0.0), SCATTER)
    return Reference(max(beyond.A_ed + m_d * path.d, 0.0), DIFFRACTION)
