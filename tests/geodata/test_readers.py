"""Files as they come, and files as they should not: an answer or one clear line, never a traceback."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely
import xlwt

from phusong.geodata.errors import InputError
from phusong.geodata.readers import Limits, read_source
from phusong.geodata.readers.vector import safe_geometry

HEADERS = ["Mã trạm", "Nhà mạng", "Vĩ độ", "Kinh độ"]
ROW = ["VTL-1", "Viettel", 11.75, 106.9]


def workbook(path: Path, rows: list[list[object]], *, merge: str = "") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    book.save(path)
    return path


def refused(path: Path, match: str, limits: Limits | None = None) -> None:
    with pytest.raises(InputError, match=match) as caught:
        read_source(path, limits=limits)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)


def test_xlsx_rows_keep_their_numbers(tmp_path: Path) -> None:
    source = read_source(workbook(tmp_path / "a.xlsx", [["Danh sách"], [], HEADERS, ROW], merge="A1:D1"))
    (sheet,) = source.sheets
    assert sheet.rows[2] == HEADERS
    assert sheet.rows[3] == ROW
    assert sheet.merged == ((1, 1, 1, 4),)


def test_xls_of_before_2007(tmp_path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Trạm")
    for r, row in enumerate([HEADERS, ROW]):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    book.save(str(tmp_path / "a.xls"))
    (read,) = read_source(tmp_path / "a.xls").sheets
    assert (read.name, read.rows) == ("Trạm", [HEADERS, ROW])


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_csv_of_any_encoding_and_separator(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    rows = [HEADERS, ["VTL-1", "Viettel", "11.75", "106.9"], ["VTL-2", "VNPT", "11.76", "106.8"]]
    path.write_bytes("\r\n".join(separator.join(row) for row in rows).encode(encoding))
    source = read_source(path)
    assert source.sheets[0].rows == rows
    assert source.details["separator"] == separator


def test_csv_quotes_with_line_breaks_keep_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('sep=;\ntên;số\n"hai\ndòng";1\nba;2\n', "utf-8")
    rows = read_source(path).sheets[0].rows
    assert rows[1] == ["tên", "số"]
    assert rows[2][1] == "1"
    assert rows[4] == ["ba", "2"]  # line 5 of the file


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".zip", ".parquet"])
def test_gis_files(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame(
        {"ten": ["Đắk Ơ", "Lộc Thạnh"]}, geometry=gpd.points_from_xy([106.9, 107.0], [11.7, 11.8]), crs=4326
    )
    path = tmp_path / f"a{suffix}"
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    elif suffix == ".zip":
        frame.to_file(tmp_path / "a.shp", encoding="utf-8")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("a.*"):
                if part != path:
                    archive.write(part, f"ranh gioi/{part.name}")
    else:
        frame.to_file(path)
    (features,) = read_source(path).features
    assert features.crs == "EPSG:4326"
    assert list(features.frame["ten"]) == ["Đắk Ơ", "Lộc Thạnh"]
    assert features.frame.geometry.iloc[0].equals(shapely.Point(106.9, 11.7))


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><Placemark><name>Trạm 1</name><ExtendedData><Data name="Nhà mạng"><value>Viettel</value></Data>
</ExtendedData><Point><coordinates>106.9,11.75,80</coordinates></Point></Placemark></Folder>
<Placemark><name>Vùng</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
106,11 107,11 107,12 106,11</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Document></kml>"""


@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_kml(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".kml":
        path.write_text(KML, "utf-8")
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", KML)
    (features,) = read_source(path).features
    assert list(features.frame["name"]) == ["Trạm 1", "Vùng"]
    assert features.frame["Nhà mạng"].iloc[0] == "Viettel"
    assert features.frame.geometry.iloc[0].equals(shapely.Point(106.9, 11.75))
    assert features.frame.geometry.iloc[1].geom_type == "Polygon"


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    for name, member in (("bomb.zip", "a.csv"), ("bomb.xlsx", "xl/workbook.xml"), ("bomb.kmz", "doc.kml")):
        with (
            zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open(member, "w", force_zip64=True) as out,
        ):
            for _ in range(64):
                out.write(b"\0" * (1 << 20))
        refused(tmp_path / name, "bom nén")


def test_a_lying_size_in_the_archive_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "lie.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "a;b\n" * 200_000)
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<I", 10)
    path.write_bytes(bytes(data))
    refused(path, "hỏng")


def test_a_member_without_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", "a;b")
    path.write_bytes(path.read_bytes().replace(b"x", b"\0"))  # found by fuzzing: zipfile cuts names at NUL
    refused(path, "không an toàn|hỏng")


@pytest.mark.parametrize("member", ["../../evil.csv", "/etc/evil.csv", "C:\\evil.csv", "a/../../evil.csv"])
def test_no_path_leaves_the_folder(tmp_path: Path, member: str) -> None:
    inside = tmp_path / "deep" / "er"
    inside.mkdir(parents=True)
    with zipfile.ZipFile(inside / "a.zip", "w") as archive:
        archive.writestr(member, "a;b\n1;2\n")
    refused(inside / "a.zip", "không an toàn")
    assert not list(tmp_path.rglob("evil.csv"))


def test_links_archives_in_archives_and_crowds_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(tmp_path / "link.zip", "không an toàn")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "a;b")
    with zipfile.ZipFile(tmp_path / "nest.zip", "w") as archive:
        archive.writestr("a.csv", inner.getvalue())
    refused(tmp_path / "nest.zip", "tệp nén trong tệp nén")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(30):
            archive.writestr(f"{number}.csv", "a;b")
    refused(tmp_path / "many.zip", "quá lớn", Limits(archive_members=20))
    refused(tmp_path / "many.zip", "một bộ dữ liệu")


BOMB = """<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><kml><Placemark><name>&d;</name>
</Placemark></kml>"""
XXE = """<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Placemark>
<name>&x;</name></Placemark></kml>"""


@pytest.mark.parametrize("text", [BOMB, XXE])
def test_entity_bombs_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.kml").write_text(text, "utf-8")
    refused(tmp_path / "a.kml", "DTD")


def test_an_entity_bomb_inside_a_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADERS, ROW])
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    bomb = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    for member in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in parts.items():
                archive.writestr(name, bomb + data.split(b"?>", 1)[-1] if name == member else data)
        refused(path, "hỏng")


@pytest.mark.parametrize(
    "text",
    ["<html><table><tr><td>Mã trạm</td></tr></table></html>", "<!DOCTYPE html>\n<html></html>", "<table/>",
     '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_a_workbook_that_is_html_says_so(tmp_path: Path, text: str, suffix: str) -> None:
    (tmp_path / f"a{suffix}").write_text(text, "utf-8")
    refused(tmp_path / f"a{suffix}", "thực ra là trang")


def test_ten_million_rows_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"1;2\n" * 10_000_000)
    refused(path, r"hơn 1,000,000 dòng")


def test_limits_of_rows_columns_and_bytes(tmp_path: Path) -> None:
    small = Limits(rows=10, columns=5)
    path = workbook(tmp_path / "a.xlsx", [[1, 2]] * 12)
    refused(path, "hơn 10 dòng", small)
    refused(workbook(tmp_path / "b.xlsx", [list(range(8))]), "hơn 5 cột", small)
    (tmp_path / "c.csv").write_text(";".join("abcdefgh"))
    refused(tmp_path / "c.csv", "hơn 5 cột", small)
    refused(path, "quá lớn", Limits(file_bytes=100))


def test_a_stray_cell_at_the_end_of_the_sheet_costs_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADERS)
    book.active.append(ROW)
    book.active.cell(row=300_000, column=3, value="x")
    book.save(tmp_path / "a.xlsx")
    assert len(read_source(tmp_path / "a.xlsx").sheets[0].rows) == 2


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".gpkg", ".kmz", ".parquet", ".shp", ".geojson", ".kml"])
def test_nonsense_of_any_suffix(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"")
    refused(path, "rỗng")
    for data in (b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook", b"\0" * 600,
                 b"SQLite format 3\0" + b"\1" * 500, b"PAR1 no table", b"{ no json"):  # fmt: skip
        path.write_bytes(data)
        refused(path, "hỏng|NUL|rỗng")


def test_truncated_files(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", [HEADERS, *[ROW] * 500]).read_bytes()
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=4326)
    frame.to_file(tmp_path / "a.gpkg")
    package = (tmp_path / "a.gpkg").read_bytes()
    for share in (0.1, 0.5, 0.9, 0.999):
        (tmp_path / "cut.xlsx").write_bytes(whole[: int(len(whole) * share)])
        refused(tmp_path / "cut.xlsx", "hỏng")
    for share in (0.01, 0.5):
        (tmp_path / "cut.gpkg").write_bytes(package[: int(len(package) * share)])
        refused(tmp_path / "cut.gpkg", "hỏng")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    refused(tmp_path / "none.csv", "không đọc được")
    refused(tmp_path, "không phải tệp")


def test_geometry_is_mended_or_named() -> None:
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    shapes = [
        shapely.Point(106.9, 11.7, 5.0),
        bow_tie,
        shapely.Point(float("nan"), 1),
        None,
        shapely.Polygon(),
        shapely.LineString([(-179.5, 10), (179.5, 11)]),
        shapely.from_wkt("LINESTRING M (1 2 3, 4 5 6)"),
    ]
    clean, wrong = safe_geometry(gpd.GeoSeries(shapes, index=range(1, 8), crs=4326))
    assert wrong == {1: "3d", 2: "invalid", 3: "nan", 4: "empty", 5: "empty", 6: "antimeridian", 7: "3d"}
    assert not clean[1].has_z
    assert not clean[7].has_m
    assert clean[2].is_valid
    assert clean[2].area == pytest.approx(2.0)  # two triangles of area 1
    assert [clean[row] for row in (3, 4, 5, 6)] == [None] * 4


def test_geojson_with_nan_and_depth(tmp_path: Path) -> None:
    path = tmp_path / "deep.geojson"
    path.write_text('{"type":"FeatureCollection","features":' + "[" * 100_000 + "]" * 100_000 + "}")
    refused(path, "hỏng|không có")
    feature = {"type": "Feature", "properties": {"a": "<script>alert(1)</script>"},
               "geometry": {"type": "Point", "coordinates": [float("nan"), 11]}}  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    try:
        (features,) = read_source(path).features
    except InputError:
        return
    _, wrong = safe_geometry(features.frame.geometry)
    assert set(wrong.values()) <= {"nan", "empty"}
    assert np.isin(1, list(wrong))
