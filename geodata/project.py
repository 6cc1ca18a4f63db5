"""A project folder: its settings, its store, and the province that a run can use made from them."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from phusong.geodata import store
from phusong.geodata.duplicates import merge, one_each
from phusong.geodata.errors import InputError
from phusong.geodata.importing import convert
from phusong.geodata.official import Official, binh_phuoc
from phusong.geodata.problems import Problem
from phusong.geodata.readers import read_source
from phusong.geodata.schema import table_named
from phusong.geodata.tables import (
    ColumnMapping,
    Rows,
    check_mapping,
    guess_mapping,
    read_mapping,
    rows_of,
    write_mapping,
)

SETTINGS = "project.toml"
STORE = "project.gpkg"
_KEYS = {"name": str, "base": str, "crs": str}
_SCHEMATIC_M = 1_500.0  # the embedded outline is generalised to about 1 km


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder that has been opened. `base` is "binh-phuoc" or "" for any other province."""

    folder: Path
    name: str
    base: str
    crs: str

    @property
    def store(self) -> Path:
        return self.folder / STORE

    def official(self) -> Official | None:
        """The official lists that names and counts are held against."""
        return binh_phuoc() if self.base == "binh-phuoc" else None

    def area(self) -> BaseGeometry | None:
        """The province in longitude and latitude: the imported boundary, else the embedded outline."""
        for layer in ("province", "units_2025", "communes", "districts"):
            frame = store.read_layer(self.store, layer)
            if isinstance(frame, gpd.GeoDataFrame) and len(frame):
                return shapely.union_all(frame.geometry.to_crs("EPSG:4326").dropna().to_numpy()).buffer(1e-4)
        if self.base == "binh-phuoc":
            from phusong.geodata.reference import published

            outline = gpd.GeoSeries([published.outline().buffer(_SCHEMATIC_M)], crs=published.CRS)
            return outline.to_crs("EPSG:4326").iloc[0]
        return None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import did: rows read and kept, how coordinates were read, the mapping used, the findings."""

    table: str
    source: str
    rows_read: int
    rows_kept: int
    crs: str
    mapping: Path
    columns: dict[str, str]
    unsure: tuple[str, ...]
    problems: tuple[Problem, ...]


def open_project(folder: Path) -> Project:
    """The project in `folder`. Raises InputError that names the key that is wrong."""
    path = folder / SETTINGS
    if not path.is_file():
        raise InputError(
            f"{folder}: không phải thư mục dự án (thiếu {SETTINGS}); hãy chạy phusong init {folder}"
            f" · no project folder ({SETTINGS} is missing); run phusong init"
        )
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: không đọc được · cannot be read ({error})") from None
    for key, value in content.items():
        if key not in _KEYS:
            raise InputError(f"{path}: khoá lạ {key!r} · unknown key; có · known: {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]):
            raise InputError(f"{path}: {key} phải là chữ trong ngoặc kép · must be text in quotes")
    if content.get("base", "") not in ("", "binh-phuoc"):
        raise InputError(f'{path}: base phải là "binh-phuoc" hoặc "" · base must be one of them')
    crs = content.get("crs", "")
    try:
        if not gpd.GeoSeries([], crs=crs).crs.is_projected:
            raise ValueError("degrees")
    except Exception:  # pyproj's own errors on what is no system
        raise InputError(
            f"{path}: crs = {crs!r} phải là hệ toạ độ mét, như EPSG:9212 · must be a system in metres"
        ) from None
    return Project(folder, str(content.get("name", folder.name)), str(content.get("base", "")), crs)


def import_file(
    project: Project,
    file: Path,
    table_key: str,
    *,
    crs: str = "",
    sheet: str | None = None,
    mapping_file: Path | None = None,
    accept_guesses: bool = False,
    one_row_each: bool = False,
) -> ImportReport:
    """Read one file into the project's store. The column mapping is kept beside it for the next time.

    `one_row_each`: several rows of the file speak of one thing, as a list of cells does of its stations; the
    first of them stands for it. Raises InputError where the file cannot be read, a needed column is missing,
    guessed columns are not confirmed, or the coordinates fit no or several systems; the store is then as it was.
    """
    table = table_named(table_key)
    kept = mapping_file or project.folder / "mappings" / f"{file.name}.{table.key}.toml"
    known = read_mapping(kept) if kept.is_file() else None
    if mapping_file is not None and known is None:
        raise InputError(f"{mapping_file}: không có tệp ánh xạ này · there is no such mapping file")
    if known is not None and known.table != table.key:
        raise InputError(f"{kept.name}: dành cho bảng {known.table} · it is for that table, not {table.key}")
    rows = rows_of(
        read_source(file),
        table,
        sheet=sheet or (known.sheet if known else None) or None,
        header_row=known.header_row if known and known.header_row else None,
    )
    mapping = known or guess_mapping(rows, table)
    if crs:
        mapping = dataclasses.replace(mapping, crs=crs)
    if known is None:
        write_mapping(mapping, kept, columns=[str(column) for column in rows.frame.columns])
    check_mapping(mapping, rows, table, source=kept.name)
    if mapping.unsure and not accept_guesses:
        guessed = "; ".join(f"{key} ← “{mapping.columns[key]}”" for key in mapping.unsure)
        raise InputError(
            f"{file.name}: cột phỏng đoán ({guessed}); hãy xem {kept} rồi chạy lại, hoặc thêm --yes"
            " · guessed columns: look at the mapping file and run again, or add --yes"
        )
    return _store_rows(project, file, rows, mapping, kept, one_row_each=one_row_each)


def _store_rows(
    project: Project, file: Path, rows: Rows, mapping: ColumnMapping, kept: Path, *, one_row_each: bool
) -> ImportReport:
    table = table_named(mapping.table)
    imported = convert(rows, mapping, table, area=project.area(), official=project.official())
    frame, twice = (one_each if one_row_each else merge)(imported.frame, table)
    problems = (*imported.problems, *twice)
    origin = store.Origin(
        layer=table.key,
        source_file=file.name,
        sha256=store.sha256_of(file),
        imported_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        rows=len(frame),
        crs=imported.crs,
        columns=json.dumps(dict(mapping.columns), ensure_ascii=False),
    )
    store.put(project.store, table.key, frame, origin, problems)
    return ImportReport(
        table.key,
        file.name,
        imported.rows_read,
        len(frame),
        imported.crs,
        kept,
        dict(mapping.columns),
        mapping.unsure,
        problems,
    )
