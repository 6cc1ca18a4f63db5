"""Times as programs write them, as UTC: ISO 8601, days first, "2025.03.01_10.00.00", seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

VIETNAM = "Asia/Ho_Chi_Minh"
_NAIVE_FORMATS = (
    "ISO8601",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S.%f",
)
_EPOCH_S = (9.0e8, 5.0e9)  # 1998 to 2128; a thousand times more is milliseconds


@dataclass(frozen=True, slots=True)
class Times:
    """Times in UTC (NaT where unreadable), and which of them stated their zone."""

    utc: pd.Series[Any]
    stated: NDArray[np.bool_]
    unreadable: int

    def notes(self) -> list[str]:
        """What a person should know of these times, a line each."""
        notes = []
        naive = int((~self.stated & self.utc.notna().to_numpy()).sum())
        if naive and self.stated.any():
            notes.append(
                f"{naive} dòng không ghi múi giờ lẫn với {int(self.stated.sum())} dòng có ghi; hiểu là giờ Việt Nam"
                " · rows without a time zone among rows with one; taken as Vietnam's time"
            )
        if self.unreadable:
            notes.append(
                f"{self.unreadable} thời điểm không đọc được, vẫn dùng dòng đó · times not readable, rows kept"
            )
        return notes


def read_times(cells: NDArray[np.object_]) -> Times:
    """Every cell as a time. A time without a zone is Vietnam's; numbers count from 1970 in UTC."""
    given = pd.Series(cells, dtype=object)
    text = given.map(lambda cell: "" if cell is None else str(cell).strip())
    text = text.str.replace(
        r"^(\d{4})\.(\d\d)\.(\d\d)[_ ](\d\d)\.(\d\d)\.(\d\d)", r"\1-\2-\3T\4:\5:\6", regex=True
    )
    utc = pd.Series(pd.NaT, index=given.index, dtype="datetime64[ns, UTC]")
    since = pd.to_numeric(text, errors="coerce")
    since = since.where(since < 1e11, since / 1e3)
    counted = since.between(*_EPOCH_S)
    utc[counted] = pd.to_datetime(since[counted], unit="s", utc=True)
    zoned = text.str.contains(r"\d(?:Z|[+-]\d\d:?\d\d)$", regex=True) & ~counted
    zoned &= text.str.contains(":")  # the dashes of a bare date are no zone
    utc[zoned] = pd.to_datetime(text[zoned], format="ISO8601", errors="coerce", utc=True)
    for form in _NAIVE_FORMATS:
        left = utc.isna() & ~zoned & ~counted & (text != "")
        if not left.any():
            break
        local = pd.to_datetime(text[left], format=form, errors="coerce")
        utc[left] = local.dt.tz_localize(VIETNAM).dt.tz_convert("UTC")
    stated = (counted | zoned).to_numpy(bool) & utc.notna().to_numpy()
    return Times(utc, stated, int((utc.isna() & (text != "")).sum()))
