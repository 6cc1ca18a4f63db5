"""The targets of targets.toml, held against a run."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.coverage.border import along_road
from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.targets import Target, areas_served, points_served
from phusong.geodata.province import Province

ZONE_AREA_SHARE = 0.95  # of a zone's area, for the zone to count
DRAWN_FIGURES = {
    "hamlets": "hamlets_served",
    "people": "people_served_share",
    "road": "border_served_km",
}  # measure: figure of `intervals` in summary.json
PLACE_COLUMNS = ("key", "layer", "name", "kind", "served_share", "met")


def check_targets(
    province: Province, coverage: CoverageMap, hamlets: gpd.GeoDataFrame, units: pd.DataFrame
) -> tuple[Target, ...]:
    """Every target with what the run reaches; None where the run has no layer of its technology."""
    return tuple(_check(wanted, province, coverage, hamlets, units) for wanted in _wanted())


def target_places(province: Province, coverage: CoverageMap) -> gpd.GeoDataFrame:
    """Every seat (point) and zone (polygon) that a target asks for: the columns of PLACE_COLUMNS."""
    tables = []
    for wanted in _wanted():
        key = f"any-{wanted.get('technology', 'none').lower()}"
        if key not in coverage.layers or wanted["measure"] not in ("seats", "zones"):
            continue
        layer = coverage.layers[key]
        if wanted["measure"] == "seats":
            table = province.places[province.places["kind"] == "seat"]
            share, least = points_served(coverage, layer, table.geometry).astype(float), 1.0
        else:
            table = province.zones
            share, least = areas_served(coverage, layer, table.geometry), ZONE_AREA_SHARE
        rows = table[["name", "geometry"]].assign(
            key=wanted["key"],
            layer=key,
            kind=wanted["measure"][:-1],
            served_share=share.round(4),
            met=share >= least,
        )
        tables.append(rows[["key", "layer", "name", "kind", "served_share", "met", "geometry"]])
    if not tables:
        return gpd.GeoDataFrame({name: [] for name in PLACE_COLUMNS}, geometry=[], crs=province.crs)
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=province.crs)


def target_row(target: Target) -> dict[str, Any]:
    """A target as summary.json and the tables show it."""
    return {
        "key": target.key,
        "title_vi": target.title_vi,
        "title_en": target.title_en,
        "source": target.source,
        "due_year": target.due_year,
        "unit": target.unit,
        "wanted": target.wanted,
        "reached": target.reached,
        "total": target.total,
        "met": target.met,
        "missing": None if target.missing is None else round(target.missing, 6),
    }


def with_networks_reached(targets: tuple[Target, ...], summary: Mapping[str, Any]) -> tuple[Target, ...]:
    """The targets with what the other networks' sections of a run's summary reach."""
    reached = {
        "fixed": summary.get("fixed", {}).get("hamlets_with_access_point"),
        "loudspeakers": summary.get("loudspeakers", {}).get("hamlets_with_cluster"),
    }
    measures = {wanted["key"]: wanted["measure"] for wanted in _wanted()}
    return tuple(
        replace(target, reached=None if (value := reached[measures[target.key]]) is None else float(value))
        if measures[target.key] in reached
        else target
        for target in targets
    )


def reached_between(summary: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """By target, between what 90 % of a run's draws lie, in the target's unit: of those whose figure is drawn."""
    drawn = {row["layer"]: row.get("intervals", {}) for row in summary["layers"]}
    road_km = {row["layer"]: row["road_km"] for row in summary.get("border", ())}
    found = {}
    for wanted in _wanted():
        key = f"any-{wanted.get('technology', 'none').lower()}"
        figure = drawn.get(key, {}).get(DRAWN_FIGURES.get(wanted["measure"], ""))
        whole = road_km.get(key, 0.0) if wanted["measure"] == "road" else 1.0
        if figure is not None and whole > 0.0:
            found[wanted["key"]] = figure["p5"] / whole, figure["p95"] / whole
    return found


def _wanted() -> list[dict[str, Any]]:
    text = (resources.files("phusong.scenarios") / "targets.toml").read_text("utf-8")
    targets: list[dict[str, Any]] = tomllib.loads(text)["target"]
    return targets


def _check(
    wanted: dict[str, Any],
    province: Province,
    coverage: CoverageMap,
    hamlets: gpd.GeoDataFrame,
    units: pd.DataFrame,
) -> Target:
    key = f"any-{wanted.get('technology', 'none').lower()}"
    total = _total(wanted["measure"], province, hamlets)
    reached = (
        None
        if key not in coverage.layers or total == 0
        else _reached(wanted["measure"], key, province, coverage, hamlets, units)
    )
    share = wanted["wanted_share"]
    return Target(
        key=wanted["key"],
        title_vi=wanted["title_vi"],
        title_en=wanted["title_en"],
        source=wanted["source"],
        due_year=wanted["due_year"],
        unit=wanted["unit"],
        wanted=share if total is None else share * total,
        reached=reached,
        total=total,
    )


def _total(measure: str, province: Province, hamlets: gpd.GeoDataFrame) -> int | None:
    """Of how many a measure counts; None for a share. An area of interest may have no seat or zone."""
    counts = {
        "hamlets": len(hamlets),
        "fixed": len(hamlets),
        "loudspeakers": len(hamlets),
        "seats": int((province.places["kind"] == "seat").sum()),
        "zones": len(province.zones),
    }
    return counts.get(measure)


def _reached(
    measure: str,
    key: str,
    province: Province,
    coverage: CoverageMap,
    hamlets: gpd.GeoDataFrame,
    units: pd.DataFrame,
) -> float | None:
    """What the run's layer `key` reaches, in the measure's unit; None where there is nothing to reach."""
    layer = coverage.layers[key]
    if measure == "hamlets":
        return float((hamlets[f"service_level:{key}"] != "none").sum())
    if measure == "people":
        row = units[(units["level"] == "province") & (units["layer"] == key)].iloc[0]
        return round(float(row["population_served_share"]), 6)
    if measure == "seats":
        seats = province.places[province.places["kind"] == "seat"]
        return float(points_served(coverage, layer, seats.geometry).sum())
    if measure == "zones":
        return float((areas_served(coverage, layer, province.zones.geometry) >= ZONE_AREA_SHARE).sum())
    if measure == "road":
        road = province.patrol_road
        return None if road.is_empty else round(along_road(coverage, layer, road).served_share, 6)
    raise ValueError(f"targets.toml: measure {measure!r} is not known")
