"""Calibration from end to end on made-up ground: measure with a known correction, find it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.coverage.calibration.calibrate import Calibration, calibrate
from phusong.coverage.calibration.correction import Correction
from phusong.coverage.calibration.observe import Binned, Predicted, binned, predicted_at
from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict, predict_points
from phusong.coverage.propagation.hata import cost231_hata
from phusong.coverage.propagation.spm import SpmCoefficients, terms
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.whatif import keep
from phusong.geodata.grid import Grid

LTE = Carrier("4G", "B3", 1800.0, 20.0)
RADIUS = {"3G": 9.0, "4G": 9.0, "5G": 4.0}
TRUTH = Correction(
    "p1812", offset_db=6.0, slope_db=4.0, distance_km=(0.05, 9.0), clutter_db={0: 0.0, 2: 5.0, 3: -4.0}
)


@pytest.fixture(scope="module")
def hills(fractal_ground: Callable[..., Ground]) -> Ground:
    return fractal_ground(600, relief_m=120.0)


def stations(ground: Ground) -> list[Sector]:
    grid = ground.grid
    return [
        Sector(
            f"{k}-{azimuth}", str(k), "A", grid.west_m + 1e3 * east, grid.north_m - 1e3 * south, 25.0 + 10.0 * k,
            LTE, "3gpp-36814", float(azimuth), 1.0, 3.0, 46.0,
        )
        for k, (east, south) in enumerate(((5, 5), (12, 6), (8, 12), (14, 13)))
        for azimuth in (0, 120, 240)
    ]  # fmt: skip


def drive(
    ground: Ground, sectors: list[Sector], options: Options, *, noise_db: float, seed: int = 1
) -> Binned:
    """Levels of best servers at random places, with noise, in squares of 100 m."""
    draw = np.random.default_rng(seed)
    west, south, east, north = ground.grid.bounds_m
    x_m, y_m = draw.uniform(west + 1e3, east - 1e3, 1500), draw.uniform(south + 1e3, north - 1e3, 1500)
    layer = predict_points(ground, sectors, x_m=x_m, y_m=y_m, options=options)["a-4g"]
    reached = layer.best_server >= 0
    level = layer.rsrp_dbm.astype(np.float64) + noise_db * draw.standard_normal(x_m.size)
    return binned(
        ground,
        x_m[reached],
        y_m[reached],
        layer.best_server[reached].astype(np.int64),
        level[reached],
        cell_m=100.0,
    )


def calibrated(
    ground: Ground, measured: Correction | None, *, noise_db: float, model: str = "p1812"
) -> Calibration:
    sectors, options = stations(ground), Options(model=model, radius_km=RADIUS)
    bins = drive(ground, sectors, replace(options, calibration=measured), noise_db=noise_db)
    return calibrate(model, bins, predicted_at(ground, sectors, bins, options), seed=1)


@pytest.fixture(scope="module")
def found(hills: Ground) -> Calibration:
    return calibrated(hills, TRUTH, noise_db=6.0)


def test_what_was_put_in_is_found_within_its_intervals(found: Calibration) -> None:
    assert found.accepted
    value = {one.name: one for one in found.coefficients}
    assert value["slope"].low <= 4.0 <= value["slope"].high
    # classes against each other: their common part belongs to the offset
    assert value["clutter:2"].value - value["clutter:3"].value == pytest.approx(9.0, abs=2.0)
    assert value["clutter:2"].value - value["clutter:0"].value == pytest.approx(5.0, abs=2.0)
    assert sum(one.low < one.value < one.high for one in found.coefficients) == len(found.coefficients)


def test_errors_fall_to_the_noise_where_nobody_looked(found: Calibration) -> None:
    assert found.before_rms_db > 7.5
    assert found.after_rms_db == pytest.approx(6.0, abs=0.6)
    (whole,) = [group for group in found.groups if group.kind == "all"]
    assert abs(whole.after_mean_db) < 0.8
    assert {group.kind for group in found.groups} == {"all", "clutter", "distance"}


def test_a_model_that_is_right_is_left_alone(hills: Ground) -> None:
    found = calibrated(hills, None, noise_db=6.0)
    assert not found.accepted
    assert "no better" in found.why


def test_raster_points_and_whatif_apply_the_same_correction(hills: Ground) -> None:
    sectors = stations(hills)[:3]
    grid = Grid.covering(hills.grid.bounds_m, cell_m=90.0, crs=hills.grid.crs)
    for model, correction in (
        ("p1812", TRUTH),
        ("spm", Correction("spm", coefficients=(140.0, 36.0, 4.0, 0.6, -5.0, 0.0, 0.0), clutter_db={3: 6.0})),
    ):
        options = Options(model=model, radius_km={**RADIUS, "4G": 3.0}, calibration=correction)
        raster = predict(hills, sectors, grid=grid, options=options).layers["a-4g"].rsrp_dbm
        row, col = np.nonzero(np.isfinite(raster))
        here = np.random.default_rng(2).choice(row.size, 400, replace=False)
        x_m, y_m = grid.x_m()[col[here]], grid.y_m()[row[here]]
        points = predict_points(hills, sectors, x_m=x_m, y_m=y_m, options=options)["a-4g"].rsrp_dbm
        plain = predict_points(
            hills, sectors, x_m=x_m, y_m=y_m, options=replace(options, calibration=None)
        )["a-4g"].rsrp_dbm  # fmt: skip
        gap = raster[row[here], col[here]] - points
        # polar samples beside a class boundary mix both classes: the median is exact, the rest within the classes
        assert abs(float(np.nanmedian(gap))) < 0.3, model
        assert float(np.nanmedian(np.abs(gap))) < 1.5, model
        assert float(np.nanmedian(np.abs(points - plain))) > 2.0, model
        if model == "p1812":
            kept = keep(hills, sectors, grid=grid, options=options).coverage
            np.testing.assert_array_equal(kept.layers["a-4g"].rsrp_dbm, raster)
            assert "calibrated" in kept.model


def test_a_correction_is_exactly_added_to_the_loss_of_a_path(hills: Ground) -> None:
    sectors = stations(hills)[:1]
    x_m, y_m = np.array([sectors[0].x_m + 2000.0]), np.array([sectors[0].y_m])
    flat = Correction("itm", offset_db=3.0, slope_db=10.0, distance_km=(0.1, 1.0))  # held from 1 km on
    levels = [
        predict_points(hills, sectors, x_m=x_m, y_m=y_m, options=Options(model="itm", calibration=one))[
            "a-4g"
        ]
        for one in (None, flat)
    ]
    assert levels[0].rsrp_dbm[0] - levels[1].rsrp_dbm[0] == pytest.approx(3.0, abs=1e-3)


def test_spm_with_its_default_coefficients_as_a_calibration_is_spm(hills: Ground) -> None:
    sectors = stations(hills)[:1]
    x_m, y_m = (
        np.array([sectors[0].x_m + 900.0, sectors[0].x_m]),
        np.array([sectors[0].y_m, sectors[0].y_m + 2500.0]),
    )
    same = Correction("spm", coefficients=SpmCoefficients().as_tuple())
    levels = [
        predict_points(hills, sectors, x_m=x_m, y_m=y_m, options=Options(model="spm", calibration=one))[
            "a-4g"
        ]
        for one in (None, same)
    ]
    np.testing.assert_allclose(levels[0].rsrp_dbm, levels[1].rsrp_dbm, atol=1e-4)
    with pytest.raises(ValueError, match="K2 stands in the calibration"):
        Options(model="spm", calibration=same, model_options={"K2": 40.0})


def test_a_calibration_of_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match=r"of p1812, the model is itm"):
        Options(model="itm", calibration=TRUTH)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"offset_db": float("nan")}, "finite"),
        ({"offset_db": 61.0}, "more than 60 dB"),
        ({"distance_km": (2.0, 1.0)}, "must rise"),
        ({"coefficients": (1.0,) * 7}, "spm alone"),
        ({"model": "spm", "coefficients": (1.0,) * 6}, "seven"),
    ],
)
def test_corrections_that_make_no_sense_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(Correction("p1812"), **change)  # type: ignore[arg-type]


def test_slow_driving_does_not_weigh_more(flat_ground: Callable[..., Ground]) -> None:
    x_m = np.array([10.0, 11.0, 12.0, 13.0, 210.0])
    ground = flat_ground(20)
    west, north = ground.grid.west_m, ground.grid.north_m
    bins = binned(
        ground, west + x_m, np.full(5, north - 10.0), np.zeros(5, np.int64),
        np.array([-90.0, -80, -90, -90, -70]), cell_m=100.0,
    )  # fmt: skip
    assert bins.rows.tolist() == [4, 1]
    assert bins.level_dbm.tolist() == [-90.0, -70.0]
    assert (bins.x_m - west).tolist() == pytest.approx([11.5, 210.0])


def _spm_bins(K: tuple[float, ...], *, noise_db: float, seed: int) -> tuple[Binned, Predicted]:
    """1200 bins of 20 cells; receivers at several heights, so that K6 and K7 can be told."""
    draw = np.random.default_rng(seed)
    n = 1200
    sector = draw.integers(0, 20, n)
    d_m, H = 10 ** draw.uniform(2.3, 4.2, n), 10 ** draw.uniform(1.2, 2.3, n)
    D, h = draw.exponential(6.0, n), draw.uniform(1.0, 15.0, n)
    columns = np.array([terms(*row) for row in zip(d_m, H, D, h, strict=True)])
    base = columns @ np.array(SpmCoefficients().as_tuple())
    x_m, y_m = draw.uniform(0.0, 40e3, n), draw.uniform(0.0, 40e3, n)
    level = 60.0 - base
    measured = 60.0 - columns @ np.array(K) + noise_db * draw.standard_normal(n)
    return Binned(x_m, y_m, sector, measured, np.full(n, 2), np.ones(n, np.int64)), Predicted(
        level, d_m, columns, SpmCoefficients().as_tuple()
    )


def test_every_coefficient_of_spm_is_recovered() -> None:
    K = (8.0, 40.0, 9.0, 0.5, -5.0, -0.3, 4.0)
    hits = []
    for seed in range(12):
        found = calibrate("spm", *_spm_bins(K, noise_db=5.0, seed=seed), seed=seed)
        assert found.accepted
        value = {one.name: one for one in found.coefficients}
        if len(value) == 7:
            hits.append([value[f"K{k + 1}"].low <= K[k] <= value[f"K{k + 1}"].high for k in range(7)])
        assert value["K4"].value == pytest.approx(0.5, abs=0.15)
    assert len(hits) >= 10
    assert np.mean(hits) >= 0.8


def test_spm_fitted_to_cost231_finds_its_published_coefficients() -> None:
    # COST 231 (1999) §4.4: 33.9 lg f - 13.82 lg h_b + (44.9 - 6.55 lg h_b) lg d; d in km, here in m
    draw = np.random.default_rng(3)
    n = 600
    d_m, H = draw.uniform(1e3, 2e4, n), draw.uniform(30.0, 200.0, n)
    loss = [
        cost231_hata(frequency_mhz=1900.0, base_height_m=a, mobile_height_m=1.5, distance_km=d * 1e-3)
        for a, d in zip(H, d_m, strict=True)
    ]
    columns = np.array([terms(d, a, 0.0, 1.5) for d, a in zip(d_m, H, strict=True)])
    level = 60.0 - columns @ np.array(SpmCoefficients().as_tuple())
    place = draw.uniform(0.0, 40e3, (2, n))
    bins = Binned(*place, draw.integers(0, 9, n), 60.0 - np.array(loss), np.full(n, 2), np.ones(n, np.int64))
    found = calibrate("spm", bins, Predicted(level, d_m, columns, SpmCoefficients().as_tuple()), seed=1)
    got = found.correction.coefficients
    assert got is not None
    assert got[1] == pytest.approx(44.9, abs=0.01)
    assert got[2] == pytest.approx(-13.82 + 3 * 6.55, abs=0.01)
    assert got[4] == pytest.approx(-6.55, abs=0.01)
    assert any("K4, K6, K7" in line for line in found.held)


def test_what_the_measurements_do_not_support_is_said(hills: Ground) -> None:
    sectors, options = stations(hills), Options(model="p1812", radius_km=RADIUS)
    bins = drive(hills, sectors, replace(options, calibration=TRUTH), noise_db=3.0)
    predicted = predicted_at(hills, sectors, bins, options)
    near = (predicted.distance_m > 1500.0) & (predicted.distance_m < 2800.0) & (bins.clutter == 0)
    some = Binned(
        *(getattr(bins, name)[near] for name in ("x_m", "y_m", "sector", "level_dbm", "clutter", "rows"))
    )
    few = Predicted(*(getattr(predicted, name)[near] for name in ("level_dbm", "distance_m", "terms")))
    found = calibrate("p1812", some, few, seed=1)
    assert found.correction.slope_db == 0.0
    assert found.correction.clutter_db == {}
    assert any("distances span too little" in line for line in found.held)
    assert any("one clutter class" in line for line in found.held)


def test_too_few_places_are_refused() -> None:
    n = 100
    here: NDArray[np.float64] = np.linspace(0.0, 400.0, n)
    bins = Binned(
        here, here, np.zeros(n, np.int64), np.full(n, -90.0), np.zeros(n, np.int64), np.ones(n, np.int64)
    )
    predicted = Predicted(np.full(n, -85.0), here + 500.0, np.zeros((n, 0)))
    with pytest.raises(ValueError, match="squares of 500 m"):
        calibrate("p1812", bins, predicted, seed=1)
    nothing = replace(predicted, level_dbm=np.full(n, np.nan))
    with pytest.raises(ValueError, match="60 are needed"):
        calibrate("p1812", bins, nothing, seed=1)
