"""Demand and load of a scenario: traffic of the busy hour against what every cell can carry, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.coverage.demand import downlink_kbps_per_person, fiveg_share
from phusong.scenarios.busy_hour import Solved, adoption_of, solved
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class CapacityAnswer:
    """Tables and figures of demand and load; see NetworksAnswer for the columns."""

    cells: gpd.GeoDataFrame
    growth: pd.DataFrame
    summary: dict[str, Any]
    warnings: tuple[str, ...]


def capacity_answer(scenario: Scenario, inputs: Inputs, now: Sequence[Solved]) -> CapacityAnswer:
    """Loads of the scenario's year, as `busy_hour` gives them, and of every year until `until_year`."""
    crs = inputs.province.crs
    if not now:
        reason = (
            "Không tính được tải: kịch bản cần 4G hoặc 5G và radio.load > 0 · "
            "no loads: the scenario needs 4G or 5G and radio.load above 0"
        )
        return CapacityAnswer(_table(crs, scenario, []), _growth([]), {"layers": []}, (reason,))
    last = max(scenario.demand.until_year, scenario.year)
    later = range(scenario.year + 1, last + 1)
    years = {scenario.year: list(now)}
    years |= {year: [solved(scenario, one.network, year) for one in now] for year in later}
    return CapacityAnswer(
        cells=_table(crs, scenario, list(now)),
        growth=_growth([_growth_row(scenario, year, one) for year, all_ in years.items() for one in all_]),
        summary=_summary(scenario, years),
        warnings=_warnings(list(now)),
    )


def _table(crs: str, scenario: Scenario, loaded: list[Solved]) -> gpd.GeoDataFrame:
    """One row a cell of every layer."""
    tables = []
    for one in loaded:
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


def _growth_row(scenario: Scenario, year: int, one: Solved) -> dict[str, Any]:
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


def _summary(scenario: Scenario, years: dict[int, list[Solved]]) -> dict[str, Any]:
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
            str(year): sum(int((one.loads.load > scenario.demand.overloaded_from).sum()) for one in loaded)
            for year, loaded in years.items()
        },
        "model": "3GPP TR 36.942 Annex A.1; load coupling after Siomina and Yuan (2012)",
    }


def _warnings(loaded: list[Solved]) -> tuple[str, ...]:
    loose = [one.network.layer.key for one in loaded if one.loads.error > 0.01]
    if not loose:
        return ()
    warning = (
        f"Tải của {', '.join(loose)} chỉ chính xác đến {max(one.loads.error for one in loaded):.3f} · "
        f"loads of {', '.join(loose)} are only exact to {max(one.loads.error for one in loaded):.3f}"
    )
    return (warning,)
