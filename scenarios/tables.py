"""Tables that a spreadsheet opens as they are meant: Vietnamese letters right, no text run as a formula."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def write_csv(table: pd.DataFrame, path: Path, *, synthetic: bool | None = None) -> None:
    """CSV in UTF-8 with a byte order mark (Excel needs it for Vietnamese), every text made safe.

    `synthetic`, where it is known, stands in a last column of its own: is any input of these rows made up?
    """
    if synthetic is not None and "synthetic" not in table.columns:
        table = table.assign(synthetic=synthetic)
    text = table.select_dtypes(include=["object", "string"]).columns
    safe = table.assign(**{name: table[name].map(safe_cell) for name in text})
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def safe_cell(value: object) -> object:
    """A value that a spreadsheet will not run: an apostrophe goes before what begins like a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value
