"""The written page: its own network, its pixels' places and colours, the same bytes, whole files."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pytest
from folium.plugins import MiniMap
from PIL import Image
from pyproj import Transformer

from phusong.coverage.coverage_map import CoverageMap
from phusong.geodata.grid import Grid
from phusong.scenarios.maps import build_map, render_map, to_html, write_comparison, write_map
from phusong.scenarios.maps.coordinates import vn2000
from phusong.scenarios.maps.mercator import view_of
from phusong.scenarios.maps.pictures import packed
from phusong.scenarios.result import RunResult


@pytest.fixture(scope="module")
def result(made_up_result: Callable[..., RunResult]) -> RunResult:
    return made_up_result(hostile=True)


@pytest.fixture(scope="module")
def html(result: RunResult) -> str:
    return render_map(result, "vi")


def data_of(html: str) -> dict[str, Any]:
    match = re.search(r'(?s)<script type="application/json" id="data">(.*?)</script>', html)
    assert match
    data: dict[str, Any] = json.loads(match[1])
    return data


def picture_of(layer: dict[str, Any]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(layer["picture"]))).convert("RGBA")


def test_every_colour_of_the_raster_is_in_the_legend_and_the_other_way_round(html: str) -> None:
    for layer in data_of(html)["runs"][0]["layers"]:
        pixels = np.asarray(picture_of(layer)).reshape(-1, 4)
        seen = {f"#{p[0]:02x}{p[1]:02x}{p[2]:02x}" for p in np.unique(pixels[pixels[:, 3] > 0], axis=0)}
        assert set(np.unique(pixels[:, 3])) == {0, 255}
        assert seen == {item["colour"] for item in layer["classes"]}


def test_a_known_cell_lands_within_half_a_pixel_of_its_place(result: RunResult) -> None:
    grid = result.coverage.grid
    layer = result.coverage.layers["any-4g"]
    for row, col in ((60, 90), (120, 150), (150, 60)):
        level = np.full(grid.shape, -130.0, np.float32)
        level[row, col] = -50.0
        marked = dataclasses.replace(layer, rsrp_dbm=level)
        coverage = dataclasses.replace(result.coverage, layers={"any-4g": marked})
        run = data_of(render_map(dataclasses.replace(result, coverage=coverage)))["runs"][0]
        shown = run["layers"][0]
        picture = np.asarray(picture_of(shown))
        colour = tuple(int(shown["classes"][-1]["colour"][k : k + 2], 16) for k in (1, 3, 5))
        at = np.argwhere((picture[:, :, :3] == colour).all(axis=2) & (picture[:, :, 3] > 0))
        assert len(at) > 0
        found_row, found_col = at.mean(axis=0) + 0.5

        to_page = Transformer.from_crs(grid.crs, "EPSG:3857", always_xy=True)
        x, y = to_page.transform(grid.x_m()[col], grid.y_m()[row])
        (south, west), (north, east) = run["image"]["bounds"]
        corner = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
        (left, bottom), (right, top) = corner.transform(west, south), corner.transform(east, north)
        # half a pixel of the run's raster, whose side the page's own, slightly finer pixels divide
        latitude = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(
            grid.x_m()[col], grid.y_m()[row]
        )[1]
        turned = 1.02  # the meridian convergence turns the cell by less than a degree
        half = 0.5 * grid.cell_m / np.cos(np.radians(latitude)) * turned
        assert abs(left + found_col / picture.shape[1] * (right - left) - x) <= half
        assert abs(top - found_row / picture.shape[0] * (top - bottom) - y) <= half


def test_no_cell_falls_between_two_pixels() -> None:
    grid = Grid("EPSG:9212", west_m=520_000, north_m=1_360_000, cell_m=100, rows=300, cols=280)
    shown = np.unique(view_of(grid).cell)
    assert len(shown[shown >= 0]) == grid.rows * grid.cols


def test_numbers_on_the_page_are_those_of_the_run_rounded_down(result: RunResult, html: str) -> None:
    run = data_of(html)["runs"][0]
    layer = next(item for item in run["layers"] if item["key"] == "viettel-4g")
    numbers = run["numbers"]
    flat = np.frombuffer(zlib.decompress(base64.b64decode(layer["levels"])), np.uint8)
    codes = np.cumsum(flat.reshape(numbers["rows"], numbers["cols"]), axis=0, dtype=np.uint8)
    view = view_of(result.coverage.grid)
    source = result.coverage.layers["viettel-4g"].rsrp_dbm.ravel()[np.maximum(view.cell, 0)]
    known = codes > 0
    assert known.sum() > 10_000
    assert (codes[known] - 1.0 + numbers["lowest_dbm"] == np.floor(source[known])).all()


def test_packing_sixteen_bits_is_undone_by_adding_up() -> None:
    values = np.random.default_rng(3).integers(0, 65536, (40, 30)).astype(np.uint16)
    flat = np.frombuffer(zlib.decompress(base64.b64decode(packed(values))), np.uint8)
    low, high = flat.reshape(2, 40, 30).astype(np.uint16)
    assert (np.cumsum(low | (high << 8), axis=0, dtype=np.uint16) == values).all()


def test_vn2000_is_the_provinces_own_and_right_to_a_centimetre() -> None:
    bounds = [[11.3, 106.4], [12.3, 107.5]]
    from phusong.scenarios.maps.coordinates import _terms

    for crs in ("EPSG:9212", "EPSG:32648"):  # where the run is not in VN-2000 the zone is found by place
        there = vn2000(crs, bounds)
        assert there["epsg"] == 9212
        terms = _terms(np.array(106.9 - there["lon0"]), np.array(11.75 - there["lat0"]))
        # golden values: PROJ 9.x, EPSG:9212 of 106.9 E 11.75 N
        assert terms @ np.array(there["east"]) == pytest.approx(570650.042, abs=0.01)
        assert terms @ np.array(there["north"]) == pytest.approx(1299493.303, abs=0.01)


def test_the_page_asks_the_network_for_nothing(html: str) -> None:
    markup = re.sub(r"(?s)<script\b[^>]*>.*?</script>", "", html)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?!data:|#)\w""", markup)
    assert "default-src 'none'" in html


def test_anything_that_would_need_the_network_is_refused(result: RunResult) -> None:
    for stranger in (folium.TileLayer("OpenStreetMap"), MiniMap(tile_layer="OpenStreetMap")):
        chart = build_map([result])
        chart.add_child(stranger)
        with pytest.raises(ValueError, match="without a network"):
            to_html(chart)


def test_a_researchers_own_folium_layer_is_carried_inside(result: RunResult) -> None:
    chart = build_map([result])
    folium.CircleMarker([11.75, 106.9], radius=40, color="#123456").add_to(chart)
    assert '"color": "#123456"' in to_html(chart)


def test_hostile_names_cannot_end_the_script_that_holds_them(html: str) -> None:
    assert "<img src=x" not in html
    assert "alert(1)</script>" not in html
    data = data_of(html)
    assert "<img src=x onerror=alert(1)>" in data["hamlets"]["name"]
    assert '"</script><script>alert(1)</script>' in data["stations"]["name"]


def test_the_same_run_gives_the_same_bytes(result: RunResult, html: str) -> None:
    assert render_map(result, "vi") == html


def test_a_map_that_cannot_be_made_leaves_the_old_file_whole(result: RunResult, tmp_path: Path) -> None:
    target = tmp_path / "map.html"
    target.write_text("old", "utf-8")
    with pytest.raises(ValueError, match="lang"):
        write_map(result, target, lang="fr")
    others = dataclasses.replace(result, hamlets=result.hamlets.iloc[1:])
    with pytest.raises(ValueError, match="hamlets differ"):
        write_comparison(result, others, target)
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]
    assert target.read_text("utf-8") == "old"


def test_a_layer_without_any_signal_is_drawn_as_nothing(result: RunResult) -> None:
    layer = result.coverage.layers["any-4g"]
    silent = dataclasses.replace(
        layer,
        rsrp_dbm=np.full_like(layer.rsrp_dbm, np.nan),
        best_server=np.full_like(layer.best_server, -1),
    )
    coverage = CoverageMap(result.coverage.grid, result.coverage.sectors, {"any-4g": silent}, "none")
    run = data_of(render_map(dataclasses.replace(result, coverage=coverage)))["runs"][0]
    assert np.asarray(picture_of(run["layers"][0]))[:, :, 3].max() == 0


@pytest.mark.slow
def test_the_provinces_map_at_a_hundred_metres_is_small_enough_to_send(
    made_up_result: Callable[..., RunResult],
) -> None:
    assert len(render_map(made_up_result(resolution_m=100.0)).encode()) < 6_000_000
