"""`phusong calibrate`: measurements and a scenario in, a calibrated model and its proof out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.coverage.calibration.calibrate import Calibration, calibrate
from phusong.coverage.calibration.observe import Binned, Predicted, binned, predicted_at
from phusong.coverage.site import Sector
from phusong.geodata.crs import WGS84, transform
from phusong.geodata.errors import InputError
from phusong.geodata.measurements import Measurements, read_measurements
from phusong.scenarios.inputs import Inputs, ground_of, load_inputs, options_of
from phusong.scenarios.scenario import Scenario

WIDEST_BIN_M = 100.0  # terrain and clutter change within more
NEAREST_M = 50.0  # nearer than this a fix's own error is as large as the distance


@dataclass(frozen=True, slots=True)
class Answer:
    """A calibration with everything it was made from; `sector` of `bins` points into `inputs.sectors`."""

    scenario: Scenario
    inputs: Inputs
    measurements: Measurements
    bins: Binned
    predicted: Predicted
    found: Calibration

    @property
    def synthetic(self) -> tuple[str, ...]:
        """What is made up in this answer, in words."""
        made_up = ("measurements",) if self.measurements.synthetic else ()
        return (*self.inputs.province.synthetic, *made_up)


def calibration_of(scenario: Scenario, file: Path) -> Answer:
    """The calibration of the scenario's model by a file of measurements, nothing written.

    A calibration that the scenario itself names is left aside. InputError where the measurements cannot be
    used or are too few.
    """
    plain = scenario.model_copy(update={"radio": scenario.radio.model_copy(update={"calibration": ""})})
    measurements = read_measurements(file)
    inputs = load_inputs(plain)
    options = options_of(plain)
    measurements, x_m, y_m = _in_province(measurements, inputs)
    sector = sectors_measured(measurements.table, inputs.sectors)
    known = sector >= 0
    measurements = measurements.keep(known, "unknown_cell").require()
    x_m, y_m, sector = x_m[known], y_m[known], sector[known]
    foot = np.array([(one.x_m, one.y_m) for one in inputs.sectors])[sector]
    reach_m = np.array([1e3 * options.radius_km[one.carrier.technology] for one in inputs.sectors])[sector]
    away_m = np.hypot(x_m - foot[:, 0], y_m - foot[:, 1])
    far = away_m >= NEAREST_M
    measurements = measurements.keep(far, "too_near").require()
    within = away_m[far] <= reach_m[far]
    measurements = measurements.keep(within, "out_of_reach").require()
    x_m, y_m, sector = x_m[far][within], y_m[far][within], sector[far][within]
    level = measurements.table["level_dbm"].to_numpy(np.float64)
    ground = ground_of(inputs.province)
    bins = binned(ground, x_m, y_m, sector, level, cell_m=bin_m(plain))
    try:
        predicted = predicted_at(ground, inputs.sectors, bins, options)
        found = calibrate(options.model, bins, predicted, seed=plain.seed)
    except ValueError as error:
        raise InputError(
            f"{file.name}: không hiệu chỉnh được · no calibration can be made: {error}"
            + "".join(f"; {one.line()}" for one in measurements.dropped)
        ) from None
    return Answer(plain, inputs, measurements, bins, predicted, found)


def bin_m(scenario: Scenario) -> float:
    """Side of the squares in which measurements are put together, m."""
    return min(scenario.resolution_m, WIDEST_BIN_M)


def _in_province(
    measurements: Measurements, inputs: Inputs
) -> tuple[Measurements, NDArray[np.float64], NDArray[np.float64]]:
    table, province = measurements.table, inputs.province
    x_m, y_m = transform(table["lon"].to_numpy(), table["lat"].to_numpy(), source=WGS84, target=province.crs)
    shapely.prepare(province.outline)
    inside = shapely.contains_xy(province.outline, x_m, y_m)
    return measurements.keep(inside, "outside").require(), x_m[inside], y_m[inside]


def sectors_measured(table: pd.DataFrame, sectors: Sequence[Sector]) -> NDArray[np.int64]:
    """The sector of each measurement, -1 where no sector is meant.

    By its name or id as the station list writes it, or by the cell number with which an id ends that was made
    from a cell list. An operator or a technology that the row states must be the sector's.
    """
    by_name = {one.sector_id.casefold(): k for k, one in enumerate(sectors)}
    by_number: dict[tuple[str, str], int] = {}
    for k, one in enumerate(sectors):
        last = one.sector_id.rpartition("-")[2]
        if last.isdecimal() and len(last) > 2:
            # a number that two cells share names none
            by_number[one.operator, last] = -1 if (one.operator, last) in by_number else k
    found = {}
    columns = [table[name].tolist() for name in ("cell_name", "cell", "operator", "technology")]
    for key in set(zip(*columns, strict=True)):
        name, cell, operator, technology = key
        k = by_name.get(name.casefold(), by_name.get(cell.casefold(), by_number.get((operator, cell), -1)))
        if k >= 0 and (
            operator not in ("", sectors[k].operator) or technology not in ("", sectors[k].carrier.technology)
        ):
            k = -1
        found[key] = k
    return np.array([found[key] for key in zip(*columns, strict=True)], np.int64)
