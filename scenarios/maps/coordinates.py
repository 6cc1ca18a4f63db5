"""VN-2000 for the page: which projected system belongs to a place, and a polynomial that gives it there."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyproj import CRS, Transformer

ZONES = (*range(9205, 9219), 5899)  # EPSG: VN-2000 / TM-3, one code a central meridian
DEGREE = 4


def vn2000(crs: str, bounds: list[list[float]]) -> dict[str, Any]:
    """How to get VN-2000 eastings and northings from degrees inside `bounds` [[s, w], [n, e]].

    The province's own system where it is VN-2000, else the TM-3 zone made for the smallest area around it.
    `east` and `north` are coefficients of u^i v^j (i + j <= DEGREE) with u, v the offsets in degrees from
    `lat0`, `lon0`; `worst_m` is the largest error found inside the bounds.
    """
    (south, west), (north, east) = bounds
    lat0, lon0 = (south + north) / 2, (west + east) / 2
    own = CRS.from_user_input(crs)
    chosen = own if own.is_projected and "VN-2000" in own.name else _zone_at(lon0, lat0)
    there = Transformer.from_crs("EPSG:4326", chosen, always_xy=True)
    lon, lat = np.meshgrid(np.linspace(west, east, 25), np.linspace(south, north, 25))
    x, y = there.transform(lon.ravel(), lat.ravel())
    terms = _terms(lon.ravel() - lon0, lat.ravel() - lat0)
    fit_x, fit_y = (np.linalg.lstsq(terms, np.asarray(v), rcond=None)[0] for v in (x, y))
    worst = max(np.abs(terms @ fit_x - x).max(), np.abs(terms @ fit_y - y).max())
    return {
        "name": chosen.name,
        "epsg": chosen.to_epsg(),
        "lat0": lat0,
        "lon0": lon0,
        "east": [float(f"{value:.12g}") for value in fit_x],
        "north": [float(f"{value:.12g}") for value in fit_y],
        "worst_m": round(float(worst), 4),
    }


def frame(
    crs: str, origin: tuple[float, float], step_m: float, reach_m: tuple[float, float]
) -> dict[str, Any]:
    """How to get degrees from whole steps of `step_m` metres east and north of `origin` in a projected system.

    Shapes that follow a grid's cells pack best as counts of cells. `lon` and `lat` are coefficients of u^i v^j
    (i + j <= DEGREE), u and v being steps divided by `unit`; `reach_m` is how far east and north they hold.
    """
    unit = max(1.0, max(abs(reach) for reach in reach_m) / step_m)
    u, v = (axis.ravel() for axis in np.meshgrid(*(np.linspace(0, r / step_m / unit, 25) for r in reach_m)))
    back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = back.transform(origin[0] + u * unit * step_m, origin[1] + v * unit * step_m)
    terms = _terms(u, v)
    fits = {
        name: np.linalg.lstsq(terms, np.asarray(d), rcond=None)[0] for name, d in (("lon", lon), ("lat", lat))
    }
    return {"unit": unit} | {name: [float(f"{c:.12g}") for c in fit] for name, fit in fits.items()}


def _terms(u: Any, v: Any) -> Any:
    powers = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    return np.stack([u**i * v**j for i, j in powers], axis=-1)


def _zone_at(longitude: float, latitude: float) -> CRS:
    """Each meridian is set by law for named provinces, so the area of use decides, not the distance."""
    here = []
    for code in ZONES:
        zone = CRS.from_epsg(code)
        area = zone.area_of_use
        if area and area.west <= longitude <= area.east and area.south <= latitude <= area.north:
            here.append(((area.east - area.west) * (area.north - area.south), code, zone))
    return min(here)[2] if here else CRS.from_epsg(3405)  # UTM 48N, the system of national maps
