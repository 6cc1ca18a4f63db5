"""The same number and the same words in every output of a run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyogrio
import pytest
import rasterio

from phusong.scenarios.wording import number, percent


def test_what_is_synthetic_is_said_alike_in_summary_map_report_and_rasters(
    small_runs: tuple[Path, Path],
) -> None:
    folder = small_runs[0]
    page = (folder / "report.html").read_text("utf-8")
    notice = re.search(r"mô phỏng \((.*)\)\. Vùng lõm", page)
    assert notice
    said = notice[1].replace("&#39;", "'")
    with rasterio.open(folder / "rsrp_any-4g.tif") as file:
        assert file.tags()["synthetic_inputs"] == said
    with rasterio.open(folder / "class_any-4g.tif") as file:
        assert file.tags()["synthetic_inputs"] == said
    assert (
        f"({said})" in pyogrio.read_info(folder / "gaps.gpkg", layer="gaps")["layer_metadata"]["DESCRIPTION"]
    )
    keys = json.loads((folder / "summary.json").read_text("utf-8"))["synthetic_inputs"]
    assert "loudspeakers" in keys
    assert "cụm loa truyền thanh" in said


@pytest.mark.parametrize(
    ("value", "digits", "vi"),
    [
        (41178.5, 0, "41.179"),
        (41177.5, 0, "41.178"),
        (0.125, 2, "0,13"),
        (-2.5, 0, "-3"),
        (1e6, 1, "1.000.000,0"),
    ],
)
def test_halves_go_up_as_in_spreadsheets_and_browsers(value: float, digits: int, vi: str) -> None:
    assert number(value, "vi", digits=digits) == vi


def test_a_share_is_rounded_as_it_is_written() -> None:
    assert percent(0.56645, "en", digits=2) == "56.65%"
    assert percent(0.9565, "vi") == "95,7 %"
