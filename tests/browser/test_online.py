"""Tiles from the network: an offer of the scenario, off until its reader turns it on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from phusong.scenarios.maps import write_map
from phusong.scenarios.maps.tiles import OnlineTiles
from phusong.scenarios.result import RunResult

pytestmark = pytest.mark.browser


def test_nothing_is_asked_for_until_the_reader_turns_tiles_on(
    made_up_result: Callable[..., RunResult], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    tiles = OnlineTiles("https://tile.example.org/{z}/{x}/{y}.png", "© Example <b>maps</b>")
    write_map(made_up_result(), tmp_path / "map.html", tiles=tiles)
    opened = open_page(tmp_path / "map.html")
    page = opened.page
    assert opened.outside() == []
    assert "Example" not in page.locator("#attribution").inner_text()
    page.route(
        "https://tile.example.org/**",
        lambda route: route.fulfill(body=TILE, content_type="image/png"),
    )
    page.check("#show-online")
    expect(page.locator(".leaflet-tiles-pane img").first).to_be_attached()
    expect(page.locator("#attribution")).to_contain_text("© Example <b>maps</b>")
    page.wait_for_function("() => document.querySelector('.leaflet-tile-loaded')")
    assert {url.split("/")[2] for url in opened.outside()} == {"tile.example.org"}
    page.uncheck("#show-online")
    assert page.locator(".leaflet-tiles-pane img").count() == 0
    assert opened.messages == []


def test_a_map_without_tiles_has_no_such_switch(
    made_up_result: Callable[..., RunResult], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    write_map(made_up_result(), tmp_path / "map.html")
    assert open_page(tmp_path / "map.html").page.locator("#show-online").count() == 0


TILE = bytes.fromhex(  # one grey pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63686868"
    "0000030401814bd3d2100000000049454e44ae426082"
)
