"""How sure a run's answer is, wired to the scenario: draws, intervals, probabilities, and what moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.ground import Ground
from phusong.coverage.reach import Reach
from phusong.coverage.strips import predict_strips
from phusong.coverage.uncertainty.draws import Asked, Draws, count, levels_of, monte_carlo
from phusong.coverage.uncertainty.entries import entries_of, terrain_of
from phusong.coverage.uncertainty.heard import LayerName, Listening, Places, heard, listening, places_at
from phusong.coverage.uncertainty.intervals import interval
from phusong.coverage.uncertainty.model_spread import ModelSpread
from phusong.coverage.uncertainty.parts import setting_of
from phusong.coverage.uncertainty.sensitivity import Ranking, rank_sources
from phusong.coverage.uncertainty.sources import fitted, sources, stated
from phusong.geodata.errors import InputError
from phusong.scenarios.inputs import Inputs, options_of, thresholds_of
from phusong.scenarios.progress import Report
from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.workers import Engine

ROAD_STEP_M = 50.0
NO_ANSWER = -999.0  # stands for no signal at all where levels are compared


@dataclass(frozen=True, slots=True)
class UncertaintyAnswer:
    """How sure the answer is.

    - `totals`: layer, figure (people_served_share, people_in_car_share, people_indoor_share, hamlets_served,
      border_served_km), value (the run's own), p5, p50, p95
    - `hamlets`: hamlet_id, layer, probability (of service outdoors), rsrp_p5_dbm, rsrp_p50_dbm, rsrp_p95_dbm
    - `units`: level, code, layer, population_served_share_p5, …_p50, …_p95
    - `draws`: draw, layer, people_served, people_indoor, hamlets_served, border_served_km
    - `probability`: of service in each cell where people live or the border road runs, by layer; NaN elsewhere
    - `ranking`: sources by how much they move the people served of the first layer over all operators
    - `sources`: key, value, unit, trust, source, vi, en: what was taken for uncertain
    - `models`: how far the models lie apart; None for a run that was read back
    """

    draws_made: int
    totals: pd.DataFrame
    hamlets: pd.DataFrame
    units: pd.DataFrame
    draws: pd.DataFrame
    probability: Mapping[str, NDArray[np.float32]]
    ranking: Ranking | None
    ranked_layer: str
    sources: pd.DataFrame
    models: ModelSpread | None


@dataclass(frozen=True, slots=True)
class Ears:
    """The places where draws are asked, and the lists that `predict` fills for them."""

    places: Places
    of_people: NDArray[np.int64]
    of_road: NDArray[np.int64]
    road_km: float  # of one point of the road
    lists: Listening


def ears_of(scenario: Scenario, inputs: Inputs, ground: Ground) -> Ears | None:
    """Where the run has to listen; None where the scenario asks for no uncertainty. InputError for a bad key."""
    asked = scenario.uncertainty
    if not asked.enabled or not inputs.sectors:
        return None
    for table in ("shadow", "terrain", "clutter"):
        given = getattr(asked, table).correlation_m
        least = ground.grid.cell_m if table == "terrain" else scenario.resolution_m
        if given is not None and given < least:
            raise InputError(
                f"{scenario.name}: uncertainty.{table}.correlation_m = {given:g} lies below the grid step of "
                f"{least:g} m; give {least:g} or more"
            )
    road = inputs.province.patrol_road
    count = 0 if road.is_empty else int(np.ceil(road.length / ROAD_STEP_M))
    step_m = road.length / count if count else 0.0
    points = [road.interpolate((k + 0.5) * step_m) for k in range(count)]
    people = inputs.people
    places, number = places_at(
        inputs.grid,
        np.concatenate([people.x_m, [point.x for point in points]]),
        np.concatenate([people.y_m, [point.y for point in points]]),
    )
    floor = terrain_of(ground, ground.samples_dm(), places.x_m, places.y_m)
    return Ears(
        places=places,
        of_people=number[: people.people.size],
        of_road=number[people.people.size :],
        road_km=step_m / 1e3,
        lists=listening(places, inputs.sectors, floor),
    )


def listened(engine: Engine, ears: Ears) -> Engine:
    """The engine, with the ears' lists filled by it; by a second prediction here where it works elsewhere."""
    if engine is predict_strips:
        return partial(predict_strips, also=ears.lists.hear)

    def twice(*args: Any, **asked: Any) -> tuple[CoverageMap, Reach | None]:
        found = engine(*args, **asked)
        predict_strips(*args, **{**asked, "hearing": None, "progress": None}, also=ears.lists.hear)
        return found

    return twice


def uncertainty(
    scenario: Scenario,
    inputs: Inputs,
    ground: Ground,
    ears: Ears,
    predicted: CoverageMap,
    result: RunResult,
    report: Report,
) -> UncertaintyAnswer:
    """The draws of a run: `predicted` is the map that the ears listened to, `result` what was answered."""
    asked, options = scenario.uncertainty, options_of(scenario)
    cell_m = inputs.grid.cell_m
    known = fitted(sources(asked.changes()), cell_m)
    listened = heard(ears.lists, predicted)
    entries, spread = entries_of(ground, inputs.sectors, listened, known, options, seed=scenario.seed)
    setting = setting_of(
        inputs.sectors, ears.places, listened.layers, entries, known, options, seed=scenario.seed
    )
    layers = list(result.coverage.layers.values())
    counted = _asked(scenario, inputs, ears, layers, listened.layers)
    workers = numba.get_num_threads()
    drawn = monte_carlo(setting, counted, draws=asked.draws, workers=workers, progress=report)
    first = next((k for k, layer in enumerate(layers) if layer.operator == "any"), 0)
    ranking = None
    if asked.sensitivity:
        ranking = rank_sources(setting, counted, layer=first, samples=asked.sensitivity, workers=workers)
    still, _ = count(counted, levels_of(setting, np.zeros(entries.size, np.float32)))
    total = inputs.people.people.sum()
    return UncertaintyAnswer(
        draws_made=asked.draws,
        totals=_totals(layers, counted, drawn, _figures(counted, _single(still), total), total),
        hamlets=_hamlets(inputs, layers, counted, drawn),
        units=_units(inputs, layers, drawn),
        draws=_draw_table(layers, counted, drawn),
        probability=_rasters(ears.places, layers, drawn),
        ranking=ranking,
        ranked_layer=layers[first].key,
        sources=_source_table(asked.changes()),
        models=spread,
    )


def _single(counts: Any) -> Draws:
    """One draw's counts as if they were all draws."""
    return Draws(
        people=counts.people[None],
        unit_people=counts.unit_people[None],
        hamlet_dbm=counts.hamlet_dbm[None],
        road_km=counts.road_km[None],
        probability=np.zeros((0, 0), np.float32),
    )


def _asked(
    scenario: Scenario, inputs: Inputs, ears: Ears, layers: Sequence[Layer], listened: Sequence[LayerName]
) -> Asked:
    """What is counted in each draw: the run's own layers, people, units and road."""
    roaming = {name: set(group) for group in scenario.roaming for name in group}

    def whose(layer: Layer) -> list[bool]:
        mine = roaming.get(layer.operator, {layer.operator})
        return [
            technology == layer.technology and (layer.operator == "any" or operator in mine)
            for operator, technology in listened
        ]

    steps = [thresholds_of(scenario, layer.technology) for layer in layers]
    people = inputs.people
    order = np.argsort(people.hamlet, kind="stable")
    hamlets = len(inputs.province.hamlets)
    sizes = np.bincount(people.hamlet, minlength=hamlets)
    return Asked(
        members=np.array([whose(layer) for layer in layers], bool).reshape(len(layers), len(listened)),
        thresholds_dbm=np.array([[one.outdoor_dbm, one.in_car_dbm, one.indoor_dbm] for one in steps]),
        place=ears.of_people[order],
        people=people.people[order],
        unit=inputs.commune_of_hamlet()[people.hamlet][order],
        units=len(inputs.province.communes),
        hamlet_start=np.concatenate(([0], np.cumsum(sizes))),
        hamlet_share=scenario.hamlet_people_share,
        road_place=ears.of_road,
        road_km=np.full(ears.of_road.size, ears.road_km),
    )


def _figures(asked: Asked, drawn: Draws, people: float) -> dict[str, NDArray[np.float64]]:
    """Every total by name, arrays of shape (draws, layers)."""
    served = (drawn.hamlet_dbm >= asked.thresholds_dbm[None, :, :1]).sum(axis=2)
    found = {
        "people_served_share": drawn.people[:, :, 0] / people,
        "people_in_car_share": drawn.people[:, :, 1] / people,
        "people_indoor_share": drawn.people[:, :, 2] / people,
        "hamlets_served": served.astype(np.float64),
    }
    if asked.road_km.size:
        found["border_served_km"] = drawn.road_km
    return found


def _totals(
    layers: Sequence[Layer], asked: Asked, drawn: Draws, own: Mapping[str, NDArray[np.float64]], people: float
) -> pd.DataFrame:
    rows = []
    for figure, values in _figures(asked, drawn, people).items():
        found = interval(values)
        for k, layer in enumerate(layers):
            rows.append(
                {
                    "layer": layer.key,
                    "figure": figure,
                    "value": own[figure][0, k],
                    "p5": found.p5[k],
                    "p50": found.p50[k],
                    "p95": found.p95[k],
                }
            )
    return pd.DataFrame(rows).round(6)


def _hamlets(inputs: Inputs, layers: Sequence[Layer], asked: Asked, drawn: Draws) -> pd.DataFrame:
    tables = []
    for k, layer in enumerate(layers):
        level = drawn.hamlet_dbm[:, k]
        found = interval(np.where(np.isfinite(level), level, NO_ANSWER))
        quantiles = {
            f"rsrp_{name}_dbm": np.where(value > NO_ANSWER / 2, value, np.nan).round(1)
            for name, value in (("p5", found.p5), ("p50", found.p50), ("p95", found.p95))
        }
        tables.append(
            pd.DataFrame(
                {
                    "hamlet_id": inputs.province.hamlets["hamlet_id"].to_numpy(),
                    "layer": layer.key,
                    "probability": (level >= asked.thresholds_dbm[k, 0]).mean(axis=0).round(3),
                    **quantiles,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _units(inputs: Inputs, layers: Sequence[Layer], drawn: Draws) -> pd.DataFrame:
    """Intervals of every unit's share of people served."""
    from phusong.scenarios.answer import UNIT_LEVELS, members

    people = np.bincount(
        inputs.commune_of_hamlet()[inputs.people.hamlet],
        weights=inputs.people.people,
        minlength=len(inputs.province.communes),
    )
    tables = []
    for k, layer in enumerate(layers):
        for level in UNIT_LEVELS:
            unit, named = members(inputs, level)
            belongs = np.zeros((len(people), len(named)))
            belongs[np.arange(len(people)), unit] = 1.0
            with np.errstate(invalid="ignore"):  # a unit without people has no share
                share = interval((drawn.unit_people[:, k] @ belongs) / (people @ belongs))
            quantiles = {
                f"population_served_share_{name}": value
                for name, value in (("p5", share.p5), ("p50", share.p50), ("p95", share.p95))
            }
            tables.append(named[["code"]].assign(level=level, layer=layer.key, **quantiles))
    return pd.concat(tables, ignore_index=True).round(6)


def _draw_table(layers: Sequence[Layer], asked: Asked, drawn: Draws) -> pd.DataFrame:
    served = (drawn.hamlet_dbm >= asked.thresholds_dbm[None, :, :1]).sum(axis=2)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "draw": np.arange(drawn.count),
                    "layer": layer.key,
                    "people_served": drawn.people[:, k, 0].round(1),
                    "people_indoor": drawn.people[:, k, 2].round(1),
                    "hamlets_served": served[:, k],
                    "border_served_km": drawn.road_km[:, k].round(3),
                }
            )
            for k, layer in enumerate(layers)
        ],
        ignore_index=True,
    )


def _rasters(places: Places, layers: Sequence[Layer], drawn: Draws) -> dict[str, NDArray[np.float32]]:
    rasters = {}
    for k, layer in enumerate(layers):
        raster = np.full(places.grid.shape, np.nan, np.float32)
        raster[places.row, places.col] = drawn.probability[k]
        rasters[layer.key] = raster
    return rasters


def _source_table(changes: Mapping[str, float]) -> pd.DataFrame:
    rows = []
    for name, one in stated().items():
        given = name in changes
        rows.append(
            {
                "key": one.key,
                "value": changes.get(name, one.value),
                "unit": one.unit,
                "trust": "given" if given else one.trust,
                "source": "scenario" if given else one.source,
                "vi": one.vi,
                "en": one.en,
            }
        )
    return pd.DataFrame(rows)


def with_uncertainty(result: RunResult, found: UncertaintyAnswer) -> RunResult:
    """The result with intervals in its tables and summary."""
    own = found.hamlets.set_index(["layer", "hamlet_id"])
    hamlets = result.hamlets.copy()
    ids = hamlets["hamlet_id"]
    names = ["probability", "rsrp_p5_dbm", "rsrp_p50_dbm", "rsrp_p95_dbm"]
    technology = "any-" + hamlets["technology"].str.lower()
    for name in names:
        hamlets[name] = [own.at[(layer, one), name] for layer, one in zip(technology, ids, strict=True)]
        for layer in result.coverage.layers:
            hamlets[f"{name}:{layer}"] = own.loc[layer].loc[ids, name].to_numpy()
    units = result.units.merge(found.units, on=["level", "code", "layer"], how="left", validate="1:1")
    service = result.service.merge(found.hamlets, on=["hamlet_id", "layer"], how="left", validate="1:1")
    return replace(
        result,
        hamlets=hamlets,
        units=units,
        service=service,
        uncertainty=found,
        summary={**result.summary, **summary_of(result.summary, found)},
    )


def summary_of(summary: Mapping[str, Any], found: UncertaintyAnswer) -> dict[str, Any]:
    """The entries of summary.json that uncertainty adds or extends: `layers` and `uncertainty`."""
    totals = found.totals
    layers = []
    for row in summary["layers"]:
        own = totals[totals["layer"] == row["layer"]]
        intervals = {
            one["figure"]: {name: one[name] for name in ("p5", "p50", "p95")}
            for one in own.to_dict("records")
        }
        layers.append({**row, "intervals": intervals})
    ranking = found.ranking
    return {
        "layers": layers,
        "uncertainty": {
            "draws": found.draws_made,
            "interval": "p5 and p95: 90 % of the draws lie between them",
            "sources": found.sources[["key", "value", "unit", "trust"]].to_dict("records"),
            "ranking_of": found.ranked_layer,
            "ranking": []
            if ranking is None
            else [
                {"source": name, "total": round(float(total), 4), "first": round(float(first), 4)}
                for name, total, first in zip(ranking.name, ranking.total, ranking.first, strict=True)
            ],
        },
    }
