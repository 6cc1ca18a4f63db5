"""Variability in time, location and situation in the Irregular Terrain Model, dB.

Sources: [Alg] is G. A. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: The Algorithm" (NTIA/ITS,
1995), section 5; the climates' curves are its fit to those of NBS Technical Note 101.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.itm_diffraction import WAVE_MHZ_M, roughness_m

SINGLE_MESSAGE, INDIVIDUAL, MOBILE, BROADCAST = 0, 1, 2, 3

# One row a climate: 1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert,
# 5 continental temperate, 6 maritime temperate over land, 7 maritime temperate over sea.
# Columns of a curve [Alg 5.5]: c_1 and c_2 in dB, x_1, x_2 and x_3 in km.
_MEDIAN = np.array(
    [
        (-9.67, 12.7, 144.9, 190.3, 133.8),
        (-0.62, 9.19, 228.9, 205.2, 143.6),
        (1.26, 15.5, 262.6, 185.2, 99.8),
        (-9.21, 9.05, 84.1, 101.1, 98.6),
        (-0.62, 9.19, 228.9, 205.2, 143.6),
        (-0.39, 2.86, 141.7, 315.9, 167.4),
        (3.15, 857.9, 2222.0, 164.8, 116.3),
    ]
)
_LOW_SIDE = np.array(  # sigma_T-, time below the median of exceedance
    [
        (2.13, 159.5, 762.2, 123.6, 94.5),
        (2.66, 7.67, 100.4, 172.5, 136.4),
        (6.11, 6.65, 138.2, 242.2, 178.6),
        (1.98, 13.11, 139.1, 132.7, 193.5),
        (2.68, 7.16, 93.7, 186.8, 133.5),
        (6.86, 10.38, 187.8, 169.6, 108.9),
        (8.51, 169.8, 609.8, 119.9, 106.6),
    ]
)
_HIGH_SIDE = np.array(  # sigma_T+
    [
        (2.11, 102.3, 636.9, 134.8, 95.6),
        (6.87, 15.53, 138.7, 143.7, 98.6),
        (10.08, 9.60, 165.3, 225.7, 129.7),
        (3.68, 159.3, 464.4, 93.1, 94.2),
        (4.75, 8.12, 93.2, 135.9, 113.4),
        (8.58, 13.97, 216.0, 152.0, 122.7),
        (8.43, 8.19, 136.2, 188.5, 122.9),
    ]
)
# Columns: C_D and z_D of ducting [Alg table 5.1]; below b_1, b_2, b_3 of the frequency factors g- and g+
_DUCTING = np.array(
    [
        (1.224, 1.282),
        (0.801, 2.161),
        (1.380, 1.282),
        (1.000, 20.0),
        (1.224, 1.282),
        (1.518, 1.282),
        (1.518, 1.282),
    ]
)
_PLAIN = (1.0, 0.0, 0.0)
_G_LOW = np.array([_PLAIN, _PLAIN, _PLAIN, _PLAIN, (0.92, 0.25, 1.77), _PLAIN, _PLAIN])
_G_HIGH = np.array(
    [_PLAIN, (0.93, 0.31, 2.00), _PLAIN, (0.93, 0.19, 1.79), (0.93, 0.31, 2.00), _PLAIN, _PLAIN]
)


class Quantiles(NamedTuple):
    """Standard normal deviates of time, location and situation, and how they are mixed."""

    z_T: float
    z_L: float
    z_S: float
    mode: int  # SINGLE_MESSAGE, INDIVIDUAL, MOBILE or BROADCAST
    no_location: bool  # location variability left out, as between two fixed, well-sited ends
    no_situation: bool  # situation variability left out, as for an interference problem


@jit()
def deviate(q: float) -> float:
    """Standard normal deviate exceeded with probability q, 0 < q < 1 (Abramowitz and Stegun 26.2.23)."""
    t = math.sqrt(-2.0 * math.log(min(q, 1.0 - q)))
    top = (0.010328 * t + 0.802853) * t + 2.515516  # the digits of ITM, not 2.515517
    z = t - top / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return -z if q > 0.5 else z


@jit()
def _curve(c: np.ndarray, d_km: float) -> float:
    """A climate's curve at an effective distance in km, dB [Alg 5.5]."""
    x = (d_km / c[2]) ** 2
    return (c[0] + c[1] / (1.0 + ((d_km - c[3]) / c[4]) ** 2)) * x / (1.0 + x)


@jit()
def _g(b: np.ndarray, q: float) -> float:
    """Frequency factor of the time variability [Alg 5.6]."""
    return b[0] + b[1] / ((b[2] * q) ** 2 + 1.0)


@jit()
def _time_deviation_db(z_T: float, d_e_km: float, climate: int, k: float) -> float:
    """sigma_T on the side of the median where z_T lies, dB [Alg 5.6 to 5.8]."""
    q = math.log(0.133 * k)
    i = climate - 1
    if z_T < 0.0:
        return _curve(_LOW_SIDE[i], d_e_km) * _g(_G_LOW[i], q)
    high = _curve(_HIGH_SIDE[i], d_e_km) * _g(_G_HIGH[i], q)
    z_D = _DUCTING[i, 1]
    if z_T <= z_D:
        return high
    ducting = high * _DUCTING[i, 0]
    return ducting + (high - ducting) * z_D / z_T


@jit()
def attenuation_at_quantile_db(
    A_ref: float,
    d: float,
    h_e1: float,
    h_e2: float,
    delta_h: float,
    f: float,
    climate: int,
    wanted: Quantiles,
) -> float:
    """Attenuation relative to free space not exceeded at the wanted quantiles, dB [Alg 5]."""
    k = f / WAVE_MHZ_M
    # effective distance [Alg 5.3]
    d_ex = math.sqrt(18e6 * h_e1) + math.sqrt(18e6 * h_e2) + (575.7e12 / k) ** (1.0 / 3.0)
    d_e = 130e3 * d / d_ex if d < d_ex else 130e3 + d - d_ex
    median = _curve(_MEDIAN[climate - 1], d_e / 1e3)
    z_T, z_L, z_S = wanted.z_T, wanted.z_L, wanted.z_S
    if wanted.mode == SINGLE_MESSAGE:
        z_T = z_L = z_S
    elif wanted.mode == INDIVIDUAL:
        z_L = z_S
    elif wanted.mode == MOBILE:
        z_L = z_T
    sigma_T = _time_deviation_db(z_T, d_e / 1e3, climate, k)
    rough = k * roughness_m(d, delta_h)
    sigma_L = 0.0 if wanted.no_location else 10.0 * rough / (rough + 13.0)  # [Alg 5.9]
    sigma_S = 0.0 if wanted.no_situation else 5.0 + 3.0 * math.exp(-d_e / 100e3)  # [Alg 5.10]
    Y_T, Y_L = sigma_T * z_T, sigma_L * z_L
    spread = sigma_S**2 + Y_T**2 / (7.8 + z_S**2) + Y_L**2 / (24.0 + z_S**2)  # [Alg 5.11]
    if wanted.mode == SINGLE_MESSAGE:
        Y, sigma = 0.0, math.sqrt(sigma_T**2 + sigma_L**2 + spread)
    elif wanted.mode == INDIVIDUAL:
        Y, sigma = Y_T, math.sqrt(sigma_L**2 + spread)
    elif wanted.mode == MOBILE:
        Y, sigma = math.sqrt(sigma_T**2 + sigma_L**2) * z_T, math.sqrt(spread)
    else:
        Y, sigma = Y_T + Y_L, math.sqrt(spread)
    A = A_ref - median - Y - sigma * z_S
    if A < 0.0:  # no more than some dB of gain over free space [Alg 5.2]
        A *= (29.0 - A) / (29.0 - 10.0 * A)
    return A
