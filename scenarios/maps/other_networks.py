"""The other networks on the map: cables and boxes, loudspeakers, the load of cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from phusong.geodata.reference.networks import SYNTHETIC_LABELS
from phusong.scenarios.maps.door import Fact, Mark, VectorLayer, Words, stacked
from phusong.scenarios.networks.answer import NetworksAnswer
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import number, percent

GROUP = ("Cáp quang, loa, tải mạng", "Fibre, loudspeakers, load")
BUSY, OVERLOADED = 0.7, 1.0


def network_layers(result: RunResult) -> Iterator[VectorLayer]:
    """Fibre, loudspeakers and loads, those that the run's data had."""
    answer = result.networks
    if answer is None:
        return
    found = [
        make(answer)
        for make, there in (
            (_fibre, "fixed" in answer.summary),
            (_loudspeakers, "loudspeakers" in answer.summary),
            (_loads, bool(len(answer.cells))),
        )
        if there
    ]
    for layer in found:
        said = tuple((text, text) for text in answer.warnings) if layer is found[-1] else ()
        yield replace(layer, notes=(*layer.notes, *said))


def _fibre(answer: NetworksAnswer) -> VectorLayer:
    figures = answer.summary["fixed"]
    cables, boxes, groups = answer.fibre_cables, answer.access_points, answer.fibre_groups
    wireless = (groups["mode"] == "wireless").to_numpy()
    note = (
        (
            f"{percent(figures['people_within_drop_share'], 'vi')} dân ở gần hộp chia quang; "
            f"còn {number(figures['homes_left'], 'vi')} hộ"
        ),
        (
            f"{percent(figures['people_within_drop_share'], 'en')} of people near an access point; "
            f"{number(figures['homes_left'], 'en')} homes left"
        ),
    )
    return VectorLayer(
        key="fibre",
        title=("Cáp quang", "Fibre"),
        group=GROUP,
        table=stacked((cables, boxes, groups), ("length_km", "ap_id", "homes", "cost_vnd")),
        marks=(
            Mark(("tuyến cáp cần kéo", "cable to be laid"), "#7a3e9d", "line"),
            Mark(("hộp chia quang", "access point"), "#4b2a63", "square", from_zoom=11),
            Mark(("hộp cần thêm", "access point to add"), "#7a3e9d", "box", from_zoom=11),
            Mark(("5G cố định rẻ hơn", "fixed 5G is cheaper"), "#c2701c", "box", from_zoom=11),
        ),
        kind=np.concatenate([np.zeros(len(cables), int), np.ones(len(boxes), int), np.where(wireless, 3, 2)]),
        name="ap_id",
        facts=(
            Fact("length_km", ("Dài", "Length"), 2, "km"),
            Fact("homes", ("Số hộ", "Homes"), 0),
            Fact("cost_vnd", ("Chi phí", "Cost"), 0, "₫"),
        ),
        notes=(note, *_synthetic(answer, ("access_points", "local_roads"))),
    )


def _loudspeakers(answer: NetworksAnswer) -> VectorLayer:
    figures = answer.summary["loudspeakers"]
    clusters = answer.loudspeakers
    silent = (~clusters["link_works"].astype(bool)).astype(int).to_numpy()
    note = (
        (
            f"{percent(figures['people_outdoors_share'], 'vi')} dân nghe rõ ngoài nhà; "
            f"thiếu {number(figures['clusters_needed'], 'vi')} cụm"
        ),
        (
            f"{percent(figures['people_outdoors_share'], 'en')} of people understand them outdoors; "
            f"{number(figures['clusters_needed'], 'en')} clusters missing"
        ),
    )
    return VectorLayer(
        key="loudspeakers",
        title=("Loa truyền thanh", "Loudspeakers"),
        group=GROUP,
        table=stacked(
            (clusters, answer.new_clusters), ("cluster_id", "horns", "power_w", "rsrp_dbm", "people_reached")
        ),
        marks=(
            Mark(("cụm loa có kết nối", "cluster with a working link"), "#0f766e", "dot"),
            Mark(("cụm loa mất kết nối", "cluster without a link"), "#b1101a", "dot"),
            Mark(("cụm loa cần thêm", "cluster to add"), "#0f766e", "ring"),
        ),
        kind=np.concatenate([silent, np.full(len(answer.new_clusters), 2)]),
        name="cluster_id",
        facts=(
            Fact("horns", ("Số loa", "Horns"), 0),
            Fact("power_w", ("Công suất", "Power"), 0, "W"),
            Fact("rsrp_dbm", ("Mức tín hiệu", "Signal level"), 0, "dBm"),
            Fact("people_reached", ("Dân nghe rõ", "People who understand it"), 0),
        ),
        notes=(note, *_synthetic(answer, ("loudspeakers",))),
    )


def _loads(answer: NetworksAnswer) -> VectorLayer:
    cells = answer.cells
    over = int((cells["load"] > OVERLOADED).sum())
    note = (
        f"{number(over, 'vi')}/{number(len(cells), 'vi')} ô phủ sóng quá tải",
        f"{number(over, 'en')}/{number(len(cells), 'en')} cells overloaded",
    )
    share = cells.assign(load=100 * cells["load"])
    return VectorLayer(
        key="loads",
        title=("Tải giờ cao điểm", "Busy-hour load"),
        group=GROUP,
        table=share,
        marks=(
            Mark(("quá tải (trên 100 %)", "overloaded (above 100%)"), "#b1101a", "wedge"),
            Mark(("70 đến 100 %", "70 to 100%"), "#d97a1f", "wedge"),
            Mark(("dưới 70 %", "below 70%"), "#6b8e9f", "wedge"),
        ),
        kind=np.where(cells["load"] > OVERLOADED, 0, np.where(cells["load"] > BUSY, 1, 2)),
        name="cell_id" if "cell_id" in cells else None,
        of="layer",
        azimuth="azimuth_deg",
        facts=(Fact("load", ("Tải", "Load"), 0, "%"),),
        notes=(note,),
    )


def _synthetic(answer: NetworksAnswer, keys: tuple[str, ...]) -> tuple[Words, ...]:
    """What of a layer's input is made up."""
    known = [SYNTHETIC_LABELS[key] for key in answer.synthetic if key in keys]
    vi, en = ("; ".join(label[position] for label in known) for position in (0, 1))
    return ((f"Mô phỏng: {vi}", f"Synthetic: {en}"),) if known else ()
