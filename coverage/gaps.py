"""Gaps (vùng lõm): connected populated areas below the service threshold, with the people inside."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import rasterio.features
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import MultiPolygon, Polygon

from phusong.coverage.service import People
from phusong.geodata.raster import Raster

JOIN_M = 250.0  # houses without signal closer than twice this are one gap: one mast would mend both


@dataclass(frozen=True, slots=True)
class GapSplit:
    """Gaps of one layer: the listed ones as polygons, and who is in those too small to list."""

    gaps: gpd.GeoDataFrame  # people, area_km2, worst_dbm, x_m, y_m of the worst populated cell, geometry
    gap_of_point: NDArray[np.int64]  # row of `gaps` for each point of people; -1 served, -2 too small to list
    people_unlisted: float


def find_gaps(rsrp: Raster, threshold_dbm: float, people: People, *, least_people: float) -> GapSplit:
    """The connected populated areas of `rsrp` below `threshold_dbm`, most people first.

    A gap is the unserved ground within JOIN_M of unserved people, joined over corners and edges; gaps with
    fewer than `least_people` are counted in `people_unlisted` only. Every unserved person is in exactly one
    gap or in that count.
    """
    grid = rsrp.grid
    row, col = grid.row_col(people.x_m, people.y_m)
    unserved = ~(rsrp.values >= threshold_dbm)
    here = unserved[row, col]
    populated = np.zeros(grid.shape, dtype=bool)
    populated[row[here], col[here]] = True
    near = ndimage.distance_transform_edt(~populated) * grid.cell_m <= JOIN_M if here.any() else populated
    label, count = ndimage.label(unserved & near, structure=np.ones((3, 3)))
    of_point = label[row, col]
    of_point[~here] = 0
    total = np.bincount(of_point, weights=people.people, minlength=count + 1).astype(np.float64)
    total[0] = 0.0
    listed = np.flatnonzero(total >= max(least_people, np.finfo(float).tiny))
    listed = listed[np.argsort(-total[listed], kind="stable")]
    rank = np.full(count + 1, -2, dtype=np.int64)
    rank[0] = -1
    rank[listed] = np.arange(listed.size)
    gap_of_point = rank[of_point]
    table = _table(rsrp, rank[label], total[listed], gap_of_point, row, col)
    unlisted = float(people.people[gap_of_point == -2].sum())
    return GapSplit(gaps=table, gap_of_point=gap_of_point, people_unlisted=unlisted)


def _table(
    rsrp: Raster,
    rank: NDArray[np.int64],
    people: NDArray[np.float64],
    gap_of_point: NDArray[np.int64],
    row: NDArray[np.int64],
    col: NDArray[np.int64],
) -> gpd.GeoDataFrame:
    """One row a listed gap: polygon, people, area and its worst populated cell."""
    grid = rsrp.grid
    pieces: list[list[Polygon]] = [[] for _ in people]
    mask = rank >= 0
    for geometry, value in rasterio.features.shapes(
        rank.astype(np.int32), mask=mask, connectivity=4, transform=grid.affine
    ):
        outer, *holes = geometry["coordinates"]
        pieces[int(value)].append(Polygon(outer, holes))
    polygons = gpd.GeoSeries([MultiPolygon(parts) for parts in pieces], crs=grid.crs)
    area = np.bincount(rank[mask], minlength=len(people)) * grid.cell_m**2 / 1e6
    inside = gap_of_point >= 0
    level = np.nan_to_num(rsrp.values[row, col][inside].astype(np.float64), nan=-np.inf)
    order = np.lexsort((level, gap_of_point[inside]))
    first = np.flatnonzero(np.diff(gap_of_point[inside][order], prepend=-1))
    worst = order[first]
    return gpd.GeoDataFrame(
        {
            "people": people,
            "area_km2": area,
            "worst_dbm": np.where(np.isinf(level[worst]), np.nan, level[worst]),
            "x_m": grid.x_m()[col[inside][worst]],
            "y_m": grid.y_m()[row[inside][worst]],
        },
        geometry=polygons,
        crs=grid.crs,
    )
