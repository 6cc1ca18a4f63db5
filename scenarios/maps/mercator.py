"""Rasters on the projection of web maps: every pixel takes the value of the cell that its centre lies in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.warp import Resampling, reproject, transform_bounds

from phusong.geodata.grid import Grid

WEB_MERCATOR = "EPSG:3857"
METRES_A_DEGREE = 111_320.0  # of longitude on the equator: the most that a degree ever measures


@dataclass(frozen=True, slots=True)
class View:
    """A picture's place on the page's map, and which cell of a grid each of its pixels shows.

    `cell` holds flat indices into the grid, -1 outside it, shape (rows, cols); `west`, `north` are the outer
    corner and `pixel` the side of a pixel, in the projection's unit.
    """

    crs: str
    west: float
    north: float
    pixel: float
    cell: NDArray[np.int32]

    @property
    def shape(self) -> tuple[int, int]:
        return self.cell.shape[0], self.cell.shape[1]

    def latlon_bounds(self) -> list[list[float]]:
        """[[south, west], [north, east]] outer corners in degrees (WGS 84)."""
        rows, cols = self.shape
        back = Transformer.from_crs(self.crs, "EPSG:4326", always_xy=True)
        west, south = back.transform(self.west, self.north - rows * self.pixel)
        east, north = back.transform(self.west + cols * self.pixel, self.north)
        return [[south, west], [north, east]]

    def take(self, values: NDArray[np.generic], *, outside: float) -> NDArray[np.generic]:
        """The grid's `values` seen in this view; `outside` where the grid does not reach."""
        seen: NDArray[np.generic] = values.ravel()[np.maximum(self.cell, 0)]
        return np.where(self.cell >= 0, seen, np.asarray(outside, dtype=values.dtype))


def view_of(grid: Grid, *, coarser: int = 1, crs: str = WEB_MERCATOR) -> View:
    """The view of `grid` with pixels just small enough that no cell falls between two of them.

    `coarser` enlarges the pixels by a whole factor, for grids too fine to be shown cell by cell. `crs` is Web
    Mercator, or "EPSG:4326" for globes that lay pictures over degrees.
    """
    west, south, east, north = transform_bounds(grid.crs, crs, *grid.bounds_m, densify_pts=50)
    if crs == WEB_MERCATOR:
        side = grid.cell_m / math.cos(math.radians(_latitude_nearest_the_equator(south, north)))
    else:
        side = grid.cell_m / METRES_A_DEGREE
    # a cell turned by the meridian convergence (below 1 degree here) still holds a square of 0.98 its side
    pixel = side * 0.98 * coarser
    rows, cols = math.ceil((north - south) / pixel), math.ceil((east - west) / pixel)
    cell = np.full((rows, cols), -1, dtype=np.int32)
    reproject(
        np.arange(grid.rows * grid.cols, dtype=np.int32).reshape(grid.shape),
        cell,
        src_transform=grid.affine,
        src_crs=grid.crs,
        dst_transform=Affine(pixel, 0.0, west, 0.0, -pixel, north),
        dst_crs=crs,
        src_nodata=-1,
        dst_nodata=-1,
        resampling=Resampling.nearest,
        tolerance=0.0,  # exact positions: GDAL's default lets a pixel stray by an eighth
    )
    return View(crs=crs, west=west, north=north, pixel=pixel, cell=cell)


def _latitude_nearest_the_equator(south: float, north: float) -> float:
    back = Transformer.from_crs(WEB_MERCATOR, "EPSG:4326", always_xy=True)
    latitudes = [back.transform(0.0, y)[1] for y in (south, north)]
    return 0.0 if south < 0 < north else min(latitudes, key=abs)
