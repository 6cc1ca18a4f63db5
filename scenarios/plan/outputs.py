"""A plan's folder: tables, map data, the gain curve, the proof, and the sites as a table `run` takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.scenarios.outputs import FIXED_TIME, environment
from phusong.scenarios.plan.make import SitePlan
from phusong.scenarios.plan.stages import sectors_of
from phusong.scenarios.tables import write_csv
from phusong.scenarios.wording import number, percent

MARK = "plan.json"


def write_plan(plan: SitePlan, folder: Path, *, lang: str, pareto: pd.DataFrame | None = None) -> None:
    """plan.csv, plan.gpkg, phases.csv, sites_add.csv, gain_curve.csv and .png, pareto.csv and .png, plan.json."""
    write_csv(pd.DataFrame(plan.sites.drop(columns="geometry")), folder / "plan.csv")
    write_csv(sites_to_add(plan), folder / "sites_add.csv")
    write_csv(plan.curve, folder / "gain_curve.csv")
    write_csv(plan.years, folder / "phases.csv")
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
            "status": proof.status,
            "seed": proof.seed,
            "wall_s": round(proof.wall_s, 2),
            "cpu_s": round(proof.cpu_s, 2),
            "weight_total": proof.weight_total,
        },
        "sites_new": len(sites),
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
        "next_site_adds": next_gain(plan),
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


def next_gain(plan: SitePlan) -> float | None:
    """What one more station would add; None when no candidate adds anything."""
    after = plan.curve.loc[~plan.curve["planned"], "people_added"]
    return float(after.iloc[0]) if len(after) else None


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


def draw_curve(plan: SitePlan, path: Path, *, lang: str) -> None:
    """A PNG: people served by the number of new stations, what lies beyond the plan, and the proven limit."""
    from matplotlib.figure import Figure

    curve, vi = plan.curve, lang == "vi"
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(curve["rank"], curve["people_served"], color="#9aa7b4", linestyle="--")
    inside = curve[curve["planned"]]
    axes.plot(inside["rank"], inside["people_served"], color="#21568a", linewidth=2)
    if plan.scenario.plan.sites:
        axes.axhline(plan.proof.bound, color="#b3541e", linewidth=1)
        many = number(plan.scenario.plan.sites, lang)
        limit = f"không phương án {many} trạm nào vượt quá" if vi else f"no plan of {many} stations exceeds"
        axes.annotate(
            f"{limit} {number(plan.proof.bound, lang)} (gap {percent(plan.proof.gap, lang, digits=3)})",
            (0.98, plan.proof.bound), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=8,
            color="#b3541e",
        )  # fmt: skip
    axes.set_xlabel("số trạm mới" if vi else "new stations")
    axes.set_ylabel("người (có trọng số) được phủ" if vi else "people (weighted) served")
    axes.yaxis.set_major_formatter(lambda value, _at: number(value, lang))
    axes.set_ylim(bottom=0)
    more = next_gain(plan)
    title = plan.scenario.title_vi if vi else plan.scenario.title_en
    if more is not None:
        following = len(inside) + 1
        title += (
            f"\ntrạm thứ {following} thêm {number(more, lang)} người" if vi
            else f"\nstation no. {following} adds {number(more, lang)} people"
        )  # fmt: skip
    if plan.inputs.province.synthetic:
        title += "\n" + ("dữ liệu mô phỏng một phần, không phải số đo" if vi else "partly synthetic data")
    axes.set_title(title, fontsize=10, loc="left")
    figure.savefig(path, dpi=120, metadata={"Software": None})


def draw_pareto(plan: SitePlan, table: pd.DataFrame, path: Path, *, lang: str) -> None:
    """A PNG: people served by each budget's own best plan against its cost, with what none can exceed."""
    from matplotlib.figure import Figure

    vi = lang == "vi"
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    cost = table["capex_vnd"] / 1e9
    axes.plot(cost, table["people_served"], color="#21568a", linewidth=2, marker="o",
              label="phương án tìm được" if vi else "plan found")  # fmt: skip
    axes.plot(cost, table["bound"], color="#b3541e", linewidth=1, marker="_",
              label="không phương án nào cùng số trạm (tiền) vượt quá" if vi
              else "no plan of as many sites (as much money) can exceed")  # fmt: skip
    for many, at, people in zip(table["sites"], cost, table["people_served"], strict=True):
        axes.annotate(
            f"{number(many, lang)} {'trạm' if vi else 'sites'}", (at, people),
            xytext=(6, -12), textcoords="offset points", fontsize=8,
        )  # fmt: skip
    axes.margins(x=0.12)
    axes.set_xlabel("vốn đầu tư, tỉ đồng" if vi else "investment, billion VND")
    axes.set_ylabel("người (có trọng số) được phủ" if vi else "people (weighted) served")
    axes.xaxis.set_major_formatter(lambda value, _at: number(value, lang))
    axes.yaxis.set_major_formatter(lambda value, _at: number(value, lang))
    axes.set_ylim(bottom=0)
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    title = plan.scenario.title_vi if vi else plan.scenario.title_en
    if plan.inputs.province.synthetic:
        title += "\n" + ("dữ liệu mô phỏng một phần, không phải số đo" if vi else "partly synthetic data")
    axes.set_title(title, fontsize=10, loc="left")
    figure.savefig(path, dpi=120, metadata={"Software": None})


def _write_gpkg(plan: SitePlan, path: Path) -> None:
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        pyogrio.write_dataframe(plan.sites, path, layer="plan", geometry_type="Point")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
