"""A scenario's area of interest: the part of a province that its `area` names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.ops import substring

from phusong.geodata.grid import Grid
from phusong.geodata.province import Province
from phusong.geodata.raster import Raster
from phusong.scenarios.switching import units_named

STEP_M = 50.0  # how finely border and patrol road are asked where they enter and leave the area
EDGE_M = 200.0  # the border runs along the edge of its communes
RIM_CELLS = 4  # of ground beyond the farthest station, for the samples at its edge


def cropped(province: Province, names: Sequence[str], *, reach_m: float) -> Province:
    """The province of the named units alone, with the ground that stations within `reach_m` of them need.

    Units are taken by whole communes. Hamlets, people, places, zones and units are those inside; the stations'
    tables stay whole. Border and patrol road run from where they first enter the area to
    where they last leave it and are empty where they never do. InputError for a unit that the data do not have.
    """
    named = units_named(province, names).geometry.union_all()
    inside = province.communes.geometry.representative_point().within(named)
    communes = province.communes[inside].reset_index(drop=True)
    outline = communes.geometry.union_all()
    hamlets, hamlet_of_cell = _hamlets(province, set(communes["code"]))
    people = np.where(hamlet_of_cell.values >= 0, province.population.values, 0)
    road = _part_in(province.patrol_road, outline)
    west, south, east, north = _bounds(outline, road)
    bounds = west - reach_m, south - reach_m, east + reach_m, north + reach_m
    return replace(
        province,
        name=", ".join(names),
        outline=outline,
        border=_part_in(province.border, outline.buffer(EDGE_M)),
        patrol_road=road,
        communes=communes,
        districts=_of_codes(province.districts, communes["district_code"]),
        units_2025=_of_codes(province.units_2025, communes["unit_2025_code"]),
        hamlets=hamlets,
        places=province.places[province.places.within(outline)].reset_index(drop=True),
        zones=province.zones[province.zones.representative_point().within(outline)].reset_index(drop=True),
        terrain=_window(province.terrain, bounds),
        clutter=_window(province.clutter, bounds),
        population=Raster(province.population.grid, people.astype(province.population.values.dtype)),
        hamlet_of_cell=hamlet_of_cell,
    )


def bounds_of(province: Province) -> tuple[float, float, float, float]:
    """(west, south, east, north) of what a run answers for: the outline and the patrol road."""
    return _bounds(province.outline, province.patrol_road)


def _bounds(outline: Polygon | MultiPolygon, road: LineString) -> tuple[float, float, float, float]:
    west, south, east, north = outline.bounds
    if road.is_empty:
        return west, south, east, north
    left, low, right, high = road.bounds
    return min(west, left), min(south, low), max(east, right), max(north, high)


def _of_codes(units: gpd.GeoDataFrame, codes: Sequence[str]) -> gpd.GeoDataFrame:
    return units[units["code"].isin(codes)].reset_index(drop=True)


def _hamlets(province: Province, codes: set[str]) -> tuple[gpd.GeoDataFrame, Raster]:
    """The hamlets of some communes, and the raster of hamlets with their new rows."""
    kept = province.hamlets["commune_code"].isin(codes).to_numpy()
    row = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    old = province.hamlet_of_cell
    values = np.where(old.values >= 0, row[old.values], -1).astype(old.values.dtype)
    return province.hamlets[kept].reset_index(drop=True), Raster(old.grid, values)


def _part_in(line: LineString, outline: Polygon | MultiPolygon) -> LineString:
    """The line from its first to its last point inside the outline; empty where it has none there."""
    if line.is_empty or not line.intersects(outline):
        return LineString()
    along = np.arange(0.0, line.length, STEP_M)
    inside = shapely.contains(outline, shapely.line_interpolate_point(line, along))
    if not inside.any():
        return LineString()
    first, last = along[inside][[0, -1]]
    part = substring(line, first, min(line.length, last + STEP_M))
    return part if isinstance(part, LineString) else LineString()


def _window(raster: Raster, bounds_m: tuple[float, float, float, float]) -> Raster:
    """The cells of a raster that touch the bounds, with a rim."""
    grid = raster.grid
    west, south, east, north = bounds_m
    left = max(0, int((west - grid.west_m) // grid.cell_m) - RIM_CELLS)
    top = max(0, int((grid.north_m - north) // grid.cell_m) - RIM_CELLS)
    right = min(grid.cols, int((east - grid.west_m) // grid.cell_m) + 1 + RIM_CELLS)
    bottom = min(grid.rows, int((grid.north_m - south) // grid.cell_m) + 1 + RIM_CELLS)
    part = Grid(
        crs=grid.crs,
        west_m=grid.west_m + left * grid.cell_m,
        north_m=grid.north_m - top * grid.cell_m,
        cell_m=grid.cell_m,
        rows=bottom - top,
        cols=right - left,
    )
    return Raster(part, raster.values[top:bottom, left:right])
