"""Who would be served: the same yes or no as a prediction's level, whatever was left out on the way to it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from phusong.coverage.calibration.correction import Correction
from phusong.coverage.ground import Ground
from phusong.coverage.kernels.profile import ends_of
from phusong.coverage.kernels.reached import least_losses
from phusong.coverage.kernels.sweep import sweep
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.served import least_excess_db, served
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

BANDS = (
    Carrier("4G", "B3", 1800.0, 20.0),
    Carrier("4G", "B8", 950.0, 10.0),
    Carrier("5G", "n78", 3500.0, 100.0),
)
RADIUS_KM = {"3G": 6.0, "4G": 6.0, "5G": 4.0}
THRESHOLD_DBM = {"3G": -100.0, "4G": -100.0, "5G": -100.0}


def _options(model: str = "p1812", **more: object) -> Options:
    return Options(model=model, clear_air=False, radius_km=RADIUS_KM, threshold_dbm=THRESHOLD_DBM, **more)  # type: ignore[arg-type]


def _sectors(ground: Ground, rng: np.random.Generator, masts: int) -> list[Sector]:
    west, south, east, north = ground.grid.bounds_m
    found = []
    for k in range(masts):
        x_m, y_m = rng.uniform(west + 300, east - 300), rng.uniform(south + 300, north - 300)
        height_m, power_dbm = rng.uniform(20, 60), rng.uniform(15, 46)
        for carrier in BANDS[: rng.integers(1, 4)]:
            found += [
                Sector(
                    f"{k}-{carrier.band}-{turn}", str(k), f"Net {k % 2}", x_m, y_m, height_m, carrier,
                    "panel_1800", float(turn), 1.0, 4.0, power_dbm,
                )
                for turn in (0, 120, 240)
            ]  # fmt: skip
    return found


def _asked(grid: Grid, rng: np.random.Generator) -> dict[str, NDArray[np.bool_]]:
    keys = ("net-0-4g", "net-1-4g", "net-0-5g", "nobody-4g")
    return {key: rng.uniform(size=grid.shape) < rng.choice([0.02, 0.3, 1.0]) for key in keys}


def _same(ground: Ground, options: Options, seed: int, cell_m: float = 90.0, masts: int = 6) -> int:
    """Holds `served` against `predict`; how many cells are served."""
    rng = np.random.default_rng(seed)
    grid = Grid.covering(ground.grid.bounds_m, cell_m=cell_m, crs=ground.grid.crs)
    sectors, asked = _sectors(ground, rng, masts), _asked(grid, rng)
    found = served(ground, sectors, grid=grid, asked=asked, options=options)
    levels = predict(ground, sectors, grid=grid, options=options).layers
    assert sorted(found) == sorted(asked)
    for key, cells in asked.items():
        expected = np.zeros(grid.shape, bool)
        if key in levels:
            expected = cells & (levels[key].rsrp_dbm >= levels[key].threshold_dbm)
        np.testing.assert_array_equal(found[key], expected)
    return int(sum(cells.sum() for cells in found.values()))


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), relief_m=st.sampled_from([0.0, 40.0, 400.0]), trees=st.booleans())
def test_it_is_what_predict_says(
    seed: int, relief_m: float, trees: bool, fractal_ground: Callable[..., Ground]
) -> None:
    ground = fractal_ground(240, seed=seed % 7, relief_m=relief_m, clutter=trees)
    _same(ground, _options(), seed)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(_options("delta-bullington"), id="delta-bullington"),
        pytest.param(_options("spm"), id="no bound from below"),
        pytest.param(_options("itm"), id="path by path"),
        pytest.param(
            _options(
                calibration=Correction("p1812", offset_db=-9.0, slope_db=4.0, clutter_db={4: -6.0, 1: 2.0})
            ),
            id="a calibration that gives back",
        ),
        pytest.param(_options(location_percent=90.0, terminal_clearance_m=100.0), id="margin"),
    ],
)
def test_under_other_assumptions_too(options: Options, fractal_ground: Callable[..., Ground]) -> None:
    ground = fractal_ground(120, relief_m=150.0)
    assert _same(ground, options, 5, masts=4) > 0


def test_holes_and_losses_of_classes_are_seen(fractal_ground: Callable[..., Ground]) -> None:
    whole = fractal_ground(200, relief_m=60.0)
    heights = whole.terrain.values.copy()
    heights[90:110, 40:150] = np.nan
    ground = Ground(Raster(whole.grid, heights), whole.clutter, whole.clutter_height_m, {3: 7.0, 4: 11.0})
    assert _same(ground, _options(), 3) > 100


def test_nothing_asked_is_nothing_found(fractal_ground: Callable[..., Ground]) -> None:
    ground = fractal_ground(60)
    grid = Grid.covering(ground.grid.bounds_m, cell_m=90.0, crs=ground.grid.crs)
    sectors = _sectors(ground, np.random.default_rng(1), 1)
    none = np.zeros(grid.shape, bool)
    told: list[tuple[int, int]] = []
    found = served(
        ground, sectors, grid=grid, asked={"net-0-4g": none}, options=_options(),
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert not found["net-0-4g"].any()
    assert told == [(1, 1)]


@pytest.mark.parametrize("relief_m", [0.0, 30.0, 700.0])
def test_a_glance_is_never_above_the_sweep(relief_m: float, fractal_ground: Callable[..., Ground]) -> None:
    ground = fractal_ground(300, relief_m=relief_m)
    at, heights_m, frequencies = (150.2, 149.7), (40.0, 1.5), np.array([700.0, 3500.0])
    radials, kept, stride = 90, 48, 3
    swept = np.zeros((2, radials, kept), np.float32)
    reach = np.empty(radials, np.int32)
    ends = np.full(radials, (kept - 1) * stride, np.int32)
    samples = ground.samples_dm()
    sweep(samples, False, 30.0, at, heights_m, ends, stride, 50.0, 8500.0, frequencies, None, swept, reach)
    glance = np.full_like(swept, np.nan)
    needed = np.zeros((radials, kept), np.uint8)
    needed[::2, 5:] = 1
    least_losses(samples, 30.0, at, heights_m, needed, stride, 50.0, 8500.0, frequencies, -3.0, glance)
    looked_at = needed.astype(bool)
    assert np.isnan(glance[:, ~looked_at]).all()
    away = swept[:, looked_at] - (glance[:, looked_at] + 3.0)
    assert away.min() > -1e-4
    assert np.median(away) < 12.0  # and it sees most of what there is


def test_a_model_without_a_bound_has_none() -> None:
    assert least_excess_db(_options("p1812")) == least_excess_db(_options("delta-bullington")) == 0.0
    assert least_excess_db(Options(model="p1812")) == -np.inf  # ducts carry further than free space
    assert least_excess_db(_options("itm")) == -np.inf
    told = Correction(
        "p1812", offset_db=-2.0, slope_db=1.0, distance_km=(0.1, 10.0), clutter_db={1: 3.0, 2: -4.0}
    )
    assert least_excess_db(_options(calibration=told)) == pytest.approx(-7.0)


def test_a_radial_ends_behind_the_last_cell_asked_for() -> None:
    wanted = np.zeros((50, 50), np.uint8)
    wanted[25, 40] = 1
    ends = np.full(4, -1, np.int32)
    ends_of(wanted, (25.0, 25.0, 1.0), 24, 1, ends)
    assert ends.tolist() == [0, 18, 0, 0]
