"""Which stations a scenario switches off: by name, owner, unit, circle or polygon."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.scenarios.outage_keys import Circle, Off, Shape

WGS84 = "EPSG:4326"


def switched_off(
    asked: Off, province: Province, sites: pd.DataFrame, sectors: pd.DataFrame, *, whose: str
) -> NDArray[np.bool_]:
    """True for every row of `sectors` (with site_id, mast_id, operator, x_m, y_m) that `asked` takes off air.

    `sites` are those whose ids may be named; `whose` begins an InputError's line.
    """
    columns = ("site_id", "mast_id", "sector_id")
    known = set().union(*(set(sectors[column]) for column in columns), set(sites["site_id"]))
    for one in asked.off:
        if one not in known:
            raise InputError(f"{whose}.off: {one!r} is no site, mast or sector on air")
    there = sorted(set(sites["operator"]))
    for operator in asked.off_operators:
        if operator not in there:
            raise InputError(f"{whose}.off_operators: no site of {operator!r}; there are {', '.join(there)}")
    off = np.array(sectors["operator"].isin(asked.off_operators))
    for column in columns:
        off |= sectors[column].isin(asked.off).to_numpy()
    points = gpd.GeoSeries.from_xy(sectors["x_m"], sectors["y_m"], crs=province.crs)
    for shape in areas_off(asked, province, whose=whose):
        off |= points.within(shape).to_numpy()
    for circle in asked.off_within:
        off |= _within(circle, province.crs, sectors)
    return off


def areas_off(asked: Off, province: Province, *, whose: str) -> list[BaseGeometry]:
    """The units and polygons that `asked` names, in the province's CRS. InputError for one that is none."""
    areas = list(units_named(province, asked.off_units).geometry)
    for number, shape in enumerate(asked.off_inside):
        where = f"{whose}.off_inside[{number}]"
        areas.append(gpd.GeoSeries([_polygon(shape, where)], crs=WGS84).to_crs(province.crs).iloc[0])
    return areas


def units_named(province: Province, names: Iterable[str]) -> gpd.GeoDataFrame:
    """The districts, communes and units of 2025 with these codes or names; InputError has the near one."""
    tables = (province.districts, province.communes, province.units_2025)
    every = pd.concat([table[["code", "name", "geometry"]] for table in tables], ignore_index=True)
    rows = []
    for wanted in names:
        match = every[(every["code"].astype(str) == wanted) | (every["name"] == wanted)]
        if match.empty:
            near = difflib.get_close_matches(wanted, every["name"], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"no district, commune or unit is called {wanted!r}{hint}")
        rows.append(match)
    found = pd.concat(rows, ignore_index=True) if rows else every.iloc[:0]
    return gpd.GeoDataFrame(found, geometry="geometry", crs=province.crs)


def _within(circle: Circle, crs: str, sectors: pd.DataFrame) -> NDArray[np.bool_]:
    centre = gpd.GeoSeries.from_xy([circle.lon], [circle.lat], crs=WGS84).to_crs(crs).iloc[0]
    away_m = np.hypot(sectors["x_m"] - centre.x, sectors["y_m"] - centre.y)
    return np.asarray(away_m <= circle.radius_km * 1000.0)


def _polygon(given: Shape, where: str) -> BaseGeometry:
    """The polygon that is meant, longitude and latitude, its self-crossings mended."""
    if given.file:
        shape = _from_file(given.file, where)
    elif given.wkt:
        try:
            shape = shapely.from_wkt(given.wkt)
        except shapely.errors.ShapelyError as error:
            raise InputError(f"{where}.wkt: not readable as WKT ({str(error).splitlines()[0]})") from None
    else:
        shape = Polygon(given.points)
    shape = shapely.make_valid(shapely.force_2d(shape))
    parts = [part for part in shapely.get_parts(shape).tolist() if part.geom_type.endswith("Polygon")]
    area = shapely.union_all(parts)
    if area.is_empty or area.area == 0.0:
        raise InputError(f"{where}: no polygon with an area in it, only {shape.geom_type}; draw an area")
    west, south, east, north = area.bounds
    if not (102 <= west <= east <= 118 and 8 <= south <= north <= 24):
        raise InputError(
            f"{where}: its corners run from {west:.4g}, {south:.4g} to {east:.4g}, {north:.4g}; longitude "
            "(102 to 118) comes first, then latitude (8 to 24)"
        )
    return area


def _from_file(name: str, where: str) -> BaseGeometry:
    from phusong.geodata.readers import read_source

    features = read_source(Path(name)).features
    if not features:
        raise InputError(f"{where}.file: {name} holds no shapes; give GeoJSON, KML, GPKG or Shapefile")
    shapes = [
        frame.frame.geometry.set_crs(frame.crs or WGS84, allow_override=True).to_crs(WGS84)
        for frame in features
    ]
    return shapely.union_all([shape for series in shapes for shape in series.dropna()])
