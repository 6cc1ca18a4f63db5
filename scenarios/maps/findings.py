"""Outages and targets on the map: the masts most people hang on, who is backed, and places that targets name."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from phusong.scenarios.maps.door import Fact, Mark, VectorLayer, Words
from phusong.scenarios.maps.palette import SHARE_COLOURS, SHARE_EDGES
from phusong.scenarios.outages import MOST_CRITICAL
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import number, percent

OUTAGES = ("Sự cố", "Outages")
TARGETS = ("Mục tiêu", "Targets")
DISTRICTS_TOLD = 3
CUTS: dict[str, Words] = {
    "operator": ("nhà mạng", "operator"),
    "district": ("mất điện", "power cut in"),
    "cut": ("tình huống", "case"),
}


def outage_layers(result: RunResult) -> Iterator[VectorLayer]:
    """The ten most critical masts, and the share of each commune's people who survive any one mast (n-1)."""
    found = result.outages
    if found is None:
        return
    worst = found.masts.head(MOST_CRITICAL)
    yield VectorLayer(
        key="critical-masts",
        title=("Mười cột quan trọng nhất", "Ten most critical masts"),
        group=OUTAGES,
        table=worst,
        marks=(Mark(("hỏng thì nhiều người mất hết sóng", "many lose all service with it"), "#b1101a", "diamond",
                    size=2.4),),
        kind=np.zeros(len(worst), np.int64),
        name="mast_id",
        facts=(
            Fact("people_lost", ("Người mất sóng", "People who lose service"), 0),
            Fact("operators", ("Nhà mạng", "Operators")),
            Fact("commune", ("Xã, phường", "Commune")),
        ),
        notes=tuple(
            (_failure(row, "vi"), _failure(row, "en")) for row in _told(found.causes).to_dict("records")
        ),
    )  # fmt: skip
    communes = found.communes.dropna(subset="backed_share")
    communes = communes.assign(percent=100.0 * communes["backed_share"])
    lows = [None, *SHARE_EDGES]
    share = found.people_backed / found.people_served if found.people_served else 0.0
    yield VectorLayer(
        key="backed",
        title=("Dân còn sóng khi một cột bất kỳ hỏng", "People served whichever mast fails"),
        group=OUTAGES,
        table=communes,
        marks=tuple(
            Mark(
                (f"từ {100 * low:g} %" if low else f"dưới {100 * SHARE_EDGES[0]:g} %",
                 f"{100 * low:g}% or more" if low else f"below {100 * SHARE_EDGES[0]:g}%"),
                colour, "area",
            )
            for low, colour in zip(lows, SHARE_COLOURS, strict=True)
        ),
        kind=np.searchsorted(SHARE_EDGES, communes["backed_share"], "right"),
        name="name",
        facts=(
            Fact("percent", ("Dân có dự phòng", "People backed"), 1, "%"),
            Fact("people", ("Dân số", "People"), 0),
        ),
        notes=((f"{percent(share, 'vi')} người có sóng.", f"{percent(share, 'en')} of those served."),),
    )  # fmt: skip


def _told(causes: pd.DataFrame) -> pd.DataFrame:
    """Every operator and case, and the districts whose power most people hang on; cuts.csv has them all."""
    districts = causes[causes["kind"] == "district"].nlargest(DISTRICTS_TOLD, "people_lost")
    return causes[(causes["kind"] != "district") | causes.index.isin(districts.index)]


def _failure(row: Mapping[Hashable, Any], lang: str) -> str:
    words = "người mất sóng" if lang == "vi" else "people lose service"
    kind = CUTS[row["kind"]][0 if lang == "vi" else 1]
    lost, share = number(row["people_lost"], lang), percent(row["lost_share"], lang)
    return f"{kind} {row['name']}: {lost} {words} ({share})"


def target_layers(result: RunResult) -> Iterator[VectorLayer]:
    """The seats and zones that targets ask for, met or not; its notes are all targets."""
    if not result.targets:
        return
    places = result.target_places
    notes = []
    for target in result.targets:
        mark = {True: "✓", False: "✗", None: "–"}[target.met]
        said = {}
        for lang in ("vi", "en"):
            wanted, reached = (
                "–"
                if value is None
                else percent(value, lang)
                if target.unit == "share"
                else number(value, lang)
                for value in (target.wanted, target.reached)
            )
            said[lang] = f"{reached} / {wanted}"
        notes.append((f"{mark} {target.title_vi}: {said['vi']}", f"{mark} {target.title_en}: {said['en']}"))
    points = places.set_geometry(places.geometry.representative_point()) if len(places) else places
    points = points.assign(percent=100.0 * points["served_share"].astype(float))
    yield VectorLayer(
        key="targets",
        title=("Nơi mục tiêu hỏi tới", "Places that targets name"),
        group=TARGETS,
        table=points,
        marks=(Mark(("đạt", "met"), "#0f766e", size=2.0), Mark(("chưa đạt", "not met"), "#b1101a", size=2.0)),
        kind=np.where(points["met"].astype(bool), 0, 1),
        name="name",
        facts=(Fact("percent", ("Có sóng", "Served"), 0, "%"),),
        notes=tuple(notes),
    )
