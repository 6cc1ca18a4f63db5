"""Drive tests and phones' reports: what was measured where, on which cell; every dropped row is counted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.geodata.cell_dumps import NETWORKS
from phusong.geodata.crs import LAT_RANGE_DEG, LON_RANGE_DEG
from phusong.geodata.errors import InputError
from phusong.geodata.numerals import number
from phusong.geodata.readers import read_source
from phusong.geodata.schema import SECTORS, STATIONS, Field, Table
from phusong.geodata.tables import columns_of, missing_column, rows_of
from phusong.geodata.times import read_times
from phusong.geodata.vietnamese import fold

Bools = NDArray[np.bool_]

LEVEL_RANGE_DBM = (
    -144.0,
    -30.0,
)  # TS 36.133 reports -140 to -44 dBm; a phone beside the antenna a little more

# one table for every layout: each program has its own names for the same columns
MEASUREMENTS = Table("measurements", "Đo kiểm", "Measurements", (
    Field("lat", "Vĩ độ", "Latitude", "lat", required=True, aliases=("lat", "vi do", "gps lat", "gps latitude")),
    Field("lon", "Kinh độ", "Longitude", "lon", required=True,
          aliases=("lon", "lng", "long", "kinh do", "gps lon", "gps longitude")),
    Field("level_dbm", "RSRP (dBm)", "RSRP", "number", required=True, aliases=(
        "rsrp", "level", "signal", "mức thu", "mức tín hiệu", "lte rsrp", "rsrp (serving)", "rsrp (best)",
        "serving rsrp", "rsrp serving cell", "ss-rsrp", "ss rsrp", "rscp", "signal strength", "rsrp dbm")),
    Field("cell", "Mã cell", "Cell id", "code", aliases=(
        "cell", "cellid", "cell_id", "ci", "eci", "cid", "cell identity", "serving cell id", "mã sector")),
    Field("cell_name", "Tên cell", "Cell name", "code", aliases=(
        "cellname", "sector_id", "sector", "sector id", "serving cell name", "cell name (serving)")),
    Field("time", "Thời gian", "Time", aliases=(
        "timestamp", "thời điểm", "ngày giờ", "datetime", "measured_at", "measured", "date time", "created")),
    Field("operator", "Nhà mạng", "Operator", aliases=(
        "operatorname", "operator name", "mạng", "network", "carrier", "provider")),
    Field("plmn", "Mã mạng", "PLMN", aliases=("mccmnc", "mcc-mnc", "plmn id")),
    Field("mnc", "MNC", "MNC", aliases=("net",)),
    Field("mcc", "MCC", "MCC"),
    Field("technology", "Công nghệ", "Technology", aliases=(
        "radio", "act", "rat", "tech", "networktech", "network tech", "networkmode", "system")),
    Field("synthetic", "Giả lập", "Synthetic", aliases=("made up", "mô phỏng")),
), located=False)  # fmt: skip

_LAYOUTS = (  # columns that only one program writes
    ("opencellid", ("signal", "measured_at"), ("signal", "measured")),
    ("gnettrack", ("cellname", "networktech"), ("operatorname", "networkmode")),
    ("nemo", ("rsrp (best)",), ("rsrp (serving)",), ("rsrp serving cell",)),
)
_REASONS: Mapping[str, tuple[str, str]] = {
    "no_position": ("thiếu hoặc sai toạ độ", "without a position in Vietnam"),
    "no_level": ("thiếu mức thu", "without a level"),
    "level_range": ("mức thu ngoài -144…-30 dBm", "with a level outside -144…-30 dBm"),
    "no_cell": ("không ghi cell", "without a cell"),
    "future": ("thời gian ở tương lai (lẫn múi giờ?)", "from the future (time zones mixed up?)"),
    "outside": ("ngoài tỉnh", "outside the province"),
    "unknown_cell": ("cell không có trong danh sách trạm", "of a cell that no station has"),
    "too_near": ("cách cột dưới 50 m", "nearer than 50 m to the mast"),
    "out_of_reach": ("ngoài bán kính tính của cell", "beyond the radius in which the cell is computed"),
}


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows left out for one reason: how many, and the first as its reader counts."""

    reason: str
    rows: int
    first_row: int

    def line(self) -> str:
        """The reason for people, in both languages."""
        vi, en = _REASONS[self.reason]
        return f"{self.rows} dòng {vi} · rows {en} (dòng · row {self.first_row})"


@dataclass(frozen=True, slots=True)
class Measurements:
    """What a file of measurements says.

    `table`: row (as the file's reader counts), lat, lon (degrees, WGS 84), level_dbm, cell, cell_name,
    operator, technology (text, empty where unknown), time (UTC, NaT where unknown). `dropped` counts what was
    left out, `notes` what was put right.
    """

    source: str
    layout: str  # own | gnettrack | nemo | opencellid
    sha256: str
    rows_read: int
    table: pd.DataFrame
    synthetic: bool  # the file itself says that it is made up
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]

    def keep(self, good: Bools, reason: str) -> Measurements:
        """The same without the rows that are not `good`, which are counted under `reason`."""
        if good.all():
            return self
        gone = self.table.loc[~good, "row"]
        dropped = (*self.dropped, Dropped(reason, len(gone), int(gone.iloc[0])))
        return replace(self, table=self.table[good].reset_index(drop=True), dropped=dropped)

    def require(self) -> Measurements:
        """Itself. InputError where no row is left, with the reasons."""
        if len(self.table):
            return self
        why = "; ".join(one.line() for one in self.dropped)
        raise InputError(f"{self.source}: không còn dòng nào dùng được · no row can be used: {why}")


def read_measurements(file: Path, *, now: datetime | None = None) -> Measurements:
    """The measurements of a CSV or a workbook in any known layout. InputError where none can be used.

    Times without a zone are Vietnam's. Rows whose latitude and longitude are swapped are put right, since in
    Vietnam neither can be the other. `now` is what counts as the present (default: the clock).
    """
    source = read_source(file)
    rows = rows_of(source, MEASUREMENTS)
    columns = columns_of(rows, MEASUREMENTS)
    if not {"cell", "cell_name"} & set(columns):
        raise missing_column(rows, MEASUREMENTS.field("cell"))
    frame = rows.frame[rows.frame.notna().any(axis=1)]
    cells = {key: frame[header].to_numpy(object) for key, header in columns.items()}
    layout = _layout(list(rows.frame.columns))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    table, notes = _table(cells, frame.index.to_numpy(np.int64), layout)
    found = Measurements(file.name, layout, sha256, len(frame), table, _made_up(cells), (), tuple(notes))
    present = pd.Timestamp(now or datetime.now(UTC))
    for reason in ("no_position", "no_level", "level_range", "no_cell", "future"):
        found = found.keep(_good(found.table, reason, present), reason)
    return found.require()


def _made_up(cells: Mapping[str, NDArray[np.object_]]) -> bool:
    yes = {"1", "true", "yes", "co", "x"}
    return any(fold(str(cell)) in yes for cell in cells.get("synthetic", ()))


def _good(table: pd.DataFrame, reason: str, present: pd.Timestamp) -> Bools:
    """The rows to which a reason to be dropped does not apply."""
    if reason == "no_position":
        good = table["lat"].notna() & table["lon"].notna()
    elif reason == "no_level":
        good = table["level_dbm"].notna()
    elif reason == "level_range":
        good = table["level_dbm"].between(*LEVEL_RANGE_DBM)
    elif reason == "no_cell":
        good = (table["cell"] != "") | (table["cell_name"] != "")
    else:
        good = ~(table["time"] > present)
    return good.to_numpy(np.bool_)


def _table(
    cells: Mapping[str, NDArray[np.object_]], row: NDArray[np.int64], layout: str
) -> tuple[pd.DataFrame, list[str]]:
    notes = []
    count = row.size
    text = {
        key: _texts(cells.get(key), count)
        for key in ("cell", "cell_name", "operator", "technology", "plmn", "mnc")
    }
    lat, lon, swapped = _positions(cells["lat"], cells["lon"])
    if swapped:
        notes.append(
            f"{swapped} dòng đổi chỗ vĩ độ và kinh độ, đã sửa · rows with latitude and longitude swapped, put right"
        )
    technology = _named(text["technology"], dict(SECTORS.field("technology").choices))
    level = _numbers(cells["level_dbm"], -200.0, 200.0)
    if layout == "opencellid":
        asu = (level >= 0) & (level <= 97) & ((technology == "4G") | (technology == "5G"))
        level = np.where(asu, level - 140.0, level)  # TS 27.007 §8.69: <rsrp> counts from -140 dBm
        if asu.any():
            notes.append(f"{int(asu.sum())} mức thu là ASU, đổi ra dBm · levels in ASU, made dBm")
    times = read_times(cells["time"]) if "time" in cells else None
    if times is not None:
        notes += times.notes()
    table = pd.DataFrame(
        {
            "row": row, "lat": lat, "lon": lon, "level_dbm": level,
            "cell": [one.removesuffix(".0") for one in text["cell"]], "cell_name": text["cell_name"],
            "operator": _operators(text), "technology": technology,
            "time": pd.Series(pd.NaT, range(count), "datetime64[ns, UTC]") if times is None else times.utc,
        }
    )  # fmt: skip
    return table, notes


def _layout(headers: list[str]) -> str:
    known = {header.strip().lower() for header in headers}
    for name, *groups in _LAYOUTS:
        if any(set(group) <= known for group in groups):
            return name
    return "own"


def _texts(cells: NDArray[np.object_] | None, count: int) -> list[str]:
    return [""] * count if cells is None else ["" if cell is None else str(cell).strip() for cell in cells]


def _numbers(cells: NDArray[np.object_], low: float, high: float) -> NDArray[np.float64]:
    """Each cell as a number, NaN where it is none; the slow reading only for what the quick one leaves."""
    quick = pd.to_numeric(pd.Series(cells), errors="coerce").to_numpy(np.float64, copy=True)
    for k in np.flatnonzero(~np.isfinite(quick)):
        read = number(cells[k], low=low, high=high)
        quick[k] = np.nan if read is None else read
    return quick


def _positions(
    lat_cells: NDArray[np.object_], lon_cells: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Latitudes and longitudes in Vietnam, NaN elsewhere, and how many rows were the other way round."""
    low, high = LAT_RANGE_DEG[0], LON_RANGE_DEG[1]
    lat, lon = _numbers(lat_cells, low, high), _numbers(lon_cells, low, high)

    def within(a: NDArray[np.float64], b: NDArray[np.float64]) -> Bools:
        return (
            (a >= LAT_RANGE_DEG[0])
            & (a <= LAT_RANGE_DEG[1])
            & (b >= LON_RANGE_DEG[0])
            & (b <= LON_RANGE_DEG[1])
        )

    swapped = within(lon, lat)
    good = within(lat, lon) | swapped
    first, second = np.where(swapped, lon, lat), np.where(swapped, lat, lon)
    return np.where(good, first, np.nan), np.where(good, second, np.nan), int(swapped.sum())


def _named(texts: list[str], choices: Mapping[str, tuple[str, ...]]) -> NDArray[np.object_]:
    """Each text as the choice it stands for, empty where it is none."""
    known = {fold(name): value for value, names in choices.items() for name in (value, *names)}
    answers = {text: known.get(fold(text), "") for text in set(texts)}
    return np.array([answers[text] for text in texts], object)


def _operators(text: Mapping[str, list[str]]) -> NDArray[np.object_]:
    """The operator by name, else by its network code (mobile country code 452)."""
    named = _named(text["operator"], dict(STATIONS.field("operator").choices))
    codes = [
        _mnc(plmn) or _mnc(given) or _mnc(mnc)
        for plmn, given, mnc in zip(text["plmn"], text["operator"], text["mnc"], strict=True)
    ]
    return np.array([name or NETWORKS.get(code, "") for name, code in zip(named, codes, strict=True)], object)


def _mnc(text: str) -> int:
    digits = text.removesuffix(".0").replace("-", "")
    if not digits.isdecimal():
        return 0
    return int(digits[3:] if digits.startswith("452") and len(digits) > 3 else digits)
