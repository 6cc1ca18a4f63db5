"""Rasters against the path kernel, and what must not change them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict, predict_points
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

LTE = Carrier("4G", "B3", 1800.0, 20.0)
UMTS = Carrier("3G", "B8", 900.0, 5.0)
OPTIONS = Options(radius_km={"3G": 9.0, "4G": 9.0, "5G": 4.0})


def sectors_at(
    ground: Ground, *places: tuple[str, float, float], carrier: Carrier = LTE, power_dbm: float = 46.0
) -> list[Sector]:
    """Three sectors at each (operator, east km, south km) from the ground's corner."""
    grid = ground.grid
    return [
        Sector(
            sector_id=f"{k}-{azimuth}",
            site_id=str(k),
            operator=operator,
            x_m=grid.west_m + east_km * 1e3,
            y_m=grid.north_m - south_km * 1e3,
            height_m=42.0,
            carrier=carrier,
            antenna="3gpp-36814",
            azimuth_deg=float(azimuth),
            mechanical_downtilt_deg=1.0,
            electrical_downtilt_deg=3.0,
            power_dbm=power_dbm,
        )
        for k, (operator, east_km, south_km) in enumerate(places)
        for azimuth in (0, 120, 240)
    ]


@pytest.fixture(scope="module")
def hills(fractal_ground: Callable[..., Ground]) -> Ground:
    return fractal_ground(600)


@pytest.fixture(scope="module")
def hill_sectors(hills: Ground) -> list[Sector]:
    return sectors_at(hills, ("A", 8.0, 8.0), ("B", 10.0, 9.0), ("A", 9.5, 11.0))


@pytest.fixture(scope="module")
def fine(hills: Ground, hill_sectors: list[Sector]) -> CoverageMap:
    grid = Grid.covering(hills.grid.bounds_m, cell_m=30.0, crs=hills.grid.crs)
    return predict(hills, hill_sectors, grid=grid, options=OPTIONS)


def _moved(
    fine: CoverageMap, ground: Ground, sectors: list[Sector],
    rows: NDArray[np.int64], cols: NDArray[np.int64],
    east_m: NDArray[np.float64], north_m: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    layers = predict_points(
        ground,
        sectors,
        x_m=fine.grid.x_m()[cols] + east_m,
        y_m=fine.grid.y_m()[rows] + north_m,
        options=OPTIONS,
    )
    return np.asarray(layers["any-4g"].rsrp_dbm, np.float64)


def test_raster_is_no_further_from_the_path_kernel_than_a_third_of_a_cell(
    fine: CoverageMap, hills: Ground, hill_sectors: list[Sector]
) -> None:
    rng = np.random.default_rng(11)
    count = 4000
    rows, cols = rng.integers(20, 580, count), rng.integers(20, 580, count)
    still = np.zeros(count)
    exact = _moved(fine, hills, hill_sectors, rows, cols, still, still)
    angle = rng.uniform(0.0, 2.0 * np.pi, count)
    shift_m = 0.35 * fine.grid.cell_m
    shifted = _moved(fine, hills, hill_sectors, rows, cols, shift_m * np.cos(angle), shift_m * np.sin(angle))
    raster = fine.layers["any-4g"].rsrp_dbm[rows, cols].astype(np.float64)
    known = np.isfinite(raster) & np.isfinite(exact) & np.isfinite(shifted)
    assert known.mean() > 0.9
    difference = (raster - exact)[known]
    yardstick = (shifted - exact)[known]
    # the standard error of the mean over 4000 cells is a third of what is allowed here
    assert abs(difference.mean()) < 0.1
    assert np.sqrt((difference**2).mean()) <= np.sqrt((yardstick**2).mean())


def test_100_m_and_30_m_agree(fine: CoverageMap, hills: Ground, hill_sectors: list[Sector]) -> None:
    grid = Grid.covering(hills.grid.bounds_m, cell_m=100.0, crs=hills.grid.crs)
    coarse = predict(hills, hill_sectors, grid=grid, options=OPTIONS)
    x, y = np.meshgrid(grid.x_m()[5:-5], grid.y_m()[5:-5])
    row, col = fine.grid.row_col(x.ravel(), y.ravel())
    for key in fine.layers:
        a = coarse.layers[key].rsrp_dbm[5:-5, 5:-5].ravel()
        b = fine.layers[key].rsrp_dbm[row, col]
        known = np.isfinite(a) & np.isfinite(b)
        assert abs((a - b)[known].mean()) < 0.5


def test_workers_do_not_change_a_byte(hills: Ground, hill_sectors: list[Sector]) -> None:
    grid = Grid.covering(hills.grid.bounds_m, cell_m=100.0, crs=hills.grid.crs)
    threads = numba.get_num_threads()
    found = []
    try:
        for count in (1, threads):
            numba.set_num_threads(count)
            layer = predict(hills, hill_sectors, grid=grid, options=OPTIONS).layers["any-4g"]
            arrays = (layer.rsrp_dbm, layer.second_dbm, layer.sinr_db, layer.best_server, layer.servers)
            found.append(b"".join(array.tobytes() for array in arrays))
    finally:
        numba.set_num_threads(threads)
    assert found[0] == found[1]


def test_layers_of_operators_and_of_all(fine: CoverageMap) -> None:
    assert sorted(fine.layers) == ["a-4g", "any-4g", "b-4g"]
    a, b, both = (fine.layers[key] for key in ("a-4g", "b-4g", "any-4g"))
    np.testing.assert_array_equal(both.rsrp_dbm, np.fmax(a.rsrp_dbm, b.rsrp_dbm))
    np.testing.assert_array_equal(both.servers, a.servers.astype(int) + b.servers.astype(int))
    stronger = b.rsrp_dbm > a.rsrp_dbm
    np.testing.assert_array_equal(both.sinr_db[stronger], b.sinr_db[stronger])
    levels = np.stack([a.rsrp_dbm, a.second_dbm, b.rsrp_dbm, b.second_dbm])
    ordered = np.sort(np.nan_to_num(levels, nan=-1e9), axis=0)
    second = np.where(ordered[-2] > -1e6, ordered[-2], np.nan)
    np.testing.assert_array_equal(both.second_dbm, second)
    assert {fine.sectors[k].operator for k in np.unique(a.best_server[a.best_server >= 0])} == {"A"}


def test_free_space_over_a_plain_by_hand(flat_ground: Callable[..., Ground]) -> None:
    ground = flat_ground(120)
    sector = replace(
        sectors_at(ground, ("A", 1.8, 1.8))[0], antenna="omni", height_m=100.0, mechanical_downtilt_deg=0.0
    )
    layers = predict_points(
        ground, [sector], x_m=np.array([sector.x_m + 1500.0]), y_m=np.array([sector.y_m]),
        options=Options(receiver_height_m=60.0, body_loss_db=0.0),
    )  # fmt: skip
    # 15.208 dBm an element, 1 dB of feeder; 32.448 + 20 log 1800 + 20 log of the slant range in km
    slant_km = np.hypot(1500.0, 40.0) / 1e3
    by_hand = 15.208 - 1.0 - (32.4478 + 20.0 * np.log10(1800.0) + 20.0 * np.log10(slant_km))
    layer = layers["a-4g"]
    assert layer.rsrp_dbm[0] == pytest.approx(by_hand, abs=2e-3)
    # no other cell: signal over noise alone
    assert layer.sinr_db[0] == pytest.approx(by_hand + 123.239, abs=2e-3)
    assert np.isnan(layer.second_dbm[0])
    assert layer.servers[0] == 1


def test_interference_of_a_second_sector_by_hand(flat_ground: Callable[..., Ground]) -> None:
    ground = flat_ground(120)
    first = replace(sectors_at(ground, ("A", 1.8, 1.8))[0], antenna="omni", height_m=100.0)
    second = replace(first, sector_id="2", power_dbm=first.power_dbm - 6.0)
    point = {"x_m": np.array([first.x_m + 1500.0]), "y_m": np.array([first.y_m])}
    layer = predict_points(ground, [first, second], **point, options=Options(load=0.5))["a-4g"]
    assert layer.second_dbm[0] == pytest.approx(layer.rsrp_dbm[0] - 6.0, abs=1e-3)
    # 6 dB weaker, sending half of the time: 9.01 dB, less a little noise
    assert layer.sinr_db[0] == pytest.approx(9.01, abs=0.02)


def test_pilot_of_3g_is_held_against_all_power(flat_ground: Callable[..., Ground]) -> None:
    ground = flat_ground(120)
    sector = replace(sectors_at(ground, ("A", 1.8, 1.8), carrier=UMTS)[0], antenna="omni")
    point = {"x_m": np.array([sector.x_m + 500.0]), "y_m": np.array([sector.y_m])}
    layer = predict_points(ground, [sector], **point, options=Options(load=0.5))["a-3g"]
    # the cell itself sends 1 + 0.5 · 9 = 5.5 pilots: Ec/Io = -7.4 dB
    assert layer.sinr_db[0] == pytest.approx(-10.0 * np.log10(5.5), abs=0.01)


def test_nothing_beyond_the_radius_or_the_ground(fine: CoverageMap, hills: Ground) -> None:
    x, y = np.meshgrid(fine.grid.x_m(), fine.grid.y_m())
    sectors = [fine.sectors[k] for k in (0, 3, 6)]
    nearest = np.min([np.hypot(x - s.x_m, y - s.y_m) for s in sectors], axis=0)
    layer = fine.layers["any-4g"]
    assert (layer.best_server[nearest > 9.1e3] == -1).all()
    assert np.isnan(layer.rsrp_dbm[nearest > 9.1e3]).all()
    heights = hills.terrain.values.copy()
    heights[:, 400:] = np.nan
    holed = Ground(Raster(hills.grid, heights), hills.clutter, hills.clutter_height_m)
    cut = predict(holed, [fine.sectors[0]], grid=fine.grid, options=OPTIONS).layers["any-4g"]
    assert np.isnan(cut.rsrp_dbm[:, 401:]).all()
    assert np.isfinite(cut.rsrp_dbm[260, 280:390]).all()


def test_what_cannot_be_predicted(hills: Ground, hill_sectors: list[Sector]) -> None:
    grid = hills.grid
    with pytest.raises(ValueError, match="no antenna is called x"):
        predict(hills, [replace(hill_sectors[0], antenna="x")], grid=grid)
    with pytest.raises(ValueError, match="outside the ground"):
        predict(hills, [replace(hill_sectors[0], x_m=0.0)], grid=grid)
    with pytest.raises(ValueError, match="no model is called"):
        predict(hills, hill_sectors, grid=grid, options=Options(model="guess"))
    with pytest.raises(ValueError, match="EPSG"):
        predict(hills, hill_sectors, grid=replace(grid, crs="EPSG:3405"))


def test_cells_not_asked_for_change_nothing_in_the_others(hills: Ground, hill_sectors: list[Sector]) -> None:
    grid = Grid.covering(hills.grid.bounds_m, cell_m=100.0, crs=hills.grid.crs)
    where = np.zeros(grid.shape, bool)
    where[60:130, 75:100] = True
    whole = predict(hills, hill_sectors, grid=grid, options=OPTIONS).layers["any-4g"]
    part = predict(hills, hill_sectors, grid=grid, options=OPTIONS, where=where).layers["any-4g"]
    for name in ("rsrp_dbm", "second_dbm", "sinr_db", "best_server", "servers"):
        np.testing.assert_array_equal(getattr(part, name)[where], getattr(whole, name)[where])
    assert np.isnan(part.rsrp_dbm[~where]).all()
    assert (part.servers[~where] == 0).all()


def test_a_class_takes_its_loss_from_receivers_below_it_alone(
    hills: Ground, hill_sectors: list[Sector], fine: CoverageMap
) -> None:
    code = max(hills.clutter_height_m, key=lambda one: hills.clutter_height_m[one])
    lossy = replace(hills, clutter_loss_db={code: 7.0, 0: 30.0})  # class 0 is bare: nobody is below it
    grid = fine.grid
    less = predict(lossy, hill_sectors, grid=grid)
    points = less.grid.x_m()[::7], np.full(less.grid.x_m()[::7].size, grid.y_m()[grid.rows // 3])
    row, col = hills.grid.row_col(*points)
    inside = hills.grid.contains(row, col)
    there = hills.clutter.values[row[inside], col[inside]] == code
    assert 0 < there.sum() < there.size
    x_m, y_m = points[0][inside], points[1][inside]
    before = predict_points(hills, hill_sectors, x_m=x_m, y_m=y_m)
    after = predict_points(lossy, hill_sectors, x_m=x_m, y_m=y_m)
    key = next(iter(fine.layers))
    lost = before[key].rsrp_dbm - after[key].rsrp_dbm
    np.testing.assert_allclose(lost[there & np.isfinite(lost)], 7.0, atol=1e-4)
    np.testing.assert_allclose(lost[~there & np.isfinite(lost)], 0.0, atol=1e-4)
    drop = predict(hills, hill_sectors, grid=grid).layers[key].rsrp_dbm - less.layers[key].rsrp_dbm
    # between the polar samples of two classes a cell has a part of the loss
    assert np.nanmax(drop) == pytest.approx(7.0, abs=0.01)
    assert np.nanmin(drop) == pytest.approx(0.0, abs=0.01)
    above = Options(receiver_height_m=30.0)
    high = [predict_points(one, hill_sectors, x_m=x_m, y_m=y_m, options=above)[key] for one in (hills, lossy)]
    np.testing.assert_array_equal(high[0].rsrp_dbm, high[1].rsrp_dbm)


def test_location_percentage_takes_off_its_margin(hills: Ground, hill_sectors: list[Sector]) -> None:
    grid = Grid.covering(hills.grid.bounds_m, cell_m=200.0, crs=hills.grid.crs)
    median = predict(hills, hill_sectors, grid=grid, options=OPTIONS).layers["any-4g"].rsrp_dbm
    edge = predict(hills, hill_sectors, grid=grid, options=replace(OPTIONS, location_percent=95.0))
    # P.1812-8 §4.7: (0.52 + 0.024 f) w^0.28 = 2.045 dB at 1.8 GHz over 100 m; 1.645 of them
    difference = (median - edge.layers["any-4g"].rsrp_dbm)[np.isfinite(median)]
    np.testing.assert_allclose(difference, 1.645 * 2.045, atol=0.01)


@pytest.mark.parametrize("model", ["free-space", "itm", "p1812", "p1546", "spm", "extended-hata"])
def test_other_models_run_through_the_same_drivers(
    model: str, hills: Ground, hill_sectors: list[Sector]
) -> None:
    options = replace(OPTIONS, model=model, radius_km={"3G": 2.0, "4G": 2.0, "5G": 2.0})
    grid = Grid.covering(hills.grid.bounds_m, cell_m=100.0, crs=hills.grid.crs)
    near = hill_sectors[:3]
    raster = predict(hills, near, grid=grid, options=options).layers["any-4g"].rsrp_dbm
    rows, cols = np.nonzero(np.isfinite(raster))
    points = predict_points(
        hills, near, x_m=grid.x_m()[cols], y_m=grid.y_m()[rows], options=options
    )["any-4g"].rsrp_dbm  # fmt: skip
    known = np.isfinite(points)
    difference = (raster[rows, cols] - points)[known]
    assert known.mean() > 0.97
    # closed formulas are smooth; terrain moves by decibels within 100 m
    assert abs(np.median(difference)) < (0.01 if model == "free-space" else 0.5)
