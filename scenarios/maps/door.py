"""The map's door: what a room adds to every map, in Python alone. The page draws whatever comes through it.

**A vector layer** is a table with a geometry, some kinds of marks, and facts for the card of what is clicked:

    def masts(result: RunResult) -> Iterator[VectorLayer]:
        if result.outages is not None:
            yield VectorLayer(
                key="masts", title=("Cột then chốt", "Critical masts"), group=NETWORKS, table=points,
                marks=(Mark(("mất trên 500 người", "over 500 people"), "#b1101a", "triangle"), ...),
                kind=[0, 1, ...],                      # for each row of the table, which of the marks
                name="mast_id", facts=(Fact("people_lost", ("Dân mất sóng", "People lost")),),
            )

It gets a switch with its notes and marks in the panel, lines in the legend, a card, a place in the permalink
and in the saved picture, and its bytes are read by the page only when the switch is turned on.

**A raster layer** is numbers on the run's own grid, cut into classes:

    yield RasterLayer(
        key="probability", title=("Xác suất có sóng", "Probability of service"), of="any-4g",
        values=100 * share, unit="%", lowest=0, step=1, lows=(50, 80, 90, 95), colours=RAMP,
    )

It is one more choice beside signal level and best server, with a legend of the same classes as its colours and
its number on the card of any place that is clicked.

Either way the function's name is added to `ROOMS` in `layers_of.py`, and that is all. What a report shows comes
in by the same kind of door: `scenarios/report/sections.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from phusong.scenarios.maps.mercator import View
from phusong.scenarios.maps.packing import pack_grid, pack_json
from phusong.scenarios.maps.shapes import STEP, in_degrees, rings_of_each

Words = tuple[str, str]  # Vietnamese, English
Symbol = Literal[
    "dot", "ring", "square", "box", "diamond", "triangle", "wedge", "line", "dashes", "area", "hatch"
]


@dataclass(frozen=True, slots=True)
class Mark:
    """One way of drawing rows and one line of the legend. A wedge needs the layer's `azimuth`."""

    label: Words
    colour: str  # #rrggbb
    symbol: Symbol = "dot"
    from_zoom: float = 0.0  # not drawn from farther away (8 the province, 11 a commune, 13 a hamlet)
    size: float = 1.0  # of a point, times the usual


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card: a column's value, as a number with `digits` and `unit`, or as text.

    `words` puts codes into words; a code that it lacks is shown as it is.
    """

    column: str
    label: Words
    digits: int | None = None  # None: text
    unit: str = ""
    words: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VectorLayer:
    """Points, lines or areas with a switch of their own. `table` may have any CRS and any geometry, mixed too."""

    key: str  # a short name for links and programs: letters, digits, hyphens
    title: Words
    group: Words  # layers of one group stand together in the panel
    table: gpd.GeoDataFrame
    marks: tuple[Mark, ...]
    kind: Sequence[int] | NDArray[np.integer]
    name: str | None = None  # the column that heads a card; else the layer's title does
    facts: tuple[Fact, ...] = ()
    notes: tuple[Words, ...] = ()
    of: str | None = None  # a column with keys of the run's layers: shown are the rows of the network chosen
    azimuth: str | None = None  # a column with degrees clockwise from north, for wedges
    shown: bool = False  # from the beginning


@dataclass(frozen=True, slots=True)
class RasterLayer:
    """Numbers on the run's grid, NaN where there is none, coloured by class.

    The page keeps `lowest` + n * `step`, rounded down, for n below 255; every bound in `lows` must be one of these
    numbers, so that number and colour agree. `colours` has one more than `lows`, for what lies below them all.
    """

    key: str
    title: Words
    values: NDArray[np.floating]
    lows: tuple[float, ...]
    colours: tuple[str, ...]
    lowest: float
    step: float
    unit: str = ""
    of: str | None = None  # the run's layer that it belongs to; None: to all of them
    labels: tuple[Words, ...] = ()  # for each class, from the lowest
    note: Words | None = None


def vector_payload(layer: VectorLayer) -> dict[str, Any]:
    """The layer as the page reads it. ValueError for a row whose kind is none of the marks."""
    kind = np.asarray(layer.kind, np.int64)
    if len(kind) != len(layer.table) or (len(kind) and not 0 <= kind.min() <= kind.max() < len(layer.marks)):
        raise ValueError(f"map layer {layer.key}: every row needs the number of one of its marks")
    table = layer.table
    content: dict[str, Any] = {
        "kind": kind.tolist(),
        "facts": [_values(table[fact.column], fact) for fact in layer.facts],
        **_shapes(in_degrees(table.geometry, str(table.crs))),
    }
    for name, column in (("name", layer.name), ("of", layer.of)):
        if column is not None:
            content[name] = [value if isinstance(value, str) else "" for value in table[column]]
    if layer.azimuth is not None:
        content["azimuth"] = table[layer.azimuth].round().astype(int).tolist()
    return {
        "key": layer.key,
        "title": said(layer.title),
        "group": said(layer.group),
        "notes": [said(note) for note in layer.notes],
        "shown": layer.shown,
        "marks": [
            {"label": said(mark.label), "colour": mark.colour, "symbol": mark.symbol, "from": mark.from_zoom}
            | ({"size": mark.size} if mark.size != 1.0 else {})
            for mark in layer.marks
        ],
        "facts": [
            {"label": said(fact.label), "digits": fact.digits, "unit": fact.unit}
            | {"words": {code: said(words) for code, words in fact.words.items()}}
            for fact in layer.facts
        ],
        "packed": pack_json(content),
    }


def raster_payload(layer: RasterLayer, seen: View, inside: NDArray[np.bool_]) -> dict[str, Any]:
    """The layer as the page reads it, in the view `seen`. ValueError where bounds and steps do not agree."""
    steps = (np.array(layer.lows) - layer.lowest) / layer.step
    if (
        len(layer.colours) != len(layer.lows) + 1
        or not np.allclose(steps, np.rint(steps))
        or (np.diff(steps) <= 0).any()
    ):
        raise ValueError(
            f"map layer {layer.key}: bounds must rise by whole steps, with one more colour than bounds"
        )
    code = np.floor((layer.values - layer.lowest) / layer.step + 1e-6)
    known = inside & np.isfinite(layer.values)
    code = np.where(known, np.clip(np.nan_to_num(code), 0, 254) + 1, 0).astype(np.uint8)
    edges = [None, *layer.lows, None]
    labels: list[dict[str, str] | None] = [said(label) for label in layer.labels]
    labels = labels or [None] * len(layer.colours)
    return {
        "key": layer.key,
        "title": said(layer.title),
        "of": layer.of,
        "unit": layer.unit,
        "lowest": layer.lowest,
        "step": layer.step,
        "digits": max(0, -math.floor(math.log10(layer.step) + 1e-9)),
        "note": said(layer.note) if layer.note else None,
        "classes": [
            {"low": low, "high": high, "colour": colour, "label": label}
            for low, high, colour, label in zip(edges[:-1], edges[1:], layer.colours, labels, strict=True)
        ],
        "codes": pack_grid(np.asarray(seen.take(code, outside=0), np.uint8)),
        "bounds": seen.latlon_bounds(),
    }


def stacked(tables: Sequence[gpd.GeoDataFrame], columns: Sequence[str]) -> gpd.GeoDataFrame:
    """One table of several, with these columns only, empty where a table has no such column."""
    found = {
        name: np.concatenate(
            [
                table[name].to_numpy(object) if name in table else np.full(len(table), np.nan, object)
                for table in tables
            ]
        )
        for name in columns
    }
    geometry = [shape for table in tables for shape in table.geometry]
    return gpd.GeoDataFrame(found, geometry=geometry, crs=next(t.crs for t in tables if t.crs is not None))


def said(words: Words) -> dict[str, str]:
    """Both languages, by name."""
    return {"vi": words[0], "en": words[1]}


def _values(column: Any, fact: Fact) -> list[Any]:
    if fact.digits is None:
        return [value if isinstance(value, str) else "" for value in column]
    whole = fact.digits == 0
    return [
        (round(value) if whole else round(value, fact.digits)) if math.isfinite(value) else None
        for value in column.astype(float)
    ]


def _shapes(shapes: list[Any]) -> dict[str, Any]:
    """`at`: steps from point to point; where not all are points, `rings` of each shape, a point as one of one."""
    if all(shape.geom_type == "Point" for shape in shapes):
        whole = np.rint(shapely.get_coordinates(shapes).reshape(-1, 2) / STEP).astype(np.int64)
        return {"at": np.diff(whole, axis=0, prepend=0).ravel().tolist()}
    points = {n: shape for n, shape in enumerate(shapes) if shape.geom_type == "Point"}
    rings = rings_of_each([shape for n, shape in enumerate(shapes) if n not in points])
    others = iter(rings)
    return {
        "rings": [
            [[round(points[n].x / STEP), round(points[n].y / STEP)]] if n in points else next(others)
            for n in range(len(shapes))
        ]
    }
