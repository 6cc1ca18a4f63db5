"""Changing a kept prediction is the same as predicting anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.whatif import Kept, changed, keep
from phusong.geodata.grid import Grid

OPTIONS = Options(radius_km={"3G": 4.0, "4G": 4.0, "5G": 2.0})
NAMES = ("rsrp_dbm", "second_dbm", "sinr_db", "servers", "best_server")


def _site(ground: Ground, number: int, operator: str, east_km: float, south_km: float) -> list[Sector]:
    carrier = Carrier("4G", "B3", 1800.0, 20.0)
    x_m, y_m = ground.grid.west_m + east_km * 1e3, ground.grid.north_m - south_km * 1e3
    return [
        Sector(
            f"{number}-{turn}",
            str(number),
            operator,
            x_m,
            y_m,
            40.0,
            carrier,
            "panel_1800",
            turn,
            1.0,
            3.0,
            46.0,
        )
        for turn in (0.0, 120.0, 240.0)
    ]


@pytest.fixture(scope="module")
def ground(fractal_ground: Callable[..., Ground]) -> Ground:
    return fractal_ground(400)


@pytest.fixture(scope="module")
def sectors(ground: Ground) -> list[Sector]:
    places = [("A", 4.0, 4.0), ("A", 6.0, 5.0), ("B", 5.0, 7.0), ("A", 7.5, 7.0), ("B", 8.0, 4.0)]
    return [s for k, (who, x, y) in enumerate(places) for s in _site(ground, k, who, x, y)]


@pytest.fixture(scope="module")
def kept(ground: Ground, sectors: list[Sector]) -> Kept:
    return keep(ground, sectors, grid=_grid(ground), options=OPTIONS)


def _grid(ground: Ground) -> Grid:
    return Grid.covering(ground.grid.bounds_m, cell_m=100.0, crs=ground.grid.crs)


def _same(a: CoverageMap, b: CoverageMap, names: tuple[str, ...] = NAMES) -> None:
    assert sorted(a.layers) == sorted(b.layers)
    for key, layer in a.layers.items():
        for name in names:
            np.testing.assert_array_equal(
                getattr(layer, name), getattr(b.layers[key], name), err_msg=key + name
            )


def test_a_kept_prediction_is_a_prediction(ground: Ground, sectors: list[Sector], kept: Kept) -> None:
    plain = predict(ground, sectors, grid=_grid(ground), options=OPTIONS)
    for key, layer in plain.layers.items():
        mine = kept.coverage.layers[key]
        for name in ("rsrp_dbm", "second_dbm", "sinr_db"):
            # positions are counted from another corner: single precision's last digits
            np.testing.assert_allclose(getattr(mine, name), getattr(layer, name), atol=2e-3)
        assert (mine.best_server == layer.best_server).mean() > 0.999
        assert (mine.servers == layer.servers).mean() > 0.999


def test_a_moved_station(ground: Ground, sectors: list[Sector], kept: Kept) -> None:
    moved = [replace(s, x_m=s.x_m + 1234.0, height_m=30.0) if s.site_id == "1" else s for s in sectors]
    _same(changed(kept, moved), keep(ground, moved, grid=_grid(ground), options=OPTIONS).coverage)


def test_a_station_off_and_a_new_one(ground: Ground, sectors: list[Sector], kept: Kept) -> None:
    new = _site(ground, 9, "B", 9.0, 9.0)
    now = [s for s in sectors if s.site_id != "3"] + new
    found = changed(kept, now)
    fresh = keep(ground, now, grid=_grid(ground), options=OPTIONS).coverage
    _same(found, fresh, NAMES[:4])
    reached = found.layers["any-4g"].best_server >= 0
    mine = [found.sectors[k].sector_id for k in found.layers["any-4g"].best_server[reached]]
    theirs = [fresh.sectors[k].sector_id for k in fresh.layers["any-4g"].best_server[reached]]
    assert mine == theirs


def test_nothing_changed_and_what_cannot_be(sectors: list[Sector], kept: Kept) -> None:
    assert changed(kept, sectors) is kept.coverage
    other = replace(sectors[0], carrier=Carrier("4G", "B8", 900.0, 5.0))
    with pytest.raises(ValueError, match="predict anew"):
        changed(kept, [other, *sectors[1:]])
    with pytest.raises(ValueError, match="predict anew"):
        changed(kept, [s for s in sectors if s.site_id in "03"])
