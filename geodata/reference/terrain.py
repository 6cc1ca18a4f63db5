"""Synthetic ground: drained by rivers, rough where the hills are, through the published spot heights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize, shapes
from scipy import ndimage
from scipy.interpolate import RBFInterpolator
from scipy.sparse.csgraph import dijkstra
from shapely import LineString, MultiPolygon, Polygon

from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster
from phusong.geodata.reference import published
from phusong.geodata.reference.lattice import lattice, subtree_size
from phusong.geodata.reference.noise import spectral_noise
from phusong.geodata.reference.resample import resampled


@dataclass(frozen=True, slots=True)
class Ground:
    """Heights at 30 m, river courses and the lake that lies in them."""

    terrain: Raster  # m above sea level
    hills: Raster  # 0 in the lowland to 1 in the hills, on the relief grid
    rivers: tuple[tuple[str, float, LineString], ...]  # name, width_m, course
    lake: Polygon | MultiPolygon


def build_ground(
    relief_grid: Grid, terrain_grid: Grid, settings: Mapping[str, Any], rng: np.random.Generator
) -> Ground:
    """The province's synthetic ground. Its spot heights are the published ones within a metre."""
    shape = settings["terrain"]
    base = _base_heights(relief_grid, shape["base"])
    hills = np.clip(
        (base - shape["base_lowland_m"]) / (shape["base_hills_m"] - shape["base_lowland_m"]), 0.0, 1.0
    ).astype(np.float32)
    drawn = _draw_courses(relief_grid, settings["rivers"], rng)
    relief = _drained_relief(relief_grid, drawn, base, hills, shape, rng)
    fine = _refined(base + relief, hills, relief_grid, terrain_grid, shape, rng)
    courses = tuple(
        (river["name"], river["width_m"], LineString(xy))
        for river, xy in zip(settings["rivers"], drawn, strict=True)
    )
    fine = _carved(fine, terrain_grid, courses)
    fine = _with_peak(fine, terrain_grid, shape, rng)
    fine, lake = _with_lake(fine, terrain_grid, settings["reservoir"])
    fine = _fitted(fine, terrain_grid, lake)
    return Ground(
        Raster(terrain_grid, np.round(fine, 1).astype(np.float32)), Raster(relief_grid, hills), courses, lake
    )


def _base_heights(grid: Grid, points: list[list[float]]) -> NDArray[np.float32]:
    """Heights at the scale of kilometres: a thin-plate spline through the drawn points."""
    table = np.array(points)
    spline = RBFInterpolator(
        published.projected(table[:, 1], table[:, 0]) / 1e4,
        table[:, 2],
        smoothing=1e-3,
        kernel="thin_plate_spline",
    )
    every = 20
    x, y = grid.x_m()[::every], grid.y_m()[::every]
    coarse = spline(np.column_stack([c.ravel() for c in np.meshgrid(x / 1e4, y / 1e4)])).reshape(
        len(y), len(x)
    )
    at = np.meshgrid(np.arange(grid.rows) / every, np.arange(grid.cols) / every, indexing="ij")
    smooth = ndimage.map_coordinates(coarse, at, order=3, mode="nearest", output=np.float32)
    return np.asarray(np.maximum(smooth, np.float32(25.0)))


def _draw_courses(
    grid: Grid, rivers: list[Mapping[str, Any]], rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """The hand-drawn courses with bends added, as points a cell apart."""
    courses = []
    for river in rivers:
        lat, lon = np.array(river["course"]).T
        line = LineString(published.projected(lon, lat)).segmentize(grid.cell_m)
        xy = np.asarray(line.coords)
        bends = sum(
            size_m * ndimage.gaussian_filter1d(rng.standard_normal(xy.shape), scale, axis=0)
            for scale, size_m in ((2.5, 550.0), (10.0, 4500.0))
        )
        ends = np.minimum(np.arange(len(xy)), np.arange(len(xy))[::-1]) / 40.0
        xy = ndimage.gaussian_filter1d(xy, 6.0, axis=0) + bends * np.minimum(ends, 1.0)[:, None]
        courses.append(np.asarray(LineString(xy).segmentize(grid.cell_m / 2.0).coords))
    return courses


def _drained_relief(
    grid: Grid,
    courses: list[NDArray[np.float64]],
    base: NDArray[np.float32],
    hills: NDArray[np.float32],
    shape: Mapping[str, Any],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Height above the kilometre-scale ground in metres.

    A landscape in balance between uplift and rivers has slope = k A^-θ along its channels (A: drained
    area). Here heights are the least cost of climbing from the rivers, where a step costs that slope:
    so nothing is steeper than its own k A^-θ, valleys branch as rivers do, and no pit remains.
    """
    cost = np.exp(0.9 * spectral_noise(rng, grid.shape, cell_m=grid.cell_m, longest_m=2500.0, roughness=0.3))
    cost *= rng.exponential(1.0, grid.shape).astype(np.float32) + 0.15
    cost *= np.exp(base / 400.0)
    roots = np.zeros(grid.shape, dtype=bool)
    for xy in courses:
        row, col = grid.row_col(*xy.T)
        inside = grid.contains(row, col)
        roots[row[inside], col[inside]] = True
    _, parent = _climb(cost.astype(np.float32), grid, roots)
    area_m2 = subtree_size(parent).reshape(grid.shape) * grid.cell_m**2
    area_m2[roots] = 1e9
    steepness = shape["slope_lowland"] + (shape["slope_hills"] - shape["slope_lowland"]) * hills
    wear = np.exp(0.45 * spectral_noise(rng, grid.shape, cell_m=grid.cell_m, longest_m=6000.0, roughness=0.5))
    slope = (steepness * wear * area_m2 ** -shape["drainage_exponent"]).astype(np.float32)
    climb_m, _ = _climb(slope, grid, roots)
    climb_m = ndimage.gaussian_filter(climb_m.reshape(grid.shape).astype(np.float32), 0.7)
    window = shape["relief_window_m"] / grid.cell_m / 2.0
    return np.asarray(climb_m - ndimage.gaussian_filter(climb_m, window))


def _climb(
    cost: NDArray[np.float32], grid: Grid, roots: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Least cost from the roots to every cell, and the next cell on the way back."""
    distance, previous, _ = dijkstra(
        lattice(cost, grid.cell_m),
        directed=True,
        indices=np.flatnonzero(roots),
        return_predecessors=True,
        min_only=True,
    )
    own = np.arange(previous.size, dtype=np.int32)
    return distance, np.where(previous < 0, own, previous).astype(np.int32)


def _refined(
    heights: NDArray[np.float32],
    hills: NDArray[np.float32],
    coarse: Grid,
    fine: Grid,
    shape: Mapping[str, Any],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Heights at the fine grid, with the gullies and terraces that the drainage grid cannot hold."""
    texture = spectral_noise(
        rng, fine.shape, cell_m=fine.cell_m, longest_m=700.0, shortest_m=70.0, roughness=1.0
    )
    strength = shape["texture_m"] + (shape["texture_hills_m"] - shape["texture_m"]) * hills
    texture *= resampled(strength, coarse, fine, order=1)
    ground = resampled(heights, coarse, fine, order=3) + texture
    # the plateau's hills stay below the province's highest mountain
    top, room = np.float32(shape["plateau_m"]), np.float32(shape["plateau_room_m"])
    return np.where(ground > top, top + room * np.tanh((ground - top) / room), ground)


def _with_lake(
    heights: NDArray[np.float32], grid: Grid, reservoir: Mapping[str, Any]
) -> tuple[NDArray[np.float32], Polygon | MultiPolygon]:
    """The ground with a level lake of the wished area in its valleys, and the lake's shape."""
    ((x_m, y_m),) = published.projected([reservoir["lon"]], [reservoir["lat"]])
    reach_m, level_m = reservoir["reach_m"], reservoir["level_m"]
    top, left = (
        int(v) for v in (np.array([grid.north_m - y_m, x_m - grid.west_m]) - 2.0 * reach_m) // grid.cell_m
    )
    side = int(4 * reach_m / grid.cell_m)
    window = (slice(max(top, 0), top + side), slice(max(left, 0), left + side))
    near = heights[window]
    distance = np.hypot(grid.x_m()[window[1]][None, :] - x_m, (grid.y_m()[window[0]][:, None] - y_m)).astype(
        np.float32
    )
    # a rim that rises with distance stands for the dam and ends the far arms
    rim = near + 400.0 * np.maximum(distance / np.float32(reach_m) - 0.45, 0.0) ** 2
    low, high = float(rim.min()), float(np.median(rim))
    for _ in range(18):
        trial = (low + high) / 2.0
        wet = _largest_body(ndimage.gaussian_filter(rim, 2.0) < trial)
        if wet.sum() * grid.cell_m**2 < reservoir["area_km2"] * 1e6:
            low = trial
        else:
            high = trial
    # the country around the lake is lifted as a whole, less with distance, so that its shore is at `level_m`
    adjusted = near + np.exp(-((distance / np.float32(1.4 * reach_m)) ** 6)) * np.float32(level_m - high)
    shore = ndimage.binary_dilation(wet, iterations=2)
    adjusted[shore] = np.maximum(adjusted[shore], level_m + 0.5)
    adjusted[wet] = level_m
    out = heights.copy()
    out[window] = adjusted
    return out, _vectorised(wet, grid, window)


def _largest_body(wet: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels, count = ndimage.label(wet)
    if count == 0:
        return wet
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(labels == sizes.argmax())


def _vectorised(wet: NDArray[np.bool_], grid: Grid, window: tuple[slice, slice]) -> Polygon | MultiPolygon:
    origin = _part(grid, window, wet.shape).affine
    found = shapes(wet.astype(np.uint8), mask=wet, transform=origin, connectivity=4)
    water: Any = shapely.union_all([shapely.geometry.shape(shape) for shape, _ in found])
    return cast(Polygon | MultiPolygon, water)


def _part(grid: Grid, window: tuple[slice, slice], shape: tuple[int, int]) -> Grid:
    """The grid of a window that has `shape` cells."""
    return Grid(
        grid.crs,
        grid.west_m + window[1].start * grid.cell_m,
        grid.north_m - window[0].start * grid.cell_m,
        grid.cell_m,
        *shape,
    )


def _spots() -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """The published heights that have a place, and their places in metres."""
    spots = published.table("terrain_points")
    spots = spots[spots["lat"].notna()].reset_index(drop=True)
    return spots, published.projected(spots["lon"], spots["lat"])


def _around(grid: Grid, xy: NDArray[np.float64], reach_m: float) -> tuple[int, int, Any, NDArray[np.float64]]:
    """The cell of a point, the window around it, and how far the window's cells are from that cell."""
    half = int(reach_m / grid.cell_m)
    row, col = (int(v[0]) for v in grid.row_col(xy[:1], xy[1:]))
    window = (slice(max(row - half, 0), row + half), slice(max(col - half, 0), col + half))
    dx = grid.x_m()[window[1]][None, :] - grid.x_m()[col]
    dy = grid.y_m()[window[0]][:, None] - grid.y_m()[row]
    return row, col, window, np.hypot(dx, dy)


def _with_peak(
    heights: NDArray[np.float32], grid: Grid, shape: Mapping[str, Any], rng: np.random.Generator
) -> NDArray[np.float32]:
    """The ground with Bà Rá on it: a lone cone with spurs."""
    spots, xy = _spots()
    k = int(spots["elevation_m"].to_numpy().argmax())
    radius_m, summit_m = shape["peak_radius_m"], np.float32(spots["elevation_m"][k])
    row, col, window, distance = _around(grid, xy[k], 6.0 * radius_m)
    spurs = spectral_noise(rng, distance.shape, cell_m=grid.cell_m, longest_m=2500.0, shortest_m=150.0)
    warped = distance * (1.0 + 0.16 * spurs * np.minimum(distance / radius_m, 1.0))
    kernel = np.maximum(np.exp(-((warped / radius_m) ** 1.25)) - 0.002, 0.0) / 0.998  # ends within the window
    out = heights.copy()
    out[window] += ((summit_m - out[row, col]) * kernel).astype(np.float32)
    near = distance < radius_m  # nothing near overtops the summit
    out[window] = np.where(near, np.minimum(out[window], summit_m - 0.05 * distance), out[window])
    return out


def _fitted(heights: NDArray[np.float32], grid: Grid, lake: Polygon | MultiPolygon) -> NDArray[np.float32]:
    """The ground through the published spot heights, changed within some 4 km of them but for the lake."""
    spots, places = _spots()
    out = heights.copy()
    for xy, elevation_m in zip(places, spots["elevation_m"], strict=True):
        row, col, window, distance = _around(grid, xy, 5000.0)
        kernel = np.exp(-((distance / 1600.0) ** 2))
        origin = _part(grid, window, kernel.shape).affine
        kernel[rasterize([lake], out_shape=kernel.shape, transform=origin).astype(bool)] = 0.0
        out[window] += ((elevation_m - out[row, col]) * kernel).astype(np.float32)
    return out


def _carved(
    heights: NDArray[np.float32], grid: Grid, rivers: tuple[tuple[str, float, LineString], ...]
) -> NDArray[np.float32]:
    """The ground with river beds and their banks cut into it."""
    out = heights.copy()
    for beyond_m, depth_m in ((0.0, 2.5), (45.0, 1.5), (120.0, 1.0)):
        bands = [line.buffer(width / 2.0 + beyond_m, quad_segs=4) for _, width, line in rivers]
        out -= np.float32(depth_m) * rasterize(
            bands, out_shape=grid.shape, transform=grid.affine, dtype=np.uint8
        )
    return out
