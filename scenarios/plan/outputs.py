"""A plan's folder: tables, map data, the gain curve, the proof, and the sites as a table `run` takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.scenarios.outputs import FIXED_TIME, environment
from phusong.scenarios.plan.make import SitePlan
from phusong.scenarios.plan.pictures import draw_curve, draw_pareto
from phusong.scenarios.plan.stages import sectors_of
from phusong.scenarios.tables import write_csv

MARK = "plan.json"


def write_plan(plan: SitePlan, folder: Path, *, lang: str, pareto: pd.DataFrame | None = None) -> None:
    """plan.csv, plan.gpkg, phases.csv, points.csv, sites_add.csv, gain_curve and pareto (.csv, .png), plan.json."""
    write_csv(pd.DataFrame(plan.sites.drop(columns="geometry")), folder / "plan.csv")
    write_csv(sites_to_add(plan), folder / "sites_add.csv")
    write_csv(plan.curve, folder / "gain_curve.csv")
    write_csv(plan.years, folder / "phases.csv")
    if len(plan.points):
        write_csv(points_table(plan), folder / "points.csv", synthetic=bool(plan.inputs.province.synthetic))
    if pareto is not None:
        write_csv(pareto, folder / "pareto.csv")
        draw_pareto(plan, pareto, folder / "pareto.png", lang=lang)
    _write_gpkg(plan, folder / "plan.gpkg")
    draw_curve(plan, folder / "gain_curve.png", lang=lang)
    text = json.dumps(summary(plan), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MARK).write_text(text + "\n", encoding="utf-8")


def summary(plan: SitePlan) -> dict[str, Any]:
    """What plan.json holds: the proof, the people, the phases, the money, the check, the assumptions."""
    proof, sites = plan.proof, plan.sites
    cost = float(sites["present_cost_vnd"].sum())
    gained = plan.claimed_people - plan.people_before
    return {
        "scenario": plan.scenario.model_dump(mode="json"),
        "proof": {
            "objective": proof.objective,
            "bound": proof.bound,
            "gap": proof.gap,
            "weight_before": plan.weight_before,
            "gap_of_added": plan.gap_of_added,
            "status": proof.status,
            "seed": proof.seed,
            "wall_s": round(proof.wall_s, 2),
            "cpu_s": round(proof.cpu_s, 2),
            "weight_total": proof.weight_total,
        },
        "sites_new": len(sites),
        "own_points": len(points := plan.points),
        "own_points_served_before": int(points["served_before"].sum()),
        "own_points_served": int(points["served_with_plan"].sum()),
        "people_total": plan.people_total,
        "people_before": plan.people_before,
        "people_with_plan": plan.claimed_people,
        "people_predicted_again": plan.checked_people,
        "claim_against_prediction": plan.disagreement,
        "probability": None
        if plan.sure is None
        else {
            "wanted": plan.sure.probability,
            "margin_db": round(plan.sure.margin_db, 2),
            "people_served_with_it_in_draws": round(plan.sure.people, 1),
            "draws": plan.sure.draws,
        },
        "phases": [row for row in _finite(plan.years) if row["year"]],
        "sector_design": _design(plan),
        "capex_vnd": float(sites["capex_vnd"].sum()),
        "present_cost_vnd": cost,
        "present_cost_vnd_per_person": cost / gained if gained > 0 else None,
        "next_site_adds": plan.next_gain,
        "synthetic_inputs": list(plan.inputs.province.synthetic),
        "costs_are": "assumptions of scenarios/plan/defaults.toml unless the scenario gives its own",
        "environment": environment(),
    }


def _finite(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, None for what is not a number."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def _design(plan: SitePlan) -> dict[str, Any] | None:
    """What turning the sectors brought, as whole predictions say; None where they were not turned."""
    design = plan.design
    if design is None:
        return None
    return {
        "mean_sinr_before_db": design.before_db,
        "mean_sinr_after_db": design.after_db,
        "people_before": design.people_before,
        "people_after": design.people_after,
        "sectors_turned": sum(
            new != old for new, old in zip(design.sectors, sectors_of(plan.question, plan.sites), strict=True)
        ),
    }


def points_table(plan: SitePlan) -> pd.DataFrame:
    """The user's points and whether they are served, before and with the plan; positions in WGS 84."""
    points = plan.points
    crs = plan.inputs.province.crs
    at = gpd.GeoSeries.from_xy(points["x_m"], points["y_m"], crs=crs).to_crs("EPSG:4326")
    kept = ("name", "weight", "times", "served_before", "served_with_plan")
    return points[list(kept)].assign(lat=at.y.round(6), lon=at.x.round(6))


def sites_to_add(plan: SitePlan) -> pd.DataFrame:
    """The plan's sites with the columns of `sites.add_table`: a scenario that names the file builds them."""
    keys, sites = plan.scenario.plan, plan.sites
    return pd.DataFrame(
        {
            "id": sites["site_id"],
            "operator": plan.question.station.operator,
            "lat": sites["lat"],
            "lon": sites["lon"],
            "height_m": float(keys.height_m),
            "technology": keys.technology,
            "band": keys.band,
            "frequency_mhz": keys.frequency_mhz,
            "bandwidth_mhz": keys.bandwidth_mhz,
            "power_dbm": keys.power_dbm,
            "antenna": keys.antenna,
            "azimuths_deg": sites["azimuths_deg"],
            "downtilts_deg": sites["downtilts_deg"],
            "on_air_year": sites["year"],
        }
    )


def _write_gpkg(plan: SitePlan, path: Path) -> None:
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        pyogrio.write_dataframe(plan.sites, path, layer="plan", geometry_type="Point")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
