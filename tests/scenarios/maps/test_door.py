"""What comes through the map's door is packed as it was given, and refused where the page could not draw it."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point

from phusong.scenarios.maps.door import (
    Fact,
    Mark,
    RasterLayer,
    VectorLayer,
    raster_payload,
    stacked,
    vector_payload,
)
from phusong.scenarios.maps.layers_of import layers_of
from phusong.scenarios.maps.mercator import view_of
from phusong.scenarios.result import RunResult

POINTS = gpd.GeoDataFrame(
    {"n": [1.26, np.nan], "text": ["a", None]},
    geometry=[Point(106.9, 11.7), Point(107.0, 11.6)],
    crs="EPSG:4326",
)
LAYER = VectorLayer(
    key="k",
    title=("một", "one"),
    group=("nhóm", "group"),
    table=POINTS,
    marks=(Mark(("m", "m"), "#112233"),),
    kind=[0, 0],
    facts=(Fact("n", ("số", "number"), 1), Fact("text", ("chữ", "text"))),
)


def content(layer: VectorLayer) -> dict:
    return json.loads(zlib.decompress(vector_payload(layer)["packed"]))


def test_points_are_steps_and_nothing_is_nothing() -> None:
    found = content(LAYER)
    assert found["at"] == [10_690_000, 1_170_000, 10_000, -10_000]
    assert found["facts"] == [[1.3, None], ["a", ""]]


def test_mixed_geometry_keeps_its_order() -> None:
    lines = gpd.GeoDataFrame(
        {"text": ["c"]}, geometry=[LineString([(106, 11), (106.1, 11)])], crs="EPSG:4326"
    )
    both = stacked((lines, POINTS), ("n", "text"))
    found = content(dataclasses.replace(LAYER, table=both, kind=[0, 0, 0]))
    assert found["rings"] == [
        [[10_600_000, 1_100_000, 10_000, 0]],
        [[10_690_000, 1_170_000]],
        [[10_700_000, 1_160_000]],
    ]
    assert found["facts"][1] == ["c", "a", ""]


def test_a_row_without_a_mark_is_refused() -> None:
    for kind in ([0], [0, 1], [0, -1]):
        with pytest.raises(ValueError, match="map layer k"):
            vector_payload(dataclasses.replace(LAYER, kind=kind))


def test_bounds_that_no_number_meets_are_refused(made_up_result: Callable[..., RunResult]) -> None:
    result = made_up_result()
    grid = result.coverage.grid
    view, inside = view_of(grid), np.ones(grid.shape, bool)
    layer = RasterLayer(
        key="r", title=("r", "r"), values=np.full(grid.shape, 0.5), lows=(0.5, 0.9), colours=("#000000",) * 3,
        lowest=0.0, step=0.1,
    )  # fmt: skip
    assert raster_payload(layer, view, inside)["digits"] == 1
    for wrong in (
        dataclasses.replace(layer, lows=(0.55, 0.9)),
        dataclasses.replace(layer, lows=(0.9, 0.5)),
        dataclasses.replace(layer, colours=("#000000",)),
    ):
        with pytest.raises(ValueError, match="map layer r"):
            raster_payload(wrong, view, inside)


def test_the_border_road_is_on_the_map_of_a_province_that_has_one(
    made_up_result: Callable[..., RunResult],
) -> None:
    result = made_up_result()
    layers = {layer.key: layer for layer in layers_of(result)}
    assert len(layers["border-road"].table) == len(result.stretches) > 0
    bare = dataclasses.replace(result, stretches=gpd.GeoDataFrame())
    assert "border-road" not in {layer.key for layer in layers_of(bare)}
