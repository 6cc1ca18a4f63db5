"""The tables of a report, once: report.xlsx writes them all, report.html shows the beginnings of some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

import pandas as pd

from phusong.scenarios.report.words import (
    Words,
    known,
    layer_name,
    main_layer,
    title_of,
    words,
)
from phusong.scenarios.result import RunResult
from phusong.scenarios.synthetic import synthetic_of
from phusong.scenarios.wording import in_language, number, percent

Kind = Literal["text", "count", "decimal", "degrees", "share", "level", "dbm"]

BETWEEN = ("p5", "p95")  # 90 % of the draws lie between


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what its values are, and their key in the rows."""

    key: str
    heading: str
    kind: Kind = "text"
    width: int = 14


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `key` names it for programs, `title` for readers.

    Where it is part of a section, report.html shows the first `shown` rows, and none where that is 0.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    shown: int = 20


def tables_of(result: RunResult, lang: str) -> tuple[Table, ...]:
    """targets, hamlets, gaps, communes, stations, plan and assumptions, in that order."""
    say = words(lang)
    return (
        _targets(result, say, lang),
        _hamlets(result, say),
        _gaps(result, say),
        _communes(result, say),
        _stations(result, say),
        _plan(result, say),
        _assumptions(result, say, lang),
    )


def headline(result: RunResult, lang: str) -> Table:
    """One row a layer: hamlets, people and area served, people in gaps."""
    say = words(lang)
    rows = [
        {
            "layer": layer_name(say, row["operator"], row["technology"]),
            "hamlets": row["hamlets_served"],
            "people": row["population_served_share"],
            "between": _between(row, lang),
            "indoor": row["indoor_population_share"],
            "area": row["area_served_share"],
            "gaps": row["gaps"],
            "lost": row["people_in_gaps"],
        }
        for row in sorted(result.summary["layers"], key=lambda row: row["operator"] != "any")
    ]
    columns = (
        Column("layer", say("layer"), "text", 22),
        Column("hamlets", say("served_hamlets"), "count"),
        Column("people", say("served_people"), "share"),
        *(
            [Column("between", "khoảng 90 %" if lang == "vi" else "90% interval", "text", 18)]
            if any(row["between"] for row in rows)
            else []
        ),
        Column("indoor", say("served_indoor"), "share"),
        Column("area", say("served_area"), "share"),
        Column("gaps", say("gaps_number"), "count"),
        Column("lost", say("people_in_gaps"), "count"),
    )
    return Table("headline", say("headline"), columns, rows)


def _between(row: Mapping[str, Any], lang: str) -> str:
    """Between what 90 % of the draws have the people served; empty where there were none."""
    found = row.get("intervals", {}).get("people_served_share")
    return f"{percent(found['p5'], lang)} … {percent(found['p95'], lang)}" if found else ""


def _targets(result: RunResult, say: Words, lang: str) -> Table:
    met = {True: say("met_yes"), False: say("met_no"), None: say("met_unknown")}
    rows = [
        {
            "title": target.title_vi if lang == "vi" else target.title_en,
            "due": target.due_year,
            "wanted": target.wanted,
            "reached": target.reached,
            "missing": target.missing,
            "met": met[target.met],
            "source": target.source,
            "kind": "share" if target.unit == "share" else "count",
        }
        for target in result.targets
    ]
    columns = (
        Column("title", say("target"), "text", 52),
        Column("due", say("due"), "text", 8),
        Column("wanted", say("wanted"), "share"),
        Column("reached", say("reached"), "share"),
        Column("missing", say("missing"), "share"),
        Column("met", say("met"), "text", 18),
        Column("source", say("source"), "text", 60),
    )
    return Table("targets", say("targets"), columns, rows)


def _hamlets(result: RunResult, say: Words) -> Table:
    layers = result.coverage.layers
    fixed = (
        Column("hamlet_id", say("col_id"), "text", 10),
        Column("name", say("col_name"), "text", 24),
        Column("commune", say("col_commune"), "text", 20),
        Column("district", say("col_district"), "text", 20),
        Column("lat", say("latitude"), "degrees", 11),
        Column("lon", say("longitude"), "degrees", 11),
        Column("population", say("col_people"), "count", 10),
        Column("best_operator", say("operator"), "text", 12),
        Column("technology", say("technology"), "text", 11),
        Column("rsrp_dbm", say("col_rsrp"), "dbm", 14),
        Column("sinr_db", "SINR (dB)", "decimal", 10),
        Column("service_level", say("col_level"), "level", 15),
    )
    own = tuple(
        Column(f"rsrp_dbm:{key}", f"{layer_name(say, layer.operator, layer.technology)} (dBm)", "dbm", 16)
        for key, layer in layers.items()
    )
    table = pd.DataFrame(result.hamlets.drop(columns="geometry"))
    columns = fixed + own
    table = table[[column.key for column in columns]].assign(
        service_level=[say(f"level_{level}") for level in table["service_level"]]
    )
    return Table("hamlets", say("hamlets"), columns, [_named(row) for row in table.to_dict("records")])


def gap_rows(result: RunResult, say: Words, layer: str | None = None) -> list[Mapping[str, Any]]:
    """Gaps as rows for readers, layer by layer, most people first; of one layer where it is named."""
    gaps = pd.DataFrame(result.gaps.drop(columns="geometry"))
    gaps = gaps if layer is None else gaps[gaps["layer"] == layer]
    gaps = gaps.sort_values(["layer", "people"], ascending=[True, False], kind="stable")
    layers = result.coverage.layers
    names = {key: layer_name(say, layer.operator, layer.technology) for key, layer in layers.items()}
    return [
        {
            **_named(row),
            "layer": names[row["layer"]],
            "cause": known(say, "cause", row["cause"]),
            "own_cause": known(say, "cause", row["own_cause"]) if row["own_cause"] != row["cause"] else "",
            "joined": row["joined_id"] if row["joined_pieces"] > 1 else "",
            "mend": known(say, "mend", row["mend"]),
        }
        for row in gaps.to_dict("records")
    ]


def gap_columns(say: Words, *, drawn: bool) -> tuple[Column, ...]:
    """A gap's columns, with its people's interval where the run was `drawn`."""
    return (
        Column("gap_id", say("gap_id"), "text", 17),
        Column("layer", say("layer"), "text", 14),
        Column("hamlets", say("hamlets"), "text", 40),
        Column("communes", say("communes"), "text", 30),
        Column("people", say("people"), "count", 10),
        *(
            (Column(f"people_{name}", say(f"people_{name}"), "count", 14) for name in BETWEEN)
            if drawn
            else ()
        ),
        Column("area_km2", say("area_km2"), "decimal", 14),
        Column("worst_dbm", say("worst_dbm"), "dbm", 14),
        Column("cause", say("cause"), "text", 32),
        Column("own_cause", say("own_cause"), "text", 32),
        Column("mend", say("mend"), "text", 36),
        Column("lacking_db", say("lacking_db"), "decimal", 12),
        Column("severity", say("severity"), "count", 14),
        Column("nearest_site_id", say("nearest"), "text", 16),
        Column("nearest_operator", say("operator"), "text", 12),
        Column("nearest_site_km", say("distance_km"), "decimal", 11),
        Column("joined", say("joined"), "text", 17),
    )


def gap_table(rows: Sequence[Mapping[str, Any]], lang: str) -> Table:
    """Gaps as they fit on a page: names shortened, cause and mend in one cell, the nearest station in another."""
    say = words(lang)
    told = [
        {
            **row,
            "rank": str(rank),
            "where": _where(row),
            "between": _people_between(row, lang),
            "why": _why(row, say, lang),
            "near": " · ".join(part for part in _near(row, lang) if part),
        }
        for rank, row in enumerate(rows, start=1)
    ]
    columns = (
        Column("rank", say("rank"), "text"),
        Column("where", say("where"), "text"),
        Column("people", say("people"), "count"),
        Column("between", say("people_between"), "text"),
        Column("area_km2", say("area_km2"), "decimal"),
        Column("worst_dbm", say("worst_dbm"), "dbm"),
        Column("severity", say("severity"), "count"),
        Column("why", say("why_and_mend"), "text"),
        Column("near", say("nearest"), "text"),
    )
    given = [column for column in columns if any(row.get(column.key) not in ("", None) for row in told)]
    return Table("gaps", say("worst_gaps"), tuple(given), told)


def _people_between(row: Mapping[str, Any], lang: str) -> str:
    """Between what 90 % of the draws have the gap's people without signal; empty where there were none."""
    low, high = (row.get(f"people_{name}") for name in BETWEEN)
    return "" if low is None or high is None else f"{number(low, lang)} … {number(high, lang)}"


def _where(row: Mapping[str, Any]) -> str:
    communes = shortened(row["communes"], 2)
    return f"{shortened(row['hamlets'], 3)} ({communes})" if row["hamlets"] and communes else communes


def _why(row: Mapping[str, Any], say: Words, lang: str) -> str:
    if not row["cause"]:
        return ""
    lacking = row.get("lacking_db")
    how_much = "" if lacking is None or not lacking > 0 else f" ({say('lacking', db=number(lacking, lang))})"
    return row["cause"] + how_much + (f" → {row['mend']}" if row["mend"] else "")


def _near(row: Mapping[str, Any], lang: str) -> list[str]:
    away = row.get("nearest_site_km")
    if away is None or not away >= 0:
        return []
    return [str(row["nearest_site_id"]), str(row["nearest_operator"]), f"{number(away, lang, digits=1)} km"]


def shortened(names: str, most: int) -> str:
    """The first `most` of names with commas between, and how many more there are."""
    listed = [name for name in names.split(", ") if name]
    return ", ".join(listed[:most]) + (f" +{len(listed) - most}" if len(listed) > most else "")


def _gaps(result: RunResult, say: Words) -> Table:
    return Table(
        "gaps", say("gaps"), gap_columns(say, drawn=result.uncertainty is not None), gap_rows(result, say)
    )


def _communes(result: RunResult, say: Words) -> Table:
    units = result.units[result.units["level"].isin(["district", "commune", "unit_2025"])]
    layers = result.coverage.layers
    rows = [
        {
            **_named(row),
            "level": say(f"unit_{row['level']}"),
            "layer": layer_name(say, layers[row["layer"]].operator, layers[row["layer"]].technology),
        }
        for row in units.to_dict("records")
    ]
    columns = (
        Column("level", say("col_unit_level"), "text", 24),
        Column("code", say("col_id"), "text", 9),
        Column("name", say("col_name"), "text", 26),
        Column("layer", say("layer"), "text", 16),
        Column("population", say("col_people"), "count", 11),
        Column("population_served_share", say("col_share"), "share", 13),
        Column("indoor_population_share", say("col_indoor"), "share", 12),
        Column("area_served_share", say("col_area_share"), "share", 16),
    )
    return Table("communes", say("communes"), columns, rows)


def _stations(result: RunResult, say: Words) -> Table:
    return Table("stations", say("stations"), _site_columns(say), _sites(result, say, only_planned=False))


def _plan(result: RunResult, say: Words) -> Table:
    """The sites that are not on air today: planned ones, and those that the scenario adds."""
    return Table("plan", say("plan"), _site_columns(say), _sites(result, say, only_planned=True))


def _site_columns(say: Words) -> tuple[Column, ...]:
    return (
        Column("site_id", say("site_id"), "text", 12),
        Column("name", say("col_name"), "text", 34),
        Column("operator", say("operator"), "text", 12),
        Column("kind", say("kind"), "text", 16),
        Column("status", say("status"), "text", 16),
        Column("on_air_year", say("year_on_air"), "text", 14),
        Column("height_m", say("height") + " (m)", "decimal", 16),
        Column("x_m", "VN-2000 Y (m)", "decimal", 14),
        Column("y_m", "VN-2000 X (m)", "decimal", 14),
        Column("sectors", say("sectors"), "count", 9),
        Column("in_run", say("in_run"), "text", 16),
    )


def _sites(result: RunResult, say: Words, *, only_planned: bool) -> list[Mapping[str, Any]]:
    sectors: dict[str, int] = {}
    places: dict[str, Any] = {}
    for sector in result.coverage.sectors:
        sectors[sector.site_id] = sectors.get(sector.site_id, 0) + 1
        places.setdefault(sector.site_id, sector)
    rows = [_named(row) for row in result.province.sites.to_dict("records")]
    listed = {row["site_id"] for row in rows}
    rows += [
        {"site_id": key, "name": key, "operator": sector.operator, "kind": "new", "status": "planned"}
        | {"height_m": sector.height_m, "x_m": sector.x_m, "y_m": sector.y_m}
        for key, sector in places.items()
        if key not in listed
    ]
    return [
        {
            **row,
            "kind": known(say, "kind", row.get("kind")),
            "status": known(say, "status", row.get("status")),
            "sectors": sectors.get(row["site_id"], 0),
            "in_run": say("yes" if row["site_id"] in sectors else "no"),
        }
        for row in rows
        if not only_planned or row.get("status") != "on_air"
    ]


def _assumptions(result: RunResult, say: Words, lang: str) -> Table:
    summary = result.summary
    rows: list[Mapping[str, Any]] = [
        {"what": say("title"), "value": title_of(result, lang)},
        {"what": say("year"), "value": str(result.year)},
        {"what": say("about_model"), "value": in_language(result.coverage.model, lang)},
        {"what": say("about_resolution"), "value": f"{result.coverage.grid.cell_m:g} m"},
    ]
    seen = set()
    for row in summary["layers"]:
        if row["technology"] in seen:
            continue
        seen.add(row["technology"])
        limits = (row["threshold_dbm"], row.get("threshold_in_car_dbm"), row.get("threshold_indoor_dbm"))
        text = " / ".join("–" if value is None else f"{value:g}".replace("-", "−") for value in limits)
        rows.append({"what": say("threshold", technology=row["technology"]), "value": f"{text} dBm"})
    share = f"{100 * float(summary.get('hamlet_people_share', 0)):g} %"
    rows += [
        {"what": say("about_hamlet_rule"), "value": say("about_hamlet_text", share=share)},
        {"what": say("about_sites"), "value": str(summary.get("sites_on_air", ""))},
        {"what": say("about_projection"), "value": result.province.crs},
        {"what": say("about_synthetic"), "value": synthetic_of(result, lang) or say("about_none_synthetic")},
        {"what": say("version"), "value": f"phusong {version('phusong')}"},
        {"what": "", "value": say("legal")},
    ]
    columns = (Column("what", say("assumption"), "text", 46), Column("value", say("value"), "text", 90))
    return Table("assumptions", say("assumptions"), columns, rows)


def worst_communes(result: RunResult, lang: str, most: int) -> Table:
    """The communes with the smallest share of people served in the main layer."""
    say = words(lang)
    units = result.units
    own = units[(units["level"] == "commune") & (units["layer"] == main_layer(result))]
    worst = own.sort_values("population_served_share", kind="stable").head(most)
    columns = (
        Column("name", say("col_name"), "text", 26),
        Column("population", say("col_people"), "count"),
        Column("population_served_share", say("col_share"), "share"),
        Column("indoor_population_share", say("col_indoor"), "share"),
        Column("area_served_share", say("col_area_share"), "share"),
    )
    return Table("worst", say("communes_worst"), columns, [_named(row) for row in worst.to_dict("records")])


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in row.items()}
