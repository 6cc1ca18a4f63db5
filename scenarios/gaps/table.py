"""The gaps of every layer in one table: people, hamlets, communes, nearest site."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.gaps import find_gaps
from phusong.scenarios.gaps.causes import OtherWorlds, gap_causes
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.scenario import Scenario

MOST_DB = 30.0  # of lacking signal that counts in a gap's severity
SHOWN = 8  # hamlets named with a gap; the rest is counted


def gap_table(
    scenario: Scenario,
    inputs: Inputs,
    coverage: CoverageMap,
    worlds: OtherWorlds | None,
    unlimited: CoverageMap | None = None,
) -> tuple[gpd.GeoDataFrame, dict[str, float]]:
    """Gaps of every layer in one table, and the people in gaps too small to list, by layer.

    Without `worlds` their cause and mend stay empty.
    """
    tables, unlisted = [], {}
    for key, layer in coverage.layers.items():
        steps = scenario.thresholds[layer.technology]  # type: ignore[index]
        split = find_gaps(
            coverage.raster(key), steps.outdoor_dbm, inputs.people, least_people=scenario.gap_least_people
        )
        unlisted[key] = split.people_unlisted
        named = named_gaps(inputs, key, split.gaps, split.gap_of_point)
        if worlds is not None and len(named):
            why = gap_causes(
                layer, coverage, worlds, inputs, split.gap_of_point, len(named), scenario.roaming, unlimited
            )
            named = named.assign(**{column: why[column].to_numpy() for column in why.columns})
            named = named.assign(severity=severity(named["people"], named["lacking_db"]))
        tables.append(named)
    table = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=coverage.grid.crs)
    return table, unlisted


def named_gaps(
    inputs: Inputs, key: str, gaps: gpd.GeoDataFrame, gap_of_point: NDArray[np.int64]
) -> gpd.GeoDataFrame:
    """Gaps with an id, the hamlets and communes they touch, and the nearest site on air."""
    touched = _touched(inputs, gap_of_point)
    hamlets = touched.groupby("gap")["hamlet"].agg(_first_few)
    communes = touched.groupby("gap")["commune"].agg(lambda names: ", ".join(dict.fromkeys(names)))
    everyone = range(len(gaps))
    sites = inputs.sites
    away = np.hypot(
        gaps["x_m"].to_numpy()[:, None] - sites["x_m"].to_numpy()[None, :],
        gaps["y_m"].to_numpy()[:, None] - sites["y_m"].to_numpy()[None, :],
    )
    nearest = away.argmin(axis=1) if len(gaps) else np.zeros(0, np.int64)
    ids = pd.Series(
        [f"{key}-{number:04d}" for number in range(1, len(gaps) + 1)], index=gaps.index, dtype=object
    )
    joined = gaps.groupby("joined")
    worst = gpd.GeoSeries.from_xy(gaps["x_m"], gaps["y_m"], crs=gaps.crs).to_crs("EPSG:4326")
    return gaps.drop(columns="joined").assign(
        gap_id=ids,
        lat=worst.y.round(6),
        lon=worst.x.round(6),
        joined_id=ids.groupby(gaps["joined"]).transform("first"),
        joined_people=joined["people"].transform("sum"),
        joined_km2=joined["area_km2"].transform("sum"),
        joined_pieces=joined["people"].transform("size"),
        layer=key,
        hamlets=hamlets.reindex(everyone).to_numpy(),
        hamlets_count=touched.groupby("gap").size().reindex(everyone).to_numpy(),
        communes=communes.reindex(everyone).to_numpy(),
        cause="",
        cause_share=np.nan,
        own_cause="",
        mend="",
        lacking_db=np.nan,
        severity=np.nan,
        nearest_site_id=sites["site_id"].to_numpy()[nearest],
        nearest_operator=sites["operator"].to_numpy()[nearest],
        nearest_site_km=away[np.arange(len(gaps)), nearest] / 1000.0,
    )


def severity(people: pd.Series, lacking_db: pd.Series) -> pd.Series:
    """How bad a gap is, in person-decibels: people times what they lack, at most MOST_DB each.

    Beyond MOST_DB a phone is as silent as it can be.
    """
    return (people * lacking_db.fillna(MOST_DB).clip(0.0, MOST_DB)).round(0)


def _touched(inputs: Inputs, gap_of_point: NDArray[np.int64]) -> pd.DataFrame:
    """gap, hamlet, commune: the hamlets of every gap, those with most people in it first."""
    listed = gap_of_point >= 0
    points = pd.DataFrame(
        {
            "gap": gap_of_point[listed],
            "row": inputs.people.hamlet[listed],
            "people": inputs.people.people[listed],
        }
    )
    people = points.groupby(["gap", "row"])["people"].sum().reset_index()
    people = people.sort_values(["gap", "people", "row"], ascending=[True, False, True], ignore_index=True)
    table = inputs.province.hamlets[["name", "commune"]].iloc[people["row"]].reset_index(drop=True)
    return people.assign(hamlet=table["name"], commune=table["commune"])


def _first_few(names: pd.Series) -> str:
    """The first names, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(names.iloc[:SHOWN]) + (f" (+{more})" if more > 0 else "")
