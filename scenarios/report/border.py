"""The border patrol road in reports: what of it has signal, where it is silent, who is near, what spills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from phusong.scenarios.maps.border import STATUS
from phusong.scenarios.report.section import Paragraph, Section
from phusong.scenarios.report.tables import Column, Table
from phusong.scenarios.report.words import layer_name, main_layer, words
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import number, percent

SILENT_SHOWN = 8
_FREE = (" · không giới hạn", " · without the limit")
STATES = {
    "silent": ("không có sóng", "no signal"),
    "one_server": ("chỉ một trạm tới", "one station only"),
    "served": ("từ hai trạm", "two stations or more"),
}
KINDS = {
    "post": ("đồn biên phòng", "border post"),
    "gate": ("cửa khẩu", "border gate"),
    "hamlet": ("thôn, ấp", "hamlet"),
}


def _between(result: RunResult, key: str, lang: str) -> str:
    """Between what 90 % of the draws have the road with signal; nothing where there were none."""
    row: Mapping[str, Any] = next((one for one in result.summary["layers"] if one["layer"] == key), {})
    found = row.get("intervals", {}).get("border_served_km")
    if not found:
        return ""
    low, high = (number(found[name], lang, digits=1) for name in ("p5", "p95"))
    return (
        f" Với các sai số có thể có, 90 % số lần thử cho từ {low} đến {high} km đường có sóng."
        if lang == "vi"
        else f" With the errors that there may be, 90% of draws have signal on {low} to {high} km of the road."
    )


def border_sections(result: RunResult, lang: str) -> Iterator[Section]:
    """One section, where the province has a patrol road."""
    rows = {row["layer"]: row for row in result.summary.get("border", ())}
    free = {name: row["without_limit"] for name, row in rows.items() if "without_limit" in row}
    key = main_layer(result)
    if key not in rows or not len(result.stretches):
        return
    vi, position = lang == "vi", 0 if lang == "vi" else 1
    main, say = rows[key], words(lang)
    layers = result.coverage.layers
    text = (
        "{served} của {km} km đường tuần tra có sóng; đoạn trống dài nhất {silent} km; {one} km chỉ một trạm "
        "tới. Qua biên giới, sóng phủ {spill} dải {strip} km bên kia."
        if vi
        else "{served} of the {km} km of patrol road have signal; the longest silent stretch is {silent} km; "
        "{one} km hang on one station. Across the border the signal covers {spill} of a strip {strip} km wide."
    ).format(
        served=percent(main["served_share"], lang),
        km=number(main["road_km"], lang, digits=1),
        silent=number(main["longest_silent_km"], lang, digits=1),
        one=number(main["one_server_km"], lang, digits=1),
        spill=percent(main["spill_served_share"], lang),
        strip=number(main["spill_strip_km"], lang),
    )
    yield Section(
        key="border",
        title="Biên giới" if vi else "Border",
        paragraphs=(
            Paragraph(text + _between(result, key, lang)),
            *_limit(result, key, lang),
            *_counted(result, lang),
        ),
        tables=(
            Table(
                "border",
                "Đường tuần tra biên giới" if vi else "Border patrol road",
                (
                    Column("name", say("layer"), "text", 20),
                    Column("served_share", "Đường có sóng" if vi else "Road with signal", "share", 14),
                    Column(
                        "longest_silent_km",
                        "Đoạn trống dài nhất (km)" if vi else "Longest silent (km)",
                        "decimal",
                        16,
                    ),
                    Column(
                        "one_server_km", "Chỉ một trạm (km)" if vi else "One station only (km)", "decimal", 16
                    ),
                    Column(
                        "spill_served_share",
                        "Phủ bên kia biên giới" if vi else "Covered across the border",
                        "share",
                        16,
                    ),
                    Column("spill_km2", "Bên kia (km²)" if vi else "Across (km²)", "decimal", 14),
                    Column("spill_deepest_km", "Sâu nhất (km)" if vi else "Deepest (km)", "decimal", 14),
                ),
                [
                    {**row, "name": layer_name(say, layers[name].operator, layers[name].technology) + said}
                    for name in sorted(rows, key=lambda name: name != key)
                    for said, row in (("", rows[name]), (_FREE[position], free.get(name)))
                    if name in layers and row is not None
                ],
            ),
            _stations(result, vi, position),
            _stretches(result, key, vi, position),
            _places(result, key, vi, position),
        ),
    )


def _limit(result: RunResult, key: str, lang: str) -> Iterator[Paragraph]:
    """What the border's power limit does, where the scenario has one."""
    limit = result.summary.get("border_limit")
    row: Mapping[str, Any] = next((one for one in result.summary["border"] if one["layer"] == key), {})
    if not limit or "people_lost_to_limit" not in row:
        return
    words = (
        "EIRP không quá {dbm} dBm trong {km} km cách biên giới: hạ {n} sector, nhiều nhất {db} dB; {lost} người "
        "mất sóng; sóng sang bên kia còn {now} km² thay vì {was} km²."
        if lang == "vi"
        else "EIRP of at most {dbm} dBm within {km} km of the border: {n} sectors go down, by {db} dB at most; "
        "{lost} people lose service; {now} km² are served across instead of {was} km²."
    )
    text = words.format(
        dbm=number(limit["eirp_limit_dbm"], lang, digits=1),
        km=number(limit["within_km"], lang, digits=1),
        n=limit["sectors_lowered"],
        db=number(limit["most_lowered_db"], lang, digits=1),
        lost=number(row["people_lost_to_limit"], lang),
        now=number(row["spill_km2"], lang, digits=1),
        was=number(row["without_limit"]["spill_km2"], lang, digits=1),
    )
    yield Paragraph(text, "Giới hạn công suất" if lang == "vi" else "Power limit")


def _counted(result: RunResult, lang: str) -> Iterator[Paragraph]:
    """How many stations there are along the border: in the data, on air in the run, and by each source."""
    said = result.summary.get("border_stations", {})
    if not said.get("in_data"):
        return
    vi = lang == "vi"
    text = (
        f"{said['in_data']} trạm trong dữ liệu, {said['planned_in_data']} trong kế hoạch, {said['on_air_in_run']} "
        "phát trong lần chạy này."
        if vi
        else f"{said['in_data']} stations in the data, {said['planned_in_data']} of them planned, "
        f"{said['on_air_in_run']} on air in this run."
    )
    sources = "; ".join(
        f"{one['stations']} {one[f'title_{lang}']} ({one['source']})" for one in said["published"]
    )
    told = ("Theo từng nguồn: " if vi else "By source: ") + sources + "." if sources else ""
    yield Paragraph(f"{text} {told}".strip(), "Trạm dọc biên giới" if vi else "Stations along the border")


def _stations(result: RunResult, vi: bool, position: int) -> Table:
    """Every station along the border, in order along the road."""
    stations = result.border_stations
    if not len(stations):
        return Table("border_stations", "", (), [], shown=0)
    columns = (
        Column("site_id", "Mã trạm" if vi else "Station id", "text", 14),
        Column("name", "Tên" if vi else "Name", "text", 40),
        Column("operator", "Nhà mạng" if vi else "Operator", "text", 12),
        Column("status", "Trong dữ liệu" if vi else "In the data", "text", 16),
        Column("run", "Lần chạy này" if vi else "In this run", "text", 16),
        Column("at_km", "Tại km" if vi else "At km", "decimal"),
        Column("commune", "Xã, phường" if vi else "Commune", "text", 22),
        Column("lat", "Lat", "decimal", 10),
        Column("lon", "Lon", "decimal", 10),
    )
    rows = [
        {str(name): value for name, value in row.items()}
        | {"status": STATUS.get(row["status"], (row["status"],) * 2)[position]}
        | {"run": (("phát", "on air") if row["on_air"] else ("không phát", "off"))[position]}
        for row in pd.DataFrame(stations.drop(columns="geometry")).to_dict("records")
    ]
    return Table("border_stations", "Trạm dọc biên giới" if vi else "Border stations", columns, rows, shown=0)


def _stretches(result: RunResult, key: str, vi: bool, position: int) -> Table:
    """The silent stretches of the main layer, longest first."""
    road = pd.DataFrame(result.stretches.drop(columns="geometry"))
    silent = road[(road["layer"] == key) & (road["state"] == "silent")]
    silent = silent.sort_values("length_km", ascending=False, kind="stable")
    columns = (
        Column("state", "Tình trạng" if vi else "State", "text", 18),
        Column("length_km", "Dài (km)" if vi else "Length (km)", "decimal"),
        Column("from_km", "Từ km" if vi else "From km", "decimal"),
        Column("to_km", "Đến km" if vi else "To km", "decimal"),
        Column("worst_dbm", "Yếu nhất (dBm)" if vi else "Weakest (dBm)", "dbm"),
    )
    rows = [
        {str(name): value for name, value in row.items()} | {"state": STATES[row["state"]][position]}
        for row in silent.to_dict("records")
    ]
    title = "Đoạn không sóng dài nhất" if vi else "Longest silent stretches"
    return Table("border_silent", title, columns, rows, shown=SILENT_SHOWN)


def _places(result: RunResult, key: str, vi: bool, position: int) -> Table:
    """Posts, gates and hamlets along the road, those where nobody may call first."""
    places = result.road_places
    if not len(places):
        return Table("border_places", "", (), [], shown=0)
    own = pd.DataFrame(places.drop(columns="geometry"))
    own = own[own["layer"] == key].assign(order=lambda t: t["state"].map(list(STATES).index))
    own = own.sort_values(["order", "at_km"], kind="stable")
    columns = (
        Column("name", "Nơi" if vi else "Place", "text", 30),
        Column("kind", "Loại" if vi else "Kind", "text", 16),
        Column("state", "Tình trạng" if vi else "State", "text", 18),
        Column("at_km", "Tại km" if vi else "At km", "decimal"),
        Column("away_km", "Cách đường (km)" if vi else "Off the road (km)", "decimal"),
    )
    rows = [
        {str(name): value for name, value in row.items()}
        | {
            "state": STATES[row["state"]][position],
            "kind": KINDS.get(row["kind"], (row["kind"], row["kind"]))[position],
        }
        for row in own.to_dict("records")
    ]
    title = "Nơi ở dọc biên giới" if vi else "Places along the border"
    return Table("border_places", title, columns, rows, shown=0)
