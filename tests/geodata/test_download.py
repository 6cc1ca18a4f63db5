"""Fetching from a server that cuts, stalls, lies and errs. The server runs here; no network is used."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from phusong.geodata import download, published_digest
from phusong.geodata.errors import InputError

DATA = bytes(range(256)) * 2000  # 512 000 bytes
SHA = hashlib.sha256(DATA).hexdigest()
SHA64 = base64.b64encode(hashlib.sha256(DATA).digest()).decode()


class Nasty(BaseHTTPRequestHandler):
    """Behaves by its path; counts what was asked of it."""

    asked: list[tuple[str, str | None]]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def _head(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def _send(self, data: bytes) -> None:
        try:
            self.wfile.write(data)
            self.wfile.flush()
        except OSError:
            pass

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append((self.path, wanted))
        calls = sum(path == self.path for path, _ in self.asked)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        match self.path:
            case "/whole":
                self._head(200, len(DATA))
                self._send(DATA)
            case "/cuts":  # 100 kB at a time, resumable
                if wanted:
                    span = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
                    self._head(206, len(DATA) - start, Content_Range=span, ETag='"v1"')
                else:
                    self._head(200, len(DATA), ETag='"v1"')
                self._send(DATA[start : start + 120_000])
            case "/no-ranges":  # cut once, and always sends the whole from the start
                self._head(200, len(DATA))
                self._send(DATA if calls > 1 else DATA[:99_999])
            case "/changed":  # the file is another one when asked to go on
                self._head(200, len(DATA), ETag=f'"v{calls}"')
                self._send(DATA if calls > 1 else b"x" * 1000)
            case "/lies-short":  # says less than it has: the rest never counts
                self._head(200, 1000)
                self._send(DATA[:1000])
            case "/lies-long":
                self._head(200, len(DATA) + 5000)
                self._send(DATA)
            case "/wrong-range":  # answers with another stretch than was asked for
                if wanted:
                    self._head(206, 10, Content_Range="bytes 0-9/10")
                    self._send(b"0123456789")
                else:
                    self._head(200, len(DATA))
                    self._send(DATA[:5000])
            case "/stalls":
                self._head(200, len(DATA))
                self._send(DATA[:50_000])
                if calls < 2:
                    threading.Event().wait(1.5)
                else:
                    self._send(DATA[50_000:])
            case "/busy":
                if calls < 3:
                    self._head(503, 0, Retry_After="7")
                else:
                    self._head(200, len(DATA))
                    self._send(DATA)
            case "/range-unhappy":
                if wanted:
                    self._head(416, 0)
                else:
                    self._head(200, len(DATA))
                    self._send(DATA)
            case "/states-right":
                self._head(200, len(DATA), Repr_Digest=f"sha-256=:{SHA64}:")
                self._send(DATA)
            case "/states-wrong":
                self._head(200, len(DATA), Repr_Digest=f"sha-256=:{SHA64}:")
                self._send(DATA[::-1])
            case "/html":
                self._head(200, 30)
                self._send(b"<html>please log in</html>    ")
            case _:
                self._head(404, 0)


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    asked: list[tuple[str, str | None]] = []
    handler = type("Handler", (Nasty,), {"asked": asked})
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}", asked
    running.shutdown()
    running.server_close()


def _fetch(url: str, target: Path, pauses: list[float], **options: object) -> download.Fetched:
    return download.fetch(url, target, sleep=pauses.append, timeout_s=0.5, **options)  # type: ignore[arg-type]


def test_a_whole_file_comes_once_and_then_from_disk(server: tuple[str, list[object]], tmp_path: Path) -> None:
    url, asked = server
    first = _fetch(f"{url}/whole", tmp_path / "a.bin", [], sha256=SHA)
    again = _fetch(f"{url}/whole", tmp_path / "a.bin", [])
    assert (first.from_cache, again.from_cache, again.sha256) == (False, True, SHA)
    assert len(asked) == 1
    assert (tmp_path / "a.bin").read_bytes() == DATA
    (tmp_path / "a.bin").write_bytes(DATA[:-1])  # damaged on disk: fetched again
    assert not _fetch(f"{url}/whole", tmp_path / "a.bin", []).from_cache


def test_cuts_are_resumed_where_they_were(server: tuple[str, list[object]], tmp_path: Path) -> None:
    url, asked = server
    pauses: list[float] = []
    assert _fetch(f"{url}/cuts", tmp_path / "a.bin", pauses).sha256 == SHA
    assert [wanted for _, wanted in asked] == [None, "bytes=120000-", "bytes=240000-", "bytes=360000-",
                                               "bytes=480000-"]  # fmt: skip
    assert pauses == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("path", ["/no-ranges", "/changed", "/stalls", "/range-unhappy"])
def test_servers_that_cannot_resume(server: tuple[str, list[object]], tmp_path: Path, path: str) -> None:
    url, _ = server
    if path == "/range-unhappy":
        (tmp_path / "a.bin.part").write_bytes(b"left over from another file")
    assert _fetch(f"{url}{path}", tmp_path / "a.bin", []).sha256 == SHA


def test_a_busy_server_says_how_long_to_wait(server: tuple[str, list[object]], tmp_path: Path) -> None:
    pauses: list[float] = []
    assert _fetch(f"{server[0]}/busy", tmp_path / "a.bin", pauses).sha256 == SHA
    assert pauses == [7.0, 7.0]


@pytest.mark.parametrize(
    ("path", "options", "match"),
    [
        ("/lies-long", {}, "không tải được"),
        ("/lies-short", {"sha256": SHA}, "sai mã kiểm tra"),
        ("/lies-short", {"size": len(DATA)}, "không tải được"),
        ("/wrong-range", {}, "không tải được"),
        ("/states-wrong", {}, "sai mã kiểm tra"),
        ("/html", {"sha256": SHA}, "sai mã kiểm tra"),
        ("/absent", {}, "404"),
    ],
)
def test_what_is_not_whole_never_takes_its_place(
    server: tuple[str, list[object]], tmp_path: Path, path: str, options: dict[str, object], match: str
) -> None:
    with pytest.raises(InputError, match=match) as caught:
        _fetch(f"{server[0]}{path}", tmp_path / "a.bin", [], tries=3, **options)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "a.bin").exists()


def test_the_servers_own_checksum_counts(server: tuple[str, list[object]], tmp_path: Path) -> None:
    assert _fetch(f"{server[0]}/states-right", tmp_path / "a.bin", []).agreed == "sha256"
    assert _fetch(f"{server[0]}/whole", tmp_path / "b.bin", []).agreed == ""


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Repr-Digest": f"sha-256=:{SHA64}:"}, ("sha256", SHA)),
        ({"Digest": f"MD5=abc,SHA-256={SHA64}"}, ("sha256", SHA)),
        ({"x-amz-checksum-sha256": SHA64}, ("sha256", SHA)),
        ({"x-amz-checksum-sha256": f"{SHA64}-7"}, None),  # of the parts, not of the file
        ({"Repr-Digest": "sha-256=:no base64:"}, None),
        ({"ETag": f'"{"a" * 32}"', "Server": "AmazonS3"}, ("md5", "a" * 32)),
        ({"ETag": f'"{"a" * 32}-7"', "Server": "AmazonS3"}, None),
        ({"ETag": f'"{"a" * 32}"', "Server": "nginx"}, None),
        (
            {"x-goog-hash": "crc32c=AAAAAA==,md5=1B2M2Y8AsgTpgAmY7PhCfg=="},
            ("md5", hashlib.md5(b"").hexdigest()),
        ),
    ],
)
def test_what_headers_state(headers: dict[str, str], expected: tuple[str, str] | None) -> None:
    assert published_digest.stated(headers) == expected


def test_a_later_call_goes_on_where_the_first_gave_up(
    server: tuple[str, list[object]], tmp_path: Path
) -> None:
    url, asked = server
    with pytest.raises(InputError, match="chạy lại"):
        _fetch(f"{url}/cuts", tmp_path / "a.bin", [], tries=2)
    assert _fetch(f"{url}/cuts", tmp_path / "a.bin", []).sha256 == SHA
    assert asked[2][1] == "bytes=240000-"


def test_no_network_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    pauses: list[float] = []
    with pytest.raises(InputError, match="có nối mạng không"):
        _fetch(f"http://127.0.0.1:{port}/x", tmp_path / "a.bin", pauses, tries=4)
    assert pauses == [1.0, 2.0, 4.0]
    with pytest.raises(InputError, match=r"http\(s\)"):
        _fetch("file:///etc/passwd", tmp_path / "a.bin", [])


def test_tiles_of_a_bounding_box() -> None:
    known = download.datasets()
    assert set(known) == {"terrain", "landcover", "population", "boundaries"}
    box = (106.4, 11.3, 107.5, 12.3)  # Bình Phước
    terrain = download.urls_for(known["terrain"], box)
    assert len(terrain) == 4
    assert terrain[0].endswith("/Copernicus_DSM_COG_10_N11_00_E106_00_DEM.tif")
    cover = download.urls_for(known["landcover"], box)
    assert [url.rsplit("_", 2)[1] for url in cover] == ["N09E105", "N12E105"]
    assert download.urls_for(known["population"], box) == [known["population"].url]
    for bad in ((107, 11, 106, 12), (0, 0, 1, 91), (-180, -90, 180, 90)):
        with pytest.raises(InputError, match="--bbox"):
            download.urls_for(known["terrain"], bad)
