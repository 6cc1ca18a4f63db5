"""A plan's sectors, and what the engine says of every phase with all of them sending together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.predict import predict
from phusong.coverage.service import signal_at
from phusong.coverage.site import Sector
from phusong.coverage.siting.phasing import Phases
from phusong.coverage.siting.sectors import Design, designed, mean_sinr_db
from phusong.coverage.stages import predict_stages
from phusong.scenarios.inputs import Inputs, ground_of, options_of
from phusong.scenarios.plan.inputs import Asked, sectors_now
from phusong.scenarios.scenario import Scenario


def sectors_of(question: Asked, sites: gpd.GeoDataFrame) -> tuple[Sector, ...]:
    """Three sectors to a site of the table, in its order, pointing as every station does at first."""
    return tuple(
        sector
        for row in sites.itertuples(index=False)
        for sector in question.station.sectors(row.site_id, row.geometry.x, row.geometry.y)
    )


def design_of(
    scenario: Scenario, inputs: Inputs, sectors: tuple[Sector, ...], report: Callable[[int, int], None]
) -> Design:
    """The sectors turned and tilted for the people; what stands of the same technology stays."""
    return designed(
        ground_of(inputs.province), sectors, inputs.people, grid=inputs.grid, options=options_of(scenario),
        others=sectors_now(scenario, inputs), progress=report,
    )  # fmt: skip


def people_served(scenario: Scenario, inputs: Inputs, sectors: tuple[Sector, ...]) -> float:
    """People served when these sectors and those that stand are predicted together."""
    everyone = [*sectors_now(scenario, inputs), *sectors]
    if not everyone:
        return 0.0
    coverage = predict(ground_of(inputs.province), everyone, grid=inputs.grid, options=options_of(scenario))
    return _people_on(coverage, scenario, inputs)


def _people_on(coverage: CoverageMap, scenario: Scenario, inputs: Inputs) -> float:
    key = f"any-{scenario.plan.technology}".lower()
    on = signal_at(coverage.raster(key), inputs.people) >= coverage.layers[key].threshold_dbm
    return float(inputs.people.people[on].sum())


def phase_table(
    scenario: Scenario, inputs: Inputs, sites: gpd.GeoDataFrame, sectors: tuple[Sector, ...], phases: Phases
) -> pd.DataFrame:
    """year, sites_built, sites, capex_vnd, people_served, people_share, mean_sinr_db, people_years: one row a
    phase, and a first one (year 0) for what stands; each from a prediction of everything on air by then."""
    year_of = dict(zip(sites["site_id"], sites["year"], strict=True))
    stages = [list(sectors_now(scenario, inputs))]
    stages += [[s for s in sectors if year_of[s.site_id] == year] for year in phases.years]
    rows, total = [], float(inputs.people.people.sum())
    maps: Iterable[CoverageMap | None] = [None] * len(stages)
    if any(stages):
        maps = predict_stages(
            ground_of(inputs.province), stages, grid=inputs.grid, options=options_of(scenario)
        )
    key, person_years = f"any-{scenario.plan.technology}".lower(), 0.0
    for year, coverage in zip((0, *phases.years), maps, strict=True):
        people, sinr_db = 0.0, float("nan")
        if coverage is not None:
            people = _people_on(coverage, scenario, inputs)
            sinr_db = mean_sinr_db(coverage.layers[key], inputs.grid, inputs.people)
        built = sites[sites["year"] == year]
        person_years += people if year else 0.0
        rows.append(
            {
                "year": year,
                "sites_built": len(built),
                "sites": int((sites["year"] <= year).sum()),
                "capex_vnd": float(built["capex_vnd"].sum()),
                "people_served": round(people, 1),
                "people_share": people / total if total > 0 else np.nan,
                "mean_sinr_db": round(sinr_db, 3),
                "people_years": round(person_years, 1),
            }
        )
    return pd.DataFrame(rows)
