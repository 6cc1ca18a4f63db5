"""The geometry of one link over an effective earth: sight, first Fresnel zone, the edges that diffract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.profile import PathProfile
from phusong.coverage.propagation import p526, radioclimate
from phusong.coverage.propagation.p1812_path import EARTH_RADIUS_KM, median_earth_radius_km

Heights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge of the string stretched over the path, seen between its neighbours on the string."""

    distance_km: float
    height_m: float  # above sea level, clutter included
    above_line_m: float  # above the line between its neighbours, on the effective earth
    nu: float
    loss_db: float  # of this edge alone, P.526-15 (31)
    is_clutter: bool


@dataclass(frozen=True, slots=True)
class LinkGeometry:
    """What a link looks like at one frequency; arrays run along the profile, heights in m above sea level."""

    earth_radius_factor: float  # k
    bulge_m: Heights  # how far the effective earth rises above the chord between the ends
    surface_m: Heights  # terrain plus clutter plus bulge
    line_m: Heights  # straight line between the antennas
    fresnel_m: Heights  # radius of the first Fresnel zone
    line_of_sight: bool  # no sample reaches the line
    least_clearance: float  # of the first Fresnel radius: 0.6 and more is clear, below 0 is blocked
    least_clearance_km: float  # where
    edges: tuple[Edge, ...]


def link_geometry(
    profile: PathProfile, frequency_mhz: float, *, delta_n: float = radioclimate.DELTA_N
) -> LinkGeometry:
    """Sight, Fresnel zone and edges of a path over an earth of median effective radius (P.1812-8 (7a)).

    `delta_n` is the lapse rate of refractivity, below 157 N-units/km. Above-ground antennas, 30 MHz upwards.
    """
    a_e = median_earth_radius_km(delta_n)
    d_1 = profile.distance_km
    d_2 = profile.length_km - d_1
    bulge = 500.0 * d_1 * d_2 / a_e
    surface = profile.surface_m + bulge
    line = profile.tx_asl_m + (profile.rx_asl_m - profile.tx_asl_m) * d_1 / profile.length_km
    wavelength_m = p526.wavelength_m(frequency_mhz)
    fresnel = np.sqrt(1000.0 * wavelength_m * d_1 * d_2 / profile.length_km)  # P.526-15 (2), n = 1
    clearance = (line - surface)[1:-1] / fresnel[1:-1]
    worst = int(np.argmin(clearance)) + 1
    return LinkGeometry(
        earth_radius_factor=a_e / EARTH_RADIUS_KM,
        bulge_m=bulge,
        surface_m=surface,
        line_m=line,
        fresnel_m=fresnel,
        line_of_sight=bool((surface[1:-1] < line[1:-1]).all()),
        least_clearance=float(clearance.min()),
        least_clearance_km=float(d_1[worst]),
        edges=_edges(profile, surface, wavelength_m),
    )


def _edges(profile: PathProfile, surface_m: Heights, wavelength_m: float) -> tuple[Edge, ...]:
    """The points where a string pulled tight between the antennas touches the surface."""
    d = profile.distance_km
    heights = surface_m.copy()
    heights[0], heights[-1] = profile.tx_asl_m, profile.rx_asl_m
    string: list[int] = []
    for i in range(d.size):
        while len(string) > 1 and _is_below(d, heights, string[-2], string[-1], i):
            string.pop()
        string.append(i)
    edges = []
    for left, at, right in zip(string, string[1:], string[2:], strict=False):
        near, far = d[at] - d[left], d[right] - d[at]
        above = heights[at] - (heights[left] * far + heights[right] * near) / (near + far)
        nu = p526.knife_edge_nu(above, near, far, wavelength_m)
        edges.append(
            Edge(
                distance_km=float(d[at]),
                height_m=float(profile.surface_m[at]),
                above_line_m=float(above),
                nu=float(nu),
                loss_db=float(p526.knife_edge_loss_db(nu)),
                is_clutter=bool(profile.clutter_m[at] > 0),
            )
        )
    return tuple(edges)


def _is_below(d: Heights, h: Heights, left: int, at: int, right: int) -> bool:
    """True where the point `at` does not rise above the line from `left` to `right`."""
    return bool((h[at] - h[left]) * (d[right] - d[left]) <= (h[right] - h[left]) * (d[at] - d[left]))
