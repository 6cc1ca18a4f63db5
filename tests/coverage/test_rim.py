"""Coverage that ends at the radius is found, and only that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import pi

import pytest

from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.rim import rim_of
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid


def _omni(ground: Ground, power_dbm: float) -> Sector:
    west, south, east, north = ground.grid.bounds_m
    carrier = Carrier("4G", "B3", 1800.0, 20.0)
    return Sector(
        "0", "0", "A", (west + east) / 2, (south + north) / 2, 50.0, carrier, "omni", 0.0, 0.0, 0.0, power_dbm
    )


def test_a_strong_sector_over_a_plain_is_cut_all_around(flat_ground: Callable[..., Ground]) -> None:
    ground = flat_ground(200)
    options = Options(radius_km={"3G": 1.98, "4G": 1.98, "5G": 1.98})  # 66 samples of the ground
    grid = Grid.covering(ground.grid.bounds_m, cell_m=10.0, crs=ground.grid.crs)
    coverage = predict(ground, [_omni(ground, 46.0)], grid=grid, options=options)
    rim = rim_of(coverage, coverage.layers["a-4g"], options)
    # a ring of 2 % of a radius of 1.98 km; its outermost cells lie partly beyond
    assert rim.area_km2 == pytest.approx(pi * 1.98**2 * (1.0 - 0.98**2), rel=0.1)
    assert rim.served_km2 == pytest.approx(pi * 1.98**2, rel=0.02)
    assert (rim.layer, rim.radius_km, rim.sectors) == ("a-4g", 1.98, 1)


def test_a_weak_one_ends_by_itself(flat_ground: Callable[..., Ground]) -> None:
    ground = flat_ground(200)
    options = Options(radius_km={"3G": 2.0, "4G": 2.0, "5G": 2.0})
    coverage = predict(ground, [_omni(ground, 10.0)], grid=ground.grid, options=options)
    rim = rim_of(coverage, coverage.layers["a-4g"], options)
    assert 0.0 < rim.served_km2 < pi * 1.9**2
    assert (rim.area_km2, rim.sectors) == (0.0, 0)
    further = replace(options, radius_km={"3G": 2.5, "4G": 2.5, "5G": 2.5})
    again = predict(ground, [_omni(ground, 10.0)], grid=ground.grid, options=further)
    assert rim_of(again, again.layers["a-4g"], further).served_km2 == pytest.approx(rim.served_km2, rel=0.01)
