"""Text that goes into other people's programs: no formula for Excel, no control codes for a terminal."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_ILLEGAL_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def csv_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: text that starts like one gets an apostrophe.

    Numbers stay numbers; a text such as "-3,5" that is a number stays as it is.
    """
    if not isinstance(value, str):
        return value
    if re.match(r"[=+\-@\t\r\n|%]", value) and not re.fullmatch(r"[+-]?\d+([.,]\d+)?", value):
        return "'" + value
    return value


def xml_text(value: object) -> object:
    """Text without the characters that an .xlsx or .gpkg cannot hold; other values as they are."""
    return _ILLEGAL_XML.sub("", value) if isinstance(value, str) else value


def terminal_text(value: str) -> str:
    """Text without control codes, escape sequences and direction marks: what is seen is what is there."""
    return _CONTROL.sub("", value)
