"""Geometry for the page: WGS 84, 5 decimals (about 1 m), each ring or line as one list of small integers."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

SCALE = 100_000  # 5 decimals of a degree
COARSE_M = 15.0  # boundaries may move this much: less than a pixel until zoom 14


def encode(points: NDArray[np.float64]) -> list[int]:
    """Longitudes and latitudes, shape (n, 2), as [lon, lat, dlon, dlat, …] in 1e-5 degrees."""
    whole = np.rint(points * SCALE).astype(np.int64)
    steps = np.diff(whole, axis=0)
    moved = np.any(steps != 0, axis=1)
    kept = whole[np.concatenate(([True], moved))]
    steps_of: list[int] = np.concatenate((kept[:1], np.diff(kept, axis=0))).ravel().tolist()
    return steps_of


def rings(geometry: BaseGeometry) -> list[list[int]]:
    """Every ring of polygons (holes too: drawn with the even-odd rule) or every line of lines."""
    parts = []
    for part in getattr(geometry, "geoms", [geometry]):
        if part.is_empty:
            continue
        if part.geom_type == "Polygon":
            parts += [encode(np.asarray(ring.coords)[:, :2]) for ring in (part.exterior, *part.interiors)]
        elif part.geom_type == "MultiPolygon" or part.geom_type == "GeometryCollection":
            parts += rings(part)
        elif part.geom_type in ("LineString", "LinearRing"):
            parts.append(encode(np.asarray(part.coords)[:, :2]))
    return parts


def in_degrees(geometries: Iterable[BaseGeometry], crs: str) -> list[BaseGeometry]:
    """The same geometries in WGS 84."""
    return list(gpd.GeoSeries(list(geometries), crs=crs).to_crs("EPSG:4326"))


def simplified(polygons: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Neighbouring polygons simplified together, so that no gap opens between them; in WGS 84."""
    geometry = polygons.geometry
    if len(geometry) and bool(shapely.coverage_is_valid(geometry.to_numpy())):
        slim = shapely.coverage_simplify(geometry.to_numpy(), COARSE_M)
    else:  # boundaries that do not fit: each by itself, and finely
        slim = shapely.simplify(geometry.to_numpy(), COARSE_M / 5)
    return gpd.GeoSeries(slim, crs=polygons.crs).to_crs("EPSG:4326")


def label_points(polygons: gpd.GeoDataFrame) -> list[list[float]]:
    """[lat, lon] of a point inside each polygon where its name can be written."""
    middle = polygons.geometry.centroid
    inside = polygons.geometry.contains(middle)
    points = middle.where(inside, polygons.geometry.representative_point()).to_crs("EPSG:4326")
    return [[round(p.y, 5), round(p.x, 5)] for p in points]
