"""The targets of targets.toml, held against a run."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.coverage.border import along_road
from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.targets import Target, areas_served, points_served
from phusong.geodata.province import Province

ZONE_AREA_SHARE = 0.95  # of a zone's area, for the zone to count


def check_targets(
    province: Province, coverage: CoverageMap, hamlets: gpd.GeoDataFrame, units: pd.DataFrame
) -> tuple[Target, ...]:
    """Every target with what the run reaches; None where the run has no layer of its technology."""
    text = (resources.files("phusong.scenarios") / "targets.toml").read_text("utf-8")
    return tuple(
        _check(wanted, province, coverage, hamlets, units) for wanted in tomllib.loads(text)["target"]
    )


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


def _check(
    wanted: dict[str, Any],
    province: Province,
    coverage: CoverageMap,
    hamlets: gpd.GeoDataFrame,
    units: pd.DataFrame,
) -> Target:
    key = f"any-{wanted['technology'].lower()}"
    reached, total = (
        (None, None)
        if key not in coverage.layers
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


def _reached(
    measure: str,
    key: str,
    province: Province,
    coverage: CoverageMap,
    hamlets: gpd.GeoDataFrame,
    units: pd.DataFrame,
) -> tuple[float | None, int | None]:
    """What the run reaches, and of how many where it is a count."""
    layer = coverage.layers[key]
    nothing = None, None  # an area of interest may have no seat, zone or road
    if measure == "hamlets":
        return float((hamlets[f"service_level:{key}"] != "none").sum()), len(hamlets)
    if measure == "people":
        row = units[(units["level"] == "province") & (units["layer"] == key)].iloc[0]
        return round(float(row["population_served_share"]), 6), None
    if measure == "seats":
        seats = province.places[province.places["kind"] == "seat"]
        served = points_served(coverage, layer, seats.geometry)
        return (float(served.sum()), len(seats)) if len(seats) else nothing
    if measure == "zones":
        shares = areas_served(coverage, layer, province.zones.geometry)
        return (float((shares >= ZONE_AREA_SHARE).sum()), len(shares)) if len(shares) else nothing
    if measure == "road":
        if province.patrol_road.is_empty:
            return nothing
        return round(along_road(coverage, layer, province.patrol_road).served_share, 6), None
    raise ValueError(f"targets.toml: measure {measure!r} is not known")
