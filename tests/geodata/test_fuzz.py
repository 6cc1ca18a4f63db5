"""Broken files and nonsense tables by the hundred: an answer or an InputError, nothing else."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phusong.geodata.errors import InputError
from phusong.geodata.importing import convert
from phusong.geodata.official import binh_phuoc
from phusong.geodata.problems import Problem
from phusong.geodata.readers import Limits, read_source
from phusong.geodata.readers.source import Sheet, Source
from phusong.geodata.schema import TABLES
from phusong.geodata.tables import check_mapping, guess_mapping, rows_of

AREA = shapely.box(106.4, 11.3, 107.5, 12.3)
TRIED: Counter[str] = Counter()
KINDS = ("csv", "xlsx", "xls", "gpkg", "geojson", "kml", "shp.zip", "parquet")


def _seed_files(folder: Path) -> dict[str, bytes]:
    """One small honest file of each kind, as bytes to break."""
    rows = [["Mã trạm", "Nhà mạng", "Vĩ độ", "Kinh độ"], ["VTL-1", "Viettel", "11,75", "106,9"]] * 3
    (folder / "a.csv").write_text("\n".join(";".join(row) for row in rows), "utf-8")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "a.xlsx")
    old = xlwt.Workbook()
    sheet = old.add_sheet("a")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            sheet.write(r, c, cell)
    old.save(str(folder / "a.xls"))
    frame = gpd.GeoDataFrame({"Mã trạm": ["VTL-1"]}, geometry=[shapely.box(106.9, 11.7, 107, 11.8)], crs=4326)
    frame.to_file(folder / "a.gpkg")
    frame.to_file(folder / "a.geojson")
    frame.to_parquet(folder / "a.parquet")
    frame.rename(columns={"Mã trạm": "ma"}).to_file(folder / "a.shp")
    with zipfile.ZipFile(folder / "a.shp.zip", "w") as archive:
        for part in folder.glob("a.*"):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                archive.write(part, part.name)
    (folder / "a.kml").write_text(
        "<?xml version='1.0'?><kml><Placemark><name>Trạm</name><Point><coordinates>106.9,11.7</coordinates>"
        "</Point></Placemark></kml>",
        "utf-8",
    )
    return {kind: (folder / f"a.{kind}").read_bytes() for kind in KINDS}


def _broken(data: bytes, generator: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(generator.choice((1, 1, 3, 20))):
        if not out:
            break
        at = generator.randrange(len(out))
        match generator.randrange(6):
            case 0:
                out[at] = generator.randrange(256)
            case 1:
                del out[at:]
            case 2:
                out[at:at] = generator.randbytes(generator.randrange(1, 40))
            case 3:
                del out[at : at + generator.randrange(1, 200)]
            case 4:
                out[at : at + 4] = generator.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
            case 5:
                out[at:at] = out[: generator.randrange(1, 300)]
    return bytes(out)


def _one_line(error: InputError) -> None:
    TRIED["refused"] += 1
    assert "\n" not in str(error)


def _read_broken(kind: str, times: int) -> None:
    pytest.importorskip("pyarrow")
    limits = Limits(file_bytes=10_000_000, unpacked_bytes=20_000_000, rows=20_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        honest = _seed_files(folder)[kind]
        generator = random.Random(f"{kind} {times}")
        path = folder / f"broken.{kind}"
        for _ in range(times):
            path.write_bytes(_broken(honest, generator))
            TRIED[kind] += 1
            try:
                source = read_source(path, limits=limits)
            except InputError as error:
                _one_line(error)
                continue
            _import_quietly(source)


def _import_quietly(source: Source) -> None:
    """The rest of the way, for files that could still be read."""
    table = TABLES["stations"]
    try:
        rows = rows_of(source, table)
        mapping = guess_mapping(rows, table)
        check_mapping(mapping, rows, table, source="x.toml")
        imported = convert(rows, mapping, table, area=AREA, official=None)
    except InputError as error:
        _one_line(error)
        return
    assert all(isinstance(problem, Problem) for problem in imported.problems)


@pytest.mark.parametrize("kind", KINDS)
def test_broken_files(kind: str) -> None:
    _read_broken(kind, 60)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_many_more_broken_files(kind: str) -> None:
    _read_broken(kind, int(os.environ.get("PHUSONG_FUZZ", "1500")))


CELL = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.floats(),
    st.integers(-(10**12), 10**12),
    st.booleans(),
    st.datetimes(),
    st.sampled_from(
        ["11,75", "106.9", "1.299.493,30", 570650.0, "Viettel", "4G", "Xã Lộc Thạnh", "Tổng cộng", "(1)",
         "§ån Biªn phßng", "=1+1", "#REF!", "11°45'12\"", "Ấp 1", "2.100", "VN-2000 KTT 106°15'", "\u00ad"]
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(TABLES)),
    st.data(),
    st.lists(st.lists(CELL, max_size=14), max_size=12),
    st.booleans(),
)
def test_any_table_is_imported_or_refused(
    key: str, data: st.DataObject, body: list[list[object]], english: bool
) -> None:
    table = TABLES[key]
    names = [field.en if english else field.vi for field in table.fields]
    header: list[object] = list(data.draw(st.permutations(names)))[: data.draw(st.integers(1, len(names)))]
    source = Source("x.xlsx", "xlsx", sheets=(Sheet("a", [header, *body]),))
    TRIED["tables"] += 1
    try:
        rows = rows_of(source, table)
        mapping = guess_mapping(rows, table)
        check_mapping(mapping, rows, table, source="x.toml")
        imported = convert(rows, mapping, table, area=AREA, official=binh_phuoc())
    except InputError as error:
        _one_line(error)
        return
    assert len(imported.frame) == imported.rows_read <= len(body)
    for problem in imported.problems:
        assert problem.severity in ("error", "warning", "note")
        assert "\n" not in problem.line()
    assert set(imported.frame["source_row"]) <= set(range(2, 2 + len(body)))


def test_how_many_inputs_were_tried_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Last in the file: what the tests above have tried in this run."""
    inputs = {key: count for key, count in TRIED.items() if key != "refused"}
    with capsys.disabled():
        kinds = ", ".join(f"{key} {count:,}" for key, count in sorted(inputs.items()))
        sys.stdout.write(
            f"\n  thử {sum(inputs.values()):,} đầu vào hỏng, từ chối {TRIED['refused']:,}"
            f" · tried {sum(inputs.values()):,} broken inputs, refused {TRIED['refused']:,}: {kinds}\n"
        )
    assert TRIED["refused"] <= sum(inputs.values())
