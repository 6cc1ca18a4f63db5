"""µs a path: ITM from a mast to a ring of points, profile reading included, one core."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.kernels.itm_paths import itm_losses
from phusong.coverage.propagation.itm import Variability

CELL_M, SIDE, POINTS = 30.0, 2600, 1000


@pytest.fixture(scope="module")
def terrain() -> np.ndarray:
    """Fractal hills of 20 to 740 m, the same at every run."""
    rng = np.random.default_rng(20241231)
    wave = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :])
    wave[0, 0] = np.inf
    heights = np.fft.irfft2(wave**-2.2 * np.exp(2j * np.pi * rng.random(wave.shape)), (SIDE, SIDE))
    return (20 + 720 * (heights - heights.min()) / np.ptp(heights)).astype(np.float32)


@pytest.mark.parametrize("distance_km", [2, 5, 10, 20, 35])
def test_itm_path(benchmark, terrain: np.ndarray, distance_km: float) -> None:
    around = np.linspace(0, 2 * np.pi, POINTS, endpoint=False)
    half = CELL_M * SIDE / 2
    x_rx, y_rx = 1000 * distance_km * np.cos(around), 1000 * distance_km * np.sin(around)
    loss_db = np.empty(POINTS)
    wanted = Variability().quantiles()
    benchmark.extra_info["points"] = POINTS
    benchmark(
        itm_losses,
        terrain, -half, half, CELL_M, 0.0, 0.0, x_rx, y_rx, CELL_M, 30.0, 1.5, 1800.0, 360.0, True, 15.0,
        0.005, 1, wanted, loss_db,
    )  # fmt: skip
    assert np.isfinite(loss_db).all()
