"""ECC-33 path loss, ECC Report 33 (2003): Okumura's curves refitted for fixed access at 3.4-3.8 GHz."""

from __future__ import annotations

import math

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.door import in_range


@jit()
def ecc33_db(f: float, h_b: float, h_m: float, d: float, large_city: bool) -> float:
    """Median loss, dB, for GHz, m, m, km."""
    lg_f, lg_d = math.log10(f), math.log10(d)
    A_fs = 92.4 + 20.0 * lg_d + 20.0 * lg_f
    A_bm = 20.41 + 9.83 * lg_d + 7.894 * lg_f + 9.56 * lg_f**2
    G_b = math.log10(h_b / 200.0) * (13.958 + 5.8 * lg_d**2)
    G_r = 0.759 * h_m - 1.862 if large_city else (42.57 + 13.7 * lg_f) * (math.log10(h_m) - 0.585)
    return A_fs + A_bm - G_b - G_r


def ecc33(
    *,
    frequency_mhz: float,
    base_height_m: float,
    mobile_height_m: float,
    distance_km: float,
    large_city: bool = False,
) -> float:
    """Median basic transmission loss in a medium town (or a large city), dB.

    700 to 3800 MHz, base 20 to 200 m, terminal 1.5 to 10 m, 1 to 10 km. Raises ValueError outside. The fit is
    for towns: over open country it is some 20 dB too high.
    """
    return ecc33_db(
        in_range("frequency_mhz", frequency_mhz, 700.0, 3800.0, "MHz") / 1000.0,
        in_range("base_height_m", base_height_m, 20.0, 200.0, "m"),
        in_range("mobile_height_m", mobile_height_m, 1.5, 10.0, "m"),
        in_range("distance_km", distance_km, 1.0, 10.0, "km"),
        large_city,
    )
