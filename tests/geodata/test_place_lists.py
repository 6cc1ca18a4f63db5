"""Lists of places that a plan brings along: read as planners type them, refused with the row where they err."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from phusong.geodata.errors import InputError
from phusong.geodata.place_lists import CANDIDATES, POINTS, read_places


def test_a_workbook_with_vietnamese_headers_and_decimal_commas(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["DANH SÁCH TRƯỜNG HỌC"],
        ["STT", "Tên trường", "Kinh độ", "Vĩ độ", "Số học sinh", "Số lần phủ"],
        [1, "THCS Đak Ơ", "107,0267", "12,0925", 420, None],
        [2, "TH Lộc Thạnh", 106.4929, 11.7705, None, 2],
    ):
        sheet.append(row)
    book.save(tmp_path / "truong.xlsx")
    found = read_places(tmp_path / "truong.xlsx", POINTS)
    assert found["name"].tolist() == ["THCS Đak Ơ", "TH Lộc Thạnh"]
    assert found.geometry.x.tolist() == pytest.approx([107.0267, 106.4929])
    assert found.geometry.y.tolist() == pytest.approx([12.0925, 11.7705])
    assert found["weight"].tolist()[0] == 420
    assert found["weight"].isna().tolist() == [False, True]
    assert found["times"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,lat\nA,11.9\n", "thiếu cột Kinh độ (lon)"),
        ("name,lat,lon\nA,11.9,\n", "dòng 2"),
        ("name,lat,lon\nA,11.9,107.0\nB,91.0,107.0\n", "dòng 3"),
        ("name,lat,lon,weight\nA,11.9,107.0,-5\n", "dòng 2"),
        ("name,lat,lon,times\nA,11.9,107.0,9\n", "dòng 2"),
        ("name,lat,lon,weight\nA,11.9,107.0,nhiều\n", "dòng 2"),
        ("name,lat,lon\n,11.9,107.0\n", "dòng 2"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "diem.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_places(tmp_path / "diem.csv", POINTS)
    assert "diem.csv" in str(told.value)
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"khong-co\.csv"):
        read_places(tmp_path / "khong-co.csv", CANDIDATES)
