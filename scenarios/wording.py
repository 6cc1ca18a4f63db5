"""How numbers are written for people: 1.234,5 in Vietnamese, 1,234.5 in English."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def number(value: float, lang: str, *, digits: int = 0) -> str:
    """A number with thousands marked and `digits` decimals, as readers of `lang` ("vi" or "en") write it.

    Halves go up, as spreadsheets and browsers round, so that every output says the same number.
    """
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{exact:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def percent(share: float, lang: str, *, digits: int = 1) -> str:
    """A share as per cent: 97,3 % or 97.3%."""
    text = number(float(Decimal(repr(float(share))) * 100), lang, digits=digits)
    return f"{text} %" if lang == "vi" else f"{text}%"


# what names of models say in both languages at once
_BOTH = (
    ("không tán xạ và ống dẫn", "without troposcatter and ducting"),
    ("hiệu chỉnh", "calibrated"),
)


def in_language(text: str, lang: str) -> str:
    """A model's name as readers of `lang` ("vi" or "en") have it: of "vi · en" only their own words."""
    for vi, en in _BOTH:
        text = text.replace(f"{vi} · {en}", vi if lang == "vi" else en)
    return text
