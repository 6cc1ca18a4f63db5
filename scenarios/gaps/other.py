"""Gaps that are none outdoors: people with signal before the door only, and people on overloaded cells."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.gaps import find_gaps
from phusong.geodata.raster import Raster
from phusong.scenarios.gaps.table import named_gaps
from phusong.scenarios.inputs import Inputs, thresholds_of
from phusong.scenarios.scenario import Scenario

LEAST_PEOPLE = 10  # times the scenario's gap_least_people: such gaps are wide, and less urgent
FINE = np.float32(np.inf)  # a level that counts as served


def other_gaps(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, cells: pd.DataFrame
) -> gpd.GeoDataFrame:
    """The columns of the gap table and `kind`: "indoor" or "capacity"; most people first in each layer.

    Indoor: served outdoors, below the indoor threshold. Capacity: served outdoors by a cell that `cells`
    (the networks' table) has as overloaded. Nobody of an outdoor gap is in one of these.
    """
    tables = []
    for key, layer in coverage.layers.items():
        steps = thresholds_of(scenario, layer.technology)
        outdoors = layer.rsrp_dbm >= steps.outdoor_dbm
        indoor = np.where(outdoors, layer.rsrp_dbm, FINE)
        tables.append(_found(scenario, inputs, coverage, key, indoor, steps.indoor_dbm, "indoor"))
        busy = _overloaded(layer, coverage, cells)
        if busy is not None:
            loaded = np.where(outdoors & busy, np.float32(-np.inf), FINE)
            tables.append(_found(scenario, inputs, coverage, key, loaded, steps.outdoor_dbm, "capacity"))
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=coverage.grid.crs)


def _overloaded(layer: Layer, coverage: CoverageMap, cells: pd.DataFrame) -> NDArray[np.bool_] | None:
    """Cells of the grid whose best server is overloaded; None for a layer without loads of its own."""
    mine = cells[(cells["layer"] == layer.key) & cells["overloaded"].astype(bool)]
    if layer.key not in set(cells["layer"]):
        return None
    busy = set(zip(mine["site_id"], mine["azimuth_deg"].round(3), strict=True))
    flags = [(sector.site_id, round(sector.azimuth_deg, 3)) in busy for sector in coverage.sectors]
    return np.append(np.array(flags, bool), False)[layer.best_server]


def _found(
    scenario: Scenario,
    inputs: Inputs,
    coverage: CoverageMap,
    key: str,
    values: NDArray[np.float32],
    threshold_dbm: float,
    kind: str,
) -> gpd.GeoDataFrame:
    cause, mend = {"indoor": ("indoor_only", "indoor_cell"), "capacity": ("capacity", "capacity")}[kind]
    least = LEAST_PEOPLE * scenario.gap_least_people
    split = find_gaps(Raster(coverage.grid, values), threshold_dbm, inputs.people, least_people=least)
    named = named_gaps(inputs, f"{key}-{kind}", split.gaps, split.gap_of_point)
    return named.assign(layer=key, kind=kind, cause=cause, mend=mend)


def people_by_kind(gaps: gpd.GeoDataFrame) -> Sequence[dict[str, object]]:
    """layer, kind, gaps and people of these gaps, for summary.json."""
    sums = gaps.groupby(["layer", "kind"], sort=False)["people"].agg(["size", "sum"]).reset_index()
    return [
        {
            "layer": row["layer"],
            "kind": row["kind"],
            "gaps": int(row["size"]),
            "people": round(float(row["sum"]), 1),
        }
        for row in sums.to_dict("records")
    ]
