"""The map of a plan: what stands and every phase as answers of their own, from one prediction that grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.site import Sector
from phusong.coverage.stages import predict_stages
from phusong.scenarios.answer import answer
from phusong.scenarios.changes import on_air
from phusong.scenarios.inputs import Inputs, ground_of, options_of
from phusong.scenarios.maps import write_plan
from phusong.scenarios.plan.inputs import sectors_now
from phusong.scenarios.plan.make import SitePlan, with_plan
from phusong.scenarios.result import RunResult


def write_plan_map(
    plan: SitePlan, path: Path, *, lang: str, report: Callable[[int, int], None] | None = None
) -> None:
    """map.html: before | after with a handle, phases on a slider, a card for each new site."""
    write_plan(results_of(plan, report=report), path, lang=lang)


def results_of(plan: SitePlan, *, report: Callable[[int, int], None] | None = None) -> tuple[RunResult, ...]:
    """What stands, then each phase in order: the plan's technology alone, everything on air by then."""
    scenario, inputs = plan.scenario, plan.inputs
    phases = [int(year) for year in plan.years["year"] if year]
    year_of = dict(zip(plan.sites["site_id"], plan.sites["year"], strict=True))
    standing = sectors_now(scenario, inputs)
    stages = [list(standing), *([s for s in plan.sectors if year_of[s.site_id] == year] for year in phases)]
    new = _new_sites(plan)
    results: list[RunResult] = []
    sectors: list[Sector] = []
    maps = predict_stages(
        ground_of(inputs.province), stages, grid=inputs.grid, options=options_of(scenario), progress=report
    )
    for year, stage, coverage in zip((None, *phases), stages, maps, strict=True):
        sectors += stage
        built = new[new["on_air_year"] <= year] if year is not None else new.iloc[:0]
        now = replace(
            inputs,
            sites=pd.concat([inputs.sites, built], ignore_index=True),
            sectors=tuple(sectors),
        )
        results.append(_result(plan, now, coverage, year))
    return tuple(results)


def _result(plan: SitePlan, now: Inputs, coverage: CoverageMap, year: int | None) -> RunResult:
    scenario = plan.scenario
    title = {"title_vi": f"{scenario.title_vi}: {year}", "title_en": f"{scenario.title_en}: {year}"}
    if year is None:
        title = {"title_vi": "Hiện trạng", "title_en": "What stands"}
    elif len(plan.years) <= 2:
        title = {}
    asked = scenario.model_copy(
        update={"year": year or scenario.year, "years": (), "name": f"{scenario.name}-{year or 'before'}"}
        | title
    )
    found = answer(asked, now, coverage)
    sites = plan.sites[plan.sites["year"] <= year] if year is not None else plan.sites.iloc[:0]
    return replace(found, plan_sites=gpd.GeoDataFrame(sites))


def _new_sites(plan: SitePlan) -> pd.DataFrame:
    """The plan's sites with the columns of the province's table, their phase as the year on air."""
    rows, _ = on_air(with_plan(plan.scenario, plan), plan.inputs.province)
    year_of = dict(zip(plan.sites["site_id"], plan.sites["year"], strict=True))
    mine = rows[rows["site_id"].isin(year_of)]
    return mine.assign(on_air_year=[int(year_of[key]) for key in mine["site_id"]])
