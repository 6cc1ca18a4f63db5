"""Service of every hamlet, operator and technology: levels, servers, backup, rate, and quality by regulation."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.capacity import phone_rate_mbps
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.service import LEVELS, level_codes, people_share, signal_at, value_of_most
from phusong.geodata.errors import InputError
from phusong.geodata.raster import Raster
from phusong.scenarios.inputs import Inputs, thresholds_of
from phusong.scenarios.scenario import Scenario

NO_QUALITY = "below"


def hamlet_service(scenario: Scenario, inputs: Inputs, coverage: CoverageMap) -> pd.DataFrame:
    """One row a hamlet and layer.

    hamlet_id, name, commune, layer, operator, technology, rsrp_dbm and sinr_db (that the scenario's share of
    its people have or better), service_level, share of its people served outdoors, in cars and indoors,
    best_server (the sector that serves most of its people), backup_dbm (the same of the second best server),
    rate_mbps (downlink of one phone at the scenario's load), quality (a key of quality.toml, or "below").
    """
    levels = quality_levels()
    return pd.concat(
        [_of_layer(scenario, inputs, coverage, layer, levels) for layer in coverage.layers.values()],
        ignore_index=True,
    )


def _of_layer(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, layer: Layer, levels: list[dict[str, Any]]
) -> pd.DataFrame:
    people, count = inputs.people, len(inputs.province.hamlets)

    def most(values: NDArray[np.float64]) -> NDArray[np.float64]:
        found = value_of_most(values, people.people, people.hamlet, count, scenario.hamlet_people_share)
        return np.where(np.isfinite(found), found, np.nan)

    def at(values: NDArray[Any]) -> NDArray[np.float64]:
        return signal_at(Raster(coverage.grid, values), people)

    level = at(layer.rsrp_dbm)
    server = Raster(coverage.grid, layer.best_server).at(people.x_m, people.y_m)
    alike = [item for item in coverage.layers.values() if item.technology == layer.technology]
    # whoever may use any network takes the fastest at each place, which need not be the strongest
    own = [layer] if layer.operator != "any" else [item for item in alike if item.operator != "any"]
    rate = np.max([_rate_mbps(scenario, inputs, coverage, item) for item in own or [layer]], axis=0)
    steps = thresholds_of(scenario, layer.technology)
    rsrp, rates = most(level), most(rate)
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
            rate_mbps=rates.round(1),
            quality=_quality(levels, layer.technology, rates, rsrp),
        )
    )


def _rate_mbps(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, layer: Layer
) -> NDArray[np.float64]:
    """Downlink of one phone at each point of people, 0 below the layer's threshold."""
    people = inputs.people
    level = signal_at(Raster(coverage.grid, layer.rsrp_dbm), people)
    sinr_db = signal_at(Raster(coverage.grid, layer.sinr_db), people)
    server = Raster(coverage.grid, layer.best_server).at(people.x_m, people.y_m)
    bandwidth = np.array([sector.carrier.bandwidth_mhz for sector in coverage.sectors] + [0.0])
    rate = phone_rate_mbps(bandwidth[server], sinr_db, load=scenario.radio.load)
    return np.where(level >= layer.threshold_dbm, rate, 0.0)


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


def quality_levels() -> list[dict[str, Any]]:
    """The levels of quality.toml, of each technology from best to least."""
    text = (resources.files("phusong.scenarios") / "quality.toml").read_text("utf-8")
    levels: list[dict[str, Any]] = tomllib.loads(text)["level"]
    for technology in {level["technology"] for level in levels}:
        rates = [level["downlink_mbps"] for level in levels if level["technology"] == technology]
        if rates != sorted(rates, reverse=True):
            raise InputError(f"quality.toml: the levels of {technology} must go from best to least: {rates}")
    return levels


def _quality(
    levels: list[dict[str, Any]], technology: str, rate: NDArray[np.float64], rsrp: NDArray[np.float64]
) -> list[str]:
    mine = [level for level in levels if level["technology"] == technology]
    reached = [
        (np.nan_to_num(rate) >= level["downlink_mbps"])
        & (np.nan_to_num(rsrp, nan=-999.0) >= level["rsrp_dbm"])
        for level in mine
    ]
    keys = [level["key"] for level in mine]
    return list(np.select(reached, keys, default=NO_QUALITY)) if mine else [NO_QUALITY] * rate.size
