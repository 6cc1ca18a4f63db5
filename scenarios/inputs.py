"""What a scenario runs on: the province, the sectors on air in its year, and where people are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
from numpy.typing import NDArray

from phusong.coverage.antenna import catalogue
from phusong.coverage.eirp import capped
from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.service import LevelThresholds, People
from phusong.coverage.site import Sector, sector_from_row
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.geodata.problems import Problem, condensed
from phusong.geodata.province import Province
from phusong.scenarios.area import bounds_of, cropped
from phusong.scenarios.calibration.file import read_calibration
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
    sectors: tuple[Sector, ...]  # as they send, the border's limit applied
    people: People
    grid: Grid
    commune_of_cell: NDArray[np.int16]
    data_warnings: tuple[str, ...] = ()  # what the check of the user's own data found, line by line
    data_warning_kinds: tuple[str, ...] = ()  # the same counted, a line a kind
    unlimited: tuple[
        Sector, ...
    ] = ()  # the same sectors without the border's limit; empty where it is not asked
    eirp_limit_of_site: Mapping[str, float] = field(default_factory=dict)  # dBm, of the sites near the border

    def asked(self, grid: Grid) -> NDArray[np.bool_]:
        """The cells of `grid` that a run answers for: the province, and the strip beyond its border."""
        return asked_cells(self.province, grid)

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
    limits = _eirp_limits(scenario, province, sites)
    if scenario.area:
        reach_m = 1000.0 * max(options_of(scenario).radius_km[name] for name in scenario.technologies)
        province = cropped(province, scenario.area, reach_m=reach_m)
        sites, rows = _near(scenario, province, sites, rows, reach_m)
    grid = grid_of(province, cell_m=scenario.resolution_m)
    sectors = tuple(sector_from_row(row) for row in rows.to_dict("records"))
    if scenario.radio.calibration:
        calibrated = read_calibration(Path(scenario.radio.calibration))
        calibrated.check_classes(province.clutter_classes)
        sectors = calibrated.with_offsets(sectors)
    shapes = [(shape, index) for index, shape in enumerate(province.communes.geometry)]
    commune_of_cell = rasterio.features.rasterize(
        shapes, out_shape=grid.shape, transform=grid.affine, fill=-1, dtype="int16"
    )
    road = province.patrol_road
    if not road.is_empty and road.length == 0.0:
        raise InputError(
            f"{scenario.name}: the patrol road of {province.name} has one point only; draw a line"
        )
    inputs = Inputs(
        province=province,
        sites=sites,
        sectors=capped(sectors, catalogue(), limits) if limits else sectors,
        people=_people(scenario, province),
        grid=grid,
        commune_of_cell=commune_of_cell,
        data_warnings=tuple(problem.line() for problem in found),
        data_warning_kinds=condensed(found),
        unlimited=sectors if limits else (),
        eirp_limit_of_site=limits,
    )
    inputs.commune_of_hamlet()  # a hamlet of no commune is named before anything is predicted
    return inputs


def asked_cells(province: Province, grid: Grid) -> NDArray[np.bool_]:
    """The cells of `grid` in the province or in the strip beyond its border."""
    # an area of interest may have none of the border
    shapes = [shape for shape in (province.outline, province.border.buffer(SPILL_M)) if not shape.is_empty]
    return rasterio.features.rasterize(
        shapes, out_shape=grid.shape, transform=grid.affine, all_touched=True, dtype="uint8"
    ).astype(bool)


def _eirp_limits(scenario: Scenario, province: Province, sites: pd.DataFrame) -> dict[str, float]:
    """The EIRP limit in dBm of every site that the scenario's border limit concerns; none where it has none."""
    limit_dbm = scenario.border.eirp_limit_dbm
    if limit_dbm is None:
        return {}
    if province.border.is_empty:
        raise InputError(f"{scenario.name}: border.eirp_limit_dbm: {province.name} has no border in its data")
    away_m = gpd.GeoSeries.from_xy(sites["x_m"], sites["y_m"], crs=province.crs).distance(province.border)
    near = sites.loc[away_m.to_numpy() <= 1000.0 * scenario.border.within_km, "site_id"]
    return dict.fromkeys(near, limit_dbm)


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
    classes = province.clutter_classes
    return Ground(
        terrain=province.terrain,
        clutter=province.clutter,
        clutter_height_m=_by_code(classes, "height_m"),
        clutter_loss_db=_by_code(classes, "loss_db") if "loss_db" in classes else {},
    )


def _by_code(classes: pd.DataFrame, column: str) -> dict[int, float]:
    values = classes.set_index("code")[column]
    return {int(str(code)): float(value) for code, value in values.items()}


def options_of(scenario: Scenario) -> Options:
    """The scenario's radio assumptions, as `predict` takes them."""
    radio = scenario.radio
    calibration = None
    if radio.calibration:
        calibration = read_calibration(Path(radio.calibration)).correction(radio.model, set(radio.told))
    return Options(
        model=radio.model,
        model_options=radio.told,
        extras=radio.extras,
        receiver_height_m=radio.receiver_height_m,
        location_percent=radio.location_percent,
        clear_air=radio.clear_air,
        load=radio.load,
        threshold_dbm={
            **Options().threshold_dbm,
            **{t: x.outdoor_dbm for t, x in scenario.thresholds.items()},
        },
        radius_km={**Options().radius_km, **{str(t): radius for t, radius in radio.radius_km.items()}},
        calibration=calibration,
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
    from phusong.geodata.assemble import load_province

    province, found = load_province(folder, antennas=set(catalogue()))
    return province, tuple(found)


def _people(scenario: Scenario, province: Province) -> People:
    """One point a populated cell, at its centre. InputError where nobody lives."""
    row, col = np.nonzero(province.population.values > 0)
    if row.size == 0:
        raise InputError(
            f"{scenario.name}: nobody lives in {province.name}: every population is 0; fill in the hamlets' "
            "population or the population raster"
        )
    grid = province.population.grid
    return People(
        x_m=grid.x_m()[col],
        y_m=grid.y_m()[row],
        people=province.population.values[row, col].astype(np.float64),
        hamlet=province.hamlet_of_cell.values[row, col].astype(np.int64),
    )
