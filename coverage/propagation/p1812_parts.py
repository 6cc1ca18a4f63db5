"""The single mechanisms of P.1812-8 Annex 1 §4: line of sight, troposcatter, ducting, how they combine.

Scalars only. f in GHz, distances in km, heights in m, angles in mrad, losses in dB.
"""

from __future__ import annotations

from math import exp, log, log1p, sqrt, tanh
from typing import NamedTuple

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.elementary import log10, power
from phusong.coverage.propagation.normal import inverse_complementary_normal
from phusong.coverage.propagation.p1812_path import Horizons, inland_factor_tau


class Climate(NamedTuple):
    """The air and the coast along a path, in P.1812's letters: N-units/km, N-units, %, km."""

    delta_n: float
    n_0: float
    beta_0: float
    omega: float
    dlm: float
    dct: float
    dcr: float


@jit()
def free_space_db(f: float, d: float, hts: float, hrs: float) -> float:
    """Free-space loss over the slant distance between the antennas, dB. P.1812-8 (8), (8a)."""
    d_fs2 = d * d + ((hts - hrs) * 1e-3) ** 2  # (8a)
    return 92.4 + 20.0 * log10(f) + 10.0 * log10(d_fs2)  # (8)


@jit()
def multipath_focusing_db(p: float, dlt: float, dlr: float) -> float:
    """Correction of line-of-sight loss for multipath and focusing, dB; zero at p = 50 %. (9)."""
    return 2.6 * (1.0 - exp(-0.1 * (dlt + dlr))) * log10(p / 50.0)


@jit()
def troposcatter_db(f: float, d: float, theta: float, n_0: float, p: float) -> float:
    """Troposcatter loss not exceeded for p % of time, p at most 50, dB. P.1812-8 (44), (45)."""
    L_f = 25.0 * log10(f) - 2.5 * log10(f / 2.0) ** 2  # (45)
    spread = 10.125 * log10(50.0 / p) ** 0.7
    return 190.1 + L_f + 20.0 * log10(d) + 0.573 * theta - 0.15 * n_0 - spread  # (44)


@jit()
def _site_shielding_db(f: float, theta_excess: float, d_l: float) -> float:
    # (48), theta_excess is the horizon angle above 0.1 mrad per km of horizon distance
    if theta_excess <= 0.0:
        return 0.0
    return 20.0 * log10(1.0 + 0.361 * theta_excess * sqrt(f * d_l)) + 0.264 * theta_excess * power(
        f, 1.0 / 3.0
    )


@jit()
def _sea_duct_coupling_db(omega: float, d_c: float, d_l: float, h_s: float) -> float:
    # (49)
    if omega < 0.75 or d_c > d_l or d_c > 5.0:
        return 0.0
    return -3.0 * exp(-0.25 * d_c * d_c) * (1.0 + tanh(0.07 * (50.0 - h_s)))


@jit()
def ducting_coupling_db(
    f: float, d: float, hts: float, hrs: float, ae: float, path: Horizons, climate: Climate
) -> float:
    """What ducting loses whatever the share of time, dB. P.1812-8 (47), (51), (52)."""
    excess_t = path.theta_t - 0.1 * path.dlt  # (48a)
    excess_r = path.theta_r - 0.1 * path.dlr
    A_lf = 45.375 - 137.0 * f + 92.5 * f * f if f < 0.5 else 0.0  # (47a)
    A_f = (
        102.45
        + 20.0 * log10(f)
        + 20.0 * log10(path.dlt + path.dlr)
        + A_lf
        + _site_shielding_db(f, excess_t, path.dlt)
        + _site_shielding_db(f, excess_r, path.dlr)
        + _sea_duct_coupling_db(climate.omega, climate.dct, path.dlt, hts)
        + _sea_duct_coupling_db(climate.omega, climate.dcr, path.dlr, hrs)
    )  # (47)
    gamma_d = 5e-5 * ae * power(f, 1.0 / 3.0)  # (51)
    theta = 1000.0 * d / ae + min(path.theta_t, 0.1 * path.dlt) + min(path.theta_r, 0.1 * path.dlr)  # (52)
    return A_f + gamma_d * theta  # (46), (50)


@jit()
def ducting_db(
    f: float, d: float, p: float, hts: float, hrs: float, ae: float, path: Horizons, climate: Climate
) -> float:
    """Ducting and layer-reflection loss not exceeded for p % of time, dB. P.1812-8 (46)-(56)."""
    coupling_db = ducting_coupling_db(f, d, hts, hrs, ae, path, climate)
    return coupling_db + ducting_in_time_db(d, p, ae, path, climate)


@jit()
def ducting_in_time_db(d: float, p: float, ae: float, path: Horizons, climate: Climate) -> float:
    """What ducting loses for p % of time beside its coupling, dB; from p = β₀ on not below 0. (53)-(56)."""
    alpha = max(-0.6 - 3.5e-9 * d**3.1 * inland_factor_tau(climate.dlm), -3.4)  # (55a)
    spread = 500.0 / ae * (d / (sqrt(path.hte) + sqrt(path.hre))) ** 2
    mu2 = min(spread**alpha, 1.0)  # (55)
    d_i = min(d - path.dlt - path.dlr, 40.0)  # (56a)
    mu3 = exp(-4.6e-5 * (path.hm - 10.0) * (43.0 + 6.0 * d_i)) if path.hm > 10.0 else 1.0  # (56)
    beta = climate.beta_0 * mu2 * mu3  # (54)
    log_beta = log10(beta)
    gamma = (
        1.076
        / (2.0058 - log_beta) ** 1.012
        * exp(-(9.51 - 4.8 * log_beta + 0.198 * log_beta**2) * 1e-6 * d**1.13)
    )  # (53a)
    return -12.0 + (1.2 + 3.7e-3 * d) * log10(p / beta) + 12.0 * (p / beta) ** gamma  # (53)


@jit()
def time_interpolation(p: float, beta_0: float) -> float:
    """Interpolation factor F_i between median and β0 % diffraction. P.1812-8 (40)."""
    if p <= beta_0:
        return 1.0  # (40b)
    return inverse_complementary_normal(p / 100.0) / inverse_complementary_normal(beta_0 / 100.0)  # (40a)


@jit()
def angular_interpolation(theta: float) -> float:
    """Interpolation factor F_j for the path's angular distance in mrad. P.1812-8 (57)."""
    return 1.0 - 0.5 * (1.0 + tanh(3.0 * 0.8 * (theta - 0.3) / 0.3))


@jit()
def distance_interpolation(d: float) -> float:
    """Interpolation factor F_k for the path length in km. P.1812-8 (58)."""
    return 1.0 - 0.5 * (1.0 + tanh(3.0 * 0.5 * (d - 20.0) / 20.0))


@jit()
def soft_maximum_db(a_db: float, b_db: float) -> float:
    """η ln(exp(a/η) + exp(b/η)) with η = 2.5, written so that no exponential overflows. P.1812-8 (60)."""
    return max(a_db, b_db) + 2.5 * log1p(exp(-abs(a_db - b_db) / 2.5))


@jit()
def parallel_db(a_db: float, b_db: float) -> float:
    """−5 log(10^(−0.2 a) + 10^(−0.2 b)): two mechanisms side by side. P.1812-8 (63)."""
    return min(a_db, b_db) - 5.0 / log(10.0) * log1p(10.0 ** (-0.2 * abs(a_db - b_db)))


class Combined(NamedTuple):
    """Losses on the way from single mechanisms to L_bc, dB, in P.1812's letters."""

    Lminbap: float
    Lbda: float
    Lbam: float
    Lbc: float


@jit()
def combined_db(
    Lbd: float, Lb0p: float, Lminb0p: float, Lba: float, Lbs: float, theta: float, d: float
) -> Combined:
    """Loss with every mechanism, from those of diffraction, line of sight, ducting and troposcatter.

    theta is the path's angular distance. P.1812-8 (60)-(63).
    """
    Lminbap = soft_maximum_db(Lba, Lb0p)  # (60)
    Lbda = Lbd if Lminbap > Lbd else Lminbap + (Lbd - Lminbap) * distance_interpolation(d)  # (61)
    Lbam = Lbda + (Lminb0p - Lbda) * angular_interpolation(theta)  # (62)
    return Combined(Lminbap, Lbda, Lbam, parallel_db(Lbs, Lbam))  # (63)
