"""Strips on a cluster give the same bytes, also when a worker dies."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from phusong.coverage.ground import Ground
from phusong.coverage.hearing import Hearing
from phusong.coverage.options import Options
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.strips import ARRAYS, predict_strips
from phusong.coverage.uncertainty.heard import listening, places_at
from phusong.geodata.grid import Grid

distributed = pytest.importorskip("distributed")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_two_workers_one_killed(fractal_ground: Callable[..., Ground]) -> None:
    from phusong.coverage.cluster import predict_on_cluster

    ground = fractal_ground(300)
    carrier = Carrier("4G", "B3", 1800.0, 20.0)
    first = Sector(
        "0", "0", "A", ground.grid.west_m + 4e3, ground.grid.north_m - 4e3, 40.0, carrier, "panel_1800", 90.0,
        0.0, 3.0, 46.0,
    )  # fmt: skip
    sectors = [first, replace(first, sector_id="1", operator="B", x_m=first.x_m + 700.0)]
    grid = Grid.covering(ground.grid.bounds_m, cell_m=100.0, crs=ground.grid.crs)
    options = Options(radius_km={"3G": 4.0, "4G": 4.0, "5G": 4.0})
    rng = np.random.default_rng(1)
    hearing = Hearing(np.array([0, 1]), 2, rng.integers(0, grid.rows, 500), rng.integers(0, grid.cols, 500))
    row, col = (np.sort(rng.integers(0, grid.rows, 300)), rng.integers(0, grid.cols, 300))
    places, _ = places_at(grid, grid.x_m()[col], grid.y_m()[row])
    lists, lists_there = (listening(places, sectors, np.zeros(places.row.size, np.float32)) for _ in range(2))
    alone, heard = predict_strips(
        ground, sectors, grid=grid, options=options, hearing=hearing, strongest=lists
    )
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = list(client.run(os.getpid).values())
        killed: list[int] = []

        def kill_one(done: int, total: int) -> None:
            assert 1 <= done <= total == 6
            if not killed:
                killed.append(pids[0])
                os.kill(pids[0], 9)

        spread, heard_there = predict_on_cluster(
            client, ground, sectors, grid=grid, options=options, strips=6, hearing=hearing, progress=kill_one,
            strongest=lists_there,
        )  # fmt: skip
    assert len(killed) == 1
    assert list(spread.layers) == list(alone.layers)
    for key, layer in alone.layers.items():
        for name in ARRAYS:
            assert getattr(spread.layers[key], name).tobytes() == getattr(layer, name).tobytes()
    assert (lists.ranks.sector >= 0).sum() > 100
    assert lists_there.ranks.sector.tobytes() == lists.ranks.sector.tobytes()
    assert lists_there.ranks.level_dbm.tobytes() == lists.ranks.level_dbm.tobytes()
    assert heard is not None
    assert heard_there is not None
    assert heard.point.size > 50
    assert heard_there.point.tobytes() == heard.point.tobytes()
    assert heard_there.rsrp_dbm.tobytes() == heard.rsrp_dbm.tobytes()
