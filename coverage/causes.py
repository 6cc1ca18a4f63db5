"""Why a gap is one and what would mend it: decided by predicting again with one thing changed.

Each counterfactual is a prediction of the same sectors, on the same grid, at the points where people of a gap
live:

- `bare`: the same ground without clutter. Served there: vegetation or buildings block the signal.
- `smooth`: a smooth earth without terrain or clutter. Served there and not on bare ground: terrain blocks it.
- neither: no site is in range.
- `others`: what other operators' sectors give on the real ground. Served there: only sharing is missing.
- `tilted`: the same sectors with their vertical beam on every house and 3 dB more power.
- `aimed`: every mast of the operator with a sector that points straight at every house.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.antenna import Antenna
from phusong.coverage.ground import Ground
from phusong.coverage.service import People, value_of_most
from phusong.coverage.site import Sector
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

CAUSES = ("one_operator", "clutter", "terrain", "no_site", "indoor_only", "capacity")
MENDS = ("tilt_or_power", "share", "new_sector", "new_mast", "indoor_cell", "capacity")
POWER_RISE_DB = 3.0  # what a sector may be turned up by: twice the power
MENDED_SHARE = 0.8  # of a gap's people that a mend must reach
SMOOTH_CELL_M = 300.0  # a smooth earth needs no finer cells
TILTED, AIMED = "#tilted", "#aimed"


@dataclass(frozen=True, slots=True)
class Counterfactuals:
    """RSRP in dBm at each point of people under one change each; -inf where nothing reaches.

    `others` is all -inf where there is no other operator to ask (the layer of all operators).
    """

    real: NDArray[np.float64]
    bare: NDArray[np.float64]
    smooth: NDArray[np.float64]
    others: NDArray[np.float64]
    tilted: NDArray[np.float64]
    aimed: NDArray[np.float64]


def bare_ground(ground: Ground) -> Ground:
    """The same terrain with nothing on it."""
    return Ground(ground.terrain, ground.clutter, dict.fromkeys(ground.clutter_height_m, 0.0))


def smooth_earth(ground: Ground) -> Ground:
    """A smooth earth without terrain or clutter where `ground` is."""
    west, _, _, north = ground.grid.bounds_m
    cells = ground.grid.cell_m / SMOOTH_CELL_M
    grid = Grid(
        crs=ground.grid.crs,
        west_m=west,
        north_m=north,
        cell_m=SMOOTH_CELL_M,
        rows=int(np.ceil(ground.grid.rows * cells)),
        cols=int(np.ceil(ground.grid.cols * cells)),
    )
    return Ground(
        Raster(grid, np.zeros(grid.shape, np.float32)), Raster(grid, np.zeros(grid.shape, np.uint8)), {0: 0.0}
    )


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
    """cause, mend and lacking_db of each gap, one row a gap.

    A person's cause is the first of CAUSES whose change would serve them; a gap's is that of most of its
    people. `lacking_db` is what the signal lacks for MENDED_SHARE of its people, NaN where they have none at
    all; the mend is the first of MENDS that would serve as many.
    """
    inside = gap_of_point >= 0
    gap, weight = gap_of_point[inside], people.people[inside]
    total = np.bincount(gap, weights=weight, minlength=gaps)

    def share(level: NDArray[np.float64]) -> NDArray[np.float64]:
        served = weight * (level[inside] >= threshold_dbm)
        return np.bincount(gap, weights=served, minlength=gaps) / total

    point_cause = np.select(
        [levels.others[inside] >= threshold_dbm, levels.bare[inside] >= threshold_dbm,
         levels.smooth[inside] >= threshold_dbm],
        [0, 1, 2],
        default=3,
    )  # fmt: skip
    votes = np.stack(
        [np.bincount(gap, weights=weight * (point_cause == code), minlength=gaps) for code in range(4)]
    )
    reachable = np.stack([share(levels.tilted), share(levels.others), share(levels.aimed), np.ones(gaps)])
    real = value_of_most(levels.real[inside], weight, gap, gaps, MENDED_SHARE)
    mend = np.argmax(reachable >= MENDED_SHARE, axis=0)
    return pd.DataFrame(
        {
            "cause": [CAUSES[code] for code in np.argmax(votes, axis=0)],
            "mend": [MENDS[code] for code in mend],
            "lacking_db": np.where(np.isfinite(real), threshold_dbm - real, np.nan),
        }
    )
