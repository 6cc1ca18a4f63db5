"""A new project folder: settings, Excel templates with a guide in Vietnamese, a scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from phusong.geodata.atomic import replacing, write_text
from phusong.geodata.errors import InputError
from phusong.geodata.importing import EXAMPLE_MARK
from phusong.geodata.project import SETTINGS
from phusong.geodata.schema import TABLES, Field, Table

ROWS = 5_000  # rows with validation in a template

_KIND_VI = {
    "text": "chữ",
    "code": "mã (dạng chữ, giữ số 0 ở đầu)",
    "number": "số",
    "whole": "số nguyên",
    "year": "năm (2024) hoặc ngày (31/12/2024)",
    "choice": "chọn trong danh sách",
    "lat": "độ WGS 84: 11,75321 hoặc 11°45'12\"",
    "lon": "độ WGS 84: 106,90654 hoặc 106°54'24\"",
    "pair": "hai số trong một ô: 11.75321; 106.90654",
    "x": "mét VN-2000 (X là hướng bắc trong bảng trắc địa)",
    "y": "mét VN-2000 (Y là hướng đông trong bảng trắc địa)",
    "crs": "EPSG:9212 hoặc kinh tuyến trục 106°15'; để trống nếu cả bảng một hệ",
}


def init(folder: Path, *, name: str, base: str, crs: str) -> list[Path]:
    """Make a project folder; the files written. Raises InputError if it already is one."""
    if (folder / SETTINGS).exists():
        raise InputError(f"{folder}: đã là thư mục dự án, không ghi đè · it already is a project folder")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: là tệp, không phải thư mục · it is a file, not a folder")
    written = []
    for table in TABLES.values():
        path = folder / "templates" / f"{table.key}.xlsx"
        write_template(table, path)
        written.append(path)
    scenario = folder / "scenario.toml"
    write_text(scenario, _scenario(name))
    settings = folder / SETTINGS
    lines = [
        "# Thư mục dự án phusong · a phusong project",
        f'name = "{_toml(name)}"',
        "# base: lấy danh sách chính thức và phần còn thiếu từ tỉnh mẫu; trống cho tỉnh khác",
        "# base: official lists, and what is missing, come from the embedded province; empty for another one",
        f'base = "{base}"',
        "# crs: hệ toạ độ mét dùng khi tính · the system in metres that runs compute in",
        f'crs = "{crs}"',
        "",
    ]
    write_text(settings, "\n".join(lines))
    return [*written, scenario, settings]


def _toml(text: str) -> str:
    return "".join(c for c in text.replace("\\", "\\\\").replace('"', '\\"') if c >= " " and c != "\x7f")


def _scenario(name: str) -> str:
    """A scenario on the project's own data, everything else as in the shipped baseline."""
    return f"""# Kịch bản đầu tiên của dự án: phusong run scenario.toml · the project's first scenario
base = "baseline-2024"
name = "du-an"
title_vi = "Hiện trạng {_toml(name)}"
title_en = "{_toml(name)} as it is"
data = "."
"""


def write_template(table: Table, path: Path) -> None:
    """An Excel file for one list: a sheet to fill in, with checks in its cells, and a guide in Vietnamese."""
    import xlsxwriter

    with replacing(path) as draft:
        book = xlsxwriter.Workbook(
            str(draft), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        )
        book.set_properties({"title": f"{table.vi} · {table.en}", "comments": "phusong"})
        formats = {
            "needed": book.add_format({"bold": True, "bg_color": "#FFE699", "border": 1, "text_wrap": True}),
            "head": book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True}),
            "example": book.add_format({"italic": True, "font_color": "#7F7F7F"}),
            "text": book.add_format({"num_format": "@"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "title": book.add_format({"bold": True, "font_size": 14}),
        }
        _data_sheet(book, table, formats)
        _guide_sheet(book, table, formats)
        book.close()


def _data_sheet(book: Any, table: Table, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Dữ liệu")
    sheet.freeze_panes(1, 0)
    for column, field in enumerate(table.fields):
        sheet.write_string(0, column, field.vi, formats["needed" if field.required else "head"])
        sheet.write_comment(0, column, f"{field.en}\n{_KIND_VI[field.kind]}")
        width = max(12, min(30, len(field.vi) + 4))
        sheet.set_column(column, column, width, formats["text"] if field.kind in ("text", "code") else None)
        if isinstance(field.example, str):
            sheet.write_string(1, column, field.example, formats["example"])
        else:
            sheet.write_number(1, column, field.example, formats["example"])
        rule = _validation(field)
        if rule:
            sheet.data_validation(1, column, ROWS, column, rule)
    last = len(table.fields)
    sheet.write_string(0, last, "Ghi chú", formats["head"])
    sheet.write_string(1, last, EXAMPLE_MARK, formats["example"])
    sheet.set_column(last, last, 24)


def _validation(field: Field) -> dict[str, Any] | None:
    """Excel's rule for a column; coordinates and dates stay free, for they have many written forms."""
    if field.kind == "choice":
        return {
            "validate": "list",
            "source": [value for value, _ in field.choices],
            "error_title": "phusong",
            "error_message": "Chọn trong danh sách · choose from the list",
            "error_type": "warning",
        }
    if field.kind in ("number", "whole"):
        return {
            "validate": "integer" if field.kind == "whole" else "decimal",
            "criteria": "between",
            "minimum": int(field.low) if field.kind == "whole" else field.low,
            "maximum": int(field.high) if field.kind == "whole" else field.high,
            "error_title": "phusong",
            "error_message": f"Số từ {field.low:g} đến {field.high:g} · a number between them",
        }
    return None


def _guide_sheet(book: Any, table: Table, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Hướng dẫn")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, 2, 46)
    sheet.set_column(3, 3, 10)
    sheet.write_string(0, 0, f"{table.vi} · {table.en}", formats["title"])
    advice = [
        "Điền vào trang “Dữ liệu”, mỗi dòng một mục; cột nền vàng là bắt buộc. Xoá dòng ví dụ.",
        "Có thể thêm cột, đổi thứ tự cột; tên cột tiếng Việt hay tiếng Anh đều nhận.",
        "Dùng chữ Unicode. Phông .VnTime (TCVN3) và VNI cũng đọc được và được đổi sang Unicode.",
        "Toạ độ: điền Vĩ độ và Kinh độ (WGS 84), hoặc X và Y (VN-2000); không cần cả hai.",
        "Nhập xong chạy: phusong data import TÊN_TỆP --as " + table.key + ", rồi phusong data check.",
    ]
    for place, line in enumerate(advice if table.located else advice[:3] + advice[4:], start=1):
        sheet.merge_range(place, 0, place, 3, line, formats["wrap"])
    top = 8
    for column, title in enumerate(("Cột", "Ý nghĩa (English)", "Cách điền", "Bắt buộc")):
        sheet.write_string(top, column, title, formats["head"])
    for place, field in enumerate(table.fields, start=top + 1):
        how = _KIND_VI[field.kind]
        if field.choices:
            how = "chọn: " + ", ".join(value for value, _ in field.choices)
        elif field.kind in ("number", "whole"):
            how += f", từ {field.low:g} đến {field.high:g}"
        for column, text in enumerate((field.vi, field.en, how, "có" if field.required else "")):
            sheet.write_string(place, column, text, formats["wrap"])
