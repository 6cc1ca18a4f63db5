"""One thing that is wrong in the user's data: where, what, why, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import pandas as pd

from phusong.geodata.safe_cells import terminal_text

SEVERITIES = ("error", "warning", "note")  # an error stops a run; a note tells what was mended safely
SEVERITY_VI = {"error": "Lỗi", "warning": "Cảnh báo", "note": "Ghi chú"}


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding of import or check. `row` is the number in `file` as the user counts, 0 for the whole."""

    severity: str
    code: str  # stable short name, such as "outside-province"
    table: str
    file: str
    row: int
    column: str
    value: str
    why_vi: str
    why_en: str
    mend_vi: str = ""
    mend_en: str = ""

    def line(self) -> str:
        """The finding in one line, Vietnamese first."""
        where = f"{self.file}" + (f", dòng {self.row}" if self.row else "")
        column = f", cột “{self.column}”" if self.column else ""
        value = f" = {self.value!r}" if self.value else ""
        mend = f" → {self.mend_vi}" if self.mend_vi else ""
        english = f" · {self.why_en}" + (f" → {self.mend_en}" if self.mend_en else "")
        return f"[{SEVERITY_VI[self.severity]}] {where}{column}{value}: {self.why_vi}{mend}{english}"


COLUMNS = tuple(field.name for field in fields(Problem))


def to_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """Problems as a table, errors first, then by file and row."""
    frame = pd.DataFrame([asdict(problem) for problem in problems], columns=list(COLUMNS))
    order = frame["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    return (
        frame.assign(_order=order)
        .sort_values(["_order", "table", "file", "row", "column", "code"], kind="stable")
        .drop(columns="_order")
        .reset_index(drop=True)
    )


def from_frame(frame: pd.DataFrame) -> list[Problem]:
    """The problems of a table written by `to_frame`."""
    texts = frame.drop(columns="row").fillna("").astype(str)
    return [
        Problem(row=int(row), **{str(name): value for name, value in record.items()})
        for row, record in zip(frame["row"], texts.to_dict("records"), strict=True)
    ]


def condensed(problems: Iterable[Problem]) -> tuple[str, ...]:
    """One line a kind of finding: how often, what, and where first."""
    kinds: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault((problem.table, problem.code), []).append(problem)
    lines = []
    for same in kinds.values():
        first = same[0]
        where = f"{first.file}, dòng {first.row}" if first.row else first.file
        lines.append(f"{len(same)} × {first.why_vi} ({where}) · {first.why_en}")
    return tuple(lines)


def blank(value: object) -> bool:
    """True for what an empty cell comes back as: None, NaN, or nothing but spaces."""
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def shown(value: object) -> str:
    """A cell as the report shows it: one line, at most 80 characters."""
    if blank(value):
        return ""
    return terminal_text(" ".join(str(value).split()))[:80]
