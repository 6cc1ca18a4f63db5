"""Reach of masts against the prediction of all of them together, and outages against predicting again."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from phusong.coverage.ground import Ground
from phusong.coverage.hearing import Hearing
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.reach import Reach
from phusong.coverage.resilience import people_lost, single_mast_outages
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.strips import predict_strips
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

GROUND = Grid(crs="EPSG:9212", west_m=0.0, north_m=24_000.0, cell_m=60.0, rows=400, cols=400)
OUT = Grid(crs="EPSG:9212", west_m=2000.0, north_m=22_000.0, cell_m=200.0, rows=100, cols=100)
OPTIONS = Options(radius_km={"3G": 6.0, "4G": 6.0, "5G": 6.0})


@pytest.fixture(scope="module")
def ground() -> Ground:
    rng = np.random.default_rng(5)
    y, x = np.mgrid[0:400, 0:400]
    hills = sum(
        40 * np.sin(x / rng.uniform(8, 40) + rng.uniform(0, 6)) * np.sin(y / rng.uniform(8, 40))
        for _ in range(4)
    )
    clutter = (rng.random((400, 400)) < 0.3).astype(np.uint8)
    return Ground(
        Raster(GROUND, (200 + hills).astype(np.float32)), Raster(GROUND, clutter), {0: 0.0, 1: 12.0}
    )


def _masts(rng: np.random.Generator, count: int) -> list[list[Sector]]:
    masts = []
    for mast in range(count):
        x_m, y_m = rng.uniform(3000, 21_000, 2)
        carrier = Carrier("4G", "L1800", 1815.0, 20.0)
        masts.append(
            [
                Sector(
                    f"{mast}-{azimuth}", f"{mast}", ["A", "B"][mast % 2], x_m, y_m, 35.0, carrier,
                    "panel_1800", float(azimuth), 0.0, 5.0, 30.0,
                )
                for azimuth in (0, 120, 240)
            ]
        )  # fmt: skip
    return masts


def _reach(
    ground: Ground, masts: list[list[Sector]], x_m: np.ndarray, y_m: np.ndarray, strips: int = 1
) -> Reach:
    groups = np.repeat(np.arange(len(masts)), [len(mast) for mast in masts])
    hearing = Hearing(groups, len(masts), *OUT.row_col(x_m, y_m))
    ends = [OUT.rows * k // strips for k in range(strips + 1)]
    every = [sector for mast in masts for sector in mast]
    _, reach = predict_strips(
        ground, every, grid=OUT, options=OPTIONS, hearing=hearing, rows=list(pairwise(ends))
    )
    assert reach is not None
    return reach


def test_the_best_of_all_masts_is_what_predict_gives(ground: Ground) -> None:
    rng = np.random.default_rng(1)
    masts = _masts(rng, 8)
    x_m, y_m = rng.uniform(2000, 22_000, (2, 3000))
    reach = _reach(ground, masts, x_m, y_m)
    together = predict(ground, [sector for mast in masts for sector in mast], grid=OUT, options=OPTIONS)
    layer = together.layers["any-4g"]
    level = together.raster("any-4g").at(x_m, y_m)
    best = np.full(x_m.size, -np.inf)
    np.maximum.at(best, reach.point, reach.rsrp_dbm)
    served = level >= layer.threshold_dbm
    assert (np.isfinite(best) == served).all()
    assert 0.05 < served.mean() < 0.95
    assert (best[served] == level[served]).all()


def test_strips_hear_the_same(ground: Ground) -> None:
    rng = np.random.default_rng(3)
    masts = _masts(rng, 6)
    x_m, y_m = rng.uniform(2000, 22_000, (2, 2000))
    whole, parts = (_reach(ground, masts, x_m, y_m, strips) for strips in (1, 5))
    assert whole.point.size > 100
    for name in ("point", "sector", "rsrp_dbm"):
        assert getattr(parts, name).tobytes() == getattr(whole, name).tobytes()


def test_outages_equal_predicting_again_without_the_mast(ground: Ground) -> None:
    rng = np.random.default_rng(2)
    masts = _masts(rng, 6)
    x_m, y_m = rng.uniform(2000, 22_000, (2, 2000))
    people = rng.uniform(0, 9, 2000)
    reach = _reach(ground, masts, x_m, y_m)
    names = np.array([f"mast-{number}" for number in range(6)])
    lost = single_mast_outages(reach, names, people).masts.set_index("mast_id")["people_lost"]

    def served(without: int | None) -> np.ndarray:
        left = [sector for number, mast in enumerate(masts) for sector in mast if number != without]
        return predict(ground, left, grid=OUT, options=OPTIONS).raster("any-4g").at(x_m, y_m) >= -110.0

    everything = served(None)
    for number in range(3):
        again = people[everything & ~served(number)].sum()
        assert lost[f"mast-{number}"] == pytest.approx(again, abs=1e-6)
        off = np.arange(6) == number
        assert people_lost(reach, off, people) == pytest.approx(again, abs=1e-6)
