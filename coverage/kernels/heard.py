"""The strongest sectors at some places: what each mast brings there, kept in order of level."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.elementary import f32, i32
from phusong.coverage.kernels.gather import CHUNKS, F32, STEPS, MastSectors, MastView, direction

I32 = NDArray[np.int32]


class Ranks(NamedTuple):
    """The strongest sectors by layer and place, falling: arrays of shape (layers, places, depth)."""

    level_dbm: F32
    sector: I32  # -1 where there are fewer


@jit(forceinline=True)
def _between(table: F32, at: float) -> float:
    below = i32(at)
    return table[below] + (table[below + i32(1)] - table[below]) * (at - f32(below))


@jit()
def _keep(level: F32, sector: I32, p: float, number: int) -> None:
    # equal levels are ordered by number, so that the order of masts does not show
    last = level.size - 1
    if not (p > level[last] or (p == level[last] and number < sector[last])):
        return
    k = last
    while k > 0 and (p > level[k - 1] or (p == level[k - 1] and number < sector[k - 1])):
        level[k], sector[k] = level[k - 1], sector[k - 1]
        k -= 1
    level[k], sector[k] = p, number


@jit(parallel=True)
def hear(
    ranks: Ranks, layer_of_sector: I32, row: I32, col: I32, ground_m: F32, first: int, last: int,
    sectors: MastSectors, view: MastView, polar: F32, reach: I32, limits: I32, constant_db: F32,
) -> None:  # fmt: skip
    """Adds one mast to the places `first` to `last` (not included), as `gather` adds it to cells.

    `row`, `col` are the places' cells in the grid of `view`, `ground_m` their heights.
    """
    radials = polar.shape[1]
    per_degree = f32(radials / 360.0)
    eye = f32(view.antenna_m - view.receiver_m)
    for chunk in prange(CHUNKS):
        for k in range(
            first + chunk * (last - first) // CHUNKS, first + (chunk + 1) * (last - first) // CHUNKS
        ):
            east = (col[k] - view.x) * view.cell_m
            north = (view.y - row[k]) * view.cell_m
            if abs(east) > view.reach_cells * view.cell_m:
                continue
            turn, sine, cosine, flat_m, below, spread = direction(
                f32(east), f32(north), eye - ground_m[k], f32(view.bulge_m)
            )
            radius = flat_m * f32(1.0 / view.polar_m)
            at = turn * per_degree
            r0 = i32(at)
            across = at - f32(r0)
            r0 = r0 if r0 < radials else i32(0)
            r1 = r0 + i32(1) if r0 + i32(1) < radials else i32(0)
            n = i32(radius)
            along = radius - f32(n)
            known = min(reach[r0], reach[r1])
            for s in range(sectors.number.size):
                b = sectors.band[s]
                if n >= min(limits[b], known):
                    continue
                one = polar[b, r0, n] + (polar[b, r0, n + 1] - polar[b, r0, n]) * along
                two = polar[b, r1, n] + (polar[b, r1, n + 1] - polar[b, r1, n]) * along
                loss = one + (two - one) * across + spread + constant_db[b]
                tilt = sectors.tilt_deg[s]
                down = below - (tilt[0] * sine + tilt[1] * cosine)
                down = max(f32(-180.0), min(down, f32(179.9)))
                pattern = _between(sectors.horizontal_db[s], turn) + _between(
                    sectors.vertical_db[s], (down + f32(180.0)) * f32(STEPS)
                )
                p = sectors.level_dbm[s] - min(pattern, sectors.floor_db[s]) - loss
                layer = layer_of_sector[sectors.number[s]]
                _keep(ranks.level_dbm[layer, k], ranks.sector[layer, k], p, sectors.number[s])
