"""Gaps (vùng lõm): connected populated areas below the service threshold, with the people inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import rasterio.features
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree
from shapely.geometry import MultiPolygon, Polygon

from phusong.coverage.service import People
from phusong.geodata.raster import Raster

JOIN_M = 250.0  # houses without signal closer than twice this are one gap: one mast would mend both
MOST_KM2 = 12.0  # a gap wider than this is listed in pieces: about the area that one rural mast serves (2 km)

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GapSplit:
    """Gaps of one layer: the listed ones as polygons, and who is in those too small to list."""

    # people, area_km2, worst_dbm, x_m, y_m of the worst populated cell; joined: number of the connected area
    # that a gap is the whole or a piece of; geometry
    gaps: gpd.GeoDataFrame
    gap_of_point: NDArray[np.int64]  # row of `gaps` for each point of people; -1 served, -2 too small to list
    people_unlisted: float


def find_gaps(
    rsrp: Raster, threshold_dbm: float, people: People, *, least_people: float, most_km2: float = MOST_KM2
) -> GapSplit:
    """The connected populated areas of `rsrp` below `threshold_dbm`, most people first.

    A gap is the unserved ground within JOIN_M of unserved people, joined over corners and edges; gaps with
    fewer than `least_people` are counted in `people_unlisted` only. One wider than `most_km2` is listed in
    pieces, a hamlet's people and the ground around them each; pieces of one area have one number `joined`.
    Every unserved person is in exactly one listed gap or in that count.
    """
    grid = rsrp.grid
    row, col = grid.row_col(people.x_m, people.y_m)
    unserved = ~(rsrp.values >= threshold_dbm)
    here = unserved[row, col]
    populated = np.zeros(grid.shape, dtype=bool)
    populated[row[here], col[here]] = True
    label, count = _joined(unserved, populated, grid.cell_m)
    joined = label[row, col]
    joined[~here] = 0
    total = np.bincount(joined, weights=people.people, minlength=count + 1).astype(np.float64)
    total[0] = 0.0
    wide = np.bincount(label.ravel(), minlength=count + 1) * grid.cell_m**2 / 1e6 > most_km2
    wide &= total >= least_people
    wide[0] = False
    piece, area_of_piece = _pieces(label, wide, people, row, col, here, least_people)
    of_point = piece[row, col]
    of_point[~here] = 0
    total = np.bincount(of_point, weights=people.people, minlength=area_of_piece.size).astype(np.float64)
    total[0] = 0.0
    listed = np.flatnonzero(total >= max(least_people, np.finfo(float).tiny))
    listed = listed[np.argsort(-total[listed], kind="stable")]
    rank = np.full(area_of_piece.size, -2, dtype=np.int64)
    rank[0] = -1
    rank[listed] = np.arange(listed.size)
    gap_of_point = rank[of_point]
    table = _table(rsrp, rank[piece], total[listed], gap_of_point, row, col)
    unlisted = float(people.people[gap_of_point == -2].sum())
    return GapSplit(table.assign(joined=area_of_piece[listed]), gap_of_point, unlisted)


def _joined(unserved: NDArray[np.bool_], populated: NDArray[np.bool_], cell_m: float) -> tuple[Ints, int]:
    """Number of the connected area that each cell lies in, from 1 on, 0 for none, and how many there are."""
    near = populated
    if populated.any():
        near = ndimage.distance_transform_edt(~populated) * cell_m <= JOIN_M
    label, count = ndimage.label(unserved & near, structure=np.ones((3, 3)))
    return label.astype(np.int64), int(count)


def _pieces(
    label: Ints,
    wide: NDArray[np.bool_],
    people: People,
    row: Ints,
    col: Ints,
    here: NDArray[np.bool_],
    least_people: float,
) -> tuple[Ints, Ints]:
    """Number of the piece of each cell, from 1 on, and the connected area of each piece (0 for number 0).

    An area that is not wide is one piece. A wide one falls into its hamlets: a cell belongs to the hamlet of
    the nearest unserved house of the area, and hamlets with fewer than `least_people` there to the nearest
    hamlet with as many.
    """
    piece = label.copy()
    areas = [np.arange(wide.size)]
    made = wide.size
    houses = _houses(label.shape[1], people, row[here], col[here], here)
    area_of_house = label[houses.row, houses.col]
    for area in np.flatnonzero(wide):
        mine = area_of_house == area
        xy = np.column_stack([houses.col[mine], houses.row[mine]]).astype(np.float64)
        seeds = _merged(houses.hamlet[mine], xy, houses.people[mine], least_people)
        cells = np.argwhere(label == area)
        _, nearest = cKDTree(xy).query(cells[:, ::-1].astype(np.float64))
        names, which = np.unique(seeds[nearest], return_inverse=True)
        piece[cells[:, 0], cells[:, 1]] = made + which
        areas.append(np.full(names.size, area))
        made += names.size
    return piece, np.concatenate(areas)


class _Houses(NamedTuple):
    """Populated unserved cells; one with people of two hamlets counts, whole, to the hamlet of more."""

    row: Ints
    col: Ints
    people: NDArray[np.float64]
    hamlet: Ints


def _houses(cols: int, people: People, row: Ints, col: Ints, here: NDArray[np.bool_]) -> _Houses:
    most = int(people.hamlet.max(initial=0)) + 1
    pairs, which = np.unique((row * cols + col) * most + people.hamlet[here], return_inverse=True)
    weight = np.bincount(which, weights=people.people[here], minlength=pairs.size)
    order = np.lexsort((pairs, -weight, pairs // most))
    cells, first, cell_of_pair = np.unique(pairs[order] // most, return_index=True, return_inverse=True)
    total = np.bincount(cell_of_pair, weights=weight[order], minlength=cells.size).astype(np.float64)
    return _Houses(cells // cols, cells % cols, total, pairs[order][first] % most)


def _merged(hamlet: Ints, xy: NDArray[np.float64], people: NDArray[np.float64], least_people: float) -> Ints:
    """The hamlet that each house counts to when small hamlets join the nearest one that is large enough."""
    names, which = np.unique(hamlet, return_inverse=True)
    total = np.bincount(which, weights=people)
    middle = np.column_stack([np.bincount(which, weights=people * xy[:, k]) for k in (0, 1)])
    centre = middle.astype(np.float64) / np.maximum(total, np.finfo(float).tiny)[:, None]
    large = np.flatnonzero(total >= least_people)
    if large.size == 0:
        return np.full(hamlet.size, names[int(total.argmax())])
    _, nearest = cKDTree(centre[large]).query(centre)
    target = np.where(total >= least_people, np.arange(names.size), large[nearest])
    return names[target[which]]


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
    level = rsrp.values[row, col][inside].astype(np.float64)
    level[np.isnan(level)] = -np.inf
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
