"""The plan's targets against a coverage in which the answer is known."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.geodata import reference
from phusong.geodata.grid import Grid
from phusong.geodata.province import Province
from phusong.scenarios.inputs import grid_of
from phusong.scenarios.targets import check_targets, target_places, target_row, with_networks_reached


@pytest.fixture(scope="module")
def province() -> Province:
    return reference.load()


def _coverage(grid: Grid, served: np.ndarray, technologies: tuple[str, ...] = ("4G", "5G")) -> CoverageMap:
    level = np.where(served, np.float32(-90.0), np.float32(-130.0))
    empty, none = np.full(grid.shape, np.nan, np.float32), np.zeros(grid.shape, np.int32)
    layers = {
        f"any-{name.lower()}": Layer(
            f"any-{name.lower()}", "any", name, -110.0, level, none, empty, served.astype(np.uint16), empty
        )
        for name in technologies
    }
    return CoverageMap(grid, (), layers, "made up")


def _tables(province: Province, served: int, share: float) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Hamlets of which the first are served, and the province's share of people."""
    levels = np.where(np.arange(len(province.hamlets)) < served, "outdoor", "none")
    hamlets = province.hamlets.assign(**{"service_level:any-4g": levels, "service_level:any-5g": levels})
    units = pd.DataFrame(
        {"level": "province", "layer": ["any-4g", "any-5g"], "population_served_share": [share, share]}
    )
    return hamlets, units


def _found(province: Province, coverage: CoverageMap, served: int, share: float) -> dict[str, object]:
    return {one.key: one for one in check_targets(province, coverage, *_tables(province, served, share))}


def test_everything_served_meets_every_target_of_mobile(province: Province) -> None:
    grid = grid_of(province, cell_m=1000.0)
    found = _found(province, _coverage(grid, np.ones(grid.shape, bool)), len(province.hamlets), 1.0)
    mobile = [one for key, one in found.items() if not key.startswith(("hamlets-fixed", "hamlets-loud"))]
    assert len(mobile) == 5
    assert all(one.met for one in mobile)
    assert all(one.missing == 0.0 for one in mobile)
    assert found["centres-5g"].total == 11
    assert found["zones-5g"].total == len(province.zones)
    assert found["hamlets-fixed-broadband"].met is None


def test_what_is_missed_is_missed_by_as_much_as_was_taken_away(province: Province) -> None:
    grid = grid_of(province, cell_m=1000.0)
    served = np.ones(grid.shape, bool)
    seats = province.places[province.places["kind"] == "seat"].geometry
    row, col = grid.row_col(seats.x.to_numpy()[:2], seats.y.to_numpy()[:2])
    served[row, col] = False
    found = _found(province, _coverage(grid, served), len(province.hamlets) - 3, 0.985)
    assert (found["hamlets-mobile-broadband"].met, found["hamlets-mobile-broadband"].missing) == (False, 3)
    assert (found["centres-5g"].reached, found["centres-5g"].missing) == (9, 2)
    assert found["people-5g-2030"].missing == pytest.approx(0.005)
    silent = _found(province, _coverage(grid, np.zeros(grid.shape, bool)), 0, 0.0)
    assert (silent["border-road-4g"].reached, silent["border-road-4g"].missing) == (0.0, 1.0)
    assert silent["zones-5g"].reached == 0


def test_a_run_that_cannot_tell_says_so(province: Province) -> None:
    grid = grid_of(province, cell_m=1000.0)
    only_4g = _coverage(grid, np.ones(grid.shape, bool), ("4G",))
    bare = replace(province, patrol_road=LineString(), zones=province.zones.iloc[:0])
    found = {one.key: one for one in check_targets(bare, only_4g, *_tables(bare, 843, 1.0))}
    for key in ("centres-5g", "zones-5g", "people-5g-2030", "border-road-4g"):
        assert found[key].met is None
        assert target_row(found[key])["missing"] is None
    assert found["hamlets-mobile-broadband"].met
    assert len(target_places(bare, only_4g)) == 0


def test_the_places_behind_the_counts_are_listed(province: Province) -> None:
    grid = grid_of(province, cell_m=1000.0)
    served = np.ones(grid.shape, bool)
    seats = province.places[province.places["kind"] == "seat"]
    row, col = grid.row_col(seats.geometry.x.to_numpy()[:1], seats.geometry.y.to_numpy()[:1])
    served[row, col] = False
    places = target_places(province, _coverage(grid, served))
    assert len(places) == 11 + len(province.zones)
    missed = places[~places["met"]]
    assert seats["name"].iloc[0] in set(missed["name"])
    found = _found(province, _coverage(grid, served), 0, 0.0)
    for key in ("centres-5g", "zones-5g"):
        assert places.loc[places["key"] == key, "met"].sum() == found[key].reached


def test_the_other_networks_fill_their_targets(province: Province) -> None:
    grid = grid_of(province, cell_m=1000.0)
    bare = check_targets(province, _coverage(grid, np.ones(grid.shape, bool)), *_tables(province, 843, 1.0))
    filled = with_networks_reached(bare, {"fixed": {"hamlets_with_access_point": 800}})
    found = {one.key: one for one in filled}
    assert (found["hamlets-fixed-broadband"].reached, found["hamlets-fixed-broadband"].missing) == (800, 43)
    assert found["hamlets-loudspeakers"].met is None
