"""From a file's cells to rows under headers: the header found, columns mapped, the mapping kept as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as filled
from pathlib import Path

import geopandas as gpd
import pandas as pd

from phusong.geodata import crs as crs_module
from phusong.geodata.atomic import write_text
from phusong.geodata.encodings import detect_column, to_unicode
from phusong.geodata.errors import InputError
from phusong.geodata.matching import match_headers, plain
from phusong.geodata.readers.source import Features, Sheet, Source
from phusong.geodata.schema import TABLES, Field, Table

_LOOK_FOR_HEADER = 40  # rows: title, ministry lines and blank rows come first


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one sheet or layer under its headers; the index is the row number that the user sees."""

    file: str
    sheet: str
    frame: pd.DataFrame  # object cells, Unicode text
    geometry: gpd.GeoSeries | None = None
    crs: str | None = None  # of the geometry
    header_row: int = 0
    said: str = ""  # what stands above and in the headers: a stated zone is read from it
    notes: tuple[tuple[str, str], ...] = ()  # (Vietnamese, English)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which source column holds which field, as confirmed by the user and kept in a TOML file."""

    table: str
    sheet: str = ""
    header_row: int = 0
    crs: str = ""  # empty: to be found
    columns: Mapping[str, str] = filled(default_factory=dict)
    unsure: tuple[str, ...] = ()  # fields whose column is a guess


def rows_of(source: Source, table: Table, *, sheet: str | None = None, header_row: int | None = None) -> Rows:
    """The sheet or layer of `source` that fits `table` best. Raises InputError if none or several do."""
    parts: list[Sheet | Features] = [*source.sheets, *source.features]
    names = ", ".join(part.name for part in parts)
    if sheet:
        parts = [part for part in parts if part.name == sheet]
        if not parts:
            raise InputError(
                f"{source.path}: không có trang “{sheet}” · no such sheet; có · there are: {names}"
            )
    if not parts:
        raise InputError(f"{source.path}: không có dữ liệu · there is no data in it")
    rows = [
        _features_rows(source, part)
        if isinstance(part, Features)
        else _sheet_rows(source, part, table, header_row)
        for part in parts
    ]
    scored = sorted(((_score(r, table), -place) for place, r in enumerate(rows)), reverse=True)
    if len(rows) > 1 and scored[0][0] == scored[1][0] and scored[0][0] > 0:
        raise InputError(
            f"{source.path}: nhiều trang cùng hợp ({names}); hãy chọn bằng --sheet"
            " · several sheets fit; choose one with --sheet"
        )
    best = rows[-scored[0][1]]
    if best.frame.empty and best.geometry is None:
        raise InputError(f"{source.path}: không có dòng dữ liệu nào · there is no row of data")
    return best


def columns_of(rows: Rows, table: Table) -> dict[str, str]:
    """Field → header, by names that the table knows. InputError, with what is there, for one that is missing."""
    headers = [str(header) for header in rows.frame.columns]
    found = {match.key: match.header for match in match_headers(headers, table, guess=False)}
    for field in table.fields:
        if field.required and field.key not in found:
            raise missing_column(rows, field)
    return found


def missing_column(rows: Rows, field: Field) -> InputError:
    """What is said where a list lacks a column."""
    there = ", ".join(map(str, rows.frame.columns[:12]))
    return InputError(
        f"{rows.file}: thiếu cột {field.vi} ({field.key}) · column {field.en} is missing; có · there are: {there}"
    )


def _score(rows: Rows, table: Table) -> float:
    found = match_headers(list(rows.frame.columns), table)
    return sum(1.0 if match.exact else 0.5 for match in found) + 0.1 * bool(len(rows.frame))


def _features_rows(source: Source, part: Features) -> Rows:
    frame = pd.DataFrame(part.frame.drop(columns=part.frame.geometry.name))
    frame.columns = _unique([str(column) for column in frame.columns])
    has_geometry = part.frame.geometry.notna().any()
    geometry = part.frame.geometry if has_geometry else None
    frame, notes = _as_unicode(frame)
    return Rows(
        source.path, part.name, frame, geometry, part.crs, 0, " ".join(map(str, frame.columns)), tuple(notes)
    )


def _sheet_rows(source: Source, sheet: Sheet, table: Table, header_row: int | None) -> Rows:
    rows = _fill_merged(sheet)
    top = (header_row - sheet.first_row) if header_row else _find_header(rows, table)
    if not 0 <= top < len(rows):
        raise InputError(
            f"{source.path}: không có dòng {header_row} để làm tiêu đề · no row {header_row} for headers"
        )
    width = max((len(row) for row in rows[top:]), default=0)
    header, used = _header_at(rows, top, width, table)
    said = " ".join(str(cell) for row in rows[: top + used] for cell in row if cell is not None)[:4000]
    body = rows[top + used :]
    cells = [[*row, *[None] * (width - len(row))] for row in body]
    index = pd.RangeIndex(sheet.first_row + top + used, sheet.first_row + top + used + len(cells))
    frame = pd.DataFrame(cells, columns=_unique(header), index=index, dtype=object)
    frame = frame.loc[:, [column for column in frame.columns if plain(column) or frame[column].notna().any()]]
    frame = frame.where(frame.notna(), None)
    frame, notes = _as_unicode(frame)
    said = str(to_unicode(said, detect_column([said])))
    return Rows(source.path, sheet.name, frame, None, None, sheet.first_row + top, said, tuple(notes))


def _fill_merged(sheet: Sheet) -> list[list[object]]:
    """A merged cell's value in every row and column it spans, as a reader sees it."""
    rows = [list(row) for row in sheet.rows]
    for first_row, first_col, last_row, last_col in sheet.merged:
        top, bottom = first_row - sheet.first_row, last_row - sheet.first_row
        if not 0 <= top < len(rows) or first_col > len(rows[top]) or last_col - first_col > 60:
            continue
        value = rows[top][first_col - 1]
        for row in rows[top : min(bottom + 1, len(rows))]:
            row.extend([None] * (last_col - len(row)))
            for col in range(first_col - 1, last_col):
                row[col] = value
    return rows


def _find_header(rows: list[list[object]], table: Table) -> int:
    """Place of the row that names most fields of `table`; the first filled row if none does."""
    best, best_score = -1, 0.0
    for place, row in enumerate(rows[:_LOOK_FOR_HEADER]):
        names = [str(cell) for cell in row if isinstance(cell, str)]
        if not names:
            continue
        encoding = detect_column(names)
        names = [str(to_unicode(name, encoding)) for name in names]
        score = len(match_headers(names, table, guess=False)) or 0.4 * len(match_headers(names, table))
        if score > best_score:
            best, best_score = place, score
        elif best_score >= 3 and place > best + 5:
            break  # the rows below are data
    if best >= 0:
        return best
    return next((place for place, row in enumerate(rows) if any(cell is not None for cell in row)), 0)


def _header_at(rows: list[list[object]], top: int, width: int, table: Table) -> tuple[list[str], int]:
    """The header's names and how many rows it takes: a second level ("Toạ độ" over "X", "Y") is joined."""
    one = _texts(rows[top], width)
    if top + 1 < len(rows):
        below = _texts(rows[top + 1], width)
        filled = [cell for cell in rows[top + 1] if cell is not None]
        if filled and all(isinstance(cell, str) for cell in filled):
            best = [lower or upper for upper, lower in zip(one, below, strict=True)]
            if _named(best, table) > _named(one, table):
                return best, 2
    if top > 0:  # the row found may be the lower level itself
        above = _texts(rows[top - 1], width)
        joined = [lower or upper for upper, lower in zip(above, one, strict=True)]
        if _named(joined, table) > _named(one, table):
            return joined, 1
    return one, 1


def _named(header: list[str], table: Table) -> int:
    """How many fields the header names exactly; two columns of coordinates count more than one for both."""
    found = {match.key for match in match_headers(_unique(header), table, guess=False)}
    return len(found - {"position"})


def _texts(row: list[object], width: int) -> list[str]:
    cells = ["" if cell is None else " ".join(str(cell).split()) for cell in row]
    cells = (cells + [""] * width)[:width]
    encoding = detect_column(cells)
    return [str(to_unicode(cell, encoding)) for cell in cells]


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for place, name in enumerate(names, start=1):
        base = name or f"(cột {place})"
        seen[base] = seen.get(base, 0) + 1
        out.append(base if seen[base] == 1 else f"{base} ({seen[base]})")
    return out


def _as_unicode(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    notes = []
    columns = {}
    for column in frame.columns:
        encoding = detect_column(frame[column])
        columns[column] = [to_unicode(cell, encoding) for cell in frame[column]]
        if encoding != "unicode":
            notes.append(
                (
                    f"cột “{column}” gõ bằng {encoding.upper()}, đã đổi sang Unicode",
                    f"column “{column}” was typed in {encoding.upper()} and turned into Unicode",
                )
            )
    return pd.DataFrame(columns, index=frame.index, columns=frame.columns, dtype=object), notes


def guess_mapping(rows: Rows, table: Table) -> ColumnMapping:
    """The mapping that the headers suggest; guesses are named in `unsure`."""
    found = match_headers(list(rows.frame.columns), table)
    return ColumnMapping(
        table=table.key,
        sheet=rows.sheet,
        header_row=rows.header_row,
        crs=crs_module.from_text(rows.said) or "",
        columns={match.key: match.header for match in found},
        unsure=tuple(match.key for match in found if not match.exact),
    )


def check_mapping(mapping: ColumnMapping, rows: Rows, table: Table, *, source: str) -> None:
    """Raises InputError if a required field has no column, or a named column is not in the file."""
    known = {field.key for field in table.fields}
    for key, header in mapping.columns.items():
        if key not in known:
            raise InputError(
                f"{source}: [columns] {key}: bảng {table.key} không có trường này · no such field; "
                f"có · there are: {', '.join(sorted(known))}"
            )
        if header not in rows.frame.columns:
            raise InputError(
                f"{source}: [columns] {key} = “{header}”: tệp không có cột này · the file has no such column;"
                f" có · there are: {', '.join(map(str, rows.frame.columns))[:300]}"
            )
    missing = [field for field in table.fields if field.required and field.key not in mapping.columns]
    if missing:
        names = ", ".join(f"{field.key} ({field.vi})" for field in missing)
        raise InputError(
            f"{rows.file}: không tìm thấy cột cho {names}; các cột của tệp: "
            f"{', '.join(map(str, rows.frame.columns))[:300]}; hãy ghi vào tệp ánh xạ {source}"
            " · no column was found for them; name it in the mapping file"
        )


def write_mapping(mapping: ColumnMapping, path: Path, *, columns: list[str]) -> None:
    """Write a mapping for a person to read and edit; the file's other columns are listed as comments."""
    table = TABLES[mapping.table]
    lines = [
        "# Ánh xạ cột: sửa tên cột bên phải dấu = rồi chạy lại lệnh nhập",
        "# Column mapping: edit the column names right of the = and run the import again",
        f"table = {_quoted(mapping.table)}",
        f"sheet = {_quoted(mapping.sheet)}",
        f"header_row = {mapping.header_row}",
        f"crs = {_quoted(mapping.crs)}  # EPSG:9212 …; trống: tự tìm, hỏi nếu có hai hệ cùng hợp",
        "",
        "[columns]",
    ]
    for item in table.fields:
        if item.key in mapping.columns:
            unsure = (
                "  # phỏng đoán, hãy kiểm tra · a guess, please check" if item.key in mapping.unsure else ""
            )
            lines.append(f"{item.key} = {_quoted(mapping.columns[item.key])}{unsure}")
        else:
            lines.append(f'# {item.key} = ""  # {item.vi} · {item.en}')
    used = set(mapping.columns.values())
    lines += ["", "# cột chưa dùng · columns not used:"]
    lines += [f"#   {' '.join(str(column).split())}" for column in columns if column not in used]
    write_text(path, "\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    escaped = "".join(
        {"\\": "\\\\", '"': '\\"'}.get(c, c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text
    )
    return f'"{escaped}"'


def read_mapping(path: Path) -> ColumnMapping:
    """The mapping kept in a TOML file. Raises InputError that names the file and the key."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{path.name}: không đọc được tệp ánh xạ · mapping cannot be read ({error})"
        ) from None
    columns = content.get("columns", {})
    for key, kind in (("table", str), ("sheet", str), ("header_row", int), ("crs", str)):
        if key in content and not isinstance(content[key], kind):
            raise InputError(f"{path.name}: {key} phải là · must be {kind.__name__}")
    if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
        raise InputError(f"{path.name}: [columns] phải là tên cột dạng chữ · must hold column names as text")
    if content.get("table") not in TABLES:
        raise InputError(f"{path.name}: table phải là một trong · must be one of {', '.join(TABLES)}")
    return ColumnMapping(
        table=content["table"],
        sheet=content.get("sheet", ""),
        header_row=content.get("header_row", 0),
        crs=content.get("crs", ""),
        columns={key: value for key, value in columns.items() if value},
    )
