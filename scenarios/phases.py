"""A scenario over years: one answer a year, a table and a chart of how the targets come near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.targets import reached_between
from phusong.scenarios.wording import percent

EARLIER_DRAWS = 40  # of each year but the last: enough for p5 and p95, and quicker
BANDS = ("p5", "p50", "p95")
NOT_DRAWN = (float("nan"), float("nan"))


def years_of(scenario: Scenario) -> tuple[Scenario, ...]:
    """The scenario of each of its years in order; itself alone where it names none."""
    years = scenario.years or (scenario.year,)
    sure = scenario.uncertainty  # the tables are of the last year, of the others the bands alone
    fewer = sure.model_copy(update={"draws": min(sure.draws, EARLIER_DRAWS), "sensitivity": 0})
    return tuple(
        scenario.model_copy(
            update={"year": year, "years": ()} | ({} if year == years[-1] else {"uncertainty": fewer})
        )
        for year in years
    )


def phase_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """year, layer, people and area served, indoor share, hamlets served: one row a year and layer.

    Beside them what 90 % of the year's draws have, where it was drawn.
    """
    rows = []
    for result in results:
        for layer in result.summary["layers"]:
            rows.append(
                {
                    "year": result.year,
                    "layer": layer["layer"],
                    "sites_on_air": result.summary["sites_on_air"],
                    "population_served_share": layer["population_served_share"],
                    "indoor_population_share": layer["indoor_population_share"],
                    "area_served_share": layer["area_served_share"],
                    "hamlets_served": layer["hamlets_served"],
                    **_bands(layer),
                }
            )
    return pd.DataFrame(rows)


def _bands(layer: Mapping[str, Any]) -> dict[str, float]:
    """A layer's people and hamlets served in 90 % of the draws; nothing where none were made."""
    found = layer.get("intervals", {})
    names = (("people_served_share", "population_served_share"), ("hamlets_served", "hamlets_served"))
    return {
        f"{column}_{name}": found[figure][name]
        for figure, column in names
        if figure in found
        for name in BANDS
    }


def target_table(results: Sequence[RunResult]) -> pd.DataFrame:
    """year, key, titles, wanted, reached, met: one row a year and target.

    reached_p5 and reached_p95 where what is reached was drawn, nothing elsewhere.
    """
    between = {result.year: reached_between(result.summary) for result in results}
    rows = [
        {
            "year": result.year,
            "key": target.key,
            "title_vi": target.title_vi,
            "title_en": target.title_en,
            "due_year": target.due_year,
            "unit": target.unit,
            "wanted": target.wanted,
            "reached": target.reached,
            "reached_p5": between[result.year].get(target.key, NOT_DRAWN)[0],
            "reached_p95": between[result.year].get(target.key, NOT_DRAWN)[1],
            "met": target.met,
        }
        for result in results
        for target in result.targets
    ]
    return pd.DataFrame(rows)


def draw_targets(table: pd.DataFrame, path: Path, *, lang: str) -> None:
    """A PNG with one small chart a target: what is reached each year, between what 90 % of the draws lie where
    it was drawn, and the line that is wanted."""
    from matplotlib.figure import Figure

    keys = list(dict.fromkeys(table["key"]))
    figure = Figure(figsize=(9, 1.9 * len(keys)), layout="constrained")
    for index, key in enumerate(keys):
        rows = table[table["key"] == key]
        axes = figure.add_subplot(len(keys), 1, index + 1)
        share = 100 * rows["reached"].astype(float) / rows["wanted"].astype(float)
        axes.plot(rows["year"], share, marker="o", color="#21568a")
        axes.axhline(100, color="#b3541e", linewidth=1)
        low, high = (
            100 * rows[f"reached_{name}"].astype(float) / rows["wanted"].astype(float)
            for name in ("p5", "p95")
        )
        if low.notna().any():
            said = "90 % số lần thử" if lang == "vi" else "90% of draws"
            axes.fill_between(rows["year"], low, high, color="#21568a", alpha=0.18, linewidth=0, label=said)
            axes.legend(loc="lower right", fontsize=7, frameon=False)
        axes.set_ylim(0, 110)
        axes.set_xticks(sorted(set(table["year"])))
        last = share.iloc[-1] if len(share) else float("nan")
        said = "" if pd.isna(last) else f": {percent(last / 100, lang)}"
        axes.set_title(
            rows["title_vi" if lang == "vi" else "title_en"].iloc[0] + said, loc="left", fontsize=10
        )
        axes.set_ylabel("% mục tiêu" if lang == "vi" else "% of target", fontsize=8)
    figure.savefig(path, dpi=120, metadata={"Software": None})
