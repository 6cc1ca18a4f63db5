"""ITM to many points: the same bytes on any number of cores, and each point its own path's."""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
import pytest

from phusong.coverage.excess import Paths, conditions_of, excess_db
from phusong.coverage.ground import Ground
from phusong.coverage.masts import Mast
from phusong.coverage.models import MODELS
from phusong.coverage.options import Options
from phusong.coverage.profile import PathProfile
from phusong.coverage.propagation.p525 import free_space_loss_db


def test_number_of_workers_does_not_matter_and_paths_are_single_ones(
    fractal_ground: Callable[..., Ground],
) -> None:
    ground, options = fractal_ground(300, relief_m=200.0), Options(model="itm")
    grid = ground.grid
    mast = Mast(grid.west_m + 4515.0, grid.north_m - 4515.0, 40.0, (), (1800.0,), (9e3,))
    steps = np.arange(3.0, 140.0)
    paths = Paths(ground, ground.samples_dm(), mast, 150.0 + steps, np.full(steps.size, 150.0))
    assert paths.at == (150.0, 150.0)
    found, threads = [], numba.get_num_threads()
    try:
        for count in {1, threads}:
            numba.set_num_threads(count)
            found.append(excess_db(paths, options)[0])
    finally:
        numba.set_num_threads(threads)
    assert len({one.tobytes() for one in found}) == 1
    terrain = np.rint(ground.terrain.values[150].astype(np.float64) * 10.0) / 10.0
    for k in (0, 40, 136):
        n = int(steps[k])
        z = terrain[150 : 150 + n + 1]
        profile = PathProfile(np.arange(n + 1) * 0.03, z, np.zeros(n + 1), 40.0, options.receiver_height_m)
        loss = MODELS["itm"].loss(profile, conditions_of(options, 1800.0)).loss_db
        drop = z[0] + 40.0 - options.receiver_height_m - z[n]
        free = free_space_loss_db(1e-3, 1800.0) + 20.0 * np.log10(np.hypot(30.0 * n, drop))
        assert found[0][k] == pytest.approx(loss - free, abs=1e-6)
