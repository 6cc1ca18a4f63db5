"""From coverage layers to coupled cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phusong.coverage.capacity import solve_loads
from phusong.coverage.cells import Spectrum, cells_of, places_of
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.link_budget import noise_dbm
from phusong.coverage.options import Options
from phusong.coverage.service import People
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid

L1800 = Carrier("4G", "L1800", 1855.0, 20.0)
L900 = Carrier("4G", "L900", 950.0, 10.0)
N41 = Carrier("5G", "N41", 2550.0, 100.0)
GRID = Grid("EPSG:9212", 0.0, 1000.0, 500.0, 2, 4)
OPTIONS = Options(load=0.5)


def _sector(name: str, site: str, x_m: float, azimuth: float, carrier: Carrier = L1800) -> Sector:
    return Sector(name, site, "Viettel", x_m, 500.0, 30.0, carrier, "panel", azimuth, 0.0, 4.0, 46.0)


SECTORS = (
    _sector("a1", "A", 0.0, 90.0),
    _sector("a2", "A", 0.0, 90.0, L900),
    _sector("b1", "B", 2000.0, 270.0),
    _sector("c1", "C", 2000.0, 90.0),
    _sector("n1", "A", 0.0, 90.0, N41),
)


def _layer(sinr_db: float = 10.0) -> Layer:
    level = np.full(GRID.shape, -80.0, np.float32)
    server = np.array([[0, 0, 2, 2], [1, 1, 2, -1]], np.int32)
    level[1, 3] = np.nan
    return Layer(
        "viettel-4g", "Viettel", "4G", -110.0, level, server, level, np.ones(GRID.shape, np.uint8),
        np.full(GRID.shape, sinr_db, np.float32),
    )  # fmt: skip


PEOPLE = People(
    x_m=np.array([250.0, 750.0, 1250.0, 250.0, 1750.0]),
    y_m=np.array([750.0, 750.0, 750.0, 250.0, 250.0]),
    people=np.full(5, 10.0),
    hamlet=np.zeros(5, np.int64),
)


def test_carriers_of_one_azimuth_are_one_cell() -> None:
    cells = cells_of(SECTORS, _layer(), Spectrum(factor_4g=1.5))
    assert cells.site_id == ("A", "B", "C")
    assert cells.capacity_mhz == pytest.approx([45.0, 30.0, 30.0])
    assert cells.cell_of_sector.tolist() == [0, 0, 1, 2, -1]


def test_time_division_carriers_give_the_downlink_its_share() -> None:
    spectrum = Spectrum(factor_5g=3.0, tdd_downlink_share=0.75)
    assert spectrum.capacity_mhz(SECTORS[4]) == pytest.approx(100.0 * 3.0 * 0.75)


def test_interference_adds_up_to_what_the_prediction_found() -> None:
    layer = _layer()
    coverage = CoverageMap(GRID, SECTORS, {layer.key: layer}, "test")
    cells = cells_of(SECTORS, layer, Spectrum())
    places, served = places_of(coverage, layer, cells, PEOPLE, np.ones(5), OPTIONS)
    assert served.tolist() == [True, True, True, True, False]
    assert places.server.tolist() == [0, 0, 1, 0]
    # SINR at the prediction's load: S / (load * sum + N) = 10
    noise = 10.0 ** (noise_dbm(L1800, OPTIONS) / 10.0)
    at_load = places.signal_mw / (0.5 * places.power_mw.sum(axis=1) + noise)
    assert at_load == pytest.approx(np.full(4, 10.0), rel=1e-5)
    assert not (places.others == places.server[:, None]).any()


def test_the_cell_that_points_here_is_blamed_most() -> None:
    layer = _layer()
    coverage = CoverageMap(GRID, SECTORS, {layer.key: layer}, "test")
    cells = cells_of(SECTORS, layer, Spectrum())
    places, _ = places_of(coverage, layer, cells, PEOPLE, np.ones(5), OPTIONS)
    # B and C stand together; B faces the first place, C turns its back: 20 dB less
    power = dict(zip(places.others[1].tolist(), places.power_mw[1].tolist(), strict=True))
    assert power[1] / power[2] > 50.0


def test_more_traffic_around_means_more_load_here() -> None:
    layer = _layer()
    coverage = CoverageMap(GRID, SECTORS, {layer.key: layer}, "test")
    cells = cells_of(SECTORS, layer, Spectrum())
    loads = []
    for elsewhere in (0.5, 40.0):
        traffic = np.array([2.0, 2.0, elsewhere, 2.0, 0.0])
        places, _ = places_of(coverage, layer, cells, PEOPLE, traffic, OPTIONS)
        loads.append(solve_loads(places, cells.capacity_mhz).load)
    assert loads[1][0] > loads[0][0]
    assert loads[0][2] == 0.0  # serves nobody


def test_a_prediction_without_load_tells_no_interference() -> None:
    layer = _layer()
    coverage = CoverageMap(GRID, SECTORS, {layer.key: layer}, "test")
    cells = cells_of(SECTORS, layer, Spectrum())
    with pytest.raises(ValueError, match="load above 0"):
        places_of(coverage, layer, cells, PEOPLE, np.ones(5), replace(OPTIONS, load=0.0))
    with pytest.raises(ValueError, match="factor"):
        Spectrum(factor_4g=0.0)
    with pytest.raises(ValueError, match="tdd_downlink_share"):
        Spectrum(tdd_downlink_share=1.5)


def test_a_cell_alone_has_no_neighbour() -> None:
    only = (SECTORS[0],)
    layer = replace(
        _layer(60.0),
        best_server=np.zeros(GRID.shape, np.int32),
        rsrp_dbm=np.full(GRID.shape, -80.0, np.float32),
    )
    coverage = CoverageMap(GRID, only, {layer.key: layer}, "test")
    cells = cells_of(only, layer, Spectrum())
    places, _ = places_of(coverage, layer, cells, PEOPLE, np.ones(5), OPTIONS)
    assert (places.others == -1).all()
    assert (places.power_mw == 0.0).all()
