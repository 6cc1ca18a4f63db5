"""The border patrol road on the map: where along it somebody may call, and from whom."""

from __future__ import annotations

from collections.abc import Iterator

from phusong.scenarios.maps.door import Fact, Mark, VectorLayer
from phusong.scenarios.result import RunResult

STATES = ("silent", "one_server", "served")


def border_layers(result: RunResult) -> Iterator[VectorLayer]:
    """Stretches of the road by their service in the network that is chosen; none without such a road."""
    road = result.stretches
    if not len(road):
        return
    yield VectorLayer(
        key="border-road",
        title=("Đường tuần tra biên giới", "Border patrol road"),
        group=("Biên giới", "Border"),
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
    )
