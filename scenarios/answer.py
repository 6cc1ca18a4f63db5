"""From a coverage map to the answer: hamlets, units, gaps and the summary of a run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.service import (
    LEVELS,
    LevelThresholds,
    area_share,
    level_codes,
    people_share,
    signal_at,
    value_of_most,
)
from phusong.geodata.raster import Raster
from phusong.scenarios.border_answer import border_answer
from phusong.scenarios.gaps.causes import OtherWorlds
from phusong.scenarios.gaps.table import gap_table
from phusong.scenarios.hamlet_service import Rates, hamlet_service, quality_summary
from phusong.scenarios.inputs import Inputs, thresholds_of
from phusong.scenarios.quality import quality_levels
from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.targets import check_targets, target_places, target_row

UNIT_LEVELS = ("province", "district", "commune", "unit_2025")


def answer(
    scenario: Scenario,
    inputs: Inputs,
    coverage: CoverageMap,
    *,
    worlds: OtherWorlds | None = None,
    unlimited: CoverageMap | None = None,
    rates: Rates | None = None,
) -> RunResult:
    """Everything the run found out, of one coverage map.

    `worlds` tell the gaps' causes, `unlimited` (without the border's EIRP limit) what that limit costs, and
    `rates` (of `rates_mbps`) the quality.
    """
    hamlets = _hamlets(scenario, inputs, coverage)
    units = pd.concat(
        [_units(scenario, inputs, coverage, layer) for layer in coverage.layers.values()], ignore_index=True
    )
    gaps, unlisted = gap_table(scenario, inputs, coverage, worlds, unlimited)
    border = border_answer(scenario, inputs, coverage, unlimited)
    targets = check_targets(inputs.province, coverage, hamlets, units)
    service = hamlet_service(scenario, inputs, coverage, rates or {})
    summary = {
        **_summary(scenario, inputs, coverage, hamlets, units, gaps, unlisted),
        **border.summary,
        "quality": quality_summary(service, quality_levels(scenario)),
        "targets": [target_row(target) for target in targets],
    }
    return RunResult(
        name=scenario.name,
        title_vi=scenario.title_vi,
        title_en=scenario.title_en,
        year=scenario.year,
        province=inputs.province,
        coverage=coverage,
        hamlets=hamlets,
        gaps=gaps,
        units=units,
        summary=summary,
        stretches=border.stretches,
        road_places=border.places,
        border_stations=border.stations,
        service=service,
        target_places=target_places(inputs.province, coverage),
        targets=targets,
    )


def _signal(coverage: CoverageMap, layer: Layer) -> Raster:
    return Raster(coverage.grid, layer.rsrp_dbm)


def _hamlets(scenario: Scenario, inputs: Inputs, coverage: CoverageMap) -> gpd.GeoDataFrame:
    """The hamlet table with each layer's signal; the columns without a layer are of any network."""
    table = inputs.province.hamlets.reset_index(drop=True)
    points = table.geometry.to_crs("EPSG:4326")
    table = table.assign(lat=points.y.round(6), lon=points.x.round(6))
    signal: dict[str, NDArray[np.float64]] = {}
    sinr: dict[str, NDArray[np.float64]] = {}
    people, share = inputs.people, scenario.hamlet_people_share
    for key, layer in coverage.layers.items():
        for kept, raster in (
            (signal, _signal(coverage, layer)),
            (sinr, Raster(coverage.grid, layer.sinr_db)),
        ):
            levels = signal_at(raster, people)
            kept[key] = value_of_most(levels, people.people, people.hamlet, len(table), share)
    best = _best_layer(
        coverage, signal, thresholds={t: thresholds_of(scenario, t) for t in scenario.technologies}
    )
    # the level is that of any network, as everywhere; beside it the operator who is best on its own
    whole = _best_layer(
        coverage, signal, {t: thresholds_of(scenario, t) for t in scenario.technologies}, of_any=True
    )
    codes = [
        level_codes(signal[key][[i]], thresholds_of(scenario, coverage.layers[key].technology))[0]
        for i, key in enumerate(whole)
    ]
    columns: dict[str, Any] = {
        "best_operator": [coverage.layers[key].operator for key in best],
        "technology": [coverage.layers[key].technology for key in whole],
        "rsrp_dbm": _finite([signal[key][i] for i, key in enumerate(whole)]),
        "sinr_db": _finite([sinr[key][i] for i, key in enumerate(whole)]),
        "service_level": [LEVELS[code] for code in codes],
    }
    for key, layer in coverage.layers.items():
        level = level_codes(signal[key], thresholds_of(scenario, layer.technology))
        columns[f"rsrp_dbm:{key}"] = _finite(signal[key])
        columns[f"service_level:{key}"] = [LEVELS[code] for code in level]
    return table.assign(**columns)


def _best_layer(
    coverage: CoverageMap,
    signal: Mapping[str, NDArray[np.float64]],
    thresholds: Mapping[str, LevelThresholds],
    *,
    of_any: bool = False,
) -> list[str]:
    """For each hamlet the layer with the best service level, then the strongest signal.

    Of the operators' layers, or of those over all operators.
    """
    keys = [key for key, layer in coverage.layers.items() if (layer.operator == "any") == of_any]
    codes = np.stack([level_codes(signal[key], thresholds[coverage.layers[key].technology]) for key in keys])
    strength = np.stack([np.nan_to_num(signal[key], nan=-999.0, neginf=-999.0) for key in keys])
    rank = codes * 1e4 + strength
    return [keys[index] for index in np.argmax(rank, axis=0)]


def _finite(values: Any) -> NDArray[np.float64]:
    """Rounded to 0.1 dB, which is finer than any model; NaN where nothing reaches."""
    given = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(given), given.round(1), np.nan)


def members(inputs: Inputs, level: str) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """For one level of units: the unit of each commune, and the units' code and name."""
    communes = inputs.province.communes.reset_index(drop=True)
    if level == "province":
        return np.zeros(len(communes), np.int64), pd.DataFrame({"code": [""], "name": [inputs.province.name]})
    if level == "commune":
        return np.arange(len(communes)), communes[["code", "name"]]
    own, table = {
        "district": ("district_code", inputs.province.districts),
        "unit_2025": ("unit_2025_code", inputs.province.units_2025),
    }[level]
    table = table.reset_index(drop=True)[["code", "name"]]
    position = {code: index for index, code in enumerate(table["code"])}
    return communes[own].map(position).to_numpy(np.int64), table


def _units(scenario: Scenario, inputs: Inputs, coverage: CoverageMap, layer: Layer) -> pd.DataFrame:
    """Shares of people and area of one layer for every unit of every level."""
    raster = _signal(coverage, layer)
    levels = signal_at(raster, inputs.people)
    steps = thresholds_of(scenario, layer.technology)
    commune_of_point = inputs.commune_of_hamlet()[inputs.people.hamlet]
    cells = inputs.commune_of_cell
    tables = []
    for level in UNIT_LEVELS:
        unit_of_commune, named = members(inputs, level)
        unit = unit_of_commune[commune_of_point]
        unit_of_cell = np.where(cells >= 0, unit_of_commune[np.maximum(cells, 0)], -1)
        count = len(named)
        tables.append(
            named.assign(
                level=level,
                layer=layer.key,
                population=np.bincount(unit, weights=inputs.people.people, minlength=count).round(),
                population_served_share=people_share(levels >= steps.outdoor_dbm, inputs.people, unit, count),
                indoor_population_share=people_share(levels >= steps.indoor_dbm, inputs.people, unit, count),
                area_served_share=area_share(raster, steps.outdoor_dbm, unit_of_cell, count),
            )
        )
    return pd.concat(tables, ignore_index=True)


def _summary(
    scenario: Scenario,
    inputs: Inputs,
    coverage: CoverageMap,
    hamlets: gpd.GeoDataFrame,
    units: pd.DataFrame,
    gaps: gpd.GeoDataFrame,
    unlisted: Mapping[str, float],
) -> dict[str, Any]:
    """What summary.json holds: the run's headline figures, layer by layer."""
    province = units[units["level"] == "province"].set_index("layer")
    return {
        "scenario": scenario.name,
        "title_vi": scenario.title_vi,
        "title_en": scenario.title_en,
        "year": scenario.year,
        "phusong_version": version("phusong"),
        "hamlets_total": len(hamlets),
        "communes_total": len(inputs.province.communes),
        "population_total": round(float(inputs.people.people.sum())),
        "sites_on_air": len(inputs.sites),
        "sectors_on_air": len(inputs.sectors),
        "resolution_m": coverage.grid.cell_m,
        "hamlet_people_share": scenario.hamlet_people_share,
        "layers": [
            _layer_summary(layer, scenario, coverage, hamlets, province, gaps, unlisted)
            for layer in coverage.layers.values()
        ],
        "synthetic_inputs": list(inputs.province.synthetic),
        "data_warnings": list(inputs.data_warnings),
        "warnings": list(inputs.data_warning_kinds),
    }


def _layer_summary(
    layer: Layer,
    scenario: Scenario,
    coverage: CoverageMap,
    hamlets: gpd.GeoDataFrame,
    province: pd.DataFrame,
    gaps: gpd.GeoDataFrame,
    unlisted: Mapping[str, float],
) -> dict[str, Any]:
    level = hamlets[f"service_level:{layer.key}"]
    whole = province.loc[layer.key].to_dict()
    steps = thresholds_of(scenario, layer.technology)
    listed = gaps[gaps["layer"] == layer.key]
    return {
        "layer": layer.key,
        "operator": layer.operator,
        "technology": layer.technology,
        "model": coverage.model,
        "threshold_dbm": steps.outdoor_dbm,
        "threshold_in_car_dbm": steps.in_car_dbm,
        "threshold_indoor_dbm": steps.indoor_dbm,
        "hamlets_served": int((level != "none").sum()),
        "hamlets_by_level": {name: int((level == name).sum()) for name in LEVELS},
        "population_served_share": round(float(whole["population_served_share"]), 6),
        "indoor_population_share": round(float(whole["indoor_population_share"]), 6),
        "area_served_share": round(float(whole["area_served_share"]), 6),
        "gaps": len(listed),
        "people_by_cause": {
            str(cause): round(float(people), 1)
            for cause, people in listed.groupby("cause")["people"].sum().items()
            if cause
        },
        "people_in_gaps": round(float(listed["people"].sum()), 1),
        "people_in_smaller_gaps": round(float(unlisted[layer.key]), 1),
    }
