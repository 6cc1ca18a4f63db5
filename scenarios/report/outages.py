"""Failures in reports: the masts that most people hang on, and what an operator or a district's power takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from phusong.scenarios.report.section import Paragraph, Section
from phusong.scenarios.report.tables import Column, Table
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import number, percent

MASTS_SHOWN, CAUSES_SHOWN, BACKED_SHOWN = 10, 20, 10  # communes least backed first


def outage_sections(result: RunResult, lang: str) -> Iterator[Section]:
    """One section, where the run asked for outages."""
    found = result.outages
    if found is None:
        return
    vi = lang == "vi"
    share = found.people_backed / found.people_served if found.people_served else 0.0
    text = (
        f"{number(found.people_backed, lang)} người ({percent(share, lang)} số người có sóng) vẫn có sóng "
        "khi bất kỳ một cột nào ngừng."
        if vi
        else f"{number(found.people_backed, lang)} people ({percent(share, lang)} of those served) keep their "
        "service whichever one mast fails."
    )
    lost = Column("people_lost", "Dân mất sóng" if vi else "People who lose service", "count", 16)
    kinds = {
        "operator": "nhà mạng ngừng" if vi else "operator down",
        "district": "mất điện" if vi else "power cut",
        "cut": "tình huống" if vi else "case",
    }
    # as summary.json rounds them: a run read back says the same
    causes = found.causes.assign(people_lost=found.causes["people_lost"].round(1))
    causes = causes.sort_values("people_lost", ascending=False, kind="stable")
    yield Section(
        key="outages",
        title="Sự cố" if vi else "Outages",
        paragraphs=(Paragraph(text),),
        tables=(
            Table(
                "masts",
                "Cột then chốt" if vi else "Critical masts",
                (
                    Column("mast_id", "Cột" if vi else "Mast", "text", 14),
                    Column("operators", "Nhà mạng" if vi else "Operators", "text", 26),
                    lost,
                    Column("commune", "Xã, phường" if vi else "Commune", "text", 24),
                    Column("lat", "Lat", "decimal", 10),
                    Column("lon", "Lon", "decimal", 10),
                ),
                _rows(found.masts),
                shown=MASTS_SHOWN,
            ),
            Table(
                "cuts",
                "Nhà mạng ngừng, huyện mất điện" if vi else "Operators down, power cuts",
                (
                    Column("name", "Nơi" if vi else "Where", "text", 24),
                    Column("kind", "Sự cố" if vi else "Failure", "text", 18),
                    lost,
                    Column(
                        "lost_share", "Tỷ lệ người có sóng" if vi else "Share of those served", "share", 14
                    ),
                    Column("masts_off", "Cột ngừng" if vi else "Masts off", "count"),
                ),
                [{**row, "kind": kinds.get(row["kind"], row["kind"])} for row in _rows(causes)],
                shown=CAUSES_SHOWN,
            ),
            Table(
                "backed",
                "Dân còn sóng khi một cột ngừng" if vi else "People kept when one mast fails",
                (
                    Column("code", "Mã" if vi else "Id", "text", 9),
                    Column("name", "Xã, phường" if vi else "Commune", "text", 26),
                    Column("backed_share", "Dân còn sóng" if vi else "People kept", "share", 14),
                ),
                _rows(found.communes.sort_values(["backed_share", "code"], kind="stable")),
                shown=BACKED_SHOWN,
            ),
        ),
    )


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    flat = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    return [{str(key): value for key, value in row.items()} for row in flat.to_dict("records")]
