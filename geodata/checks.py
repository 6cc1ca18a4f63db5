"""Everything that is wrong in a project, each with file, row, column, value, why and a mend."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from phusong.geodata import store
from phusong.geodata.duplicates import merge
from phusong.geodata.matching import plain
from phusong.geodata.official import Official
from phusong.geodata.problems import Problem, blank, shown
from phusong.geodata.project import Project
from phusong.geodata.schema import TABLES, band_of

Report = Callable[..., Problem]
_POPULATION_SLACK = 0.25  # the official figures are of other years than the lists


def check(project: Project) -> list[Problem]:
    """All findings: those of the imports, and those that only the tables together show."""
    found = store.problems(project.store)
    frames = {key: store.read_layer(project.store, key) for key in TABLES}
    headers = {
        (origin.layer, origin.source_file): json.loads(origin.columns or "{}")
        for origin in store.origins(project.store)
    }

    def report(severity: str, code: str, table: str, row: Row | None, column: str, value: object,
               *why: str) -> Problem:  # fmt: skip
        file = str(row["source_file"]) if row is not None else f"{TABLES[table].vi}"
        header = headers.get((table, file), {}).get(column, TABLES[table].field(column).vi if column else "")
        number = int(row["source_row"]) if row is not None else 0
        return Problem(severity, code, table, file, number, header, shown(value), *why)

    official = project.official()
    for key, frame in frames.items():
        if frame is not None:
            found += merge(gpd.GeoDataFrame(frame), TABLES[key])[1]
    found += _hamlets(frames["hamlets"], official, report)
    found += _stations(frames["stations"], frames["sectors"], project.crs, report)
    found += _sectors(frames["sectors"], frames["stations"], report)
    found += _places_in_units(project, frames, report)
    return found + _missing(project, frames, report)


def _missing(project: Project, frames: Mapping[str, pd.DataFrame | None], report: Report) -> list[Problem]:
    """What a run needs and a project without an embedded base does not have; with one, what stands in."""
    found = []
    layers = store.layers(project.store)
    if not project.base and not {"communes", "units_2025"} & set(layers):
        found.append(
            Problem("error", "no-boundaries", "communes", "Ranh giới", 0, "", "",
                    "chưa có ranh giới xã", "the boundaries of the communes are missing",
                    "phusong data import TỆP --as communes hoặc units_2025", "import them first")
        )  # fmt: skip
    for key in ("stations", "hamlets"):
        frame = frames[key]
        if frame is not None and len(frame):
            continue
        vi, en = TABLES[key].vi.lower(), TABLES[key].en.lower()
        if not project.base:
            needed = key == "stations"
            found.append(
                report("error" if needed else "warning", f"no-{key}", key, None, "", "",
                       f"chưa nhập danh sách {vi}", f"no list of {en} was imported",
                       f"phusong data import TỆP --as {key}" if needed else "tạm lấy một điểm mỗi xã",
                       "import one" if needed else "one point a commune stands in")
            )  # fmt: skip
        else:
            found.append(
                report("note", f"no-{key}", key, None, "", "",
                       f"chưa nhập danh sách {vi}; dùng danh sách mô phỏng của tỉnh mẫu",
                       f"no list of {en} was imported; the reference province's made-up one is used")
            )  # fmt: skip
    return found


def errors(found: Iterable[Problem]) -> list[Problem]:
    """The findings that stop a run."""
    return [problem for problem in found if problem.severity == "error"]


Row = Mapping[Any, Any]


def _rows(frame: pd.DataFrame) -> list[Row]:
    return list(pd.DataFrame(frame).to_dict("records"))


def _hamlets(frame: pd.DataFrame | None, official: Official | None, report: Report) -> list[Problem]:
    if frame is None:
        return []
    found = []
    for row in _rows(frame):
        people, households = row.get("population"), row.get("households")
        if blank(people) or people == 0:
            found.append(
                report("warning", "no-population", "hamlets", row, "population", people,
                       "thôn ấp chưa có dân số", "the hamlet has no population",
                       "điền dân số; tạm lấy trung bình của xã", "fill it in; the commune's mean stands in")
            )  # fmt: skip
        elif not blank(households) and households and not 1.5 <= people / households <= 8:
            found.append(
                report("warning", "odd-household", "hamlets", row, "households", households,
                       f"{people / households:.1f} người một hộ, lạ", "people per household are odd",
                       "kiểm tra dân số và số hộ", "check both figures")
            )  # fmt: skip
    if official is not None and "unit_2025_code" in frame:
        found += _counts(frame, official, report)
    return found


def _counts(frame: pd.DataFrame, official: Official, report: Report) -> list[Problem]:
    found = []
    here = frame.dropna(subset=["unit_2025_code"]).groupby("unit_2025_code")
    people = here["population"].sum(min_count=1)
    matched = {code: set(group["official_hamlet_id"].dropna()) for code, group in here}
    for code, group in here:
        unit = official.units.get(str(code), level="unit_2025")
        expected = official.hamlet_counts.get(str(code))
        if unit is None or expected is None:
            continue
        if len(group) != expected:
            missing = [
                name for key, name in official.hamlets.get(str(code), {}).items() if key not in matched[code]
            ]
            listed = ", ".join(missing[:8]) + (" …" if len(missing) > 8 else "")
            found.append(
                report("warning", "hamlet-count", "hamlets", None, "", unit.name,
                       f"{unit.name}: {len(group)} thôn ấp, chính thức {expected}"
                       + (f"; thiếu: {listed}" if missing else ""),
                       f"{len(group)} hamlets here, {expected} official",
                       "bổ sung hoặc bỏ dòng thừa", "add or drop rows")
            )  # fmt: skip
        wanted = official.populations.get(str(code))
        total: Any = people.get(code)
        if wanted and not blank(total) and abs(total - wanted) > _POPULATION_SLACK * wanted:
            found.append(
                report("warning", "population-sum", "hamlets", None, "", unit.name,
                       f"{unit.name}: tổng dân số {total:,.0f}, công bố {wanted:,.0f}",
                       f"people sum to {total:,.0f}, published {wanted:,.0f}",
                       "kiểm tra cột dân số", "check the population column")
            )  # fmt: skip
    absent = [code for code in official.hamlet_counts if code not in here.groups]
    if absent and len(here):
        names = [unit.name for code in absent if (unit := official.units.get(code, level="unit_2025"))]
        found.append(
            report("warning", "units-absent", "hamlets", None, "", "",
                   f"chưa có thôn ấp của: {', '.join(names)}", "no hamlet of these units",
                   "bổ sung các xã này", "add these units")
        )  # fmt: skip
    return found


def _stations(
    frame: pd.DataFrame | None, sectors: pd.DataFrame | None, crs: str, report: Report
) -> list[Problem]:
    if frame is None:
        return []
    found = []
    used = set() if sectors is None else {plain(code) for code in sectors["site_id"].dropna()}
    for row in _rows(frame):
        if blank(row.get("height_m")):
            found.append(
                report("warning", "no-height", "stations", row, "height_m", row.get("height_m"),
                       "chưa có độ cao cột, tạm lấy 42 m", "no mast height; 42 m stands in",
                       "điền độ cao", "fill it in")
            )  # fmt: skip
        if sectors is not None and plain(row["site_id"]) not in used:
            found.append(
                report("warning", "no-sectors", "stations", row, "site_id", row["site_id"],
                       "trạm không có sector nào", "no sector belongs to the station",
                       "bổ sung sector; tạm coi ba hướng 0/120/240", "add them; three directions stand in")
            )  # fmt: skip
    return found + _too_close(gpd.GeoDataFrame(frame), crs, report)


def _too_close(frame: gpd.GeoDataFrame, crs: str, report: Report) -> list[Problem]:
    """Stations of one operator within 15 m of another under another id: probably one station twice."""
    here = frame[frame.geometry.notna()]
    if len(here) < 2:
        return []
    metres = here.geometry.to_crs(crs)
    pairs = cKDTree(np.column_stack([metres.x, metres.y])).query_pairs(15.0)
    rows = _rows(here)
    found = []
    for one, other in sorted(pairs):
        a, b = rows[one], rows[other]
        if a["operator"] == b["operator"] and plain(a["site_id"]) != plain(b["site_id"]):
            found.append(
                report("warning", "same-place", "stations", b, "site_id", b["site_id"],
                       f"cùng chỗ, cùng nhà mạng với trạm {shown(a['site_id'])}",
                       "at the same place as another station of the operator",
                       "gộp nếu là một trạm", "merge them if they are one")
            )  # fmt: skip
    return found


def _sectors(frame: pd.DataFrame | None, stations: pd.DataFrame | None, report: Report) -> list[Problem]:
    if frame is None:
        return []
    found = []
    known = set() if stations is None else {plain(code) for code in stations["site_id"].dropna()}
    seen: dict[tuple[object, ...], str] = {}
    for row in _rows(frame):
        if not blank(row["site_id"]) and plain(row["site_id"]) not in known:
            found.append(
                report("error", "orphan-sector", "sectors", row, "site_id", row["site_id"],
                       "sector của trạm không có trong danh sách trạm", "its station is not in the list",
                       "thêm trạm hoặc sửa mã trạm", "add the station or correct the id")
            )  # fmt: skip
        found += _radio(row, report)
        key = (plain(row["site_id"]), row["technology"], row.get("frequency_mhz"), row.get("azimuth_deg"))
        if not any(map(blank, key)):
            if key in seen:
                found.append(
                    report("warning", "same-azimuth", "sectors", row, "azimuth_deg", row["azimuth_deg"],
                           f"trùng hướng, tần số với {seen[key]}", "same direction and frequency as another",
                           "bỏ dòng trùng hoặc sửa hướng", "drop it or correct the azimuth")
                )  # fmt: skip
            seen.setdefault(key, f"dòng {row['source_row']}")
    return found


def _radio(row: Row, report: Report) -> list[Problem]:
    found = []
    frequency: Any = row.get("frequency_mhz")
    power: Any = row.get("power_dbm")
    if not blank(frequency) and band_of(float(frequency)) is None:
        found.append(
            report("error", "band-not-assigned", "sectors", row, "frequency_mhz", frequency,
                   "ngoài các băng tần di động của Việt Nam", "outside the mobile bands assigned in Vietnam",
                   "kiểm tra tần số (MHz)", "check the frequency (MHz)")
        )  # fmt: skip
    if blank(frequency) and blank(row.get("band")):
        found.append(
            report("error", "no-frequency", "sectors", row, "frequency_mhz", frequency,
                   "thiếu cả tần số lẫn băng tần", "neither frequency nor band is given",
                   "điền một trong hai", "fill in one of them")
        )  # fmt: skip
    if not blank(power) and float(power) < 30 and row["technology"] != "5G":
        found.append(
            report("warning", "low-power", "sectors", row, "power_dbm", power,
                   f"{float(power):g} dBm quá thấp; phải chăng là W?", "very low in dBm; are these watts?",
                   f"nếu là W thì bằng {10 * np.log10(max(float(power), 0.001) * 1000):.1f} dBm",
                   "if these are watts, convert them to dBm")
        )  # fmt: skip
    if blank(power):
        found.append(
            report("warning", "no-power", "sectors", row, "power_dbm", power,
                   "chưa có công suất, tạm lấy 46 dBm", "no power; 46 dBm stands in", "điền công suất",
                   "fill it in")
        )  # fmt: skip
    return found


def _places_in_units(
    project: Project, frames: dict[str, pd.DataFrame | None], report: Report
) -> list[Problem]:
    """Rows whose point lies in another unit than the one they name; only on imported boundaries."""
    units = store.read_layer(project.store, "units_2025")
    if not isinstance(units, gpd.GeoDataFrame):
        return []
    shapes = units[["code", "name", "geometry"]].to_crs(project.crs)
    found = []
    for key, frame in frames.items():
        if not isinstance(frame, gpd.GeoDataFrame) or "unit_2025_code" not in frame:
            continue
        here = frame[frame.geometry.notna() & frame["unit_2025_code"].notna()].to_crs(project.crs)
        named = here.merge(
            pd.DataFrame(shapes), left_on="unit_2025_code", right_on="code", suffixes=("", "_unit")
        )
        for row in _rows(named):
            away_m = row["geometry"].distance(row["geometry_unit"])
            if away_m > 500:
                found.append(
                    report("warning", "other-unit", key, row, "unit", row.get("unit"),
                           f"toạ độ cách {row['name_unit']} {away_m / 1000:.1f} km",
                           "the point lies outside the unit that it names",
                           "kiểm tra toạ độ hoặc tên xã", "check the coordinates or the unit")
                )  # fmt: skip
    return found
