"""Causes on ground built so that the answer is known: a ridge, a forest, an empty valley, another's mast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phusong.coverage.antenna import catalogue
from phusong.coverage.causes import (
    AIMED,
    CAUSES,
    TILTED,
    Counterfactuals,
    around,
    bare_ground,
    causes_of_points,
    clear_way,
    explain_gaps,
    flat_ground,
    mend_sectors,
    open_land,
)
from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.service import People, signal_at
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

GRID = Grid(crs="EPSG:9212", west_m=0.0, north_m=9000.0, cell_m=50.0, rows=180, cols=240)
OUT = Grid(crs="EPSG:9212", west_m=0.0, north_m=9000.0, cell_m=100.0, rows=90, cols=120)
LTE = Carrier("4G", "L1800", 1815.0, 20.0)
VILLAGE_X_M = 8050.0


def _sector(
    x_m: float, operator: str = "Viettel", azimuth_deg: float = 90.0, power_dbm: float = 46.0
) -> Sector:
    return Sector(
        f"{operator}-{x_m:.0f}-{azimuth_deg:.0f}", operator, operator, x_m, 4510.0, 40.0, LTE, "panel_1800",
        azimuth_deg, 0.0, 4.0, power_dbm,
    )  # fmt: skip


def _ground(ridge_m: float = 0.0, forest: bool = False, grove: bool = False) -> Ground:
    terrain = np.full(GRID.shape, 50.0, np.float32)
    x = GRID.x_m()[None, :]
    terrain += np.float32(ridge_m) * np.exp(-(((x - 6500.0) / 400.0) ** 2)).astype(np.float32)
    clutter = np.zeros(GRID.shape, np.uint8)
    if forest:
        clutter[:, (GRID.x_m() > 4000) & (GRID.x_m() < 7800)] = 1
    if grove:
        clutter[:, (GRID.x_m() > 7900) & (GRID.x_m() < 8200)] = 2
    return Ground(Raster(GRID, terrain), Raster(GRID, clutter), {0: 0.0, 1: 38.0, 2: 20.0})


def _cause(
    ground: Ground,
    sectors: list[Sector],
    threshold_dbm: float = -100.0,
    unlimited: list[Sector] | None = None,
) -> tuple[str, str, float]:
    """Cause, mend and lacking dB of a village of 100 people, for Viettel."""
    people = People(np.array([VILLAGE_X_M]), np.array([4550.0]), np.array([100.0]), np.array([0]))
    options = Options()

    def level(
        ground: Ground, sectors: list[Sector], operator: str, antennas: dict | None = None
    ) -> np.ndarray:
        mine = [sector for sector in sectors if sector.operator == operator]
        if not mine:
            return np.array([-np.inf])
        coverage = predict(ground, mine, grid=OUT, options=options, antennas=antennas)
        return signal_at(coverage.raster(f"{operator}-4g".lower()), people)

    mends, antennas = mend_sectors(sectors, catalogue())
    near = around(ground, people.x_m, people.y_m)
    levels = Counterfactuals(
        real_dbm=level(ground, sectors, "Viettel"),
        open=level(open_land(ground, near), sectors, "Viettel") >= threshold_dbm,
        bare=level(bare_ground(ground, near), sectors, "Viettel") >= threshold_dbm,
        flat=level(flat_ground(ground), sectors, "Viettel") >= threshold_dbm,
        way=level(clear_way(ground, near), sectors, "Viettel") >= threshold_dbm,
        others=level(ground, sectors, "VNPT") >= threshold_dbm,
        unlimited=level(ground, unlimited or [], "Viettel") >= threshold_dbm,
        tilted=level(ground, list(mends), "Viettel" + TILTED, antennas) >= threshold_dbm,
        aimed=level(ground, list(mends), "Viettel" + AIMED, antennas) >= threshold_dbm,
    )
    assert levels.real_dbm[0] < threshold_dbm, "the village must lie in a gap"
    row = explain_gaps(np.array([0]), 1, people, levels, threshold_dbm).iloc[0]
    return row["cause"], row["mend"], float(row["lacking_db"])


def test_a_ridge_between_mast_and_village_is_terrain_and_wants_a_new_mast() -> None:
    cause, mend, lacking_db = _cause(_ground(ridge_m=250.0), [_sector(3010.0)])
    assert (cause, mend) == ("terrain", "new_mast")
    assert lacking_db > 10.0


def test_a_forest_before_the_village_is_clutter_on_the_way() -> None:
    assert _cause(_ground(forest=True), [_sector(3010.0)], threshold_dbm=-100.0)[0] == "clutter_way"


def test_a_grove_around_the_village_is_clutter_near() -> None:
    assert _cause(_ground(grove=True), [_sector(3010.0)], threshold_dbm=-118.0)[0] == "clutter_near"


def test_a_ridge_and_a_forest_that_each_block_are_both_named() -> None:
    both = _ground(ridge_m=250.0, forest=True)
    assert _cause(both, [_sector(3010.0)], threshold_dbm=-100.0)[0] == "terrain_clutter"


def test_a_sector_turned_down_at_the_border_is_the_limit() -> None:
    limited = [_sector(3010.0, power_dbm=20.0)]
    assert _cause(_ground(), limited, unlimited=[_sector(3010.0)])[0] == "border_limit"
    beside = [*limited, _sector(8010.0, operator="VNPT")]
    assert _cause(_ground(), beside, unlimited=[*beside[1:], _sector(3010.0)])[0] == "border_limit"
    assert _cause(_ground(ridge_m=250.0), limited, unlimited=[_sector(3010.0)])[0] != "border_limit"


def test_houses_stay_in_every_changed_world() -> None:
    ground = _ground(forest=True, grove=True)
    near = around(ground, np.array([8050.0]), np.array([4550.0]))
    row, col = GRID.row_col(np.array([8050.0, 6000.0]), np.array([4550.0, 4550.0]))

    def standing(changed: Ground) -> list[float]:
        return [changed.clutter_height_m[int(code)] for code in changed.clutter.values[row, col]]

    assert standing(ground) == [20.0, 38.0]
    assert standing(bare_ground(ground, near)) == standing(open_land(ground, near)) == [6.0, 0.0]
    assert standing(clear_way(ground, near)) == [20.0, 0.0]
    assert standing(flat_ground(ground)) == [20.0, 38.0]
    assert np.ptp(open_land(ground, near).terrain.values) == 0.0
    assert near.sum() * GRID.cell_m**2 == pytest.approx(np.pi * 200.0**2, rel=0.1)


def test_an_empty_valley_is_no_site_in_range() -> None:
    cause, mend, _ = _cause(_ground(), [_sector(610.0, power_dbm=10.0)])
    assert (cause, mend) == ("no_site", "new_mast")


def test_another_operators_mast_means_sharing() -> None:
    cause, mend, _ = _cause(_ground(ridge_m=250.0), [_sector(3010.0), _sector(8010.0, operator="VNPT")])
    assert (cause, mend) == ("one_operator", "share")


def test_a_sector_that_looks_away_is_mended_by_a_new_one_on_its_mast() -> None:
    _, mend, lacking_db = _cause(_ground(), [_sector(5010.0, azimuth_deg=270.0)])
    assert mend == "new_sector"
    assert 0.0 < lacking_db < 25.0


def test_a_village_that_lacks_two_decibels_is_mended_by_power() -> None:
    sector = _sector(3010.0)
    people = People(np.array([VILLAGE_X_M]), np.array([4550.0]), np.array([1.0]), np.array([0]))
    level = signal_at(predict(_ground(), [sector], grid=OUT).raster("viettel-4g"), people)[0]
    _, mend, lacking_db = _cause(_ground(), [sector], threshold_dbm=float(level) + 2.0)
    assert mend == "tilt_or_power"
    assert lacking_db == pytest.approx(2.0, abs=0.01)


def test_a_gaps_cause_is_that_of_most_of_its_people() -> None:
    people = People(np.zeros(3), np.zeros(3), np.array([10.0, 30.0, 25.0]), np.zeros(3, np.int64))
    nobody = np.zeros(3, bool)
    levels = Counterfactuals(
        real_dbm=np.full(3, -np.inf),
        open=np.array([True, True, False]),
        bare=np.array([True, False, False]),
        flat=np.array([False, True, False]),
        way=np.array([True, False, False]),
        others=nobody,
        unlimited=nobody,
        tilted=nobody,
        aimed=nobody,
    )
    assert [CAUSES[code] for code in causes_of_points(levels)] == [
        "clutter_way",
        "terrain",
        "no_site",
    ]
    table = explain_gaps(np.array([0, 0, 1]), 2, people, levels, -110.0)
    assert table["cause"].tolist() == ["terrain", "no_site"]
    assert table["cause_share"].tolist() == [0.75, 1.0]
    shared = replace(levels, others=np.array([False, True, False]))
    first = explain_gaps(np.array([0, 0, 1]), 2, people, shared, -110.0).iloc[0]
    assert (first["cause"], first["own_cause"]) == ("one_operator", "terrain")
