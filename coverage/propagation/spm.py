"""Standard propagation model: seven free coefficients over Hata's terms, made to be fitted to measurements.

L = K1 + K2 lg d + K3 lg H + K4 D + K5 lg d lg H + K6 h + K7 lg h, with d in metres, H the effective height of
the transmitter, D the diffraction loss along the profile and h the height of the receiver. It is linear in
K1 … K7, so that calibration is a least-squares fit over `terms`. The form is the planning tools' common one;
the default coefficients are COST 231-Hata for a medium town at 1800 MHz and 1.5 m.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.door import in_range
from phusong.coverage.propagation.hata import mobile_gain_db

Terms = tuple[float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class SpmCoefficients:
    """K1 … K7 of the model, dB per unit of their term."""

    k1: float = 46.3 + 33.9 * math.log10(1800.0) - 3 * 44.9 - float(mobile_gain_db(1800.0, 1.5, False))
    k2: float = 44.9
    k3: float = -13.82 + 3 * 6.55  # Hata's terms with d in metres
    k4: float = 1.0
    k5: float = -6.55
    k6: float = 0.0
    k7: float = 0.0

    def as_tuple(self) -> Terms:
        """K1 … K7 in order, as the compiled functions take them."""
        k1, k2, k3, k4, k5, k6, k7 = (float(value) for value in astuple(self))
        return k1, k2, k3, k4, k5, k6, k7

    def __post_init__(self) -> None:
        for name, value in zip(self.__slots__, self.as_tuple(), strict=True):
            in_range(name, value, -1e4, 1e4)


@jit()
def terms(d_m: float, H: float, D: float, h: float) -> Terms:
    """What each coefficient is multiplied by; m, m, dB, m."""
    lg_d, lg_H = math.log10(d_m), math.log10(H)
    return 1.0, lg_d, lg_H, D, lg_d * lg_H, h, math.log10(h)


@jit()
def spm_db(d_m: float, H: float, D: float, h: float, K: Terms) -> float:
    """Loss, dB; m, m, dB, m."""
    total = 0.0
    for k, term in zip(K, terms(d_m, H, D, h)):  # noqa: B905 - the compiler knows no strict
        total += k * term
    return total


def spm(
    *,
    distance_km: float,
    tx_effective_height_m: float,
    rx_height_m: float,
    diffraction_db: float = 0.0,
    coefficients: SpmCoefficients = SpmCoefficients(),
) -> float:
    """Median basic transmission loss, dB.

    0.02 to 100 km, heights 1 to 3000 m and 0.5 to 100 m, diffraction loss 0 to 300 dB. The coefficients are
    valid where they were fitted. Raises ValueError outside.
    """
    return spm_db(
        1000.0 * in_range("distance_km", distance_km, 0.02, 100.0, "km"),
        in_range("tx_effective_height_m", tx_effective_height_m, 1.0, 3000.0, "m"),
        in_range("diffraction_db", diffraction_db, 0.0, 300.0, "dB"),
        in_range("rx_height_m", rx_height_m, 0.5, 100.0, "m"),
        coefficients.as_tuple(),
    )
