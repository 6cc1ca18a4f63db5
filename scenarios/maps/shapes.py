"""Geometry for the page: WGS 84, 5 decimals (about 1 m), each ring or line as one list of small integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

STEP = 1e-5  # degrees
POLYGON, MULTIPOLYGON = 3, 6  # GEOS type ids
COARSE_M = 15.0  # boundaries may move this much: less than a pixel until zoom 14


def rings(geometry: BaseGeometry) -> list[list[int]]:
    """Every ring of polygons (holes too: drawn with the even-odd rule) or every line of lines, encoded.

    A ring is [lon, lat, dlon, dlat, …] in 1e-5 degrees.
    """
    return rings_of_each([geometry])[0]


def rings_of_each(
    geometries: Sequence[BaseGeometry], *, step: float = STEP, origin: tuple[float, float] = (0.0, 0.0)
) -> list[list[list[int]]]:
    """`rings` of each geometry, all at once, in whole steps from `origin`: a province has tens of thousands."""
    parts, part_of = shapely.get_parts(np.asarray(geometries, dtype=object), return_index=True)
    areas = np.isin(shapely.get_type_id(parts), (POLYGON, MULTIPOLYGON))
    outlines, of_area = shapely.get_rings(parts[areas], return_index=True)
    lines = np.concatenate([outlines, parts[~areas]])
    owner = np.concatenate([part_of[areas][of_area], part_of[~areas]])
    points, line_of = shapely.get_coordinates(lines, return_index=True)
    whole = np.rint((points - origin) / step).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64))
    first = np.flatnonzero(np.diff(line_of, prepend=-1))
    steps[first] = whole[first]
    pieces = np.split(steps, first[1:]) if len(first) else []
    found: list[list[list[int]]] = [[] for _ in geometries]
    for piece, line in zip(pieces, line_of[first], strict=True):
        found[owner[line]].append(piece.ravel().tolist())
    return found


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
