"""Excel workbooks: .xlsx streamed, .xls of before 2007; values only, row numbers and merged cells kept."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from phusong.geodata.errors import InputError
from phusong.geodata.readers.archives import broken, check_zip
from phusong.geodata.readers.source import Limits, Sheet, Source, too_large

_MERGE = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


def read_xlsx(path: Path, *, limits: Limits) -> Source:
    """Every visible sheet with cells. Formulas come as the values Excel last computed."""
    import openpyxl

    check_zip(path, limits=limits)
    data = io.BytesIO(path.read_bytes())  # a sheet left half read would keep the file open
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that carry no data
        try:
            book = openpyxl.load_workbook(data, read_only=True, data_only=True, keep_links=False)
        except Exception as error:  # a broken part raises whatever the XML reader meets first
            raise broken(path.name, error) from None
        try:
            merged = _merged_cells(path)
            sheets = []
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                rows = _stream(sheet, path.name, limits)
                if rows:
                    sheets.append(Sheet(sheet.title, rows, merged=merged.get(sheet.title, ())))
        except InputError:
            raise
        except Exception as error:
            raise broken(path.name, error) from None
        finally:
            book.close()
    return Source(path.name, "xlsx", sheets=tuple(sheets))


def _stream(sheet: Any, name: str, limits: Limits) -> list[list[object]]:
    """Rows down to the last filled one; a lying size in the file is not believed."""
    sheet.reset_dimensions()
    rows: list[list[object]] = []
    filled = 0
    # one row more than allowed, to tell "full" from "too much"
    stream = sheet.iter_rows(values_only=True)
    for count, cells in enumerate(islice(stream, limits.rows + 2), start=1):
        row = [_cell(cell) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        if row:
            filled = count
        if filled and count - filled > 20_000:
            break  # a stray cell far below is no data
        if len(row) > limits.columns:
            raise too_large(name, f"hơn {limits.columns} cột", f"more than {limits.columns} columns")
        rows.append(row)
    if filled > limits.rows:
        raise too_large(name, f"hơn {limits.rows:,} dòng", f"more than {limits.rows:,} rows")
    return rows[:filled]


def _cell(value: object) -> object:
    if isinstance(value, str):
        return value.strip() or None
    return value


def _merged_cells(path: Path) -> dict[str, tuple[tuple[int, int, int, int], ...]]:
    """Merged ranges by sheet title: (first row, first column, last row, last column), counted from 1."""
    from defusedxml import ElementTree
    from openpyxl.utils import column_index_from_string as column_number

    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        relations = {
            part.get("Id"): part.get("Target", "")
            for part in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        merged = {}
        for part in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
            if not part.tag.endswith("}sheet"):
                continue
            target = relations.get(next((v for k, v in part.items() if k.endswith("}id")), None), "")
            member = str(PurePosixPath("xl") / target) if not target.startswith("/") else target[1:]
            if member in names:
                merged[part.get("name", "")] = tuple(
                    (
                        int(r1),
                        column_number(c1.decode()),
                        int(r2),
                        column_number(c2.decode()),
                    )
                    for c1, r1, c2, r2 in _MERGE.findall(archive.read(member))[:50_000]
                )
    return merged


def read_xls(path: Path, *, limits: Limits) -> Source:
    """Every visible sheet of an Excel 97-2003 workbook."""
    import xlrd

    try:
        # the library prints its doubts about damaged files: they end here as one error instead
        book = xlrd.open_workbook(file_contents=path.read_bytes(), logfile=io.StringIO(), on_demand=False)
        sheets = []
        for sheet in book.sheets():
            if sheet.visibility != 0 or sheet.nrows == 0:
                continue
            if sheet.ncols > limits.columns:
                raise too_large(path.name, f"hơn {limits.columns} cột", f"more than {limits.columns} columns")
            rows = [[_xls_cell(cell, book.datemode) for cell in sheet.row(r)] for r in range(sheet.nrows)]
            merged = tuple((r1 + 1, c1 + 1, r2, c2) for r1, r2, c1, c2 in sheet.merged_cells)
            sheets.append(Sheet(sheet.name, rows, merged=merged))
    except InputError:
        raise
    except Exception as error:
        if "encrypt" in str(error).lower():
            raise InputError(
                f"{path.name}: có mật khẩu; hãy bỏ mật khẩu rồi lưu lại · encrypted; save it without password"
            ) from None
        raise broken(path.name, error) from None
    return Source(path.name, "xls", sheets=tuple(sheets))


def _xls_cell(cell: Any, datemode: int) -> object:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERR")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return _cell(cell.value) if cell.ctype in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER) else None
