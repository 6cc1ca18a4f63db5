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
from phusong.scenarios.maps import answers, build_map, render_map, to_html, write_comparison, write_map
from phusong.scenarios.maps.coordinates import vn2000
from phusong.scenarios.maps.mercator import view_of
from phusong.scenarios.maps.packing import pack_grid, pack_labels, pack_rings
from phusong.scenarios.maps.tiles import OnlineTiles
from phusong.scenarios.result import RunResult


@pytest.fixture(scope="module")
def result(made_up_result: Callable[..., RunResult]) -> RunResult:
    return made_up_result(hostile=True)


@pytest.fixture(scope="module")
def html(result: RunResult) -> str:
    return render_map(result, "vi")


@pytest.fixture(scope="module")
def coarse(result: RunResult) -> str:
    """The page of a run with too many cells to number: its classes are a picture of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "NUMBER_CELLS", 60_000)
        return render_map(result, "vi")


def data_of(html: str) -> dict[str, Any]:
    """The page's data, with bytes where it has parts."""
    match = re.search(r'(?s)<script type="application/octet-stream" id="data">(.*?)</script>', html)
    assert match
    whole = base64.b64decode(match[1])
    end = 4 + int.from_bytes(whole[:4], "little")

    def part(item: dict[str, Any]) -> Any:
        return whole[end + item["at"] :][: item["size"]] if item.keys() == {"at", "size"} else item

    data: dict[str, Any] = json.loads(zlib.decompress(whole[4:end]), object_hook=part)
    return data


def codes_of(packed: dict[str, bytes]) -> list[int]:
    rest = iter(np.frombuffer(zlib.decompress(packed["rest"]), "<u2").tolist())
    return [code if code < 255 else next(rest) for code in zlib.decompress(packed["codes"])]


def signed(codes: list[int]) -> list[int]:
    return [-(code + 1) // 2 if code % 2 else code // 2 for code in codes]


def grid_of(packed: dict[str, Any]) -> np.ndarray:
    """`pack_grid` undone, cell by cell."""
    rows, cols, bits = packed["rows"], packed["cols"], packed["bits"]
    codes = np.array(codes_of(packed)).reshape(rows, cols)
    if not packed["near"]:
        return codes
    change = np.array(signed(codes.ravel().tolist())).reshape(rows, cols)
    values = np.zeros((rows + 1, cols + 1), int)
    for row in range(rows):
        for col in range(cols):
            left, above, corner = values[row + 1, col], values[row, col + 1], values[row, col]
            middle = sorted((left, above, left + above - corner))[1]
            values[row + 1, col + 1] = (middle + change[row, col]) % (1 << bits)
    return values[1:, 1:]


def picture_of(layer: dict[str, Any]) -> Image.Image:
    return Image.open(io.BytesIO(layer["picture"])).convert("RGBA")


def test_every_colour_of_the_raster_is_in_the_legend_and_the_other_way_round(coarse: str) -> None:
    for layer in data_of(coarse)["runs"][0]["layers"]:
        pixels = np.asarray(picture_of(layer)).reshape(-1, 4)
        seen = {f"#{p[0]:02x}{p[1]:02x}{p[2]:02x}" for p in np.unique(pixels[pixels[:, 3] > 0], axis=0)}
        assert set(np.unique(pixels[:, 3])) == {0, 255}
        assert seen == {item["colour"] for item in layer["classes"]}


def test_a_known_cell_lands_within_half_a_pixel_of_its_place(
    result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "NUMBER_CELLS", 20_000)
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
    assert "picture" not in layer  # the page colours the numbers themselves
    codes = grid_of(layer["levels"])
    assert codes.shape == (numbers["rows"], numbers["cols"])
    view = view_of(result.coverage.grid)
    source = result.coverage.layers["viettel-4g"].rsrp_dbm.ravel()[np.maximum(view.cell, 0)]
    known = codes > 0
    assert known.sum() > 10_000
    assert (codes[known] - 1.0 + numbers["lowest_dbm"] == np.floor(source[known])).all()


def test_every_class_begins_at_a_whole_decibel_or_comes_as_a_picture(result: RunResult) -> None:
    coverage = result.coverage
    layers = dict(coverage.layers) | {
        "viettel-4g": dataclasses.replace(coverage.layers["viettel-4g"], threshold_dbm=-109.5)
    }
    summary = {**result.summary, "layers": []}
    halves = dataclasses.replace(
        result, coverage=dataclasses.replace(coverage, layers=layers), summary=summary
    )
    shown = {layer["key"]: layer for layer in data_of(render_map(halves))["runs"][0]["layers"]}
    assert "picture" in shown["viettel-4g"]
    assert "picture" not in shown["vnpt-4g"]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("rough", [0, 3, 70_000])
def test_packing_a_grid_is_undone_cell_by_cell(kind: type, rough: int) -> None:
    chance = np.random.default_rng(3)
    slope = np.add.outer(np.arange(40) * 5, np.arange(30) * 3)
    values = (slope + chance.integers(0, rough + 1, slope.shape)).astype(kind)
    assert (grid_of(pack_grid(values)) == values).all()


def test_smooth_ground_is_packed_by_its_neighbours_and_scattered_people_as_they_are() -> None:
    smooth = np.add.outer(np.arange(60), np.arange(60)).astype(np.uint16) + 300
    scattered = np.zeros((60, 60), np.uint16)
    scattered[::7, ::5] = 120
    assert pack_grid(smooth)["near"]
    assert not pack_grid(scattered)["near"]


def test_labels_used_lately_are_called_by_their_turn() -> None:
    areas = np.repeat(np.repeat(np.arange(600, dtype=np.uint16).reshape(20, 30), 6, axis=0), 5, axis=1)
    packed = pack_labels(areas)
    fresh = np.frombuffer(zlib.decompress(packed["fresh"]), "<u2")
    assert sorted(fresh) == list(range(1, 600))  # each once, 0 is what lies outside
    assert len(zlib.decompress(packed["inside"])) + len(zlib.decompress(packed["edge"])) == areas.size


def test_outlines_of_cells_keep_one_number_a_corner() -> None:
    square = [2, 3, 4, 0, 0, 5, -4, 0, 0, -5]
    packed = pack_rings([[square, [9, 9, 0, 2, 3, 0, 0, -2, -3, 0]], []])
    assert signed(codes_of(packed["steps"])) == [4, 5, -4, -5, 2, 3, -2, -3]
    assert signed(codes_of(packed["rings"])) == [2, 0]
    assert signed(codes_of(packed["starts"])) == [2, 3, 7, 6]
    assert zlib.decompress(packed["east"]) == bytes([0b10000000])
    slanted = pack_rings([[[0, 0, 3, 4, -3, -4]]])
    assert "east" not in slanted
    assert signed(codes_of(slanted["steps"])) == [3, 4, -3, -4]


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
    assert not grid_of(run["layers"][0]["levels"]).any()


@pytest.mark.slow
def test_the_provinces_map_at_a_hundred_metres_is_small_enough_to_send(
    made_up_result: Callable[..., RunResult],
) -> None:
    assert len(render_map(made_up_result(resolution_m=100.0)).encode()) < 6_000_000


def test_online_tiles_are_let_in_only_where_asked_for(result: RunResult, html: str) -> None:
    assert 'img-src data: blob:"' in html
    assert data_of(html)["tiles"] is None
    tiles = OnlineTiles("https://{s}.tile.example.org:8443/{z}/{x}/{y}.png", "© Example")
    chart = build_map([result], tiles=tiles)
    page = to_html(chart)
    assert 'img-src data: blob: https://*.tile.example.org:8443"' in page
    assert data_of(page)["tiles"]["attribution"] == "© Example"
    chart.add_child(folium.TileLayer("OpenStreetMap"))  # any other is still refused
    with pytest.raises(ValueError, match="without a network"):
        to_html(chart)


@pytest.mark.parametrize(
    ("url", "attribution"),
    [
        ("http://tile.example.org/{z}/{x}/{y}.png", "© E"),
        ("https://tile.example.org/{z}/{x}.png", "© E"),
        ("https://tile.example.org/{z}/{x}/{y}.png", " "),
        ("https://a.org 'unsafe-inline'/{z}/{x}/{y}.png", "© E"),
        ("https://*/{z}/{x}/{y}.png", "© E"),
    ],
)
def test_tiles_that_are_unsafe_or_unnamed_are_refused(url: str, attribution: str) -> None:
    with pytest.raises(ValueError, match="tiles need"):
        OnlineTiles(url, attribution)


def test_pictures_of_a_fine_grid_coarsen_until_they_fit_and_the_page_is_told(
    result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "NUMBER_CELLS", 8_000)

    def image_of(budget: int) -> tuple[int, int]:
        monkeypatch.setattr(answers, "PICTURE_BYTES", budget)
        run = data_of(render_map(result))["runs"][0]
        return run["image"]["coarser"], sum(len(layer["picture"]) for layer in run["layers"])

    whole, most = image_of(10_000_000)
    assert whole == 1
    part, less = image_of(most // 2)
    assert part == 2
    assert less <= most // 2
