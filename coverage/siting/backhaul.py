"""How a new site is connected: fibre along the roads, or a microwave hop to a mast that is connected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from phusong.coverage.fixed import Roads
from phusong.coverage.ground import Ground
from phusong.coverage.propagation.p530 import link_outage

FloatArray = NDArray[np.float64]
EARTH_KM = 6371.0
KINDS = ("none", "fibre", "microwave")


@dataclass(frozen=True, slots=True)
class Terms:
    """Costs in VND and limits of a connection.

    `fibre_vnd_per_km` of cable, which follows the roads and off them takes `detour` times the straight line;
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
    """The cheapest connection of one site: `kind` of KINDS, to which mast (row; -1: none), length, cost."""

    kind: str
    mast: int
    length_km: float
    cost_vnd: float
    clearance: float  # least share of the first Fresnel zone that is free; NaN for fibre
    availability_percent: float  # of the hop over a year; NaN for fibre


@dataclass(frozen=True, slots=True)
class Fibre:
    """Where fibre is, `sources_m` of shape (n, 2), and the roads that a cable to anywhere else follows."""

    sources_m: FloatArray
    roads: Roads
    detour: float = 1.3

    def length_km(self, sites_m: FloatArray) -> FloatArray:
        """Cable from the nearest source to each of `sites_m`, shape (n, 2), in km; inf where none leads.

        Along the roads, off them `detour` times the straight line: to a road and from it, or the whole way
        where that is shorter than going to a road at all.
        """
        if not len(self.sources_m) or not len(sites_m):
            return np.full(len(sites_m), np.inf)
        straight_m, _ = cKDTree(self.sources_m).query(sites_m)
        nodes = len(self.roads.x_m)
        if not nodes:
            return np.asarray(straight_m * self.detour * 1e-3)
        tree = cKDTree(np.column_stack((self.roads.x_m, self.roads.y_m)))
        from_m, node = tree.query(self.sources_m)
        to_m, place = tree.query(sites_m)
        way_m = self._ways_m(np.asarray(node), np.asarray(from_m))[place] + self.detour * to_m
        beside = straight_m <= np.maximum(to_m, 1.0)
        return np.asarray(np.where(beside, np.minimum(way_m, straight_m * self.detour), way_m) * 1e-3)

    def _ways_m(self, node: NDArray[np.int64], from_m: FloatArray) -> FloatArray:
        """Cable from the nearest source to every node of the roads, m."""
        roads, nodes = self.roads, len(self.roads.x_m)
        spur_m = np.full(nodes, np.inf)
        np.minimum.at(spur_m, node, self.detour * from_m)
        served = np.flatnonzero(np.isfinite(spur_m))
        a = np.concatenate((np.minimum(roads.a, roads.b), served))
        b = np.concatenate((np.maximum(roads.a, roads.b), np.full(len(served), nodes)))
        # an edge of length 0 would be none
        length = np.maximum(np.concatenate((roads.length_m, spur_m[served])), 1e-3)
        order = np.lexsort((length, b, a))
        first = np.ones(len(order), bool)  # of parallel roads the shorter one
        first[1:] = (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0)
        kept = order[first]
        graph = coo_matrix((length[kept], (a[kept], b[kept])), shape=(nodes + 1, nodes + 1)).tocsr()
        return np.asarray(dijkstra(graph, directed=False, indices=nodes)[:nodes])


def connection(
    ground: Ground,
    site_m: tuple[float, float],
    height_m: float,
    masts_m: FloatArray,
    terms: Terms,
    *,
    fibre_km: float,
) -> Connection:
    """The cheapest connection of a site: `fibre_km` of cable, or a hop to one of `masts_m`, shape (n, 2).

    The masts have fibre; standing on one costs nothing. A hop counts only when the Fresnel zone is clear and
    rain and multipath (P.530) leave it available long enough.
    """
    away_m, mast = cKDTree(masts_m).query(site_m) if len(masts_m) else (np.inf, -1)
    nothing = float("nan")
    if away_m < 1.0:
        return Connection("none", int(mast), 0.0, 0.0, nothing, nothing)
    cost_vnd = terms.fibre_fixed_vnd + fibre_km * terms.fibre_vnd_per_km
    fibre = Connection("fibre", -1, fibre_km, cost_vnd, nothing, nothing)
    if fibre.cost_vnd <= terms.hop_vnd:
        return fibre
    hop = _hop(ground, site_m, height_m, masts_m, terms)
    if hop is None and not np.isfinite(fibre_km):  # no road leads there: a cable of its own to the mast
        length_km = float(away_m) * 1e-3 * terms.detour
        cost_vnd = terms.fibre_fixed_vnd + length_km * terms.fibre_vnd_per_km
        return Connection("fibre", int(mast), length_km, cost_vnd, nothing, nothing)
    return hop or fibre


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
