"""Demand and load of a scenario: traffic of the busy hour against what every cell can carry, year by year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.capacity import Loads, Places, solve_loads
from phusong.coverage.cells import Cells, Spectrum, cells_of, places_of
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.demand import Adoption, downlink_kbps_per_person, fiveg_share
from phusong.coverage.service import signal_at
from phusong.geodata.raster import Raster
from phusong.scenarios.inputs import Inputs, options_of
from phusong.scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class CapacityAnswer:
    """Tables and figures of demand and load; see NetworksAnswer for the columns."""

    cells: gpd.GeoDataFrame
    growth: pd.DataFrame
    summary: dict[str, Any]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Network:
    """What of one layer stays the same over the years."""

    layer: Layer
    cells: Cells
    places: Places  # traffic is the people who use the layer where they can
    can_5g: NDArray[np.bool_]  # by place: the operator has 5G there
    unserved: tuple[float, float]  # people without a server: in reach of 5G, and not


@dataclass(frozen=True, slots=True)
class _Solved:
    network: _Network
    loads: Loads
    traffic_mbps: NDArray[np.float64]  # by place
    unserved_mbps: float


def capacity_answer(scenario: Scenario, inputs: Inputs, coverage: CoverageMap) -> CapacityAnswer:
    """Loads of the scenario's year, and of every year until `until_year` on the same network."""
    crs = inputs.province.crs
    layers = [
        layer
        for layer in coverage.layers.values()
        if layer.operator in scenario.operators and layer.technology in ("4G", "5G")
    ]
    if scenario.radio.load == 0.0 or not layers:
        reason = (
            "Không tính được tải: kịch bản cần 4G hoặc 5G và radio.load > 0 · "
            "no loads: the scenario needs 4G or 5G and radio.load above 0"
        )
        return CapacityAnswer(_table(crs, scenario, []), _growth([]), {"layers": []}, (reason,))
    last = max(scenario.demand.until_year, scenario.year)
    networks = [_network(scenario, inputs, coverage, layer) for layer in layers]
    years = {
        year: [_solved(scenario, network, year) for network in networks]
        for year in range(scenario.year, last + 1)
    }
    now = years[scenario.year]
    return CapacityAnswer(
        cells=_table(crs, scenario, now),
        growth=_growth([_growth_row(scenario, year, one) for year, all_ in years.items() for one in all_]),
        summary=_summary(scenario, years),
        warnings=_warnings(now),
    )


def adoption_of(scenario: Scenario) -> Adoption:
    """The scenario's demand, as coverage takes it."""
    keys = scenario.demand
    return Adoption(
        telephone_per_100=keys.telephone_per_100,
        broadband_per_100=keys.broadband_per_100,
        smartphone_per_100=keys.smartphone_per_100,
        smartphone_gb_per_month=keys.smartphone_gb_per_month,
        other_gb_per_month=keys.other_gb_per_month,
        reference_year=keys.reference_year,
        growth_per_year=keys.growth_per_year,
        voice_erlang=keys.voice_erlang,
        voice_kbps=keys.voice_kbps,
        busy_hour_share=keys.busy_hour_share,
        downlink_share=keys.downlink_share,
        fiveg_share=tuple((int(year), share) for year, share in keys.fiveg_share.items()),
    )


def _network(scenario: Scenario, inputs: Inputs, coverage: CoverageMap, layer: Layer) -> _Network:
    keys, people = scenario.demand, inputs.people
    can_5g = _reach_of_5g(scenario, inputs, coverage, layer)
    users = np.where(can_5g, people.people, 0.0) if layer.technology == "5G" else people.people
    cells = cells_of(
        coverage.sectors, layer, Spectrum(keys.factor_4g, keys.factor_5g, keys.tdd_downlink_share)
    )
    places, served = places_of(
        coverage, layer, cells, people, users, options_of(scenario), neighbours=keys.neighbours
    )
    without = np.where(served, 0.0, users)
    unserved = float(without[can_5g].sum()), float(without[~can_5g].sum())
    return _Network(layer, cells, places, can_5g[served], unserved)


def _reach_of_5g(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, layer: Layer
) -> NDArray[np.bool_]:
    """Where the layer's operator has 5G outdoors."""
    other = coverage.layers.get(f"{layer.key.rsplit('-', 1)[0]}-5g")
    if other is None:
        return np.zeros(inputs.people.x_m.size, bool)
    level_dbm = signal_at(Raster(coverage.grid, other.rsrp_dbm), inputs.people)
    return np.asarray(level_dbm >= scenario.thresholds["5G"].outdoor_dbm)


def _solved(scenario: Scenario, network: _Network, year: int) -> _Solved:
    """One layer's loads in a year: where an operator has 5G, 5G devices use it, all else uses 4G."""
    adoption, layer = adoption_of(scenario), network.layer
    each_mbps = downlink_kbps_per_person(adoption, year) / 1000.0
    each_mbps *= scenario.demand.operator_share.get(layer.operator, 0.0)
    on_5g = fiveg_share(adoption, year)
    here, elsewhere = (on_5g, 0.0) if layer.technology == "5G" else (1.0 - on_5g, 1.0)
    traffic = network.places.traffic_mbps * each_mbps * np.where(network.can_5g, here, elsewhere)
    return _Solved(
        network=network,
        loads=solve_loads(replace(network.places, traffic_mbps=traffic), network.cells.capacity_mhz),
        traffic_mbps=traffic,
        unserved_mbps=each_mbps * (network.unserved[0] * here + network.unserved[1] * elsewhere),
    )


def _table(crs: str, scenario: Scenario, solved: list[_Solved]) -> gpd.GeoDataFrame:
    """One row a cell of every layer."""
    tables = []
    for one in solved:
        network, cells, layer = one.network, one.network.cells, one.network.layer
        count, server, users = cells.capacity_mhz.size, network.places.server, network.places.traffic_mbps
        traffic = np.bincount(server, weights=one.traffic_mbps, minlength=count)
        people = np.bincount(server, weights=users, minlength=count)
        level_db = np.bincount(server, weights=10.0 * np.log10(one.loads.sinr) * users, minlength=count)
        tables.append(
            pd.DataFrame(
                {
                    "cell_id": [
                        f"{site}-{azimuth:03.0f}-{layer.technology}"
                        for site, azimuth in zip(cells.site_id, cells.azimuth_deg, strict=True)
                    ],
                    "layer": layer.key,
                    "operator": layer.operator,
                    "technology": layer.technology,
                    "site_id": list(cells.site_id),
                    "azimuth_deg": cells.azimuth_deg,
                    "capacity_mhz": cells.capacity_mhz.round(2),
                    "people": people.round(1),
                    "traffic_mbps": traffic.round(3),
                    "load": one.loads.load.round(4),
                    "overloaded": one.loads.load > scenario.demand.overloaded_from,
                    "sinr_db": np.divide(
                        level_db, people, out=np.full(count, np.nan), where=people > 0
                    ).round(1),
                    "x_m": cells.x_m,
                    "y_m": cells.y_m,
                }
            )
        )
    columns = [
        "cell_id", "layer", "operator", "technology", "site_id", "azimuth_deg", "capacity_mhz", "people",
        "traffic_mbps", "load", "overloaded", "sinr_db", "x_m", "y_m",
    ]  # fmt: skip
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    at = gpd.points_from_xy(table.pop("x_m"), table.pop("y_m"))
    return gpd.GeoDataFrame(table, geometry=at, crs=crs)


def _growth_row(scenario: Scenario, year: int, one: _Solved) -> dict[str, Any]:
    load, users = one.loads.load, one.network.places.traffic_mbps
    over = load > scenario.demand.overloaded_from
    return {
        "year": year,
        "layer": one.network.layer.key,
        "traffic_mbps": round(float(one.traffic_mbps.sum()) + one.unserved_mbps, 1),
        "unserved_mbps": round(one.unserved_mbps, 1),
        "cells": load.size,
        "overloaded": int(over.sum()),
        "people_in_overloaded": round(float(users[over[one.network.places.server]].sum())),
        "load_median": round(float(np.median(load)), 4),
        "load_p95": round(float(np.quantile(load, 0.95)), 4),
        "error": float(one.loads.error),
    }


def _growth(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = [
        "year", "layer", "traffic_mbps", "unserved_mbps", "cells", "overloaded", "people_in_overloaded",
        "load_median", "load_p95", "error",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _summary(scenario: Scenario, years: dict[int, list[_Solved]]) -> dict[str, Any]:
    adoption = adoption_of(scenario)
    return {
        "kbps_per_person": round(downlink_kbps_per_person(adoption, scenario.year), 1),
        "telephone_per_100": adoption.telephone_per_100,
        "broadband_per_100": adoption.broadband_per_100,
        "smartphone_per_100": adoption.smartphone_per_100,
        "fiveg_share": round(fiveg_share(adoption, scenario.year), 4),
        "overloaded_from": scenario.demand.overloaded_from,
        "layers": [_growth_row(scenario, scenario.year, one) for one in years[scenario.year]],
        "overloaded_by_year": {
            str(year): sum(int((one.loads.load > scenario.demand.overloaded_from).sum()) for one in solved)
            for year, solved in years.items()
        },
        "model": "3GPP TR 36.942 Annex A.1; load coupling after Siomina and Yuan (2012)",
    }


def _warnings(solved: list[_Solved]) -> tuple[str, ...]:
    loose = [one.network.layer.key for one in solved if one.loads.error > 0.01]
    if not loose:
        return ()
    warning = (
        f"Tải của {', '.join(loose)} chỉ chính xác đến {max(one.loads.error for one in solved):.3f} · "
        f"loads of {', '.join(loose)} are only exact to {max(one.loads.error for one in solved):.3f}"
    )
    return (warning,)
