"""The twelve traps of Vietnamese lists, each with its golden value, through the import as a planner meets it.

Golden values: field notes on Vietnamese data (Unicode, TCVN3, VNI, decimal commas, VN-2000, collation).
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from phusong.geodata import store
from phusong.geodata.assemble import load_province
from phusong.geodata.checks import check, errors
from phusong.geodata.encodings import from_tcvn3, from_vni
from phusong.geodata.errors import InputError
from phusong.geodata.matching import hamlet_key, plain
from phusong.geodata.problems import Problem
from phusong.geodata.project import Project, import_file, open_project
from phusong.geodata.safe_cells import csv_cell
from phusong.geodata.templates import init
from phusong.geodata.vietnamese import sort_key


@pytest.fixture
def project(tmp_path: Path) -> Project:
    init(tmp_path / "p", name="Bình Phước", base="binh-phuoc", crs="EPSG:9212")
    return open_project(tmp_path / "p")


def imported(
    project: Project, header: str, *rows: str, table: str = "hamlets", crs: str = "", encoding: str = "utf-8"
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    file = project.folder / "a.csv"
    file.write_bytes("\n".join((header, *rows)).encode(encoding))
    report = import_file(project, file, table, crs=crs, accept_guesses=True)
    frame = store.read_layer(project.store, table)
    assert isinstance(frame, gpd.GeoDataFrame)
    return frame, list(report.problems)


HAMLET = "Tên thôn;Xã;Dân số;Vĩ độ;Kinh độ"


def test_01_unicode_forms_join(project: Project) -> None:
    nfc, nfd = "Lộc Thạnh", unicodedata.normalize("NFD", "Lộc Thạnh")
    assert (len(nfc), len(nfd)) == (9, 12)
    rows = [
        f"Ấp {n};Xã {name};10;11,9{n};106,5{n}" for n, name in enumerate((nfc, nfd, "Lô\u0323c Thạnh"), 1)
    ]
    frame, _ = imported(project, HAMLET, *rows)
    assert set(frame["unit"]) == {"Xã Lộc Thạnh"}
    assert frame["unit_2025_code"].nunique() == 1
    assert frame["unit_2025_code"].notna().all()


def test_02_d_with_stroke() -> None:
    assert plain("Đon Đak Ơ") == "don dak o"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hoà", "Hòa"), ("thuỷ", "thủy"), ("Khoẻ", "Khỏe"), ("Đăk", "Đắk"), ("Mỹ", "Mĩ"), ("Ấp 1", "ấp 01"),
     ("Ấp 1", "Thôn 1")],
)  # fmt: skip
def test_03_spellings_meet_inside_a_commune_only(one: str, other: str) -> None:
    assert hamlet_key(one) == hamlet_key(other)


def test_04_tcvn3_columns(project: Project) -> None:
    frame, problems = imported(
        project,
        "M· tr¹m;Nhµ m¹ng;Tªn tr¹m;VÜ ®é;Kinh ®é",
        "A;Viettel;§ån Biªn phßng;11,95;106,55",
        "B;VNPT;X· Léc Th¹nh, B×nh Ph\xadíc;11,94;106,56",
        table="stations",
        encoding="cp1252",
    )
    assert list(frame["name"]) == ["Đồn Biên phòng", "Xã Lộc Thạnh, Bình Phước"]
    assert "old-font" in {problem.code for problem in problems}
    assert from_tcvn3("Êp 3") == "ấp 3"


def test_05_vni_columns(project: Project) -> None:
    assert (from_vni("aù"), from_vni("ñ"), from_vni("ö")) == ("á", "đ", "ư")
    frame, _ = imported(
        project, "Name;Vĩ độ;Kinh độ", "Chôn Thaønh, Bình Phöôùc;11,4;106,6",
        table="zones",
    )  # fmt: skip
    assert list(frame["name"]) == ["Chơn Thành, Bình Phước"]


def test_06_numbers_of_every_kind(project: Project) -> None:
    frame, problems = imported(
        project,
        HAMLET,
        "Ấp 1;Xã Lộc Thành;1.234;11,75321;106,54",
        "Ấp 2;Xã Lộc Thành;1234;11.75;106.55",
        "Ấp 3;Xã Lộc Thành;1,234;11°45'12\";106 33 00",
        "Ấp 4;Xã Lộc Thành;１２３４;１１,７５;106,56",
        "Ấp 5;Xã Lộc Thành;1234;106,57;11,75",
        "Ấp 6;Xã Lộc Thành;1234;1175.0;106,58",
    )
    assert list(frame["population"]) == [1234] * 6
    assert [round(point.y, 5) for point in frame.geometry[:5]] == [11.75321, 11.75, 11.75333, 11.75, 11.75]
    assert frame.geometry[5] is None  # 1175.0 is never taken for a place …
    lost = next(problem for problem in problems if problem.row == 7)
    assert lost.severity == "error"
    assert "11.75" in lost.mend_vi  # … and the mend is named
    assert [p.row for p in problems if p.code == "swapped-axes"] == [6]


def test_07_codes_stay_text(project: Project) -> None:
    header = "Tên thôn;Mã xã;Dân số;Vĩ độ;Kinh độ"
    frame, problems = imported(project, header, "Ấp 1;25280;10;11,9;106,5", "Ấp 2;1;10;11,9;106,6")
    assert list(frame["unit_code"]) == ["25280", "00001"]
    assert next(p.code for p in problems if p.row == 3) == "zeros-restored"


@pytest.mark.parametrize(
    ("crs", "x", "y"),
    [("EPSG:9212", "570650,042", "1299493,303"), ("EPSG:5899", "407159,483", "1299552,464"),
     ("EPSG:3405", "706859,860", "1299720,101")],
)  # fmt: skip
def test_08_vn2000_golden_points(project: Project, crs: str, x: str, y: str) -> None:
    # northing under X, as surveyors write it
    header = "Mã trạm;Nhà mạng;X (m);Y (m)"
    with pytest.raises(InputError, match="--crs"):  # a single point fits many zones: asked, not guessed
        imported(project, header, f"A;Viettel;{y};{x}", table="stations")
    frame, _ = imported(project, header, f"A;Viettel;{y};{x}", table="stations", crs=crs)
    assert frame.geometry[0].distance(shapely.Point(106.9, 11.75)) < 1e-7


def test_09_the_dictionary_order() -> None:
    names = ["An Lộc", "Ăn", "Ân Phú", "Ấp 1", "Ấp 2", "Ấp 10", "Bù Đăng", "Bù Gia Mập", "Dân Chủ", "Đa Kia"]
    mixed = ["Đa Kia", "Ấp 10", "Ăn", "Bù Gia Mập", "An Lộc", "Dân Chủ", "Ấp 2", "Bù Đăng", "Ân Phú", "Ấp 1"]
    assert sorted(mixed, key=sort_key) == names


def test_10_units_of_both_times(project: Project) -> None:
    header = "Tên thôn;Xã;Huyện;Dân số;Vĩ độ;Kinh độ"
    imported(project, HAMLET, "Ấp 1;Phường Bình Long;10;11,65;106,6")
    new = store.read_layer(project.store, "hamlets")
    assert new is not None
    assert new["unit_2025_code"].notna().all()
    (project.folder / "mappings" / "a.csv.hamlets.toml").unlink()
    rows = ("Ấp 1;Tân Lợi;Đồng Phú;10;11,5;106,9", "Ấp 1;Tân Lợi;Hớn Quản;10;11,6;106,6")
    frame, _ = imported(project, header, *rows)
    assert list(frame["commune_code"]) == ["25378", "25342"]
    assert frame["unit_2025_code"].nunique() == 2


def test_11_text_is_composed_before_anything_draws_it(project: Project) -> None:
    name = unicodedata.normalize("NFD", "Ấp Thạnh Phú")
    frame, _ = imported(project, HAMLET, f"{name};Xã Lộc Thạnh;10;11,9;106,5")
    assert frame["name"][0] == unicodedata.normalize("NFC", name)
    assert not any(unicodedata.combining(letter) for letter in frame["name"][0])


def test_12_csv_of_vietnamese_excel(project: Project) -> None:
    # UTF-8 with BOM, semicolons, decimal commas; and no formula in what we write for it
    frame, problems = imported(
        project, "sep=;\n" + HAMLET, "Ấp 1;Xã Lộc Thạnh;10;11,9;106,5", encoding="utf-8-sig"
    )
    assert list(frame["source_row"]) == [3]
    assert not [problem for problem in problems if problem.severity == "error"]
    assert csv_cell("=1+1") == "'=1+1"
    assert csv_cell("@x") == "'@x"
    assert csv_cell("-3,5") == "-3,5"
    assert csv_cell("Ấp 1") == "Ấp 1"


def test_another_province_needs_boundaries_and_runs_on_its_own_lists(tmp_path: Path) -> None:
    init(tmp_path / "q", name="Tỉnh thử", base="", crs="EPSG:9218")
    other = open_project(tmp_path / "q")
    with pytest.raises(InputError, match="chưa có ranh giới"):
        imported(other, HAMLET, "Ấp 1;Xã A;100;13,05;108,05")
    from phusong.geodata.boundaries import read_boundaries

    boxes = [shapely.box(108.0, 13.0, 108.1, 13.1), shapely.box(108.1, 13.0, 108.2, 13.1)]
    squares = gpd.GeoDataFrame({"code": ["1", "2"], "name": ["Xã A", "Xã B"]}, geometry=boxes, crs=4326)
    squares.to_file(tmp_path / "b.geojson")
    level, table, found = read_boundaries(
        tmp_path / "b.geojson", level="communes", official=None, crs="EPSG:9218"
    )
    origin = store.Origin(level, "b.geojson", "", "", 2, "EPSG:4326", "{}")
    store.put(other.store, level, table, origin, found)
    imported(other, HAMLET, "Ấp 1;Xã A;100;13,05;108,05", "Ấp 2;Xã B;300;13,06;108,15")
    file = other.folder / "tram.csv"
    file.write_text("Mã trạm;Nhà mạng;Vĩ độ;Kinh độ\nA;Viettel;13,05;108,06\n", "utf-8")
    import_file(other, file, "stations")
    assert errors(check(other)) == []
    province, _ = load_province(other.folder, antennas=set())
    assert list(province.hamlets["commune"]) == ["Xã A", "Xã B"]
    assert province.population.values.sum() == pytest.approx(400, rel=1e-4)
    assert len(province.sectors) == 3
    assert {"terrain", "clutter", "stations", "population"} <= set(province.synthetic)
