"""A run in a notebook: its headline, its gaps and its map, as HTML that names what is synthetic."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from phusong.scenarios.wording import in_language, number, percent

if TYPE_CHECKING:
    from phusong.scenarios.result import RunResult

GAP_COLUMNS = ("gap_id", "layer", "people", "area_km2", "hamlets", "communes", "worst_dbm", "cause", "mend")


@dataclass(frozen=True, slots=True)
class MapView:
    """A run's interactive map inside a notebook: `MapView(result)` as a cell's last line. No network needed."""

    result: RunResult
    lang: str = "vi"
    height_px: int = 600

    def _repr_html_(self) -> str:
        from phusong.scenarios.maps import render_map

        page = escape(render_map(self.result, self.lang), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:{self.height_px:d}px;border:0"></iframe>'


def result_html(result: RunResult, *, lang: str = "vi", most_gaps: int = 10) -> str:
    """A run's title, notice, layers and its gaps with most people."""
    vi = lang == "vi"
    title = result.title_vi if vi else result.title_en
    head = ("lớp", "dân số", "diện tích", "thôn ấp") if vi else ("layer", "people", "area", "hamlets")
    rows = "".join(
        f"<tr><th>{escape(layer['layer'])}</th><td>{percent(layer['population_served_share'], lang)}</td>"
        f"<td>{percent(layer['area_served_share'], lang)}</td>"
        f"<td>{number(layer['hamlets_served'], lang)}/{number(result.summary['hamlets_total'], lang)}</td></tr>"
        for layer in result.summary["layers"]
    )
    heading = "".join(f"<th>{escape(name)}</th>" for name in head)
    return (
        f"<div><h3>{escape(title)} ({result.year})</h3>{notice_html(result, lang)}"
        f"<p>{escape(in_language(result.coverage.model, lang))}</p>"
        f"<table><thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table>"
        f"{gaps_html(result, lang=lang, most=most_gaps)}</div>"
    )


def gaps_html(result: RunResult, *, lang: str = "vi", most: int = 10) -> str:
    """The gaps with most people as a table; how many there are in all stands above it."""
    columns = [name for name in GAP_COLUMNS if name in result.gaps.columns]
    worst = (
        pd.DataFrame(result.gaps[columns]).sort_values("people", ascending=False, kind="stable").head(most)
    )
    said = "vùng lõm" if lang == "vi" else "gaps"
    shown = worst.round({"people": 0, "area_km2": 2, "worst_dbm": 1})
    return (
        f"<p>{number(len(result.gaps), lang)} {said}</p>{shown.to_html(index=False, escape=True, border=0)}"
    )


def notice_html(result: RunResult, lang: str) -> str:
    """What of the run's input is made up; empty where nothing is."""
    made_up = result.summary.get("synthetic_inputs", ())
    if not made_up:
        return ""
    said = (
        "Dữ liệu mô phỏng một phần, không phải số đo"
        if lang == "vi"
        else "Partly synthetic data, not measurements"
    )
    return f"<p style='background:#fff3cd;padding:.4em .8em'>{said}: {escape(', '.join(made_up))}</p>"
