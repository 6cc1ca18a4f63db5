"""QGIS styles inside a GeoPackage: whoever opens gaps.gpkg sees the map's colours and classes at once.

The table `layer_styles` is where QGIS keeps a layer's default style; its QML is what QGIS 3.22 and newer write for
simple, categorised and graduated symbols.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import quoteattr

from phusong.scenarios.maps.palette import LEVEL_COLOURS, SHARE_COLOURS, SHARE_EDGES, rgb
from phusong.scenarios.report.words import words
from phusong.scenarios.wording import number, percent

FIXED_TIME = "2000-01-01T00:00:00.000Z"  # the same run must give the same bytes
RED, ORANGE, TEAL, PLUM = "#b1101a", "#d97a1f", "#1f6f78", "#7a1f6b"
MAST_EDGES = (100, 500, 1000)  # people who lose service with a mast
_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_LAYER = {"fill": "SimpleFill", "line": "SimpleLine", "marker": "SimpleMarker"}
Words = tuple[str, str]  # Vietnamese, English


@dataclass(frozen=True, slots=True)
class Symbol:
    """One way of drawing and one line of the legend; `options` are QGIS's own names, colours as #rrggbb."""

    kind: Literal["fill", "line", "marker"]
    options: Mapping[str, str]
    label: str = ""
    value: str | tuple[float, float] = (
        ""  # of a category; lower and upper bound of a range; "" for all others
    )


def style_geopackage(path: Path, *, lang: str = "vi") -> None:
    """Store a default QGIS style for every layer of gaps.gpkg inside it."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
            "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), "
            "f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
            "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"
        )
        file.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            (FIXED_TIME,),
        )
        for table, qml in styles(lang).items():
            row = file.execute(
                "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
            ).fetchone()
            if row is not None:
                file.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
                    "f_geometry_column, styleName, styleQML, useAsDefault, description, owner, update_time) "
                    "VALUES ('', '', ?, ?, 'phusong', ?, 1, 'phusong', 'phusong', ?)",
                    (table, row[0], qml, FIXED_TIME),
                )


def styles(lang: str) -> dict[str, str]:
    """QML for each layer that a run's GeoPackage may have."""

    def say(both: Words) -> str:
        return both[0] if lang == "vi" else both[1]

    met = {"true": ("đạt", "met"), "false": ("chưa đạt", "not met")}
    air = {"true": ("phát trong lần chạy này", "on air in this run"), "false": ("không phát", "not on air")}
    road = {
        "silent": (RED, ("không có sóng", "no signal")),
        "one_server": (ORANGE, ("chỉ một trạm tới", "one station only")),
        "served": (TEAL, ("từ hai trạm", "two stations or more")),
    }
    other = {
        "indoor": ("#ef8f00", "f_diagonal", ("chỉ thiếu trong nhà", "lacking indoors only")),
        "capacity": ("#5e548e", "cross", ("quá tải giờ cao điểm", "overloaded in the busy hour")),
    }
    return {
        "gaps": _single(_hatch(RED, "b_diagonal")),
        "other_gaps": _categories(
            "kind", [_hatch(colour, how, say(told), kind) for kind, (colour, how, told) in other.items()]
        ),
        "border": _categories(
            "state",
            [
                Symbol("line", {"line_color": colour, "line_width": "0.9"}, say(told), state)
                for state, (colour, told) in road.items()
            ],
        ),
        "border_stations": _categories(
            "on_air",
            [
                _point(PLUM if on == "true" else "#ffffff", "square", 2.6, say(told), on, PLUM)
                for on, told in air.items()
            ],
            kind="bool",
        ),
        "target_places": _categories(
            "met",
            [_point(TEAL if on == "true" else RED, "circle", 3.0, say(told), on) for on, told in met.items()],
            kind="bool",
        ),
        "masts": _ranges("people_lost", _masts(lang)),
        "backed": _ranges("backed_share", _shares(lang)),
        "hamlets": _categories("service_level", _levels(lang)),
    }


def _levels(lang: str) -> list[Symbol]:
    """Hamlets in the map's colours and shapes: the worse, the larger."""
    shapes = {
        "none": ("diamond", 3.4),
        "outdoor": ("square", 2.6),
        "in_car": ("circle", 2.2),
        "indoor": ("circle", 1.9),
    }
    say = words(lang)
    return [
        _point(colour, *shapes[level], say(f"level_{level}"), level)
        for level, colour in LEVEL_COLOURS.items()
    ]


def _masts(lang: str) -> list[Symbol]:
    edges = [0.0, *(float(edge) for edge in MAST_EDGES), 1e9]
    looks = (("#d5dde2", 1.4), ("#f2c14e", 2.2), (ORANGE, 3.2), (RED, 4.4))
    return [
        _point(colour, "triangle", size, _between(low, high, lambda v: number(v, lang)), (low, high))
        for (low, high), (colour, size) in zip(pairwise(edges), looks, strict=True)
    ]


def _shares(lang: str) -> list[Symbol]:
    edges = [0.0, *SHARE_EDGES, 1.000001]
    return [
        Symbol(
            "fill",
            {"color": colour, "style": "solid", "outline_color": "#33444f", "outline_width": "0.2"},
            _between(low, high, lambda v: percent(v, lang, digits=0)),
            (low, high),
        )
        for (low, high), colour in zip(pairwise(edges), SHARE_COLOURS, strict=True)
    ]


def _between(low: float, high: float, say: Callable[[float], str]) -> str:
    if low == 0:
        return f"< {say(high)}"
    return f"≥ {say(low)}" if high in (1e9, 1.000001) else f"{say(low)} … {say(high)}"


def _hatch(colour: str, how: str, label: str = "", value: str = "") -> Symbol:
    """Slanted lines within an outline, as on the map."""
    options = {"color": colour, "style": how, "outline_color": colour, "outline_width": "0.4"}
    return Symbol("fill", options, label, value)


def _point(
    colour: str,
    shape: str,
    size: float,
    label: str,
    value: str | tuple[float, float],
    edge: str = "#1f3540",
) -> Symbol:
    options = {
        "color": colour,
        "name": shape,
        "outline_color": edge,
        "outline_width": "0.2",
        "size": f"{size}",
    }
    return Symbol("marker", options, label, value)


def _single(symbol: Symbol) -> str:
    return _qml('type="singleSymbol"', "", [symbol])


def _categories(column: str, symbols: Sequence[Symbol], *, kind: str = "string") -> str:
    rows = "".join(
        f'<category symbol="{n}" value={quoteattr(str(one.value))} type="{kind}" '
        f'label={quoteattr(one.label)} render="true"/>'
        for n, one in enumerate(symbols)
    )
    return _qml(f'type="categorizedSymbol" attr="{column}"', f"<categories>{rows}</categories>", symbols)


def _ranges(column: str, symbols: Sequence[Symbol]) -> str:
    rows = "".join(
        f'<range symbol="{n}" lower="{one.value[0]:.6f}" upper="{one.value[1]:.6f}" '
        f'label={quoteattr(one.label)} render="true"/>'
        for n, one in enumerate(symbols)
        if isinstance(one.value, tuple)
    )
    head = f'type="graduatedSymbol" attr="{column}" graduatedMethod="GraduatedColor"'
    return _qml(head, f"<ranges>{rows}</ranges>", symbols)


def _qml(renderer: str, classes: str, symbols: Sequence[Symbol]) -> str:
    drawn = "".join(
        f'<symbol type="{one.kind}" name="{n}" alpha="1" clip_to_extent="1">'
        f'<layer class="{_LAYER[one.kind]}" enabled="1" locked="0" pass="0"><Option type="Map">'
        + "".join(
            f'<Option type="QString" name="{key}" value="{_qgis(value)}"/>'
            for key, value in one.options.items()
        )
        + "</Option></layer></symbol>"
        for n, one in enumerate(symbols)
    )
    return (
        f'{_HEAD}<qgis version="3.22" styleCategories="Symbology"><renderer-v2 {renderer} symbollevels="0">'
        f"{classes}<symbols>{drawn}</symbols></renderer-v2></qgis>"
    )


def _qgis(value: str) -> str:
    """A colour as QGIS writes it: red,green,blue,alpha."""
    return ",".join(map(str, (*rgb(value), 255))) if value.startswith("#") else value
