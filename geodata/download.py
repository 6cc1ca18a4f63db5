"""Files from the network, whole or not there: resumed, checked, retried, with a plain word offline."""

from __future__ import annotations

import http.client
import json
import math
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from phusong.geodata import published_digest
from phusong.geodata.atomic import write_text
from phusong.geodata.errors import InputError

_CHUNK = 1 << 16
_TRIES = 6
_TIMEOUT_S = 30.0
_RETRY_STATUS = {408, 425, 429, 500, 502, 503, 504}
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A public data set: what it is called, its licence, where its files lie."""

    key: str
    title: str
    licence: str
    url: str
    tile_deg: int
    size_mb: float  # about, per file


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that lies complete on disk."""

    path: Path
    sha256: str
    size: int
    from_cache: bool
    agreed: str = (
        ""  # with which checksum it was found to agree: "sha256", "md5"; empty: the server stated none
    )


class NoSuchFileError(InputError):
    """The server has no file at the address."""


class _CutError(Exception):
    """The transfer stopped early; what has come is kept for the next try."""


def datasets() -> dict[str, Dataset]:
    """The public data sets that can be fetched, by kind."""
    text = (files("phusong.geodata.reference") / "sources.toml").read_text(encoding="utf-8")
    return {
        key: Dataset(
            key, item["title"], item["licence"], item["url"], item.get("tile_deg", 0), item["size_mb"]
        )
        for key, item in tomllib.loads(text).items()
    }


def urls_for(dataset: Dataset, bbox: tuple[float, float, float, float]) -> list[str]:
    """Addresses of the tiles that (west, south, east, north) touches; one where there are no tiles."""
    if not dataset.tile_deg:
        return [dataset.url]
    west, south, east, north = bbox
    if not (west < east and south < north and west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise InputError("--bbox: cần TÂY,NAM,ĐÔNG,BẮC theo độ · needs WEST,SOUTH,EAST,NORTH in degrees")
    step = dataset.tile_deg
    found = []
    for lat in range(math.floor(south / step) * step, math.ceil(north / step) * step, step):
        for lon in range(math.floor(west / step) * step, math.ceil(east / step) * step, step):
            found.append(
                dataset.url.format(
                    ns="N" if lat >= 0 else "S", lat=abs(lat), ew="E" if lon >= 0 else "W", lon=abs(lon)
                )
            )
    if len(found) > 400:
        raise InputError(f"--bbox: quá rộng, {len(found)} mảnh · too large, {len(found)} tiles")
    return found


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str | None = None,
    size: int | None = None,
    tries: int = _TRIES,
    timeout_s: float = _TIMEOUT_S,
    sleep: Callable[[float], None] = time.sleep,
    progress: Progress | None = None,
) -> Fetched:
    """The file at `url` in `target`, complete: resumed after a cut, retried with growing pauses.

    A file that is there already is taken from disk if its checksum is the one it had when it came (or
    `sha256`). What is written is checked against `size`, the server's length and `sha256`. Raises
    NoSuchFileError where the server has no such file, InputError where the checksum is wrong, yours or that
    which the server itself states, or the network stays away; a
    partial file is then kept for the next call, a wrong one is removed.
    """
    if not url.startswith(("https://", "http://")):
        raise InputError(f"{url}: chỉ nhận địa chỉ http(s) · only http(s) addresses")
    note = target.with_name(target.name + ".json")
    cached = _cached(target, note, url, sha256)
    if cached:
        return cached
    part = target.with_name(target.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    last = ""
    for attempt in range(tries):
        try:
            expected, stated = _transfer(url, part, timeout_s, progress)
            return _finished(url, part, target, note, _Wanted(sha256, stated, size or expected))
        except urllib.error.HTTPError as error:
            with error:
                last = f"HTTP {error.code}"
                if error.code == 416:  # what we have is not a beginning of what is there
                    part.unlink(missing_ok=True)
                elif error.code not in _RETRY_STATUS:
                    kind = NoSuchFileError if error.code in (403, 404, 410) else InputError
                    raise kind(
                        f"{url}: máy chủ trả lời {error.code} · the server answers {error.code};"
                        " kiểm tra địa chỉ hoặc tải bằng tay · check the address or fetch it by hand"
                    ) from None
                pause = _retry_after(error)
        except (_CutError, urllib.error.URLError, http.client.HTTPException, OSError) as error:
            last, pause = _reason(error), None
        if attempt < tries - 1:
            sleep(pause if pause is not None else min(60.0, 2.0**attempt))
    raise InputError(
        f"{url}: không tải được sau {tries} lần ({last}); máy có nối mạng không? phần đã tải được giữ lại,"
        " chạy lại lệnh sẽ tải tiếp · could not be fetched; is there a network? run again to resume"
    )


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", None)
    return " ".join(str(inner or error).split())[:120] or type(error).__name__


def _retry_after(error: urllib.error.HTTPError) -> float | None:
    value = error.headers.get("Retry-After") if error.headers else None
    if value is None:
        return None
    if value.isdigit():
        return min(300.0, float(value))
    try:
        return max(0.0, min(300.0, parsedate_to_datetime(value).timestamp() - time.time()))
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a whole file must agree with: the user's checksum, the server's, the length."""

    sha256: str | None
    stated: tuple[str, str] | None
    size: int | None


def _transfer(
    url: str, part: Path, timeout_s: float, progress: Progress | None
) -> tuple[int | None, tuple[str, str] | None]:
    """Append what is missing to `part`; the whole length and checksum as the server states them, or None."""
    have = part.stat().st_size if part.is_file() else 0
    tag = part.with_name(part.name + ".tag")
    headers = {"User-Agent": "phusong", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if tag.is_file():
            headers["If-Range"] = tag.read_text("utf-8")
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:
        resumed = answer.status == 206 and _starts_at(answer.headers.get("Content-Range"), have)
        if answer.status == 206 and not resumed:
            part.unlink()
            raise _CutError("máy chủ gửi sai đoạn · the server sent another part than was asked for")
        if not resumed:
            have = 0  # the server sends the whole file, or it has changed: begin again
        if answer.headers.get("ETag", "").startswith('"'):
            tag.write_text(answer.headers["ETag"], "utf-8")
        else:
            tag.unlink(missing_ok=True)
        stated = published_digest.stated(answer.headers)
        length = answer.headers.get("Content-Length")
        expected = have + int(length) if length and length.isdigit() else None
        with part.open("ab" if resumed else "wb") as out:
            while True:
                chunk = answer.read(_CHUNK)
                if not chunk:
                    break
                out.write(chunk)
                have += len(chunk)
                if progress:
                    progress(have, expected)
    if expected is not None and have < expected:
        raise _CutError(f"{have} / {expected} byte")
    tag.unlink(missing_ok=True)
    return expected, stated


def _starts_at(content_range: str | None, have: int) -> bool:
    return content_range is not None and content_range.replace("bytes ", "").split("-")[0].strip() == str(
        have
    )


def _finished(url: str, part: Path, target: Path, note: Path, wanted: _Wanted) -> Fetched:
    got = part.stat().st_size
    if wanted.size is not None and got != wanted.size:
        part.unlink()
        raise _CutError(f"{got} byte, cần · needed {wanted.size}")
    digest = published_digest.digest_of(part, "sha256")
    checks = [("sha256", wanted.sha256.lower())] if wanted.sha256 else []
    for algorithm, right in [*checks, *([wanted.stated] if wanted.stated else [])]:
        found = digest if algorithm == "sha256" else published_digest.digest_of(part, algorithm)
        if found != right:
            part.unlink()
            raise InputError(
                f"{url}: sai mã kiểm tra ({algorithm} {found[:12]}…, cần {right[:12]}…), đã xoá; tệp ở nguồn đã"
                " đổi hoặc bị sửa trên đường · wrong checksum, removed; the source has changed or was tampered"
                " with"
            )
    part.replace(target)
    write_text(note, json.dumps({"url": url, "sha256": digest, "size": got}, indent=1) + "\n")
    agreed = "sha256" if wanted.sha256 else wanted.stated[0] if wanted.stated else ""
    return Fetched(target, digest, got, from_cache=False, agreed=agreed)


def _cached(target: Path, note: Path, url: str, sha256: str | None) -> Fetched | None:
    if not (target.is_file() and note.is_file()):
        return None
    try:
        known: Mapping[str, Any] = json.loads(note.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    digest = published_digest.digest_of(target, "sha256")
    if not isinstance(known, dict) or known.get("url") != url or known.get("sha256") != digest:
        return None
    if sha256 is not None and digest != sha256.lower():
        return None
    return Fetched(target, digest, target.stat().st_size, from_cache=True, agreed="sha256")
