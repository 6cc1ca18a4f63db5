"""Stanford University Interim (SUI) model, IEEE 802.16.3c-01/29r4 (2001), after Erceg et al. (1999).

Suburban and rural macrocells in three kinds of terrain, fitted at 1.9 GHz and carried to 3.5 GHz by the
report's own corrections.
"""

from __future__ import annotations

import math

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.choices import SUI_TERRAINS
from phusong.coverage.propagation.door import in_range, one_of
from phusong.coverage.propagation.p525 import free_space_loss_db

TERRAINS = SUI_TERRAINS
_ABC = ((4.6, 0.0075, 12.6), (4.0, 0.0065, 17.1), (3.6, 0.005, 20.0))  # table 1: a, b in 1/m, c in m


@jit()
def sui_db(f: float, h_b: float, h_m: float, d: float, terrain: int) -> float:
    """Median loss, dB, for MHz, m, m, km; terrain 0, 1, 2 for A, B, C."""
    a, b, c = _ABC[terrain]
    gamma = a - b * h_b + c / h_b
    A = free_space_loss_db(0.1, f)  # at d_0 = 100 m
    X_f = 6.0 * math.log10(f / 2000.0)
    X_h = (-20.0 if terrain == 2 else -10.8) * math.log10(h_m / 2.0)
    return A + 10.0 * gamma * math.log10(d / 0.1) + X_f + X_h


def sui(
    *,
    frequency_mhz: float,
    base_height_m: float,
    mobile_height_m: float,
    distance_km: float,
    terrain: str = "B",
) -> float:
    """Median basic transmission loss, dB.

    1900 to 3500 MHz, base 10 to 80 m, terminal 2 to 10 m, 0.1 to 8 km; terrain "A" (hilly, many trees), "B"
    or "C" (flat, few trees). Raises ValueError outside.
    """
    return sui_db(
        in_range("frequency_mhz", frequency_mhz, 1900.0, 3500.0, "MHz"),
        in_range("base_height_m", base_height_m, 10.0, 80.0, "m"),
        in_range("mobile_height_m", mobile_height_m, 2.0, 10.0, "m"),
        in_range("distance_km", distance_km, 0.1, 8.0, "km"),
        TERRAINS.index(one_of("terrain", terrain, TERRAINS)),
    )
