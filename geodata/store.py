"""The project's one GeoPackage: layers, where each came from, and what was found wrong. Writes are atomic."""

from __future__ import annotations

import hashlib
import shutil
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.geodata.atomic import replacing
from phusong.geodata.errors import InputError
from phusong.geodata.problems import Problem, from_frame, to_frame
from phusong.geodata.safe_cells import xml_text

PROVENANCE = "_provenance"
PROBLEMS = "_problems"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows of a layer came from."""

    layer: str
    source_file: str
    sha256: str
    imported_at: str  # ISO 8601, UTC
    rows: int
    crs: str  # how the coordinates were read
    columns: str  # JSON: field → header
    note: str = ""


def sha256_of(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def layers(path: Path) -> tuple[str, ...]:
    """Names of the layers with data; empty where the project has no store yet."""
    return tuple(name for name in _all_layers(path) if not name.startswith("_"))


def _all_layers(path: Path) -> tuple[str, ...]:
    if not path.is_file():
        return ()
    import pyogrio

    try:
        return tuple(str(name) for name, _ in pyogrio.list_layers(path))
    except Exception as error:  # GDAL's own errors on a damaged file
        why = " ".join(str(error).split())[:120]
        raise InputError(f"{path.name}: kho dữ liệu hỏng · the store is damaged ({why})") from None


def read_layer(path: Path, layer: str) -> gpd.GeoDataFrame | pd.DataFrame | None:
    """A layer with its geometry, or None where there is no such layer."""
    if layer not in _all_layers(path):
        return None
    import pyogrio

    frame = pyogrio.read_dataframe(path, layer=layer)
    return frame if isinstance(frame, gpd.GeoDataFrame) else pd.DataFrame(frame)


def write_layers(path: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Put layers into the store, replacing those of the same name: all of them, or none after an error."""
    with replacing(path) as draft:
        if path.is_file():
            shutil.copyfile(path, draft)
        for layer, frame in frames.items():
            _write(draft, layer, frame)


def _write(path: Path, layer: str, frame: pd.DataFrame) -> None:
    import pyogrio

    texts = frame.select_dtypes(include=["object", "string"]).columns
    clean = frame.copy()
    for column in texts:
        if isinstance(frame, gpd.GeoDataFrame) and column == frame.geometry.name:
            continue
        texts_only: list[Any] = [xml_text(value) if value == value else None for value in frame[column]]
        clean[column] = texts_only
        if clean[column].isna().all():
            clean[column] = clean[column].astype("string")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a layer without geometry is meant
        if isinstance(clean, gpd.GeoDataFrame):
            pyogrio.write_dataframe(clean, path, layer=layer, driver="GPKG", geometry_type="Unknown")
        else:
            pyogrio.write_dataframe(clean, path, layer=layer, driver="GPKG")


def origins(path: Path) -> list[Origin]:
    """Where every layer's rows came from."""
    frame = read_layer(path, PROVENANCE)
    if frame is None:
        return []
    texts = frame.drop(columns="rows").fillna("").astype(str)
    return [
        Origin(rows=int(rows), **{str(key): value for key, value in record.items()})
        for rows, record in zip(frame["rows"], texts.to_dict("records"), strict=True)
    ]


def problems(path: Path) -> list[Problem]:
    """What the imports found wrong."""
    frame = read_layer(path, PROBLEMS)
    return [] if frame is None else from_frame(frame)


def put(
    path: Path, layer: str, frame: gpd.GeoDataFrame, origin: Origin, found: Iterable[Problem]
) -> gpd.GeoDataFrame:
    """Store the rows of one file, replacing what the same file gave before; the layer's rows come back."""
    before = read_layer(path, layer)
    if before is not None and "source_file" in before:
        others = before[before["source_file"] != origin.source_file]
        if len(others):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # columns that are empty in one of the two files
                frame = gpd.GeoDataFrame(pd.concat([others, frame], ignore_index=True), crs=frame.crs)
    kept = [o for o in origins(path) if (o.layer, o.source_file) != (layer, origin.source_file)]
    old = [p for p in problems(path) if (p.table, p.file) != (layer, origin.source_file)]
    write_layers(
        path,
        {
            layer: frame,
            PROVENANCE: pd.DataFrame([asdict(o) for o in (*kept, origin)]),
            PROBLEMS: to_frame([*old, *found]),
        },
    )
    return frame
