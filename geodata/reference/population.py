"""People at 100 m: a core around every hamlet's centre and scattered houses along roads and plantations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster
from phusong.geodata.reference.noise import spectral_noise


@dataclass(frozen=True, slots=True)
class People:
    """Where they live, and which hamlet each lived-in cell counts to."""

    population: Raster  # people per cell, float32
    hamlet_of_cell: Raster  # row of the hamlet table, -1 where nobody lives, int32


def people(
    hamlets: pd.DataFrame,
    xy: NDArray[np.float64],
    commune_of_hamlet: NDArray[np.int32],
    commune_of_cell: NDArray[np.int32],
    livable: NDArray[np.bool_],
    road_m: NDArray[np.float32],
    hills: NDArray[np.float32],
    grid: Grid,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> People:
    """Households drawn cell by cell, so that the cells of a hamlet sum to its population.

    A cell belongs to the nearest hamlet of its own commune; a hamlet's households fall on its own cells
    only, so nobody is counted twice.
    """
    cells = np.flatnonzero(livable)
    owner, away_m = _nearest(grid, cells, xy, commune_of_hamlet, commune_of_cell.ravel()[cells])
    keep = away_m <= settings["scatter_limit_m"]
    keep[np.unique(owner, return_index=True)[1]] = True
    cells, owner, away_m = cells[keep], owner[keep], away_m[keep]

    total = hamlets["population"].to_numpy().astype(np.float64)
    town = (hamlets["type"] == "khu phố").to_numpy()
    rough = hills.ravel()[cells]
    core_m = np.where(town, 5.2, 8.0) * np.sqrt(total)  # a town's houses stand closer
    core = np.exp(-0.5 * (away_m / core_m[owner]) ** 2)
    lumps = np.exp(1.4 * spectral_noise(rng, grid.shape, cell_m=grid.cell_m, longest_m=900.0, roughness=0.2))
    roadside = 1.0 + 6.0 * np.exp(-road_m.ravel()[cells] / 150.0)
    scatter = np.exp(-away_m / settings["scatter_reach_m"]) * roadside * lumps.ravel()[cells]
    share = settings["scatter_share_lowland"] + rough * (
        settings["scatter_share_hills"] - settings["scatter_share_lowland"]
    )
    share = np.where(town[owner], settings["scatter_share_urban"], share)
    core_lumps = lumps.ravel()[cells] * roadside
    n = len(hamlets)
    weight = (1.0 - share) * _normalised(core * core_lumps, owner, n) + share * _normalised(scatter, owner, n)
    return _settled(cells, owner, weight, total, grid, settings["household"], rng)


def _settled(
    cells: NDArray[np.int64],
    owner: NDArray[np.int64],
    weight: NDArray[np.float64],
    total: NDArray[np.float64],
    grid: Grid,
    household: float,
    rng: np.random.Generator,
) -> People:
    order = np.argsort(owner, kind="stable")
    cells, owner, weight = cells[order], owner[order], weight[order]
    n = len(total)
    weight = _normalised(weight, owner, n)
    households = np.maximum(np.round(total / household), 1.0).astype(np.int64)
    of = np.repeat(np.arange(n), households)
    ends = np.searchsorted(owner, np.arange(n + 1))
    draw = np.searchsorted(np.cumsum(weight), of + rng.random(len(of)), side="right")
    draw = np.clip(draw, ends[of], ends[of + 1] - 1)
    head = total / households  # people per household of this hamlet
    people = np.bincount(draw, weights=head[of], minlength=len(cells))
    population = np.zeros(grid.rows * grid.cols, dtype=np.float32)
    population[cells] = people
    of_cell = np.full(grid.rows * grid.cols, -1, dtype=np.int32)
    of_cell[cells[people > 0]] = owner[people > 0]
    return People(Raster(grid, population.reshape(grid.shape)), Raster(grid, of_cell.reshape(grid.shape)))


def _nearest(
    grid: Grid,
    cells: NDArray[np.int64],
    xy: NDArray[np.float64],
    commune_of_hamlet: NDArray[np.int32],
    commune: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each cell the nearest hamlet of its commune, and how far it is in metres."""
    row, col = np.divmod(cells, grid.cols)
    # a third coordinate keeps communes apart: one search serves all
    apart_m = 1e7
    tree = cKDTree(np.column_stack([xy, commune_of_hamlet * apart_m]))
    away_m, owner = tree.query(np.column_stack([grid.x_m()[col], grid.y_m()[row], commune * apart_m]))
    return owner.astype(np.int64), away_m


def _normalised(weight: NDArray[np.float64], owner: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """The weights scaled to sum to 1 within each owner."""
    return weight / np.bincount(owner, weights=weight, minlength=n)[owner]
