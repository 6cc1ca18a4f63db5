"""What a scenario runs on: the province, the sectors on air in its year, and where people are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio.features
from numpy.typing import NDArray

from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.service import LevelThresholds, People
from phusong.coverage.site import Sector, sector_from_row
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.geodata.problems import Problem, condensed
from phusong.geodata.province import Province
from phusong.scenarios.area import bounds_of, cropped
from phusong.scenarios.changes import on_air
from phusong.scenarios.growth import grown
from phusong.scenarios.scenario import Scenario

SPILL_M = 5000.0  # how far beyond the border signal is counted


@dataclass(frozen=True, slots=True)
class Inputs:
    """One scenario's inputs, ready for `predict`.

    `commune_of_cell` has the grid's shape: the row of `province.communes` of each cell, -1 outside.
    """

    province: Province
    sites: pd.DataFrame  # the sites on air
    sectors: tuple[Sector, ...]
    people: People
    grid: Grid
    commune_of_cell: NDArray[np.int16]
    data_warnings: tuple[str, ...] = ()  # what the check of the user's own data found, line by line
    data_warning_kinds: tuple[str, ...] = ()  # the same counted, a line a kind

    def asked(self, grid: Grid) -> NDArray[np.bool_]:
        """The cells of `grid` that a run answers for: the province, and the strip beyond its border."""
        province = self.province
        shapes = [province.outline, province.border.buffer(SPILL_M)]
        return rasterio.features.rasterize(
            shapes, out_shape=grid.shape, transform=grid.affine, all_touched=True, dtype="uint8"
        ).astype(bool)

    def commune_of_hamlet(self) -> NDArray[np.int64]:
        """Row of `province.communes` of each hamlet. InputError for a hamlet of no commune."""
        position = {code: row for row, code in enumerate(self.province.communes["code"])}
        rows = self.province.hamlets["commune_code"].map(position)
        if rows.isna().any():
            lost = self.province.hamlets.loc[rows.isna().to_numpy()].iloc[0]
            raise InputError(
                f"hamlet {lost['hamlet_id']} ({lost['name']}): no commune has its commune_code "
                f"{lost['commune_code']!r}; correct it in the hamlet list"
            )
        return rows.to_numpy(np.int64)


def load_inputs(scenario: Scenario) -> Inputs:
    """The inputs of a scenario. InputError for what the data do not have."""
    province, found = province_of(scenario.data)
    province = grown(province, scenario)
    sites, rows = on_air(scenario, province)
    if scenario.area:
        reach_m = 1000.0 * max(options_of(scenario).radius_km[name] for name in scenario.technologies)
        province = cropped(province, scenario.area, reach_m=reach_m)
        sites, rows = _near(scenario, province, sites, rows, reach_m)
    grid = grid_of(province, cell_m=scenario.resolution_m)
    shapes = [(shape, index) for index, shape in enumerate(province.communes.geometry)]
    commune_of_cell = rasterio.features.rasterize(
        shapes, out_shape=grid.shape, transform=grid.affine, fill=-1, dtype="int16"
    )
    return Inputs(
        province=province,
        sites=sites,
        sectors=tuple(sector_from_row(row) for row in rows.to_dict("records")),
        people=_people(province),
        grid=grid,
        commune_of_cell=commune_of_cell,
        data_warnings=tuple(problem.line() for problem in found),
        data_warning_kinds=condensed(found),
    )


def grid_of(province: Province, *, cell_m: float) -> Grid:
    """The grid that a run of the province is answered on: its outline and its patrol road."""
    return Grid.covering(bounds_of(province), cell_m=cell_m, crs=province.crs)


def _near(
    scenario: Scenario, province: Province, sites: pd.DataFrame, sectors: pd.DataFrame, reach_m: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sites and sectors that reach the area: those on its ground. InputError where there is none."""
    west, south, east, north = bounds_of(province)
    near = sectors["x_m"].between(west - reach_m, east + reach_m) & sectors["y_m"].between(
        south - reach_m, north + reach_m
    )
    if not near.any():
        raise InputError(f"{scenario.name}: no sector on air reaches the area {', '.join(scenario.area)}")
    sectors = sectors[near].reset_index(drop=True)
    return sites[sites["site_id"].isin(sectors["site_id"])].reset_index(drop=True), sectors


def ground_of(province: Province) -> Ground:
    """Terrain and clutter of the province, as the kernels read them."""
    heights = province.clutter_classes.set_index("code")["height_m"]
    return Ground(
        terrain=province.terrain,
        clutter=province.clutter,
        clutter_height_m={int(str(code)): float(height) for code, height in heights.items()},
    )


def options_of(scenario: Scenario) -> Options:
    """The scenario's radio assumptions, as `predict` takes them."""
    radio = scenario.radio
    return Options(
        model=radio.model,
        model_options=radio.told,
        extras=radio.extras,
        receiver_height_m=radio.receiver_height_m,
        location_percent=radio.location_percent,
        load=radio.load,
        threshold_dbm={
            **Options().threshold_dbm,
            **{t: x.outdoor_dbm for t, x in scenario.thresholds.items()},
        },
        radius_km={**Options().radius_km, **{str(t): radius for t, radius in radio.radius_km.items()}},
    )


def thresholds_of(scenario: Scenario, technology: str) -> LevelThresholds:
    """The scenario's thresholds of one technology."""
    given = scenario.thresholds[technology]  # type: ignore[index]
    return LevelThresholds(given.outdoor_dbm, given.in_car_dbm, given.indoor_dbm)


def province_of(data: str) -> tuple[Province, tuple[Problem, ...]]:
    """The whole province that `data` names, and the warnings of its check."""
    if data == "reference":
        from phusong.geodata import reference

        return reference.load(), ()
    folder = Path(data)
    if not folder.is_dir():
        raise InputError(f"data {data!r} is neither 'reference' nor a project folder; make one: phusong init")
    from phusong.coverage.antenna import catalogue
    from phusong.geodata.assemble import load_province

    province, found = load_province(folder, antennas=set(catalogue()))
    return province, tuple(found)


def _people(province: Province) -> People:
    """One point a populated cell, at its centre."""
    row, col = np.nonzero(province.population.values > 0)
    grid = province.population.grid
    return People(
        x_m=grid.x_m()[col],
        y_m=grid.y_m()[row],
        people=province.population.values[row, col].astype(np.float64),
        hamlet=province.hamlet_of_cell.values[row, col].astype(np.int64),
    )
