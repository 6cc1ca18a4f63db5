"""Path loss, probability of line of sight and loss into buildings, 3GPP TR 38.901 V18.0.0, section 7.4.

RMa (rural), UMa (urban), UMi (street canyon) and InH (office). Distances are metres on the ground (d_2D) or
between the antennas (d_3D), as there; f_c is in GHz. Shadow fading is not drawn: its deviation is given.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.choices import TR38901_BUILDINGS
from phusong.coverage.propagation.door import in_range, one_of

RMA, UMA, UMI, INH = 0, 1, 2, 3
SCENARIOS = ("RMa", "UMa", "UMi", "InH")
SPEED_OF_LIGHT_M_S = 3.0e8  # note 1 of table 7.4.1-1
_FARTHEST_M = (10e3, 5e3, 5e3, 150.0)
_HEIGHTS_M = (  # lowest and highest base, lowest and highest terminal
    (10.0, 150.0, 1.0, 10.0),
    (25.0, 25.0, 1.5, 22.5),
    (10.0, 10.0, 1.5, 22.5),
    (1.0, 10.0, 0.5, 3.0),
)
# LOS and NLOS shadow fading; RMa has 6 dB beyond its breakpoint
_SIGMA_DB = ((4.0, 8.0), (4.0, 6.0), (4.0, 7.82), (3.0, 8.03))


class PathLoss(NamedTuple):
    """Losses in dB: in sight, out of sight, and their mean weighted by the probability of sight."""

    PL_LOS_db: float
    PL_NLOS_db: float
    Pr_LOS: float
    PL_mean_db: float
    d_BP_m: float
    sigma_SF_LOS_db: float
    sigma_SF_NLOS_db: float


@jit()
def _rma_pl1_db(d_3d: float, f_c: float, h: float) -> float:
    """PL_1 of RMa, dB; h is the mean height of buildings, m."""
    rough = h**1.72
    PL = 20.0 * math.log10(40.0 * math.pi * d_3d * f_c / 3.0)
    PL += min(0.03 * rough, 10.0) * math.log10(d_3d) - min(0.044 * rough, 14.77)
    return PL + 0.002 * math.log10(h) * d_3d


@jit()
def breakpoint_m(scenario: int, f_c: float, h_bs: float, h_ut: float, h_e: float) -> float:
    """Breakpoint distance d_BP (RMa, note 5) or d'_BP (UMa and UMi, note 1), m; infinite for InH."""
    if scenario == RMA:
        return 2.0 * math.pi * h_bs * h_ut * f_c * 1e9 / SPEED_OF_LIGHT_M_S
    if scenario == INH:
        return math.inf
    return 4.0 * (h_bs - h_e) * (h_ut - h_e) * f_c * 1e9 / SPEED_OF_LIGHT_M_S


@jit()
def los_loss_db(
    scenario: int, d_2d: float, f_c: float, h_bs: float, h_ut: float, h: float, h_e: float
) -> float:
    """Path loss in line of sight, dB (table 7.4.1-1)."""
    d_3d = math.hypot(d_2d, h_bs - h_ut)
    d_bp = breakpoint_m(scenario, f_c, h_bs, h_ut, h_e)
    lg_d, lg_f = math.log10(d_3d), math.log10(f_c)
    if scenario == RMA:
        if d_2d <= d_bp:
            return _rma_pl1_db(d_3d, f_c, h)
        return _rma_pl1_db(d_bp, f_c, h) + 40.0 * math.log10(d_3d / d_bp)
    if scenario == INH:
        return 32.4 + 17.3 * lg_d + 20.0 * lg_f
    if scenario == UMA:
        if d_2d <= d_bp:
            return 28.0 + 22.0 * lg_d + 20.0 * lg_f
        return 28.0 + 40.0 * lg_d + 20.0 * lg_f - 9.0 * math.log10(d_bp**2 + (h_bs - h_ut) ** 2)
    if d_2d <= d_bp:
        return 32.4 + 21.0 * lg_d + 20.0 * lg_f
    return 32.4 + 40.0 * lg_d + 20.0 * lg_f - 9.5 * math.log10(d_bp**2 + (h_bs - h_ut) ** 2)


@jit()
def nlos_loss_db(
    scenario: int, d_2d: float, f_c: float, h_bs: float, h_ut: float, h: float, W: float, h_e: float
) -> float:
    """Path loss out of sight, dB, never below that in sight (table 7.4.1-1)."""
    d_3d = math.hypot(d_2d, h_bs - h_ut)
    lg_d, lg_f = math.log10(d_3d), math.log10(f_c)
    if scenario == RMA:
        PL = 161.04 - 7.1 * math.log10(W) + 7.5 * math.log10(h)
        PL -= (24.37 - 3.7 * (h / h_bs) ** 2) * math.log10(h_bs)
        PL += (43.42 - 3.1 * math.log10(h_bs)) * (lg_d - 3.0) + 20.0 * lg_f
        PL -= 3.2 * math.log10(11.75 * h_ut) ** 2 - 4.97
    elif scenario == UMA:
        PL = 13.54 + 39.08 * lg_d + 20.0 * lg_f - 0.6 * (h_ut - 1.5)
    elif scenario == UMI:
        PL = 35.3 * lg_d + 22.4 + 21.3 * lg_f - 0.3 * (h_ut - 1.5)
    else:
        PL = 38.3 * lg_d + 17.3 + 24.9 * lg_f
    return max(los_loss_db(scenario, d_2d, f_c, h_bs, h_ut, h, h_e), PL)


@jit()
def los_probability(scenario: int, d_2d: float, h_ut: float) -> float:
    """Probability that the terminal sees the base station (table 7.4.2-1; InH is the mixed office)."""
    if scenario == RMA:
        return math.exp(-max(d_2d - 10.0, 0.0) / 1000.0)
    if scenario == INH:
        if d_2d < 6.5:
            return math.exp(-max(d_2d - 1.2, 0.0) / 4.7)
        return 0.32 * math.exp(-(d_2d - 6.5) / 32.6)
    if d_2d <= 18.0:
        return 1.0
    near = 18.0 / d_2d
    if scenario == UMI:
        return near + math.exp(-d_2d / 36.0) * (1.0 - near)
    C = (max(h_ut - 13.0, 0.0) / 10.0) ** 1.5
    high = 1.0 + C * 1.25 * (d_2d / 100.0) ** 3 * math.exp(-d_2d / 150.0)
    return (near + math.exp(-d_2d / 63.0) * (1.0 - near)) * high


@jit()
def building_loss_db(f_c: float, high_loss: bool, d_2d_in: float) -> float:
    """Mean loss from outdoors into a building, dB: PL_tw + PL_in (7.4-2, tables 7.4.3-1 and 7.4.3-2)."""
    L_glass, L_irr_glass, L_concrete = 2.0 + 0.2 * f_c, 23.0 + 0.3 * f_c, 5.0 + 4.0 * f_c
    through_concrete = 10.0 ** (-0.1 * L_concrete)
    if high_loss:
        through = 0.7 * 10.0 ** (-0.1 * L_irr_glass) + 0.3 * through_concrete
    else:
        through = 0.3 * 10.0 ** (-0.1 * L_glass) + 0.7 * through_concrete
    return 5.0 - 10.0 * math.log10(through) + 0.5 * d_2d_in


def path_loss(
    scenario: str,
    *,
    frequency_mhz: float,
    distance_km: float,
    base_height_m: float,
    terminal_height_m: float,
    building_height_m: float = 5.0,
    street_width_m: float = 20.0,
    environment_height_m: float = 1.0,
) -> PathLoss:
    """Basic path loss in and out of sight, dB, with the probability of sight.

    "RMa" 500 to 30,000 MHz, 10 m to 10 km (5 km out of sight), base 10 to 150 m, terminal 1 to 10 m; "UMa"
    and "UMi" 500 to 100,000 MHz, 10 m to 5 km, base 25 m and 10 m, terminal 1.5 to 22.5 m; "InH" 1 to 150 m.
    Buildings 5 to 50 m and streets 5 to 50 m matter in RMa only; the environment height h_E is 1 m unless a
    UMa terminal at 13 m or more is given another by its note 1. Raises ValueError outside.
    """
    kind = SCENARIOS.index(one_of("scenario", scenario, SCENARIOS))
    lowest_bs, highest_bs, lowest_ut, highest_ut = _HEIGHTS_M[kind]
    f_c = in_range("frequency_mhz", frequency_mhz, 500.0, 30e3 if kind == RMA else 100e3, "MHz") / 1000.0
    nearest = 0.001 if kind == INH else 0.01
    d_2d = 1000.0 * in_range("distance_km", distance_km, nearest, _FARTHEST_M[kind] / 1000.0, "km")
    h_bs = in_range("base_height_m", base_height_m, lowest_bs, highest_bs, "m")
    h_ut = in_range("terminal_height_m", terminal_height_m, lowest_ut, highest_ut, "m")
    h = in_range("building_height_m", building_height_m, 5.0, 50.0, "m")
    W = in_range("street_width_m", street_width_m, 5.0, 50.0, "m")
    h_e = environment_height_m
    if kind in (UMA, UMI):
        in_range("environment_height_m", h_e, 0.0, h_ut - 0.5, "m")
    d_bp = breakpoint_m(kind, f_c, h_bs, h_ut, h_e)
    in_sight = los_loss_db(kind, d_2d, f_c, h_bs, h_ut, h, h_e)
    out_of_sight = nlos_loss_db(kind, d_2d, f_c, h_bs, h_ut, h, W, h_e)
    p = los_probability(kind, d_2d, h_ut)
    sigma_los, sigma_nlos = _SIGMA_DB[kind]
    if kind == RMA and d_2d > d_bp:
        sigma_los = 6.0
    mean = p * in_sight + (1.0 - p) * out_of_sight
    return PathLoss(in_sight, out_of_sight, p, mean, d_bp, sigma_los, sigma_nlos)


def building_entry_loss(
    *, frequency_mhz: float, building: str = "low-loss", indoor_distance_m: float = 0.0
) -> float:
    """Mean loss from outdoors into a building, dB.

    500 to 100,000 MHz; building "low-loss" (plain glass and concrete) or "high-loss" (coated glass);
    `indoor_distance_m` 0 to 100. Its deviation is 4.4 dB and 6.5 dB. Raises ValueError outside.
    """
    f_c = in_range("frequency_mhz", frequency_mhz, 500.0, 100e3, "MHz") / 1000.0
    high_loss = one_of("building", building, TR38901_BUILDINGS) == "high-loss"
    return building_loss_db(f_c, high_loss, in_range("indoor_distance_m", indoor_distance_m, 0.0, 100.0, "m"))
