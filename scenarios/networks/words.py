"""Fixed broadband, loudspeakers and load in sentences, for the terminal and reports."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from phusong.scenarios.wording import number, percent


def network_sentences(summary: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """(heading, sentences) of each other network in a run's summary, in `lang` ("vi" or "en").

    Networks that the summary does not have are left out.
    """
    text = (resources.files("phusong.scenarios.networks") / "words.toml").read_text("utf-8")
    words = tomllib.loads(text)[lang]
    parts = []
    for key, figures in (("fixed", _fixed), ("loudspeakers", _loudspeakers), ("capacity", _capacity)):
        if key not in summary:
            continue
        known = key != "capacity" or bool(summary[key]["layers"])
        said = words[key if known else "unknown_capacity"]
        shown = figures(summary[key], lang) if known else {}
        parts.append((str(said["heading"]), str(said["text"]).format(**shown)))
    return parts


def _fixed(fixed: Mapping[str, Any], lang: str) -> dict[str, str]:
    plan = fixed["plan"]
    gap = plan["cable_cost_gap"]
    return {
        "share": percent(fixed["people_within_drop_share"], lang),
        "drop": number(fixed["drop_m"], lang),
        "left": number(fixed["homes_left"], lang),
        "fibre": number(plan["homes_by_fibre"], lang),
        "radio": number(plan["homes_by_wireless"], lang),
        "cable": number(plan["cable_km"] + plan["spur_km"], lang),
        "billion": number(plan["cost_vnd"] / 1e9, lang),
        # the summary's gap is a share of the cost, here of the cheapest: rounded up to stay true
        "gap": percent(gap / (1.0 - gap) + 5e-5, lang, digits=2) if gap else percent(0.0, lang),
    }


def _loudspeakers(sound: Mapping[str, Any], lang: str) -> dict[str, str]:
    return {
        "outdoors": percent(sound["people_outdoors_share"], lang),
        "indoors": percent(sound["people_indoors_share"], lang),
        "linked": number(sound["clusters_linked"], lang),
        "clusters": number(sound["clusters"], lang),
        "wanted": percent(sound["wanted_share"], lang, digits=0),
        "needed": number(sound["clusters_needed"], lang),
    }


def _capacity(load: Mapping[str, Any], lang: str) -> dict[str, str]:
    last, later = max(load["overloaded_by_year"].items())
    return {
        "each": number(load["kbps_per_person"], lang),
        "over": number(sum(row["overloaded"] for row in load["layers"]), lang),
        "cells": number(sum(row["cells"] for row in load["layers"]), lang),
        "last": last,
        "later": number(later, lang),
    }
