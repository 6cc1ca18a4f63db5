"""The official lists of Bình Phước: units of both times, hamlets, counts (sources: reference/facts)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

import pandas as pd

from phusong.geodata.matching import Unit, UnitIndex

OLD_UNTIL = "2025-06-30"  # the last day of districts and of the 111 communes
NEW_FROM = "2025-07-01"


@dataclass(frozen=True, slots=True)
class Official:
    """What a province's lists are held against; empty parts are not checked."""

    units: UnitIndex
    hamlets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # unit of 2025 → id → name
    hamlet_counts: Mapping[str, int] = field(default_factory=dict)  # unit of 2025 → number of hamlets
    populations: Mapping[str, float] = field(default_factory=dict)  # unit of 2025 → people


def _facts(name: str) -> pd.DataFrame:
    path = files("phusong.geodata.reference") / "facts" / name
    with path.open("r", encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype=str, keep_default_na=False)


@lru_cache(maxsize=1)
def binh_phuoc() -> Official:
    """The official lists of Bình Phước: 11 districts, 111 communes, the 40 units of 2025, 843 hamlets."""
    districts = [
        Unit(row.code, row.name_, "district", valid_to=OLD_UNTIL)
        for row in _facts("districts_2024.csv").rename(columns={"name": "name_"}).itertuples()
    ]
    communes = [
        Unit(
            row.code,
            row.name_,
            "commune",
            row.district,
            valid_to=OLD_UNTIL,
            successors=(row.commune_code_2025,),
        )
        for row in _facts("communes_2024.csv").rename(columns={"name": "name_"}).itertuples()
    ]
    new = _facts("communes_2025.csv").rename(columns={"name": "name_"})
    units = [
        Unit(
            row.code,
            row.name_,
            "unit_2025",
            valid_from=NEW_FROM,
            other_names=(row.name_2026,) if row.name_2026 and row.name_2026 != row.name_ else (),
        )
        for row in new.itertuples()
    ]
    hamlets: dict[str, dict[str, str]] = {}
    for row in _facts("hamlets_843.csv").rename(columns={"name": "name_"}).itertuples():
        hamlets.setdefault(row.commune_code_2025, {})[row.hamlet_id] = row.name_
    return Official(
        units=UnitIndex([*districts, *communes, *units]),
        hamlets=hamlets,
        hamlet_counts={row.code: int(row.n_hamlets) for row in new.itertuples()},
        populations={row.code: float(row.population_2025) for row in new.itertuples() if row.population_2025},
    )
