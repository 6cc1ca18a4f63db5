"""Places by name: seats, industrial zones, border gates and posts, the peak."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon, affinity

from phusong.geodata.reference import published

_BORDER_POSTS = 15  # border guard posts of the province (facts.md section 2); their places are not public
_UNKNOWN_AREA_HA = 180.0  # zones whose area is not published: about the median of the others


def zones(outline: Polygon, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Industrial zones as rectangles of the published area at the published point; their shape is made up."""
    rows = published.table("industrial_zones")
    rows = rows[rows["type"].str.startswith("KCN")].reset_index(drop=True)
    xy = published.projected(rows["lon"], rows["lat"])
    area_ha = rows["area_ha"].fillna(_UNKNOWN_AREA_HA).to_numpy()
    shapes: list[Polygon] = []
    for (x_m, y_m), area in zip(xy, area_ha, strict=True):
        long_m = float(np.sqrt(area * 1e4 * rng.uniform(1.1, 1.8)))
        box = shapely.box(-long_m / 2, -area * 5e3 / long_m, long_m / 2, area * 5e3 / long_m)
        turned = affinity.rotate(box, rng.uniform(0.0, 180.0))
        shapes.append(_beside(affinity.translate(turned, x_m, y_m), shapes, outline))
    return gpd.GeoDataFrame(
        {"name": rows["name"], "type": rows["type"], "area_ha": area_ha, "synthetic": True},
        geometry=shapes,
        crs=published.CRS,
    )


def _beside(shape: Polygon, taken: list[Polygon], outline: Polygon) -> Polygon:
    """The shape moved the least way that frees it of those already placed and keeps it in the province."""
    inner = outline.buffer(-200.0)
    for step_m in np.arange(0.0, 12000.0, 300.0):
        for turn in np.arange(0.0, 2.0 * np.pi, np.pi / 8.0):
            moved = affinity.translate(shape, step_m * np.cos(turn), step_m * np.sin(turn))
            if inner.contains(moved) and not any(moved.intersects(other) for other in taken):
                return moved
    raise ValueError("no room for an industrial zone")


def places(patrol_road: LineString, zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Seats, zones, gates, the peak at their published points; border posts spread along the patrol road."""
    seats = published.table("districts_2024")
    gates = published.table("industrial_zones")
    gates = gates[gates["type"] == "Cửa khẩu"]
    peaks = published.table("terrain_points")
    peaks = peaks[peaks["name"].str.startswith("Núi")]
    along = (np.arange(_BORDER_POSTS) + 0.5) / _BORDER_POSTS
    posts = [patrol_road.interpolate(share, normalized=True) for share in along]
    parts = [
        _points(
            seats["seat_commune"],
            "seat",
            seats["name"],
            False,
            published.projected(seats["seat_lon"], seats["seat_lat"]),
        ),
        _points(
            zones["name"],
            "zone",
            zones["type"],
            True,
            shapely.get_coordinates(zones.geometry.centroid.to_numpy()),
        ),
        _points(
            gates["name"],
            "gate",
            gates["coord_quality"],
            False,
            published.projected(gates["lon"], gates["lat"]),
        ),
        _points(
            peaks["name"], "peak", peaks["quality"], False, published.projected(peaks["lon"], peaks["lat"])
        ),
        _points(
            pd.Series([f"Đồn Biên phòng giả định {k + 1}" for k in range(_BORDER_POSTS)]),
            "post",
            pd.Series(["vị trí giả định trên đường tuần tra"] * _BORDER_POSTS),
            True,
            shapely.get_coordinates(posts),
        ),
    ]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=published.CRS)


def _points(
    names: pd.Series[str], kind: str, notes: pd.Series[str], synthetic: bool, xy: NDArray[np.float64]
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": list(names), "kind": kind, "note": list(notes), "synthetic": synthetic},
        geometry=shapely.points(xy),
        crs=published.CRS,
    )
