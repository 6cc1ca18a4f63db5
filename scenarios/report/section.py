"""One section of a report, as rooms give it: see sections.py for how it is added."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from phusong.scenarios.report.tables import Table


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences; `heading` stands before them in bold."""

    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with words, tables and a picture, all in the report's language.

    `key` is a short name for programs; `picture` a PNG, which needs `picture_words` for who cannot see it.
    """

    key: str
    title: str
    paragraphs: tuple[Paragraph, ...] = ()
    tables: tuple[Table, ...] = ()
    picture: bytes | None = None
    picture_words: str = ""

    @property
    def picture_uri(self) -> str:
        """The picture inside the page; empty where there is none."""
        if self.picture is None:
            return ""
        return "data:image/png;base64," + base64.b64encode(self.picture).decode("ascii")
