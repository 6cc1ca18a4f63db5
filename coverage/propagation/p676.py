"""Attenuation by oxygen and water vapour, ITU-R P.676-13 Annex 1 (line by line)."""

from __future__ import annotations

from math import exp, sqrt
from typing import NamedTuple

from phusong.coverage.compiled import jit
from phusong.coverage.propagation import radioclimate
from phusong.coverage.propagation.door import in_range
from phusong.coverage.propagation.p676_lines import OXYGEN, WATER_VAPOUR


class GasAttenuation(NamedTuple):
    """Specific attenuation by oxygen (with nitrogen's continuum) and by water vapour, dB/km."""

    gamma_o: float
    gamma_w: float


@jit()
def specific_attenuation(f: float, p: float, rho: float, T: float) -> GasAttenuation:
    """Specific attenuation, dB/km: f GHz, dry-air pressure p hPa, vapour rho g/m³, T K. P.676-13 (1)-(9)."""
    e = rho * T / 216.7  # (4)
    theta = 300.0 / T
    N_o = _dry_continuum(f, p, e, theta)
    for i in range(OXYGEN.shape[0]):
        f0, a1, a2, a3, a4, a5, a6 = (
            OXYGEN[i, 0], OXYGEN[i, 1], OXYGEN[i, 2], OXYGEN[i, 3], OXYGEN[i, 4], OXYGEN[i, 5], OXYGEN[i, 6],
        )  # fmt: skip
        S = a1 * 1e-7 * p * theta**3 * exp(a2 * (1.0 - theta))  # (3)
        width = a3 * 1e-4 * (p * theta ** (0.8 - a4) + 1.1 * e * theta)  # (6a)
        width = sqrt(width * width + 2.25e-6)  # (6b), Zeeman splitting
        delta = (a5 + a6 * theta) * 1e-4 * (p + e) * theta**0.8  # (7)
        N_o += S * _line_shape(f, f0, width, delta)
    N_w = 0.0
    for i in range(WATER_VAPOUR.shape[0]):
        f0, b1, b2, b3, b4, b5, b6 = (
            WATER_VAPOUR[i, 0], WATER_VAPOUR[i, 1], WATER_VAPOUR[i, 2], WATER_VAPOUR[i, 3],
            WATER_VAPOUR[i, 4], WATER_VAPOUR[i, 5], WATER_VAPOUR[i, 6],
        )  # fmt: skip
        S = b1 * 1e-1 * e * theta**3.5 * exp(b2 * (1.0 - theta))  # (3)
        width = b3 * 1e-4 * (p * theta**b4 + b5 * e * theta**b6)  # (6a)
        width = 0.535 * width + sqrt(0.217 * width * width + 2.1316e-12 * f0 * f0 / theta)  # (6b), Doppler
        N_w += S * _line_shape(f, f0, width, 0.0)
    return GasAttenuation(0.1820 * f * N_o, 0.1820 * f * N_w)  # (1), (2)


@jit()
def _line_shape(f: float, f0: float, width: float, delta: float) -> float:
    # (5)
    below, above = f0 - f, f0 + f
    near = (width - delta * below) / (below * below + width * width)
    far = (width - delta * above) / (above * above + width * width)
    return f / f0 * (near + far)


@jit()
def _dry_continuum(f: float, p: float, e: float, theta: float) -> float:
    d = 5.6e-4 * (p + e) * theta**0.8  # (9)
    debye = 6.14e-5 / (d * (1.0 + (f / d) ** 2))
    nitrogen = 1.4e-12 * p * theta**1.5 / (1.0 + 1.9e-5 * f**1.5)
    return f * p * theta * theta * (debye + nitrogen)  # (8)


def gaseous_attenuation(
    distance_km: float,
    *,
    frequency_mhz: float,
    dry_pressure_hpa: float = radioclimate.DRY_PRESSURE_HPA,
    water_vapour_g_m3: float = radioclimate.WATER_VAPOUR_G_M3,
    temperature_k: float = radioclimate.TEMPERATURE_K,
) -> dict[str, float]:
    """Attenuation of a terrestrial path by gases, dB, with both specific attenuations in dB/km.

    distance_km 0-1000; frequency_mhz 1000-1 000 000; dry_pressure_hpa 300-1100, without
    the vapour's own; water_vapour_g_m3 0-60; temperature_k 230-330. The defaults are the province's.
    Raises ValueError outside. ITU-R P.676-13 Annex 1 and §2.1 (10).
    """
    d = in_range("distance_km", distance_km, 0.0, 1000.0, "km")
    f = in_range("frequency_mhz", frequency_mhz, 1e3, 1e6, "MHz") * 1e-3
    p = in_range("dry_pressure_hpa", dry_pressure_hpa, 300.0, 1100.0, "hPa")
    rho = in_range("water_vapour_g_m3", water_vapour_g_m3, 0.0, 60.0, "g/m³")
    gases = specific_attenuation(f, p, rho, in_range("temperature_k", temperature_k, 230.0, 330.0, "K"))
    return {
        "gamma_o": float(gases.gamma_o),
        "gamma_w": float(gases.gamma_w),
        "A": float((gases.gamma_o + gases.gamma_w) * d),
    }
