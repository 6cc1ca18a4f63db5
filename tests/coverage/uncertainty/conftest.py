"""A made-up network on made-up hills, small enough to be drawn thousands of times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.uncertainty.draws import Asked
from phusong.coverage.uncertainty.entries import Entries, entries_of, terrain_of
from phusong.coverage.uncertainty.gap_sizes import homes_of
from phusong.coverage.uncertainty.heard import heard, listening, places_at
from phusong.coverage.uncertainty.parts import Setting, setting_of
from phusong.coverage.uncertainty.sources import Sources
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

CELLS, CELL_M = 160, 100.0
CARRIER = Carrier("4G", "B3", 1800.0, 20.0)
OPTIONS = Options(model="p1812", radius_km={"3G": 20.0, "4G": 20.0, "5G": 8.0})


@pytest.fixture(scope="session")
def hills() -> Ground:
    grid = Grid("EPSG:32648", 600_000.0, 1_300_000.0, CELL_M, CELLS, CELLS)
    x, y = np.meshgrid(np.arange(CELLS), np.arange(CELLS))
    terrain = 60.0 + 50.0 * np.sin(x / 9.0) * np.cos(y / 11.0) + 20.0 * np.sin(x / 3.1 + y / 4.3)
    patches = ((x // 7 + y // 5) % 3 == 0).astype(np.uint8)
    return Ground(Raster(grid, terrain.astype(np.float32)), Raster(grid, patches), {0: 0.0, 1: 12.0})


@pytest.fixture(scope="session")
def sectors() -> tuple[Sector, ...]:
    at = [
        ("A", 3_900.0, 4_100.0),
        ("A", 11_800.0, 4_600.0),
        ("B", 8_050.0, 11_900.0),
        ("B", 2_700.0, 12_400.0),
    ]
    return tuple(
        Sector(
            f"{operator}{n}-{turn:g}", f"{operator}{n}", operator, 600_000.0 + east, 1_300_000.0 - south, 40.0,
            CARRIER, "panel_1800", turn, 1.0, 3.0, 40.0,
        )
        for n, (operator, east, south) in enumerate(at)
        for turn in (0.0, 120.0, 240.0)
    )  # fmt: skip


@pytest.fixture(scope="session")
def built(hills: Ground, sectors: tuple[Sector, ...]) -> Callable[..., Any]:
    """Map, entries, setting and what is asked of the network, for some sources."""
    rng = np.random.default_rng(4)
    x_m = 600_000.0 + rng.uniform(500.0, 15_500.0, 600)
    y_m = 1_300_000.0 - rng.uniform(500.0, 15_500.0, 600)
    people = rng.integers(1, 200, 600).astype(np.float64)
    hamlet = np.sort(rng.integers(0, 20, 600))
    places, number = places_at(hills.grid, x_m, y_m)

    def build(
        known: Sources, *, seed: int = 1, own: tuple[Sector, ...] = sectors, depth: int = 6
    ) -> tuple[Any, Entries, Setting, Asked]:
        floor = terrain_of(hills, hills.samples_dm(), places.x_m, places.y_m)
        lists = listening(places, own, floor, depth=depth)
        coverage = predict(hills, own, grid=hills.grid, options=OPTIONS, listen=lists.hear)
        listened = heard(lists, coverage)
        entries, _ = entries_of(hills, own, listened, known, OPTIONS, seed=seed)
        setting = setting_of(own, places, listened.layers, entries, known, OPTIONS, seed=seed)
        layers = len(listened.layers)
        asked = Asked(
            members=np.vstack([np.eye(layers, dtype=bool), np.ones((1, layers), bool)]),
            thresholds_dbm=np.tile([-100.0, -92.0, -86.0], (layers + 1, 1)),
            place=number,
            people=people,
            unit=hamlet // 5,
            units=4,
            hamlet_start=np.concatenate(([0], np.cumsum(np.bincount(hamlet, minlength=20)))),
            hamlet_share=0.8,
            road_place=number[:50],
            road_km=np.full(50, 0.05),
            ground_place=number[50:250],
            ground_km2=np.full(200, 0.01),
            gap_of_point=np.tile(hamlet // 10, (layers + 1, 1)) - 1,
            gaps=1,
            homes=homes_of(places, number, people),
            least_people=100.0,
        )
        return coverage, entries, setting, asked

    return build
