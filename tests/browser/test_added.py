"""What rooms add through the map's door, in a real browser: switches, marks, cards, rasters, links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from playwright.sync_api import expect
from pyproj import Transformer
from shapely import LineString, Point

from phusong.scenarios.maps import layers_of, write_map
from phusong.scenarios.maps.door import Fact, Mark, RasterLayer, VectorLayer
from phusong.scenarios.result import RunResult

pytestmark = pytest.mark.browser
COLOURS = ("#440154", "#31688e", "#fde725")


def _room(result: RunResult) -> Iterator[VectorLayer | RasterLayer]:
    x, y = 560_000.0, 1_290_000.0
    table = gpd.GeoDataFrame(
        {
            "name": ["<b>Điểm</b>", "Đường", "Vùng"],
            "people": [1234.4, np.nan, 7.0],
            "why": ["far", "", "near"],
        },
        geometry=[
            Point(x, y),
            LineString([(x + 2000, y), (x + 6000, y)]),
            Point(x, y + 5000).buffer(2000),
        ],
        crs="EPSG:9212",
    )
    yield VectorLayer(
        key="things",
        title=("Sự vật", "Things"),
        group=("Nhóm thử", "A trial group"),
        table=table,
        marks=(
            Mark(("điểm", "a point"), "#b1101a", "diamond"),
            Mark(("đường", "a line"), "#0b57a4", "dashes"),
            Mark(("vùng", "an area"), "#006d2c", "hatch"),
        ),
        kind=[0, 1, 2],
        name="name",
        facts=(
            Fact("people", ("Dân", "People"), 0),
            Fact("why", ("Vì", "Because"), words={"far": ("xa", "far away")}),
        ),
        notes=(("3 sự vật", "3 things"),),
    )
    share = np.linspace(0, 99.5, result.coverage.grid.cols) * np.ones((result.coverage.grid.rows, 1))
    yield RasterLayer(
        key="probability",
        title=("Xác suất có sóng", "Probability of service"),
        values=share,
        lows=(50, 90),
        colours=COLOURS,
        lowest=0,
        step=1,
        unit="%",
        of="any-4g",
    )


@pytest.fixture(scope="module")
def result(made_up_result: Callable[..., RunResult]) -> RunResult:
    return made_up_result()


@pytest.fixture(scope="module")
def file(result: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("added") / "map.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layers_of, "ROOMS", (_room,))
        write_map(result, path)
    return path


@pytest.fixture(scope="module")
def opened(file: Path, open_page: Callable[..., Any]) -> Any:
    return open_page(file)


@pytest.fixture
def page(opened: Any) -> Iterator[Any]:
    opened.page.evaluate("PS.hideCard(); PS.set({ view: 'signal', added: { things: false } })")
    yield opened.page
    assert opened.messages == []
    assert opened.outside() == []


def _at(x: float, y: float) -> list[float]:
    lon, lat = Transformer.from_crs("EPSG:9212", "EPSG:4326", always_xy=True).transform(x, y)
    return [lat, lon]


def _click(page: Any, at: list[float]) -> None:
    page.evaluate("at => PS.map.setView(at, 11, { animate: false })", at)
    spot = page.evaluate(
        "at => { const p = PS.map.latLngToContainerPoint(at), b = PS.map.getContainer().getBoundingClientRect();"
        " return [p.x + b.x, p.y + b.y]; }",
        at,
    )
    page.mouse.click(*spot)


def test_a_vector_layer_has_a_switch_marks_and_cards_for_points_lines_and_areas(page: Any) -> None:
    assert page.evaluate("PS.drawn.added") == 0
    expect(page.locator("fieldset.added legend")).to_have_text("Nhóm thử")
    page.check("#show-things")
    page.wait_for_function("() => PS.drawn.added === 3")
    expect(page.locator("#legend-body")).to_contain_text("vùng")
    expect(page.locator("fieldset.added")).to_contain_text("3 sự vật")
    _click(page, _at(560_000, 1_290_000))
    expect(page.locator("#card h2")).to_have_text("<b>Điểm</b>")
    expect(page.locator("#card")).to_contain_text("1.234")
    expect(page.locator("#card")).to_contain_text("xa")
    _click(page, _at(564_000, 1_290_030))
    expect(page.locator("#card h2")).to_have_text("Đường")
    assert "Dân" not in page.locator("#card").inner_text()
    _click(page, _at(560_500, 1_295_500))
    expect(page.locator("#card")).to_contain_text("vùng")
    page.evaluate("PS.setLang('en')")
    expect(page.locator("#card")).to_contain_text("an area")
    expect(page.locator("fieldset.added legend")).to_have_text("A trial group")
    page.evaluate("PS.setLang('vi')")
    page.uncheck("#show-things")
    page.wait_for_function("() => PS.drawn.added === 0")


def test_a_raster_layer_is_a_choice_with_a_legend_and_a_number_at_every_place(
    page: Any, result: RunResult
) -> None:
    page.check("input[name=view][value=probability]", force=True)
    page.wait_for_function("() => PS.signalImages().length === 1")
    shown = page.locator("#legend-classes li").evaluate_all("items => items.map(i => i.dataset.colour)")
    assert shown == list(reversed(COLOURS))
    expect(page.locator("#legend-body")).to_contain_text("Xác suất có sóng (%)")
    seen = page.evaluate(
        "() => { const c = PS.signalImages()[0].image.getElement(), p = c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data, s = new Set();"
        " for (let i = 0; i < p.length; i += 4) if (p[i + 3])"
        " s.add('#' + [p[i], p[i + 1], p[i + 2]].map(v => v.toString(16).padStart(2, '0')).join(''));"
        " return [...s].sort(); }"
    )
    assert seen == sorted(COLOURS)
    grid = result.coverage.grid
    at = _at(grid.x_m()[110], grid.y_m()[120])
    value = np.floor(np.linspace(0, 99.5, grid.cols)[110])
    page.evaluate("at => PS.emit('pick', { kind: 'cell', at })", at)
    expect(page.locator("#card")).to_contain_text(f"{value:.0f}\u202f%")
    page.evaluate("PS.set({ layer: 'viettel-4g' })")  # it belongs to the other layer only
    page.wait_for_function("() => PS.signalImages().length === 0")
    page.evaluate("PS.set({ layer: 'any-4g' })")


def test_a_link_brings_both_back(page: Any, file: Path, open_page: Callable[..., Any]) -> None:
    page.check("#show-things")
    page.check("input[name=view][value=probability]", force=True)
    other = open_page(file, link=page.evaluate("location.hash"))
    assert other.page.evaluate("[PS.state.view, PS.state.added.things]") == ["probability", True]
