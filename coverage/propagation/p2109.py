"""Building entry loss, ITU-R P.2109-2.

The loss of a building drawn at random from all of one kind is the power sum of two lognormal variables and a
floor of −3 dB; the coefficients are those of Table 1.
"""

from __future__ import annotations

from math import log10
from typing import NamedTuple

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.choices import P2109_BUILDINGS
from phusong.coverage.propagation.door import in_range, one_of
from phusong.coverage.propagation.normal import inverse_normal

TRADITIONAL, THERMALLY_EFFICIENT = 1, 2
BUILDINGS = P2109_BUILDINGS

# Table 1: r, s, t, u, v, w, x, y, z
_TRADITIONAL = (12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0)
_THERMALLY_EFFICIENT = (28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1)


class Parts(NamedTuple):
    """The two lognormal terms of (1), dB: what each gives at the probability, its median and deviation."""

    A: float
    B: float
    mu_1: float
    mu_2: float
    sigma_1: float
    sigma_2: float
    L_h: float
    L_e: float


@jit()
def parts(f_ghz: float, probability: float, building: int, elevation_deg: float) -> Parts:
    """The terms whose power sum is the loss, dB; probability 0 to 1. P.2109-2 (2)-(10)."""
    r, s, t, u, v, w, x, y, z = _TRADITIONAL if building == TRADITIONAL else _THERMALLY_EFFICIENT
    log_f = log10(f_ghz)
    L_h = r + s * log_f + t * log_f**2  # (9)
    L_e = 0.212 * abs(elevation_deg)  # (10)
    mu_1 = L_h + L_e  # (5)
    mu_2 = w + x * log_f  # (6)
    sigma_1 = u + v * log_f  # (7)
    sigma_2 = y + z * log_f  # (8)
    quantile = inverse_normal(probability)
    A = quantile * sigma_1 + mu_1  # (2)
    B = quantile * sigma_2 + mu_2  # (3)
    return Parts(A, B, mu_1, mu_2, sigma_1, sigma_2, L_h, L_e)


@jit()
def building_entry_loss_db(f_ghz: float, probability: float, building: int, elevation_deg: float) -> float:
    """Loss not exceeded with `probability` (0 to 1) for one kind of building, dB. P.2109-2 (1), (4)."""
    two = parts(f_ghz, probability, building, elevation_deg)
    return 10.0 * log10(10.0 ** (0.1 * two.A) + 10.0 ** (0.1 * two.B) + 10.0**-0.3)  # (1), (4)


def building_entry_loss(
    *, frequency_mhz: float, probability_percent: float = 50.0, building: str, elevation_deg: float = 0.0
) -> float:
    """Building entry loss not exceeded with a probability, dB.

    frequency_mhz 80-100 000, probability_percent 0.000001 to 99.999999, building
    "traditional" or "thermally-efficient", elevation_deg of the path at the façade −90 … 90. Raises
    ValueError outside. ITU-R P.2109-2.
    """
    f_ghz = in_range("frequency_mhz", frequency_mhz, 80.0, 100_000.0, "MHz") * 1e-3
    p = in_range("probability_percent", probability_percent, 1e-6, 100.0 - 1e-6, "%") / 100.0
    elevation = in_range("elevation_deg", elevation_deg, -90.0, 90.0, "°")
    kind = BUILDINGS.index(one_of("building", building, BUILDINGS)) + 1
    return building_entry_loss_db(f_ghz, p, kind, elevation)
