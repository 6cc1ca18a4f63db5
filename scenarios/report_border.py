"""The border patrol road in reports: what of it has signal, where it is silent, who is near, what spills."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from phusong.scenarios.report_section import Paragraph, Section
from phusong.scenarios.report_tables import Column, Table
from phusong.scenarios.report_words import layer_name, main_layer, words
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import number, percent

SILENT_SHOWN = 8
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


def border_sections(result: RunResult, lang: str) -> Iterator[Section]:
    """One section, where the province has a patrol road."""
    rows = {row["layer"]: row for row in result.summary.get("border", ())}
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
        paragraphs=(Paragraph(text),),
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
                ),
                [
                    {**row, "name": layer_name(say, layers[name].operator, layers[name].technology)}
                    for name, row in sorted(rows.items(), key=lambda item: item[0] != key)
                    if name in layers
                ],
            ),
            _stretches(result, key, vi, position),
            _places(result, key, vi, position),
        ),
    )


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
