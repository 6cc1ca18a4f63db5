"""The official lists of Bình Phước: units of both times, hamlets, counts (sources: reference/facts)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from phusong.geodata.matching import Unit, UnitIndex
from phusong.geodata.reference import published

OLD_UNTIL = "2025-06-30"  # the last day of districts and of the 111 communes
NEW_FROM = "2025-07-01"


@dataclass(frozen=True, slots=True)
class Official:
    """What a province's lists are held against; empty parts are not checked."""

    units: UnitIndex
    hamlets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # unit of 2025 → id → name
    hamlet_counts: Mapping[str, int] = field(default_factory=dict)  # unit of 2025 → number of hamlets
    populations: Mapping[str, float] = field(default_factory=dict)  # unit of 2025 → people


@lru_cache(maxsize=1)
def binh_phuoc() -> Official:
    """The official lists of Bình Phước: 11 districts, 111 communes, the 40 units of 2025, 843 hamlets."""
    districts = [
        Unit(row["code"], row["name"], "district", valid_to=OLD_UNTIL)
        for row in published.table("districts_2024").to_dict("records")
    ]
    communes = [
        Unit(
            row["code"],
            row["name"],
            "commune",
            row["district"],
            valid_to=OLD_UNTIL,
            successors=(row["commune_code_2025"],),
        )
        for row in published.table("communes_2024").to_dict("records")
    ]
    new = published.table("communes_2025").to_dict("records")
    units = [
        Unit(
            row["code"],
            row["name"],
            "unit_2025",
            valid_from=NEW_FROM,
            other_names=(row["name_2026"],) if row["name_2026"] and row["name_2026"] != row["name"] else (),
        )
        for row in new
    ]
    hamlets: dict[str, dict[str, str]] = {}
    for row in published.table("hamlets_843").to_dict("records"):
        hamlets.setdefault(row["commune_code_2025"], {})[row["hamlet_id"]] = row["name"]
    return Official(
        units=UnitIndex([*districts, *communes, *units]),
        hamlets=hamlets,
        hamlet_counts={row["code"]: int(row["n_hamlets"]) for row in new},
        populations={row["code"]: float(row["population_2025"]) for row in new if row["population_2025"] > 0},
    )
