"""Short paths in towns, ITU-R P.1411: street canyons in sight (UHF) and propagation over rooftops.

Over rooftops the loss is free space, diffraction from the last roof down to the street, and that over the rows
of houses before it. Whether the houses fill the path (settled field) decides between two formulas; the
smoothing between them that later editions bring is left out, as in the numbers this is held against, so the
loss jumps there by some dB.
"""

from __future__ import annotations

from math import log10, pi, sqrt
from typing import NamedTuple

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.door import in_range
from phusong.coverage.propagation.p525 import SPEED_OF_LIGHT_M_S


class StreetLoss(NamedTuple):
    """Basic transmission loss along a street, dB: bounds, and their mean; breakpoint in m."""

    L_lower: float
    L_upper: float
    L_mean: float
    L_bp: float
    R_bp: float


class RooftopLoss(NamedTuple):
    """Basic transmission loss over rooftops and its parts, dB; d_s in m."""

    L: float
    L_bf: float
    L_rts: float
    L_msd: float
    d_s: float


@jit()
def street_loss(f: float, d: float, h_1: float, h_2: float) -> StreetLoss:
    """Loss in sight along a street, dB: MHz, m between the antennas, m. P.1411 §4.1.1."""
    lam = SPEED_OF_LIGHT_M_S / (f * 1e6)
    R_bp = 4.0 * h_1 * h_2 / lam
    L_bp = abs(20.0 * log10(lam * lam / (8.0 * pi * h_1 * h_2)))
    lg = log10(d / R_bp)
    lower = L_bp + (20.0 if d <= R_bp else 40.0) * lg
    upper = L_bp + 20.0 + (25.0 if d <= R_bp else 40.0) * lg
    return StreetLoss(lower, upper, 0.5 * (lower + upper), L_bp, R_bp)


@jit()
def orientation_loss_db(phi: float) -> float:
    """Loss for the angle of the street against the path, dB; 0 to 90 degrees. P.1411 §4.2.2.1."""
    if phi < 35.0:
        return -10.0 + 0.354 * phi
    if phi < 55.0:
        return 2.5 + 0.075 * (phi - 35.0)
    return 4.0 - 0.114 * (phi - 55.0)


@jit()
def settled_loss_db(f: float, d: float, above: float, b: float, metropolitan: bool) -> float:
    """Loss over rows of houses b m apart that fill the path, dB; the mast is `above` m over the roofs."""
    L_bsh = -18.0 * log10(1.0 + above)
    k_a = 71.4 if f > 2000.0 else 54.0
    k_f = -8.0 if f > 2000.0 else -4.0 + (1.5 if metropolitan else 0.7) * (f / 925.0 - 1.0)
    return L_bsh + k_a + 18.0 * log10(d / 1000.0) + k_f * log10(f) - 9.0 * log10(b)


@jit()
def grazing_loss_db(f: float, d: float, above: float, b: float) -> float:
    """Loss over rows of houses seen under a steeper angle, dB."""
    lam = SPEED_OF_LIGHT_M_S / (f * 1e6)
    # nearly at roof height the second term takes over
    Q_M = max(2.35 * (above / d * sqrt(b / lam)) ** 0.9, b / d)
    return -20.0 * log10(Q_M)


@jit()
def rooftop_loss(
    f: float, d: float, h_1: float, h_2: float, roof: float, w: float, phi: float, b: float, extent: float,
    metropolitan: bool,
) -> RooftopLoss:  # fmt: skip
    """Loss over rooftops, dB: MHz, m between the antennas, m, degrees. P.1411 §4.2.2.1."""
    lam = SPEED_OF_LIGHT_M_S / (f * 1e6)
    above = h_1 - roof
    L_bf = 32.4 + 20.0 * log10(d / 1000.0) + 20.0 * log10(f)
    L_rts = -8.2 - 10.0 * log10(w) + 10.0 * log10(f) + 20.0 * log10(roof - h_2) + orientation_loss_db(phi)
    d_s = lam * d * d / (above * above)
    settled = extent > d_s
    L_msd = settled_loss_db(f, d, above, b, metropolitan) if settled else grazing_loss_db(f, d, above, b)
    return RooftopLoss(L_bf + max(L_rts + L_msd, 0.0), L_bf, L_rts, L_msd, d_s)


def street(
    *, frequency_mhz: float, distance_km: float, base_height_m: float, mobile_height_m: float
) -> StreetLoss:
    """Bounds and mean of the basic transmission loss in sight along a street, dB.

    300 to 3000 MHz, 0.01 to 1 km on the ground, antennas 1 to 100 m, below the roofs. Raises ValueError
    outside.
    """
    h_1 = in_range("base_height_m", base_height_m, 1.0, 100.0, "m")
    h_2 = in_range("mobile_height_m", mobile_height_m, 1.0, 100.0, "m")
    d = 1000.0 * in_range("distance_km", distance_km, 0.01, 1.0, "km")
    f = in_range("frequency_mhz", frequency_mhz, 300.0, 3000.0, "MHz")
    return street_loss(f, sqrt(d * d + (h_1 - h_2) ** 2), h_1, h_2)


def over_rooftops(
    *,
    frequency_mhz: float,
    distance_km: float,
    base_height_m: float,
    mobile_height_m: float,
    roof_height_m: float = 20.0,
    street_width_m: float = 20.0,
    street_angle_deg: float = 45.0,
    building_separation_m: float = 50.0,
    buildings_extent_m: float = 80.0,
    metropolitan: bool = False,
) -> RooftopLoss:
    """Basic transmission loss from a mast above the roofs into a street between houses, dB, and its parts.

    800 to 5000 MHz, 0.02 to 5 km on the ground, base 4 to 55 m and at least 1 m above the roofs of 3 to 50 m,
    mobile 1 to 3 m and below them; streets 5 to 50 m wide at 0 to 90 degrees to the path; rows of houses 10 to
    200 m apart over 20 to 5000 m. Raises ValueError outside.
    """
    h_1 = in_range("base_height_m", base_height_m, 4.0, 55.0, "m")
    h_2 = in_range("mobile_height_m", mobile_height_m, 1.0, 3.0, "m")
    d = 1000.0 * in_range("distance_km", distance_km, 0.02, 5.0, "km")
    roof = in_range("roof_height_m", roof_height_m, 3.0 + h_2 - 1.0, min(50.0, h_1 - 1.0), "m")
    return rooftop_loss(
        in_range("frequency_mhz", frequency_mhz, 800.0, 5000.0, "MHz"),
        sqrt(d * d + (h_1 - h_2) ** 2),
        h_1,
        h_2,
        roof,
        in_range("street_width_m", street_width_m, 5.0, 50.0, "m"),
        in_range("street_angle_deg", street_angle_deg, 0.0, 90.0, "°"),
        in_range("building_separation_m", building_separation_m, 10.0, 200.0, "m"),
        in_range("buildings_extent_m", buildings_extent_m, 20.0, 5000.0, "m"),
        metropolitan,
    )
