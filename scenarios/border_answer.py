"""What a run says of the border: the patrol road, the stations along it, signal beyond, and the EIRP limit."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.coverage.border import RoadService, Spill, along_road, places_along, spill
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.service import signal_at
from phusong.geodata.errors import InputError
from phusong.geodata.raster import Raster
from phusong.scenarios.inputs import SPILL_M, Inputs
from phusong.scenarios.scenario import Scenario

SPILL_EDGE_KM = 0.2  # signal this near to the strip's far side goes on beyond it, how far is not known
ALONG_M = 3000.0  # posts and hamlets this near to the patrol road count as along it
STRETCH_COLUMNS = ("layer", "state", "from_km", "to_km", "length_km", "worst_dbm")
PLACE_COLUMNS = ("layer", "name", "kind", "at_km", "away_km", "state")


@dataclass(frozen=True, slots=True)
class BorderAnswer:
    """Tables of the border; `summary` are the sections `border`, `border_stations` and `border_limit`.

    - `stretches` (lines), `places` (points): see RunResult
    - `stations` (points): site_id, name, operator, status, on_air_year, on_air (in this run), at_km along
      the road, away_km from it, commune, lat, lon, synthetic
    """

    stretches: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    summary: dict[str, Any]


def border_answer(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, unlimited: CoverageMap | None = None
) -> BorderAnswer:
    """The border under `coverage`, and without the EIRP limit where `unlimited` is given.

    InputError for a patrol road that leaves the province's grid or has no length.
    """
    province = inputs.province
    # an area of interest may have none of the border
    nothing = province.patrol_road.is_empty or province.border.is_empty
    layers = [] if nothing else list(coverage.layers.values())
    along = [_along_road(inputs, coverage, layer) for layer in layers]
    stations = border_stations(inputs)
    rows = [
        _row(service, _spill(inputs, coverage, layer)) for service, layer in zip(along, layers, strict=True)
    ]
    summary: dict[str, Any] = {"border": rows, "border_stations": _stations_summary(scenario, stations)}
    if unlimited is not None:
        before = [_along_road(inputs, unlimited, unlimited.layers[layer.key]) for layer in layers]
        for row, service, layer in zip(rows, before, layers, strict=True):
            free = unlimited.layers[layer.key]
            row["without_limit"] = _row(service, _spill(inputs, unlimited, free))
            row["people_lost_to_limit"] = _people_lost(inputs, coverage, layer, unlimited, free)
        summary["border_limit"] = _limit_summary(scenario, inputs)
    crs = province.crs
    return BorderAnswer(
        stretches=_one_table([one.stretches.assign(layer=one.layer) for one in along], crs, STRETCH_COLUMNS),
        places=_one_table([_near_road(inputs, one) for one in along], crs, PLACE_COLUMNS),
        stations=stations,
        summary=summary,
    )


def border_stations(inputs: Inputs) -> gpd.GeoDataFrame:
    """The stations of kind "border" in the province or area, in order along the road, on air or planned."""
    province = inputs.province
    sites = province.sites[province.sites["kind"] == "border"]
    points = gpd.GeoSeries.from_xy(sites["x_m"], sites["y_m"], crs=province.crs, index=sites.index)
    inside = points.within(province.outline)
    sites, points = sites[inside], points[inside]
    road, at = province.patrol_road, points.to_crs("EPSG:4326")
    missing = np.full(len(sites), np.nan)
    communes = province.communes[["name", "geometry"]]
    named = gpd.sjoin(gpd.GeoDataFrame(geometry=points), communes, predicate="within", how="left")
    named = named[~named.index.duplicated()]
    table = sites[["site_id", "name", "operator", "status", "on_air_year", "synthetic"]].assign(
        on_air=sites["site_id"].isin(inputs.sites["site_id"]),
        at_km=missing if road.is_empty else [round(road.project(point) / 1e3, 2) for point in points],
        away_km=missing if road.is_empty else (points.distance(road) / 1e3).round(2),
        commune=named["name"].fillna(""),
        lat=at.y.round(6),
        lon=at.x.round(6),
    )
    found = gpd.GeoDataFrame(table, geometry=points, crs=province.crs)
    return found.sort_values(["at_km", "site_id"], kind="stable").reset_index(drop=True)


def _stations_summary(scenario: Scenario, stations: gpd.GeoDataFrame) -> dict[str, Any]:
    """How many stations the data have, how many of them send in this run, and what sources say."""
    published: list[dict[str, Any]] = []
    if scenario.data == "reference":
        text = (resources.files("phusong.scenarios") / "border.toml").read_text("utf-8")
        published = tomllib.loads(text)["figure"]
    return {
        "in_data": len(stations),
        "on_air_in_data": int((stations["status"] == "on_air").sum()),
        "planned_in_data": int((stations["status"] == "planned").sum()),
        "on_air_in_run": int(stations["on_air"].sum()),
        "published": published,
    }


def _along_road(inputs: Inputs, coverage: CoverageMap, layer: Layer) -> RoadService:
    try:
        return along_road(coverage, layer, inputs.province.patrol_road)
    except ValueError as error:
        raise InputError(f"patrol road of {inputs.province.name}: {error}; correct its line") from None


def _one_table(tables: Sequence[gpd.GeoDataFrame], crs: str, columns: Sequence[str]) -> gpd.GeoDataFrame:
    """Some tables below each other; one without rows where an area of interest has nothing of the road."""
    if not tables:
        return gpd.GeoDataFrame({name: [] for name in columns}, geometry=[], crs=crs)
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=crs)


def _spill(inputs: Inputs, coverage: CoverageMap, layer: Layer) -> Spill:
    return spill(coverage, layer, inputs.province.outline, inputs.province.border, strip_m=SPILL_M)


def _row(service: RoadService, beyond: Spill) -> dict[str, Any]:
    return {
        "layer": service.layer,
        "road_km": round(service.length_km, 3),
        "served_share": round(service.served_share, 6),
        "longest_silent_km": round(service.longest_silent_km, 3),
        "one_server_km": round(service.one_server_km, 3),
        "spill_strip_km": beyond.strip_km,
        "spill_km2": round(beyond.area_km2, 2),
        "spill_served_share": round(beyond.served_share, 6),
        "spill_deepest_km": round(beyond.deepest_km, 2),
        "spill_reaches_strip_edge": beyond.deepest_km > beyond.strip_km - SPILL_EDGE_KM,
    }


def _people_lost(
    inputs: Inputs, coverage: CoverageMap, layer: Layer, unlimited: CoverageMap, free: Layer
) -> float:
    """People whom the layer serves without the limit and not with it."""
    now = signal_at(Raster(coverage.grid, layer.rsrp_dbm), inputs.people) >= layer.threshold_dbm
    before = signal_at(Raster(unlimited.grid, free.rsrp_dbm), inputs.people) >= layer.threshold_dbm
    return round(float(inputs.people.people[before & ~now].sum()), 1)


def _limit_summary(scenario: Scenario, inputs: Inputs) -> dict[str, Any]:
    lowered = [
        free.power_dbm - held.power_dbm
        for free, held in zip(inputs.unlimited, inputs.sectors, strict=True)
        if free.power_dbm > held.power_dbm
    ]
    on_air = {sector.site_id for sector in inputs.sectors}
    return {
        "eirp_limit_dbm": scenario.border.eirp_limit_dbm,
        "within_km": scenario.border.within_km,
        "sites_near": len(on_air & inputs.eirp_limit_of_site.keys()),
        "sectors_lowered": len(lowered),
        "most_lowered_db": round(max(lowered, default=0.0), 1),
    }


def border_layers(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """The summary's rows as a table: one row a layer, and with a limit one more without it."""
    table = []
    for row in rows:
        own = {key: value for key, value in row.items() if key != "without_limit"}
        if "without_limit" not in row:
            table.append({**own, "eirp_limit": ""})
            continue
        table += [{**own, "eirp_limit": "with"}, {**row["without_limit"], "eirp_limit": "without"}]
    return pd.DataFrame(table)


def _near_road(inputs: Inputs, service: RoadService) -> gpd.GeoDataFrame:
    """Border posts, gates and hamlets near the patrol road, in order along it, with one layer's service."""
    places, hamlets = inputs.province.places, inputs.province.hamlets
    kinds = places["kind"].isin(("post", "gate"))
    table = pd.concat(
        [
            places.loc[kinds, ["name", "kind", "geometry"]],
            hamlets[["name", "geometry"]].assign(kind="hamlet"),
        ],
        ignore_index=True,
    )
    near = gpd.GeoDataFrame(table, geometry="geometry", crs=inputs.province.crs)
    found = places_along(inputs.province.patrol_road, near, service, within_m=ALONG_M)
    return found.assign(layer=service.layer, away_km=found["away_km"].round(3), at_km=found["at_km"].round(3))
