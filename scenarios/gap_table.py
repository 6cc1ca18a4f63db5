"""The gaps of every layer in one table: people, hamlets, communes, nearest site."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.gaps import find_gaps
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.scenario import Scenario


def gap_table(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap
) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Gaps of every layer in one table, and the people in gaps too small to list, by layer."""
    tables, unlisted = [], {}
    for key, layer in coverage.layers.items():
        steps = scenario.thresholds[layer.technology]  # type: ignore[index]
        split = find_gaps(
            coverage.raster(key), steps.outdoor_dbm, inputs.people, least_people=scenario.gap_least_people
        )
        unlisted[key] = split.people_unlisted
        tables.append(_named(inputs, key, split.gaps, split.gap_of_point))
    table = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=coverage.grid.crs)
    return table, unlisted


def _named(
    inputs: Inputs, key: str, gaps: gpd.GeoDataFrame, gap_of_point: NDArray[np.int64]
) -> gpd.GeoDataFrame:
    """Gaps with an id, the hamlets and communes they touch, and the nearest site on air."""
    listed = gap_of_point >= 0
    hamlets = inputs.province.hamlets
    touched = pd.DataFrame(
        {"gap": gap_of_point[listed], "row": inputs.people.hamlet[listed]}
    ).drop_duplicates()
    touched = touched.sort_values(["gap", "row"], kind="stable")
    names = hamlets["name"].to_numpy()[touched["row"]]
    communes = hamlets["commune"].to_numpy()[touched["row"]]
    by_gap = pd.DataFrame({"gap": touched["gap"], "hamlet": names, "commune": communes}).groupby("gap")
    sites = inputs.sites
    away = np.hypot(
        gaps["x_m"].to_numpy()[:, None] - sites["x_m"].to_numpy()[None, :],
        gaps["y_m"].to_numpy()[:, None] - sites["y_m"].to_numpy()[None, :],
    )
    nearest = away.argmin(axis=1) if len(gaps) else np.zeros(0, np.int64)
    return gaps.assign(
        gap_id=[f"{key}-{number:04d}" for number in range(1, len(gaps) + 1)],
        layer=key,
        hamlets=by_gap["hamlet"].agg(", ".join).reindex(range(len(gaps))).to_numpy(),
        communes=by_gap["commune"]
        .agg(lambda all_: ", ".join(dict.fromkeys(all_)))
        .reindex(range(len(gaps)))
        .to_numpy(),
        cause="",
        mend="",
        nearest_site_id=sites["site_id"].to_numpy()[nearest],
        nearest_site_km=away[np.arange(len(gaps)), nearest] / 1000.0,
    )
