"""Rows as typed → clean rows: numbers, choices, codes, names and places, with every doubt named."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from phusong.geodata import numerals, placing
from phusong.geodata.channels import with_frequencies
from phusong.geodata.matching import choice_of, plain
from phusong.geodata.official import Official
from phusong.geodata.problems import Problem, shown
from phusong.geodata.resolving import resolve_units
from phusong.geodata.schema import Field, Table
from phusong.geodata.tables import ColumnMapping, Rows

_TOTALS = re.compile(r"^(tong( cong| so)?|cong|total|sum|toan tinh|toan huyen)\b")
EXAMPLE_MARK = "VÍ DỤ - xoá dòng này"  # of the templates: rows that bear it are never imported
_PLACE_KEYS = ("lat", "lon", "x", "y", "position", "crs")


@dataclass(frozen=True, slots=True)
class Imported:
    """Clean rows in WGS 84 with their origin (source_file, source_row), and what was found on the way."""

    table: str
    frame: gpd.GeoDataFrame
    problems: tuple[Problem, ...]
    crs: str  # how coordinates were read; "" for a table without
    rows_read: int


def convert(
    rows: Rows, mapping: ColumnMapping, table: Table, *, area: BaseGeometry | None, official: Official | None
) -> Imported:
    """Clean rows of one file. Raises InputError only for what concerns the file as a whole."""
    tell = partial(_tell, table.key, rows.file)
    problems = [tell("note", "old-font", 0, "", "", note_vi, note_en) for note_vi, note_en in rows.notes]
    kept = _drop_non_rows(rows.frame, mapping, tell, problems)
    cells = pd.DataFrame(
        {key: rows.frame.loc[kept, header] for key, header in mapping.columns.items()},
        index=kept,
        dtype=object,
    )
    clean = pd.DataFrame(index=kept)
    for field in table.fields:
        if field.key not in _PLACE_KEYS:
            values = _column(field, cells, mapping, tell, problems)
            clean[field.key] = pd.Series(values, index=kept, dtype=object)
    if table.key == "sectors":
        problems += with_frequencies(clean, tell)
    shapes: Sequence[BaseGeometry | None] = [None] * len(kept)
    read_as = ""
    if table.located:
        placed = _placed(rows, cells, mapping, table, area, tell)
        problems += placed.problems
        shapes, read_as = placed.shapes, f"{placed.crs}{' (đổi chỗ · swapped)' if placed.swapped else ''}"
    clean["source_file"] = rows.file
    clean["source_row"] = np.asarray(kept, dtype=np.int64)
    frame = gpd.GeoDataFrame(clean, geometry=list(shapes), crs="EPSG:4326")
    if official is not None and {"unit", "unit_code"} & set(mapping.columns):
        frame, found = resolve_units(frame, official, mapping, tell)
        problems += found
    return Imported(table.key, frame.reset_index(drop=True), tuple(problems), read_as, len(kept))


def _tell(
    table: str,
    file: str,
    severity: str,
    code: str,
    row: int,
    column: str,
    value: str,
    why_vi: str,
    why_en: str,
    mend_vi: str = "",
    mend_en: str = "",
) -> Problem:
    return Problem(severity, code, table, file, int(row), column, value, why_vi, why_en, mend_vi, mend_en)


def _placed(
    rows: Rows,
    cells: pd.DataFrame,
    mapping: ColumnMapping,
    table: Table,
    area: BaseGeometry | None,
    tell: placing.Tell,
) -> placing.Placed:
    needed = table.position_needed
    has_columns = bool({"lat", "x", "position"} & set(cells.columns))
    if rows.geometry is not None and not has_columns:
        return placing.place_shapes(
            rows.geometry.loc[cells.index],
            rows.crs,
            placing.need_area(area, source=rows.file),
            source=rows.file,
            tell=tell,
            stated=mapping.crs or None,
        )
    if not has_columns or not _any_coordinate(cells):
        problem = tell(
            "error" if needed else "warning",
            "no-coordinates",
            0,
            "",
            "",
            "tệp không có cột toạ độ nào có số",
            "the file has no column of coordinates with numbers",
            "ghi cột toạ độ vào tệp ánh xạ" if needed else "các dòng sẽ tạm đặt ở tâm xã (mô phỏng)",
            "name it in the mapping file"
            if needed
            else "rows will stand at their commune's centre (synthetic)",
        )
        empty = np.full(len(cells), np.nan)
        return placing.Placed(empty, empty, [None] * len(cells), "", False, (problem,))
    return placing.place(
        cells,
        mapping.columns,
        placing.need_area(area, source=rows.file),
        source=rows.file,
        tell=tell,
        needed=needed,
        stated=mapping.crs or None,
    )


def _any_coordinate(cells: pd.DataFrame) -> bool:
    return any(key in cells and cells[key].notna().any() for key in ("lat", "lon", "x", "y", "position"))


def _drop_non_rows(
    frame: pd.DataFrame, mapping: ColumnMapping, tell: placing.Tell, problems: list[Problem]
) -> pd.Index:
    """Rows that are data; totals, column numbers, repeated headers and group titles are told, left out."""
    mapped = [header for header in mapping.columns.values() if header in frame.columns]
    header_keys = {plain(header) for header in mapped}
    kept = []
    for row, cells in zip(frame.index, frame[mapped].itertuples(index=False, name=None), strict=True):
        filled = [cell for cell in cells if cell is not None and str(cell).strip()]
        if not filled:
            continue
        whole = [cell for cell in frame.loc[row] if isinstance(cell, str)]
        first = plain(next((c for c in frame.loc[row] if c is not None and str(c).strip()), ""))
        reason = None
        if EXAMPLE_MARK in whole:
            continue
        # a hamlet may be called "Tổng Cui Nhỏ": a total has numbers only beside its word
        sums = _TOTALS.match(first) or any(isinstance(c, str) and _TOTALS.match(plain(c)) for c in filled[:2])
        if sums and 2 * len(filled) <= len(mapped) + 1:
            reason = ("note", "total-row", "dòng tổng, không phải dữ liệu: bỏ qua", "a total, left out")
        elif (
            all(re.fullmatch(r"\(?\d{1,2}\)?", str(cell).removesuffix(".0")) for cell in filled)
            and len(filled) >= 3
            and row == frame.index[0]
        ):
            reason = ("note", "number-row", "dòng đánh số cột: bỏ qua", "column numbers, left out")
        elif len(filled) >= 2 and {plain(cell) for cell in filled} <= header_keys:
            reason = (
                "note",
                "repeated-header",
                "dòng tiêu đề lặp lại: bỏ qua",
                "a repeated header, left out",
            )
        elif len(mapped) >= 4 and len({plain(cell) for cell in filled}) == 1:
            reason = (
                "warning",
                "group-row",
                "chỉ có một ô, coi là dòng tiêu đề nhóm: bỏ qua",
                "a single cell, taken as a group title and left out",
            )
        if reason:
            problems.append(tell(reason[0], reason[1], row, "", shown(filled[0]), reason[2], reason[3]))
        else:
            kept.append(row)
    return pd.Index(kept, dtype="int64")


def _column(
    field: Field, cells: pd.DataFrame, mapping: ColumnMapping, tell: placing.Tell, problems: list[Problem]
) -> list[object]:
    """One column's clean values; what cannot be read is None and told."""
    if field.key not in cells:
        return [None] * len(cells)
    header = mapping.columns[field.key]
    in_watts = (
        field.key == "power_dbm" and re.search(r"\(\s*w\s*\)|\bwatt", header, re.IGNORECASE) is not None
    )
    values: list[object] = []
    for row, cell in cells[field.key].items():
        if cell is None or not str(cell).strip():
            if field.required:
                problems.append(
                    tell("error", "missing-value", row, header, "", f"thiếu {field.vi}",
                         f"{field.en} is missing", "điền vào ô này", "fill in this cell")
                )  # fmt: skip
            values.append(None)
            continue
        value, why = _value(field, cell, in_watts=in_watts)
        if why is not None:
            problems.append(
                tell("error" if field.required else "warning", why[0], row, header, shown(cell), *why[1:])
            )
        values.append(value)
    return values


Why = tuple[str, str, str, str, str]


def _value(field: Field, cell: object, *, in_watts: bool) -> tuple[object, Why | None]:
    if field.kind == "text":
        return " ".join(str(cell).split()), None
    if field.kind == "code":
        return _code(field, cell)
    if field.kind == "choice":
        value = choice_of(cell, field.choices)
        if value is not None:
            return value, None
        known = ", ".join(choice for choice, _ in field.choices)
        return None, ("unknown-value", "không có trong danh sách", "is not in the list",
                      f"chọn một trong: {known}", f"choose one of: {known}")  # fmt: skip
    if field.kind == "year":
        year = _year(cell)
        if year is not None and field.low <= year <= field.high:
            return year, None
        return None, ("bad-date", "không đọc được năm/ngày", "is no year or date",
                      "gõ 2024 hoặc 31/12/2024", "type 2024 or 31/12/2024")  # fmt: skip
    return _number(field, cell, in_watts=in_watts)


def _number(field: Field, cell: object, *, in_watts: bool) -> tuple[object, Why | None]:
    low, high = (0.001, 2000.0) if in_watts else (field.low, field.high)
    whole = field.kind == "whole"
    value = numerals.number(cell, low=low, high=high, whole=whole)
    if value is not None:
        if in_watts:
            return 10 * math.log10(value * 1000), None
        return int(value) if whole else value, None
    limits = f"{low:g}–{high:g}"
    if numerals.is_ambiguous(cell, low=low, high=high, whole=whole):
        return None, ("ambiguous-number", "có thể đọc thành hai số", "can be read as two numbers",
                      "bỏ dấu chấm hàng nghìn", "leave out the thousands mark")  # fmt: skip
    if numerals.readings(cell):
        return None, ("out-of-range", f"ngoài khoảng có thể ({limits})", f"is outside the possible {limits}",
                      "kiểm tra lại số và đơn vị", "check the number and its unit")  # fmt: skip
    return None, ("not-a-number", "không phải số", "is no number", f"gõ số trong khoảng {limits}",
                  f"type a number within {limits}")  # fmt: skip


def _code(field: Field, cell: object) -> tuple[object, Why | None]:
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else " ".join(str(cell).split())
    if field.key == "unit_code" and text.isdigit() and len(text) < 5:
        why = ("zeros-restored", "mất số 0 ở đầu, đã thêm lại", "lost leading zeros; restored")
        return text.zfill(5), (*why, "để cột này dạng Text", "keep this column as text")
    return text, None


def _year(cell: object) -> int | None:
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.year
    number = numerals.number(cell, low=1900, high=60_000, whole=True)
    if number is not None:
        if number <= 2100:
            return int(number)
        return (dt.date(1899, 12, 30) + dt.timedelta(days=int(number))).year  # Excel's serial day
    found = re.fullmatch(r"(?:\d{1,2}[/.\-]){0,2}((?:19|20)\d{2})(?:\s.*)?", str(cell).strip()) or re.match(
        r"((?:19|20)\d{2})[/.\-]\d{1,2}(?:[/.\-]\d{1,2})?", str(cell).strip()
    )
    return int(found[1]) if found else None
