"""Files for other programs: class rasters with a palette, KMZ for globes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd
from PIL import Image
from rasterio.features import geometry_mask

from phusong.geodata.raster import Raster, write_geotiff
from phusong.scenarios.maps.answers import thresholds_of
from phusong.scenarios.maps.mercator import view_of
from phusong.scenarios.maps.palette import LEVEL_COLOURS, SignalClass, classify, rgb, signal_classes
from phusong.scenarios.maps.pictures import palette_png
from phusong.scenarios.report.words import known, main_layer, title_of, words
from phusong.scenarios.result import RunResult
from phusong.scenarios.synthetic import synthetic_of
from phusong.scenarios.wording import in_language

_ZIP_TIME = (2000, 1, 1, 0, 0, 0)
_KML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
_KML_GAP_STYLE = (
    '<Style id="gap"><LineStyle><color>ff1a10b1</color><width>1.5</width></LineStyle>'
    "<PolyStyle><color>661a10b1</color></PolyStyle></Style>"
)
_KML_LEGEND = (
    "<ScreenOverlay><name>dBm</name><Icon><href>legend.png</href></Icon>"
    '<overlayXY x="0" y="0" xunits="fraction" yunits="fraction"/>'
    '<screenXY x="0.02" y="0.06" xunits="fraction" yunits="fraction"/></ScreenOverlay>'
)
_KML_SHAPES = 400  # gaps a layer that a globe still turns smoothly with


def write_class_rasters(result: RunResult, folder: Path, *, lang: str = "vi") -> None:
    """class_<layer>.tif: the classes of the map with its colours as the file's palette, 0 without value."""
    for key, layer in result.coverage.layers.items():
        classes = signal_classes(thresholds_of(result, layer))
        codes = classify(layer.rsrp_dbm, classes)
        colours = {0: (0, 0, 0, 0)} | {
            code: (*rgb(item.colour), 255) for code, item in enumerate(classes, start=1)
        }
        tags = {f"class_{code}": _bounds(item) for code, item in enumerate(classes, start=1)}
        tags |= {"layer": key, "scenario": result.name, "model": result.coverage.model, "unit": "dBm"}
        if made_up := synthetic_of(result, lang):
            tags["synthetic_inputs"] = made_up
        write_geotiff(
            Raster(result.coverage.grid, codes),
            folder / f"class_{key}.tif",
            nodata=0,
            tags=tags,
            colours=colours,
        )


def write_kmz(result: RunResult, path: Path, *, lang: str = "vi") -> None:
    """The run for Google Earth: the main layer's raster, its gaps, and every hamlet by service level."""
    key = main_layer(result)
    classes = signal_classes(thresholds_of(result, result.coverage.layers[key]))
    picture, bounds = _picture(result, key, classes)
    (south, west), (north, east) = bounds
    box = (
        f"<north>{north:.8f}</north><south>{south:.8f}</south><east>{east:.8f}</east><west>{west:.8f}</west>"
    )
    parts = [
        _KML_HEAD,
        f"<name>{escape(title_of(result, lang))}</name>",
        f"<description>{escape(_about(result, lang))}</description>",
        *(_level_style(name, colour) for name, colour in LEVEL_COLOURS.items()),
        _KML_GAP_STYLE,
        f"<GroundOverlay><name>{escape(key)}</name><color>bfffffff</color>",
        f"<Icon><href>signal.png</href></Icon><LatLonBox>{box}</LatLonBox></GroundOverlay>",
        _KML_LEGEND,
        _gaps(result, key, lang),
        _hamlets(result, lang),
        "</Document></kml>",
    ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        files = {
            "doc.kml": "\n".join(parts).encode("utf-8"),
            "signal.png": picture,
            "legend.png": _legend(classes),
        }
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


def _bounds(item: SignalClass) -> str:
    if item.low_dbm is None:
        return f"{item.key}: < {item.high_dbm:g} dBm {item.colour}"
    return f"{item.key}: >= {item.low_dbm:g} dBm {item.colour}"


def _about(result: RunResult, lang: str) -> str:
    say = words(lang)
    text = f"{in_language(result.coverage.model, lang)}. {say('legal')}"
    if made_up := synthetic_of(result, lang):
        text += " " + say("synthetic_notice", list=made_up)
    return text


def _picture(
    result: RunResult, key: str, classes: tuple[SignalClass, ...]
) -> tuple[bytes, list[list[float]]]:
    """The classes on a grid of degrees, which is what a globe lays over the ground, and its corners."""
    grid = result.coverage.grid
    inside = geometry_mask(
        [result.province.outline], out_shape=grid.shape, transform=grid.affine, invert=True
    )
    codes = classify(np.where(inside, result.coverage.layers[key].rsrp_dbm, np.nan), classes)
    view = view_of(grid, crs="EPSG:4326")
    seen = np.asarray(view.take(codes, outside=0), dtype=np.uint8)
    return palette_png(seen, [item.colour for item in classes]), view.latlon_bounds()


def _legend(classes: tuple[SignalClass, ...]) -> bytes:
    """The class bounds beside their colours, drawn with the font that comes with matplotlib."""
    from matplotlib import font_manager
    from PIL import ImageDraw, ImageFont

    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 15)
    image = Image.new("RGB", (150, 28 + 22 * len(classes)), "white")
    pen = ImageDraw.Draw(image)
    pen.text((10, 4), "dBm", fill="#14232e", font=font)
    for line, item in enumerate(reversed(classes)):
        y = 26 + 22 * line
        pen.rectangle((10, y, 40, y + 18), fill=item.colour, outline="#8a979f")
        text = f"≥ {item.low_dbm:g}" if item.low_dbm is not None else f"< {item.high_dbm:g}"
        pen.text((50, y), text.replace("-", "−"), fill="#14232e", font=font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _abgr(colour: str) -> str:
    red, green, blue = rgb(colour)
    return f"ff{blue:02x}{green:02x}{red:02x}"


def _level_style(name: str, colour: str) -> str:
    return (
        f"<Style id={quoteattr(name)}><IconStyle><color>{_abgr(colour)}</color><scale>0.6</scale></IconStyle>"
        "<LabelStyle><scale>0.7</scale></LabelStyle></Style>"
    )


def _gaps(result: RunResult, key: str, lang: str) -> str:
    say = words(lang)
    gaps = result.gaps[result.gaps["layer"] == key].nlargest(_KML_SHAPES, "people").to_crs("EPSG:4326")
    marks = []
    for row, shape in zip(
        pd.DataFrame(gaps.drop(columns="geometry")).to_dict("records"), gaps.geometry, strict=True
    ):
        told = "; ".join(
            text
            for text in (
                f"{say('people')}: {row['people']:.0f}",
                known(say, "cause", row["cause"]),
                known(say, "mend", row["mend"]),
            )
            if text
        )
        polygons = "".join(_polygon(part) for part in getattr(shape, "geoms", [shape]))
        marks.append(
            f"<Placemark><name>{escape(str(row['hamlets'] or row['gap_id']))}</name>"
            f"<description>{escape(told)}</description><styleUrl>#gap</styleUrl>"
            f"<MultiGeometry>{polygons}</MultiGeometry></Placemark>"
        )
    return f"<Folder><name>{escape(say('gaps'))}</name>{''.join(marks)}</Folder>"


def _polygon(polygon: object) -> str:
    def ring(line: object) -> str:
        text = " ".join(f"{x:.6f},{y:.6f}" for x, y, *_ in line.coords)  # type: ignore[attr-defined]
        return f"<LinearRing><coordinates>{text}</coordinates></LinearRing>"

    holes = "".join(f"<innerBoundaryIs>{ring(hole)}</innerBoundaryIs>" for hole in polygon.interiors)  # type: ignore[attr-defined]
    outer = ring(polygon.exterior)  # type: ignore[attr-defined]
    return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{holes}</Polygon>"


def _hamlets(result: RunResult, lang: str) -> str:
    say = words(lang)
    table = pd.DataFrame(result.hamlets.drop(columns="geometry"))
    folders = []
    for level in LEVEL_COLOURS:
        marks = [
            f"<Placemark><name>{escape(str(row['name']))}</name>"
            f"<description>{escape(_hamlet_text(row, lang))}</description><styleUrl>#{level}</styleUrl>"
            f"<Point><coordinates>{row['lon']:.6f},{row['lat']:.6f}</coordinates></Point></Placemark>"
            for row in table[table["service_level"] == level].to_dict("records")
        ]
        name = escape(f"{say('hamlets')}: {say(f'level_{level}')}")
        folders.append(f"<Folder><name>{name}</name>{''.join(marks)}</Folder>")
    return "".join(folders)


def _hamlet_text(row: Mapping[object, object], lang: str) -> str:
    say = words(lang)
    place = f"{row['commune']}, {row['district']}"
    text = f"{place}. {say('people')}: {row['population']:.0f}. {row['rsrp_dbm']} dBm"
    return f"{text}. {say('position_synthetic')}" if row["synthetic_position"] else text
