"""Two or more runs side by side: who gains, who loses, and whether the difference is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.service import People
from phusong.coverage.uncertainty.intervals import larger_than_noise
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.scenarios.inputs import Inputs, load_inputs
from phusong.scenarios.stored_run import StoredRun
from phusong.scenarios.uncertainty.outputs import DRAWS_FILE

ROUNDING_DB = 0.1  # levels this near to the threshold may fall on either side: the kernels' own tolerance
ROAD_STEP_M = 50.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """How `other` differs from `first`.

    - `layers`: one row a layer of either run: layer, people_first, people_other, people_gained, people_lost,
      people_uncertain (so near to the threshold that rounding may decide, and where the runs'
      cells differ in size those at the edge of what is served), area_gained_km2, area_lost_km2,
      hamlets_gained, hamlets_lost, border_gained_km, border_lost_km, real (False where the whole difference
      is no larger than what rounding may decide); where both runs made the same draws also, of their paired
      differences in people served, people_difference_p5, …_p50, …_p95 and beyond_noise (False where zero lies
      within)
    - `communes`: layer, code, name, people_gained, people_lost
    - `hamlets`: hamlet_id, name, commune, layer, level_first, level_other; those whose level changed
    """

    first: StoredRun
    other: StoredRun
    layers: pd.DataFrame
    communes: pd.DataFrame
    hamlets: pd.DataFrame


def compare(first: StoredRun, other: StoredRun) -> Comparison:
    """The differences of `other` from `first`. InputError where the runs are of different data.

    People are those of `other`'s year in both: what is compared is whom the stations serve, not who was born.
    """
    if first.scenario.data != other.scenario.data:
        raise InputError(
            f"{first.folder} and {other.folder} are runs of different data "
            f"({first.scenario.data!r}, {other.scenario.data!r}); compare runs of one province"
        )
    inputs = load_inputs(other.scenario)
    keys = list(dict.fromkeys((*first.layers, *other.layers)))
    counted = [_layer(first, other, key, inputs) for key in keys]
    return Comparison(
        first=first,
        other=other,
        layers=pd.DataFrame([row for row, _ in counted]),
        communes=pd.concat([communes for _, communes in counted], ignore_index=True),
        hamlets=_changed_hamlets(first, other, keys),
    )


def compare_all(runs: Sequence[StoredRun]) -> list[Comparison]:
    """Every later run against the first."""
    return [compare(runs[0], other) for other in runs[1:]]


def _threshold_dbm(run: StoredRun, layer: str) -> float | None:
    found = [item["threshold_dbm"] for item in run.summary["layers"] if item["layer"] == layer]
    return float(found[0]) if found else None


def _layer(
    first: StoredRun, other: StoredRun, key: str, inputs: Inputs
) -> tuple[dict[str, object], pd.DataFrame]:
    """One layer's row and its communes."""
    people = inputs.people
    was, near_first = _served(first, key, people.x_m, people.y_m)
    now, near_other = _served(other, key, people.x_m, people.y_m)
    gained, lost = now & ~was, was & ~now
    unsure = near_first | near_other
    if first.scenario.resolution_m != other.scenario.resolution_m:
        # cells of another size cut the same signal elsewhere: whoever lives at an edge may fall on either side
        half_m = max(first.scenario.resolution_m, other.scenario.resolution_m) / 2.0
        unsure |= _at_edge(first, key, people, was, half_m) | _at_edge(other, key, people, now, half_m)
    uncertain = float(people.people[unsure].sum())
    changed = float(people.people[gained | lost].sum())
    area_gained, area_lost = _area_km2(first, other, key, inputs)
    road_gained, road_lost = _road_km(first, other, key, inputs)
    hamlets_first, hamlets_other = _hamlets_served(first, key), _hamlets_served(other, key)
    row = {
        "layer": key,
        "people_first": float(people.people[was].sum()),
        "people_other": float(people.people[now].sum()),
        "people_gained": float(people.people[gained].sum()),
        "people_lost": float(people.people[lost].sum()),
        "people_uncertain": uncertain,
        "area_gained_km2": area_gained,
        "area_lost_km2": area_lost,
        "hamlets_gained": len(hamlets_other - hamlets_first),
        "hamlets_lost": len(hamlets_first - hamlets_other),
        "border_gained_km": road_gained,
        "border_lost_km": road_lost,
        "real": changed > uncertain,
        **_noise(first, other, key),
    }
    return row, _by_commune(key, inputs, gained, lost)


def _noise(first: StoredRun, other: StoredRun, key: str) -> dict[str, object]:
    """The interval of the paired differences of both runs' draws; empty where they made no such draws.

    Both runs used the same random numbers, draw by draw, for every mast and sector that they share, so most of
    what is not known cancels out.
    """
    if not paired(first, other):
        return {}
    before, after = first.draws(), other.draws()
    was, now = (table.loc[table["layer"] == key, "people_served"].to_numpy() for table in (before, after))
    draws = before["draw"].nunique()
    was, now = (one if one.size else np.zeros(draws) for one in (was, now))  # a run without the layer
    found, beyond = larger_than_noise(was, now)
    quantiles = {"p5": found.p5, "p50": found.p50, "p95": found.p95}
    return {
        **{f"people_difference_{name}": round(float(value), 1) for name, value in quantiles.items()},
        "beyond_noise": beyond,
    }


def same_people(first: StoredRun, other: StoredRun) -> bool:
    """Whether both runs count the same people; not so where `[growth]` or its year differs."""
    return bool(first.summary["population_total"] == other.summary["population_total"])


def paired(first: StoredRun, other: StoredRun) -> bool:
    """Whether both runs drew the same errors, draw by draw, on the same ground with the same people."""
    one, two = first.scenario, other.scenario
    alike = ("seed", "data", "area", "resolution_m")
    return (
        one.uncertainty.enabled
        and two.uncertainty.enabled
        and one.uncertainty.draws == two.uncertainty.draws
        and one.uncertainty.changes() == two.uncertainty.changes()
        and one.radio.model == two.radio.model
        and same_people(first, other)
        and all(getattr(one, name) == getattr(two, name) for name in alike)
        and (first.folder / DRAWS_FILE).is_file()
        and (other.folder / DRAWS_FILE).is_file()
    )


def _served(
    run: StoredRun, key: str, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each point is served, and whether rounding may decide that."""
    threshold = _threshold_dbm(run, key)
    if threshold is None:
        return np.zeros(np.shape(x_m), bool), np.zeros(np.shape(x_m), bool)
    level = run.signal_dbm(key, x_m, y_m)
    return level >= threshold, np.abs(level - threshold) < ROUNDING_DB


def _at_edge(
    run: StoredRun, key: str, people: People, served: NDArray[np.bool_], half_m: float
) -> NDArray[np.bool_]:
    """Points whose service differs from that half a cell to the east, west, north or south of them."""
    edge = np.zeros(served.shape, bool)
    for east_m, north_m in ((half_m, 0.0), (-half_m, 0.0), (0.0, half_m), (0.0, -half_m)):
        edge |= _served(run, key, people.x_m + east_m, people.y_m + north_m)[0] != served
    return edge


def _area_km2(first: StoredRun, other: StoredRun, key: str, inputs: Inputs) -> tuple[float, float]:
    """Area gained and lost inside the province, on the grid of `other`."""
    grid: Grid = inputs.grid
    row, col = np.nonzero(inputs.commune_of_cell >= 0)
    x_m, y_m = grid.x_m()[col], grid.y_m()[row]
    was, _ = _served(first, key, x_m, y_m)
    now, _ = _served(other, key, x_m, y_m)
    cell_km2 = grid.cell_m**2 / 1e6
    return float((now & ~was).sum() * cell_km2), float((was & ~now).sum() * cell_km2)


def _road_km(first: StoredRun, other: StoredRun, key: str, inputs: Inputs) -> tuple[float, float]:
    """Kilometres of the border patrol road gained and lost."""
    road = inputs.province.patrol_road
    along = np.arange(ROAD_STEP_M / 2, road.length, ROAD_STEP_M)
    points = [road.interpolate(distance) for distance in along]
    x_m, y_m = np.array([point.x for point in points]), np.array([point.y for point in points])
    was, _ = _served(first, key, x_m, y_m)
    now, _ = _served(other, key, x_m, y_m)
    return float((now & ~was).sum() * ROAD_STEP_M / 1e3), float((was & ~now).sum() * ROAD_STEP_M / 1e3)


def _hamlets_served(run: StoredRun, key: str) -> set[str]:
    if key not in run.layers:
        return set()
    table = run.hamlets()
    return set(table.loc[table[f"service_level:{key}"] != "none", "hamlet_id"])


def _by_commune(key: str, inputs: Inputs, gained: NDArray[np.bool_], lost: NDArray[np.bool_]) -> pd.DataFrame:
    communes = inputs.province.communes.reset_index(drop=True)
    commune = inputs.commune_of_hamlet()[inputs.people.hamlet]
    people = inputs.people.people
    return pd.DataFrame(
        {
            "layer": key,
            "code": communes["code"],
            "name": communes["name"],
            "people_gained": np.bincount(commune, weights=people * gained, minlength=len(communes)),
            "people_lost": np.bincount(commune, weights=people * lost, minlength=len(communes)),
        }
    )


def _changed_hamlets(first: StoredRun, other: StoredRun, keys: Sequence[str]) -> pd.DataFrame:
    """Hamlets whose service level differs, in any layer."""
    before, after = first.hamlets(), other.hamlets()
    tables = []
    for key in keys:
        column = f"service_level:{key}"
        was = before.set_index("hamlet_id")[column] if column in before else pd.Series(dtype=object)
        now = after.set_index("hamlet_id")[column] if column in after else pd.Series(dtype=object)
        both = after[["hamlet_id", "name", "commune"]].assign(
            layer=key,
            level_first=after["hamlet_id"].map(was).fillna("none"),
            level_other=after["hamlet_id"].map(now).fillna("none"),
        )
        tables.append(both[both["level_first"] != both["level_other"]])
    return pd.concat(tables, ignore_index=True)
