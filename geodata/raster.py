"""A raster never travels without its grid; GeoTIFF in and out."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid


@dataclass(frozen=True, slots=True)
class Raster:
    """Values of one quantity on a grid: `values` has shape (grid.rows, grid.cols); NaN is 'no value'."""

    grid: Grid
    values: NDArray[Any]

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            raise ValueError(f"values of shape {self.values.shape} do not fit a grid of {self.grid.shape}")

    def at(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[Any]:
        """The value of the cell that holds each point. Raises ValueError for a point outside the grid."""
        row, col = self.grid.row_col(x_m, y_m)
        if not self.grid.contains(row, col).all():
            raise ValueError("a point lies outside the raster")
        return np.asarray(self.values[row, col])


def write_geotiff(
    raster: Raster,
    path: Path,
    *,
    nodata: float | None = None,
    tags: Mapping[str, str] | None = None,
    colours: Mapping[int, tuple[int, int, int, int]] | None = None,
) -> None:
    """Writes one band as a cloud-optimised GeoTIFF (tiled, deflated, with overviews), whole or not at all.

    Rasters of decimal numbers hold NaN where there is no value; `nodata` names the value that means so in
    one of whole numbers. `tags` become the file's metadata; `colours` is a palette of RGBA for uint8
    classes. Raises OSError where the file cannot be written.
    """
    import rasterio

    values = raster.values
    decimal = np.issubdtype(values.dtype, np.floating)
    if colours is not None and values.dtype != np.uint8:
        raise ValueError(f"a palette needs uint8 values, not {values.dtype}")
    profile = {
        "driver": "COG",
        "width": raster.grid.cols,
        "height": raster.grid.rows,
        "count": 1,
        "dtype": values.dtype.name,
        "crs": raster.grid.crs,
        "transform": raster.grid.affine,
        "nodata": np.nan if decimal and nodata is None else nodata,
        "compress": "DEFLATE",
        "predictor": "STANDARD" if colours is not None else "YES",
        "overview_resampling": "AVERAGE" if decimal else "NEAREST",
    }
    with tempfile.TemporaryDirectory(prefix=".geotiff-", dir=path.parent) as folder:
        draft = Path(folder) / path.name
        with rasterio.open(draft, "w", **profile) as file:
            file.write(values, 1)
            if tags:
                file.update_tags(**tags)
            if colours is not None:
                file.write_colormap(1, dict(colours))
        draft.replace(path)


def mapped(shape: tuple[int, int], dtype: Any, folder: Path | None = None) -> NDArray[Any]:
    """An array that lies in a file of no name, not in memory; the file goes with the last use of the array.

    It is made in `folder` (None: the system's own for such files), which must hold it.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        return np.memmap(file, dtype=dtype, mode="w+", shape=shape)


def read_geotiff(path: Path) -> Raster:
    """The first band of a GeoTIFF on its grid; in a raster of decimal numbers, no value is NaN.

    Raises InputError for a file that is no raster, has no projected CRS in metres, or has cells that are
    rotated or not square.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as file:
                values = file.read(1)
                crs, transform, nodata = file.crs, file.transform, file.nodata
    except RasterioIOError as error:
        raise InputError(f"{path}: not a readable GeoTIFF ({error})") from None
    if crs is None or not crs.is_projected or crs.linear_units_factor[1] != 1.0:
        raise InputError(
            f"{path}: needs a projected CRS in metres; reproject it first, for example to VN-2000 (EPSG:9212)"
        )
    if (transform.b, transform.d) != (0.0, 0.0) or transform.a <= 0 or abs(transform.a + transform.e) > 1e-6:
        raise InputError(f"{path}: cells must be square and north-up; resample it first")
    if nodata is not None and np.issubdtype(values.dtype, np.floating) and not np.isnan(nodata):
        values = np.where(values == nodata, np.array(np.nan, dtype=values.dtype), values)
    rows, cols = values.shape
    code = crs.to_epsg()
    name = f"EPSG:{code}" if code else crs.to_wkt()
    return Raster(Grid(name, transform.c, transform.f, transform.a, rows, cols), values)
