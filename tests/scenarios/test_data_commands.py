"""The data commands: a project made, filled, looked at; mistakes end in one line and exit code 2."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
from typer.testing import CliRunner

from phusong.geodata import store
from phusong.geodata.errors import InputError
from phusong.scenarios.__main__ import app

runner = CliRunner()


def ok(*arguments: object) -> str:
    done = runner.invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def wrong(*arguments: object) -> str:
    done = runner.invoke(app, [str(argument) for argument in arguments])
    assert isinstance(done.exception, InputError), done.output
    assert "\n" not in str(done.exception)
    return str(done.exception)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    ok("init", tmp_path / "du-an")
    return tmp_path / "du-an"


def sheet(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


STATIONS = ["Mã trạm", "Nhà mạng", "Vĩ độ", "Kinh độ", "Độ cao cột (m)"]


def test_a_template_explains_checks_and_comes_back_empty(project: Path) -> None:
    for path in sorted((project / "templates").glob("*.xlsx")):
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["Dữ liệu", "Hướng dẫn"]
        data = book["Dữ liệu"]
        assert data.max_row == 2  # headers and one example
        guide = " ".join(str(c.value) for row in book["Hướng dẫn"].iter_rows() for c in row if c.value)
        assert f"--as {path.stem}" in guide
        assert "bắt buộc" in guide
        assert data.data_validations.dataValidation  # numbers and lists are held in bounds
    stations = project / "templates" / "stations.xlsx"
    out = ok("data", "import", stations, "--as", "stations", "--project", project)
    assert "0/0 dòng" in out  # the example row is never data
    book = openpyxl.load_workbook(stations)
    values = {"Mã trạm": "VTL-9", "Nhà mạng": "Viettel", "Vĩ độ": "11,75", "Kinh độ": "106,9"}
    header = [cell.value for cell in book["Dữ liệu"][1]]
    book["Dữ liệu"].append([values.get(name) for name in header])
    book.save(stations)
    assert "1/1 dòng" in ok("data", "import", stations, "--as", "stations", "--project", project)


def test_init_never_overwrites(project: Path, tmp_path: Path) -> None:
    assert "đã là thư mục dự án" in wrong("init", project)
    (tmp_path / "file").write_text("x")
    assert "là tệp" in wrong("init", tmp_path / "file")
    assert "--base" in wrong("init", tmp_path / "other", "--base", "hanoi")


def test_guessed_columns_wait_for_a_word(project: Path, tmp_path: Path) -> None:
    rows = [
        ["Mã trạmm", "Nhà mạng", "Vĩ độ", "Kinh độ"],
        *[[f"V{n}", "Viettel", 11.7 + n / 100, 106.9] for n in range(5)],
    ]
    file = sheet(tmp_path / "a.xlsx", rows)
    assert "cột phỏng đoán" in wrong("data", "import", file, "--as", "stations", "--project", project)
    mapping = project / "mappings" / "a.xlsx.stations.toml"
    assert 'site_id = "Mã trạmm"' in mapping.read_text("utf-8")
    # looked at and kept: the file is the confirmation
    assert "5/5 dòng" in ok("data", "import", file, "--as", "stations", "--project", project)
    mapping.write_text(mapping.read_text("utf-8").replace('"Mã trạmm"', '"Không có"'), "utf-8")
    assert "không có cột này" in wrong("data", "import", file, "--as", "stations", "--project", project)
    mapping.write_text("table = 3", "utf-8")
    assert "table" in wrong("data", "import", file, "--as", "stations", "--project", project)
    mapping.unlink()
    assert "5/5" in ok("data", "import", file, "--as", "stations", "--project", project, "--yes")


def test_two_fitting_zones_ask_and_crs_answers(project: Path, tmp_path: Path) -> None:
    rows = [["Mã trạm", "Nhà mạng", "X", "Y"], ["A", "Viettel", 1299493.303, 570650.042],
            ["B", "Viettel", 1299493.303, 570950.042]]  # fmt: skip
    file = sheet(tmp_path / "a.xlsx", rows)
    assert "--crs" in wrong("data", "import", file, "--as", "stations", "--project", project)
    assert "không hiểu" in wrong(
        "data", "import", file, "--as", "stations", "--project", project, "--crs", "VN2000"
    )
    out = ok("data", "import", file, "--as", "stations", "--project", project, "--crs", "9212")
    assert "EPSG:9212 (đổi chỗ" in out
    frame = store.read_layer(project / "project.gpkg", "stations")
    assert isinstance(frame, gpd.GeoDataFrame)
    # golden: longitude 106.9, latitude 11.75
    assert frame.geometry.iloc[0].distance(shapely.Point(106.9, 11.75)) < 1e-8


def test_importing_again_replaces_the_same_file_and_a_failure_leaves_the_store(
    project: Path, tmp_path: Path
) -> None:
    file = sheet(
        tmp_path / "a.xlsx", [STATIONS, ["A", "Viettel", 11.7, 106.9, 40], ["B", "VNPT", 11.8, 106.9, 40]]
    )
    other = sheet(tmp_path / "b.xlsx", [STATIONS, ["C", "MobiFone", 11.6, 106.8, 40]])
    for path in (file, other, file):
        ok("data", "import", path, "--as", "stations", "--project", project)
    frame = store.read_layer(project / "project.gpkg", "stations")
    assert frame is not None
    assert sorted(frame["site_id"]) == ["A", "B", "C"]
    before = (project / "project.gpkg").read_bytes()
    bad = sheet(tmp_path / "a2.xlsx", [STATIONS, ["A", "Viettel", 48.8, 2.3, 40]])
    assert "không nằm trong tỉnh" in wrong("data", "import", bad, "--as", "stations", "--project", project)
    assert (project / "project.gpkg").read_bytes() == before
    assert not list(project.glob(".*"))
    listed = ok("data", "list", "--project", project)
    assert "a.xlsx" in listed
    assert "sha256" in listed


def test_reports_hold_hostile_names_harmlessly(project: Path, tmp_path: Path) -> None:
    name = '=HYPERLINK("http://evil","x")<script>alert(1)</script>\x1b[31m'
    rows = [
        STATIONS,
        [name.replace("\x1b", ""), "Viettel", 11.7, 106.9, 999],
        ["@SUM(1)", "<b>Xấu</b>", 11.7, 106.8, 40],
    ]
    file = sheet(tmp_path / "a.xlsx", rows)
    out = ok("data", "import", file, "--as", "stations", "--project", project)
    assert "\x1b" not in out
    done = runner.invoke(app, ["data", "check", "--project", str(project)])
    assert done.exit_code == 2  # an unknown operator is an error
    html = (project / "check" / "check.html").read_text("utf-8")
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;b&gt;Xấu" in html
    book = openpyxl.load_workbook(project / "check" / "check.xlsx")
    kinds = {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "n"}  # no formula
    assert not book.active._hyperlinks


def test_opencellid_dumps_become_stations(project: Path, tmp_path: Path) -> None:
    header = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"
    rows = [
        "LTE,452,4,100,25601,0,106.90,11.75,1000,50,1,0,0,0",
        "LTE,452,4,100,25602,0,106.91,11.75,1000,50,1,0,0,0",
        "LTE,452,1,100,51201,0,106.80,11.60,1000,20,1,0,0,0",
        "LTE,452,4,100,99901,0,105.80,21.02,1000,50,1,0,0,0",
        "LTE,456,1,100,25601,0,106.60,11.80,1000,50,1,0,0,0",
        "LTE,452,2,100,70001,0,106.85,11.65,1000,1,1,0,0,0",
        "UMTS,452,2,77,501,0,106.85,11.65,1000,9,1,0,0,0", "LTE,452,4,x,,0,abc,,1000,50,1,0,0,0",
    ]  # fmt: skip
    for name, text in (("with.csv", header + "\n".join(rows)), ("without.csv", "\n".join(rows))):
        file = tmp_path / name
        file.write_text(text)
        out = ok("data", "import", file, "--as", "cells", "--project", project)
        assert "3/" in out  # Viettel's two cells are one station, MobiFone's and VNPT's 3G one each
        assert "không phải khảo sát" in out
    sectors = store.read_layer(project / "project.gpkg", "sectors")
    assert sectors is not None
    mine = sectors[(sectors["source_file"] == "with.csv") & (sectors["operator"] == "Viettel")]
    assert sorted(mine["azimuth_deg"]) == [90.0, 270.0]
    (tmp_path / "no.csv").write_text("a;b\n1;2\n")
    assert "không tìm thấy cột cho site_id" in wrong(
        "data", "import", tmp_path / "no.csv", "--as", "cells", "--project", project
    )


def test_an_operators_list_of_cells(project: Path, tmp_path: Path) -> None:
    """As a network's planning tool exports it: a row a cell, its station's name and coordinates in each."""
    rows = [
        ",".join(
            ["STT", "Province", "District", "eNodeB Name", "Cell Name", "Operator", "RAT", "eNodeB ID", "Cell ID",
             "EARFCN", "PCI", "TAC", "Longitude", "Latitude", "Azimuth", "M-Tilt", "E-Tilt", "Antenna Height",
             "Bandwidth", "Max Tx Power (W)", "Antenna Type"]
        ),
        "1,Bình Phước,Lộc Ninh,4G-LNI1,4G-LNI1-1,Viettel,LTE,451001,1,1501,1,2,106.5901,11.8402,30,2,4,38,20,40,",
        "2,Bình Phước,Lộc Ninh,4G-LNI1,4G-LNI1-2,Viettel,LTE,451001,2,1501,2,2,106.5901,11.8402,150,2,4,38,20,40,",
        "3,Bình Phước,Lộc Ninh,4G-LNI1,4G-LNI1-3,Viettel,LTE,451001,3,1501,3,2,106.5981,11.8402,270,2,4,38,20,40,",
        "4,Bình Phước,Bù Đốp,5G-BDP2,5G-BDP2-1,Viettel,NR,451902,1,516000,4,2,106.8012,12.0123,0,0,6,40,100,120,",
        "5,Bình Phước,Bù Đốp,4G-BDP3,4G-BDP3-1,Viettel,LTE,451903,1,5999,4,2,106.9012,12.0123,0,0,6,40,10,20,",
    ]  # fmt: skip
    (tmp_path / "dump.csv").write_text("\n".join(rows), "utf-8")
    out = ok("data", "import", tmp_path / "dump.csv", "--as", "cells", "--project", project)
    assert "3/5" in out  # three stations of five rows
    assert "toạ độ khác dòng 2 của cùng trạm" in out
    assert "'5999'" in out
    assert "không phải số kênh 4G" in out
    stations = store.read_layer(project / "project.gpkg", "stations")
    sectors = store.read_layer(project / "project.gpkg", "sectors")
    assert stations is not None
    assert sectors is not None
    assert sorted(stations[stations["source_file"] == "dump.csv"]["site_id"]) == [
        "4G-BDP3",
        "4G-LNI1",
        "5G-BDP2",
    ]
    mine = sectors[sectors["source_file"] == "dump.csv"].set_index("sector_id")
    assert mine.loc["4G-LNI1-1", "frequency_mhz"] == 1835.1
    assert mine.loc["5G-BDP2-1", "frequency_mhz"] == 2580.0
    assert mine.loc["4G-LNI1-2", "power_dbm"] == pytest.approx(46.02, abs=0.01)


def test_boundaries_by_command(project: Path, real_boundaries: Path) -> None:
    out = ok(
        "data",
        "import",
        real_boundaries / "bp_communes_2025.geojson",
        "--as",
        "boundaries",
        "--project",
        project,
    )
    assert "units_2025: 40" in out


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "www").mkdir()
    frame = gpd.GeoDataFrame({"code": ["70"]}, geometry=[shapely.box(106.4, 11.3, 107.5, 12.3)], crs=4326)
    frame.to_file(tmp_path / "www" / "ranh-gioi.geojson")

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path / "www"))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None: ...

    running = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()


def test_fetch_names_size_licence_and_checksum(project: Path, server: str) -> None:
    url = f"{server}/ranh-gioi.geojson"
    out = ok("data", "fetch", "boundaries", "--project", project, "--url", url)
    assert "Giấy phép" in out
    assert "sha256" in out
    assert "đã có" in ok("data", "fetch", "boundaries", "--project", project, "--url", url)
    assert "404" in wrong("data", "fetch", "terrain", "--project", project, "--url", f"{server}/none.tif")
    assert "chọn" in wrong("data", "fetch", "weather", "--project", project)
    assert "--bbox" in wrong("data", "fetch", "terrain", "--project", project, "--bbox", "1,2,3")


def test_fetch_takes_the_tiles_of_a_province_and_skips_the_sea(
    project: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phusong.geodata import download

    tiles = download.Dataset(
        "terrain", "thử · trial", "-", f"{server}/{{ns}}{{lat:02d}}{{ew}}{{lon:03d}}.tif", 1, 1
    )
    monkeypatch.setattr(download, "datasets", lambda: {"terrain": tiles})
    for name in ("N11E106.tif", "N12E106.tif", "N11E107.tif"):
        (tmp_path / "www" / name).write_bytes(b"tile")
    out = ok("data", "fetch", "terrain", "--project", project, "--province", "binh phuoc")
    assert "Bình Phước: 106.4, 11.3" in out
    assert "N12E107.tif  nguồn không có" in out
    assert len(list((project / "downloads").glob("*.tif"))) == 3
    (tmp_path / "www" / "N11E106.tif").unlink()
    assert "404" in wrong("data", "fetch", "terrain", "--project", project, "--bbox", "108,15,108.5,15.5")
    assert "did you mean" in wrong(
        "data", "fetch", "terrain", "--project", project, "--province", "Binh Phuok"
    )
    both = ("--province", "70", "--bbox", "106,11,107,12")
    assert "chỉ cho một" in wrong("data", "fetch", "terrain", "--project", project, *both)


@pytest.mark.parametrize(
    ("text", "match"),
    [("name = 3", "name"), ("colour = 'x'", "khoá lạ"), ("[", "không đọc được"), ("base = 'x'", "base"),
     ("crs = 'EPSG:4326'", "hệ toạ độ mét"), ("crs = 'EPSG:99999999'", "hệ toạ độ mét")],
)  # fmt: skip
def test_a_broken_project_file_names_its_key(project: Path, text: str, match: str) -> None:
    (project / "project.toml").write_text(text, "utf-8")
    assert match in wrong("data", "list", "--project", project)


def test_no_project_and_no_such_table(tmp_path: Path, project: Path) -> None:
    assert "không phải thư mục dự án" in wrong("data", "check", "--project", tmp_path)
    assert "không có bảng này" in wrong(
        "data", "import", tmp_path / "a.xlsx", "--as", "cats", "--project", project
    )
    assert "không đọc được" in wrong(
        "data", "import", tmp_path / "a.xlsx", "--as", "zones", "--project", project
    )
    (project / "project.gpkg").write_bytes(b"SQLite format 3\0 no store")
    assert "hỏng" in wrong("data", "check", "--project", project)
    assert "hỏng" in wrong("data", "export", "postgresql://x/y", "--project", project)


def test_help_of_the_data_commands_loads_nothing_heavy() -> None:
    assert importlib.util.find_spec("geopandas") is not None
    code = (
        "import sys; from phusong.scenarios.__main__ import app; "
        "print([m for m in ('geopandas', 'rasterio', 'openpyxl') if m in sys.modules])"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_province_without_a_base_is_told_what_it_lacks(tmp_path: Path) -> None:
    ok("init", tmp_path / "khac", "--base", "none", "--name", "Tỉnh khác", "--crs", "EPSG:9218")
    done = runner.invoke(app, ["data", "check", "--project", str(tmp_path / "khac")])
    assert done.exit_code == 2
    out = done.output
    assert "chưa có ranh giới xã" in out
    assert "--as stations" in out
    assert "2 errors" in out
