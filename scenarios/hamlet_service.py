"""Service of every hamlet, operator and technology: levels, servers, backup, rate, and quality by regulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.service import LEVELS, level_codes, people_share, signal_at, value_of_most
from phusong.geodata.raster import Raster
from phusong.scenarios.inputs import Inputs, thresholds_of
from phusong.scenarios.quality import NO_QUALITY, NOT_JUDGED, quality_levels
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.service_keys import QualityLevel

Floats = NDArray[np.float64]
Rates = Mapping[tuple[str, str], Floats]


def hamlet_service(scenario: Scenario, inputs: Inputs, coverage: CoverageMap, rates: Rates) -> pd.DataFrame:
    """One row a hamlet and layer.

    hamlet_id, name, commune, layer, operator, technology, rsrp_dbm and sinr_db (that the scenario's share of
    its people have or better), service_level, share of its people served outdoors, in cars and indoors,
    best_server (the sector that serves most of its people), backup_dbm (the same of the second best server),
    rate_mbps (downlink of one phone at the busy hour that the scenario's share of its people have or better),
    rate_mean_mbps (mean over its people), quality (the best level of quality.toml that it has, "below", or
    "not_judged" where no rate is known). `rates`: by operator and technology, as `rates_mbps` gives them.
    """
    levels = quality_levels(scenario)
    return pd.concat(
        [_of_layer(scenario, inputs, coverage, layer, levels, rates) for layer in coverage.layers.values()],
        ignore_index=True,
    )


def quality_summary(service: pd.DataFrame, levels: Sequence[QualityLevel]) -> list[dict[str, Any]]:
    """For summary.json: each layer's hamlets by level of quality, and what each level asks."""
    rows = []
    for (layer, technology), mine in service.groupby(["layer", "technology"], sort=False):
        asked = [level for level in levels if level.technology == technology]
        names = [level.key for level in asked] + [NO_QUALITY, NOT_JUDGED]
        rows.append(
            {
                "layer": layer,
                "hamlets": {name: int((mine["quality"] == name).sum()) for name in names},
                "levels": [level.model_dump() for level in asked],
            }
        )
    return rows


def _of_layer(
    scenario: Scenario,
    inputs: Inputs,
    coverage: CoverageMap,
    layer: Layer,
    levels: Sequence[QualityLevel],
    rates: Rates,
) -> pd.DataFrame:
    people, count = inputs.people, len(inputs.province.hamlets)

    def most(values: NDArray[np.float64]) -> NDArray[np.float64]:
        found = value_of_most(values, people.people, people.hamlet, count, scenario.hamlet_people_share)
        return np.where(np.isfinite(found), found, np.nan)

    def at(values: NDArray[Any]) -> NDArray[np.float64]:
        return signal_at(Raster(coverage.grid, values), people)

    level = at(layer.rsrp_dbm)
    server = Raster(coverage.grid, layer.best_server).at(people.x_m, people.y_m)
    rate = _rate_mbps(coverage, layer, server, rates)
    steps = thresholds_of(scenario, layer.technology)
    rsrp = most(level)
    shares = {
        f"people_{name}_share": people_share(level >= step, people, people.hamlet, count).round(4)
        for name, step in zip(
            LEVELS[1:], (steps.outdoor_dbm, steps.in_car_dbm, steps.indoor_dbm), strict=True
        )
    }
    return (
        inputs.province.hamlets[["hamlet_id", "name", "commune"]]
        .reset_index(drop=True)
        .assign(
            layer=layer.key,
            operator=layer.operator,
            technology=layer.technology,
            rsrp_dbm=rsrp.round(1),
            sinr_db=most(at(layer.sinr_db)).round(1),
            service_level=[LEVELS[code] for code in level_codes(rsrp, steps)],
            **shares,
            best_server=np.where(np.isnan(rsrp), "", _main_server(server, inputs, coverage)),
            backup_dbm=most(at(layer.second_dbm)).round(1),
            rate_mbps=most(rate).round(1),
            rate_mean_mbps=_mean(rate, inputs).round(1),
            quality=_quality(
                [one for one in levels if one.technology == layer.technology], level, rate, inputs
            ),
        )
    )


def _rate_mbps(coverage: CoverageMap, layer: Layer, server: NDArray[np.int32], rates: Rates) -> Floats:
    """Downlink of one phone at each point of people; NaN where the layer's rates are not known.

    Whoever may use any network takes the fastest at each place, which need not be the strongest; a roaming
    guest has the rate of the network that serves there.
    """
    known = {
        operator: rate for (operator, technology), rate in rates.items() if technology == layer.technology
    }
    if not known:
        return np.full(server.size, np.nan)
    if layer.operator == "any":
        return np.max(list(known.values()), axis=0)
    serving = np.array([sector.operator for sector in coverage.sectors] + [""])[server]
    found = np.zeros(server.size)
    for operator, rate in known.items():
        found = np.where(serving == operator, rate, found)
    return found


def _mean(values: Floats, inputs: Inputs) -> Floats:
    """Mean over each hamlet's people; NaN without people."""
    people, count = inputs.people, len(inputs.province.hamlets)
    total = np.bincount(people.hamlet, weights=people.people, minlength=count)
    summed = np.bincount(people.hamlet, weights=people.people * values, minlength=count)
    mean: Floats = np.divide(summed, total, out=np.full(count, np.nan), where=total > 0)
    return mean


def _main_server(server: NDArray[np.int32], inputs: Inputs, coverage: CoverageMap) -> list[str]:
    """sector_id of the server of most people of each hamlet; empty where nothing reaches."""
    reached = server >= 0
    votes = pd.DataFrame(
        {
            "hamlet": inputs.people.hamlet[reached],
            "server": server[reached],
            "people": inputs.people.people[reached],
        }
    )
    sums = votes.groupby(["hamlet", "server"])["people"].sum().reset_index()
    best = sums.sort_values(["hamlet", "people", "server"], ascending=[True, False, True]).drop_duplicates(
        "hamlet"
    )
    names = [""] * len(inputs.province.hamlets)
    for hamlet, number in zip(best["hamlet"], best["server"], strict=True):
        names[int(hamlet)] = coverage.sectors[int(number)].sector_id
    return names


def _quality(
    levels: Sequence[QualityLevel], rsrp_dbm: Floats, rate_mbps: Floats, inputs: Inputs
) -> NDArray[np.str_]:
    """The best level, of some from best to least, whose every figure each hamlet has."""
    people, count = inputs.people, len(inputs.province.hamlets)
    if np.isnan(rate_mbps).any():
        return np.full(count, NOT_JUDGED)
    mean, found = _mean(rate_mbps, inputs), np.full(count, NO_QUALITY, dtype=object)
    for level in reversed(levels):
        available = people_share(rsrp_dbm >= level.rsrp_dbm, people, people.hamlet, count)
        least = people_share(rate_mbps >= level.least_mbps, people, people.hamlet, count)
        has = (
            (mean >= level.downlink_mbps)
            & (least >= level.least_share)
            & (available >= level.available_share)
        )
        found[has] = level.key
    return found.astype(str)
