"""CSV of any encoding and separator, read as text, row numbers kept."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from phusong.geodata.encodings import decode_bytes
from phusong.geodata.errors import InputError
from phusong.geodata.readers.source import Limits, Sheet, Source, too_large

_SEPARATORS = (";", "\t", ",", "|")


def read_csv(path: Path, *, limits: Limits) -> Source:
    """The one sheet of a text table; every cell is text. Raises InputError for what is no table."""
    data = path.read_bytes()
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        raise InputError(f"{path.name}: tệp rỗng · the file is empty")
    lines = data.count(b"\n")
    if lines > limits.rows:
        raise too_large(path.name, f"hơn {limits.rows:,} dòng", f"more than {limits.rows:,} rows")
    decoded = decode_bytes(data, source=path.name)
    text = decoded.text.lstrip("\ufeff")
    first = text.split("\n", 1)[0].strip()
    stated = first[4:5] if first.lower().startswith("sep=") and len(first) == 5 else ""
    separator = stated or separator_of(text[:200_000])
    rows: list[list[object]] = []
    # cells are short: a quote that never closes must not swallow the file into one cell
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar='"')
    starts: list[int] = []
    try:
        while True:
            starts.append(reader.line_num + 1)
            cells = next(reader, None)
            if cells is None:
                break
            if len(cells) > limits.columns:
                raise too_large(path.name, f"hơn {limits.columns} cột", f"more than {limits.columns} columns")
            rows.append([cell.strip() or None for cell in cells])
    except csv.Error as error:
        raise InputError(
            f"{path.name}: dòng {reader.line_num}: dấu nháy hoặc ô hỏng ({error}); hãy lưu lại dạng CSV"
            f" · line {reader.line_num}: broken quotes or cell; save it again as CSV"
        ) from None
    if stated:
        rows[0] = []
    # a quoted cell may hold line breaks: pad so that a row's place is its line in the file
    placed: list[list[object]] = []
    for start, row in zip(starts, rows, strict=False):
        placed.extend([[] for _ in range(start - 1 - len(placed))])
        placed.append(row)
    details = {"encoding": decoded.encoding, "separator": separator}
    return Source(path.name, "csv", sheets=(Sheet(path.stem, placed),), details=details)


def separator_of(text: str) -> str:
    """The separator that splits most lines into the same number of cells, two at least; ',' if none does."""
    lines = [line for line in text.splitlines() if line.strip()][:60]
    best, best_score = ",", 0.0
    for separator in _SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
        except csv.Error:
            continue
        common = Counter(width for width in widths if width > 1).most_common(1)
        if not common:
            continue
        width, count = common[0]
        score = count / len(lines) + min(width, 30) * 1e-3
        if score > best_score + 1e-9:
            best, best_score = separator, score
    return best
