"""Numbers as people type them: decimal commas, grouped thousands, full-width digits, degrees and minutes.

A typed number can have two readings ("1.234" is 1234 or 1.234). The reading is settled by the range that
the quantity can have, never by a guess; where two readings stay possible, the caller is told.
"""

from __future__ import annotations

import math
import re
import unicodedata
from numbers import Real

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|[+-]?\.\d+(?:[eE][+-]?\d{1,3})?")
_DMS = re.compile(
    r"""^\s*([NSEWBĐT]?)\s*([+-]?)\s*(\d{1,3})\s*(?:°|º|˚|o|độ|d|\s|-|:)\s*
        (\d{1,2}(?:[.,]\d+)?)\s*(?:['’′´`]|phút|m|\s|-|:|$)\s*
        (?:(\d{1,2}(?:[.,]\d+)?)\s*(?:["”″]|''|’’|′′|giây|s)?)?\s*([NSEWBĐT]?)\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_UNITS = re.compile(r"(?:dbm|mhz|km2|km²|người|hộ|ha|km|m|w|°|º|độ|deg)\.?$", re.IGNORECASE)


def readings(cell: object) -> tuple[float, ...]:
    """Every number that `cell` can be read as, the decimal reading first; empty if it is no number."""
    if isinstance(cell, bool) or cell is None:
        return ()
    if isinstance(cell, Real):
        value = float(cell)
        return (value,) if math.isfinite(value) else ()
    if not isinstance(cell, str):
        return ()
    text = unicodedata.normalize("NFKC", cell).replace("−", "-").replace("’", "'").strip()
    text = re.sub(r"\s+", " ", _UNITS.sub("", text).strip())
    found: list[float] = []
    for form in (_decimal_form(text), _grouped_form(text)):
        if form is not None and math.isfinite(value := float(form)) and value not in found:
            found.append(value)
    return tuple(found)


def _decimal_form(text: str) -> str | None:
    """`text` with one decimal separator, the last kind of two being it: "1.299.493,30" → "1299493.30"."""
    last = max(text.rfind("."), text.rfind(","))
    if last >= 0:
        whole, mark, fraction = text[:last], text[last], text[last + 1 :]
        other = "," if mark == "." else "."
        if mark in whole or not re.fullmatch(r"[+-]?[\d' .,]*", whole):
            return None  # a separator seen twice groups thousands
        groups = re.split(rf"[{re.escape(other)}' ]", whole)
        if len(groups) > 1 and not (
            re.fullmatch(r"[+-]?\d{1,3}", groups[0]) and all(len(group) == 3 for group in groups[1:])
        ):
            return None
        text = "".join(groups) + "." + fraction
    return text if _PLAIN.fullmatch(text) else None


def _grouped_form(text: str) -> str | None:
    found = _GROUPED.fullmatch(text)
    return re.sub(r"[.,' ]", "", text) if found else None


def number(cell: object, *, low: float, high: float, whole: bool = False) -> float | None:
    """The one reading of `cell` within [low, high]; None where there is none or two remain.

    `whole` leaves only whole numbers. Two readings remain possible only if both lie in the range.
    """
    fitting = [
        value for value in readings(cell) if low <= value <= high and (not whole or value == int(value))
    ]
    return fitting[0] if len(fitting) == 1 else None


def is_ambiguous(cell: object, *, low: float, high: float, whole: bool = False) -> bool:
    """True if more than one reading of `cell` lies within the range."""
    fitting = [
        value for value in readings(cell) if low <= value <= high and (not whole or value == int(value))
    ]
    return len(fitting) > 1


def degrees(cell: object) -> float | None:
    """Decimal degrees of an angle: a number with comma or point, or degrees, minutes and seconds.

    11.75321 · "11,75321" · 11°45'12" · "106 54 30" · "11°45.2'N" · "106 độ 54 phút 30 giây". West and
    south are negative. None if it is no angle in [-360, 360].
    """
    value = number(cell, low=-360, high=360)
    if value is not None:
        return value
    many = readings(cell)
    if many:  # "106.906" could be grouped thousands, but not as an angle
        inside = [value for value in many if abs(value) <= 360]
        return inside[0] if inside else None
    if not isinstance(cell, str):
        return None
    text = unicodedata.normalize("NFC", cell)
    text = "".join(unicodedata.normalize("NFKC", c) if c.isdigit() else c for c in text)
    found = _DMS.match(text)
    if found is None:
        return _suffixed(text)
    before, sign, whole, minutes, seconds, after = found.groups()
    minute, second = float(minutes.replace(",", ".")), float((seconds or "0").replace(",", "."))
    if minute >= 60 or second >= 60 or int(whole) > 360:
        return None
    angle = int(whole) + minute / 60 + second / 3600
    return -angle if sign == "-" or (before or after).upper() in {"S", "W"} else angle


def _suffixed(text: str) -> float | None:
    """ "11,75N", "E 106.9°": a decimal angle with a hemisphere letter."""
    found = re.match(
        r"^\s*([NSEW]?)\s*([+-]?\d{1,3}(?:[.,]\d+)?)\s*[°º]?\s*([NSEW]?)\s*$", text, re.IGNORECASE
    )
    if found is None:
        return None
    angle = float(found[2].replace(",", "."))
    return -angle if (found[1] or found[3]).upper() in {"S", "W"} else angle


def pair(cell: object) -> tuple[float, float] | None:
    """Two angles typed into one cell, in their order: "11.75, 106.9", "11,75; 106,9", "11°45' 106°54'"."""
    if not isinstance(cell, str):
        return None
    text = cell.strip().strip("()[]")
    for separator in (";", "/", "|", "\n", ", ", ",", " - ", " "):
        parts = [part for part in text.split(separator) if part.strip()]
        if len(parts) == 2:
            one, other = degrees(parts[0]), degrees(parts[1])
            if one is not None and other is not None:
                return one, other
    return None
