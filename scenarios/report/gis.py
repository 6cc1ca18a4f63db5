"""Files for other programs: QGIS styles in gaps.gpkg, class rasters with a palette, KMZ for globes."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
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

FIXED_TIME = "2000-01-01T00:00:00.000Z"  # the same run must give the same bytes
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


def style_geopackage(path: Path, *, lang: str = "vi") -> None:
    """Store a default QGIS style for the layers `gaps` and `hamlets` inside the GeoPackage."""
    say = words(lang)
    styles = {"gaps": _gap_style(), "hamlets": _hamlet_style({k: say(f"level_{k}") for k in LEVEL_COLOURS})}
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
        for table, qml in styles.items():
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


def _gap_style() -> str:
    """Red hatch over a pale fill, as on the map."""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22" styleCategories="Symbology"><renderer-v2 type="singleSymbol" symbollevels="0">'
        '<symbols><symbol type="fill" name="0" alpha="1"><layer class="SimpleFill" enabled="1" pass="0">'
        '<Option type="Map"><Option type="QString" name="color" value="177,16,26,90"/>'
        '<Option type="QString" name="style" value="b_diagonal"/>'
        '<Option type="QString" name="outline_color" value="177,16,26,255"/>'
        '<Option type="QString" name="outline_width" value="0.4"/></Option></layer></symbol></symbols>'
        "</renderer-v2></qgis>"
    )


def _hamlet_style(labels: Mapping[str, str]) -> str:
    """Points by service level, in the map's colours and shapes."""
    shapes = {
        "none": ("diamond", 3.4),
        "outdoor": ("square", 2.6),
        "in_car": ("circle", 2.2),
        "indoor": ("circle", 1.9),
    }
    categories, symbols = [], []
    for position, (level, colour) in enumerate(LEVEL_COLOURS.items()):
        label = quoteattr(labels[level])
        categories.append(f'<category symbol="{position}" value="{level}" label={label} render="true"/>')
        red, green, blue = rgb(colour)
        shape, size = shapes[level]
        symbols.append(
            f'<symbol type="marker" name="{position}" alpha="1">'
            '<layer class="SimpleMarker" enabled="1" pass="0">'
            f'<Option type="Map"><Option type="QString" name="color" value="{red},{green},{blue},255"/>'
            f'<Option type="QString" name="name" value="{shape}"/>'
            '<Option type="QString" name="outline_color" value="31,53,64,255"/>'
            f'<Option type="QString" name="size" value="{size}"/></Option></layer></symbol>'
        )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22" styleCategories="Symbology"><renderer-v2 type="categorizedSymbol" '
        f'attr="service_level" symbollevels="0"><categories>{"".join(categories)}</categories>'
        f"<symbols>{''.join(symbols)}</symbols></renderer-v2></qgis>"
    )
