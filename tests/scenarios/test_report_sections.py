"""What rooms add to reports: every section in both languages, its figures those of the run."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from PIL import Image

from phusong.scenarios.outages import Outages
from phusong.scenarios.report import sections
from phusong.scenarios.report.page import render_report
from phusong.scenarios.report.section import Paragraph, Section
from phusong.scenarios.report.sections import sections_of
from phusong.scenarios.report.tables import Column, Table
from phusong.scenarios.report.xlsx import write_workbook
from phusong.scenarios.result import RunResult


@pytest.fixture(scope="module")
def result(made_up_result: Callable[..., RunResult]) -> RunResult:
    found = Outages(
        masts=pd.DataFrame(
            {"mast_id": ["COT-2", "COT-1"], "operators": ["A, B", "A"], "people_lost": [90.0, 1.0]}
        ),
        causes=pd.DataFrame(
            {"kind": ["operator", "district"], "name": ["A", "Huyện X"], "people_lost": [5.0, 50.0]}
        ),
        communes=pd.DataFrame({"code": ["1"], "name": ["Xã X"], "backed_share": [0.5]}),
        people_served=200.0,
        people_backed=150.0,
    )
    return dataclasses.replace(made_up_result(), outages=found)


def _section(result: RunResult, key: str, lang: str = "vi") -> Section:
    return next(section for section in sections_of(result, lang) if section.key == key)


def test_quality_counts_every_hamlet_once_a_network(result: RunResult) -> None:
    rows = pd.DataFrame(_section(result, "quality").tables[0].rows)
    assert set(rows.groupby("layer")["hamlets"].sum()) == {len(result.hamlets)}
    assert rows.groupby("layer")["share"].sum().tolist() == pytest.approx([1.0] * rows["layer"].nunique())
    zone = (result.service["layer"] == "viettel-4g") & (result.service["quality"] == "zone_1")
    here = rows[(rows["layer"] == "4G · Viettel") & (rows["level"] == "Vùng 1 (QCVN 81)")]
    assert here["hamlets"].tolist() == [zone.sum()]


def test_the_border_has_its_silent_stretches_longest_first(result: RunResult) -> None:
    tables = {table.key: table for table in _section(result, "border").tables}
    silent = [row["length_km"] for row in tables["border_silent"].rows]
    road = result.stretches
    own = road[(road["layer"] == "any-4g") & (road["state"] == "silent")]["length_km"]
    assert silent == sorted(own, reverse=True)
    assert len(tables["border"].rows) == len(result.coverage.layers)
    bare = dataclasses.replace(result, stretches=gpd.GeoDataFrame())
    assert "border" not in {section.key for section in sections_of(bare, "vi")}


def test_outages_say_who_keeps_service_and_what_takes_most(result: RunResult) -> None:
    section = _section(result, "outages", "en")
    assert "150 people (75.0% of those served)" in section.paragraphs[0].text
    tables = {table.key: table for table in section.tables}
    assert [row["name"] for row in tables["cuts"].rows] == ["Huyện X", "A"]
    assert tables["cuts"].rows[0]["kind"] == "power cut"
    quiet = dataclasses.replace(result, outages=None)
    assert "outages" not in {section.key for section in sections_of(quiet, "en")}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_shows_beginnings_and_the_workbook_everything(
    result: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    dot = io.BytesIO()
    Image.new("RGB", (2, 2)).save(dot, "PNG")
    rows = [{"n": value, "name": f"<i>hàng {value}</i>"} for value in range(7)]
    columns = (Column("name", "Tên"), Column("n", "Số", "count"))

    def room(_: RunResult, __: str) -> Iterator[Section]:
        yield Section(
            "trial", "Mục thử", (Paragraph("câu < thử", "Đầu"),),
            (Table("a", "Bảng A", columns, rows, shown=3), Table("b", "Bảng B", columns, rows, shown=0)),
            dot.getvalue(), "một chấm",
        )  # fmt: skip

    monkeypatch.setattr(sections, "ROOMS", (room,))
    html = render_report(result, lang)
    assert "<b>Đầu.</b> câu &lt; thử" in html
    assert 'alt="một chấm"' in html
    assert "&lt;i&gt;hàng 2" in html
    assert "hàng 3" not in html
    assert "Bảng B" not in html
    write_workbook(result, tmp_path / "report.xlsx", lang=lang)
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    assert book["Bảng A"].max_row == book["Bảng B"].max_row == 8


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_section_is_in_the_report(result: RunResult, lang: str) -> None:
    html = render_report(result, lang)
    for section in sections_of(result, lang):
        assert f'id="{section.key}"' in html
        assert section.paragraphs
