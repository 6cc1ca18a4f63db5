"""report.html: the run on a few A4 pages, in one file that prints and opens without a network."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment
from markupsafe import Markup

from phusong.geodata.province import Province
from phusong.scenarios.maps.answers import thresholds_of
from phusong.scenarios.maps.document import refuse_outside
from phusong.scenarios.maps.palette import SHARE_COLOURS, SHARE_EDGES, classify, rgb, signal_classes
from phusong.scenarios.report.sections import sections_of
from phusong.scenarios.report.tables import (
    Column,
    gap_rows,
    gap_table,
    headline,
    tables_of,
    worst_communes,
)
from phusong.scenarios.report.words import (
    layer_name,
    main_layer,
    title_of,
    words,
)
from phusong.scenarios.result import RunResult
from phusong.scenarios.synthetic import synthetic_of
from phusong.scenarios.wording import number, percent

GAPS_SHOWN = 20
COMMUNES_SHOWN = 20
_DIGITS = {"count": 0, "decimal": 2, "dbm": 0}


def write_report(result: RunResult, path: Path, *, lang: str = "vi") -> None:
    """Write the report of one run in `lang` ("vi" or "en")."""
    path.write_text(render_report(result, lang), encoding="utf-8", newline="\n")


def render_report(result: RunResult, lang: str = "vi") -> str:
    """The report as HTML text. ValueError for another language than Vietnamese and English."""
    if lang not in ("vi", "en"):
        raise ValueError(f"lang must be vi or en, not {lang!r}")
    say = words(lang)
    key = main_layer(result)
    layer = result.coverage.layers[key]
    name = layer_name(say, layer.operator, layer.technology)
    found = {table.key: table for table in tables_of(result, lang)}
    listed = gap_rows(result, say, key)
    gaps = gap_table(listed[:GAPS_SHOWN], lang)
    page = Environment(autoescape=True).from_string(
        (resources.files("phusong.scenarios.report") / "page.html").read_text("utf-8")
    )
    html = page.render(
        lang=lang,
        say=say,
        title=title_of(result, lang),
        province=result.province.name,
        year=result.year,
        version=version("phusong"),
        synthetic=synthetic_of(result, lang),
        layer=name,
        picture=_picture(result, key),
        classes=_legend(result, key, lang),
        figures=_figures(result, key, lang),
        headline=headline(result, lang),
        targets=found["targets"],
        districts=_districts(result, key, lang),
        gaps=gaps,
        gaps_note=say("worst_gaps_note", n=len(gaps.rows), all=len(listed), layer=name),
        communes=worst_communes(result, lang, COMMUNES_SHOWN),
        sections=list(sections_of(result, lang)),
        assumptions=found["assumptions"],
        text=lambda column, row: _text(column, row, lang),
    )
    refuse_outside(html)
    return html


def _text(column: Column, row: Any, lang: str) -> str:
    """A table's value as its readers write it."""
    value = row.get(column.key)
    kind = "count" if column.kind == "share" and row.get("kind") == "count" else column.kind
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if kind == "share":
        return percent(float(value), lang)
    if kind in _DIGITS:
        return number(float(value), lang, digits=_DIGITS[kind]).replace("-", "−")
    return str(value)


def _figures(result: RunResult, key: str, lang: str) -> list[tuple[str, str, str]]:
    """The headline: figure, between what it lies in 90 % of draws ("" where nothing was drawn), and its name."""
    say, between = words(lang), result.intervals(key)
    row = next(item for item in result.summary["layers"] if item["layer"] == key)
    total = number(len(result.hamlets), lang)

    def share(value: float) -> str:
        return percent(value, lang)

    def count(value: float) -> str:
        return number(value, lang)

    asked: list[tuple[str, str, str, Callable[[float], str]]] = [
        ("hamlets_served", "hamlets_served", "kpi_hamlets", count),
        ("population_served_share", "people_served_share", "kpi_people", share),
        ("indoor_population_share", "people_indoor_share", "kpi_indoor", share),
        ("people_in_gaps", "people_in_gaps", "kpi_gaps", count),
    ]
    found = []
    for figure, drawn, name, told in asked:
        value = told(row[figure]) + (f"/{total}" if figure == "hamlets_served" else "")
        found.append((value, " … ".join(told(one) for one in between.get(drawn, ())), say(name)))
    return found


def _districts(result: RunResult, key: str, lang: str) -> list[dict[str, Any]]:
    """Name, share served and its colour of each district, as bars."""
    units = result.units[(result.units["level"] == "district") & (result.units["layer"] == key)]
    units = units.sort_values("population_served_share", ascending=False, kind="stable")
    return [
        {
            "name": row["name"],
            "share": percent(row["population_served_share"], lang),
            "width": round(100 * row["population_served_share"], 1),
            "colour": SHARE_COLOURS[
                int(np.searchsorted(SHARE_EDGES, row["population_served_share"], "right"))
            ],
        }
        for row in units.to_dict("records")
    ]


def _legend(result: RunResult, key: str, lang: str) -> list[dict[str, str]]:
    say = words(lang)
    lines = []
    for item in reversed(signal_classes(thresholds_of(result, result.coverage.layers[key]))):
        low = f"≥ {item.low_dbm:g}" if item.low_dbm is not None else f"< {item.high_dbm:g}"
        meaning = say(f"class_{item.key}")
        lines.append({"colour": item.colour, "bounds": low.replace("-", "−"), "meaning": meaning})
    return lines


def _picture(result: RunResult, key: str) -> Markup:
    """The layer's classes with outline, districts, gaps and seats, as a PNG in a data URI."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from rasterio.features import geometry_mask

    grid, layer, province = result.coverage.grid, result.coverage.layers[key], result.province
    classes = signal_classes(thresholds_of(result, layer))
    inside = geometry_mask([province.outline], out_shape=grid.shape, transform=grid.affine, invert=True)
    codes = classify(np.where(inside, layer.rsrp_dbm, np.nan), classes)
    palette = np.array([(255, 255, 255, 0)] + [(*rgb(item.colour), 255) for item in classes], np.uint8)
    west, south, east, north = grid.bounds_m
    figure = Figure(figsize=(7.2, 7.2 * (north - south) / (east - west)), dpi=170)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.imshow(palette[codes], extent=(west, east, south, north), interpolation="nearest")
    province.water.clip(province.outline).plot(ax=axes, color="#a9cfe6", linewidth=0)
    gaps = result.gaps[result.gaps["layer"] == key]
    if len(gaps):
        gaps.plot(ax=axes, facecolor="#b1101a", edgecolor="none", alpha=0.75)
    province.districts.boundary.plot(ax=axes, color="#2b3842", linewidth=0.7)
    province.roads[province.roads["kind"] == "national"].plot(ax=axes, color="#a86a1c", linewidth=1.1)
    province.districts.dissolve().boundary.plot(ax=axes, color="#2b3842", linewidth=1.4)
    _names(axes, province)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    _scale_bar(axes, west, south, east)
    out = io.BytesIO()
    canvas.print_png(out, metadata={"Software": None})
    return Markup("data:image/png;base64,") + base64.b64encode(out.getvalue()).decode("ascii")


def _names(axes: Any, province: Province) -> None:
    from matplotlib.patheffects import withStroke

    points = province.districts.geometry.representative_point()
    for name, point in zip(province.districts["name"], points, strict=True):
        label = name.replace("Thành phố ", "").replace("Thị xã ", "").replace("Huyện ", "")
        text = axes.annotate(label, (point.x, point.y), ha="center", fontsize=8.5, weight="bold")
        text.set_color("#1d2b34")
        text.set_path_effects([withStroke(linewidth=2.6, foreground="#ffffff")])


def _scale_bar(axes: Any, west: float, south: float, east: float) -> None:
    """20 km, or the round length that fits a fifth of the picture."""
    length = 10 ** math.floor(math.log10((east - west) / 5))
    length *= max(step for step in (1, 2, 5) if step * length <= (east - west) / 4)
    x, y = west + 0.03 * (east - west), south + 0.03 * (east - west)
    axes.plot([x, x + length], [y, y], color="#14232e", linewidth=3, solid_capstyle="butt")
    axes.text(x, y + 0.008 * (east - west), f"{length / 1000:g} km", fontsize=9, color="#14232e")
