"""Files of measurements as programs write them: every layout read, every dropped row counted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from phusong.geodata.errors import InputError
from phusong.geodata.measurements import Measurements, read_measurements

NOW = datetime(2025, 6, 1, tzinfo=UTC)
OWN = "lat,lon,time,operator,cell,RSRP\n"
GOOD = "11.7,106.9,2025-03-01T10:00:00+07:00,Viettel,VTL-1-1,-95\n"


def read(folder: Path, text: str, *, encoding: str = "utf-8") -> Measurements:
    file = folder / "do.csv"
    file.write_bytes(text.encode(encoding))
    return read_measurements(file, now=NOW)


def dropped(found: Measurements) -> dict[str, int]:
    return {one.reason: one.rows for one in found.dropped}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_own_layout_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, OWN + GOOD, encoding=encoding)
    (row,) = found.table.to_dict("records")
    assert (found.layout, row["row"], row["lat"], row["lon"], row["level_dbm"]) == (
        "own",
        2,
        11.7,
        106.9,
        -95.0,
    )
    assert (row["operator"], row["cell"]) == ("Viettel", "VTL-1-1")
    assert row["time"].isoformat() == "2025-03-01T03:00:00+00:00"
    assert not found.synthetic


def test_gnettrack_export(tmp_path: Path) -> None:
    names = [
        "Timestamp", "Longitude", "Latitude", "Speed", "Operatorname", "Operator", "CGI", "Cellname", "Node",
        "CellID", "LAC", "NetworkTech",
    ]  # fmt: skip
    values = [
        "2025.03.01_10.00.00",
        "106.9",
        "11.7",
        "30",
        "",
        "45204",
        "1",
        "VTL-1-1",
        "9",
        "12345",
        "7",
        "4G",
    ]
    text = "\t".join([*names, "Level", "Qual"]) + "\n" + "\t".join([*values, "-95", "-10"]) + "\n"
    found = read(tmp_path, text)
    (row,) = found.table.to_dict("records")
    assert found.layout == "gnettrack"
    assert (row["cell_name"], row["cell"], row["technology"], row["level_dbm"]) == (
        "VTL-1-1",
        "12345",
        "4G",
        -95.0,
    )
    assert row["time"].isoformat() == "2025-03-01T03:00:00+00:00"  # no zone: Vietnam's


def test_nemo_like_export_with_decimal_commas(tmp_path: Path) -> None:
    text = "Time;Latitude;Longitude;Cell name;RSRP (serving)\n01/03/2025 10:00:00;11,7123;106,9123;VTL-1-1;-95,5\n"
    found = read(tmp_path, text)
    (row,) = found.table.to_dict("records")
    assert found.layout == "nemo"
    assert (row["lat"], row["lon"], row["level_dbm"]) == (11.7123, 106.9123, -95.5)
    assert row["time"].isoformat() == "2025-03-01T03:00:00+00:00"


UPLOAD = (
    "lat,lon,mcc,mnc,lac,cellid,signal,measured_at,rating,speed,direction,act\n"
    "11.7,106.9,452,4,1,12345,45,1740800000000,3,10,20,LTE\n"
)
EXPORT = (
    "mcc,net,area,cell,lon,lat,signal,measured,created,rating,speed,direction,radio\n"
    "452,4,1,12345,106.9,11.7,-95,1740800000,1740800000,3,10,20,LTE\n"
)


@pytest.mark.parametrize("text", [UPLOAD, EXPORT])
def test_opencellid_measurements_in_both_layouts(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    (row,) = found.table.to_dict("records")
    assert found.layout == "opencellid"
    assert (row["operator"], row["technology"], row["cell"], row["level_dbm"]) == (
        "Viettel",
        "4G",
        "12345",
        -95.0,
    )
    assert row["time"].isoformat() == "2025-03-01T03:33:20+00:00"


def test_every_dropped_row_is_counted_with_its_reason(tmp_path: Path) -> None:
    text = OWN + GOOD + "".join(
        (
            "11.7,106.9,2025-03-01T10:00:00Z,Viettel,VTL-1-1,40\n",  # no phone hears +40 dBm
            "11.7,106.9,2025-03-01T10:00:00Z,Viettel,VTL-1-1,\n",
            "x,106.9,2025-03-01T10:00:00Z,Viettel,VTL-1-1,-90\n",
            "48.1,11.5,2025-03-01T10:00:00Z,Viettel,VTL-1-1,-90\n",  # not in Vietnam
            "11.7,106.9,2026-03-01T10:00:00Z,Viettel,VTL-1-1,-90\n",
            "11.7,106.9,2025-03-01T10:00:00Z,Viettel,,-90\n",
        )
    )  # fmt: skip
    found = read(tmp_path, text)
    assert found.table["row"].tolist() == [2]
    assert dropped(found) == {"no_position": 2, "no_level": 1, "level_range": 1, "no_cell": 1, "future": 1}
    assert found.rows_read == 7
    assert [one.first_row for one in found.dropped] == [5, 4, 3, 8, 7]
    assert "+40" not in found.dropped[0].line()


def test_swapped_latitude_and_longitude_are_put_right_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, OWN + GOOD + "106.8,11.6,2025-03-01T10:00:00Z,Viettel,VTL-1-1,-90\n")
    assert found.table[["lat", "lon"]].to_numpy().tolist() == [[11.7, 106.9], [11.6, 106.8]]
    assert any("swapped" in note for note in found.notes)


def test_times_with_and_without_zone_are_told_apart(tmp_path: Path) -> None:
    text = (
        OWN
        + GOOD
        + "11.7,106.9,2025-03-01 10:00:00,Viettel,VTL-1-1,-90\n11.7,106.9,hôm qua,Viettel,VTL-1-1,-90\n"
    )
    found = read(tmp_path, text)
    assert found.table["time"].dropna().nunique() == 1  # the same moment
    assert any("without a time zone" in note for note in found.notes)
    assert any("not readable" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lat,lon,time,cell\n11.7,106.9,1,2\n", "RSRP is missing"),
        ("lat,lon,RSRP\n11.7,106.9,-90\n", "Cell id is missing"),
        (OWN + "11.7,106.9,2025-03-01T10:00:00Z,Viettel,VTL-1-1,40\n", "no row can be used"),
        (OWN + "11.7,106.9,2027-03-01T10:00:00Z,Viettel,VTL-1-1,-90\n", "time zones mixed up"),
        ("\n", "empty"),
    ],
)
def test_unusable_files_end_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_file_may_say_that_it_is_made_up(tmp_path: Path) -> None:
    assert read(tmp_path, OWN.strip() + ",synthetic\n" + GOOD.strip() + ",True\n").synthetic
