"""Files as they come from a department: told apart by their content, read within limits.

Whatever the bytes, the answer is a Source or an InputError in one line.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from phusong.geodata.errors import InputError
from phusong.geodata.readers.archives import broken, check_zip, unpack
from phusong.geodata.readers.source import Features as Features
from phusong.geodata.readers.source import Limits as Limits
from phusong.geodata.readers.source import Sheet as Sheet
from phusong.geodata.readers.source import Source as Source
from phusong.geodata.readers.source import too_large

_DATA = (".shp", ".gpkg", ".geojson", ".json", ".kml", ".csv", ".xlsx", ".xls", ".parquet")


def read_source(path: Path, *, limits: Limits | None = None) -> Source:
    """Everything a file holds, as cells or features. Raises InputError; never anything else."""
    limits = limits or Limits()
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path.name}: không phải tệp · not a file")
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise InputError(f"{path}: không đọc được · cannot be read ({error.strerror or error})") from None
    if size == 0:
        raise InputError(f"{path.name}: tệp rỗng · the file is empty")
    if size > limits.file_bytes:
        raise too_large(path.name, f"{size / 1e6:,.0f} MB", f"{size / 1e6:,.0f} MB")
    return _dispatch(path, kind_of(path, head), limits)


def kind_of(path: Path, head: bytes) -> str:
    """What a file is, by its first bytes; its name decides only among texts."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    low = text[:1024].lower()
    if head.startswith(b"PK"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "ole"
    if head.startswith((b"SQLite format 3\0",)):
        return "vector"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "vector"
    if low.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")) or b"<html" in low[:400]:
        return "html"
    if b"<kml" in low or (low.startswith(b"<?xml") and path.suffix.lower() == ".kml"):
        return "kml"
    if low.startswith(b"<?xml") or low.startswith(b"<workbook"):
        return "xml"
    if text.startswith(b"{") or path.suffix.lower() in (".geojson", ".json"):
        return "vector"
    if path.suffix.lower() in (".xlsx", ".xls", ".gpkg", ".shp", ".kmz", ".parquet", ".kml"):
        return "damaged"
    return "csv"


def _dispatch(path: Path, kind: str, limits: Limits) -> Source:
    if kind == "zip":
        return _read_zip(path, limits)
    if kind == "ole":
        from phusong.geodata.readers.spreadsheets import read_xls

        return read_xls(path, limits=limits)
    if kind == "vector":
        from phusong.geodata.readers.vector import read_vector

        return read_vector(path, limits=limits)
    if kind == "parquet":
        from phusong.geodata.readers.vector import read_parquet

        return read_parquet(path, limits=limits)
    if kind == "kml":
        from phusong.geodata.readers.kml import read_kml

        return read_kml(path, limits=limits)
    if kind == "csv":
        from phusong.geodata.readers.text import read_csv

        return read_csv(path, limits=limits)
    if kind in ("html", "xml"):
        raise InputError(
            f"{path.name}: thực ra là trang {kind.upper()} mang đuôi khác; hãy mở bằng Excel rồi Lưu thành"
            f" (Save As) .xlsx · it is really {kind.upper()}; open it in Excel and save it as .xlsx"
        )
    raise broken(path.name, ValueError("nội dung không khớp đuôi tệp · content does not match its name"))


def _read_zip(path: Path, limits: Limits) -> Source:
    """An .xlsx, a .kmz, or a zip with one data set in it."""
    names = [member.filename for member in check_zip(path, limits=limits)]
    if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
        from phusong.geodata.readers.spreadsheets import read_xlsx

        return read_xlsx(path, limits=limits)
    with tempfile.TemporaryDirectory(prefix="phusong-") as folder:
        files = unpack(path, Path(folder), limits=limits)
        data = [file for file in files if file.suffix.lower() in _DATA]
        if path.suffix.lower() == ".kmz":
            data = [file for file in data if file.suffix.lower() == ".kml"][:1]
        if len(data) != 1:
            listed = ", ".join(file.name for file in data[:5]) or "0"
            raise InputError(
                f"{path.name}: cần đúng một bộ dữ liệu trong tệp nén, thấy {listed}"
                f" · one data set is expected in the archive, found {listed}"
            )
        with data[0].open("rb") as stream:
            head = stream.read(4096)
        if zipfile.is_zipfile(data[0]) and data[0].suffix.lower() != ".xlsx":
            raise InputError(f"{path.name}: tệp nén trong tệp nén · an archive within an archive")
        inner = _dispatch(data[0], kind_of(data[0], head), limits)
    return Source(path.name, inner.kind, inner.sheets, inner.features, inner.details)
