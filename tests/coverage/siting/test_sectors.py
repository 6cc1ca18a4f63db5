"""Sector design: never worse than where it began, better where there is something to gain, by the engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.service import People
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.siting.sectors import Choices, designed, mean_sinr_db
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

OPTIONS = Options(radius_km={"3G": 4.0, "4G": 4.0, "5G": 4.0})
GRID = Grid("EPSG:32648", 600_000.0, 1_310_000.0, 200.0, 50, 50)


def plain() -> Ground:
    """Ten kilometres of level ground."""
    grid = Grid("EPSG:32648", 600_000.0, 1_310_000.0, 50.0, 200, 200)
    return Ground(
        Raster(grid, np.full(grid.shape, 50.0, np.float32)), Raster(grid, np.zeros(grid.shape, np.uint8)),
        {0: 0.0},
    )  # fmt: skip


def station(name: str, x_m: float, y_m: float) -> list[Sector]:
    carrier = Carrier("5G", "N41", 2550.0, 100.0)
    return [
        Sector(f"{name}-{a:.0f}", name, "A", x_m, y_m, 36.0, carrier, "panel_2100", a, 0.0, 4.0, 46.0)
        for a in (0.0, 120.0, 240.0)
    ]


def villages(*at: tuple[float, float]) -> People:
    """Ten people in each of 25 cells around each place."""
    step = 200.0 * np.arange(-2, 3)
    x = np.concatenate([x_m + np.repeat(step, 5) for x_m, _ in at])
    y = np.concatenate([y_m + np.tile(step, 5) for _, y_m in at])
    return People(x, y, np.full(len(x), 10.0), np.zeros(len(x), np.int64))


def test_a_lone_site_turns_to_its_village() -> None:
    # north-east at 45 to 60 degrees: midway between the default's sectors
    people = villages((607_500.0, 1_306_700.0))
    before = station("one", 605_000.0, 1_305_000.0)
    design = designed(plain(), before, people, grid=GRID, options=OPTIONS)
    assert design.after_db > design.before_db + 0.1
    assert design.people_after >= design.people_before
    assert min(abs(s.azimuth_deg - 60.0) for s in design.sectors) <= 15.0
    assert [s.sector_id for s in design.sectors] == [s.sector_id for s in before]
    assert design.site_gain_db["one"] == pytest.approx(design.after_db - design.before_db, abs=1e-3)


def test_what_is_told_is_what_a_prediction_says() -> None:
    sites = [*station("one", 603_000.0, 1_305_000.0), *station("two", 606_500.0, 1_304_000.0)]
    people = villages((604_500.0, 1_306_000.0), (607_000.0, 1_306_000.0), (605_000.0, 1_303_000.0))
    design = designed(plain(), sites, people, grid=GRID, options=OPTIONS)
    layer = predict(plain(), design.sectors, grid=GRID, options=OPTIONS).layers["a-5g"]
    assert mean_sinr_db(layer, GRID, people) == pytest.approx(design.after_db, abs=1e-3)
    layer = predict(plain(), sites, grid=GRID, options=OPTIONS).layers["a-5g"]
    assert mean_sinr_db(layer, GRID, people) == pytest.approx(design.before_db, abs=1e-3)
    assert design.after_db >= design.before_db
    assert set(design.site_gain_db) == {"one", "two"}
    for site in ("one", "two"):
        mine = sorted(s.azimuth_deg for s in design.sectors if s.site_id == site)
        turns = np.diff([*mine, mine[0] + 360.0])
        assert turns.min() >= 60.0


def test_sectors_that_stay_count_as_interference() -> None:
    people = villages((606_000.0, 1_306_000.0))
    mine, standing = station("new", 604_500.0, 1_305_000.0), station("old", 607_500.0, 1_307_000.0)
    alone = designed(plain(), mine, people, grid=GRID, options=OPTIONS)
    beside = designed(plain(), mine, people, grid=GRID, options=OPTIONS, others=standing)
    assert beside.before_db != pytest.approx(alone.before_db, abs=0.1)
    assert beside.after_db >= beside.before_db
    assert [s.site_id for s in beside.sectors] == ["new"] * 3


def test_random_towns_never_lose(subtests: pytest.Subtests) -> None:
    rng = np.random.default_rng(7)
    for number in range(4):
        with subtests.test(number=number):
            at = rng.uniform(2_500.0, 7_500.0, (5, 2)) + np.array([600_000.0, 1_300_000.0])
            sites = [s for k, (x, y) in enumerate(at[:3]) for s in station(f"s{k}", x, y)]
            design = designed(
                plain(), sites, villages(*map(tuple, at)), grid=GRID, options=OPTIONS,
                choices=Choices(tuple(range(0, 360, 30)), (2.0, 6.0), 60.0, 1),
            )  # fmt: skip
            assert design.after_db >= design.before_db
            assert design.people_after >= design.people_before


def test_two_carriers_cannot_be_designed_together() -> None:
    sites = station("one", 605_000.0, 1_305_000.0)
    odd = replace(sites[1], carrier=Carrier("5G", "N78", 3500.0, 100.0))
    with pytest.raises(ValueError, match="one operator and carrier"):
        designed(plain(), [sites[0], odd], villages((606_000.0, 1_305_000.0)), grid=GRID, options=OPTIONS)
    with pytest.raises(ValueError, match="least_apart_deg"):
        Choices(least_apart_deg=200.0)
