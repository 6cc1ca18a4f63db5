"""A plan's sites as a table: where, why, whom they serve first, how they are connected, what they cost."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.site import Sector
from phusong.coverage.siting.phasing import Phases
from phusong.coverage.siting.plan import Plan
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.plan.inputs import Asked
from phusong.scenarios.plan.words import KINDS
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.wording import number


def ranked(proof: Plan) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The plan's new sites by falling marginal gain, and the weight that each adds to those before it."""
    order = proof.curve.site[: proof.curve.planned]
    missing = np.setdiff1d(proof.new_sites, order)  # they add nothing to the rest
    gains = np.append(proof.curve.gain[: proof.curve.planned], np.zeros(len(missing)))
    return np.append(order, missing), gains


def site_table(
    scenario: Scenario, inputs: Inputs, question: Asked, proof: Plan, phases: Phases, money: pd.DataFrame
) -> gpd.GeoDataFrame:
    """One row a new site, the worthiest first; `money` has a row for each of them in that order."""
    province = inputs.province
    order, gains = ranked(proof)
    picked = question.places.iloc[order].reset_index(drop=True)
    points = gpd.GeoSeries.from_xy(picked["x_m"], picked["y_m"], crs=province.crs)
    degrees = points.to_crs("EPSG:4326")
    commune = _communes(inputs, picked)
    added, first = _first_served(inputs, question, order)
    present = money["present_cost_vnd"].to_numpy(float)
    table = gpd.GeoDataFrame(
        {
            "site_id": [f"KH-{rank:04d}" for rank in range(1, len(order) + 1)],
            "rank": range(1, len(order) + 1),
            "year": [phases.year_of_site[int(site)] for site in order],
            "kind": picked["kind"],
            "mast_id": picked["mast_id"],
            "name": picked["name"],
            "lat": degrees.y.round(7),
            "lon": degrees.x.round(7),
            "ground_m": picked["ground_m"].astype(float).round(1),
            "height_m": scenario.plan.height_m,
            "commune": commune,
            "people_added": np.round(added, 1),
            "weight_added": gains.round(1),
            "serves_first": first,
            "road_m": picked["road_m"].astype(float).round(),
            "fibre_km": picked["fibre_km"].astype(float).round(2),
            **{name: money[name].to_numpy() for name in money},
            "vnd_per_person": np.divide(
                present, added, out=np.full(len(added), np.nan), where=added > 0
            ).round(),
            "synthetic": bool(province.synthetic),
        },
        geometry=points,
        crs=province.crs,
    )
    reasons = [_why(row.kind, row.people_added, row.serves_first) for row in table.itertuples(index=False)]
    return table.assign(why_vi=[vi for vi, _ in reasons], why_en=[en for _, en in reasons])


def with_directions(
    table: gpd.GeoDataFrame, sectors: Sequence[Sector], gain_person_db: dict[str, float] | None
) -> gpd.GeoDataFrame:
    """The table with azimuths_deg, downtilts_deg (as text, one a sector) and sinr_gain_person_db."""
    mine = {site_id: [s for s in sectors if s.site_id == site_id] for site_id in table["site_id"]}
    return table.assign(
        azimuths_deg=[" ".join(f"{s.azimuth_deg:g}" for s in mine[key]) for key in table["site_id"]],
        downtilts_deg=[
            " ".join(f"{s.electrical_downtilt_deg:g}" for s in mine[key]) for key in table["site_id"]
        ],
        sinr_gain_person_db=[
            np.nan if gain_person_db is None else round(gain_person_db[key], 1) for key in table["site_id"]
        ],
    )


def _communes(inputs: Inputs, picked: pd.DataFrame) -> list[str]:
    names = inputs.province.communes["name"]
    row, col = inputs.grid.row_col(picked["x_m"].to_numpy(), picked["y_m"].to_numpy())
    inside = inputs.grid.contains(row, col)
    commune = np.full(len(picked), -1)
    commune[inside] = inputs.commune_of_cell[row[inside], col[inside]]
    return ["" if k < 0 else str(names.iat[k]) for k in commune]


def _why(kind: str, added: float, first: str) -> tuple[str, str]:
    return (
        f"{KINDS[kind][0]}; thêm {number(added, 'vi')} người, trước hết: {first or 'không có ấp nào'}",
        f"{KINDS[kind][1]}; adds {number(added, 'en')} people, first: {first or 'no hamlet'}",
    )


def _first_served(
    inputs: Inputs, question: Asked, order: NDArray[np.int64]
) -> tuple[NDArray[np.float64], list[str]]:
    """People that each site, built after those before it, serves anew, and the three hamlets with most."""
    served_now = question.served_before.copy()
    names, people = inputs.province.hamlets["name"].to_numpy(), inputs.people
    added, texts = np.zeros(len(order)), []
    for n, site in enumerate(order):
        points = question.problem.sets.covered_by(int(site))
        new = points[points < question.people_points]
        new = new[~served_now[new]]
        served_now[new] = True
        by_hamlet = np.bincount(people.hamlet[new], weights=people.people[new], minlength=len(names))
        best = np.argsort(-by_hamlet, kind="stable")[:3]
        texts.append(", ".join(f"{names[h]} ({by_hamlet[h]:.0f})" for h in best if by_hamlet[h] >= 0.5))
        added[n] = people.people[new].sum()
    return added, texts
