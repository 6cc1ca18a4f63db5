"""The report's door: what a room adds to report.html and report.xlsx, as words, tables and pictures.

A room writes a function that takes a run and a language and gives sections, and adds its name to `ROOMS`:

    def outage_sections(result: RunResult, lang: str) -> Iterator[Section]:
        if result.outages is not None:
            yield Section(
                key="outages", title="Sự cố" if lang == "vi" else "Outages",
                paragraphs=(Paragraph("Không trạm nào …"),),
                tables=(Table("masts", "Cột then chốt", columns, rows, shown=10),),
                picture=png_bytes, picture_words="…",
            )

report.html shows the paragraphs, the picture and the first `shown` rows of every table; report.xlsx has each
table whole, on a sheet of its own. A table with `shown=0` stands in the workbook only. Rows are dictionaries; a
column's kind (text, count, decimal, share, dbm) says how its values are written, in both files alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from phusong.scenarios.report.border import border_sections
from phusong.scenarios.report.networks import network_sections
from phusong.scenarios.report.outages import outage_sections
from phusong.scenarios.report.quality import quality_sections
from phusong.scenarios.report.second_opinion import opinion_sections
from phusong.scenarios.report.section import Section
from phusong.scenarios.report.sure import sure_sections
from phusong.scenarios.result import RunResult

Room = Callable[[RunResult, str], Iterable[Section]]
ROOMS: tuple[Room, ...] = (
    sure_sections,
    quality_sections,
    border_sections,
    outage_sections,
    network_sections,
    opinion_sections,
)  # as printed


def sections_of(result: RunResult, lang: str) -> Iterator[Section]:
    """Every section that a room has for this run, in `lang` ("vi" or "en")."""
    for room in ROOMS:
        yield from room(result, lang)
