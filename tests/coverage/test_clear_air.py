"""Troposcatter and ducting at the median: what they take off, and where."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from phusong.coverage.clear_air import clear_air_effect
from phusong.coverage.ground import Ground


def test_only_deep_shadow_is_lightened(fractal_ground: Callable[..., Ground]) -> None:
    ground = fractal_ground(1300, relief_m=60.0)
    rng = np.random.default_rng(7)
    turn, far_m = rng.uniform(0.0, 2.0 * np.pi, 1500), 19.0e3 * np.sqrt(rng.uniform(0.01, 1.0, 1500))
    west, south, east, north = ground.grid.bounds_m
    x_m, y_m = (west + east) / 2.0 + 7.0, (south + north) / 2.0
    diffraction_db, effect_db = clear_air_effect(
        ground, x_m=x_m, y_m=y_m, height_m=45.0, frequency_mhz=1800.0,
        to_x_m=x_m + far_m * np.sin(turn), to_y_m=y_m + far_m * np.cos(turn),
    )  # fmt: skip
    assert np.isfinite(effect_db).all()
    # it never adds to the loss, but for the rounding of P.1812's first constants
    assert effect_db.min() > -1e-6
    assert effect_db[diffraction_db < 20.0].max() < 0.05
    assert effect_db.max() > 0.5
    # never more than what diffraction loses
    assert (effect_db <= diffraction_db + 1e-6).all()
