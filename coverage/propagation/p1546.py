"""Point-to-area field strength over land and cold sea, ITU-R P.1546-6.

30-4000 MHz, 1-50 % of time, paths to 300 km (the recommendation's curves go on to 1000). The corrections of
Annex 5 §§9-15 follow in the order of Annex 6, at the path's own length also where it is below 1 km; for a
transmitter below the mean terrain §4.3's method b) is used, which needs no terrain. The curves for warm sea
are not carried: for 1 and 10 % of time a sea path here is one over cold sea.

The text keeps the terrain clearance correction for receivers on land. The ITU-R validation set applies it to
those at sea too (0.05 dB on its paths, where the angle is below its floor of 0.55°), and so does this module.
"""

from __future__ import annotations

from math import atan, log10, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from phusong.coverage.compiled import jit
from phusong.coverage.propagation import p1812_path
from phusong.coverage.propagation.door import distances, heights, in_range, one_of
from phusong.coverage.propagation.normal import inverse_complementary_normal_p1546
from phusong.coverage.propagation.p526 import Profile, knife_edge_loss_db
from phusong.coverage.propagation.p1546_curves import (
    Curves,
    clearance_distance_km,
    curves,
    field_dbuv_m,
    maximum_field_dbuv_m,
    mixed_field_dbuv_m,
)

ENVIRONMENTS = ("rural", "suburban", "urban", "dense-urban", "sea")


@jit()
def averaging_interval_km(d: float) -> tuple[float, float]:
    """Distances between which h_1 takes the mean terrain, km; widened by less than rounding moves a sample."""
    near, far = (3.0, 15.0) if d >= 15.0 * (1.0 - 1e-12) else (0.2 * d, d)
    return near * (1.0 - 1e-12), far * (1.0 + 1e-12)


@jit()
def effective_height_m(distance_km: Profile, terrain_m: Profile, ha: float) -> float:
    """Height h_1 over the mean terrain of 3-15 km, or of the last four fifths of a shorter path, m. §3."""
    n = distance_km.size
    d = distance_km[n - 1]
    near, far = averaging_interval_km(d)
    area = first = last = 0.0
    inside = False
    for i in range(n):
        x = distance_km[i]
        if x < near or x > far:
            continue
        if inside:
            area += (terrain_m[i] + terrain_m[i - 1]) * (x - last) / 2.0
        else:
            first, inside = x, True
        last = x
    mean = area / (last - first) if last > first else terrain_m[n - 1]
    return ha + terrain_m[0] - mean


@jit()
def clearance_angles_deg(
    distance_km: Profile, terrain_m: Profile, ha: float, h2: float
) -> tuple[float, float]:
    """Elevation angles that just clear the terrain, degrees.

    Over 15 km seen from the transmitter and 16 km from the receiver, on a flat earth. Annex 5 §4.3 a), §11.
    """
    n = distance_km.size
    d = distance_km[n - 1]
    steepest_1 = steepest_2 = -1e300
    for i in range(n):
        x = distance_km[i]
        if i > 0 and x <= 15.0:
            steepest_1 = max(steepest_1, (terrain_m[i] - ha - terrain_m[0]) / (1e3 * x))
        if i < n - 1 and d - x <= 16.0:
            steepest_2 = max(steepest_2, (terrain_m[i] - h2 - terrain_m[n - 1]) / (1e3 * (d - x)))
    return atan(steepest_1) * 180.0 / pi, atan(steepest_2) * 180.0 / pi


@jit()
def terrain_clearance_db(f: float, theta_tca: float) -> float:
    """Correction for the receiver's terrain clearance angle in degrees, dB. P.1546-6 Annex 5 (32)."""
    nu = 0.065 * min(max(theta_tca, 0.55), 40.0) * sqrt(f)  # (32c)
    return knife_edge_loss_db(0.036 * sqrt(f)) - knife_edge_loss_db(nu)  # (32a), (32b)


@jit()
def troposcatter_field_dbuv_m(f: float, d: float, t: float, theta_1: float, theta_2: float) -> float:
    """Field strength by troposcatter, dB(µV/m); clearance angles in degrees. Annex 5 (35), (36)."""
    theta_s = max(180.0 * d / (pi * 4.0 / 3.0 * 6370.0) + theta_1 + theta_2, 0.0)  # (35)
    L_f = 5.0 * log10(f) - 2.5 * (log10(f) - 3.3) ** 2  # (36a)
    G_t = 10.1 * max(-log10(0.02 * t), 0.0) ** 0.7  # (36b)
    return 24.4 - 20.0 * log10(d) - 10.0 * theta_s - L_f + 0.15 * 325.0 + G_t  # (36)


@jit()
def receiver_height_db(f: float, d: float, h1: float, h2: float, R: float, built_up: bool) -> float:
    """Correction for a receiver not at the height R (m) of the clutter around it, dB. §9 (27), (28)."""
    K_h2 = 3.2 + 6.2 * log10(f)  # (28f)
    if not built_up:
        return K_h2 * log10(h2 / 10.0)  # (28b) with R' = 10 m
    R_1 = max((1000.0 * d * R - 15.0 * h1) / (1000.0 * d - 15.0), 1.0)  # (27)
    if h2 < R_1:
        h_dif = R_1 - h2  # (28d)
        theta_clut = atan(h_dif / 27.0) * 180.0 / pi  # (28e)
        correction = 6.03 - knife_edge_loss_db(0.0108 * sqrt(f) * sqrt(h_dif * theta_clut))  # (28a), (28c)
    else:
        correction = K_h2 * log10(h2 / R_1)  # (28b)
    return correction - K_h2 * log10(10.0 / R_1) if R_1 < 10.0 else correction


@jit()
def receiver_at_sea_db(f: float, d: float, h1: float, h2: float) -> float:
    """Correction for a receiver over or beside the sea, at least 3 m high, dB. Annex 5 §9 (29)."""
    C_10 = (3.2 + 6.2 * log10(f)) * log10(h2 / 10.0)  # (28b) with R' = 10 m
    d_10, d_h2 = clearance_distance_km(f, h1, 10.0), clearance_distance_km(f, h1, h2)
    if h2 >= 10.0 or d >= d_10:
        return C_10
    return 0.0 if d <= d_h2 else C_10 * log10(d / d_h2) / log10(d_10 / d_h2)  # (29)


@jit()
def transmitter_clutter_db(f: float, ha: float, R: float) -> float:
    """Correction for clutter of R m around the transmitter's mast, dB, never above zero. Annex 5 §10 (30)."""
    h_dif = ha - R  # (30d)
    theta_clut = atan(h_dif / 27.0) * 180.0 / pi  # (30e)
    nu = 0.0108 * sqrt(f) * sqrt(h_dif * theta_clut)  # (30b), (30c)
    return -knife_edge_loss_db(nu if ha <= R else -nu)  # (30a)


@jit()
def slope_distance_km(d: float, top_difference_m: float) -> float:
    """Distance between the antennas, km. P.1546-6 Annex 5 (37)."""
    return sqrt(d * d + 1e-6 * top_difference_m * top_difference_m)


@jit()
def below_one_km_dbuv_m(E_sup: float, d: float, top_difference_m: float) -> float:
    """Field strength of a path shorter than 1 km from that at 1 km, dB(µV/m). P.1546-6 Annex 5 §15 (38)."""
    d_slope = slope_distance_km(d, top_difference_m)
    if d <= 0.04:
        return 106.9 - 20.0 * log10(d_slope)  # (38a)
    d_inf, d_sup = slope_distance_km(0.04, top_difference_m), slope_distance_km(1.0, top_difference_m)
    E_inf = 106.9 - 20.0 * log10(d_inf)
    return E_inf + (E_sup - E_inf) * log10(d_slope / d_inf) / log10(d_sup / d_inf)  # (38b)


@jit()
def location_sd_db(f: float, width_m: float) -> float:
    """Standard deviation of location variability over squares of `width_m`, dB; f MHz. Annex 5 §12 (34)."""
    return (0.52 + 0.024e-3 * f) * width_m**0.28  # (34), f in GHz there


class Terrain(NamedTuple):
    """What a path's terrain comes to: km, share of sea, m over mean terrain, degrees, m between the tops."""

    d: float
    sea_share: float
    h1: float
    theta_1: float
    theta_2: float
    tops: float


class Clutter(NamedTuple):
    """Heights of clutter around transmitter and receiver, m, and what stands around the receiver."""

    R_1: float
    R_2: float
    built_up: bool
    at_sea: bool


class Steps(NamedTuple):
    """Field strengths in dB(µV/m) and corrections in dB, in the order of Annex 6."""

    Emax: float
    E_curves: float
    C_tca: float
    Ets: float
    C_h2: float
    C_h1: float
    C_slope: float
    E: float


@jit()
def steps_of_path(
    land: Curves, sea: Curves, f: float, t: float, path: Terrain, ha: float, h2: float, clutter: Clutter
) -> Steps:
    """Median field strength over locations, and every step to it. P.1546-6 Annex 6, steps 1-17."""
    d = path.d
    C_slope = 20.0 * log10(d / slope_distance_km(d, path.tops))  # (37)
    E_max = maximum_field_dbuv_m(t, d, d * path.sea_share) + C_slope
    E_curves = field_dbuv_m(land, False, f, t, path.h1, d, E_max)  # steps 1-10
    if path.sea_share > 0.0:
        E_sea = field_dbuv_m(sea, True, f, t, max(path.h1, 3.0), d, E_max)
        E_curves = mixed_field_dbuv_m(E_curves, E_sea, path.sea_share)  # step 11
    C_tca = terrain_clearance_db(f, path.theta_2)  # step 12
    E_ts = troposcatter_field_dbuv_m(f, d, t, path.theta_1, path.theta_2)
    if clutter.at_sea:
        C_h2 = receiver_at_sea_db(f, d, path.h1, h2)
    else:
        C_h2 = receiver_height_db(f, d, path.h1, h2, clutter.R_2, clutter.built_up)  # step 14
    C_h1 = transmitter_clutter_db(f, ha, clutter.R_1)  # step 15
    E = max(E_curves + C_tca, E_ts) + C_h2 + C_h1 + C_slope  # steps 13-16
    if d < 1.0:
        E = below_one_km_dbuv_m(E, d, path.tops)  # step 17
    return Steps(E_max, E_curves, C_tca, E_ts, C_h2, C_h1, C_slope, E)


@jit()
def loss_db(f: float, E: float) -> float:
    """Basic transmission loss that goes with a field strength for 1 kW ERP, dB. P.1546-6 Annex 5 §17 (40)."""
    return 139.3 - E + 20.0 * log10(f)  # (40)


def field_strength(
    distance_km: ArrayLike,
    terrain_m: ArrayLike,
    *,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    environment: str = "rural",
    tx_clutter_m: float = 0.0,
    rx_clutter_m: float = 10.0,
    time_percent: float = 50.0,
    location_percent: float = 50.0,
    resolution_m: float = 500.0,
    zone: ArrayLike | None = None,
) -> dict[str, float]:
    """Field strength for 1 kW ERP, dB(µV/m), the basic transmission loss, and the steps between.

    The profile runs from transmitter to receiver: distance_km rising from zero to 0.02-300, terrain_m above
    sea level. frequency_mhz 30-4000; tx_height_m 1-3000 and rx_height_m 1-3000 above ground; environment
    "rural", "suburban", "urban", "dense-urban" or "sea" around the receiver, whose clutter of rx_clutter_m
    counts in the built-up ones (at sea rx_height_m begins at 3); tx_clutter_m 0-100 around the mast, zero if
    open; time_percent 1-50; location_percent 1-99 over squares of resolution_m. `zone` codes each sample
    1 sea, 3 coastal land (counted as sea), 4 inland, which is also the default. Keys: h1, theta_eff1,
    theta_tca, Emax, E_curves, C_tca, Ets, C_h2, C_h1, C_slope, E, Lb. Raises ValueError outside. ITU-R
    P.1546-6.
    """
    d_i = distances(distance_km)
    h_i = heights("terrain_m", terrain_m, d_i.size, -500.0, 9000.0)
    d = in_range("path length", d_i[-1], 0.02, 300.0, "km")
    f = in_range("frequency_mhz", frequency_mhz, 30.0, 4000.0, "MHz")
    ha = in_range("tx_height_m", tx_height_m, 1.0, 3000.0, "m")
    h2 = in_range("rx_height_m", rx_height_m, 1.0, 3000.0, "m")
    R_1 = in_range("tx_clutter_m", tx_clutter_m, 0.0, 100.0, "m")
    R_2 = in_range("rx_clutter_m", rx_clutter_m, 0.0, 100.0, "m")
    t = in_range("time_percent", time_percent, 1.0, 50.0, "%")
    q = in_range("location_percent", location_percent, 1.0, 99.0, "%")
    width = in_range("resolution_m", resolution_m, 50.0, 1000.0, "m")
    at_sea = one_of("environment", environment, ENVIRONMENTS) == "sea"
    if at_sea:
        in_range("rx_height_m at sea", rx_height_m, 3.0, 3000.0, "m")
    zones = p1812_path.zone_codes(zone, d_i.size)
    # coastal land counts as sea; the sums' rounding must not leave 0 to 1, the mixing below takes powers of it
    sea_share = min(max(1.0 - p1812_path.share_of(d_i, zones == p1812_path.INLAND), 0.0), 1.0)

    h1 = in_range("h1 (height over the mean terrain)", effective_height_m(d_i, h_i, ha), -1e4, 3000.0, "m")
    if sea_share == 1.0:
        h1 = max(h1, 3.0)  # §3.3
    theta_1, theta_2 = clearance_angles_deg(d_i, h_i, ha, h2)
    tops = ha + h_i[0] - h2 - h_i[-1]
    clutter = Clutter(R_1, R_2, environment not in ("rural", "sea"), at_sea)
    steps = steps_of_path(
        curves("land"),
        curves("cold-sea"),
        f,
        t,
        Terrain(d, sea_share, h1, theta_1, theta_2, tops),
        ha,
        h2,
        clutter,
    )
    E = steps.E
    if q != 50.0 and not at_sea:
        E += inverse_complementary_normal_p1546(q / 100.0) * location_sd_db(f, width)  # (33), step 18
    E = min(E, steps.Emax)  # step 19
    named = {
        "h1": h1, "theta_eff1": theta_1, "theta_tca": theta_2, **steps._asdict(), "E": E,
        "Lb": loss_db(f, E),
    }  # fmt: skip
    return {key: float(np.float64(value)) for key, value in named.items()}
