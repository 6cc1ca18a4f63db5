"""Placemarks of a KML file: name, description, extended data and geometry, always WGS 84."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from shapely.geometry.base import BaseGeometry

from phusong.geodata.errors import InputError
from phusong.geodata.readers.archives import broken
from phusong.geodata.readers.source import Features, Limits, Source, too_large


def read_kml(path: Path, *, limits: Limits) -> Source:
    """The placemarks as features. Entities and DTDs are refused; links to other files are not followed."""
    from defusedxml import DefusedXmlException, ElementTree

    rows: list[dict[str, Any]] = []
    try:
        for _, element in ElementTree.iterparse(str(path), events=("end",), forbid_dtd=True):
            if _tag(element) == "Placemark":
                rows.append(_placemark(element))
                element.clear()
                if len(rows) > limits.rows:
                    raise too_large(path.name, f"hơn {limits.rows:,} dòng", f"more than {limits.rows:,} rows")
    except DefusedXmlException:
        raise InputError(
            f"{path.name}: có DTD hoặc thực thể XML (kiểu tấn công), không đọc"
            " · it holds a DTD or XML entities (an attack's form) and is not read"
        ) from None
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise broken(path.name, error) from None
    if not rows:
        raise InputError(f"{path.name}: không có Placemark nào · there is no Placemark in it")
    geometry = [row.pop("geometry") for row in rows]
    frame = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1), dtype=object)
    if len(frame.columns) > limits.columns:
        raise too_large(path.name, f"hơn {limits.columns} cột", f"more than {limits.columns} columns")
    places = gpd.GeoDataFrame(frame, geometry=geometry, crs="EPSG:4326")
    return Source(path.name, "kml", features=(Features(path.stem, places, "EPSG:4326"),))


def _tag(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _placemark(element: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"name": None, "geometry": None}
    for child in element.iter():
        tag = _tag(child)
        if tag == "name" and row["name"] is None:
            row["name"] = (child.text or "").strip() or None
        elif tag == "Data":
            value = next((part.text for part in child if _tag(part) == "value"), None)
            row[f"{child.get('name', '')}"] = value.strip() if value else None
        elif tag == "SimpleData":
            row[f"{child.get('name', '')}"] = (child.text or "").strip() or None
    row["geometry"] = _geometry(element)
    return row


def _geometry(element: Any) -> BaseGeometry | None:
    parts: list[BaseGeometry] = []
    for child in element.iter():
        tag = _tag(child)
        if tag == "Point":
            parts.extend(Point(pair) for pair in _coordinates(child)[:1])
        elif tag == "LineString":
            line = _coordinates(child)
            if len(line) >= 2:
                parts.append(LineString(line))
        elif tag == "Polygon":
            rings = [_coordinates(ring) for ring in child.iter() if _tag(ring) == "LinearRing"]
            if rings and len(rings[0]) >= 4:
                parts.append(Polygon(rings[0], [ring for ring in rings[1:] if len(ring) >= 4]))
    if len(parts) < 2:
        return parts[0] if parts else None
    points = [part for part in parts if isinstance(part, Point)]
    lines = [part for part in parts if isinstance(part, LineString)]
    polygons = [part for part in parts if isinstance(part, Polygon)]
    if len(points) == len(parts):
        return MultiPoint(points)
    if len(lines) == len(parts):
        return MultiLineString(lines)
    return MultiPolygon(polygons) if len(polygons) == len(parts) else GeometryCollection(parts)


def _coordinates(element: Any) -> list[tuple[float, float]]:
    """(longitude, latitude) pairs of the first <coordinates>; heights are dropped."""
    for child in element.iter():
        if _tag(child) == "coordinates":
            pairs = []
            for group in (child.text or "").split():
                numbers = [float(part) for part in group.split(",") if part]
                if len(numbers) >= 2:
                    pairs.append((numbers[0], numbers[1]))
            return pairs
    return []
