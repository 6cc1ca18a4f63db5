"""Processor time of full P.1812 and of delta-Bullington per path, one core, profile reading included.

`extra_info["us_per_path"]` is what to compare: crc-covlib's C++ P.1812 took 5, 10, 21, 48 and 97 µs at 2, 5,
10, 20 and 35 km on a machine like the one this was written on.
"""

from __future__ import annotations

import time

import numba
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from phusong.coverage.kernels.p1812_points import p1812_to_points
from phusong.coverage.kernels.points import diffraction_to_points

pytestmark = pytest.mark.benchmark(timer=time.thread_time)

CELL_M = 30.0
PATHS = 1000
AIR = (51.8, 379.4, 11.6)


@pytest.fixture(scope="module")
def ground() -> np.ndarray[tuple[int, int, int], np.dtype[np.int16]]:
    """Hills of 20-740 m and clutter of 0-20 m, decimetres, on 2400 x 2400 cells."""
    rng = np.random.default_rng(20260101)
    waves = np.zeros((2400, 2400))
    row, col = np.mgrid[0:2400, 0:2400]
    for octave in range(9):
        length = 2400.0 / 2**octave
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        waves += length * np.sin(2 * np.pi * (row * np.sin(angle) + col * np.cos(angle)) / length + phase)
    terrain = 20.0 + 720.0 * (waves - waves.min()) / np.ptp(waves)
    clutter = np.maximum(rng.normal(4.0, 6.0, waves.shape), 0.0).clip(0.0, 20.0)
    return np.stack([terrain * 10.0, clutter * 10.0], axis=-1).astype(np.int16)


def targets(km: float) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    turn = np.linspace(0.0, 2 * np.pi, PATHS, endpoint=False)
    reach = km * 1e3 / CELL_M
    return 1200.0 + reach * np.cos(turn), 1200.0 + reach * np.sin(turn)


@pytest.fixture
def one_thread() -> object:
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    yield None
    numba.set_num_threads(before)


@pytest.mark.parametrize("km", [2.0, 5.0, 10.0, 20.0, 35.0])
@pytest.mark.parametrize("time_percent", [50.0, 10.0])
@pytest.mark.usefixtures("one_thread")
def test_p1812(benchmark: BenchmarkFixture, ground: np.ndarray, km: float, time_percent: float) -> None:  # type: ignore[type-arg]
    x, y = targets(km)
    loss = np.empty(PATHS)

    def run() -> None:
        p1812_to_points(
            ground,
            CELL_M,
            (1200.0, 1200.0),
            (40.0, 1.5),
            x,
            y,
            0.0,
            1800.0,
            True,
            time_percent,
            AIR,
            0.0,
            loss,
        )

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    assert np.isfinite(loss).all()
    if benchmark.stats is not None:  # there is none when only the code is tried
        benchmark.extra_info["us_per_path"] = benchmark.stats.stats.min / PATHS * 1e6


@pytest.mark.parametrize("km", [2.0, 5.0, 10.0, 20.0, 35.0])
@pytest.mark.usefixtures("one_thread")
def test_delta_bullington(benchmark: BenchmarkFixture, ground: np.ndarray, km: float) -> None:  # type: ignore[type-arg]
    x, y = targets(km)
    loss = np.empty((1, PATHS))

    def run() -> None:
        diffraction_to_points(
            ground, CELL_M, (1200.0, 1200.0), (40.0, 1.5), x, y, 0.0, 9500.0, True, np.array([1800.0]), loss
        )

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    assert np.isfinite(loss).all()
    if benchmark.stats is not None:
        benchmark.extra_info["us_per_path"] = benchmark.stats.stats.min / PATHS * 1e6
