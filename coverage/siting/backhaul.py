"""How a new site is connected: fibre along the roads, or a microwave hop to a mast that is connected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.coverage.ground import Ground
from phusong.coverage.propagation.p530 import link_outage

FloatArray = NDArray[np.float64]
EARTH_KM = 6371.0
KINDS = ("none", "fibre", "microwave")


@dataclass(frozen=True, slots=True)
class Terms:
    """Costs in VND and limits of a connection.

    `fibre_vnd_per_km` along the road, whose length is taken as `detour` times the straight line;
    `hop_vnd` for both ends of a microwave hop; `frequency_mhz`, `fade_margin_db` and the availability it must
    keep, `availability_percent`; `least_clearance` of the first Fresnel zone (P.530-18 §2.2.2 uses 0.6 at the
    effective Earth radius of 4/3 for a path that is usually clear); masts beyond `most_km` are not tried.
    """

    fibre_vnd_per_km: float
    fibre_fixed_vnd: float
    hop_vnd: float
    detour: float = 1.3
    frequency_mhz: float = 15_000.0
    fade_margin_db: float = 30.0
    availability_percent: float = 99.95
    least_clearance: float = 0.6
    most_km: float = 15.0
    far_antenna_m: float = 35.0


@dataclass(frozen=True, slots=True)
class Connection:
    """The cheapest connection of one site: `kind` of KINDS, to which mast (row), length, cost, proof."""

    kind: str
    mast: int
    length_km: float
    cost_vnd: float
    clearance: float  # least share of the first Fresnel zone that is free; NaN for fibre
    availability_percent: float  # of the hop over a year; NaN for fibre


def connection(
    ground: Ground, site_m: tuple[float, float], height_m: float, masts_m: FloatArray, terms: Terms
) -> Connection:
    """The cheapest connection of a site to one of the masts at `masts_m`, shape (n, 2), which have fibre.

    Standing on such a mast costs nothing. A hop counts only when the Fresnel zone is clear and rain and
    multipath (P.530) leave it available long enough.
    """
    away_m, mast = cKDTree(masts_m).query(site_m)
    if away_m < 1.0:
        return Connection("none", int(mast), 0.0, 0.0, float("nan"), float("nan"))
    length_km = float(away_m) * 1e-3 * terms.detour
    fibre = Connection(
        "fibre", int(mast), length_km, terms.fibre_fixed_vnd + length_km * terms.fibre_vnd_per_km,
        float("nan"), float("nan"),
    )  # fmt: skip
    if fibre.cost_vnd <= terms.hop_vnd:
        return fibre
    return _hop(ground, site_m, height_m, masts_m, terms) or fibre


def _hop(
    ground: Ground, site_m: tuple[float, float], height_m: float, masts_m: FloatArray, terms: Terms
) -> Connection | None:
    away_m = np.hypot(*(masts_m - site_m).T)
    for mast in np.argsort(away_m, kind="stable")[:12]:
        if away_m[mast] > terms.most_km * 1e3:
            return None
        far = (float(masts_m[mast, 0]), float(masts_m[mast, 1]))
        ends_m = (height_m, terms.far_antenna_m)
        clearance = fresnel_clearance(ground, site_m, far, ends_m, terms.frequency_mhz)
        if clearance < terms.least_clearance:
            continue
        length_km = float(away_m[mast]) * 1e-3
        terrain = ground.terrain.at(np.array([site_m[0], far[0]]), np.array([site_m[1], far[1]]))
        outage = link_outage(
            max(0.1, length_km),
            frequency_mhz=terms.frequency_mhz,
            fade_margin_db=terms.fade_margin_db,
            tx_height_asl_m=float(terrain[0]) + ends_m[0],
            rx_height_asl_m=float(terrain[1]) + ends_m[1],
        )
        if outage["availability"] >= terms.availability_percent:
            return Connection(
                "microwave", int(mast), length_km, terms.hop_vnd, clearance, outage["availability"]
            )
    return None


def fresnel_clearance(
    ground: Ground,
    a_m: tuple[float, float],
    b_m: tuple[float, float],
    heights_m: tuple[float, float],
    frequency_mhz: float,
    *,
    earth_radius_factor: float = 4.0 / 3.0,
) -> float:
    """Least free share of the first Fresnel zone's radius between two antennas; negative when blocked.

    Obstacles are terrain with its clutter, the two end cells left out; F1 = 17.3 sqrt(d1 d2 / (f d)) m with
    km and GHz (P.530-18 (4)); the bulge of the Earth is d1 d2 / (2 k a).
    """
    length_m = float(np.hypot(b_m[0] - a_m[0], b_m[1] - a_m[1]))
    steps = max(2, int(np.ceil(length_m / ground.grid.cell_m)))
    share = np.arange(1, steps) / steps
    x, y = a_m[0] + share * (b_m[0] - a_m[0]), a_m[1] + share * (b_m[1] - a_m[1])
    heights = np.zeros(max(ground.clutter_height_m) + 1)
    heights[list(ground.clutter_height_m)] = list(ground.clutter_height_m.values())
    d1, d2 = share * length_m * 1e-3, (1.0 - share) * length_m * 1e-3
    bulge_m = d1 * d2 / (2.0 * earth_radius_factor * EARTH_KM) * 1e3
    clutter = np.where(np.minimum(d1, d2) * 1e3 > 50.0, heights[ground.clutter.at(x, y)], 0.0)
    top = np.nan_to_num(ground.terrain.at(x, y)) + clutter + bulge_m
    ends = ground.terrain.at(np.array([a_m[0], b_m[0]]), np.array([a_m[1], b_m[1]])).astype(float)
    line = (ends[0] + heights_m[0]) * (1.0 - share) + (ends[1] + heights_m[1]) * share
    radius = 17.3 * np.sqrt(d1 * d2 / (frequency_mhz * 1e-3 * (d1 + d2)))  # (4)
    return float(((line - top) / np.maximum(radius, 1e-6)).min())
