"""µs a path: ITM from a mast to a ring of points, profile reading included, one core."""

from __future__ import annotations

import time

import numpy as np
import pytest

from phusong.coverage.kernels.itm_paths import itm_to_points
from phusong.coverage.propagation.itm import Surroundings, Variability

CELL_M, SIDE, POINTS = 30.0, 2600, 1000


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    """Fractal hills of 20 to 740 m in decimetres, the same at every run."""
    rng = np.random.default_rng(20241231)
    wave = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :])
    wave[0, 0] = np.inf
    heights = np.fft.irfft2(wave**-2.2 * np.exp(2j * np.pi * rng.random(wave.shape)), (SIDE, SIDE))
    packed = np.zeros((SIDE, SIDE, 2), np.int16)
    packed[..., 0] = 200 + 7200 * (heights - heights.min()) / np.ptp(heights)
    return packed


@pytest.mark.benchmark(timer=time.process_time)  # of the processor: cores may be shared
@pytest.mark.parametrize("distance_km", [2, 5, 10, 20, 35])
def test_itm_path(benchmark, samples: np.ndarray, distance_km: float) -> None:
    around = np.linspace(0, 2 * np.pi, POINTS, endpoint=False)
    middle, radius = SIDE / 2, 1000 * distance_km / CELL_M
    loss_db = np.empty(POINTS)
    benchmark.extra_info["points"] = POINTS
    benchmark(
        itm_to_points, samples, CELL_M, (middle, middle), (30.0, 1.5), middle + radius * np.cos(around),
        middle + radius * np.sin(around), 1800.0, Surroundings().ground(), Variability().quantiles(), loss_db,
    )  # fmt: skip
    assert np.isfinite(loss_db).all()
