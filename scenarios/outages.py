"""What a run says of failures: every mast on its own, every operator, every district's power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.hearing import Hearing
from phusong.coverage.reach import Reach
from phusong.coverage.resilience import people_lost, served_points, single_mast_outages
from phusong.geodata.errors import InputError
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.outage_keys import Cut
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.switching import switched_off

MOST_CRITICAL = 10


@dataclass(frozen=True, slots=True)
class Outages:
    """People who lose all service, of any operator and technology in the run.

    - `masts` (points): mast_id, people_lost, operators, x_m, y_m, lat, lon, commune; most first
    - `causes`: kind (operator | district | cut), name, people_lost, lost_share (of those served), masts_off
    - `communes` (polygons): code, name, people, backed_share (served even when any one mast fails)
    - `people_served`, `people_backed`: in the province
    """

    masts: gpd.GeoDataFrame
    causes: pd.DataFrame
    communes: gpd.GeoDataFrame
    people_served: float
    people_backed: float


def hearing_of(inputs: Inputs) -> Hearing:
    """What the prediction is to note for `outages`: which mast of which operator reaches which people."""
    group_of_sector, table = _groups(inputs)
    row, col = inputs.grid.row_col(inputs.people.x_m, inputs.people.y_m)
    return Hearing(group_of_sector, len(table), row, col)


def outages(scenario: Scenario, inputs: Inputs, reach: Reach) -> Outages:
    """Every single-mast outage of the scenario, each operator's, each district's power, and the scenario's cuts.

    `reach` is of the groups of `hearing_of`.
    """
    _, table = _groups(inputs)
    people = inputs.people
    single = single_mast_outages(reach, table["mast_id"].to_numpy(str), people.people)
    described = table.groupby("mast_id").agg(
        operators=("operator", ", ".join), x_m=("x_m", "first"), y_m=("y_m", "first")
    )
    served = float(people.people[served_points(reach)].sum())
    causes = []
    for kind, name, off in _failures(scenario, inputs, table):
        lost = people_lost(reach, off, people.people)
        causes.append(
            {
                "kind": kind,
                "name": name,
                "people_lost": lost,
                "lost_share": lost / served if served else 0.0,
                "masts_off": table.loc[off, "mast_id"].nunique(),
            }
        )
    return Outages(
        masts=_placed(inputs, single.masts.join(described, on="mast_id")),
        causes=pd.DataFrame(causes),
        communes=_by_commune(inputs, single.backed),
        people_served=served,
        people_backed=float(people.people[single.backed].sum()),
    )


def outage_summary(found: Outages) -> dict[str, Any]:
    """What summary.json says of outages: the ten most critical masts and the worst cuts."""
    worst = found.masts.head(MOST_CRITICAL)
    return {
        "people_served": round(found.people_served, 1),
        "people_backed": round(found.people_backed, 1),
        "most_critical_masts": [
            {**row, "people_lost": round(row["people_lost"], 1)}
            for row in worst[["mast_id", "operators", "people_lost", "commune", "lat", "lon"]].to_dict(
                "records"
            )
        ],
        "cuts": [
            {**row, "people_lost": round(row["people_lost"], 1), "lost_share": round(row["lost_share"], 6)}
            for row in found.causes.to_dict("records")
        ],
    }


def check_cuts(scenario: Scenario, inputs: Inputs) -> None:
    """InputError for a cut of the scenario that names what there is not, or a part of a station."""
    _, table = _groups(inputs)
    _failures(scenario, inputs, table)


def _failures(
    scenario: Scenario, inputs: Inputs, table: pd.DataFrame
) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """kind, name, and which rows of the table of groups go off."""
    offs = [("operator", name, (table["operator"] == name).to_numpy()) for name in scenario.operators]
    offs += [("district", name, inside) for name, inside in _by_district(inputs, table)]
    return offs + [("cut", cut.name, _cut(cut, inputs, table)) for cut in scenario.cuts]


def _cut(cut: Cut, inputs: Inputs, table: pd.DataFrame) -> NDArray[np.bool_]:
    """The groups that a cut takes whole. InputError where it takes a part of one."""
    mast_of_site = dict(zip(inputs.sites["site_id"], inputs.sites["mast_id"], strict=True))
    sectors = pd.DataFrame(
        [
            (one.sector_id, one.site_id, mast_of_site[one.site_id], one.operator, one.x_m, one.y_m)
            for one in inputs.sectors
        ],
        columns=["sector_id", "site_id", "mast_id", "operator", "x_m", "y_m"],
    )
    whose = f"cuts {cut.name!r}"
    off = switched_off(cut, inputs.province, inputs.sites, sectors, whose=whose)
    share = pd.Series(off, dtype=float).groupby([sectors["mast_id"], sectors["operator"]]).mean()
    found = share.reindex(pd.MultiIndex.from_frame(table[["mast_id", "operator"]])).to_numpy()
    partly = np.flatnonzero((found > 0.0) & (found < 1.0))
    if partly.size:
        row = table.iloc[partly[0]]
        raise InputError(
            f"{whose} takes a part of {row['operator']}'s stations on mast {row['mast_id']}; a cut takes whole "
            "masts: name the mast, or use sites.off and compare two runs"
        )
    return np.asarray(found == 1.0)


def _placed(inputs: Inputs, masts: pd.DataFrame) -> gpd.GeoDataFrame:
    """The masts as points with latitude, longitude and commune ("" outside of all)."""
    points = gpd.GeoSeries.from_xy(masts["x_m"], masts["y_m"], crs=inputs.province.crs)
    at = points.to_crs("EPSG:4326")
    inside = gpd.sjoin(
        gpd.GeoDataFrame(geometry=points), inputs.province.communes[["name", "geometry"]], predicate="within",
        how="left",
    )  # fmt: skip
    communes = inside["name"][~inside.index.duplicated()].fillna("")
    table = masts.assign(lat=at.y.round(6), lon=at.x.round(6), commune=communes)
    return gpd.GeoDataFrame(table, geometry=points, crs=inputs.province.crs)


def _groups(inputs: Inputs) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """The group of each sector, by mast and operator; and a group's mast_id, operator, x_m, y_m."""
    mast_of_site = dict(zip(inputs.sites["site_id"], inputs.sites["mast_id"], strict=True))
    number: dict[tuple[str, str], int] = {}
    rows, groups = [], np.empty(len(inputs.sectors), np.int64)
    for k, sector in enumerate(inputs.sectors):
        key = mast_of_site[sector.site_id], sector.operator
        if key not in number:
            number[key] = len(number)
            rows.append((*key, sector.x_m, sector.y_m))
        groups[k] = number[key]
    return groups, pd.DataFrame(rows, columns=["mast_id", "operator", "x_m", "y_m"])


def _by_district(inputs: Inputs, table: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    districts = inputs.province.districts
    points = gpd.GeoSeries.from_xy(table["x_m"], table["y_m"], crs=inputs.province.crs)
    return [
        (str(name), points.within(shape).to_numpy())
        for name, shape in zip(districts["name"], districts.geometry, strict=True)
    ]


def _by_commune(inputs: Inputs, backed: np.ndarray) -> gpd.GeoDataFrame:
    """Share of each commune's people who are served even when any one mast fails (n-1)."""
    communes = inputs.province.communes.reset_index(drop=True)
    commune = inputs.commune_of_hamlet()[inputs.people.hamlet]
    people = inputs.people.people
    total = np.bincount(commune, weights=people, minlength=len(communes))
    kept = np.bincount(commune, weights=people * backed, minlength=len(communes))
    share = np.divide(kept, total, out=np.full(len(communes), np.nan), where=total > 0)
    table = communes[["code", "name", "geometry"]].assign(people=total.round(1), backed_share=share)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=inputs.province.crs)
