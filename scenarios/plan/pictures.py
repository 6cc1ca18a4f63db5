"""Pictures of a plan: what each further station adds, and what each budget buys, both under their proven limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from phusong.scenarios.plan.make import SitePlan
from phusong.scenarios.wording import number, percent

PLAN, LIMIT, BEYOND = "#21568a", "#b3541e", "#9aa7b4"


def draw_curve(plan: SitePlan, path: Path, *, lang: str) -> None:
    """A PNG: people added by the number of new stations, what lies beyond the plan, and the proven limit."""
    curve, vi, before = plan.curve, lang == "vi", plan.weight_before
    figure, axes = _axes(plan, lang, more=_next_station(plan, lang))
    curve = pd.concat([pd.DataFrame({"rank": [0], "people_served": [before], "planned": [True]}), curve])
    axes.plot(curve["rank"], curve["people_served"] - before, color=BEYOND, linestyle="--")
    inside = curve[curve["planned"]]
    axes.plot(inside["rank"], inside["people_served"] - before, color=PLAN, linewidth=2)
    if plan.gap_of_added is not None and plan.scenario.plan.sites:
        most = plan.proof.bound - before
        axes.axhline(most, color=LIMIT, linewidth=1)
        many = number(plan.scenario.plan.sites, lang)
        limit = (
            f"không phương án {many} trạm nào thêm quá"
            if vi
            else f"no plan of {many} stations adds more than"
        )
        axes.annotate(
            f"{limit} {number(most, lang)} (gap {percent(plan.gap_of_added, lang, digits=2)})",
            (0.98, most), xycoords=("axes fraction", "data"), xytext=(0, -3), textcoords="offset points",
            ha="right", va="top", fontsize=8, color=LIMIT,
        )  # fmt: skip
    axes.set_xlabel("số trạm mới" if vi else "new stations")
    axes.set_xlim(left=0)
    _save(figure, axes, path)


def draw_pareto(plan: SitePlan, table: pd.DataFrame, path: Path, *, lang: str) -> None:
    """A PNG: people added by each budget's own best plan against its cost, with what none can exceed."""
    vi, before = lang == "vi", plan.weight_before
    figure, axes = _axes(plan, lang)
    cost = table["capex_vnd"] / 1e9
    axes.plot(cost, table["bound"] - before, color=LIMIT, linewidth=1, marker="_",
              label="không phương án nào cùng số trạm (tiền) vượt quá" if vi
              else "no plan of as many sites (as much money) can exceed")  # fmt: skip
    axes.plot(cost, table["people_served"] - before, color=PLAN, linewidth=2, marker="o",
              label="phương án tìm được" if vi else "plan found")  # fmt: skip
    for many, at, people in zip(table["sites"], cost, table["people_served"] - before, strict=True):
        axes.annotate(
            f"{number(many, lang)} {'trạm' if vi else 'sites'}", (at, people),
            xytext=(6, -12), textcoords="offset points", fontsize=8,
        )  # fmt: skip
    axes.set_xlabel("vốn đầu tư, tỉ đồng" if vi else "investment, billion VND")
    axes.xaxis.set_major_formatter(lambda value, _at: number(value, lang))
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    _save(figure, axes, path)


def _axes(plan: SitePlan, lang: str, *, more: str = "") -> tuple[Any, Any]:
    """A figure and its axes with the title, what is synthetic, and people added upwards.

    What stands already is left out: it is the same for every plan, and beside it no difference could be seen.
    """
    from matplotlib.figure import Figure

    vi = lang == "vi"
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.margins(x=0.12)
    axes.set_ylabel("thêm người (có trọng số) được phủ" if vi else "people (weighted) added")
    axes.yaxis.set_major_formatter(lambda value, _at: number(value, lang))
    before = ""
    if plan.weight_before > 0:
        before = f"{'đã được phủ từ trước' if vi else 'served already'}: {number(plan.weight_before, lang)}"
    synthetic = ""
    if plan.inputs.province.synthetic:
        synthetic = "dữ liệu mô phỏng một phần, không phải số đo" if vi else "partly synthetic data"
    title = plan.scenario.title_vi if vi else plan.scenario.title_en
    lines = [title, "; ".join(filter(None, [before, more])), synthetic]
    axes.set_title("\n".join(filter(None, lines)), fontsize=10, loc="left")
    return figure, axes


def _save(figure: Any, axes: Any, path: Path) -> None:
    axes.set_ylim(bottom=0)
    figure.savefig(path, dpi=120, metadata={"Software": None})


def _next_station(plan: SitePlan, lang: str) -> str:
    if plan.next_gain is None:
        return ""
    following, more = len(plan.sites) + 1, number(plan.next_gain, lang)
    return f"trạm thứ {following} thêm {more}" if lang == "vi" else f"station no. {following} adds {more}"
