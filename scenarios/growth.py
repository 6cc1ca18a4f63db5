"""People in a scenario's year: the data's population grown at the rates that the scenario assumes."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.geodata.raster import Raster
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.switching import units_named

GROWN = "population_growth"  # among a province's synthetic inputs
GROWN_LABEL = ("Tăng dân số (giả định của kịch bản)", "Population growth (the scenario's assumption)")


def grown(province: Province, scenario: Scenario) -> Province:
    """The province with the people of the scenario's year; the same province where nothing grows.

    Each hamlet's people grow by its unit's rate, compounded over the years since `growth.since`; where they
    live stays as it is. The units' populations are summed anew in proportion. InputError for a unit that the
    data do not have and for a year before `growth.since`.
    """
    growth = scenario.growth
    if not growth.people_per_year and not growth.units:
        return province
    years = scenario.year - growth.since
    if years < 0:
        raise InputError(
            f"{scenario.name}: year {scenario.year} is before growth.since {growth.since}; set growth.since to the"
            " year that the data's people are of, or take a later year"
        )
    hamlets = province.hamlets
    rate = np.full(len(hamlets), growth.people_per_year)
    for name, own in growth.units.items():  # a later unit of the file wins where two overlap
        inside = hamlets.geometry.within(units_named(province, [name]).geometry.union_all())
        rate[inside.to_numpy()] = own
    factor = (1.0 + rate) ** years
    if not np.isfinite(factor).all():
        raise InputError(f"{scenario.name}: growth over {years} years is beyond all bounds")
    owner = province.hamlet_of_cell.values
    cells = np.where(owner >= 0, factor[np.maximum(owner, 0)], 1.0)
    people = (province.population.values * cells).astype(province.population.values.dtype)
    return dataclasses.replace(
        province,
        hamlets=hamlets.assign(population=np.rint(hamlets["population"] * factor).astype(np.int64)),
        districts=_scaled(province.districts, hamlets, "district_code", factor),
        communes=_scaled(province.communes, hamlets, "commune_code", factor),
        units_2025=_scaled(province.units_2025, hamlets, "unit_2025_code", factor),
        population=Raster(province.population.grid, people),
        synthetic=tuple(dict.fromkeys((*province.synthetic, GROWN))),
    )


def _scaled(
    units: gpd.GeoDataFrame, hamlets: gpd.GeoDataFrame, column: str, factor: NDArray[np.float64]
) -> gpd.GeoDataFrame:
    """Units whose population grew as that of their hamlets did."""
    before = hamlets.groupby(column)["population"].sum()
    after = (hamlets["population"] * factor).groupby(hamlets[column]).sum()
    ratio = units["code"].map(after / before.where(before > 0)).fillna(1.0)
    return units.assign(population=np.rint(units["population"].fillna(0) * ratio).astype(np.int64))
