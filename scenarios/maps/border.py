"""The border on the map: where along the patrol road somebody may call, and the stations along it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from phusong.scenarios.maps.door import Fact, Mark, VectorLayer, Words
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import number, percent

BORDER = ("Biên giới", "Border")
STATES = ("silent", "one_server", "served")
STATUS = {"on_air": ("đã phát", "on air"), "planned": ("trong kế hoạch", "planned")}


def border_layers(result: RunResult) -> Iterator[VectorLayer]:
    """Stretches of the road by their service in the network that is chosen, and the border's stations."""
    road, stations = result.stretches, result.border_stations
    if len(road):
        yield VectorLayer(
            key="border-road",
            title=("Đường tuần tra biên giới", "Border patrol road"),
            group=BORDER,
            table=road,
            marks=(
                Mark(("không có sóng", "no signal"), "#b1101a", "line"),
                Mark(("chỉ một trạm tới", "one station only"), "#d97a1f", "line"),
                Mark(("từ hai trạm", "two stations or more"), "#1f6f78", "line"),
            ),
            kind=[STATES.index(state) for state in road["state"]],
            of="layer",
            facts=(
                Fact("length_km", ("Dài", "Length"), 2, "km"),
                Fact("from_km", ("Từ km", "From km"), 1),
                Fact("to_km", ("Đến km", "To km"), 1),
                Fact("worst_dbm", ("Yếu nhất", "Weakest"), 0, "dBm"),
            ),
            notes=tuple(_road_notes(result)),
        )
    if len(stations):
        yield VectorLayer(
            key="border-stations",
            title=("Trạm dọc biên giới", "Stations along the border"),
            group=BORDER,
            table=stations,
            marks=(
                Mark(("phát trong lần chạy này", "on air in this run"), "#7a1f6b", "square", size=1.7),
                Mark(("không phát", "not on air"), "#7a1f6b", "box", size=1.7),
            ),
            kind=np.where(stations["on_air"], 0, 1),
            name="name",
            facts=(
                Fact("operator", ("Nhà mạng", "Operator")),
                Fact("status", ("Trong dữ liệu", "In the data"), words=STATUS),
                Fact("at_km", ("Tại km", "At km"), 1),
                Fact("commune", ("Xã, phường", "Commune")),
            ),
            notes=tuple(_station_notes(result)),
        )


def _road_notes(result: RunResult) -> Iterator[Words]:
    """The network of everyone: share, spill, and what the power limit costs where there is one."""
    rows = [row for row in result.summary.get("border", ()) if row["layer"].startswith("any-")]
    for row in rows:
        said = {
            lang: (
                percent(row["served_share"], lang),
                number(row["longest_silent_km"], lang, digits=1),
                number(row["spill_km2"], lang, digits=1),
                row["layer"].removeprefix("any-").upper(),
            )
            for lang in ("vi", "en")
        }
        yield (
            "{3}: {0} chiều dài có sóng, đoạn im dài nhất {1} km; sóng sang bên kia {2} km².".format(
                *said["vi"]
            ),
            "{3}: {0} of its length served, longest silent stretch {1} km; {2} km² across.".format(
                *said["en"]
            ),
        )
        if "without_limit" in row:
            yield _limit(result, row, "vi"), _limit(result, row, "en")


def _limit(result: RunResult, row: Mapping[str, Any], lang: str) -> str:
    limit = number(result.summary["border_limit"]["eirp_limit_dbm"], lang)
    lost = number(row["people_lost_to_limit"], lang)
    free = number(row["without_limit"]["spill_km2"], lang, digits=1)
    if lang == "vi":
        return (
            f"Giới hạn EIRP {limit} dBm: {lost} người mất sóng; không giới hạn thì sang bên kia {free} km²."
        )
    return f"EIRP limit {limit} dBm: {lost} people lose service; without it {free} km² across."


def _station_notes(result: RunResult) -> Iterator[Words]:
    said = result.summary.get("border_stations")
    if not said:
        return
    known, planned, on_air = said["in_data"], said["planned_in_data"], said["on_air_in_run"]
    yield (
        f"Trong dữ liệu {known}, kế hoạch {planned}, phát trong lần chạy này {on_air}.",
        f"{known} in the data, {planned} planned, {on_air} on air in this run.",
    )
    for one in said["published"]:
        yield f"{one['stations']} {one['title_vi']}.", f"{one['stations']} {one['title_en']}."
