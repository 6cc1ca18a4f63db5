"""Kun's model for suburbs at 2.6 GHz: K. Sun, P. Wang, Y. Li, Proc. ISAPE 2008, pp. 777-780."""

from __future__ import annotations

from math import log10

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.door import in_range


@jit()
def kun_2600_db(d: float) -> float:
    """Median loss, dB, for m between the antennas."""
    return 36.0 + 26.0 * log10(d)


def kun_2600(*, frequency_mhz: float, distance_km: float) -> float:
    """Median basic transmission loss, dB: 2500 to 2690 MHz, 0.05 to 5 km. Raises ValueError outside."""
    in_range("frequency_mhz", frequency_mhz, 2500.0, 2690.0, "MHz")
    return kun_2600_db(1000.0 * in_range("distance_km", distance_km, 0.05, 5.0, "km"))
