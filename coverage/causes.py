"""Why a gap is one and what would mend it: decided by predicting again with one thing changed.

Each counterfactual is a prediction of the same sectors, on the same grid, at the points where people of a gap
live. Houses stay in all of them: nobody can take them away, and every plan has to reach people inside them.

- `open`: flat open land, with nothing on it but the houses around the people (NEAR_M), no higher than HOUSE_M.
  Not served there: no site is in range.
- `bare`: the real hills, with nothing on them but those houses. Not served there: terrain blocks by itself.
- `flat`: flat land with all that stands on it. Not served there: clutter blocks by itself.
- `way`: the real hills with all that stands around the people and nothing beyond. Served there: what stands on
  the way blocks; not served: the trees or buildings around the people do.
- `others`: what other operators' sectors give on the real ground. Served there: only sharing is missing.
- `unlimited`: the same sectors without the border's EIRP limit. Served there: the limit is why.
- `tilted`: the same sectors with their vertical beam on every house and 3 dB more power.
- `aimed`: every mast of the operator with a sector that points straight at every house.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from phusong.coverage.antenna import Antenna
from phusong.coverage.ground import Ground
from phusong.coverage.service import People, value_of_most
from phusong.coverage.site import Sector
from phusong.geodata.raster import Raster

CAUSES = (
    "border_limit", "one_operator", "no_site", "terrain", "clutter_way", "clutter_near", "terrain_clutter",
    "indoor_only", "capacity",
)  # fmt: skip
MENDS = ("tilt_or_power", "share", "new_sector", "new_mast", "indoor_cell", "capacity")
POWER_RISE_DB = 3.0  # what a sector may be turned up by: twice the power
MENDED_SHARE = 0.8  # of a gap's people that a mend must reach
NEAR_M = 200.0  # what stands nearer than this to people is around them, the rest is on the way
HOUSE_M = 6.0  # a house of one storey and the trees of its garden; ITU-R P.1812 has 10 m for suburbs
TILTED, AIMED = "#tilted", "#aimed"
_EMPTY = 255  # a clutter code of our own: nothing

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """At each point of people: RSRP in dBm as it is (-inf where nothing reaches), and who is served under one
    change each.

    `others` is nowhere true where there is no other operator to ask (the layer of all operators), `unlimited`
    where no sector is limited. What `open` does not serve need not be known of `bare` and `flat`; `way` counts
    where `bare` serves and `flat` does not.
    """

    real_dbm: NDArray[np.float64]
    open: Bools
    bare: Bools
    flat: Bools
    way: Bools
    others: Bools
    unlimited: Bools
    tilted: Bools
    aimed: Bools


def around(ground: Ground, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> Bools:
    """The ground's cells within NEAR_M of any of these points, in the ground's shape."""
    far = np.ones(ground.grid.shape, bool)
    row, col = ground.grid.row_col(x_m, y_m)
    inside = ground.grid.contains(row, col)
    far[row[inside], col[inside]] = False
    if not inside.any():
        return ~far
    near: Bools = ndimage.distance_transform_edt(far) * ground.grid.cell_m <= NEAR_M
    return near


def bare_ground(ground: Ground, near: Bools) -> Ground:
    """The same terrain with nothing on it but houses where `near` says, at most HOUSE_M high."""
    heights = ground.clutter_height_m
    low = {code: min(height, HOUSE_M) for code, height in heights.items()}
    # what a class takes beside its height stays with houses and goes with what is higher
    losses = {
        code: loss for code, loss in ground.clutter_loss_db.items() if heights.get(code, 0.0) <= HOUSE_M
    }
    bare = _only(ground, near)
    return replace(bare, clutter_height_m={**low, _EMPTY: 0.0}, clutter_loss_db=losses)


def flat_ground(ground: Ground) -> Ground:
    """Level land with all that stands on `ground`."""
    level = np.where(np.isfinite(ground.terrain.values), np.float32(0.0), np.float32(np.nan))
    return replace(ground, terrain=Raster(ground.grid, level))


def open_land(ground: Ground, near: Bools) -> Ground:
    """Level land with nothing on it but houses where `near` says."""
    return flat_ground(bare_ground(ground, near))


def clear_way(ground: Ground, near: Bools) -> Ground:
    """The same terrain with what stands where `near` says, and nothing beyond."""
    return _only(ground, near)


def _only(ground: Ground, near: Bools) -> Ground:
    if _EMPTY in ground.clutter_height_m:
        raise ValueError(f"clutter class {_EMPTY} is kept for ground with nothing on it")
    codes = np.where(near, ground.clutter.values, ground.clutter.values.dtype.type(_EMPTY))
    heights_m = {**ground.clutter_height_m, _EMPTY: 0.0}
    return replace(ground, clutter=Raster(ground.grid, codes), clutter_height_m=heights_m)


def mend_sectors(
    sectors: Sequence[Sector], antennas: Mapping[str, Antenna]
) -> tuple[tuple[Sector, ...], dict[str, Antenna]]:
    """Every sector once tilted and once aimed, as those of operators named "<operator>#tilted" and "…#aimed".

    Given to `predict` beside the real sectors they share its sweeps. The antennas they need come second.
    """
    tilted = [
        replace(
            sector,
            operator=sector.operator + TILTED,
            antenna=sector.antenna + TILTED,
            power_dbm=sector.power_dbm + POWER_RISE_DB,
        )
        for sector in sectors
    ]
    aimed = [
        replace(sector, operator=sector.operator + AIMED, antenna=sector.antenna + AIMED)
        for sector in sectors
    ]
    used = {sector.antenna: antennas[sector.antenna] for sector in sectors}
    extra = {name + TILTED: _without(antenna, vertical=True) for name, antenna in used.items()}
    extra |= {
        name + AIMED: _without(antenna, vertical=True, horizontal=True) for name, antenna in used.items()
    }
    return (*tilted, *aimed), extra


def _without(antenna: Antenna, *, vertical: bool = False, horizontal: bool = False) -> Antenna:
    """The antenna with a cut flattened: it looks equally well everywhere in that plane."""
    return replace(
        antenna,
        horizontal_db=np.zeros_like(antenna.horizontal_db) if horizontal else antenna.horizontal_db,
        vertical_db=np.zeros_like(antenna.vertical_db) if vertical else antenna.vertical_db,
    )


def explain_gaps(
    gap_of_point: NDArray[np.int64],
    gaps: int,
    people: People,
    levels: Counterfactuals,
    threshold_dbm: float,
) -> pd.DataFrame:
    """cause, cause_share, own_cause, mend and lacking_db of each gap, one row a gap.

    A gap's cause is that of most of its people, who are `cause_share` of them; `own_cause` is the same with
    the other operators out of sight. `lacking_db` is what the signal lacks for MENDED_SHARE of its people, NaN
    where they have none at all; the mend is the first of MENDS that would serve as many.
    """
    inside = gap_of_point >= 0
    gap, weight = gap_of_point[inside], people.people[inside]
    total = np.bincount(gap, weights=weight, minlength=gaps)

    def share(served: Bools) -> NDArray[np.float64]:
        return np.bincount(gap, weights=weight * served[inside], minlength=gaps) / total

    def most(causes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        votes = np.stack(
            [
                np.bincount(gap, weights=weight * (causes == code), minlength=gaps)
                for code in range(len(CAUSES))
            ]
        )
        return np.argmax(votes, axis=0), votes.max(axis=0) / total

    own = causes_of_points(levels)[inside]
    alone = levels.others[inside] & (own != CAUSES.index("border_limit"))
    cause, cause_share = most(np.where(alone, CAUSES.index("one_operator"), own))
    own_cause, _ = most(own)
    reachable = np.stack([share(levels.tilted), share(levels.others), share(levels.aimed), np.ones(gaps)])
    real = value_of_most(levels.real_dbm[inside], weight, gap, gaps, MENDED_SHARE)
    mend = np.argmax(reachable >= MENDED_SHARE, axis=0)
    return pd.DataFrame(
        {
            "cause": [CAUSES[code] for code in cause],
            "cause_share": cause_share,
            "own_cause": [CAUSES[code] for code in own_cause],
            "mend": [MENDS[code] for code in mend],
            "lacking_db": np.where(np.isfinite(real), threshold_dbm - real, np.nan),
        }
    )


def causes_of_points(levels: Counterfactuals) -> NDArray[np.int64]:
    """Index into CAUSES at each point of people, of the own sectors alone; meaningless where it is served.

    Terrain or clutter is the cause where it blocks by itself and the other does not; `terrain_clutter` where
    each would by itself, or neither would and the two together do.
    """
    hills, plants = ~levels.bare, ~levels.flat
    names = ("border_limit", "no_site", "terrain", "clutter_way", "clutter_near")
    codes: NDArray[np.int64] = np.select(
        [
            levels.unlimited,
            ~levels.open,
            hills & ~plants,
            plants & ~hills & levels.way,
            plants & ~hills,
        ],
        [CAUSES.index(name) for name in names],
        default=CAUSES.index("terrain_clutter"),
    )
    return codes
