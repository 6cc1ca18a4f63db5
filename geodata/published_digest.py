"""The checksum that a server states for what it sends, and whether what came agrees with it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path


def stated(headers: Mapping[str, str]) -> tuple[str, str] | None:
    """(algorithm, hexadecimal digest) of the whole file as the answer's headers state it; None where none does.

    Read are Repr-Digest (RFC 9530), Digest (RFC 3230), x-amz-checksum-sha256, x-goog-hash and, from Amazon's
    object store, the ETag of a file that was stored in one part, which is its MD5. Content-MD5 and
    Content-Digest speak of the part that was sent and are left alone.
    """
    for name, pattern in (
        ("Repr-Digest", r"sha-256=:([^:]+):"),
        ("Digest", r"(?i:sha-256)=([^,\s]+)"),
        ("x-amz-checksum-sha256", r"^([A-Za-z0-9+/]{43}=)$"),  # of parts: ends with -n, not of the file
    ):
        if (found := re.search(pattern, headers.get(name) or "")) and (digest := _hex(found[1], 32)):
            return "sha256", digest
    if (found := re.search(r"md5=([^,\s]+)", headers.get("x-goog-hash") or "")) and (
        digest := _hex(found[1], 16)
    ):
        return "md5", digest
    tag = re.fullmatch(r'"([0-9a-f]{32})"', headers.get("ETag") or "")
    encrypted = (headers.get("x-amz-server-side-encryption") or "AES256") != "AES256"  # its ETag is no MD5
    if tag and headers.get("Server") == "AmazonS3" and not encrypted:
        return "md5", tag[1]
    return None


def digest_of(path: Path, algorithm: str) -> str:
    """Hexadecimal digest of a file; `algorithm` as hashlib names it."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def _hex(text: str, size: int) -> str | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == size else None
