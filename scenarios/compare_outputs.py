"""A comparison's files: table, verdict and swipe map."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from phusong.scenarios.compare import ROUNDING_DB, Comparison, same_people
from phusong.scenarios.inputs import load_inputs
from phusong.scenarios.tables import write_csv
from phusong.scenarios.wording import number


def write_comparisons(comparisons: Sequence[Comparison], folder: Path, *, lang: str) -> None:
    """Writes tables, verdict.html, compare.json and, for each pair, a swipe map."""
    from phusong.scenarios.maps import write_comparison

    for position, one in enumerate(comparisons, start=1):
        suffix = "" if len(comparisons) == 1 else f"_{position}"
        write_csv(one.layers, folder / f"layers{suffix}.csv")
        write_csv(one.communes, folder / f"communes{suffix}.csv")
        write_csv(one.hamlets, folder / f"hamlets{suffix}.csv")
        before = one.first.result(load_inputs(one.first.scenario))
        after = one.other.result(load_inputs(one.other.scenario))
        write_comparison(before, after, folder / f"map{suffix}.html", lang=lang)
    content = [_content(one) for one in comparisons]
    (folder / "compare.json").write_text(
        json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n", "utf-8"
    )
    (folder / "verdict.html").write_text(verdict_html(comparisons, lang), "utf-8")


def verdict_lines(one: Comparison, lang: str) -> list[str]:
    """The comparison in sentences, one a layer, in Vietnamese or English; no difference is called one that
    rounding may have made."""
    return [*_whose_people(one, lang), *(_sentence(row, lang) for row in one.layers.to_dict("records"))]


def _whose_people(one: Comparison, lang: str) -> list[str]:
    """Said where the runs have different people: those of the later one are counted in both."""
    if same_people(one.first, one.other):
        return []
    before, after = (number(run.summary["population_total"], lang) for run in (one.first, one.other))
    year = one.other.scenario.year
    if lang == "vi":
        return [
            f"Dân số của hai lần chạy khác nhau ({before} và {after}); cả hai được đếm theo dân năm {year}"
        ]
    return [f"The runs have different people ({before} and {after}); both are counted with those of {year}"]


def _sentence(row: dict[Any, Any], lang: str) -> str:
    vi = lang == "vi"
    changed = number(row["people_gained"] + row["people_lost"], lang)
    if not row["real"]:
        near = number(row["people_uncertain"], lang)
        band = f"±{number(ROUNDING_DB, lang, digits=1)} dB"
        if vi:
            return f"{row['layer']}: không thấy khác; {changed} người đổi, {near} người sát ngưỡng {band}"
        return (
            f"{row['layer']}: no difference that can be told; {changed} people change, {near} within {band}"
        )
    gained, lost = number(row["people_gained"], lang), number(row["people_lost"], lang)
    area = f"{_both(row['area_gained_km2'], row['area_lost_km2'], lang)} km²"
    road = f"{_both(row['border_gained_km'], row['border_lost_km'], lang)} km"
    hamlets = f"+{row['hamlets_gained']} −{row['hamlets_lost']}"
    noise = _noise(row, lang)
    if vi:
        people = f"thêm {gained} người có sóng, mất {lost}"
        return f"{row['layer']}: {people}; thôn ấp {hamlets}; diện tích {area}; đường biên {road}{noise}"
    people = f"{gained} people gain signal, {lost} lose it"
    return f"{row['layer']}: {people}; hamlets {hamlets}; area {area}; border road {road}{noise}"


def _noise(row: dict[Any, Any], lang: str) -> str:
    """What paired draws say of the difference; nothing where there were none."""
    if row.get("beyond_noise") is None or row["beyond_noise"] != row["beyond_noise"]:
        return ""
    vi = lang == "vi"
    low, high = (_signed(row[f"people_difference_{name}"], lang) for name in ("p5", "p95"))
    if row["beyond_noise"]:
        if vi:
            return f". Chênh lệch lớn hơn sai số: 90 % khả năng từ {low} đến {high} người"
        return f". The difference is larger than the noise: with 90% probability {low} to {high} people"
    if vi:
        return f". Chênh lệch nằm trong sai số: 90 % khả năng từ {low} đến {high} người"
    return f". The difference is within the noise: with 90% probability {low} to {high} people"


def _signed(value: float, lang: str) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value), lang)}"


def _both(gained: float, lost: float, lang: str) -> str:
    return f"+{number(gained, lang, digits=1)} −{number(lost, lang, digits=1)}"


def verdict_html(comparisons: Sequence[Comparison], lang: str) -> str:
    """One page to print: each pair's sentences and table, both languages' first chosen by `lang`."""
    vi = lang == "vi"
    parts = []
    for one in comparisons:
        names = [run.scenario.title_vi if vi else run.scenario.title_en for run in (one.first, one.other)]
        lines = "".join(f"<li>{escape(line)}</li>" for line in verdict_lines(one, lang))
        table = one.layers.round(1).to_html(index=False, escape=True, border=0)
        parts.append(f"<h2>{escape(names[0])} → {escape(names[1])}</h2><ul>{lines}</ul>{table}")
    synthetic = comparisons[0].first.summary.get("synthetic_inputs")
    notice = ""
    if synthetic:
        notice = (
            "<p class=notice>Dữ liệu mô phỏng một phần, không phải số đo.</p>"
            if vi
            else "<p class=notice>Partly synthetic data, not measurements.</p>"
        )
    title = "So sánh kịch bản" if vi else "Comparison of scenarios"
    style = (
        "body{font:15px/1.5 'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif;"
        "max-width:60em;margin:2em auto}"
        "table{border-collapse:collapse;font-size:12px}th,td{padding:.3em .5em;border-bottom:1px solid #ccc;"
        "text-align:right}.notice{background:#fff3cd;padding:.5em 1em}@page{size:A4;margin:15mm}"
    )
    return (
        f'<!doctype html><html lang="{"vi" if vi else "en"}"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{style}</style><h1>{title}</h1>{notice}{''.join(parts)}</html>\n"
    )


def _content(one: Comparison) -> dict[str, Any]:
    return {
        "first": str(one.first.scenario.name),
        "other": str(one.other.scenario.name),
        "layers": json.loads(one.layers.to_json(orient="records")),
        "synthetic_inputs": one.first.summary.get("synthetic_inputs", []),
        "verdict_vi": verdict_lines(one, "vi"),
        "verdict_en": verdict_lines(one, "en"),
    }
