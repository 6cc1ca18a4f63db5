"""Writes docs/uncertainty.md: how sure the reference province's answer is, measured.

python docs/make_uncertainty.py [--resolution 100] [--draws 200]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from make_performance import machine
from measure_engine import draws_s

from phusong.coverage.uncertainty.model_spread import DISTANCE_M, OBSTRUCTION_DB
from phusong.scenarios.phases import EARLIER_DRAWS
from phusong.scenarios.report.sure import FIGURE_WORDS, SOURCE_WORDS
from phusong.scenarios.run import run
from phusong.scenarios.scenario_file import load_scenario

HERE = Path(__file__).parent
PAGE = HERE / "uncertainty.md"
TEXT = HERE / "uncertainty_text.txt"


def main() -> None:
    """Runs the baseline and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=float, default=100.0)
    parser.add_argument("--draws", type=int, default=200)
    given = parser.parse_args()
    asked = load_scenario("baseline-2024")
    sure = asked.uncertainty.model_copy(update={"draws": given.draws, "sensitivity": 64})
    quick = {"explain_gaps": False, "outages": False, "resolution_m": given.resolution}
    start = time.process_time()
    result = run(asked.model_copy(update={**quick, "uncertainty": sure}))
    seconds = time.process_time() - start
    found = result.uncertainty
    if found is None:
        raise SystemExit("the scenario asks for no uncertainty")
    parts = {
        "totals": totals(found),
        "ranking": ranking(found),
        "models": models(found),
        "sources": sources(found),
        "hamlets": hamlets(found),
        "year_cost": f"{draws_s(EARLIER_DRAWS):.0f} s of processor time for the province at 100 m",
        "made": f"Reference province, `baseline-2024` at {given.resolution:g} m, {given.draws} draws. "
        f"{machine()}; the whole run took {seconds:.0f} s of processor time.",
    }
    text = TEXT.read_text("utf-8")
    for name, content in parts.items():
        text = text.replace(f"<!-- {name} -->", content)
    PAGE.write_text(text, encoding="utf-8")


def totals(found: Any) -> str:
    """What the run says and where 90 % of the draws lie."""
    lines = [
        "| Con số · figure | Lớp · layer | Lần chạy · run | p5 | p50 | p95 |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for row in found.totals.to_dict("records"):
        share = row["figure"].endswith("_share")
        cells = [
            f"{100 * row[n]:.1f} %" if share else f"{row[n]:,.0f}" for n in ("value", "p5", "p50", "p95")
        ]
        vi, en = FIGURE_WORDS[row["figure"]]
        lines.append(f"| {vi} · {en} | {row['layer']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def ranking(found: Any) -> str:
    """Total and first-order indices with their errors."""
    lines = ["| Nguồn · source | toàn phần · total | bậc một · first order |", "|---|--:|--:|"]
    rank = found.ranking
    for k, name in enumerate(rank.name):
        vi, en = SOURCE_WORDS[name]
        total = f"{rank.total[k]:.2f} ± {rank.total_error[k]:.2f}"
        lines.append(f"| {vi} · {en} | {total} | {rank.first[k]:.2f} ± {rank.first_error[k]:.2f} |")
    return "\n".join(lines)


def models(found: Any) -> str:
    """Mean loss beyond free space of the three models on like paths."""
    far = (
        f"< {DISTANCE_M[0] / 1e3:g}",
        f"{DISTANCE_M[0] / 1e3:g}–{DISTANCE_M[1] / 1e3:g}",
        f"> {DISTANCE_M[1] / 1e3:g}",
    )
    shut = (
        f"< {OBSTRUCTION_DB[0]:g}",
        f"{OBSTRUCTION_DB[0]:g}–{OBSTRUCTION_DB[1]:g}",
        f"> {OBSTRUCTION_DB[1]:g}",
    )
    lines = [
        "| km | nhiễu xạ · diffraction, dB | P.1812 | ITM | TR 38.901 | độ lệch · sd, dB | số đường · paths |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    spread = found.models
    assert spread is not None  # made just now
    for a in range(3):
        for b in range(3):
            means = " | ".join(f"{value:.1f}" for value in spread.mean_db[:, a, b])
            lines.append(
                f"| {far[a]} | {shut[b]} | {means} | {spread.spread_db[a, b]:.1f} | {spread.paths[a, b]} |"
            )
    return "\n".join(lines)


def sources(found: Any) -> str:
    """Every assumed figure with its origin."""
    lines = ["| Khóa · key | Giá trị · value | Độ tin · trust | Nguồn · source |", "|---|--:|---|---|"]
    for row in found.sources.to_dict("records"):
        unit = "" if row["unit"] == "1" else f" {row['unit']}"
        lines.append(f"| `{row['key']}` | {row['value']:g}{unit} | {row['trust']} | {row['source']} |")
    return "\n".join(lines)


def hamlets(found: Any) -> str:
    """How many hamlets are how sure."""
    lines = ["| Lớp · layer | ≥ 90 % | 10–90 % | < 10 % |", "|---|--:|--:|--:|"]
    for key, own in found.hamlets.groupby("layer", sort=False):
        p = own["probability"]
        lines.append(
            f"| {key} | {int((p >= 0.9).sum())} | {int(((p < 0.9) & (p >= 0.1)).sum())} | {int((p < 0.1).sum())} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
