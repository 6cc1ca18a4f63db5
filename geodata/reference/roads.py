"""Roads: the national ones through their published waypoints, the others least-cost ways between centres."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy.ndimage import distance_transform_edt, gaussian_filter1d
from scipy.sparse import coo_matrix, triu
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from shapely import LineString, MultiPolygon, Polygon

from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster
from phusong.geodata.reference import published
from phusong.geodata.reference.lattice import lattice, path_to_root


def roads(
    ground: Raster, lake: Polygon | MultiPolygon, outline: Polygon, centres: NDArray[np.float64]
) -> gpd.GeoDataFrame:
    """National roads, and a synthetic net of provincial roads that ties every commune's centre to them.

    `ground` holds heights on the grid that ways are searched on; a step costs its length and its climb,
    and nothing crosses the lake or leaves the province.
    """
    national = published.national_roads()
    national.geometry = [_rounded(line) for line in national.geometry]
    links = _links(ground, lake, outline, centres, list(national.geometry))
    names = [f"ĐT giả định {k + 1}" for k in range(len(links))]
    provincial = gpd.GeoDataFrame(
        {"name": names, "kind": "provincial", "synthetic": True}, geometry=links, crs=published.CRS
    )
    return gpd.GeoDataFrame(pd.concat([national, provincial], ignore_index=True), crs=published.CRS)


def _rounded(line: LineString) -> LineString:
    """The line with its corners cut twice (Chaikin), its ends kept."""
    xy = np.asarray(line.coords)
    for _ in range(2):
        cut = np.stack([0.75 * xy[:-1] + 0.25 * xy[1:], 0.25 * xy[:-1] + 0.75 * xy[1:]], axis=1).reshape(
            -1, 2
        )
        xy = np.concatenate([xy[:1], cut, xy[-1:]])
    return LineString(xy)


def _links(
    ground: Raster,
    lake: Polygon | MultiPolygon,
    outline: Polygon,
    centres: NDArray[np.float64],
    national: Iterable[LineString],
) -> list[LineString]:
    """The shortest tree of ways that joins the centres and the national roads (Mehlhorn's construction).

    One search from all of them at once gives every cell its nearest; where two such regions touch lies the
    cheapest way between them, and the least spanning tree of those ways is kept.
    """
    grid = ground.grid
    slope_y, slope_x = np.gradient(ground.values, grid.cell_m)
    cost = (1.0 + 25.0 * np.hypot(slope_x, slope_y)).astype(np.float32)
    closed = rasterize([lake.buffer(grid.cell_m / 2.0)], out_shape=grid.shape, transform=grid.affine).astype(
        bool
    )
    closed |= ~rasterize([outline], out_shape=grid.shape, transform=grid.affine).astype(bool)
    cost[closed] = 1e3
    group = np.full(grid.shape, -1, dtype=np.int32)  # which centre a starting cell stands for
    for line in national:
        row, col = grid.row_col(*np.asarray(line.segmentize(grid.cell_m / 2.0).coords).T)
        group[row, col] = len(centres)
    row, col = grid.row_col(*centres.T)
    group[row, col] = np.where(group[row, col] < 0, np.arange(len(centres)), group[row, col])
    start = group.ravel()

    graph = lattice(cost, grid.cell_m)
    distance, parent, source = dijkstra(
        graph, indices=np.flatnonzero(start >= 0), return_predecessors=True, min_only=True
    )
    region = start[source]
    edges = triu(graph).tocoo()
    crossing = region[edges.row] != region[edges.col]
    u, v, length = edges.row[crossing], edges.col[crossing], edges.data[crossing] + 0.0
    length = length + distance[u] + distance[v]
    pair = np.sort(np.column_stack([region[u], region[v]]), axis=1)
    order = np.lexsort((length, pair[:, 1], pair[:, 0]))
    first = order[np.flatnonzero(np.any(np.diff(pair[order], axis=0, prepend=-1) != 0, axis=1))]
    n = len(centres) + 1
    between = coo_matrix((length[first], (pair[first, 0], pair[first, 1])), shape=(n, n)).tocsr()
    tree = minimum_spanning_tree(between).tocoo()
    chosen = {(int(min(a, b)), int(max(a, b))) for a, b in zip(tree.row, tree.col, strict=True)}
    parent = np.where(parent < 0, np.arange(parent.size), parent).astype(np.int32)
    lines = []
    for k in first:
        if (int(pair[k, 0]), int(pair[k, 1])) in chosen:
            cells = np.concatenate([path_to_root(parent, int(u[k]))[::-1], path_to_root(parent, int(v[k]))])
            lines.append(_line(cells, grid))
    return lines


def _line(cells: NDArray[np.int64], grid: Grid) -> LineString:
    row, col = np.divmod(cells, grid.cols)
    xy = np.column_stack([grid.x_m()[col], grid.y_m()[row]])
    smooth = gaussian_filter1d(xy, 1.2, axis=0, mode="nearest")
    smooth[[0, -1]] = xy[[0, -1]]
    return LineString(smooth)


def distance_to_m(lines: Iterable[LineString], grid: Grid) -> NDArray[np.float32]:
    """Distance of every cell centre of a grid from the nearest of the lines, in metres."""
    on = rasterize(list(lines), out_shape=grid.shape, transform=grid.affine, all_touched=True).astype(bool)
    far: NDArray[np.float32] = distance_transform_edt(~on, sampling=grid.cell_m).astype(np.float32)
    return far
