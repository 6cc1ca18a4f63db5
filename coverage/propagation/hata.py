"""Okumura-Hata and COST 231-Hata: median loss from closed formulas, no terrain.

[Hata] is M. Hata, "Empirical formula for propagation loss in land mobile radio services", IEEE Transactions
on Vehicular Technology VT-29 (1980); [COST] is COST Action 231, final report (1999), section 4.4.1.
"""

from __future__ import annotations

import math

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.choices import HATA_ENVIRONMENTS
from phusong.coverage.propagation.door import in_range, one_of

ENVIRONMENTS = HATA_ENVIRONMENTS
URBAN, SUBURBAN, OPEN = 0, 1, 2


@jit()
def mobile_gain_db(f: float, h_m: float, large_city: bool) -> float:
    """Correction a(h_m) for the height of the mobile, dB; MHz, m."""
    if not large_city:
        return (1.1 * math.log10(f) - 0.7) * h_m - (1.56 * math.log10(f) - 0.8)  # [Hata 14]
    if f < 300.0:  # published for f ≤ 200 and f ≥ 400 MHz: the change is set halfway
        return 8.29 * math.log10(1.54 * h_m) ** 2 - 1.1  # [Hata 15]
    return 3.2 * math.log10(11.75 * h_m) ** 2 - 4.97  # [Hata 16]


@jit()
def okumura_hata_db(f: float, h_b: float, h_m: float, d: float, environment: int, large_city: bool) -> float:
    """Median loss, dB, for MHz, m, m, km [Hata 13, 18, 20]."""
    lg_f, lg_h = math.log10(f), math.log10(h_b)
    L = 69.55 + 26.16 * lg_f - 13.82 * lg_h - mobile_gain_db(f, h_m, large_city)
    L += (44.9 - 6.55 * lg_h) * math.log10(d)
    if environment == SUBURBAN:
        L -= 2.0 * math.log10(f / 28.0) ** 2 + 5.4
    elif environment == OPEN:
        L -= 4.78 * lg_f**2 - 18.33 * lg_f + 40.94
    return L


@jit()
def cost231_hata_db(f: float, h_b: float, h_m: float, d: float, large_city: bool) -> float:
    """Median loss, dB, for MHz, m, m, km [COST 4.4.3]; `large_city` adds 3 dB and Hata's own correction."""
    lg_h = math.log10(h_b)
    L = 46.3 + 33.9 * math.log10(f) - 13.82 * lg_h - mobile_gain_db(f, h_m, large_city)
    return L + (44.9 - 6.55 * lg_h) * math.log10(d) + (3.0 if large_city else 0.0)


def okumura_hata(
    *,
    frequency_mhz: float,
    base_height_m: float,
    mobile_height_m: float,
    distance_km: float,
    environment: str = "urban",
    large_city: bool = False,
) -> float:
    """Median basic transmission loss, dB.

    150 to 1500 MHz, base 30 to 200 m, mobile 1 to 10 m, 1 to 20 km; environment "urban", "suburban" or
    "open". Raises ValueError outside. Hata (1980).
    """
    return okumura_hata_db(
        in_range("frequency_mhz", frequency_mhz, 150.0, 1500.0, "MHz"),
        in_range("base_height_m", base_height_m, 30.0, 200.0, "m"),
        in_range("mobile_height_m", mobile_height_m, 1.0, 10.0, "m"),
        in_range("distance_km", distance_km, 1.0, 20.0, "km"),
        ENVIRONMENTS.index(one_of("environment", environment, ENVIRONMENTS)),
        large_city,
    )


def cost231_hata(
    *,
    frequency_mhz: float,
    base_height_m: float,
    mobile_height_m: float,
    distance_km: float,
    large_city: bool = False,
) -> float:
    """Median basic transmission loss in towns and suburbs, dB.

    1500 to 2000 MHz, base 30 to 200 m, mobile 1 to 10 m, 1 to 20 km. Raises ValueError outside. COST 231
    (1999); its one formula covers medium towns and suburbs, `large_city` a metropolitan centre.
    """
    return cost231_hata_db(
        in_range("frequency_mhz", frequency_mhz, 1500.0, 2000.0, "MHz"),
        in_range("base_height_m", base_height_m, 30.0, 200.0, "m"),
        in_range("mobile_height_m", mobile_height_m, 1.0, 10.0, "m"),
        in_range("distance_km", distance_km, 1.0, 20.0, "km"),
        large_city,
    )
