"""A prediction strip by strip is the prediction: the same bytes, and memory that the area does not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numba
import numpy as np
import pytest

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.ground import Ground
from phusong.coverage.job import ground_rows
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.strips import ARRAYS, here, predict_strip, predict_strips, strips, strips_of
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

LTE, UMTS = Carrier("4G", "B3", 1800.0, 20.0), Carrier("3G", "B8", 900.0, 5.0)
OPTIONS = Options(radius_km={"3G": 3.0, "4G": 4.0, "5G": 2.0})


@pytest.fixture(scope="module")
def ground(fractal_ground: Callable[..., Ground]) -> Ground:
    whole = fractal_ground(400)
    terrain = whole.terrain.values.copy()
    terrain[60:90, 300:330] = np.nan  # a hole, in some of the strips
    return replace(whole, terrain=Raster(whole.grid, terrain))


@pytest.fixture(scope="module")
def sectors(ground: Ground) -> list[Sector]:
    rng, west, north = np.random.default_rng(3), ground.grid.west_m, ground.grid.north_m
    return [
        Sector(
            f"{k}-{azimuth}", str(k), "AB"[k % 2], west + x, north - y, 35.0, UMTS if k % 3 else LTE,
            "panel_1800", azimuth, 2.0, 3.0, 43.0,
        )
        for k, (x, y) in enumerate(rng.uniform(300, 11_700, (9, 2)))
        for azimuth in (40.0, 160.0, 280.0)
    ]  # fmt: skip


def the_same(one: CoverageMap, other: CoverageMap) -> bool:
    """Whether two predictions agree in every byte of every layer."""
    assert list(one.layers) == list(other.layers)
    assert (one.model, one.grid, one.sectors) == (other.model, other.grid, other.sectors)
    return all(
        getattr(one.layers[key], name).tobytes() == getattr(layer, name).tobytes()
        for key, layer in other.layers.items()
        for name in ARRAYS
    )


@pytest.mark.parametrize("cell_m", [30.0, 100.0])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_strips_are_the_whole(ground: Ground, sectors: list[Sector], cell_m: float, count: int) -> None:
    grid = Grid.covering(ground.grid.bounds_m, cell_m=cell_m, crs=ground.grid.crs)
    whole = predict(ground, sectors, grid=grid, options=OPTIONS)
    assert 0.05 < np.isfinite(whole.layers["any-4g"].rsrp_dbm).mean() < 1.0
    rows = strips_of(grid, least=count)
    assert len(rows) == count
    parts, heard = predict_strips(ground, sectors, grid=grid, options=OPTIONS, rows=rows)
    assert heard is None
    assert the_same(parts, whole)


@pytest.mark.parametrize("model", ["p1812", "itm"])
def test_strips_of_other_models_and_of_some_cells(ground: Ground, sectors: list[Sector], model: str) -> None:
    grid = Grid.covering(ground.grid.bounds_m, cell_m=300.0, crs=ground.grid.crs)
    options = replace(OPTIONS, model=model)
    where = np.random.default_rng(1).random(grid.shape) < 0.3
    where[:9] = False  # a strip of which nothing is asked
    few = sectors[:6]
    whole = predict(ground, few, grid=grid, options=options, where=where)
    rows = strips_of(grid, least=5)
    parts, _ = predict_strips(ground, few, grid=grid, options=options, where=where, rows=rows)
    assert the_same(parts, whole)


def test_cores_and_strips_do_not_change_a_byte(ground: Ground, sectors: list[Sector]) -> None:
    grid = Grid.covering(ground.grid.bounds_m, cell_m=100.0, crs=ground.grid.crs)
    cores = numba.get_num_threads()
    found = []
    for threads in (1, 2):
        numba.set_num_threads(min(threads, cores))
        found.append(
            predict_strips(ground, sectors, grid=grid, options=OPTIONS, rows=strips_of(grid, least=threads))
        )
    numba.set_num_threads(cores)
    assert the_same(found[0][0], found[1][0])


def test_a_strip_is_given_only_the_ground_its_paths_touch(ground: Ground, sectors: list[Sector]) -> None:
    grid = Grid.covering(ground.grid.bounds_m, cell_m=30.0, crs=ground.grid.crs)
    rows = [(150, 170), (390, 400)]
    asked = list(strips(ground, sectors, grid=grid, rows=rows, options=OPTIONS))
    for strip, (first, last) in zip(asked, rows, strict=True):
        held = strip.ground.held.grid.rows
        # 4 km to either side, two rows that are predicted too, and a few cells beyond
        assert min(400, last + 133) - max(0, first - 133) <= held <= last - first + 2 * (133 + 2 + 10)
        assert predict_strip(strip).layers[0].rsrp_dbm.shape == (last - first, grid.cols)
    with pytest.raises(ValueError, match="are not held"):
        asked[0].ground.samples_dm((0, 30))


def test_masts_out_of_reach_cost_no_ground(ground: Ground) -> None:
    assert ground_rows(ground.grid, ground.grid, (0, 0), reach_m=4e3) == (0, 0)


def test_the_number_of_strips_follows_the_area() -> None:
    small = Grid("EPSG:32648", 0.0, 0.0, 30.0, 3700, 3700)
    large = Grid("EPSG:32648", 0.0, 0.0, 30.0, 11_700, 11_700)
    assert strips_of(small) == [(0, 3700)]
    rows = strips_of(large)
    assert [rows[0][0], rows[-1][1]] == [0, 11_700]
    assert all(one[1] == other[0] for one, other in pairwise(rows))
    assert max(last - first for first, last in rows) * 11_700 <= 16_000_000
    assert strips_of(Grid("EPSG:32648", 0.0, 0.0, 30.0, 3, 9), least=8) == [(0, 1), (1, 2), (2, 3)]


def test_progress_rises_to_the_end(ground: Ground, sectors: list[Sector]) -> None:
    grid = Grid.covering(ground.grid.bounds_m, cell_m=300.0, crs=ground.grid.crs)
    told: list[tuple[int, int]] = []
    asked = strips(ground, sectors, grid=grid, rows=strips_of(grid, least=3), options=OPTIONS)
    assert len(list(here(asked, 3, lambda done, total: told.append((done, total))))) == 3
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (3000, 3000)
