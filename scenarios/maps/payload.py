"""All that the page knows, as one JSON value, from one or several runs of the same province."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.scenarios.maps import palette
from phusong.scenarios.maps.answers import number, run_of
from phusong.scenarios.maps.coordinates import vn2000
from phusong.scenarios.maps.ground import ground, people_grid, relief
from phusong.scenarios.result import SERVICE_LEVELS, RunResult
from phusong.scenarios.synthetic import synthetic_labels


def payload(results: Sequence[RunResult], *, mode: str, lang: str) -> dict[str, Any]:
    """The page's data. `mode` is "single", "compare" (two runs: before, after), "years" (in order) or "plan"
    (what stands, then the phases in order)."""
    first = results[0]
    province = first.province
    bounds = _bounds(province.outline, province.crs)
    stations = _stations(results)
    row = {site_id: index for index, site_id in enumerate(stations["id"])}
    return {
        "mode": mode,
        "lang": lang,
        "version": version("phusong"),
        "province": province.name,
        "bounds": bounds,
        "vn2000": vn2000(province.crs, bounds),
        "synthetic": [{"vi": vi, "en": en} for vi, en in synthetic_labels(results)],
        "ground": ground(province),
        "relief": relief(province),
        "people": people_grid(province),
        "hamlets": _hamlets(first.hamlets, province.hamlets),
        "stations": stations,
        "runs": [run_of(result, row, runs=len(results)) for result in results],
        "style": {
            "levels": [palette.LEVEL_COLOURS[name] for name in SERVICE_LEVELS],
            "level_keys": list(SERVICE_LEVELS),
            "share_edges": palette.SHARE_EDGES,
            "share_colours": palette.SHARE_COLOURS,
            "operators": _operator_colours(results),
            "servers": palette.SERVER_COLOURS,
        },
    }


def as_json(value: Any) -> str:
    """JSON that can stand inside a <script>: no text in it can end the script or start a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _bounds(outline: Any, crs: str) -> list[list[float]]:
    west, south, east, north = gpd.GeoSeries([outline], crs=crs).to_crs("EPSG:4326").total_bounds
    return [[round(float(south), 5), round(float(west), 5)], [round(float(north), 5), round(float(east), 5)]]


def _hamlets(table: pd.DataFrame, points: pd.DataFrame) -> dict[str, Any]:
    """The hamlets' names and places as columns; what is served of them is in each run."""
    types = points.set_index("hamlet_id")["type"].to_dict() if "type" in points else {}
    units = points.set_index("hamlet_id")["unit_2025"].to_dict() if "unit_2025" in points else {}
    ids = [str(value) for value in table["hamlet_id"]]
    return {
        "id": ids,
        "name": [str(value) for value in table["name"]],
        "type": [str(types.get(key, "")) for key in table["hamlet_id"]],
        "commune": [str(value) for value in table["commune"]],
        "district": [str(value) for value in table["district"]],
        "unit_2025": [str(units.get(key, "")) for key in table["hamlet_id"]],
        "lat": [number(value, 5) for value in table["lat"]],
        "lon": [number(value, 5) for value in table["lon"]],
        "people": [number(value, 0) for value in table["population"]],
        "synthetic": [bool(value) for value in table["synthetic_position"]],
    }


def _stations(results: Sequence[RunResult]) -> dict[str, Any]:
    """Every site of every run, the province's first, as columns; a run's sectors point to its rows."""
    known: dict[str, dict[str, Any]] = {}
    for result in results:
        for site in result.province.sites.to_dict("records"):
            known.setdefault(str(site["site_id"]), {str(key): value for key, value in site.items()})
        for sector in result.coverage.sectors:
            known.setdefault(
                sector.site_id,
                {"name": sector.site_id, "operator": sector.operator, "x_m": sector.x_m, "y_m": sector.y_m}
                | {"height_m": sector.height_m, "kind": "new", "status": "planned"},
            )
    sites = list(known.values())
    places = gpd.GeoSeries.from_xy(
        [site["x_m"] for site in sites], [site["y_m"] for site in sites], crs=results[0].province.crs
    ).to_crs("EPSG:4326")
    return {
        "id": list(known),
        "name": [str(site.get("name") or key) for key, site in known.items()],
        "operator": [str(site["operator"]) for site in sites],
        "kind": [str(site.get("kind", "")) for site in sites],
        "status": [str(site.get("status", "")) for site in sites],
        "year": [number(site.get("on_air_year"), 0) for site in sites],
        "height": [number(site.get("height_m")) for site in sites],
        "mast": [str(site.get("mast_id", "")) for site in sites],
        "lat": [round(point.y, 5) for point in places],
        "lon": [round(point.x, 5) for point in places],
    }


def _operator_colours(results: Sequence[RunResult]) -> dict[str, str]:
    names = dict.fromkeys(sector.operator for result in results for sector in result.coverage.sectors)
    names |= dict.fromkeys(str(name) for result in results for name in result.province.sites["operator"])
    colours = palette.OPERATOR_COLOURS
    return {name: colours[index % len(colours)] for index, name in enumerate(sorted(names))}
