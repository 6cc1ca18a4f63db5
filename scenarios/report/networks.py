"""Fixed broadband, loudspeakers and load in reports: sentences for the page, tables for the workbook."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from phusong.geodata.reference.networks import SYNTHETIC_LABELS
from phusong.scenarios.networks.words import network_sentences
from phusong.scenarios.report.section import Paragraph, Section
from phusong.scenarios.report.tables import Column, Table
from phusong.scenarios.report.words import words
from phusong.scenarios.result import RunResult


def network_sections(result: RunResult, lang: str) -> Iterator[Section]:
    """One section, where the run has an answer for other networks."""
    if result.networks is None:
        return
    said = tuple(Paragraph(text, heading) for heading, text in network_paragraphs(result, lang))
    yield Section("networks", words(lang)("group_networks"), said, network_tables(result, lang))


def network_paragraphs(result: RunResult, lang: str) -> list[tuple[str, str]]:
    """(heading, text) of each other network, then what of them is synthetic and every warning (no heading)."""
    if result.networks is None:
        return []
    labels = [SYNTHETIC_LABELS[key][0 if lang == "vi" else 1] for key in result.networks.synthetic]
    made_up = [("", words(lang)("networks_synthetic", list="; ".join(labels)))] if labels else []
    return [
        *network_sentences(result.summary, lang),
        *made_up,
        *(("", warning) for warning in result.networks.warnings),
    ]


def network_tables(result: RunResult, lang: str) -> tuple[Table, ...]:
    """Fixed broadband and loudspeakers by hamlet, and the cells, most loaded first; empty ones left out."""
    if result.networks is None:
        return ()
    vi = lang == "vi"
    named = (
        Column("hamlet_id", "Mã" if vi else "Id", "text", 10),
        Column("name", "Thôn, ấp" if vi else "Hamlet", "text", 24),
        Column("commune", "Xã, phường" if vi else "Commune", "text", 20),
    )
    fixed = (
        *named,
        Column("access_points", "Hộp chia quang" if vi else "Access points", "count"),
        Column("share_within_drop", "Dân ở gần hộp" if vi else "People near one", "share"),
        Column("homes_left", "Hộ còn lại" if vi else "Homes left", "count"),
        Column("homes_by_fibre", "Hộ nối cáp" if vi else "Homes by fibre", "count"),
        Column("homes_by_wireless", "Hộ dùng 5G cố định" if vi else "Homes by fixed 5G", "count"),
        Column("cost_vnd", "Chi phí (đồng)" if vi else "Cost (VND)", "count", 18),
        Column("vnd_per_home", "Đồng mỗi hộ" if vi else "VND per home", "count", 16),
    )
    sound = (
        *named,
        Column("clusters", "Cụm loa" if vi else "Clusters", "count"),
        Column("clusters_linked", "Có kết nối" if vi else "With a link", "count"),
        Column("share_outdoors", "Nghe rõ ngoài nhà" if vi else "Understand outdoors", "share"),
        Column("share_indoors", "Nghe rõ trong nhà" if vi else "Understand indoors", "share"),
        Column("clusters_needed", "Còn thiếu" if vi else "Clusters missing", "count"),
    )
    cells = (
        Column("cell_id", "Ô phủ sóng" if vi else "Cell", "text", 22),
        Column("operator", "Nhà mạng" if vi else "Operator", "text", 12),
        Column("technology", "Công nghệ" if vi else "Technology", "text", 12),
        Column("people", "Dân" if vi else "People", "count"),
        Column("traffic_mbps", "Lưu lượng (Mbit/s)" if vi else "Traffic (Mbit/s)", "decimal"),
        Column("load", "Tải" if vi else "Load", "share"),
        Column("sinr_db", "SINR (dB)", "decimal"),
    )
    answer = result.networks
    loaded = pd.DataFrame(answer.cells.drop(columns="geometry")).sort_values(
        ["load", "cell_id"], ascending=[False, True], kind="stable"
    )
    tables = (
        ("fixed", "Băng rộng cố định" if vi else "Fixed broadband", fixed, answer.fixed),
        ("hearing", "Loa truyền thanh" if vi else "Loudspeakers", sound, answer.hearing),
        ("cells", "Tải giờ cao điểm" if vi else "Busy-hour load", cells, loaded),
    )
    return tuple(
        Table(
            key,
            title,
            columns,
            [{str(k): v for k, v in row.items()} for row in table.to_dict("records")],
            shown=0,
        )
        for key, title, columns, table in tables
        if len(table)
    )
