"""Each gap's cause and mend, wired to the scenario: what is predicted again, and which layers it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.antenna import catalogue
from phusong.coverage.causes import (
    AIMED,
    TILTED,
    Counterfactuals,
    around,
    bare_ground,
    clear_way,
    explain_gaps,
    flat_ground,
    mend_sectors,
    open_land,
)
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.eirp import capped
from phusong.coverage.ground import Ground
from phusong.coverage.layers import key_of
from phusong.coverage.served import served
from phusong.coverage.service import signal_at
from phusong.geodata.grid import Grid
from phusong.scenarios.inputs import Inputs, options_of
from phusong.scenarios.progress import Report, part
from phusong.scenarios.scenario import Scenario

WORLDS = 5
CELL_M = 200.0  # why a gap is one does not hang on a hundred metres; four times fewer cells than at 100 m

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OtherWorlds:
    """Who would be served with one thing changed: cells of `grid` by layer, where people of a gap need to know.

    `mended` has the layers of operators "<operator>#tilted" and "<operator>#aimed".
    """

    grid: Grid
    open: Mapping[str, Bools]
    bare: Mapping[str, Bools]
    flat: Mapping[str, Bools]
    way: Mapping[str, Bools]
    mended: Mapping[str, Bools]


@dataclass(frozen=True, slots=True)
class _Lack:
    """Cells where people of a layer have no service, and the operators whose sectors might serve them."""

    operators: tuple[str, ...]
    technology: str
    cells: Bools

    def among(self, served: Mapping[str, Bools], *, yes: bool = True) -> _Lack:
        """The same of the cells that any of the operators serves, or none does."""
        layers = [served[key_of(name, self.technology)] for name in self.operators]
        by_any = np.logical_or.reduce(layers)
        return replace(self, cells=self.cells & (by_any if yes else ~by_any))


def other_worlds(
    scenario: Scenario, inputs: Inputs, ground: Ground, coverage: CoverageMap, report: Report
) -> OtherWorlds:
    """Asks the scenario's sectors on open, bare and flat land, with a clear way, and tilted and aimed.

    Only where `coverage` leaves people without service, and only what a cause still hangs on: bare and flat
    land where open land serves, a clear way where bare land serves and flat land does not.
    """
    cell_m = max(CELL_M, scenario.resolution_m)
    grid = Grid.covering(coverage.grid.bounds_m, cell_m=cell_m, crs=coverage.grid.crs)
    lacks = [_lack(layer, coverage, grid, inputs, scenario.roaming) for layer in coverage.layers.values()]
    # what would serve them is a yes or no, a few dB above the threshold: diffraction answers it at half the cost
    options = replace(options_of(scenario), clear_air=False)
    parts = iter(part(report, k, WORLDS) for k in range(WORLDS))

    def world(ground: Ground, lacks: Sequence[_Lack]) -> dict[str, Bools]:
        return served(
            ground, inputs.sectors, grid=grid, asked=_asked(lacks), options=options, progress=next(parts)
        )

    row, col = np.nonzero(np.logical_or.reduce([lack.cells for lack in lacks]))
    near = around(ground, grid.x_m()[col], grid.y_m()[row])  # of where the receivers of these worlds stand
    open_ = world(open_land(ground, near), lacks)
    in_range = [lack.among(open_) for lack in lacks]
    bare = world(bare_ground(ground, near), in_range)
    flat = world(flat_ground(ground), in_range)
    plants = [lack.among(bare).among(flat, yes=False) for lack in in_range]
    way = world(clear_way(ground, near), plants)
    mends, antennas = mend_sectors(inputs.sectors, catalogue())
    mends = capped(mends, {**catalogue(), **antennas}, inputs.eirp_limit_of_site)
    asked = _asked(lacks, TILTED) | _asked(lacks, AIMED)
    mended = served(
        ground, mends, grid=grid, asked=asked, options=options, antennas=antennas, progress=next(parts)
    )
    return OtherWorlds(grid=grid, open=open_, bare=bare, flat=flat, way=way, mended=mended)


def _lack(
    layer: Layer, coverage: CoverageMap, grid: Grid, inputs: Inputs, roaming: Sequence[Sequence[str]]
) -> _Lack:
    """Where a layer leaves people without service."""
    people = inputs.people
    lacking = signal_at(coverage.raster(layer.key), people) < layer.threshold_dbm
    row, col = grid.row_col(people.x_m[lacking], people.y_m[lacking])
    cells = np.zeros(grid.shape, bool)
    cells[row, col] = True
    return _Lack(_own(layer, coverage, roaming), layer.technology, cells)


def _asked(lacks: Sequence[_Lack], suffix: str = "") -> dict[str, Bools]:
    """What has to be known of each operator's layer."""
    asked: dict[str, Bools] = {}
    for lack in lacks:
        for name in lack.operators:
            key = key_of(name + suffix, lack.technology)
            asked[key] = asked[key] | lack.cells if key in asked else lack.cells
    return asked


def _operators(coverage: CoverageMap) -> list[str]:
    return sorted({item.operator for item in coverage.layers.values() if item.operator != "any"})


def _own(layer: Layer, coverage: CoverageMap, roaming: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The operators whose sectors a layer's subscribers use."""
    if layer.operator == "any":
        return tuple(_operators(coverage))
    return next((tuple(group) for group in roaming if layer.operator in group), (layer.operator,))


def gap_causes(
    layer: Layer,
    coverage: CoverageMap,
    worlds: OtherWorlds,
    inputs: Inputs,
    gap_of_point: NDArray[np.int64],
    gaps: int,
    roaming: Sequence[Sequence[str]] = (),
    unlimited: CoverageMap | None = None,
) -> pd.DataFrame:
    """cause, cause_share, own_cause, mend and lacking_db of each gap of one layer.

    `unlimited` is the coverage without the border's EIRP limit, None where there is none.
    """
    own = _own(layer, coverage, roaming)
    rest = [name for name in _operators(coverage) if name not in own]
    people = inputs.people
    row, col = worlds.grid.row_col(people.x_m, people.y_m)

    def best_dbm(maps: CoverageMap, names: Sequence[str]) -> NDArray[np.float64]:
        keys = [key_of(name, layer.technology) for name in names]
        found = [signal_at(maps.raster(key), people) for key in keys if key in maps.layers]
        return np.maximum.reduce([np.full(people.people.shape, -np.inf), *found])

    def any_of(world: Mapping[str, Bools], suffix: str = "") -> Bools:
        return np.logical_or.reduce(
            [world[key_of(name + suffix, layer.technology)][row, col] for name in own]
        )

    nobody = np.zeros(people.people.shape, bool)
    levels = Counterfactuals(
        real_dbm=best_dbm(coverage, own),
        open=any_of(worlds.open),
        bare=any_of(worlds.bare),
        flat=any_of(worlds.flat),
        way=any_of(worlds.way),
        others=best_dbm(coverage, rest) >= layer.threshold_dbm,
        unlimited=best_dbm(unlimited, own) >= layer.threshold_dbm if unlimited else nobody,
        tilted=any_of(worlds.mended, TILTED),
        aimed=any_of(worlds.mended, AIMED),
    )
    return explain_gaps(gap_of_point, gaps, people, levels, layer.threshold_dbm)
