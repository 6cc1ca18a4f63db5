"""The base map of the page: outline, units, roads, border, water, places and relief, all of it our own."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from rasterio.features import geometry_mask

from phusong.geodata.province import Province
from phusong.geodata.raster import Raster
from phusong.scenarios.maps.mercator import view_of
from phusong.scenarios.maps.packing import pack_grid
from phusong.scenarios.maps.pictures import hillshade_webp
from phusong.scenarios.maps.shapes import in_degrees, label_points, rings, simplified

UNIT_LEVELS = {"district": "districts", "commune": "communes", "unit_2025": "units_2025"}
HILLSHADE_PIXELS = 1300  # across
PROFILE_CELL_M = 240.0  # the terrain that path profiles are drawn from


def ground(province: Province) -> dict[str, Any]:
    """Everything under the signal, as the page reads it."""
    outline, border, patrol, park = in_degrees(
        [province.outline, province.border, province.patrol_road, province.park], province.crs
    )
    return {
        "outline": rings(outline.simplify(0.0001)),
        "border": rings(border),
        "patrol": rings(patrol),
        "park": rings(park),
        "roads": _lines(province.roads),
        "water": _areas(_inside(province.water, province)),
        "zones": _areas(province.zones),
        "places": _places(province.places),
        "units": {level: _units(getattr(province, name)) for level, name in UNIT_LEVELS.items()},
    }


def relief(province: Province) -> dict[str, Any]:
    """The hillshade picture and the coarse heights for path profiles, with their places."""
    shade = _coarser(province.terrain, int(np.ceil(max(province.terrain.grid.shape) / HILLSHADE_PIXELS)))
    view = view_of(shade.grid)
    inside = geometry_mask(
        [province.outline], out_shape=shade.grid.shape, transform=shade.grid.affine, invert=True
    )
    coarse = _coarser(province.terrain, max(1, round(PROFILE_CELL_M / province.terrain.grid.cell_m)))
    heights = view_of(coarse.grid)
    metres = np.clip(np.rint(np.nan_to_num(coarse.values)), 0, 65534).astype(np.uint16)
    return {
        "picture": hillshade_webp(shade, inside, view.cell),
        "bounds": view.latlon_bounds(),
        "heights": {
            **pack_grid(np.asarray(heights.take(metres, outside=0), dtype=np.uint16)),
            "bounds": heights.latlon_bounds(),
            "cell_m": coarse.grid.cell_m,
        },
    }


def people_grid(province: Province) -> dict[str, Any]:
    """People of each cell of the population raster, whole persons."""
    view = view_of(province.population.grid)
    people = np.clip(np.rint(np.nan_to_num(province.population.values)), 0, 65535).astype(np.uint16)
    return {
        **pack_grid(np.asarray(view.take(people, outside=0), dtype=np.uint16)),
        "bounds": view.latlon_bounds(),
        "cell_m": province.population.grid.cell_m,
    }


def _coarser(raster: Raster, factor: int) -> Raster:
    """Means of blocks of `factor` x `factor` cells; the last, incomplete rows and columns are left out."""
    if factor <= 1:
        return raster
    grid = raster.grid
    rows, cols = grid.rows // factor, grid.cols // factor
    blocks = raster.values[: rows * factor, : cols * factor].astype(np.float32)
    means = blocks.reshape(rows, factor, cols, factor).mean(axis=(1, 3))
    return Raster(type(grid)(grid.crs, grid.west_m, grid.north_m, grid.cell_m * factor, rows, cols), means)


def _inside(table: gpd.GeoDataFrame, province: Province) -> gpd.GeoDataFrame:
    """What of a table's areas lies in the province; rivers run on beyond it."""
    cut = table.set_geometry(table.geometry.intersection(province.outline)).explode(ignore_index=True)
    cut = cut[(cut.geom_type == "Polygon") & ~cut.geometry.is_empty]
    return gpd.GeoDataFrame(
        cut.dissolve(["name", "kind" if "kind" in cut else "type"], sort=False).reset_index()
    )


def _lines(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    degrees = table.geometry.to_crs("EPSG:4326")
    return [
        {"name": row.name, "kind": row.kind, "rings": rings(shape)}
        for row, shape in zip(table[["name", "kind"]].itertuples(index=False), degrees, strict=True)
    ]


def _areas(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    if table.empty:
        return []
    kind = "kind" if "kind" in table else "type"
    points = label_points(table)
    return [
        {"name": name, "kind": what, "rings": rings(shape), "at": point}
        for name, what, shape, point in zip(
            table["name"], table[kind], table.geometry.to_crs("EPSG:4326"), points, strict=True
        )
    ]


def _places(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    degrees = table.geometry.to_crs("EPSG:4326")
    return [
        {"name": row.name, "kind": row.kind, "at": [round(p.y, 5), round(p.x, 5)]}
        for row, p in zip(table[["name", "kind"]].itertuples(index=False), degrees, strict=True)
    ]


def _units(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    named = "name_2026" if "name_2026" in table else "name"
    names = table[named].where(table[named].notna() & (table[named] != ""), table["name"])
    return [
        {"code": str(code), "name": name, "type": kind, "rings": rings(shape), "at": point}
        for code, name, kind, shape, point in zip(
            table["code"], names, table["type"], simplified(table), label_points(table), strict=True
        )
    ]
