"""Where masts stand: where people are, farther apart in the hills and along the border."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from phusong.geodata.raster import Raster


def masts(
    population: Raster,
    remote: NDArray[np.float32],
    road_m: NDArray[np.float32],
    hamlet_xy: NDArray[np.float64],
    hamlet_remote: NDArray[np.float64],
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Masts with x_m, y_m, density (people per km² around), remote (0-1); `settings["masts"]` rows.

    Cells are drawn in random order, likelier where more people live, and one is taken when no mast is
    nearer than the spacing there. Before that every hamlet gets a mast within the paper reach.
    """
    grid = population.grid
    density = _density(population)
    spacing_m = _spacing(density, remote, settings)
    flat = np.flatnonzero((population.values > 0).ravel())
    wish = density.ravel()[flat] ** settings["density_exponent"]
    wish *= 1.0 - (1.0 - settings["remote_demand_factor"]) * remote.ravel()[flat]
    wish *= 1.0 + 1.5 * np.exp(-road_m.ravel()[flat] / 400.0)
    order = np.argsort(rng.exponential(1.0, len(flat)) / wish)  # weighted order without replacement
    cells = flat[order]
    row, col = np.divmod(cells, grid.cols)
    xy = np.column_stack([grid.x_m()[col], grid.y_m()[row]])
    first = _reach_every_hamlet(xy, density.ravel()[cells], hamlet_xy, hamlet_remote, settings)
    chosen = _thinned(xy, spacing_m.ravel()[cells], first, int(settings["masts"]))
    place = xy[chosen] + rng.uniform(-45.0, 45.0, (len(chosen), 2))
    return pd.DataFrame(
        {
            "x_m": place[:, 0],
            "y_m": place[:, 1],
            "density": density.ravel()[cells[chosen]],
            "remote": remote.ravel()[cells[chosen]],
        }
    )


def _density(population: Raster) -> NDArray[np.float64]:
    """People per km² within about a kilometre."""
    km2 = population.grid.cell_m**2 / 1e6
    return np.asarray(ndimage.gaussian_filter(population.values.astype(np.float64), 6.0) / km2)


def _spacing(density: NDArray[np.float64], remote: NDArray[np.float32], settings: Mapping[str, Any]) -> Any:
    """Least distance between masts in metres: shorter where more people live, within limits."""
    crowding = np.maximum(density, 1.0) / 300.0
    spacing = settings["spacing_at_300_per_km2_m"] * crowding ** -settings["spacing_exponent"]
    spacing = spacing * (1.0 + (settings["remote_spacing_factor"] - 1.0) * remote)
    return np.clip(spacing, settings["min_spacing_m"], settings["max_spacing_m"])


def _reach_every_hamlet(
    xy: NDArray[np.float64],
    density: NDArray[np.float64],
    hamlet_xy: NDArray[np.float64],
    hamlet_remote: NDArray[np.float64],
    settings: Mapping[str, Any],
) -> list[int]:
    """Candidates such that every hamlet has one within its reach: greedy, most hamlets first."""
    reach_m = settings["paper_reach_m"] + hamlet_remote * (
        settings["paper_reach_remote_m"] - settings["paper_reach_m"]
    )
    tree = cKDTree(hamlet_xy)
    near = tree.query(xy)[0] < 1500.0  # masts stand in or beside a hamlet
    sample = np.flatnonzero(near)[:4000]
    reached = [
        np.array([h for h in found if np.hypot(*(hamlet_xy[h] - xy[c])) < reach_m[h] - 200.0], dtype=int)
        for c, found in zip(sample, tree.query_ball_point(xy[sample], float(reach_m.max())), strict=True)
    ]
    left = np.ones(len(hamlet_xy), dtype=bool)
    chosen: list[int] = []
    while left.any():
        gain = np.array([left[found].sum() for found in reached]) + 1e-9 * density[sample]
        best = int(gain.argmax())
        if gain[best] < 1.0:  # a hamlet that no sampled cell reaches: the cell nearest to it
            lonely = int(np.flatnonzero(left)[0])
            chosen.append(int(np.hypot(*(xy - hamlet_xy[lonely]).T).argmin()))
            left[lonely] = False
            continue
        chosen.append(int(sample[best]))
        left[reached[best]] = False
    return chosen


def _thinned(
    xy: NDArray[np.float64], spacing_m: NDArray[np.float64], first: list[int], wanted: int
) -> NDArray[np.int64]:
    """The first candidates, then candidates in order that keep their spacing, `wanted` in all.

    When the spacing lets too few stand it is shrunk by 3 % at a time.
    """
    scale = 1.0
    while True:
        chosen = list(first)
        for batch in np.array_split(np.arange(len(xy)), 60):
            tree = cKDTree(xy[chosen])
            open_ = batch[tree.query(xy[batch])[0] >= scale * spacing_m[batch]]
            taken: list[int] = []
            for c in open_:
                if not taken or np.hypot(*(xy[taken] - xy[c]).T).min() >= scale * spacing_m[c]:
                    taken.append(int(c))
            chosen += taken
            if len(chosen) >= wanted:
                return np.array(chosen[:wanted])
        scale *= 0.97


def on_hilltops(
    masts: pd.DataFrame, terrain: Raster, closed: NDArray[np.bool_], settings: Mapping[str, Any]
) -> pd.DataFrame:
    """The masts, rural ones moved to the highest ground nearby, none left on closed cells.

    `closed`, on the terrain's grid, marks water and the neighbours' ground.
    """
    grid = terrain.grid
    row, col = grid.row_col(masts["x_m"].to_numpy(), masts["y_m"].to_numpy())
    reach = int(settings["hilltop_search_m"] / grid.cell_m)
    down, right = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.hypot(down, right) <= reach
    down, right = down[disc], right[disc]
    rows = np.clip(row[:, None] + down, 0, grid.rows - 1)
    cols = np.clip(col[:, None] + right, 0, grid.cols - 1)
    height = np.where(closed[rows, cols], -1e3, terrain.values[rows, cols])
    stays = (masts["density"].to_numpy() > 1500.0)[:, None] & ((down != 0) | (right != 0))
    height = np.where(stays & ~closed[row, col][:, None], -1e4, height)
    best = height.argmax(axis=1)
    k = np.arange(len(masts))
    moved = best != int(np.flatnonzero((down == 0) & (right == 0))[0])
    x_m = np.where(moved, grid.x_m()[cols[k, best]], masts["x_m"])
    y_m = np.where(moved, grid.y_m()[rows[k, best]], masts["y_m"])
    return masts.assign(x_m=np.round(x_m, 1), y_m=np.round(y_m, 1))


def remoteness(
    hills: NDArray[np.float32], border_m: NDArray[np.float32], strip_m: float
) -> NDArray[np.float32]:
    """0 in the lowland to 1 in the high hills and at the border."""
    at_border = np.clip(1.5 - border_m / strip_m, 0.0, 1.0)
    in_hills = np.clip((hills - 0.35) / 0.4, 0.0, 1.0)
    return np.asarray(np.maximum(at_border, in_hills), dtype=np.float32)
