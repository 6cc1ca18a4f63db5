"""One draw of what is not known: what each source adds to every level, and who is served then.

Compiled without threads: draws run beside each other, each on one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.elementary import f32

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

LOWEST = f32(-1e9)


@jit(nogil=True)
def add_fading(
    out: F32, sigma_db: F32, place: I32, mast: I32, shared: F32, own: F32, at: tuple[I32, I32],
    offset: tuple[I32, I32], site_correlation: float,
) -> None:  # fmt: skip
    """Adds shadow fading: a part that all masts share and one of each mast's own, `own` read at its offset."""
    size = own.shape[0]
    common, alone = f32(np.sqrt(site_correlation)), f32(np.sqrt(1.0 - site_correlation))
    for e in range(out.size):
        i, j = at[0][place[e]], at[1][place[e]]
        y, x = i + offset[0][mast[e]], j + offset[1][mast[e]]
        y = y - size if y >= size else y
        x = x - size if x >= size else x
        out[e] += sigma_db[e] * (common * shared[i, j] + alone * own[y, x])


@jit(nogil=True)
def add_combined(out: F32, effect_db: F32, place: I32, weights: F32, at: tuple[I32, I32]) -> None:
    """Takes off losses effect_db[e, m], weighted by the fields weights[m] at each entry's place."""
    for e in range(out.size):
        i, j = at[0][place[e]], at[1][place[e]]
        total = f32(0.0)
        for m in range(weights.shape[0]):
            total += weights[m, i, j] * effect_db[e, m]
        out[e] -= total


@jit(nogil=True)
def add_clutter(out: F32, bend_db: F32, place: I32, change: F32, at: tuple[I32, I32]) -> None:
    """Takes off the loss of clutter (1 + change) times as high: bend_db[e] holds a and b of a c + b c²."""
    for e in range(out.size):
        c = max(change[at[0][place[e]], at[1][place[e]]], f32(-1.0))
        out[e] -= c * (bend_db[e, 0] + c * bend_db[e, 1])


@jit(nogil=True)
def add_of_group(out: F32, group: I32, value_db: F32) -> None:
    """Adds one value for each entry's group, such as its sector's power error."""
    for e in range(out.size):
        out[e] += value_db[group[e]]


@jit(nogil=True)
def add_scaled(out: F32, slope_db: F32, group: I32, value: F32) -> None:
    """Adds slope times the value of each entry's group."""
    for e in range(out.size):
        out[e] += slope_db[e] * value[group[e]]


@jit(nogil=True, forceinline=True)
def _cut(table: F32, degrees: float) -> float:
    size = table.size
    at = f32(degrees) * f32(size // 360)
    below = np.int64(np.floor(at))
    fraction = at - f32(below)
    while below < 0:
        below += size
    while below >= size:
        below -= size
    a = table[below]
    return a + (table[below + 1 if below + 1 < size else 0] - a) * fraction


@jit(nogil=True)
def _pattern(horizontal: F32, vertical: F32, floor_db: float, turn: float, below: float, tilts: F32) -> float:
    down = f32(below)
    if tilts[0] != f32(0.0):
        down -= tilts[0] * f32(np.cos(np.radians(turn)))
    return min(_cut(horizontal, turn) + _cut(vertical, down - tilts[1]), floor_db)


@jit(nogil=True)
def add_pointing(
    out: F32, turn_deg: F32, below_deg: F32, sector: I32, antenna: I32, horizontal_db: F32, vertical_db: F32,
    floor_db: F32, tilts_deg: F32, azimuth_error_deg: F32, tilt_error_deg: F32,
) -> None:  # fmt: skip
    """Adds what wrongly turned and tilted antennas change, from the patterns themselves.

    `turn_deg` is clockwise from each entry's boresight, tilts_deg[sector] its mechanical and electrical
    downtilt.
    """
    for e in range(out.size):
        s = sector[e]
        a = antenna[s]
        if floor_db[a] <= f32(0.0):
            continue
        was = _pattern(horizontal_db[a], vertical_db[a], floor_db[a], turn_deg[e], below_deg[e], tilts_deg[s])
        now = _pattern(
            horizontal_db[a], vertical_db[a], floor_db[a], turn_deg[e] - azimuth_error_deg[s],
            below_deg[e] - tilt_error_deg[s], tilts_deg[s],
        )  # fmt: skip
        out[e] += f32(was - now)


@jit(nogil=True)
def best_levels(level_dbm: F32, change_db: F32, start: I64, best: F32) -> None:
    """Fills best[place of layer] with the strongest level of each list after its change."""
    for k in range(best.size):
        top = LOWEST
        for e in range(start[k], start[k + 1]):
            top = max(top, level_dbm[e] + change_db[e])
        best[k] = top


@jit(nogil=True)
def together(best: F32, members: NDArray[np.bool_], level: F32) -> None:
    """Fills level[layer, place] with the best of each layer's members."""
    for layer in range(members.shape[0]):
        level[layer, :] = LOWEST
        for own in range(members.shape[1]):
            if members[layer, own]:
                for p in range(level.shape[1]):
                    level[layer, p] = max(level[layer, p], best[own, p])


@jit(nogil=True)
def group_levels(level: F32, place: I64, people: F64, start: I64, share: float, out: F32) -> None:
    """Fills out[group] with the level that `share` of the group's people have or better.

    A group's members are place[start:start + 1] with `people` each; the rule is that of `value_of_most`.
    """
    for h in range(start.size - 1):
        a, b = start[h], start[h + 1]
        out[h] = np.nan
        if a == b:
            continue
        own = np.empty(b - a, np.float32)
        total = 0.0
        for k in range(a, b):
            own[k - a] = -level[place[k]]
            total += people[k]
        order = np.argsort(own)
        heard = 0.0
        for k in order:
            heard += people[a + k]
            if heard >= share * total * (1.0 - 1e-9):
                out[h] = -own[k]
                break


@jit(nogil=True)
def _root(parent: I32, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@jit(nogil=True)
def joined_people(
    level: F32, threshold_dbm: float, place: I64, people: F64, square: I32, links: I32, parent: I32, total: F64
) -> None:  # fmt: skip
    """Fills total[square] with the people below the threshold in each group of linked squares, at one square
    of the group; squares without such people divide groups.

    `parent` comes as the numbers of the squares, `total` as zeros.
    """
    for k in range(place.size):
        if not level[place[k]] >= threshold_dbm:
            total[square[k]] += people[k]
    for k in range(links.shape[0]):
        a, b = links[k, 0], links[k, 1]
        if total[a] > 0.0 and total[b] > 0.0:
            a, b = _root(parent, a), _root(parent, b)
            if a < b:
                parent[b] = a
            else:
                parent[a] = b
    for node in range(total.size):
        root = _root(parent, node)
        if root != node:
            total[root] += total[node]
            total[node] = 0.0
