"""Processor time of one mast with two bands by model: 20 km, cells of 100 m over ground of 30 m."""

from __future__ import annotations

import time

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

pytestmark = pytest.mark.benchmark(timer=time.process_time)

CELLS = 1600


@pytest.fixture(scope="module")
def ground() -> Ground:
    """Hills of 20-740 m with some clutter."""
    rng = np.random.default_rng(20260101)
    wave = np.hypot(np.fft.fftfreq(CELLS)[:, None], np.fft.rfftfreq(CELLS)[None, :])
    wave[0, 0] = np.inf
    heights = np.fft.irfft2(wave**-2.2 * np.exp(2j * np.pi * rng.random(wave.shape)), (CELLS, CELLS))
    grid = Grid("EPSG:32648", 600_000.0, 1_300_000.0, 30.0, CELLS, CELLS)
    terrain = 20.0 + 720.0 * (heights - heights.min()) / np.ptp(heights)
    codes = (rng.random((CELLS // 20, CELLS // 20)) < 0.4).astype(np.uint8).repeat(20, 0).repeat(20, 1)
    return Ground(Raster(grid, terrain.astype(np.float32)), Raster(grid, codes), {0: 0.0, 1: 12.0})


@pytest.mark.parametrize("model", ["p1812", "spm", "p1546", "extended-hata", "cost231-hata", "itm"])
def test_one_mast(benchmark: BenchmarkFixture, ground: Ground, model: str) -> None:  # type: ignore[type-arg]
    grid = Grid.covering(ground.grid.bounds_m, cell_m=100.0, crs=ground.grid.crs)
    sectors = [
        Sector(
            sector_id=f"{azimuth}-{frequency_mhz}",
            site_id="1",
            operator="A",
            x_m=ground.grid.west_m + 24_000.0,
            y_m=ground.grid.north_m - 24_000.0,
            height_m=42.0,
            carrier=Carrier("4G", "B", frequency_mhz, 10.0),
            antenna="3gpp-36814",
            azimuth_deg=float(azimuth),
            mechanical_downtilt_deg=1.0,
            electrical_downtilt_deg=3.0,
            power_dbm=46.0,
        )
        for frequency_mhz in (1800.0, 1950.0)
        for azimuth in (0, 120, 240)
    ]

    def run() -> None:
        predict(ground, sectors, grid=grid, options=Options(model=model))

    benchmark.pedantic(run, rounds=3, warmup_rounds=1)
