"""The built province on disk: plain tables and arrays in the user's cache folder, keyed by what made them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.geodata.grid import Grid
from phusong.geodata.province import Province
from phusong.geodata.raster import Raster
from phusong.geodata.reference.build import build

_SHAPES = ("outline", "border", "patrol_road", "park")
_GEO_TABLES = ("districts", "communes", "units_2025", "hamlets", "places", "zones", "roads", "water")
_TABLES = ("sites", "sectors", "clutter_classes")
_RASTERS = ("terrain", "clutter", "population", "hamlet_of_cell")


def load() -> Province:
    """The reference province, built on first use and read from the cache afterwards.

    The cache folder is PHUSONG_CACHE, or the platform's own; when it cannot be written the province is
    built every time.
    """
    folder = cache_folder() / f"reference-{fingerprint()}"
    if (folder / "province.json").is_file():
        return read(folder)
    province = build()
    try:
        write(province, folder)
    except OSError:
        return province
    return read(folder)


def cache_folder() -> Path:
    """Where built things are kept: PHUSONG_CACHE, or the platform's cache folder."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("PHUSONG_CACHE") or user_cache_path("phusong"))


def fingerprint() -> str:
    """Hex digits that change with the builder's sources, the facts and the libraries that compute."""
    digest = hashlib.sha256()
    for name in ("numpy", "scipy", "shapely", "rasterio", "pyproj"):
        digest.update(f"{name} {version(name)}\n".encode())
    for entry in _sources(files("phusong.geodata.reference")):
        digest.update(entry.name.encode() + b"\n" + entry.read_bytes())
    return digest.hexdigest()[:16]


def _sources(folder: Traversable) -> list[Traversable]:
    found: list[Traversable] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir() and entry.name == "facts":
            found += _sources(entry)
        elif entry.name.endswith((".py", ".toml", ".csv")):
            found.append(entry)
    return found


def write(province: Province, folder: Path) -> None:
    """Writes the province into a new folder, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".reference-", dir=folder.parent))
    try:
        _write_files(province, draft)
        try:
            draft.rename(folder)
        except OSError:  # another process was first, or an unfinished folder is in the way
            if not (folder / "province.json").is_file():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_files(province: Province, folder: Path) -> None:
    head: dict[str, Any] = {"name": province.name, "crs": province.crs, "synthetic": province.synthetic}
    head["shapes"] = {name: shapely.to_wkb(getattr(province, name), hex=True) for name in _SHAPES}
    head["dtypes"] = {}
    for name in (*_GEO_TABLES, *_TABLES):
        table = pd.DataFrame(getattr(province, name))
        if name in _GEO_TABLES:
            table = table.assign(geometry=shapely.to_wkb(table["geometry"].to_numpy(), hex=True))
        head["dtypes"][name] = {str(column): _kind(dtype) for column, dtype in table.dtypes.items()}
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    head["grids"] = {}
    for name in _RASTERS:
        raster: Raster = getattr(province, name)
        grid = raster.grid
        head["grids"][name] = [grid.crs, grid.west_m, grid.north_m, grid.cell_m, grid.rows, grid.cols]
        np.save(folder / f"{name}.npy", raster.values, allow_pickle=False)
    (folder / "province.json").write_text(json.dumps(head, ensure_ascii=False, indent=1), encoding="utf-8")


def _kind(dtype: Any) -> str:
    return str(dtype) if pd.api.types.is_numeric_dtype(dtype) else "str"


def read(folder: Path) -> Province:
    """The province that `write` put into the folder."""
    head = json.loads((folder / "province.json").read_text(encoding="utf-8"))
    values: dict[str, Any] = {name: shapely.from_wkb(text) for name, text in head["shapes"].items()}
    for name, dtypes in head["dtypes"].items():
        table = _read_table(folder / f"{name}.csv", dtypes)
        if name in _GEO_TABLES:
            shapes = shapely.from_wkb(table.pop("geometry").to_numpy(dtype=object))
            values[name] = gpd.GeoDataFrame(table, geometry=shapes, crs=head["crs"])
        else:
            values[name] = table
    for name, grid in head["grids"].items():
        # mapped: rows are read as they are asked for, and memory does not grow with the area
        stored = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        values[name] = Raster(Grid(*grid), stored)
    return Province(name=head["name"], crs=head["crs"], synthetic=tuple(head["synthetic"]), **values)


def _read_table(path: Path, dtypes: dict[str, str]) -> pd.DataFrame:
    """The table that to_csv wrote; Python's float gives its decimal numbers back exactly."""
    decimal = [column for column, kind in dtypes.items() if kind.startswith("float")]
    table = pd.read_csv(path, dtype={**dtypes, **dict.fromkeys(decimal, "str")}, keep_default_na=False)
    for column in decimal:
        table[column] = np.array([float(text) for text in table[column]], dtype=dtypes[column])
    return table
