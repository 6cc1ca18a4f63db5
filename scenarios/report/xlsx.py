"""report.xlsx: the run's tables as a formatted workbook; nothing in it can run as a formula."""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Any

from phusong.scenarios.maps.palette import LEVEL_COLOURS
from phusong.scenarios.report.sections import sections_of
from phusong.scenarios.report.tables import Column, Table, headline, tables_of
from phusong.scenarios.report.words import title_of, words
from phusong.scenarios.result import RunResult
from phusong.scenarios.synthetic import synthetic_of

# a file's date would make the same run give other bytes
FIXED_DATE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
_FORMATS = {"count": "#,##0", "decimal": "#,##0.00", "degrees": "0.00000", "share": "0.0%", "dbm": "0"}
_NAMED = (  # first column is a name
    "hamlets", "gaps", "stations", "plan", "fixed", "hearing", "cells", "border_places", "masts", "cuts",
)  # fmt: skip
_FONT = {"font_name": "Arial", "font_size": 10, "valign": "top"}


def write_workbook(result: RunResult, path: Path, *, lang: str = "vi") -> None:
    """Write the tables of `tables_of`, one a sheet, with filters and frozen headings."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": title_of(result, lang), "author": "phusong", "created": FIXED_DATE})
        formats = {key: book.add_format(_FONT | {"num_format": text}) for key, text in _FORMATS.items()}
        formats["text"] = book.add_format(_FONT | {"num_format": "@"})
        formats["head"] = book.add_format(
            _FONT
            | {"bold": True, "font_color": "#ffffff", "bg_color": "#0b5f6b", "text_wrap": True, "border": 1}
        )
        formats["title"] = book.add_format(_FONT | {"bold": True, "font_size": 15})
        formats["note"] = book.add_format(_FONT | {"font_color": "#5f4200", "bg_color": "#fff4d6"})
        formats |= {
            f"level:{words(lang)(f'level_{key}')}": book.add_format(_FONT | {"bg_color": _light(colour)})
            for key, colour in LEVEL_COLOURS.items()
        }
        _front(book, formats, result, lang)
        added = (table for section in sections_of(result, lang) for table in section.tables)
        for table in (*tables_of(result, lang), *added):
            if table.columns:
                _sheet(book, formats, table)


def _front(book: Any, formats: dict[str, Any], result: RunResult, lang: str) -> None:
    say = words(lang)
    table = headline(result, lang)
    sheet = book.add_worksheet(say("headline"))
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, title_of(result, lang), formats["title"])
    sheet.write_string(1, 0, f"{result.province.name} · {result.year}", formats["text"])
    if made_up := synthetic_of(result, lang):
        notice = say("synthetic_notice", list=made_up)
        sheet.merge_range(2, 0, 2, 6, "", formats["note"])
        sheet.write_string(2, 0, notice, book.add_format(_FONT | _NOTE))
        sheet.set_row(2, 44)
    _write(sheet, formats, table, first_row=4)


_NOTE = {"font_color": "#5f4200", "bg_color": "#fff4d6", "text_wrap": True}


def _sheet(book: Any, formats: dict[str, Any], table: Table) -> None:
    sheet = book.add_worksheet(table.title[:31])
    _write(sheet, formats, table, first_row=0)
    sheet.freeze_panes(1, 1 if table.key in _NAMED else 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(sheet: Any, formats: dict[str, Any], table: Table, *, first_row: int) -> None:
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, column.width)
        sheet.write_string(first_row, position, column.heading, formats["head"])
    sheet.set_row(first_row, 32)
    for offset, row in enumerate(table.rows, start=first_row + 1):
        for position, column in enumerate(table.columns):
            _cell(sheet, formats, offset, position, column, row)


def _cell(sheet: Any, formats: dict[str, Any], row: int, position: int, column: Column, values: Any) -> None:
    """Writes each value as what it is: a number as a number, everything else as text, nothing as nothing."""
    value = values.get(column.key)
    kind = column.kind
    if kind == "share" and values.get("kind") == "count":  # a target that is counted
        kind = "count"
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if kind == "level":
        sheet.write_string(row, position, str(value), formats[f"level:{value}"])
    elif kind == "text":
        whole = isinstance(value, float) and value.is_integer()
        sheet.write_string(row, position, str(int(value)) if whole else str(value), formats["text"])
    else:
        sheet.write_number(row, position, float(value), formats[kind])


def _light(colour: str) -> str:
    """The colour mixed with white, for a cell's ground."""
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * 0.35):02x}" for part in parts)
