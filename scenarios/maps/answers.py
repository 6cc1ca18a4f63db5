"""What one run found out, as the page reads it: rasters, stations, hamlets' service, gaps, shares."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rasterio.features import geometry_mask

from phusong.coverage.coverage_map import Layer
from phusong.scenarios.maps.coordinates import frame
from phusong.scenarios.maps.door import RasterLayer, VectorLayer, raster_payload, vector_payload
from phusong.scenarios.maps.layers_of import layers_of
from phusong.scenarios.maps.mercator import view_of
from phusong.scenarios.maps.packing import deflated, pack_grid, pack_labels, pack_rings
from phusong.scenarios.maps.palette import SERVER_COLOURS, SignalClass, classify, signal_classes
from phusong.scenarios.maps.pictures import palette_png
from phusong.scenarios.maps.shapes import rings_of_each
from phusong.scenarios.result import SERVICE_LEVELS, RunResult
from phusong.scenarios.wording import in_language

# the most cells of a page's number grids together: beyond it they show every n-th cell, so that the page
# stays small enough to be sent by mail
NUMBER_CELLS = 4_600_000
PICTURE_BYTES = 1_400_000  # of a page's pictures together: beyond it they show every n-th cell too
LOWEST_DBM = -160  # code 1 of a number grid; code 0 is no signal


def run_of(result: RunResult, stations: dict[str, int], *, runs: int) -> dict[str, Any]:
    """One run of the page's `runs`; `stations` gives the page's row of each site."""
    shown = _Shown(result, runs)
    return {
        "name": result.name,
        "title": {"vi": result.title_vi, "en": result.title_en},
        "year": result.year,
        "model": {lang: in_language(result.coverage.model, lang) for lang in ("vi", "en")},
        "cell_m": result.coverage.grid.cell_m,
        "summary": {key: value for key, value in result.summary.items() if key != "layers"},
        "image": {"bounds": shown.picture.latlon_bounds(), "coarser": shown.picture_coarser},
        "numbers": {
            "rows": shown.numbers.shape[0],
            "cols": shown.numbers.shape[1],
            "bounds": shown.numbers.latlon_bounds(),
            "coarser": shown.coarser,
            "lowest_dbm": LOWEST_DBM,
        },
        "layers": [_layer(result, shown, layer, stations) for layer in result.coverage.layers.values()],
        "sectors": _sectors(result, stations),
        "hamlets": _service(result.hamlets, list(result.coverage.layers)),
        "gaps": _packed_gaps(result, stations),
        "units": _shares(result.units),
        **_added(result, shown),
    }


def _added(result: RunResult, shown: _Shown) -> dict[str, Any]:
    """What the rooms add through the door."""
    added = list(layers_of(result))
    return {
        "vectors": [vector_payload(layer) for layer in added if isinstance(layer, VectorLayer)],
        "rasters": [
            raster_payload(layer, shown.numbers, shown.inside)
            for layer in added
            if isinstance(layer, RasterLayer)
        ],
    }


class _Shown:
    """The two views of a run's grid (pictures cell by cell if they may, numbers maybe coarser), what is inside, and
    the pictures."""

    def __init__(self, result: RunResult, runs: int) -> None:
        grid = result.coverage.grid
        self.picture = view_of(grid)
        single = sum(layer.operator != "any" for layer in result.coverage.layers.values())
        self.coarser = math.ceil(math.sqrt(self.picture.cell.size * max(single, 1) * runs / NUMBER_CELLS))
        self.numbers = self.picture if self.coarser == 1 else view_of(grid, coarser=self.coarser)
        self.inside = geometry_mask(
            [result.province.outline], out_shape=grid.shape, transform=grid.affine, invert=True
        )
        self.picture_coarser = 1
        self.pictures = self._pictures(result)
        while (
            sum(map(len, self.pictures.values())) > PICTURE_BYTES / runs
            and self.picture_coarser < self.coarser - 1
        ):
            self.picture_coarser += 1
            self.picture = view_of(grid, coarser=self.picture_coarser)
            self.pictures = self._pictures(result)

    def _pictures(self, result: RunResult) -> dict[str, bytes]:
        """The classes of each layer that the page cannot colour from its number grid, cell by cell.

        It can where no cell was left out and every class begins at a whole decibel, as the numbers do.
        """
        found = {}
        for layer in result.coverage.layers.values():
            classes = signal_classes(thresholds_of(result, layer))
            if self.coarser == 1 and all(
                item.low_dbm == round(item.low_dbm) for item in classes if item.low_dbm is not None
            ):
                continue
            level = np.where(self.inside, layer.rsrp_dbm, np.nan)
            codes = np.asarray(self.picture.take(classify(level, classes), outside=0), dtype=np.uint8)
            found[layer.key] = palette_png(codes, [item.colour for item in classes])
        return found

    def seen(self, codes: NDArray[Any]) -> NDArray[Any]:
        """The codes of the numbers' view; 0 outside the province."""
        return np.asarray(self.numbers.take(np.where(self.inside, codes, 0).astype(codes.dtype), outside=0))


def thresholds_of(result: RunResult, layer: Layer) -> dict[str, float]:
    """The service thresholds of a layer in dBm, as its run used them."""
    row: dict[str, Any] = next(
        (item for item in result.summary.get("layers", ()) if item.get("layer") == layer.key), {}
    )
    found = {"outdoor": layer.threshold_dbm}
    for key in ("in_car", "indoor"):
        if row.get(f"threshold_{key}_dbm") is not None:
            found[key] = float(row[f"threshold_{key}_dbm"])
    return found


def _layer(result: RunResult, shown: _Shown, layer: Layer, stations: dict[str, int]) -> dict[str, Any]:
    classes = signal_classes(thresholds_of(result, layer))
    return {
        "key": layer.key,
        "operator": layer.operator,
        "technology": layer.technology,
        "threshold_dbm": layer.threshold_dbm,
        "intervals": result.intervals(layer.key),
        "figures": _figures(result, layer),
        "classes": [_class(item) for item in classes],
        **({"picture": shown.pictures[layer.key]} if layer.key in shown.pictures else {}),
        **_numbers(result, shown, layer),
        "server_colours": _server_colours(result, np.where(shown.inside, layer.best_server + 1, 0), stations),
    }


def _figures(result: RunResult, layer: Layer) -> dict[str, Any]:
    """The layer's headline, as summary.json has it: every output says the same numbers."""
    rows = result.summary.get("layers", ())
    row: dict[str, Any] = next((item for item in rows if item.get("layer") == layer.key), {})
    keys = ("hamlets_served", "population_served_share", "indoor_population_share", "people_in_gaps")
    return {key: row.get(key) for key in keys}


def _numbers(result: RunResult, shown: _Shown, layer: Layer) -> dict[str, Any]:
    """Levels and best servers; for a layer that is the best of others, only which one it takes at a tie."""
    codes = shown.seen(_codes(layer))
    parts = [
        other
        for other in result.coverage.layers.values()
        if layer.operator == "any" and other.operator != "any" and other.technology == layer.technology
    ]
    if parts:
        which = np.zeros(layer.rsrp_dbm.shape, np.uint8)
        for number_of, part in reversed(list(enumerate(parts, start=1))):
            same = (part.rsrp_dbm == layer.rsrp_dbm) & (part.best_server == layer.best_server)
            which[same] = number_of
        chosen = shown.seen(which)
        each = np.stack([shown.seen(_codes(part)) for part in parts])
        best = each.max(axis=0)
        ties = (best > 0) & ((each == best).sum(axis=0) > 1)
        alone = (best > 0) & ~ties
        if (
            (best == codes).all()
            and (chosen[ties] > 0).all()
            and (chosen[alone] == each.argmax(0)[alone] + 1).all()
        ):
            return {"best_of": [part.key for part in parts], "ties": deflated((chosen[ties] - 1).tobytes())}
    servers = shown.seen((layer.best_server + 1).astype(np.uint16))
    return {"levels": pack_grid(codes), "servers": pack_labels(servers)}


def _codes(layer: Layer) -> NDArray[np.uint8]:
    """Levels above LOWEST_DBM plus one, 0 where there is none.

    Rounded down, so that the number falls into the same class as the colour.
    """
    whole = np.floor(np.clip(layer.rsrp_dbm, LOWEST_DBM, LOWEST_DBM + 254))
    return np.where(np.isnan(layer.rsrp_dbm), 0, whole - LOWEST_DBM + 1).astype(np.uint8)


def _class(item: SignalClass) -> dict[str, Any]:
    return {"key": item.key, "low": item.low_dbm, "high": item.high_dbm, "colour": item.colour}


def _server_colours(
    result: RunResult, server: NDArray[np.integer], stations: dict[str, int]
) -> dict[int, int]:
    """Page row of each serving site -> its colour in SERVER_COLOURS; sites whose areas touch differ."""
    page_row = np.array([-1] + [stations[sector.site_id] for sector in result.coverage.sectors])
    site = page_row[server]
    many = int(page_row.max()) + 1
    touching: set[int] = set()
    for a, b in ((site[:, 1:], site[:, :-1]), (site[1:], site[:-1])):
        apart = (a != b) & (a >= 0) & (b >= 0)
        touching.update(np.unique(np.minimum(a, b)[apart] * many + np.maximum(a, b)[apart]).tolist())
    near: dict[int, list[int]] = {int(index): [] for index in np.unique(site[site >= 0])}
    for a, b in (divmod(code, many) for code in sorted(touching)):
        near[a].append(b)
        near[b].append(a)
    colours = range(len(SERVER_COLOURS))
    chosen: dict[int, int] = {}
    for index in sorted(near, key=lambda k: (-len(near[k]), k)):  # the most crowded choose first
        used = [chosen[other] for other in near[index] if other in chosen]
        chosen[index] = min(colours, key=lambda c: (used.count(c), (c - index) % len(SERVER_COLOURS)))
    return chosen


def _sectors(result: RunResult, stations: dict[str, int]) -> dict[str, Any]:
    """The run's sectors as columns; `site` is a row of the page's stations."""
    sectors = result.coverage.sectors
    return {
        "site": [stations[sector.site_id] for sector in sectors],
        "technology": [sector.carrier.technology for sector in sectors],
        "band": [sector.carrier.band for sector in sectors],
        "mhz": [sector.carrier.frequency_mhz for sector in sectors],
        "azimuth": [round(sector.azimuth_deg) for sector in sectors],
        "tilt": [
            round(sector.mechanical_downtilt_deg + sector.electrical_downtilt_deg, 1) for sector in sectors
        ],
        "power": [round(sector.power_dbm, 1) for sector in sectors],
        "height": [round(sector.height_m, 1) for sector in sectors],
    }


def _service(hamlets: pd.DataFrame, layers: list[str]) -> dict[str, Any]:
    """Each hamlet's service as columns in the table's order; levels are rows of SERVICE_LEVELS."""
    position = {name: index for index, name in enumerate(SERVICE_LEVELS)}
    table: dict[str, Any] = {
        "best_operator": [_text(value) for value in hamlets["best_operator"]],
        "technology": [_text(value) for value in hamlets["technology"]],
        "rsrp": numbers(hamlets["rsrp_dbm"]),
        "sinr": numbers(hamlets["sinr_db"]),
        "level": [position[value] for value in hamlets["service_level"]],
        "layers": {},
    }
    for key in layers:
        if f"rsrp_dbm:{key}" in hamlets:
            table["layers"][key] = {
                "rsrp": numbers(hamlets[f"rsrp_dbm:{key}"]),
                "level": [position[value] for value in hamlets[f"service_level:{key}"]],
            }
            if f"probability:{key}" in hamlets:
                table["layers"][key]["sure"] = [
                    [number(row[0], 2), number(row[1]), number(row[2])]
                    for row in hamlets[
                        [f"probability:{key}", f"rsrp_p5_dbm:{key}", f"rsrp_p95_dbm:{key}"]
                    ].to_numpy()
                ]
    return table


def _packed_gaps(result: RunResult, stations: dict[str, int]) -> dict[str, Any]:
    """The gaps, most people first, and their outlines in whole cells, or metres where they do not follow them."""
    grid = result.coverage.grid
    shapes = list(_ranked(result).geometry.to_crs(grid.crs))
    west, south, east, north = grid.bounds_m
    away = shapely.get_coordinates(shapes) - (west, north)
    step_m = grid.cell_m if np.allclose(away / grid.cell_m, np.rint(away / grid.cell_m), atol=1e-6) else 1.0
    return {
        "frame": frame(grid.crs, (west, north), step_m, (east - west, south - north)),
        "rows": _gaps(result, stations),
        "rings": pack_rings(rings_of_each(shapes, step=step_m, origin=(west, north))),
    }


def _ranked(result: RunResult) -> gpd.GeoDataFrame:
    return result.gaps.sort_values(["layer", "people"], ascending=[True, False], kind="stable")


def _gaps(result: RunResult, stations: dict[str, int]) -> list[dict[str, Any]]:
    """Each layer's gaps, most people first."""
    gaps = _ranked(result)
    middles = gaps.geometry.representative_point().to_crs("EPSG:4326")
    return [
        {
            "id": row["gap_id"],
            "layer": row["layer"],
            "people": round(float(row["people"]), 1),
            "km2": round(float(row["area_km2"]), 3),
            "hamlets": _names(row["hamlets"]),
            "communes": _names(row["communes"]),
            "worst": number(row["worst_dbm"]),
            "cause": _text(row["cause"]),
            "mend": _text(row["mend"]),
            "lacking": number(row.get("lacking_db"), 1),
            "operator": _text(row.get("nearest_operator")),
            **_more_of_gap(row),
            "site": stations.get(row["nearest_site_id"], -1),
            "site_km": number(row["nearest_site_km"], 2),
            "at": [round(middle.y, 5), round(middle.x, 5)],
        }
        for row, middle in zip(gaps.drop(columns="geometry").to_dict("records"), middles, strict=True)
    ]


def _more_of_gap(row: dict[str, Any]) -> dict[str, Any]:
    """What not every gap has: an interval, a cause apart from other operators, the wide gap it is a piece of."""
    more: dict[str, Any] = {}
    if "people_p5" in row:
        more["between"] = [number(row["people_p5"], 0), number(row["people_p95"], 0)]
    if _text(row["cause"]):
        more |= {"share": number(row["cause_share"], 2), "severity": number(row["severity"], 0)}
    if _text(row["own_cause"]) not in ("", row["cause"]):
        more["own"] = _text(row["own_cause"])
    if row["joined_pieces"] > 1:
        whole = [int(row["joined_pieces"]), number(row["joined_people"], 0), number(row["joined_km2"], 1)]
        more["joined"] = [row["joined_id"], *whole]
    return more


def _names(value: Any) -> list[str]:
    return [name for name in _text(value).split(", ") if name]


def _shares(units: pd.DataFrame) -> dict[str, dict[str, dict[str, list[float | None]]]]:
    """level -> layer -> code -> [people, share served, share served indoors, share of area]."""
    found: dict[str, dict[str, dict[str, list[float | None]]]] = {}
    columns = ("population_served_share", "indoor_population_share", "area_served_share")
    for row in units.to_dict("records"):
        by_layer = found.setdefault(row["level"], {}).setdefault(row["layer"], {})
        by_layer[str(row["code"])] = [number(row["population"], 0), *(number(row[c], 4) for c in columns)]
    return found


def number(value: Any, digits: int = 1) -> float | None:
    """A finite number, rounded, or None (JSON has no NaN)."""
    return round(float(value), digits) if value is not None and math.isfinite(float(value)) else None


def numbers(values: Any) -> list[float | None]:
    return [number(value) for value in values]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
