"""The other networks as the page draws them: cables, boxes, loudspeakers, loads, and a few figures."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely

from phusong.geodata.reference.networks import SYNTHETIC_LABELS
from phusong.scenarios.maps.packing import pack_json
from phusong.scenarios.maps.shapes import in_degrees, rings_of_each
from phusong.scenarios.networks import NetworksAnswer


def networks_of(answer: NetworksAnswer) -> dict[str, Any]:
    """What the page needs of the answer: `packed` for the map, the rest for its words."""
    fixed, sound = answer.summary["fixed"], answer.summary["loudspeakers"]
    return {
        "packed": pack_json(
            {
                "cables": [lines[0] for lines in rings_of_each(_degrees(answer.fibre_cables))],
                "boxes": _points(answer.access_points),
                "groups": {
                    **_points(answer.fibre_groups),
                    "wireless": (answer.fibre_groups["mode"] == "wireless").astype(int).tolist(),
                },
                "speakers": {
                    **_points(answer.loudspeakers),
                    "linked": answer.loudspeakers["link_works"].astype(int).tolist(),
                },
                "new_speakers": _points(answer.new_clusters),
                "cells": {
                    **_points(answer.cells),
                    "azimuth": answer.cells["azimuth_deg"].round().astype(int).tolist(),
                    "layer": answer.cells["layer"].tolist(),
                    "load": answer.cells["load"].round(2).tolist(),
                },
            }
        ),
        "within_drop": fixed["people_within_drop_share"],
        "homes_left": fixed["homes_left"],
        "hear": sound["people_outdoors_share"],
        "clusters_needed": sound["clusters_needed"],
        "overloaded": {row["layer"]: row["overloaded"] for row in answer.summary["capacity"]["layers"]},
        "warnings": list(answer.warnings),
        "synthetic": [
            {"vi": SYNTHETIC_LABELS[key][0], "en": SYNTHETIC_LABELS[key][1]} for key in answer.synthetic
        ],
    }


def _degrees(table: gpd.GeoDataFrame) -> list[Any]:
    return list(in_degrees(table.geometry, str(table.crs)))


def _points(table: gpd.GeoDataFrame) -> dict[str, list[float]]:
    at = shapely.get_coordinates(_degrees(table)).round(5)
    return {"lat": at[:, 1].tolist(), "lon": at[:, 0].tolist()}
