"""Candidates, their coverage sets, connections, money and phases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from phusong.coverage.fixed import Roads
from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.service import People, signal_at
from phusong.coverage.site import Carrier
from phusong.coverage.siting.backhaul import Fibre, Terms, connection, fresnel_clearance
from phusong.coverage.siting.candidates import hilltops
from phusong.coverage.siting.instances import clustered
from phusong.coverage.siting.money import Prices, investment_vnd, present_cost_vnd
from phusong.coverage.siting.phasing import phased
from phusong.coverage.siting.solve import solve
from phusong.coverage.siting.station import Station, coverage_sets, with_standing
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

STATION = Station(
    operator="Chung", carrier=Carrier("5G", "N41", 2550.0, 100.0), antenna="massive_mimo_2600", height_m=30.0,
    power_dbm=43.0,
)  # fmt: skip


def test_prominence_is_counted_from_the_col() -> None:
    # three cones on a plain at 100 m: 400 m, 300 m joined to it by a ridge at 250 m, and 160 m alone
    grid = Grid("EPSG:32648", 0.0, 40_000.0, 100.0, 400, 400)
    x, y = np.meshgrid(grid.x_m(), grid.y_m())
    land = np.full(grid.shape, 100.0)
    for east, north, top in ((10_000, 20_000, 400), (20_000, 20_000, 300), (33_000, 8_000, 160)):
        land = np.maximum(land, top - 0.1 * np.hypot(x - east, y - north))
    ridge = (np.abs(y - 20_000) < 300) & (x > 10_000) & (x < 20_000)
    terrain = Raster(grid, np.where(ridge, np.maximum(land, 250.0), land).astype(np.float32))
    # a summit is seen at a cell's centre, up to 71 m away from it: 7 m lower
    assert sorted(hilltops(terrain, 40.0)[0].round(-3)) == [10_000, 20_000, 33_000]
    assert sorted(hilltops(terrain, 51.0)[0].round(-3)) == [10_000, 33_000]  # 300 - 250 = 50 m only
    assert sorted(hilltops(terrain, 61.0)[0].round(-3)) == [10_000]  # 160 - 100 = 60 m


def test_sets_add_up_to_the_prediction_of_all_sites(fractal_ground: Callable[..., Ground]) -> None:
    ground = fractal_ground(400)
    rng = np.random.default_rng(3)
    west, south, east, north = ground.grid.bounds_m
    sites = rng.uniform((west + 200, south + 200), (east - 200, north - 200), (6, 2))
    grid = Grid(ground.grid.crs, west, north, 100.0, 120, 120)
    row, col = (part.ravel() for part in np.indices(grid.shape))
    people = People(
        grid.x_m()[col], grid.y_m()[row], np.ones(grid.rows * grid.cols), np.zeros(row.size, np.int64)
    )
    options = Options(radius_km={"3G": 20.0, "4G": 20.0, "5G": 4.0})
    sets = coverage_sets(ground, STATION, sites, people, grid=grid, options=options)
    sectors = [one for k, (x, y) in enumerate(sites) for one in STATION.sectors(f"s{k}", x, y)]
    together = predict(ground, sectors, grid=grid, options=options)
    served = signal_at(together.raster("any-5g"), people) >= together.layers["any-5g"].threshold_dbm
    assert 0.05 < served.mean() < 0.95
    np.testing.assert_array_equal(sets.counts(np.arange(6)) > 0, served)
    with_all = with_standing(sets, served)
    np.testing.assert_array_equal(with_all.counts(np.array([6])) > 0, served)


def test_fresnel_clearance_over_a_plain_by_hand(flat_ground: Callable[..., Ground]) -> None:
    ground = flat_ground(400)
    west, _, _, north = ground.grid.bounds_m
    a, b = (west + 500.0, north - 6000.0), (west + 10_500.0, north - 6000.0)
    # half way: bulge 5 * 5 / (2 * 4/3 * 6371) km = 1.47 m, F1 = 17.3 sqrt(25 / (15 * 10)) = 7.06 m
    assert fresnel_clearance(ground, a, b, (30.0, 30.0), 15_000.0) == pytest.approx(
        (30 - 1.4715) / 7.0627, abs=2e-3
    )


def test_a_wall_takes_the_hop_and_leaves_fibre(flat_ground: Callable[..., Ground]) -> None:
    open_ground, walled = flat_ground(400), flat_ground(400, wall=(200, 80.0))
    west, _, _, north = open_ground.grid.bounds_m
    site, masts = (west + 2000.0, north - 6000.0), np.array([[west + 10_000.0, north - 6000.0]])
    terms = Terms(fibre_vnd_per_km=45e6, fibre_fixed_vnd=20e6, hop_vnd=160e6)
    hop = connection(open_ground, site, 30.0, masts, terms, fibre_km=8.0)
    assert (hop.kind, hop.cost_vnd) == ("microwave", 160e6)
    assert hop.clearance > 0.6
    assert hop.availability_percent > 99.95
    cable = connection(walled, site, 30.0, masts, terms, fibre_km=9.5)
    assert (cable.kind, cable.cost_vnd) == ("fibre", pytest.approx(20e6 + 9.5 * 45e6))
    # no road leads there: a cable of its own, straight but for its detour
    alone = connection(walled, site, 30.0, masts, terms, fibre_km=np.inf)
    assert (alone.kind, alone.length_km) == ("fibre", pytest.approx(8.0 * 1.3))
    assert connection(open_ground, tuple(masts[0]), 30.0, masts, terms, fibre_km=9.5).kind == "none"
    near = connection(open_ground, site, 30.0, masts, terms, fibre_km=2.0)
    assert (near.kind, near.cost_vnd) == ("fibre", 20e6 + 2.0 * 45e6)


def test_fibre_follows_the_roads() -> None:
    # a road 0-1-2 round a corner of 3 and 4 km, a shortcut's twin of 9 km, and a road that nothing joins
    roads = Roads(
        np.array([0.0, 3000.0, 3000.0, 50_000.0, 51_000.0]), np.array([0.0, 0.0, 4000.0, 0.0, 0.0]),
        np.array([0, 1, 2, 3]), np.array([1, 2, 1, 4]), np.array([3000.0, 4000.0, 9000.0, 1000.0]),
    )  # fmt: skip
    fibre = Fibre(np.array([[0.0, 100.0]]), roads, detour=1.5)
    sites = np.array([[3000.0, 4200.0], [0.0, 100.0], [0.0, 150.0], [50_000.0, 0.0], [1500.0, 0.0]])
    got = fibre.length_km(sites)
    # 0.1 and 0.2 km off the road at 1.5 each; no way to node 3; half way is 1.5 km off the nearest node
    assert got[:3] == pytest.approx([7.0 + 0.15 + 0.3, 0.0, 0.075])
    assert np.isinf(got[3])
    assert got[4] == pytest.approx(0.15 + 1.5 * 1.5)
    no_roads = Roads(*(np.zeros(0),) * 2, *(np.zeros(0, np.int64),) * 2, np.zeros(0))
    assert Fibre(fibre.sources_m, no_roads, 1.5).length_km(sites)[0] == pytest.approx(
        1.5 * np.hypot(3.0, 4.1)
    )
    assert np.isinf(Fibre(np.zeros((0, 2)), roads).length_km(sites)).all()


def test_present_cost_by_hand() -> None:
    prices = Prices(
        equipment_vnd=1000.0, tower_vnd=500.0, shared_vnd=100.0, yearly_vnd=110.0, shared_yearly_vnd=55.0,
        years=2, discount=0.1, support_share=0.15,
    )  # fmt: skip
    assert investment_vnd(prices, on_mast=False, connection_vnd=50.0) == pytest.approx(850 + 500 + 50)
    # 110 / 1.1 + 110 / 1.21 = 100 + 90.909
    assert present_cost_vnd(prices, on_mast=False, connection_vnd=50.0) == pytest.approx(1400 + 190.90909)
    assert present_cost_vnd(prices, on_mast=True, connection_vnd=0.0) == pytest.approx(950 + 95.454545)
    assert present_cost_vnd(replace(prices, discount=0.0), on_mast=True, connection_vnd=0.0) == 950 + 110


def test_phases_are_nested_and_keep_yearly_budgets() -> None:
    problem, _ = clustered(1500, 120, budget=30, radius_m=2500.0)
    plan = solve(problem, rounds=1)
    phases = phased(problem, plan, [(2025, 10.0), (2026, 12.0), (2027, 8.0)])
    built = [[s for s, year in phases.year_of_site.items() if year <= end] for end in phases.years]
    assert [len(one) for one in built] == [10, 22, 30]
    assert set(built[2]) == set(plan.new_sites)
    assert phases.weight_served[-1] == plan.objective
    # no worse than building in the order of the gain curve
    by_curve = np.cumsum(plan.curve.gain)
    assert phases.weight_years >= by_curve[9] + by_curve[21] + by_curve[29] - 1e-6
