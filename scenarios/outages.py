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
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.scenario import Scenario

MOST_CRITICAL = 10


@dataclass(frozen=True, slots=True)
class Outages:
    """People who lose all service, of any operator and technology in the run.

    - `masts`: mast_id, operators, x_m, y_m, people_lost; most first
    - `causes`: kind (operator | district), name, people_lost
    - `communes`: code, name, backed_share (people served even when any one mast fails)
    - `people_served`, `people_backed`: in the province
    """

    masts: pd.DataFrame
    causes: pd.DataFrame
    communes: pd.DataFrame
    people_served: float
    people_backed: float


def hearing_of(inputs: Inputs) -> Hearing:
    """What the prediction is to note for `outages`: which mast of which operator reaches which people."""
    group_of_sector, table = _groups(inputs)
    row, col = inputs.grid.row_col(inputs.people.x_m, inputs.people.y_m)
    return Hearing(group_of_sector, len(table), row, col)


def outages(scenario: Scenario, inputs: Inputs, reach: Reach) -> Outages:
    """Every single-mast outage of the scenario, each operator's, and a power cut in each district.

    `reach` is of the groups of `hearing_of`.
    """
    _, table = _groups(inputs)
    people = inputs.people
    single = single_mast_outages(reach, table["mast_id"].to_numpy(str), people.people)
    described = table.groupby("mast_id").agg(
        operators=("operator", ", ".join), x_m=("x_m", "first"), y_m=("y_m", "first")
    )
    offs = [("operator", name, (table["operator"] == name).to_numpy()) for name in scenario.operators]
    offs += [("district", name, inside) for name, inside in _by_district(inputs, table)]
    causes = [
        {"kind": kind, "name": name, "people_lost": people_lost(reach, off, people.people)}
        for kind, name, off in offs
    ]
    return Outages(
        masts=single.masts.join(described, on="mast_id"),
        causes=pd.DataFrame(causes),
        communes=_by_commune(inputs, single.backed),
        people_served=float(people.people[served_points(reach)].sum()),
        people_backed=float(people.people[single.backed].sum()),
    )


def outage_summary(found: Outages) -> dict[str, Any]:
    """What summary.json says of outages: the ten most critical masts and the worst cuts."""
    worst = found.masts.head(MOST_CRITICAL)
    return {
        "people_served": round(found.people_served, 1),
        "people_backed": round(found.people_backed, 1),
        "most_critical_masts": [
            {"mast_id": mast, "operators": operators, "people_lost": round(lost, 1)}
            for mast, operators, lost in zip(
                worst["mast_id"], worst["operators"], worst["people_lost"].tolist(), strict=True
            )
        ],
        "cuts": [
            {**row, "people_lost": round(row["people_lost"], 1)} for row in found.causes.to_dict("records")
        ],
    }


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


def _by_commune(inputs: Inputs, backed: np.ndarray) -> pd.DataFrame:
    """Share of each commune's people who are served even when any one mast fails (n-1)."""
    communes = inputs.province.communes.reset_index(drop=True)
    commune = inputs.commune_of_hamlet()[inputs.people.hamlet]
    people = inputs.people.people
    total = np.bincount(commune, weights=people, minlength=len(communes))
    kept = np.bincount(commune, weights=people * backed, minlength=len(communes))
    share = np.divide(kept, total, out=np.full(len(communes), np.nan), where=total > 0)
    return communes[["code", "name"]].assign(backed_share=share)
