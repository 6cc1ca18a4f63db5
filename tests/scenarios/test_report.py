"""Reports and files for other programs: what is in them is the run's, and nothing in them can run."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import rasterio

from phusong.scenarios.maps.answers import thresholds_of
from phusong.scenarios.maps.palette import rgb, signal_classes
from phusong.scenarios.outages import Outages
from phusong.scenarios.outputs import write_gaps
from phusong.scenarios.report import words as words_module
from phusong.scenarios.report.gis import write_class_rasters, write_kmz
from phusong.scenarios.report.page import render_report
from phusong.scenarios.report.qgis import style_geopackage
from phusong.scenarios.report.sections import sections_of
from phusong.scenarios.report.xlsx import write_workbook
from phusong.scenarios.result import RunResult

KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture(scope="module")
def result(made_up_result: Callable[..., RunResult]) -> RunResult:
    return made_up_result(hostile=True)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_report_says_the_runs_figures_and_what_is_synthetic(result: RunResult, lang: str) -> None:
    html = render_report(result, lang)
    text = re.sub(r"\s+", " ", re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", html))
    main = next(row for row in result.summary["layers"] if row["layer"] == "any-4g")
    assert f"{main['hamlets_served']}/843" in text
    share = 100 * main["population_served_share"]
    assert (f"{share:.1f} %".replace(".", ",") if lang == "vi" else f"{share:.1f}%") in text
    assert "mô phỏng" in text if lang == "vi" else "synthetic" in text
    assert result.coverage.model in text
    assert all(name in text for name in result.province.districts["name"])


def test_the_report_shows_hostile_names_as_text_and_asks_for_nothing(result: RunResult) -> None:
    html = render_report(result)
    assert "<img src=x" not in html
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", html)
    with pytest.raises(ValueError, match="lang"):
        render_report(result, "fr")


def test_the_workbook_holds_the_tables_with_filters_and_frozen_headings(
    result: RunResult, tmp_path: Path
) -> None:
    write_workbook(result, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    first = [
        "Kết quả chính",
        "Mục tiêu",
        "Thôn, ấp",
        "Vùng lõm",
        "Xã, phường",
        "Trạm",
        "Kế hoạch",
        "Giả định",
    ]
    assert book.sheetnames[:8] == first
    added = [table.title for section in sections_of(result, "vi") for table in section.tables]
    assert book.sheetnames[8:] == added
    assert {"Chất lượng theo QCVN", "Đường tuần tra biên giới"} <= set(added)
    hamlets = book["Thôn, ấp"]
    assert hamlets.max_row == 1 + len(result.hamlets)
    assert hamlets.freeze_panes == "B2"
    assert hamlets.auto_filter.ref
    head = [cell.value for cell in hamlets[1]]
    people = [row[head.index("Dân số")] for row in hamlets.iter_rows(min_row=2, values_only=True)]
    assert sum(people) == pytest.approx(result.hamlets["population"].sum())
    assert book["Vùng lõm"].max_row == 1 + len(result.gaps)
    assert book["Trạm"].max_row == 1 + len(result.province.sites)
    planned = (result.province.sites["status"] != "on_air").sum()
    assert book["Kế hoạch"].max_row == 1 + planned > 1


def test_no_cell_of_the_workbook_is_a_formula(result: RunResult, tmp_path: Path) -> None:
    write_workbook(result, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert '=HYPERLINK("x")' in {cell.value for cell in cells}  # the hostile name, as text
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)


def test_the_same_run_gives_the_same_bytes(result: RunResult, tmp_path: Path) -> None:
    for number in (1, 2):
        write_workbook(result, tmp_path / f"{number}.xlsx")
        write_kmz(result, tmp_path / f"{number}.kmz")
    for kind in ("xlsx", "kmz"):
        assert (tmp_path / f"1.{kind}").read_bytes() == (tmp_path / f"2.{kind}").read_bytes()
    assert render_report(result) == render_report(result)


def test_class_rasters_have_the_maps_classes_and_colours(result: RunResult, tmp_path: Path) -> None:
    write_class_rasters(result, tmp_path)
    layer = result.coverage.layers["viettel-4g"]
    classes = signal_classes(thresholds_of(result, layer))
    with rasterio.open(tmp_path / "class_viettel-4g.tif") as file:
        codes, colours, tags = file.read(1), file.colormap(1), file.tags()
    for code, item in enumerate(classes, start=1):
        assert colours[code][:3] == rgb(item.colour)
        assert item.key in tags[f"class_{code}"]
        low = -np.inf if item.low_dbm is None else item.low_dbm
        high = np.inf if item.high_dbm is None else item.high_dbm
        assert ((codes == code) == ((layer.rsrp_dbm >= low) & (layer.rsrp_dbm < high))).all()
    assert tags["synthetic_inputs"]


def with_everything(result: RunResult) -> RunResult:
    """The run with an answer on outages and with other gaps than those of signal."""
    masts = gpd.GeoDataFrame(
        {"mast_id": ["m1", "m2"], "people_lost": [1500.0, 20.0], "operators": ["Viettel", "VNPT"]},
        geometry=list(result.hamlets.geometry[:2]),
        crs=result.hamlets.crs,
    )
    communes = result.province.communes.head(3)[["code", "name", "geometry"]].assign(
        people=1000.0, backed_share=[0.3, 0.97, 1.0]
    )
    found = Outages(masts, pd.DataFrame(), gpd.GeoDataFrame(communes), people_served=2e3, people_backed=1e3)
    other = result.gaps.head(2).assign(kind=["indoor", "capacity"])
    return dataclasses.replace(result, outages=found, other_gaps=other)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_layer_of_the_geopackage_carries_a_style_for_every_one_of_its_rows(
    result: RunResult, tmp_path: Path, lang: str
) -> None:
    path = tmp_path / "gaps.gpkg"
    write_gaps(with_everything(result), path)
    style_geopackage(path, lang=lang)
    with closing(sqlite3.connect(path)) as file:
        rows = file.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        listed = {row[0] for row in file.execute("SELECT table_name FROM gpkg_contents")}
        layers = {row[0] for row in file.execute("SELECT table_name FROM gpkg_geometry_columns")}
    assert "layer_styles" in listed
    assert layers >= {"gaps", "other_gaps", "border", "border_stations", "masts", "backed", "hamlets"}
    assert sorted(row[0] for row in rows) == sorted(layers)
    for name, column, qml, default in rows:
        assert (column, default) == ("geom", 1)
        document = ElementTree.fromstring(qml.split("\n", 1)[1])
        renderer = document.find("renderer-v2")
        assert renderer is not None
        symbols = {symbol.get("name") for symbol in renderer.iter("symbol")}
        classes = [*renderer.iter("category"), *renderer.iter("range")]
        table = pyogrio.read_dataframe(path, layer=name)
        kinds = {"Point": "marker", "LineString": "line", "MultiPolygon": "fill"}
        assert {symbol.get("type") for symbol in renderer.iter("symbol")} == {
            kinds[kind] for kind in table.geom_type.unique()
        }
        if renderer.get("type") == "singleSymbol":
            assert symbols == {"0"}
            continue
        assert {item.get("symbol") for item in classes} == symbols
        assert all(item.get("label") for item in classes)
        values = table[renderer.get("attr")].dropna()
        if renderer.get("type") == "categorizedSymbol":
            written = [str(bool(v)).lower() if item_is_bool(v) else str(v) for v in values]
            assert set(written) <= {item.get("value") for item in classes}
        else:
            bounds = [(float(item.get("lower", "nan")), float(item.get("upper", "nan"))) for item in classes]
            assert all(any(low <= value <= high for low, high in bounds) for value in values)


def item_is_bool(value: object) -> bool:
    return isinstance(value, bool | np.bool_)


def test_the_kmz_places_every_hamlet_and_every_gap(result: RunResult, tmp_path: Path) -> None:
    write_kmz(result, tmp_path / "run.kmz")
    with zipfile.ZipFile(tmp_path / "run.kmz") as archive:
        document = ElementTree.fromstring(archive.read("doc.kml"))
        assert {"signal.png", "legend.png"} <= set(archive.namelist())
    points = document.findall(f".//{KML}Placemark/{KML}Point/{KML}coordinates")
    assert len(points) == len(result.hamlets)
    found = np.sort([float((point.text or "").split(",")[0]) for point in points])
    assert found == pytest.approx(np.sort(result.hamlets["lon"]), abs=1e-5)
    shapes = document.findall(f".//{KML}Placemark/{KML}MultiGeometry")
    assert len(shapes) == (result.gaps["layer"] == "any-4g").sum() > 0
    names = {element.text for element in document.iter(f"{KML}name")}
    assert "<img src=x onerror=alert(1)>" in names
    box = document.find(f".//{KML}LatLonBox")
    assert box is not None
    south, north = (float(box.findtext(f"{KML}{side}") or "nan") for side in ("south", "north"))
    assert south < result.hamlets["lat"].min() < result.hamlets["lat"].max() < north


def test_every_word_is_there_in_both_languages() -> None:
    pages = words_module._page_words()
    assert pages["vi"].keys() == pages["en"].keys()
    assert all(len(pair) == 2 and all(pair) for pair in words_module._OWN.values())
    with pytest.raises(KeyError):
        words_module.words("vi")("no such word")
