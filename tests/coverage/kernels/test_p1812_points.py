"""The loop over points gives what the public function gives for each profile."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.kernels.p1812_points import p1812_to_points
from phusong.coverage.kernels.profile import read_path
from phusong.coverage.propagation import p1812


def test_points_agree_with_single_paths() -> None:
    rng = np.random.default_rng(7)
    shape = (120, 140)
    terrain = np.cumsum(np.cumsum(rng.normal(0.0, 1.0, shape), axis=0), axis=1)
    terrain = 100.0 + 200.0 * (terrain - terrain.min()) / np.ptp(terrain)
    clutter = rng.choice([0.0, 0.0, 8.0], shape)
    samples = (np.stack([terrain, clutter], axis=-1) * 10.0).astype(np.int16)
    x = np.append(rng.uniform(80.0, 135.0, 20), [60.0, 500.0])
    y = np.append(rng.uniform(5.0, 110.0, 20), [60.0, 3.0])
    loss = np.empty(x.size)
    p1812_to_points(
        samples,
        90.0,
        (60.0, 60.0),
        (35.0, 1.5),
        x,
        y,
        0.0,
        2100.0,
        True,
        10.0,
        (51.8, 379.4, 11.6),
        2.5,
        loss,
    )
    assert np.isinf(loss[-2:]).all()  # the mast itself, and outside
    d, h, g = np.empty(300), np.empty(300), np.empty(300)
    for k in range(20):
        n = read_path(samples, (60.0, 60.0, x[k], y[k]), 90.0, 0.0, d, h, g)
        out = p1812.basic_transmission_loss(
            d[:n],
            h[:n],
            g[:n] - h[:n],
            frequency_mhz=2100.0,
            tx_height_m=35.0,
            rx_height_m=1.5,
            time_percent=10.0,
            location_sd=0.0,
            delta_n=51.8,
            n_0=379.4,
            latitude_deg=11.6,
        )
        assert loss[k] == pytest.approx(max(out["Lb0p"], out["Lbc"] + 2.5), abs=1e-6)
