"""What fails when something fails: people who lose all service when masts, operators or areas go off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.reach import Reach


@dataclass(frozen=True, slots=True)
class MastOutages:
    """Every single-mast outage at once.

    - `masts`: mast_id, people_lost, sorted by people_lost, most first
    - `sole_mast`: for each point the mast it hangs on alone; -1 where none or more than one serves it
    - `backed`: for each point whether it is served even when any one mast fails
    """

    masts: pd.DataFrame
    sole_mast: NDArray[np.int64]
    backed: NDArray[np.bool_]


def served_points(reach: Reach, off: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Which points keep at least one sector when the sectors marked in `off` are silent, shape (points,)."""
    pairs = reach.point if off is None else reach.point[~off[reach.sector]]
    return np.bincount(pairs, minlength=reach.points) > 0


def people_lost(reach: Reach, off: NDArray[np.bool_], people: NDArray[np.float64]) -> float:
    """People served with everything on and by nothing with the sectors marked in `off` silent."""
    return float(people[served_points(reach) & ~served_points(reach, off)].sum())


def single_mast_outages(
    reach: Reach, mast_of_sector: NDArray[np.str_], people: NDArray[np.float64]
) -> MastOutages:
    """People who lose all service for each mast on its own, all masts in one pass.

    A point is lost with a mast exactly where every sector that reaches it hangs on that mast, so the first
    and the last mast (in any order) of the pairs of a point tell: they are equal, or the point is backed.
    """
    names, mast = np.unique(np.asarray(mast_of_sector, dtype=str), return_inverse=True)
    of_pair = mast[reach.sector]
    lowest = np.full(reach.points, names.size, dtype=np.int64)
    highest = np.full(reach.points, -1, dtype=np.int64)
    np.minimum.at(lowest, reach.point, of_pair)
    np.maximum.at(highest, reach.point, of_pair)
    sole = np.where(lowest == highest, lowest, -1)
    alone = sole >= 0
    lost = np.bincount(sole[alone], weights=people[alone], minlength=names.size)
    table = pd.DataFrame({"mast_id": names, "people_lost": lost})
    table = table.sort_values(["people_lost", "mast_id"], ascending=[False, True], ignore_index=True)
    return MastOutages(masts=table, sole_mast=sole, backed=(highest >= 0) & (lowest != highest))
