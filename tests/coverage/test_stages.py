"""A prediction that grows: after each stage the same bytes as predicting everything built by then."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.stages import predict_stages
from phusong.geodata.grid import Grid

OPTIONS = Options(radius_km={"3G": 4.0, "4G": 4.0, "5G": 3.0})


def site(name: str, operator: str, technology: str, x_m: float, y_m: float) -> list[Sector]:
    band = {"4G": ("B3", 1815.0, 20.0, "panel_1800"), "5G": ("N41", 2550.0, 100.0, "panel_2100")}[technology]
    carrier = Carrier(technology, *band[:3])
    return [
        Sector(f"{name}-{a}", name, operator, x_m, y_m, 30.0, carrier, band[3], a, 0.0, 4.0, 43.0)
        for a in (0.0, 120.0, 240.0)
    ]


def test_every_stage_is_what_predicting_it_gives(fractal_ground: Callable[..., Ground]) -> None:
    ground = fractal_ground(300)
    west, south, _, _ = ground.grid.bounds_m
    grid = Grid.covering(ground.grid.bounds_m, cell_m=150.0, crs=ground.grid.crs)
    stages = [
        site("a", "A", "4G", west + 3000.0, south + 3000.0),
        site("b", "B", "5G", west + 5000.0, south + 4000.0)
        + site("c", "A", "4G", west + 6000.0, south + 6000.0),
        [],
        site("d", "B", "5G", west + 3500.0, south + 6500.0),
    ]
    done: list[tuple[int, int]] = []
    maps = list(
        predict_stages(ground, stages, grid=grid, options=OPTIONS, progress=lambda a, b: done.append((a, b)))
    )
    assert done[-1] == (12, 12)
    for last, found in enumerate(maps):
        assert set(found.layers) == {"a-4g", "b-5g", "any-4g", "any-5g"}
        together = predict(
            ground, [s for stage in stages[: last + 1] for s in stage], grid=grid, options=OPTIONS
        )
        for key, layer in together.layers.items():
            for name in ("rsrp_dbm", "best_server", "second_dbm", "servers", "sinr_db"):
                np.testing.assert_array_equal(getattr(found.layers[key], name), getattr(layer, name))
    assert np.isnan(maps[0].layers["any-5g"].rsrp_dbm).all()


def test_a_stage_that_cannot_be_predicted_is_told_before_the_first(
    fractal_ground: Callable[..., Ground],
) -> None:
    ground = fractal_ground(200)
    lost = site("z", "A", "4G", 0.0, 0.0)
    with pytest.raises(ValueError, match="outside the ground"):
        next(predict_stages(ground, [[], lost], grid=ground.grid, options=OPTIONS))
