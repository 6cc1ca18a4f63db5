"""The border, outages and quality in reports: sentences for the page, tables for page and workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from phusong.scenarios.outages import MOST_CRITICAL
from phusong.scenarios.report_tables import Column, Table
from phusong.scenarios.report_words import Words, layer_name, words
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import number, percent


def finding_paragraphs(result: RunResult, lang: str) -> list[str]:
    """What the tables leave unsaid: the stations along the border, the limit there, and who is backed."""
    say, told = words(lang), result.summary
    lines = []
    stations = told.get("border_stations", {})
    if stations.get("in_data"):
        sources = "; ".join(
            f"{one['stations']} {one[f'title_{lang}']} ({one['source']})" for one in stations["published"]
        )
        counted = say(
            "border_stations",
            n=stations["in_data"],
            on=stations["on_air_in_run"],
            planned=stations["planned_in_data"],
        )
        lines.append(f"{counted} {say('border_published')}: {sources}." if sources else counted)
    if "border_limit" in told:
        limit = told["border_limit"]
        lines.append(
            say(
                "limit_lowered",
                dbm=number(limit["eirp_limit_dbm"], lang, digits=1),
                km=number(limit["within_km"], lang, digits=1),
                n=limit["sectors_lowered"],
                db=number(limit["most_lowered_db"], lang, digits=1),
            )
        )
    if "outages" in told:
        found = told["outages"]
        served, backed = found["people_served"], found["people_backed"]
        share = percent(backed / served if served else 0.0, lang)
        lines.append(say("outage_figures", share=share, n=number(served - backed, lang)))
    return lines


def finding_tables(result: RunResult, lang: str, *, most: int | None = None) -> tuple[Table, ...]:
    """Border by layer, border stations, masts, cuts, people backed by commune, quality; empty ones left out.

    `most` cuts long tables for a page, worst first.
    """
    say = words(lang)
    tables = [_border(result, say), _stations(result, say) if most is None else None]
    if result.outages is not None:
        tables += [
            _masts(result, say, MOST_CRITICAL if most is not None else None),
            _cuts(result, say),
            _backed(result, say, most),
        ]
    tables.append(_quality(result, say, lang))
    return tuple(table for table in tables if table is not None and table.rows)


def _rows(table: pd.DataFrame) -> list[Mapping[str, Any]]:
    flat = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    return [{str(key): value for key, value in row.items()} for row in flat.to_dict("records")]


def _layer(result: RunResult, say: Words, key: str) -> str:
    layer = result.coverage.layers[key]
    return layer_name(say, layer.operator, layer.technology)


def _border(result: RunResult, say: Words) -> Table:
    rows: list[Mapping[str, Any]] = []
    for row in result.summary.get("border", ()):
        name = _layer(result, say, row["layer"])
        rows.append({**row, "layer": name, "lost": row.get("people_lost_to_limit")})
        if "without_limit" in row:
            rows.append({**row["without_limit"], "layer": f"{name} · {say('without_limit')}"})
    columns: tuple[Column, ...] = (
        Column("layer", say("layer"), "text", 30),
        Column("served_share", say("road_share"), "share"),
        Column("longest_silent_km", say("longest_silent"), "decimal"),
        Column("one_server_km", say("on_one_server"), "decimal"),
        Column("spill_km2", say("spill"), "decimal"),
        Column("spill_deepest_km", say("spill_deep"), "decimal"),
    )
    if any(row.get("lost") is not None for row in rows):
        columns = (*columns, Column("lost", say("lost_to_limit"), "count"))
    return Table("border", say("border_road"), columns, rows)


def _stations(result: RunResult, say: Words) -> Table:
    rows: Sequence[Mapping[str, Any]] = []
    if len(result.border_stations):
        rows = [
            {**row, "on_air": say("yes" if row["on_air"] else "no"), "status": say(f"status_{row['status']}")}
            for row in _rows(result.border_stations)
        ]
    columns = (
        Column("site_id", say("site_id"), "text", 14),
        Column("name", say("col_name"), "text", 40),
        Column("operator", say("operator"), "text", 12),
        Column("status", say("status"), "text", 16),
        Column("on_air", say("on_air_in_run"), "text", 14),
        Column("at_km", say("at_km"), "decimal"),
        Column("commune", say("col_commune"), "text", 22),
        Column("lat", "Lat", "decimal", 10),
        Column("lon", "Lon", "decimal", 10),
    )
    return Table("border_stations", say("border_stations_title"), columns, rows)


def _masts(result: RunResult, say: Words, most: int | None) -> Table:
    assert result.outages is not None
    columns = (
        Column("mast_id", say("mast_id"), "text", 14),
        Column("people_lost", say("people_lost"), "count"),
        Column("operators", say("operator"), "text", 26),
        Column("commune", say("col_commune"), "text", 24),
        Column("lat", "Lat", "decimal", 10),
        Column("lon", "Lon", "decimal", 10),
    )
    return Table("masts", say("outage_masts_title"), columns, _rows(result.outages.masts.head(most or 10**6)))


def _cuts(result: RunResult, say: Words) -> Table:
    assert result.outages is not None
    rows = [{**row, "kind": say(f"cut_{row['kind']}")} for row in _rows(result.outages.causes)]
    columns = (
        # a column "kind" of words, so that shares are not taken for counts
        Column("kind", say("cut_kind"), "text", 16),
        Column("name", say("col_name"), "text", 30),
        Column("masts_off", say("masts_off"), "count"),
        Column("people_lost", say("people_lost"), "count"),
        Column("lost_share", say("lost_share"), "share"),
    )
    return Table("cuts", say("outage_cuts"), columns, rows)


def _backed(result: RunResult, say: Words, most: int | None) -> Table:
    assert result.outages is not None
    communes = result.outages.communes.dropna(subset="backed_share")
    communes = communes.sort_values(["backed_share", "code"], kind="stable").head(most or 10**6)
    columns = (
        Column("name", say("col_commune"), "text", 26),
        Column("people", say("people"), "count"),
        Column("backed_share", say("backed"), "share"),
    )
    return Table("backed", say("backed_title"), columns, _rows(communes))


def _quality(result: RunResult, say: Words, lang: str) -> Table:
    """Hamlets of each layer by level of quality, what each level asks in its heading."""
    told = result.summary.get("quality", ())
    levels = {(one["technology"], one["key"]): one for row in told for one in row["levels"]}
    rows = []
    for row in told:
        technology = result.coverage.layers[row["layer"]].technology
        own = {f"{technology}:{key}": count for key, count in row["hamlets"].items()}
        below = {"below": own[f"{technology}:below"], "not_judged": own[f"{technology}:not_judged"]}
        rows.append({"layer": _layer(result, say, row["layer"]), **own, **below})
    columns = (
        Column("layer", say("layer"), "text", 22),
        *(
            Column(f"{technology}:{key}", one[f"title_{lang}"] or key, "count")
            for (technology, key), one in levels.items()
        ),
        Column("below", say("quality_below"), "count"),
        Column("not_judged", say("quality_not_judged"), "count"),
    )
    return Table("quality", say("quality_title"), columns, rows if levels else [])
