"""Cell dumps: OpenCelliD's, grouped into stations and marked as derived; operators', which have both in a row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.geodata import store
from phusong.geodata.errors import InputError
from phusong.geodata.placing import need_area
from phusong.geodata.problems import Problem
from phusong.geodata.project import ImportReport, Project, import_file
from phusong.geodata.readers import read_source
from phusong.geodata.schema import SECTORS, STATIONS

# OpenCelliD's documented columns; its files come with and without this header
COLUMNS = ("radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable",
           "created", "updated", "averageSignal")  # fmt: skip
# ITU-T E.212 network codes of Vietnam (mobile country code 452)
NETWORKS = {1: "MobiFone", 2: "VNPT", 4: "Viettel", 5: "Vietnamobile", 6: "Viettel", 7: "Gmobile",
             8: "Viettel"}  # fmt: skip
_TECHNOLOGY = {"GSM": "2G", "UMTS": "3G", "LTE": "4G", "NR": "5G"}
_CELLS_PER_STATION = {
    "LTE": 256,
    "NR": 4096,
    "GSM": 10,
    "UMTS": 10,
}  # 28-bit ECI = eNB × 256; others by habit
_FEWEST_SAMPLES = 3


def import_cells(
    project: Project, file: Path, *, crs: str = "", accept_guesses: bool = False
) -> list[ImportReport]:
    """Stations and sectors from a cell dump, an OpenCelliD export or an operator's list of cells.

    OpenCelliD: positions are means of phone fixes, directions point to cells; cells outside the province or
    of other countries are left out. An operator's list has a station's name and coordinates and a cell's
    direction in every row (any file that `import_file` reads). Raises InputError for a file that is neither,
    or has no cell of the province.
    """
    cells = _read(file)
    if cells is None:
        take = partial(import_file, project, file, crs=crs, accept_guesses=accept_guesses)
        return [take(STATIONS.key, one_row_each=True), take(SECTORS.key)]
    area = need_area(project.area(), source=file.name)
    problems: list[Problem] = []
    here = cells[shapely.contains_xy(area, cells["lon"].to_numpy(), cells["lat"].to_numpy())]
    if here.empty:
        raise InputError(f"{file.name}: không có cell nào trong tỉnh · no cell lies in the province")
    weak = here["samples"] < _FEWEST_SAMPLES
    note = (
        f"{len(cells) - len(here)} cell ngoài tỉnh hoặc mạng lạ, {int(weak.sum())} cell dưới"
        f" {_FEWEST_SAMPLES} mẫu: bỏ qua"
    )
    problems.append(
        Problem("note", "cells-left-out", "stations", file.name, 0, "", "", note,
                "cells outside the province, of unknown networks or with few samples were left out")
    )  # fmt: skip
    here = here[~weak]
    if here.empty:
        raise InputError(f"{file.name}: không có cell nào đủ mẫu · no cell has enough samples")
    problems.append(
        Problem("warning", "derived-stations", "stations", file.name, 0, "", "",
                "vị trí trạm và hướng suy từ vị trí máy điện thoại, không phải khảo sát",
                "positions and directions are derived from phones' fixes, not surveyed",
                "đối chiếu với danh sách của nhà mạng", "compare them with the operator's list")
    )  # fmt: skip
    stations, sectors = _grouped(here, file.name)
    reports = []
    for table, frame, found in ((STATIONS, stations, problems), (SECTORS, sectors, [])):
        origin = store.Origin(
            table.key, file.name, store.sha256_of(file), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            len(frame), "EPSG:4326", json.dumps({}), "suy từ cell · derived from cells",
        )  # fmt: skip
        store.put(project.store, table.key, frame, origin, found)
        reports.append(
            ImportReport(
                table.key, file.name, len(cells), len(frame), "EPSG:4326", file, {}, (), tuple(found)
            )
        )
    return reports


def _read(file: Path) -> pd.DataFrame | None:
    """The cells of an OpenCelliD export; None for a file that is none."""
    source = read_source(file)
    if source.kind != "csv":
        return None
    rows = [row for row in source.sheets[0].rows if row]
    first = [str(cell).lower() for cell in rows[0]] if rows else []
    named = {"radio", "mcc", "net"} <= set(first)
    if not named and (not first or first[0].upper() not in _TECHNOLOGY):
        return None
    header = first if named else list(COLUMNS)
    body = rows[1:] if named else rows
    needed = ("radio", "mcc", "net", "cell", "lon", "lat")
    lower = [name.lower() for name in header]
    if not set(needed) <= set(lower) or any(len(row) < len(needed) for row in body[:1]):
        raise InputError(f"{file.name}: không phải tệp cell (radio,mcc,net,…) · it is no cell dump")
    padded = [[*row[: len(lower)], *[None] * (len(lower) - len(row))] for row in body]
    frame = pd.DataFrame(padded, columns=lower)
    frame["row"] = np.arange(len(frame)) + (2 if named else 1)
    for column in ("mcc", "net", "area", "cell", "lon", "lat", "samples", "updated"):
        if column not in frame:
            frame[column] = 1e9 if column == "samples" else 0
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
    frame["operator"] = frame["net"].map(NETWORKS)
    frame["technology"] = frame["radio"].astype(str).str.upper().map(_TECHNOLOGY)
    good = (frame["mcc"] == 452) & frame[["operator", "technology", "lon", "lat", "cell"]].notna().all(axis=1)
    return frame[good & np.isfinite(frame["lon"]) & np.isfinite(frame["lat"])].reset_index(drop=True)


def _grouped(cells: pd.DataFrame, file: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    size = cells["radio"].str.upper().map(_CELLS_PER_STATION)
    number = (cells["cell"] // size).astype(np.int64)
    area = cells["area"].fillna(0).astype(np.int64).where(cells["technology"].isin(["2G", "3G"]), 0)
    ids = cells["operator"] + "-" + cells["technology"] + "-" + area.astype(str) + "-" + number.astype(str)
    cells = cells.assign(site_id=ids)
    weight = cells["samples"].clip(1, 1000)
    grouped = cells.assign(w=weight, wlon=weight * cells["lon"], wlat=weight * cells["lat"]).groupby(
        "site_id"
    )
    sums = grouped[["w", "wlon", "wlat"]].sum()
    lon, lat = sums["wlon"] / sums["w"], sums["wlat"] / sums["w"]
    first = grouped.first()
    blank: dict[str, object] = {
        field.key: None for field in STATIONS.fields if field.kind not in _PLACE_KINDS
    }
    stations = gpd.GeoDataFrame(
        {
            **{key: [value] * len(first) for key, value in blank.items()},
            "site_id": first.index,
            "operator": first["operator"].to_numpy(),
            "name": first.index,
            "source_file": file,
            "source_row": first["row"].to_numpy(dtype=np.int64),
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    )
    east = (cells["lon"] - cells["site_id"].map(lon)) * np.cos(np.radians(cells["lat"]))
    north = cells["lat"] - cells["site_id"].map(lat)
    azimuth = np.degrees(np.arctan2(east, north)) % 360
    none: dict[str, object] = {field.key: None for field in SECTORS.fields}
    sectors = gpd.GeoDataFrame(
        {
            **{key: [value] * len(cells) for key, value in none.items()},
            "sector_id": cells["site_id"] + "-" + cells["cell"].astype(np.int64).astype(str),
            "site_id": cells["site_id"],
            "operator": cells["operator"],
            "technology": cells["technology"],
            "band": cells["technology"].map({"2G": "900", "3G": "2100", "4G": "1800", "5G": "2600"}),
            "azimuth_deg": azimuth.round(0),
            "source_file": file,
            "source_row": cells["row"],
        },
        geometry=[None] * len(cells),
        crs="EPSG:4326",
    )
    return stations, sectors


_PLACE_KINDS = ("lat", "lon", "pair", "x", "y", "crs")
