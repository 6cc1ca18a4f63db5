"""What a reader hands over: sheets of cells or features, with the row numbers the user sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd

from phusong.geodata.errors import InputError


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a reader takes before it refuses: hostile or mistaken files end in one clear line."""

    file_bytes: int = 1_000_000_000
    unpacked_bytes: int = 600_000_000
    unpacked_ratio: float = 250.0  # honest spreadsheets stay below about 60
    archive_members: int = 5_000
    rows: int = 1_000_000
    columns: int = 400


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells of one sheet or text file; rows[0] is row `first_row` as the user counts (from 1)."""

    name: str
    rows: list[list[object]]
    first_row: int = 1
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Features:
    """Rows with geometry; the frame's index counts features from 1. `crs` is what the file states."""

    name: str
    frame: gpd.GeoDataFrame
    crs: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Everything one file holds."""

    path: str  # as the user named it
    kind: str  # xlsx | xls | csv | vector | kml | parquet
    sheets: tuple[Sheet, ...] = ()
    features: tuple[Features, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)  # encoding, separator …


def too_large(name: str, what_vi: str, what_en: str) -> InputError:
    """The error for a file beyond a limit."""
    return InputError(
        f"{name}: quá lớn, {what_vi}; hãy chia nhỏ hoặc bỏ phần thừa"
        f" · too large, {what_en}; split it or drop what is not needed"
    )
