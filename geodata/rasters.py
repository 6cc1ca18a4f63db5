"""Terrain, land cover and population from GIS rasters onto the project's grids, totals kept, holes named."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.warp import reproject, transform_bounds
from rasterio.windows import Window
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from phusong.geodata.atomic import replacing
from phusong.geodata.class_table import read_class_table
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.geodata.province import Province
from phusong.geodata.raster import Raster, mapped

KINDS = ("terrain", "landcover", "population")
_BLOCK_ROWS = 512  # of the target at a time: mosaics larger than memory pass through in strips
_LOWEST_M, _HIGHEST_M = -500.0, 9000.0


@dataclass(frozen=True, slots=True)
class RasterReport:
    """What became of the source: cells without a value before and after filling, and totals."""

    kind: str
    cells: int
    holes: int
    filled: int
    source_total: float = 0.0  # population: people of the source inside the grid
    total: float = 0.0
    classes: Mapping[str, int] = dataclasses.field(default_factory=dict)  # landcover: cells a class

    def line(self) -> str:
        """The report in one line, Vietnamese first."""
        parts = [f"{self.kind}: {self.cells:,} ô · cells"]
        if self.holes:
            parts.append(f"{self.holes:,} ô trống, đã lấp {self.filled:,} · holes, of which filled")
        if self.kind == "population":
            parts.append(
                f"{self.source_total:,.0f} người trong nguồn, {self.total:,.0f} sau khi đặt lên lưới"
            )
        if self.classes:
            parts.append(", ".join(f"{key} {count:,}" for key, count in self.classes.items()))
        return "; ".join(parts)


def import_terrain(
    paths: Sequence[Path], grid: Grid, *, needed: BaseGeometry | None = None, largest_hole: int = 400
) -> tuple[Raster, RasterReport]:
    """Ground heights in metres on `grid` from one or more DEM tiles (.hgt, GeoTIFF, any GDAL raster).

    Finer tiles are averaged, coarser ones interpolated. Holes of at most `largest_hole` cells are filled
    from around; a larger one inside `needed` (in the grid's CRS) is refused with an InputError that says
    where, outside it is filled with the nearest height.
    """
    values = _mosaic(paths, grid, Resampling.bilinear, Resampling.average)
    values[(values < _LOWEST_M) | (values > _HIGHEST_M)] = np.nan
    holes = np.isnan(values)
    count = int(holes.sum())
    if count == values.size:
        raise InputError(f"{_names(paths)}: không phủ chỗ nào của lưới · covers nothing of the grid")
    if count:
        _refuse_large_holes(holes, grid, needed, largest_hole, _names(paths))
        values = _filled(values, holes)
    return Raster(grid, values.astype(np.float32)), RasterReport("terrain", values.size, count, count)


def import_landcover(
    paths: Sequence[Path], grid: Grid, classes: pd.DataFrame, *, table: Path | None = None
) -> tuple[Raster, RasterReport, pd.DataFrame]:
    """Clutter codes on `grid` from a land-cover map, by a table that maps its classes to clutter keys.

    `classes` is the province's clutter table; `table` a TOML file with [classes] value = "key" (default:
    ESA WorldCover) and, for keys of its own or other heights, [heights_m] key = metres; [losses_db] key = dB is
    what a class takes from a receiver lower than it, beside what its height does. The class most
    frequent in a cell wins. The clutter table, with those keys, comes back too. Raises InputError for a
    class that the table does not have.
    """
    mapping, classes = read_class_table(table, classes)
    values = _mosaic(paths, grid, Resampling.nearest, Resampling.mode)
    holes = np.isnan(values)
    if holes.all():
        raise InputError(f"{_names(paths)}: không phủ chỗ nào của lưới · covers nothing of the grid")
    codes = np.zeros(grid.shape, dtype=np.uint8)
    unknown = []
    for value in np.unique(values[~holes]):
        if int(value) not in mapping:
            unknown.append(f"{value:g}")
            continue
        codes[values == value] = mapping[int(value)]
    if unknown:
        raise InputError(
            f"{_names(paths)}: lớp {', '.join(unknown[:10])} không có trong bảng lớp phủ · these classes are"
            " not in the class table; thêm vào tệp TOML · add them to the TOML file (--classes)"
        )
    if holes.any():
        codes = _nearest(codes, holes)
    names = dict(zip(classes["code"], classes["key"], strict=True))
    counts = {str(names[code]): int((codes == code).sum()) for code in np.unique(codes)}
    report = RasterReport("landcover", codes.size, int(holes.sum()), int(holes.sum()), classes=counts)
    return Raster(grid, codes), report, classes


def import_population(paths: Sequence[Path], grid: Grid) -> tuple[Raster, RasterReport]:
    """People per cell of `grid` from rasters of people per pixel (WorldPop, GHSL, HRSL); the total is kept.

    Every source pixel is cut into equal parts at most half a cell wide, and each part counts where its
    centre lies: nobody is lost or counted twice inside the grid, whatever the two pixel sizes are.
    """
    people = np.zeros(grid.shape, dtype=np.float64)
    total = 0.0
    for path in paths:
        with _opened(path) as source:
            for window in _windows(source, grid):
                total += _spread(source, window, grid, people)
    if total <= 0:
        raise InputError(f"{_names(paths)}: không có người nào trong lưới · nobody lives inside the grid")
    report = RasterReport("population", people.size, 0, 0, total, float(people.sum()))
    return Raster(grid, people.astype(np.float32)), report


def _spread(source: Any, window: Window, grid: Grid, people: NDArray[np.float64]) -> float:
    band = source.read(1, window=window, masked=True)
    values = np.where(np.ma.getmaskarray(band), 0.0, np.asarray(band.data, dtype=np.float64))
    values[~np.isfinite(values) | (values < 0)] = 0.0
    if not values.any():
        return 0.0
    rows, cols = values.shape
    a, b, c, d, e, f = source.transform[:6]
    to_grid = Transformer.from_crs(source.crs, grid.crs, always_xy=True)
    # the corner lattice goes through PROJ, parts inside a pixel are interpolated: a pixel is small
    col, row = np.meshgrid(window.col_off + np.arange(cols + 1), window.row_off + np.arange(rows + 1))
    x, y = to_grid.transform(a * col + b * row + c, d * col + e * row + f)
    side_m = max(
        float(np.nanmedian(np.abs(np.diff(x, axis=1)))), float(np.nanmedian(np.abs(np.diff(y, axis=0))))
    )
    parts = int(np.clip(np.ceil(2 * side_m / grid.cell_m), 2, 40))
    row, col = np.nonzero(values)
    share = values[row, col] / parts**2
    counted = 0.0
    for i in range(parts):
        for j in range(parts):
            v, u = (i + 0.5) / parts, (j + 0.5) / parts
            px, py = (
                (1 - v) * ((1 - u) * at[row, col] + u * at[row, col + 1])
                + v * ((1 - u) * at[row + 1, col] + u * at[row + 1, col + 1])
                for at in (x, y)
            )
            at_row, at_col = grid.row_col(px, py)
            inside = grid.contains(at_row, at_col)
            np.add.at(people, (at_row[inside], at_col[inside]), share[inside])
            counted += float(share[inside].sum())
    return counted


def _opened(path: Path) -> Any:
    try:
        source = rasterio.open(path)
    except rasterio.errors.RasterioError as error:
        why = " ".join(str(error).split())[:100]
        raise InputError(f"{path.name}: không đọc được raster · cannot be read ({why})") from None
    if source.crs is None:
        source.close()
        raise InputError(f"{path.name}: raster thiếu hệ toạ độ · the raster states no coordinate system")
    return source


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.name for path in paths[:3]) + (" …" if len(paths) > 3 else "")


def _windows(source: Any, grid: Grid) -> Iterator[Window]:
    """Strips of the source that may touch the grid."""
    bounds = transform_bounds(grid.crs, source.crs, *grid.bounds_m, densify_pts=21)
    wanted = source.window(*bounds)
    top = max(0, int(wanted.row_off) - 2)
    bottom = min(source.height, int(np.ceil(wanted.row_off + wanted.height)) + 2)
    left = max(0, int(wanted.col_off) - 2)
    right = min(source.width, int(np.ceil(wanted.col_off + wanted.width)) + 2)
    for row in range(top, bottom, _BLOCK_ROWS):
        if right > left:
            yield Window(left, row, right - left, min(_BLOCK_ROWS, bottom - row))


def _mosaic(paths: Sequence[Path], grid: Grid, finer: Resampling, coarser: Resampling) -> NDArray[np.float32]:
    """Tiles on the grid, strip by strip, earlier tiles first; NaN where none has a value.

    `coarser` serves tiles whose pixels are smaller than half a cell, `finer` the others.
    """
    if not paths:
        raise InputError("không có tệp raster nào · no raster file was given")
    out = np.full(grid.shape, np.nan, dtype=np.float32)
    with ExitStack() as stack:
        sources = [stack.enter_context(_opened(path)) for path in paths]
        for top in range(0, grid.rows, _BLOCK_ROWS):
            rows = min(_BLOCK_ROWS, grid.rows - top)
            strip = dataclasses.replace(grid, north_m=grid.north_m - top * grid.cell_m, rows=rows)
            block = out[top : top + rows]
            for path, source in zip(paths, sources, strict=True):
                if not np.isnan(block).any():
                    break
                if not _touches(source, strip):
                    continue
                found = np.full(strip.shape, np.nan, dtype=np.float32)
                try:
                    reproject(
                        rasterio.band(source, 1),
                        found,
                        src_nodata=source.nodata,
                        dst_transform=strip.affine,
                        dst_crs=grid.crs,
                        dst_nodata=np.nan,
                        resampling=coarser if _pixel_m(source) < grid.cell_m / 2 else finer,
                    )
                except rasterio.errors.RasterioError as error:
                    why = " ".join(str(error).split())[:100]
                    raise InputError(
                        f"{path.name}: hỏng hoặc cắt cụt · damaged or cut short ({why})"
                    ) from None
                block[...] = np.where(np.isnan(block), found, block)
    return out


def _touches(source: Any, grid: Grid) -> bool:
    west, south, east, north = transform_bounds(grid.crs, source.crs, *grid.bounds_m, densify_pts=21)
    b = source.bounds
    return bool(west < b.right and east > b.left and south < b.top and north > b.bottom)


def _pixel_m(source: Any) -> float:
    size = abs(source.transform.a)
    return float(size * 111_320.0 if source.crs.is_geographic else size)


def _refuse_large_holes(
    holes: NDArray[np.bool_], grid: Grid, needed: BaseGeometry | None, largest: int, name: str
) -> None:
    from rasterio.features import rasterize

    inside = holes
    if needed is not None:
        inside = holes & rasterize([needed], out_shape=grid.shape, transform=grid.affine).astype(bool)
    patches, n = ndimage.label(inside)
    if n == 0:
        return
    sizes = np.bincount(patches.ravel())[1:]
    if sizes.max() <= largest:
        return
    row, col = (int(v) for v in ndimage.center_of_mass(patches == 1 + int(sizes.argmax())))
    lon, lat = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(
        grid.x_m()[col], grid.y_m()[row]
    )
    raise InputError(
        f"{name}: có lỗ {int(sizes.max()):,} ô quanh ({lat:.3f}, {lon:.3f}), quá lớn để tự lấp;"
        " hãy thêm mảnh phủ chỗ đó · a hole too large to fill there; add the tile that covers it"
    )


def _filled(values: NDArray[np.float32], holes: NDArray[np.bool_]) -> NDArray[np.float32]:
    from rasterio.fill import fillnodata

    smooth = fillnodata(np.nan_to_num(values), mask=(~holes).astype(np.uint8), max_search_distance=50)
    left = holes & (ndimage.distance_transform_edt(holes) > 50)
    smooth[holes & ~left] = smooth[holes & ~left]
    return _nearest(smooth, left) if left.any() else smooth


def _nearest(values: NDArray[Any], holes: NDArray[np.bool_]) -> NDArray[Any]:
    place = ndimage.distance_transform_edt(holes, return_distances=False, return_indices=True)
    return np.asarray(values[tuple(place)])


def write_raster(raster: Raster, path: Path) -> None:
    """A GeoTIFF with the raster's grid, whole or not at all."""
    grid = raster.grid
    with (
        replacing(path) as draft,
        rasterio.open(
            draft, "w", driver="GTiff", height=grid.rows, width=grid.cols, count=1, crs=grid.crs,
            dtype=raster.values.dtype, transform=grid.affine, compress="deflate", tiled=True,
        ) as out,
    ):  # fmt: skip
        out.write(raster.values, 1)


def read_raster(path: Path, grid: Grid) -> Raster:
    """A raster written by `write_raster`. Raises InputError where it is not on `grid`."""
    with _opened(path) as source:
        same = source.shape == grid.shape and source.transform.almost_equals(grid.affine, 1e-3)
        if not same:
            raise InputError(
                f"{path.name}: không còn khớp lưới của dự án; hãy nhập lại · it no longer fits the project's"
                " grid; import it again"
            )
        values = mapped(grid.shape, source.dtypes[0])
        for first in range(0, grid.rows, _BLOCK_ROWS):  # in windows: memory does not grow with the area
            rows = min(_BLOCK_ROWS, grid.rows - first)
            values[first : first + rows] = source.read(1, window=((first, first + rows), (0, grid.cols)))
        return Raster(grid, values)


def with_rasters(province: Province, folder: Path) -> Province:
    """`province` with the project's imported rasters in the place of the made-up ones."""
    changed: dict[str, Any] = {}
    gone = set()
    for kind, field, grid in (
        ("terrain", "terrain", province.terrain.grid),
        ("landcover", "clutter", province.clutter.grid),
        ("population", "population", province.population.grid),
    ):
        path = folder / f"{kind}.tif"
        if path.is_file():
            changed[field] = read_raster(path, grid)
            gone.add(field)
    if "clutter" in changed and (folder / "clutter_classes.csv").is_file():
        changed["clutter_classes"] = pd.read_csv(folder / "clutter_classes.csv")
    if "population" in changed:
        changed["hamlet_of_cell"] = _owners(province, changed["population"])
    return dataclasses.replace(
        province, **changed, synthetic=tuple(key for key in province.synthetic if key not in gone)
    )


def _owners(province: Province, population: Raster) -> Raster:
    from scipy.spatial import cKDTree

    grid = population.grid
    row, col = np.nonzero(population.values > 0)
    owner = np.full(grid.shape, -1, dtype=province.hamlet_of_cell.values.dtype)
    xy = np.column_stack([province.hamlets.geometry.x, province.hamlets.geometry.y])
    owner[row, col] = cKDTree(xy).query(np.column_stack([grid.x_m()[col], grid.y_m()[row]]))[1]
    return Raster(grid, owner)
