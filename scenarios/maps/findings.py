"""The border, outages and targets as the page draws them: points and lines; figures are the summary's."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely

from phusong.scenarios.maps.packing import pack_json
from phusong.scenarios.maps.shapes import in_degrees, rings_of_each
from phusong.scenarios.outages import MOST_CRITICAL
from phusong.scenarios.result import RunResult


def findings_of(result: RunResult) -> dict[str, Any]:
    """What the page needs of one run: `packed` for the map, and which of the three there are."""
    shown: dict[str, Any] = {}
    stretches, stations = result.stretches, result.border_stations
    if len(stretches):
        shown["stretches"] = {
            "layer": stretches["layer"].tolist(),
            "state": stretches["state"].tolist(),
            "km": stretches["length_km"].round(2).tolist(),
            "lines": [lines[0] for lines in rings_of_each(_degrees(stretches))],
        }
    if len(stations):
        shown["stations"] = {
            **_points(stations),
            "name": stations["name"].tolist(),
            "on_air": stations["on_air"].astype(int).tolist(),
        }
    if result.outages is not None:
        worst = result.outages.masts.head(MOST_CRITICAL)
        shown["masts"] = {
            **_points(worst),
            "id": worst["mast_id"].tolist(),
            "lost": worst["people_lost"].round().tolist(),
            "operators": worst["operators"].tolist(),
            "commune": worst["commune"].tolist(),
        }
        communes = result.outages.communes.dropna(subset="backed_share")
        shown["backed"] = dict(
            zip(communes["code"].astype(str), communes["backed_share"].round(4).tolist(), strict=True)
        )
    places = result.target_places
    if len(places):
        shown["places"] = {
            **_points(places.set_geometry(places.geometry.representative_point())),
            "key": places["key"].tolist(),
            "name": places["name"].tolist(),
            "met": places["met"].astype(int).tolist(),
        }
    return {
        "packed": pack_json(shown),
        "border": bool(len(stretches) or len(stations)),
        "outages": result.outages is not None,
        "targets": bool(result.targets),
    }


def _degrees(table: gpd.GeoDataFrame) -> list[Any]:
    return list(in_degrees(table.geometry, str(table.crs)))


def _points(table: gpd.GeoDataFrame) -> dict[str, list[float]]:
    at = shapely.get_coordinates(_degrees(table)).round(5)
    return {"lat": at[:, 1].tolist(), "lon": at[:, 0].tolist()}
