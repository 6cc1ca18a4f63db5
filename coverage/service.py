"""Who is served: from signal on a grid to hamlets, units and people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.geodata.raster import Raster

LEVELS = ("none", "outdoor", "in_car", "indoor")  # from worst to best


@dataclass(frozen=True, slots=True)
class LevelThresholds:
    """Outdoor RSRP in dBm from which service works outdoors, in a car and indoors; rising."""

    outdoor_dbm: float
    in_car_dbm: float
    indoor_dbm: float


@dataclass(frozen=True, slots=True)
class People:
    """Where people live: one point a populated cell, each in exactly one hamlet. Arrays of one length."""

    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    people: NDArray[np.float64]
    hamlet: NDArray[np.int64]  # row of the hamlet table


def signal_at(rsrp: Raster, people: People) -> NDArray[np.float64]:
    """RSRP in dBm of the cell in which each point of `people` lies; -inf where no signal reaches."""
    level_dbm = rsrp.at(people.x_m, people.y_m).astype(np.float64)
    return np.where(np.isnan(level_dbm), -np.inf, level_dbm)


def level_codes(rsrp_dbm: NDArray[np.floating], thresholds: LevelThresholds) -> NDArray[np.int8]:
    """Index into LEVELS for each RSRP; NaN and -inf are `none`."""
    steps = np.array([thresholds.outdoor_dbm, thresholds.in_car_dbm, thresholds.indoor_dbm])
    codes: NDArray[np.int8] = np.searchsorted(
        steps, np.nan_to_num(rsrp_dbm, nan=-np.inf, neginf=-np.inf), side="right"
    ).astype(np.int8)
    return codes


def value_of_most(
    values: NDArray[np.float64],
    weight: NDArray[np.float64],
    group: NDArray[np.int64],
    groups: int,
    share: float,
) -> NDArray[np.float64]:
    """For each group the value that at least `share` of its weight has or better, shape (groups,).

    NaN for a group without weight. `share` in (0, 1].
    """
    order = np.lexsort((-values, group))
    ranked, heavy = group[order], weight[order]
    total = np.bincount(ranked, weights=heavy, minlength=groups)
    before = np.concatenate(([0.0], np.cumsum(total)))[ranked]
    # rounding of the running sum must not push the last of a group beyond its total
    enough = np.flatnonzero(np.cumsum(heavy) - before >= share * total[ranked] * (1 - 1e-9))
    first = np.full(groups, -1, np.int64)
    first[ranked[enough[::-1]]] = enough[::-1]  # the lowest index of each group is written last
    result = np.full(groups, np.nan)
    found = (first >= 0) & (total > 0)
    result[found] = values[order][first[found]]
    return result


def people_share(
    served: NDArray[np.bool_], people: People, unit: NDArray[np.int64], units: int
) -> NDArray[np.float64]:
    """Share of each unit's people at served points, shape (units,); NaN for a unit without people.

    `unit` gives the unit of each point of `people`, -1 for none.
    """
    inside = unit >= 0
    total = np.bincount(unit[inside], weights=people.people[inside], minlength=units)
    have = np.bincount(unit[inside], weights=(people.people * served)[inside], minlength=units)
    share: NDArray[np.float64] = np.divide(have, total, out=np.full(units, np.nan), where=total > 0)
    return share


def area_share(
    rsrp: Raster, threshold_dbm: float, unit: NDArray[np.integer], units: int
) -> NDArray[np.float64]:
    """Share of each unit's cells at or above the threshold, shape (units,); NaN for a unit without a cell.

    `unit` has the raster's shape: the unit of each cell, -1 for none.
    """
    inside = unit >= 0
    total = np.bincount(unit[inside], minlength=units).astype(np.float64)
    served = inside & (rsrp.values >= threshold_dbm)
    have = np.bincount(unit[served], minlength=units)
    share: NDArray[np.float64] = np.divide(have, total, out=np.full(units, np.nan), where=total > 0)
    return share
