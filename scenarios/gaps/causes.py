"""Each gap's cause and mend, wired to the scenario: what is predicted again, and which layers it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

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
from phusong.coverage.service import signal_at
from phusong.coverage.site import Sector
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster
from phusong.scenarios.inputs import Inputs, options_of
from phusong.scenarios.progress import Report, part
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.workers import Engine

WORLDS = 5
CELL_M = 200.0  # why a gap is one does not hang on a hundred metres; four times fewer cells than at 100 m


@dataclass(frozen=True, slots=True)
class OtherWorlds:
    """The counterfactual predictions of a scenario, on a grid of CELL_M or coarser."""

    open: CoverageMap
    bare: CoverageMap
    flat: CoverageMap
    way: CoverageMap
    mended: CoverageMap  # layers of operators "<operator>#tilted" and "<operator>#aimed"


def other_worlds(
    scenario: Scenario, inputs: Inputs, ground: Ground, coverage: CoverageMap, report: Report, engine: Engine
) -> OtherWorlds:
    """Predicts the scenario's sectors on open, bare and flat land, with a clear way, and tilted and aimed.

    Only where `coverage` leaves people of any layer without service: nothing else is asked of it.
    """
    cell_m = max(CELL_M, scenario.resolution_m)
    grid = Grid.covering(coverage.grid.bounds_m, cell_m=cell_m, crs=coverage.grid.crs)
    lacking = np.zeros(inputs.people.people.shape, bool)
    for key, layer in coverage.layers.items():
        lacking |= signal_at(coverage.raster(key), inputs.people) < layer.threshold_dbm
    row, col = grid.row_col(inputs.people.x_m[lacking], inputs.people.y_m[lacking])
    where = np.zeros(grid.shape, bool)
    where[row, col] = True
    # what would serve them is a yes or no, a few dB above the threshold: diffraction answers it at half the cost
    options = replace(options_of(scenario), clear_air=False)
    parts = [part(report, k, WORLDS) for k in range(WORLDS)]

    def world(number: int, ground: Ground, sectors: Sequence[Sector], **extra: Any) -> CoverageMap:
        asked: dict[str, Any] = {"grid": grid, "options": options, "where": where, **extra}
        found, _ = engine(ground, sectors, **asked, progress=parts[number])
        return found

    row, col = np.nonzero(where)
    near = around(ground, grid.x_m()[col], grid.y_m()[row])  # of where the receivers of these worlds stand
    mends, antennas = mend_sectors(inputs.sectors, catalogue())
    mends = capped(mends, {**catalogue(), **antennas}, inputs.eirp_limit_of_site)
    return OtherWorlds(
        open=world(0, open_land(ground, near), inputs.sectors),
        bare=world(1, bare_ground(ground, near), inputs.sectors),
        flat=world(2, flat_ground(ground), inputs.sectors),
        way=world(3, clear_way(ground, near), inputs.sectors),
        mended=world(4, ground, mends, antennas=antennas),
    )


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
    technology = layer.technology.lower()
    operators = sorted({item.operator for item in coverage.layers.values() if item.operator != "any"})
    own = operators
    if layer.operator != "any":
        own = next((list(group) for group in roaming if layer.operator in group), [layer.operator])
    rest = [name for name in operators if name not in own]

    def best(maps: CoverageMap, names: list[str], suffix: str = "") -> NDArray[np.float64]:
        keys = [f"{name}{suffix}-{technology}".lower() for name in names]
        return _best(maps.grid, maps.layers, keys, inputs)

    nobody = np.full(inputs.people.people.shape, -np.inf)
    levels = Counterfactuals(
        real=best(coverage, own),
        open=best(worlds.open, own),
        bare=best(worlds.bare, own),
        flat=best(worlds.flat, own),
        way=best(worlds.way, own),
        others=best(coverage, rest),
        unlimited=best(unlimited, own) if unlimited else nobody,
        tilted=best(worlds.mended, own, TILTED),
        aimed=best(worlds.mended, own, AIMED),
    )
    return explain_gaps(gap_of_point, gaps, inputs.people, levels, layer.threshold_dbm)


def _best(grid: Grid, layers: Mapping[str, Layer], keys: list[str], inputs: Inputs) -> NDArray[np.float64]:
    """The strongest of some layers at each point of people; -inf where there is none."""
    best = np.full(inputs.people.people.shape, -np.inf)
    for key in keys:
        if key in layers:
            best = np.maximum(best, signal_at(Raster(grid, layers[key].rsrp_dbm), inputs.people))
    return best
