"""Attenuation in vegetation, ITU-R P.833-10: one terminal in or behind woodland.

The excess over every other loss grows with the depth of trees crossed and levels off at A_m, when the wave
goes over or round them. Both numbers depend on species and leaf state, and the recommendation gives
measurements, not a law: three woods are offered below. None is a rubber or cashew plantation; the tropical
trees of Rio de Janeiro come nearest, and measured drives should replace them.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

import numpy as np

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.door import in_range, one_of


class Woodland(NamedTuple):
    """A measured wood: A_m = A_1 f^α with f in MHz, where it was measured, MHz."""

    A_1: float
    alpha: float
    low_mhz: float
    high_mhz: float


# P.833-10 §2.1: Rio de Janeiro (tropical trees in a park, 15 m high), Mulhouse, St Petersburg
# (mixed coniferous and deciduous forest, 16 m high)
WOODLANDS = {
    "tropical": Woodland(0.18, 0.752, 900.0, 1800.0),
    "temperate": Woodland(1.15, 0.43, 900.0, 2200.0),
    "mixed-forest": Woodland(1.37, 0.42, 105.9, 2117.5),
}

# Specific attenuation of woodland in leaf: Table 1 (St Petersburg), then the ends of Fig. 2 (vertical)
_FREQUENCY_MHZ = np.array([30.0, 105.9, 466.475, 949.0, 1852.2, 2117.5, 30_000.0])
_GAMMA_DB_M = np.array([0.02, 0.04, 0.12, 0.17, 0.30, 0.34, 6.0])


@jit()
def woodland_loss_db(depth_m: float, gamma_db_m: float, A_m: float) -> float:
    """Excess loss of `depth_m` of woodland, dB. P.833-10 (1)."""
    return A_m * (1.0 - exp(-depth_m * gamma_db_m / A_m))  # (1)


@jit()
def maximum_attenuation_db(frequency_mhz: float, A_1: float, alpha: float) -> float:
    """Attenuation A_m at which deep woodland levels off, dB. P.833-10 (2)."""
    return A_1 * frequency_mhz**alpha  # (2)


def specific_attenuation_db_m(frequency_mhz: float) -> float:
    """Specific attenuation of woodland in leaf, dB/m, logarithmic between points of Table 1 and Fig. 2."""
    f = in_range("frequency_mhz", frequency_mhz, 30.0, 30_000.0, "MHz")
    return float(np.exp(np.interp(log(f), np.log(_FREQUENCY_MHZ), np.log(_GAMMA_DB_M))))


def maximum_attenuation_of_db(woodland: str, frequency_mhz: float) -> float:
    """A_m of one of WOODLANDS, dB, held at the ends of the frequencies it was measured at."""
    wood = WOODLANDS[one_of("woodland", woodland, tuple(WOODLANDS))]
    f = min(max(float(frequency_mhz), wood.low_mhz), wood.high_mhz)
    return float(maximum_attenuation_db(f, wood.A_1, wood.alpha))


def vegetation_loss(depth_m: float, *, frequency_mhz: float, woodland: str = "tropical") -> float:
    """Excess loss of a terminal behind `depth_m` of trees, dB.

    depth_m 0-10 000; frequency_mhz 30-30 000; woodland "tropical", "temperate" or "mixed-forest"; beyond
    the frequencies a wood was measured at, its A_m is held at the nearer of them. Raises ValueError outside.
    ITU-R P.833-10 §2.1.
    """
    depth = in_range("depth_m", depth_m, 0.0, 10_000.0, "m")
    gamma = specific_attenuation_db_m(frequency_mhz)
    return woodland_loss_db(depth, gamma, maximum_attenuation_of_db(woodland, frequency_mhz))
