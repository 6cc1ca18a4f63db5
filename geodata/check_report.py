"""The findings of a check for people: HTML to read and print, XLSX to work through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from html import escape
from pathlib import Path

from phusong.geodata.atomic import replacing, write_text
from phusong.geodata.problems import SEVERITIES, SEVERITY_VI, Problem, to_frame
from phusong.geodata.safe_cells import xml_text
from phusong.geodata.schema import TABLES

_TITLES = (
    ("severity", "Mức · severity"),
    ("table", "Bảng · table"),
    ("file", "Tệp · file"),
    ("row", "Dòng · row"),
    ("column", "Cột · column"),
    ("value", "Giá trị · value"),
    ("why_vi", "Vấn đề"),
    ("why_en", "Problem"),
    ("mend_vi", "Cách sửa"),
    ("mend_en", "How to mend"),
)
_STYLE = """body{font-family:'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif;margin:1.5rem;color:#111}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{border:1px solid #bbb;padding:.3rem .5rem;
text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#eef3f8;position:sticky;top:0}
.error td:first-child{background:#f8d7da}.warning td:first-child{background:#fff3cd}.note td:first-child
{background:#e2e3e5}@media print{th{position:static}}"""


def counts(problems: Sequence[Problem]) -> dict[str, int]:
    """How many findings of each severity, errors first."""
    found = Counter(problem.severity for problem in problems)
    return {severity: found[severity] for severity in SEVERITIES}


def headline(problems: Sequence[Problem]) -> str:
    """One line: how many errors, warnings and notes."""
    n = counts(problems)
    return (
        f"{n['error']} lỗi, {n['warning']} cảnh báo, {n['note']} ghi chú"
        f" · {n['error']} errors, {n['warning']} warnings, {n['note']} notes"
    )


def write_html(problems: Sequence[Problem], path: Path, *, title: str) -> None:
    """A page of its own, no script, every value escaped."""
    frame = to_frame(problems)
    head = "".join(f"<th scope='col'>{escape(label)}</th>" for _, label in _TITLES)
    body = []
    for record in frame.to_dict("records"):
        cells = "".join(f"<td>{escape(_shown(record, key))}</td>" for key, _ in _TITLES)
        body.append(f"<tr class='{escape(str(record['severity']))}'>{cells}</tr>")
    write_text(
        path,
        "<!DOCTYPE html><html lang='vi'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width'><title>{escape(title)}</title>"
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1><p>{escape(headline(problems))}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></body></html>\n",
    )


def write_xlsx(problems: Sequence[Problem], path: Path) -> None:
    """A workbook with one row a finding and a filter; no value of the user's becomes a formula or a link."""
    import xlsxwriter

    frame = to_frame(problems)
    with replacing(path) as draft:
        book = xlsxwriter.Workbook(
            str(draft), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        sheet = book.add_worksheet("Kiểm tra")
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for column, (key, label) in enumerate(_TITLES):
            sheet.write_string(0, column, label, bold)
            sheet.set_column(column, column, {"why_vi": 46, "why_en": 40, "mend_vi": 40}.get(key, 16))
        for row, record in enumerate(frame.to_dict("records")[:1_000_000], start=1):
            for column, (key, _) in enumerate(_TITLES):
                if key == "row":
                    sheet.write_number(row, column, record["row"])
                else:
                    sheet.write_string(row, column, str(xml_text(_shown(record, key))), wrap)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(frame)), len(_TITLES) - 1)
        book.close()


def _shown(record: Mapping[Hashable, object], key: str) -> str:
    value = record[key]
    if key == "severity":
        return f"{SEVERITY_VI[str(value)]} · {value}"
    if key == "table" and value in TABLES:
        return f"{TABLES[str(value)].vi}"
    return str(value) if not (key == "row" and value == 0) else ""
