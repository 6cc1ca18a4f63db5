"""Quality by regulation (QCVN) in reports: how many hamlets and people reach which level, network by network."""

from __future__ import annotations

from collections.abc import Iterator

from phusong.scenarios.hamlet_service import NO_QUALITY, quality_levels
from phusong.scenarios.report_section import Paragraph, Section
from phusong.scenarios.report_tables import Column, Table
from phusong.scenarios.report_words import layer_name, words
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import number


def quality_sections(result: RunResult, lang: str) -> Iterator[Section]:
    """One section, where some network of the run has levels in quality.toml."""
    service, vi, say = result.service, lang == "vi", words(lang)
    if not len(service):
        return
    people = result.hamlets.set_index("hamlet_id")["population"]
    counted = service.assign(people=service["hamlet_id"].map(people).astype(float))
    levels = quality_levels()
    rows = []
    for key, own in counted.groupby("layer", sort=False):
        layer = result.coverage.layers[str(key)]
        mine = [level for level in levels if level["technology"] == layer.technology]
        named = [(level["key"], level["title_vi" if vi else "title_en"]) for level in mine]
        for code, title in [*named, (NO_QUALITY, "chưa đạt" if vi else "not reached")] if mine else []:
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
    rule = "; ".join(
        f"{level['title_vi' if vi else 'title_en']}: ≥ {number(level['downlink_mbps'], lang)} Mbit/s"
        for level in used
    )
    text = (
        f"Tốc độ tải xuống trung bình giờ cao điểm của một máy, theo quy chuẩn ({rule}). "
        "Mỗi thôn, ấp tính ở mức tốt nhất đạt được."
        if vi
        else f"Mean downlink rate of one phone at busy hour, by regulation ({rule}). "
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
