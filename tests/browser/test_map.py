"""The map of one run in a real browser without any network."""

from __future__ import annotations

import base64
import io
import json
import math
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from pyproj import Transformer
from rasterio.features import geometry_mask

from phusong.scenarios.maps import write_map
from phusong.scenarios.maps.mercator import view_of
from phusong.scenarios.maps.palette import rgb
from phusong.scenarios.result import RunResult

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def result(made_up_result: Callable[..., RunResult]) -> RunResult:
    return made_up_result(hostile=True)


@pytest.fixture(scope="module")
def file(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("map") / "map.html"
    write_map(result, path)
    return path


@pytest.fixture(scope="module")
def opened(file: Path, open_page: Callable[..., Any]) -> Any:
    return open_page(file)


@pytest.fixture
def page(opened: Any) -> Any:
    opened.page.keyboard.press("Escape")
    opened.page.evaluate("PS.hideCard(); PS.map.stop(); PS.home()")
    yield opened.page
    assert opened.messages == []
    assert opened.outside() == []


def test_it_opens_whole_without_a_request_or_a_message(page: Any, result: RunResult) -> None:
    assert page.evaluate("PS.drawn.hamlets") == len(result.hamlets) == 843
    assert page.evaluate("PS.drawn.stations") == len({s.site_id for s in result.coverage.sectors})
    gaps = result.gaps[result.gaps["layer"] == "any-4g"]
    assert page.evaluate("PS.drawn.gaps") == len(gaps) > 0
    assert page.evaluate("PS.drawn.labels") > 8
    expect(page.locator("#notice")).to_be_visible()
    expect(page.locator("h1")).to_have_text(result.title_vi)


def test_hostile_names_are_shown_as_text(page: Any) -> None:
    page.evaluate("() => { window.alert = () => { throw new Error('a name was run'); }; }")
    page.fill("#search", "img src onerror")
    expect(page.locator("#found li b").first).to_have_text("<img src=x onerror=alert(1)>")
    page.press("#search", "Enter")
    expect(page.locator("#card h2")).to_have_text("<img src=x onerror=alert(1)>")
    page.evaluate(
        "PS.emit('pick', {kind: 'station', at: [11.7, 106.9],"
        " index: PS.data.stations.name.findIndex(name => name.includes('</script>'))})"
    )
    expect(page.locator("#card h2")).to_have_text('"</script><script>alert(1)</script>')
    assert page.locator("#stage img[src=x]").count() == 0


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hoa lu loc thanh", "Hoa Lư"),
        ("HOA LƯ", "Hoa Lư"),
        (unicodedata.normalize("NFD", "Suối Thôn"), "Ấp Suối Thôn"),
        ("dak o", "Xã Đak Ơ"),
        (unicodedata.normalize("NFD", "Đak Ơ"), "Xã Đak Ơ"),
        ("ap 01 loc dien", "Ấp 1 Lộc Điền"),
        ("kp an luong", "Khu phố An Lương"),
    ],
)
def test_search_minds_neither_accents_nor_order(page: Any, typed: str, found: str) -> None:
    page.fill("#search", typed)
    assert found in page.locator("#found li b").all_inner_texts()[:3]


def test_search_that_has_no_full_match_gives_the_nearest(page: Any) -> None:
    page.fill("#search", "ap 1 loc thanh")
    assert "Lộc Thành" in page.locator("#found li").first.inner_text()  # it has a hamlet "Tà tê 1"
    page.fill("#search", "ap 1 loc thanh binh")
    assert page.locator("#found li small").count() > 0
    page.fill("#search", "zzzz qqqq")
    expect(page.locator("#found li")).to_have_text(["Không thấy nơi nào có tên này"])
    page.fill("#search", "11,75 106,9")
    page.press("#search", "Enter")
    expect(page.locator("#card")).to_contain_text("X 1.299.493 · Y 570.650")
    page.fill("#search", "")


def test_a_click_gives_the_runs_own_numbers(page: Any, result: RunResult) -> None:
    grid, layer = result.coverage.grid, result.coverage.layers["any-4g"]
    lon, lat = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(
        grid.x_m()[110], grid.y_m()[120]
    )
    value = page.evaluate(f"PS.valueAt({lat}, {lon})")
    assert value["dbm"] == math.floor(layer.rsrp_dbm[120, 110])
    assert value["sector"] == layer.best_server[120, 110]
    page.evaluate(f"PS.emit('pick', {{kind: 'cell', at: [{lat}, {lon}]}})")
    expect(page.locator("#cell-level")).to_contain_text(str(abs(value["dbm"])))
    site = result.coverage.sectors[value["sector"]].site_id
    names = result.province.sites.set_index("site_id")["name"]
    expect(page.locator("#card")).to_contain_text(names[site])


def test_every_number_of_the_page_is_the_runs(page: Any, result: RunResult) -> None:
    grid = result.coverage.grid
    view = view_of(grid)
    inside = geometry_mask(
        [result.province.outline], out_shape=grid.shape, transform=grid.affine, invert=True
    )
    for key, layer in result.coverage.layers.items():
        levels, servers = page.evaluate(
            "key => PS.numbers(PS.run(), PS.run().layer[key]).then(n => [[...n.levels], [...n.servers]])", key
        )
        known = inside & ~np.isnan(layer.rsrp_dbm)
        expected = np.where(known, np.floor(layer.rsrp_dbm) + 161, 0)
        assert (np.array(levels) == view.take(expected, outside=0).ravel()).all()
        expected = np.where(inside, layer.best_server + 1, 0)
        assert (np.array(servers) == view.take(expected, outside=0).ravel()).all()
    people = page.evaluate("PS.grid(PS.data.people).then(g => [...g.values])")
    where = view_of(result.province.population.grid)
    expected = np.rint(np.nan_to_num(result.province.population.values))
    assert (np.array(people) == where.take(expected, outside=0).ravel()).all()


def test_the_rasters_pixels_have_the_colours_of_the_legend(page: Any, result: RunResult) -> None:
    page.wait_for_function("() => PS.signalImages().length === 1")
    picture = Image.open(
        io.BytesIO(
            base64.b64decode(
                page.evaluate("PS.signalImages()[0].image.getElement().toDataURL().split(',')[1]")
            )
        )
    )
    seen = {colour for _, colour in picture.convert("RGBA").getcolors() if colour[3]}
    assert {f"#{r:02x}{g:02x}{b:02x}" for r, g, b, _ in seen} == set(
        page.locator("#legend-classes li").evaluate_all("items => items.map(i => i.dataset.colour)")
    )
    assert {colour[3] for colour in seen} == {255}
    # and each colour is of the class that its level lies in
    layer = result.coverage.layers["any-4g"]
    classes = page.evaluate("PS.layerOf().classes")
    view = view_of(result.coverage.grid)
    pixels = np.asarray(picture.convert("RGBA"))
    level = view.take(layer.rsrp_dbm, outside=np.nan)
    for item in classes:
        here = (pixels[:, :, :3] == rgb(item["colour"])).all(axis=2) & (pixels[:, :, 3] > 0)
        low = -np.inf if item["low"] is None else item["low"]
        high = np.inf if item["high"] is None else item["high"]
        assert here.any()
        assert ((level[here] >= low) & (level[here] < high)).all()


def test_a_click_on_the_map_opens_a_card_and_escape_closes_it(page: Any) -> None:
    page.mouse.click(700, 470)
    expect(page.locator("#card h2")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()


def test_the_gap_list_flies_to_the_largest_gap(page: Any, result: RunResult) -> None:
    gaps = result.gaps[result.gaps["layer"] == "any-4g"].sort_values("people", ascending=False)
    page.click("#tab-gaps")
    assert page.locator(".gap").first.get_attribute("data-gap") == gaps.iloc[0]["gap_id"]
    page.evaluate("() => { window.arrived = new Promise(done => PS.map.once('moveend', done)); }")
    page.locator(".gap").first.click()
    expect(page.locator("#card")).to_contain_text("km²")
    page.evaluate("window.arrived.then(() => null)")
    assert page.evaluate("PS.map.getZoom()") > 9.5
    middle = gaps.to_crs("EPSG:4326").geometry.iloc[0].representative_point()
    assert page.evaluate(f"PS.map.getBounds().contains([{middle.y}, {middle.x}])")
    page.click("#tab-layers")


def test_every_layer_can_be_switched_off_and_on(page: Any) -> None:
    drawn = "[PS.drawn.hamlets, PS.drawn.gaps, PS.drawn.stations, PS.drawn.labels].map(n => n > 0)"
    boxes = [
        "show-hamlets",
        "show-gaps",
        "show-mobifone",
        "show-vnpt",
        "show-viettel",
        "show-relief",
        "show-roads",
        "show-labels",
    ]
    for box in boxes:
        page.uncheck(f"#{box}")
    assert page.evaluate(drawn) == [False, False, False, False]
    assert page.evaluate("PS.drawn.relief") is False
    for box in boxes:
        page.check(f"#{box}")
    assert page.evaluate(drawn) == [True, True, True, True]
    for view in ("none", "server", "signal"):
        page.check(f"input[name=view][value={view}]", force=True)
        page.wait_for_function(f"() => PS.signalImages().length === {0 if view == 'none' else 1}")
    for layer in ("viettel-4g", "any-4g"):
        page.check(f"input[name=layer][value={layer}]", force=True)
        expect(page.locator("#table caption")).to_contain_text("Viettel" if "viettel" in layer else "Tất cả")
    for units in ("unit_2025", "commune", "none", "district"):
        page.check(f"input[name=units][value={units}]")
    page.check("#show-choropleth")
    expect(page.locator("#legend")).to_contain_text("Dân có sóng")
    page.uncheck("#show-choropleth")


def test_the_opacity_slider_changes_the_raster(page: Any) -> None:
    page.locator("#opacity").fill("35")
    page.wait_for_function("() => PS.signalImages()[0].image.getElement().style.opacity === '0.35'")
    page.locator("#opacity").fill("75")


def test_the_legend_has_the_classes_of_the_raster(page: Any) -> None:
    shown = page.locator("#legend-classes li").evaluate_all("items => items.map(i => i.dataset.colour)")
    assert shown == page.evaluate("PS.layerOf().classes.map(c => c.colour).reverse()")


def test_the_language_is_switched_in_the_page(page: Any, result: RunResult) -> None:
    page.click("#lang")
    expect(page.locator("h1")).to_have_text(result.title_en)
    assert page.evaluate("document.documentElement.lang") == "en"
    expect(page.locator("#legend > summary")).to_have_text("Legend")
    vietnamese = page.evaluate("Object.keys(JSON.parse(PS.$('strings').textContent).vi).sort().join()")
    assert vietnamese == page.evaluate(
        "Object.keys(JSON.parse(PS.$('strings').textContent).en).sort().join()"
    )
    page.click("#lang")
    expect(page.locator("h1")).to_have_text(result.title_vi)


def test_the_table_sorts_as_vietnamese_does(page: Any) -> None:
    # the order of the Vietnamese alphabet, tones second, numbers by value
    golden = ["An Lộc", "Ăn", "Ân Phú", "Ấp 1", "Ấp 2", "Ấp 10", "Bù Đăng", "Bù Gia Mập", "Dân Chủ", "Đa Kia"]
    assert page.evaluate(f"{json.dumps(sorted(golden))}.sort(PS.collator.compare)") == golden
    page.click("#table thead th:nth-child(5) button")
    people = page.locator("#table tbody tr td:nth-child(5)").all_inner_texts()
    values = [int(text.replace(".", "")) for text in people]
    assert values == sorted(values, reverse=True)
    page.select_option("#level-filter", "0")
    count = page.evaluate("PS.run().hamlets.layers['any-4g'].level.filter(l => l === 0).length")
    expect(page.locator("#rows-shown")).to_contain_text(f" {count}")
    page.select_option("#level-filter", "")


def test_profile_measure_and_permalink(page: Any, file: Path, open_page: Callable[..., Any]) -> None:
    page.evaluate(
        "PS.emit('pick', {kind: 'hamlet', index: 5, at: [PS.data.hamlets.lat[5], PS.data.hamlets.lon[5]]})"
    )
    page.click("#open-profile")
    expect(page.locator("#profile svg .ray")).to_be_visible()
    expect(page.locator("#profile")).to_contain_text("Fresnel")
    page.keyboard.press("Escape")
    page.click("#tool-measure")
    page.mouse.click(600, 400)
    page.mouse.click(700, 400)
    expect(page.locator(".measured")).to_contain_text("km")
    page.click("#tool-measure")
    page.evaluate(
        "PS.map.setView([11.6, 106.9], 12, {animate: false}); PS.set({layer: 'viettel-4g', opacity: 0.5})"
    )
    link = page.evaluate("location.hash")
    page.evaluate("PS.set({layer: 'any-4g', opacity: 0.75})")
    other = open_page(file, link=link)
    assert other.page.evaluate("[PS.map.getZoom(), PS.state.layer, PS.state.opacity]") == [
        12,
        "viettel-4g",
        0.5,
    ]
    assert other.page.evaluate("PS.map.distance(PS.map.getCenter(), [11.6, 106.9])") < 20


def test_downloads_are_what_they_say(page: Any, result: RunResult) -> None:
    def saved(key: str) -> bytes:
        page.click("#tool-save")
        with page.expect_download() as download:
            page.click(f"#{key}")
        return Path(download.value.path()).read_bytes()

    assert saved("save-png").startswith(b"\x89PNG")
    table = saved("save-hamlets").decode("utf-8-sig").splitlines()
    assert len(table) == 1 + len(result.hamlets)
    assert any(line.startswith("\"'=HYPERLINK") for line in table)
    places = json.loads(saved("save-hamlets-geojson"))
    assert len(places["features"]) == len(result.hamlets)
    gaps = json.loads(saved("save-gaps-geojson"))
    assert len(gaps["features"]) == (result.gaps["layer"] == "any-4g").sum()


@pytest.mark.parametrize("width", [1400, 390])
def test_axe_finds_no_serious_fault(file: Path, open_page: Callable[..., Any], axe: str, width: int) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    opened = open_page(file, **(phone if width == 390 else {}))
    if width == 390:
        opened.page.tap("#sheet")
    opened.page.evaluate("PS.emit('pick', {kind: 'cell', at: [11.75, 106.9]})")
    opened.page.wait_for_selector("#card h2")
    opened.page.evaluate(axe)
    faults = opened.page.evaluate(
        "axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
        ".map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 120))]))"
    )
    assert faults == []


def test_on_a_phone_everything_can_be_reached_with_a_finger(
    file: Path, open_page: Callable[..., Any]
) -> None:
    opened = open_page(file, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("PS.drawn.hamlets") == 843
    page.tap("#sheet")
    small = page.evaluate(
        "[...document.querySelectorAll('#panel button, #panel .check, #panel .choice, #tools button')]"
        ".filter(e => e.offsetParent).map(e => [e.id || e.textContent, e.getBoundingClientRect()])"
        ".filter(([, r]) => r.width && (r.height < 24 || r.width < 24)).map(([n]) => n)"
    )
    assert small == []  # WCAG 2.2, 2.5.8: 24 px at least; the main controls have 44
    page.tap("#sheet")
    page.touchscreen.tap(200, 420)
    page.wait_for_selector("#card h2")
    assert opened.messages == []
    assert opened.outside() == []
