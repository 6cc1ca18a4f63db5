"""Specific attenuation of rain, ITU-R P.838-3."""

from __future__ import annotations

from math import cos, exp, log10, pi
from typing import NamedTuple

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.door import in_range

# Tables 1-4: (a_j, b_j, c_j) …, then m and c
_K_H = (
    (-5.33980, -0.10008, 1.13098),
    (-0.35351, 1.26970, 0.45400),
    (-0.23789, 0.86036, 0.15354),
    (-0.94158, 0.64552, 0.16817),
)
_K_V = (
    (-3.80595, 0.56934, 0.81061),
    (-3.44965, -0.22911, 0.51059),
    (-0.39902, 0.73042, 0.11899),
    (0.50167, 1.07319, 0.27195),
)
_ALPHA_H = (
    (-0.14318, 1.82442, -0.55187),
    (0.29591, 0.77564, 0.19822),
    (0.32177, 0.63773, 0.13164),
    (-5.37610, -0.96230, 1.47828),
    (16.1721, -3.29980, 3.43990),
)
_ALPHA_V = (
    (-0.07771, 2.33840, -0.76284),
    (0.56727, 0.95545, 0.54039),
    (-0.20238, 1.14520, 0.26809),
    (-48.2991, 0.791669, 0.116226),
    (48.5833, 0.791459, 0.116479),
)


class RainCoefficients(NamedTuple):
    """k and α of γ_R = k R^α for one frequency, polarization and path elevation."""

    k: float
    alpha: float


@jit()
def _sum_of_bells(log_f: float, terms: tuple[tuple[float, float, float], ...]) -> float:
    total = 0.0
    for a, b, c in terms:
        total += a * exp(-(((log_f - b) / c) ** 2))
    return total


@jit()
def rain_coefficients(f: float, elevation_rad: float, tilt_rad: float) -> RainCoefficients:
    """k and α for f GHz; `tilt_rad` 0 is horizontal, π/2 vertical, π/4 circular. P.838-3 (2)-(5)."""
    log_f = log10(f)
    k_H = 10.0 ** (_sum_of_bells(log_f, _K_H) - 0.18961 * log_f + 0.71147)  # (2)
    k_V = 10.0 ** (_sum_of_bells(log_f, _K_V) - 0.16398 * log_f + 0.63297)
    a_H = _sum_of_bells(log_f, _ALPHA_H) + 0.67849 * log_f - 1.95537  # (3)
    a_V = _sum_of_bells(log_f, _ALPHA_V) - 0.053739 * log_f + 0.83433
    mix = cos(elevation_rad) ** 2 * cos(2.0 * tilt_rad)
    k = (k_H + k_V + (k_H - k_V) * mix) / 2.0  # (4)
    alpha = (k_H * a_H + k_V * a_V + (k_H * a_H - k_V * a_V) * mix) / (2.0 * k)  # (5)
    return RainCoefficients(k, alpha)


@jit()
def specific_attenuation_db_km(f: float, rain_mm_h: float, elevation_rad: float, tilt_rad: float) -> float:
    """Attenuation of rain of `rain_mm_h` at f GHz, dB/km. P.838-3 (1)."""
    c = rain_coefficients(f, elevation_rad, tilt_rad)
    return c.k * rain_mm_h**c.alpha  # (1)


def rain_attenuation(
    rain_mm_h: float, *, frequency_mhz: float, tilt_deg: float = 90.0, elevation_deg: float = 0.0
) -> float:
    """Specific attenuation of rain, dB/km.

    rain_mm_h 0-300; frequency_mhz 1000-1 000 000; tilt_deg of the polarization, 0 horizontal to 90 vertical;
    elevation_deg of the path −90 … 90. Raises ValueError outside. ITU-R P.838-3.
    """
    return specific_attenuation_db_km(
        in_range("frequency_mhz", frequency_mhz, 1e3, 1e6, "MHz") * 1e-3,
        in_range("rain_mm_h", rain_mm_h, 0.0, 300.0, "mm/h"),
        in_range("elevation_deg", elevation_deg, -90.0, 90.0, "°") * pi / 180.0,
        in_range("tilt_deg", tilt_deg, 0.0, 90.0, "°") * pi / 180.0,
    )
