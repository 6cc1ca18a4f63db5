"""Quality by regulation (QCVN) in reports: how many hamlets and people reach which level, network by network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from phusong.scenarios.quality import NO_QUALITY, NOT_JUDGED
from phusong.scenarios.report.section import Paragraph, Section
from phusong.scenarios.report.tables import Column, Table
from phusong.scenarios.report.words import layer_name, words
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import number, percent


def quality_sections(result: RunResult, lang: str) -> Iterator[Section]:
    """One section, where some network of the run has levels in quality.toml."""
    service, vi, say = result.service, lang == "vi", words(lang)
    if not len(service):
        return
    people = result.hamlets.set_index("hamlet_id")["population"]
    counted = service.assign(people=service["hamlet_id"].map(people).astype(float))
    told = result.summary.get("quality", ())
    levels = list({(one["technology"], one["key"]): one for row in told for one in row["levels"]}.values())
    rows = []
    for key, own in counted.groupby("layer", sort=False):
        layer = result.coverage.layers[str(key)]
        mine = [level for level in levels if level["technology"] == layer.technology]
        named = [(level["key"], level["title_vi" if vi else "title_en"] or level["key"]) for level in mine]
        rest = [(NO_QUALITY, "chưa đạt" if vi else "not reached")]
        if (own["quality"] == NOT_JUDGED).any():  # no loads are known
            named, rest = [], [(NOT_JUDGED, "không xét" if vi else "not judged")]
        for code, title in [*named, *rest] if mine else []:
            here = own[own["quality"] == code]
            rows.append(
                {
                    "layer": layer_name(say, layer.operator, layer.technology),
                    "level": title,
                    "hamlets": len(here),
                    "people": here["people"].sum(),
                    "share": here["people"].sum() / own["people"].sum() if own["people"].sum() else 0.0,
                }
            )
    if not rows:
        return
    technologies = {layer.technology for layer in result.coverage.layers.values()}
    used = [level for level in levels if level["technology"] in technologies]
    rule = "; ".join(_asks(level, lang) for level in used)
    text = (
        f"Tốc độ tải xuống của một máy giờ cao điểm, dưới tải đã giải của mạng ({rule}). "
        "Mỗi thôn, ấp tính ở mức tốt nhất đạt được."
        if vi
        else f"Downlink of one phone at the busy hour, under the network's solved loads ({rule}). "
        "Each hamlet counts at the best level that it reaches."
    )
    columns = (
        Column("layer", say("layer"), "text", 20),
        Column("level", "Mức chất lượng" if vi else "Quality", "text", 24),
        Column("hamlets", say("hamlets"), "count"),
        Column("people", say("people"), "count"),
        Column("share", "Tỷ lệ dân" if vi else "Share of people", "share"),
    )
    title = "Chất lượng theo QCVN" if vi else "Quality by regulation (QCVN)"
    yield Section("quality", title, (Paragraph(text),), (Table("quality", title, columns, rows, shown=40),))


def _asks(level: Mapping[str, Any], lang: str) -> str:
    """A level's name and its figures: mean rate, and least rate of most people."""
    title = level[f"title_{lang}"] or level["key"]
    mean, least = (number(level[key], lang, digits=1) for key in ("downlink_mbps", "least_mbps"))
    most = percent(level["least_share"], lang, digits=0)
    if lang == "vi":
        return f"{title}: trung bình ≥ {mean} Mbit/s, {most} dân ≥ {least} Mbit/s"
    return f"{title}: mean ≥ {mean} Mbit/s, {most} of people ≥ {least} Mbit/s"
