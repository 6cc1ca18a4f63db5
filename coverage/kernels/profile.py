"""Reading terrain and clutter along a line: loops and indices only.

Positions are in cells of the ground's grid: (0, 0) is the centre of its first cell, x runs east, y south.
"""

from __future__ import annotations

from math import ceil, cos, hypot, pi, sin

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit

Samples = NDArray[np.int16]  # (rows, cols, 2): terrain, clutter height, decimetres
Heights = NDArray[np.float64]

METRES = 0.1  # in a decimetre
OUTSIDE_DM = -20000  # terrain at or below has no value


@jit()
def inside(samples: Samples, x: float, y: float) -> bool:
    """True where the four cells around (x, y) exist and have a height."""
    rows, cols = samples.shape[0], samples.shape[1]
    if not (x >= 0.0 and y >= 0.0 and x <= cols - 1.001 and y <= rows - 1.001):
        return False
    i, j = int(y), int(x)
    lowest = min(
        min(samples[i, j, 0], samples[i, j + 1, 0]), min(samples[i + 1, j, 0], samples[i + 1, j + 1, 0])
    )
    return lowest > OUTSIDE_DM


@jit()
def terrain_m(samples: Samples, x: float, y: float) -> float:
    """Terrain height between four cells, m above sea level, bilinear; (x, y) must be `inside`."""
    i, j = int(y), int(x)
    fy, fx = y - i, x - j
    north = samples[i, j, 0] * (1.0 - fx) + samples[i, j + 1, 0] * fx
    south = samples[i + 1, j, 0] * (1.0 - fx) + samples[i + 1, j + 1, 0] * fx
    return (north * (1.0 - fy) + south * fy) * METRES


@jit()
def clutter_m(samples: Samples, x: float, y: float) -> float:
    """Clutter height of the nearest cell, m: classes are not averaged."""
    return samples[int(y + 0.5), int(x + 0.5), 1] * METRES


@jit()
def samples_to_edge(samples: Samples, x0: float, y0: float, ux: float, uy: float, most: int) -> int:
    """How many unit steps from (x0, y0) along (ux, uy) stay inside the grid, at most `most`."""
    east, south = samples.shape[1] - 1.001, samples.shape[0] - 1.001
    steps = float(most)
    if ux > 1e-9:  # below that the line runs along the edge, and a quotient would overflow
        steps = min(steps, (east - x0) / ux)
    elif ux < -1e-9:
        steps = min(steps, -x0 / ux)
    if uy > 1e-9:
        steps = min(steps, (south - y0) / uy)
    elif uy < -1e-9:
        steps = min(steps, -y0 / uy)
    return max(0, int(steps))


@jit()
def samples_wanted(
    wanted: NDArray[np.uint8],
    output: tuple[float, float, float],
    ux: float,
    uy: float,
    most: int,
    stride: int,
) -> int:
    """The last sample of a radial, at most `most`, that a cell asked for may need: two kept ones behind it.

    `output` is (x, y, length of a step) in cells of the grid of `wanted`, whose edge counts for two cells
    beyond it.
    """
    rows, cols = wanted.shape
    for n in range(most, 0, -1):
        x = output[0] + n * output[2] * ux
        y = output[1] + n * output[2] * uy
        if -2.5 < x < cols + 1.5 and -2.5 < y < rows + 1.5:
            col = min(max(int(np.floor(x + 0.5)), 0), cols - 1)
            row = min(max(int(np.floor(y + 0.5)), 0), rows - 1)
            if wanted[row, col]:
                return min(most, (n // stride + 3) * stride)
    return 0


@jit(parallel=True)
def ends_of(
    wanted: NDArray[np.uint8], output: tuple[float, float, float], most: int, stride: int,
    ends: NDArray[np.int32],
) -> None:  # fmt: skip
    """Fills for each radial of a mast, evenly around from north, what `samples_wanted` says of it."""
    for r in prange(ends.size):
        azimuth = 2.0 * pi * r / ends.size
        ends[r] = samples_wanted(wanted, output, sin(azimuth), -cos(azimuth), most, stride)


@jit(fastmath={"contract", "nsz"})
def _read_line(
    flat: NDArray[np.int16], width: int, x0: float, y0: float, ux: float, uy: float, last: int,
    terrain: Heights, clutter: Heights,
) -> None:  # fmt: skip
    for n in range(last + 1):
        x, y = x0 + n * ux, y0 + n * uy
        j, i = np.int32(x), np.int32(y)
        fx, fy = x - j, y - i
        at = np.uint32(np.int32(i * width + np.int32(2) * j))
        below = np.uint32(at + np.uint32(width))
        a, b = flat[at], flat[at + np.uint32(2)]
        c, d = flat[below], flat[below + np.uint32(2)]
        north = a + (b - a) * fx
        south = c + (d - c) * fx
        terrain[n] = (north + (south - north) * fy) * METRES
        east = np.uint32(2) if fx >= 0.5 else np.uint32(0)
        clutter[n] = flat[(below if fy >= 0.5 else at) + east + np.uint32(1)] * METRES


@jit()
def read_radial(
    samples: Samples, x0: float, y0: float, azimuth_rad: float, most: int, holes: bool,
    terrain: Heights, clutter: Heights,
) -> int:  # fmt: skip
    """Fills heights at every cell's length along an azimuth (clockwise from north); the last index read.

    `holes` says that some of the ground has no height, so that the line must be walked to find its end.
    """
    ux, uy = sin(azimuth_rad), -cos(azimuth_rad)
    last = samples_to_edge(samples, x0, y0, ux, uy, most)
    if holes:
        n = 0
        while n <= last and inside(samples, x0 + n * ux, y0 + n * uy):
            n += 1
        last = n - 1
    _read_line(samples.reshape(-1), np.int32(2 * samples.shape[1]), x0, y0, ux, uy, last, terrain, clutter)
    return last


@jit()
def read_path(
    samples: Samples,
    ends: tuple[float, float, float, float],
    cell_m: float,
    clearance_m: float,
    distance_km: Heights,
    terrain: Heights,
    surface: Heights,
) -> int:
    """Fills a path's distances, terrain and terrain plus clutter at equal steps of at most one cell.

    `ends` is (x, y) of the transmitter and of the receiver; both must be `inside`. Gives back the number of
    samples, at least 3, or 0 where the path leaves the known ground.
    """
    x0, y0, x1, y1 = ends
    length = hypot(x1 - x0, y1 - y0)
    steps = max(2, ceil(length - 1e-9))
    step_km = length * cell_m * 1e-3 / steps
    bare = clearance_m * 1e-3
    for n in range(steps + 1):
        share = n / steps
        x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        if not inside(samples, x, y):
            return 0
        distance_km[n] = n * step_km
        terrain[n] = terrain_m(samples, x, y)
        near = min(n, steps - n)
        open_ground = near == 0 or near * step_km < bare - 1e-9
        surface[n] = terrain[n] + (0.0 if open_ground else clutter_m(samples, x, y))
    return steps + 1


@jit()
def read_terrain(samples: Samples, ends: tuple[float, float, float, float], z: Heights) -> int:
    """Fills z with bare terrain, m, at the equal steps of `read_path`; their number plus one, 0 off the ground.

    Both ends must be `inside`; z must have room for the path's length in cells plus 3.
    """
    x0, y0, x1, y1 = ends
    steps = max(2, ceil(hypot(x1 - x0, y1 - y0) - 1e-9))
    ux, uy = (x1 - x0) / steps, (y1 - y0) / steps
    flat = samples.reshape(-1)
    width = np.int64(2 * samples.shape[1])
    for n in range(steps + 1):
        x, y = x0 + n * ux, y0 + n * uy
        j, i = np.int64(x), np.int64(y)
        fx, fy = x - j, y - i
        at = i * width + 2 * j
        a, b, c, d = flat[at], flat[at + 2], flat[at + width], flat[at + width + 2]
        if min(min(a, b), min(c, d)) <= OUTSIDE_DM:
            return 0
        north = a + (b - a) * fx
        south = c + (d - c) * fx
        z[n] = (north + (south - north) * fy) * METRES
    return steps + 1


@jit()
def terrain_at(
    samples: Samples, x: NDArray[np.float64], y: NDArray[np.float64], out: NDArray[np.float32]
) -> None:
    """Fills terrain heights at points, m; NaN where unknown."""
    for k in range(x.size):
        out[k] = terrain_m(samples, x[k], y[k]) if inside(samples, x[k], y[k]) else np.nan
