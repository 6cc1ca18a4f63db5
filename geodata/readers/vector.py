"""GeoPackage, Shapefile, GeoJSON and GeoParquet as features, geometry made safe."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.geodata.errors import InputError
from phusong.geodata.readers.archives import broken
from phusong.geodata.readers.source import Features, Limits, Source, too_large


def read_vector(path: Path, *, limits: Limits) -> Source:
    """Every layer that GDAL finds in a GeoPackage, Shapefile or GeoJSON."""
    import pyogrio

    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL's remarks on M values and field widths
        try:
            for layer, _ in pyogrio.list_layers(path):
                info = pyogrio.read_info(path, layer=layer)
                if info["features"] > limits.rows:
                    raise too_large(path.name, f"hơn {limits.rows:,} dòng", f"more than {limits.rows:,} rows")
                if len(info["fields"]) > limits.columns:
                    raise too_large(
                        path.name, f"hơn {limits.columns} cột", f"more than {limits.columns} columns"
                    )
                frame = pyogrio.read_dataframe(path, layer=layer, on_invalid="ignore")
                found.append(_features(str(layer), frame))
        except InputError:
            raise
        except Exception as error:  # GDAL's own errors, and numpy's on what GDAL let through
            raise broken(path.name, error) from None
    if not found:
        raise InputError(f"{path.name}: không có lớp dữ liệu nào · there is no layer in it")
    return Source(path.name, "vector", features=tuple(found))


def read_parquet(path: Path, *, limits: Limits) -> Source:
    """A GeoParquet file, or a plain Parquet table with coordinate columns."""
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise InputError(
            f"{path.name}: cần gói pyarrow để đọc Parquet: pip install 'phusong[parquet]'"
            " · reading Parquet needs pyarrow: pip install 'phusong[parquet]'"
        ) from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            metadata = parquet.read_metadata(path)
            if metadata.num_rows > limits.rows:
                raise too_large(path.name, f"hơn {limits.rows:,} dòng", f"more than {limits.rows:,} rows")
            if b"geo" in (metadata.metadata or {}):
                frame = gpd.read_parquet(path)
            else:
                frame = parquet.read_table(path).to_pandas()
        except InputError:
            raise
        except Exception as error:
            raise broken(path.name, error) from None
    return Source(path.name, "parquet", features=(_features(path.stem, frame),))


def _features(name: str, frame: pd.DataFrame) -> Features:
    crs = None
    if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None:
        code = frame.crs.to_epsg()
        crs = f"EPSG:{code}" if code else frame.crs.to_wkt()
    geometry = frame.geometry if isinstance(frame, gpd.GeoDataFrame) else [None] * len(frame)
    columns = [
        c for c in frame.columns if not isinstance(frame, gpd.GeoDataFrame) or c != frame.geometry.name
    ]
    cells = pd.DataFrame(frame[columns]).astype(object)
    cells = cells.where(cells.notna(), None)
    cells.columns = [str(column) for column in columns]
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return Features(name, gpd.GeoDataFrame(cells, geometry=list(geometry), crs=crs), crs)


def safe_geometry(geometry: gpd.GeoSeries) -> tuple[gpd.GeoSeries, dict[int, str]]:
    """The geometry in two dimensions and valid, and what was wrong in which row.

    "empty" and "nan": the row has no usable geometry (None comes back). "invalid": a self-intersection
    was mended, the area kept. "3d": heights or measures were dropped. "antimeridian": it spans more than
    half the globe, as a shape drawn across 180° does (None comes back).
    """
    values = np.array(list(geometry), dtype=object)
    wrong: dict[int, str] = {}
    for place, shape in enumerate(values):
        row = geometry.index[place]
        if shape is None or shape.is_empty:
            wrong[row], values[place] = "empty", None
            continue
        if shape.has_z or getattr(shape, "has_m", False):
            wrong[row] = "3d"
            shape = values[place] = shapely.force_2d(shape)
        if not np.isfinite(shapely.get_coordinates(shape)).all():
            wrong[row], values[place] = "nan", None
            continue
        if not shape.is_valid:
            mended = shapely.make_valid(shape)
            if shape.geom_type.endswith("Polygon"):
                mended = shapely.union_all(
                    [part for part in shapely.get_parts(mended) if part.geom_type.endswith("Polygon")]
                )
            wrong[row], values[place] = ("invalid", mended) if not mended.is_empty else ("empty", None)
            shape = values[place]
        if shape is not None and geometry.crs is not None and geometry.crs.is_geographic:
            west, _, east, _ = shape.bounds
            if east - west > 180 or east > 180 or west < -180:
                wrong[row], values[place] = "antimeridian", None
    return gpd.GeoSeries(list(values), index=geometry.index, crs=geometry.crs), wrong
