"""Attenuation of sound outdoors, ISO 9613-1:1993 (air) and ISO 9613-2:1996 (distance, ground, foliage).

Octave bands, in this order everywhere: 63, 125, 250, 500, 1000, 2000, 4000, 8000 Hz; every function's last
axis. ISO 9613-2 predicts downwind levels (a moderate inversion counts as downwind) up to 1 km within ±3 dB.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

BANDS_HZ = np.array([63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0])
_MIDBANDS_HZ = 1000.0 * 10.0 ** (0.3 * np.arange(-4.0, 4.0))  # exact midbands, ISO 9613-1 §5
A_WEIGHT_DB = np.array([-26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1])  # IEC 61672-1

_REFERENCE_KPA = 101.325
_T0_K, _T01_K = 293.15, 273.16
# Table A.1, dense foliage: dB for 10 to 20 m, then dB per metre for 20 to 200 m
_FOLIAGE_SHORT_DB = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0])
_FOLIAGE_DB_PER_M = np.array([0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.09, 0.12])


def air_absorption_db_per_km(
    temperature_c: float, humidity_percent: float, pressure_kpa: float = _REFERENCE_KPA
) -> NDArray[np.float64]:
    """Atmospheric absorption of each octave band in dB/km, shape (8,), ISO 9613-1 (3) to (5) and Annex B.

    Valid for -20 to +50 °C and 10 to 100 % relative humidity. Raises ValueError outside.
    """
    if not -20.0 <= temperature_c <= 50.0:
        raise ValueError(f"temperature_c must lie between -20 and 50, not {temperature_c}")
    if not 10.0 <= humidity_percent <= 100.0:
        raise ValueError(f"humidity_percent must lie between 10 and 100, not {humidity_percent}")
    if not 50.0 <= pressure_kpa <= 120.0:
        raise ValueError(f"pressure_kpa must lie between 50 and 120, not {pressure_kpa}")
    T = temperature_c + 273.15
    p = pressure_kpa / _REFERENCE_KPA
    t = T / _T0_K
    C = -6.8346 * (_T01_K / T) ** 1.261 + 4.6151  # (B.3)
    h = humidity_percent * 10.0**C / p  # (B.1), (B.2)
    f_rO = p * (24.0 + 4.04e4 * h * (0.02 + h) / (0.391 + h))  # (3)
    f_rN = p * t**-0.5 * (9.0 + 280.0 * h * np.exp(-4.170 * (t ** (-1.0 / 3.0) - 1.0)))  # (4)
    f2 = _MIDBANDS_HZ**2
    vibration = 0.01275 * np.exp(-2239.1 / T) / (f_rO + f2 / f_rO)
    vibration = vibration + 0.1068 * np.exp(-3352.0 / T) / (f_rN + f2 / f_rN)
    alpha = 8.686 * f2 * (1.84e-11 / p * t**0.5 + t**-2.5 * vibration)  # (5), dB/m
    return np.asarray(alpha * 1000.0, dtype=np.float64)


def divergence_db(distance_m: ArrayLike) -> NDArray[np.float64]:
    """A_div in dB for each distance from a point source, ISO 9613-2 (7). Distances under 1 m count as 1 m."""
    d = np.maximum(np.asarray(distance_m, dtype=np.float64), 1.0)
    return np.asarray(20.0 * np.log10(d) + 11.0)


def ground_db(
    distance_m: ArrayLike, source_height_m: float, receiver_height_m: float, ground_factor: ArrayLike
) -> NDArray[np.float64]:
    """A_gr in dB, shape (..., 8), ISO 9613-2 Table 3 with one ground for the whole path.

    `distance_m` is d_p, along the ground. `ground_factor` G: 0 hard (paved, water) to 1 porous (grass, trees,
    farmland), broadcast with the distance. Raises ValueError for G outside 0 to 1 or a height below 0.
    """
    G = np.asarray(ground_factor, dtype=np.float64)
    if not ((G >= 0.0) & (G <= 1.0)).all():
        raise ValueError("ground_factor G must lie between 0 (hard) and 1 (porous)")
    if source_height_m < 0.0 or receiver_height_m < 0.0:
        raise ValueError("heights above ground must not be negative")
    d, G = np.broadcast_arrays(np.asarray(distance_m, dtype=np.float64), G)
    total = _end_region(d, source_height_m, G) + _end_region(d, receiver_height_m, G)
    reach = 30.0 * (source_height_m + receiver_height_m)
    q = np.where(d > reach, 1.0 - reach / np.maximum(d, 1e-9), 0.0)
    total[..., 0] += -3.0 * q
    total[..., 1:] += (-3.0 * q * (1.0 - G))[..., None]
    return total


def _end_region(d: NDArray[np.float64], h: float, G: NDArray[np.float64]) -> NDArray[np.float64]:
    """A_s or A_r of Table 3, shape (..., 8)."""
    near = 1.0 - np.exp(-d / 50.0)
    a = (
        1.5
        + 3.0 * np.exp(-0.12 * (h - 5.0) ** 2) * near
        + 5.7 * np.exp(-0.09 * h**2) * (1.0 - np.exp(-2.8e-6 * d**2))
    )
    b = 1.5 + 8.6 * np.exp(-0.09 * h**2) * near
    c = 1.5 + 14.0 * np.exp(-0.46 * h**2) * near
    e = 1.5 + 5.0 * np.exp(-0.9 * h**2) * near
    region = np.empty((*d.shape, 8))
    region[..., 0] = -1.5
    for band, function in enumerate((a, b, c, e), start=1):
        region[..., band] = -1.5 + G * function
    region[..., 5:] = (-1.5 * (1.0 - G))[..., None]
    return region


def foliage_db(foliage_m: ArrayLike) -> NDArray[np.float64]:
    """A_fol in dB, shape (..., 8), of a path with `foliage_m` metres through dense foliage, Table A.1.

    Dense means that one cannot see through it over that distance. Beyond 200 m the value of 200 m holds.
    """
    d = np.asarray(foliage_m, dtype=np.float64)[..., None]
    per_metre = np.minimum(d, 200.0) * _FOLIAGE_DB_PER_M
    return np.asarray(np.where(d < 10.0, 0.0, np.where(d < 20.0, _FOLIAGE_SHORT_DB, per_metre)))


def a_weighted_db(levels_db: ArrayLike) -> NDArray[np.float64]:
    """The A-weighted total in dB(A) of octave-band levels (last axis), ISO 9613-2 (5)."""
    weighted = np.asarray(levels_db, dtype=np.float64) + A_WEIGHT_DB
    return np.asarray(10.0 * np.log10(np.sum(10.0 ** (weighted / 10.0), axis=-1)))
