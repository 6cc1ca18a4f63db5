"""What models ask of the terrain along a radial beside its horizons: running sums, and how a path is read.

The mean of an interval is a difference of two prefix sums, and so is the slope of a least-squares line.
"""

from __future__ import annotations

from math import hypot, log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.profile import Samples, inside, read_path, read_radial
from phusong.coverage.propagation.p525 import free_space_loss_db

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
Indices = NDArray[np.int32]

CHUNKS = 64  # radials or points are dealt out in this many parts, whatever the number of workers


class Sums(NamedTuple):
    """Work arrays of one radial: heights, running sums, sorted heights near the receiver."""

    terrain: F64
    clutter: F64
    heights: F64  # Σ z
    moments: F64  # Σ n z
    sea: F64  # how many samples are exactly 0 m
    window: F64
    inverse: F64  # 1 / k


@jit()
def sums_of(size: int) -> Sums:
    """Work arrays for radials of up to `size` samples."""
    e = np.empty
    inverse = e(size + 1)
    inverse[0] = 0.0
    for k in range(1, size + 1):
        inverse[k] = 1.0 / k
    return Sums(e(size), e(size), e(size), e(size), e(size), e(size), inverse)


@jit()
def _add_up(sums: Sums, last: int) -> None:
    total = moment = zeros = 0.0
    for n in range(last + 1):
        z = sums.terrain[n]
        total += z
        moment += n * z
        zeros += 1.0 if z == 0.0 else 0.0
        sums.heights[n], sums.moments[n], sums.sea[n] = total, moment, zeros


@jit()
def between(running: F64, first: int, last: int) -> float:
    # sum over samples first … last
    return running[last] - (running[first - 1] if first > 0 else 0.0)


@jit()
def excess_over_free_space_db(loss: float, f: float, distance_m: float, drop_m: float) -> float:
    # over free space between the antennas, as kernels.gather adds it
    slant_m = max(hypot(distance_m, drop_m), 1.0)
    return loss - free_space_loss_db(1e-3, f) - 20.0 * log10(slant_m)


@jit()
def read_with_sums(
    samples: Samples, holes: bool, position: tuple[float, float], azimuth: float, end: int, sums: Sums
) -> int:
    last = read_radial(samples, position[0], position[1], azimuth, end, holes, sums.terrain, sums.clutter)
    if last > 0:
        _add_up(sums, last)
    return last


@jit()
def path_to(
    samples: Samples, cell_m: float, position: tuple[float, float], x: float, y: float,
    distance_km: F64, terrain: F64, surface: F64,
) -> int:  # fmt: skip
    # number of samples; 0 off the ground, 1 at the mast itself
    if not (inside(samples, position[0], position[1]) and inside(samples, x, y)):
        return 0
    if hypot(x - position[0], y - position[1]) < 1e-6:
        distance_km[0] = 0.0
        return 1
    return read_path(samples, (position[0], position[1], x, y), cell_m, 0.0, distance_km, terrain, surface)
