"""Diffraction loss of many paths over the ground as given and over other grounds it might be."""

from __future__ import annotations

from math import ceil, hypot
from typing import NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.gather import CHUNKS
from phusong.coverage.kernels.profile import Samples, clutter_m, inside, terrain_m
from phusong.coverage.propagation.p526 import delta_bullington

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]

MOST_SAMPLES = 128  # of a profile: what is asked is a difference, and half of the profiles have fewer


class Paths(NamedTuple):
    """Paths in cells of the ground's grid, arrays of one length."""

    mast_x: F64
    mast_y: F64
    height_m: F64  # of the antenna above ground
    x: F64
    y: F64
    frequency_mhz: F64


@jit()
def _error_at(field: F32, x: float, y: float) -> float:
    # a periodic field between its four points
    size = field.shape[0]
    i0, j0 = int(np.floor(y)), int(np.floor(x))
    fy, fx = y - i0, x - j0
    i, j = i0 % size, j0 % size
    i1, j1 = (i + 1) % size, (j + 1) % size
    north = field[i, j] + (field[i, j1] - field[i, j]) * fx
    south = field[i1, j] + (field[i1, j1] - field[i1, j]) * fx
    return north + (south - north) * fy


@jit()
def _read(
    samples: Samples, ends: tuple[float, float, float, float], cell_m: float, clearance_m: float,
    errors_m: F32, error_step: float, d: F64, h: F64, c: F64, e: F64,
) -> int:  # fmt: skip
    """Fills distance, terrain, clutter and terrain errors of a path; its samples, 0 off the known ground."""
    x0, y0, x1, y1 = ends
    length = hypot(x1 - x0, y1 - y0)
    steps = min(max(2, ceil(length - 1e-9)), MOST_SAMPLES - 1)
    step_m = length * cell_m / steps
    for n in range(steps + 1):
        share = n / steps
        x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        if not inside(samples, x, y):
            return 0
        d[n] = n * step_m * 1e-3
        h[n] = terrain_m(samples, x, y)
        near = min(n, steps - n)
        c[n] = 0.0 if near == 0 or near * step_m < clearance_m else clutter_m(samples, x, y)
        for v in range(errors_m.shape[0]):
            e[v, n] = _error_at(errors_m[v], x / error_step, y / error_step)
    return steps + 1


@jit(parallel=True)
def path_changes(
    samples: Samples, cell_m: float, paths: Paths, receiver_m: float, clearance_m: float, earth_km: float,
    clutter_scales: F64, raise_m: float, errors_m: F32, error_step: float, change_db: F32,
) -> None:  # fmt: skip
    """Fills change_db[path, :] with delta-Bullington losses, dB: first that over the ground as given, then
    what is added by each of `clutter_scales`, by antennas `raise_m` higher, by each of `errors_m`.

    `errors_m` (grounds, size, size) are periodic terrain errors, a point every `error_step` cells. A path off
    the known ground gets zeros.
    """
    scales, grounds = clutter_scales.size, errors_m.shape[0]
    count = paths.x.size
    for chunk in prange(CHUNKS):
        d, h, c = np.empty(MOST_SAMPLES), np.empty(MOST_SAMPLES), np.empty(MOST_SAMPLES)
        other, top = np.empty(MOST_SAMPLES), np.empty(MOST_SAMPLES)
        e = np.empty((grounds, MOST_SAMPLES))
        for k in range(chunk * count // CHUNKS, (chunk + 1) * count // CHUNKS):
            change_db[k, :] = np.float32(0.0)
            ends = (paths.mast_x[k], paths.mast_y[k], paths.x[k], paths.y[k])
            known = inside(samples, ends[0], ends[1]) and inside(samples, ends[2], ends[3])
            if not known or hypot(ends[2] - ends[0], ends[3] - ends[1]) < 1e-6:
                continue
            n = _read(samples, ends, cell_m, clearance_m, errors_m, error_step, d, h, c, e)
            if n == 0:
                continue
            f, mast = paths.frequency_mhz[k], paths.height_m[k]
            base = 0.0
            for v in range(2 + scales + grounds):
                scale = clutter_scales[v - 1] if 1 <= v <= scales else 1.0
                up = mast + raise_m if v == 1 + scales else mast
                for i in range(n):
                    other[i] = h[i] + (e[v - 2 - scales, i] if v >= 2 + scales else 0.0)
                    top[i] = other[i] + c[i] * scale
                loss = delta_bullington(
                    d[:n], other[:n], top[:n], other[0] + up, other[n - 1] + receiver_m, earth_km, f, 0.0,
                    True,
                ).Ld  # fmt: skip
                if v == 0:
                    base = loss
                change_db[k, v] = np.float32(loss if v == 0 else loss - base)
