"""How sure a run's answer is, wired to the scenario: draws, intervals, probabilities, and what moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.ground import Ground
from phusong.coverage.uncertainty.draws import count, levels_of, monte_carlo
from phusong.coverage.uncertainty.entries import entries_of
from phusong.coverage.uncertainty.heard import heard
from phusong.coverage.uncertainty.model_spread import ModelSpread
from phusong.coverage.uncertainty.parts import Setting, setting_of
from phusong.coverage.uncertainty.sensitivity import Ranking, rank_sources
from phusong.coverage.uncertainty.sources import fitted, sources
from phusong.scenarios.inputs import Inputs, options_of
from phusong.scenarios.progress import Report
from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.uncertainty.ears import Ears, asked_of
from phusong.scenarios.uncertainty.figures import (
    draw_table,
    gap_intervals,
    hamlet_table,
    measured,
    rasters,
    source_table,
    totals,
    unit_table,
)


@dataclass(frozen=True, slots=True)
class UncertaintyAnswer:
    """How sure the answer is.

    - `totals`: layer, figure (people_served_share, people_in_car_share, people_indoor_share, hamlets_served,
      border_served_km, area_served_km2, people_in_gaps, largest_gap_people, three_largest_gaps_people), value
      (the run's own), p5, p50, p95
    - `hamlets`: hamlet_id, layer, probability (of service outdoors), rsrp_p5_dbm, rsrp_p50_dbm, rsrp_p95_dbm
    - `units`: level, code, layer, population_served_share_p5, …_p50, …_p95
    - `gaps`: gap_id, people_p5, people_p50, people_p95: of each gap's people, who are without signal
    - `draws`: draw, layer, people_served, people_indoor, hamlets_served, border_served_km, area_served_km2,
      people_in_gaps
    - `probability`: of service in each cell where people live or the border road runs, by layer; NaN elsewhere
    - `ranking`: sources by how much they move the people served of the first layer over all operators
    - `sources`: key, value, unit, trust, source, vi, en: what was taken for uncertain
    - `models`: how far the models lie apart; None for a run that was read back
    """

    draws_made: int
    totals: pd.DataFrame
    hamlets: pd.DataFrame
    units: pd.DataFrame
    gaps: pd.DataFrame
    draws: pd.DataFrame
    probability: Mapping[str, NDArray[np.float32]]
    ranking: Ranking | None
    ranked_layer: str
    sources: pd.DataFrame
    models: ModelSpread | None


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
    asked = scenario.uncertainty
    setting, spread = setting_for(scenario, inputs, ground, ears, predicted)
    layers = list(result.coverage.layers.values())
    counted = asked_of(scenario, inputs, ears, layers, setting.layers, result.gaps)
    workers = numba.get_num_threads()
    drawn = monte_carlo(setting, counted, draws=asked.draws, workers=workers, progress=report)
    first = next((k for k, layer in enumerate(layers) if layer.operator == "any"), 0)
    ranking = None
    if asked.sensitivity:
        ranking = rank_sources(setting, counted, layer=first, samples=asked.sensitivity, workers=workers)
    still, _ = count(counted, levels_of(setting, np.zeros(setting.entries.size, np.float32)))
    drawn, own = measured(counted, drawn, still, _area_km2(inputs, layers, counted.thresholds_dbm[:, 0]))
    return UncertaintyAnswer(
        draws_made=asked.draws,
        totals=totals(layers, counted, drawn, own, float(inputs.people.people.sum())),
        hamlets=hamlet_table(inputs, layers, counted, drawn),
        units=unit_table(inputs, layers, drawn),
        gaps=gap_intervals(result.gaps, drawn),
        draws=draw_table(layers, counted, drawn),
        probability=rasters(ears, layers, drawn),
        ranking=ranking,
        ranked_layer=layers[first].key,
        sources=source_table(asked.changes()),
        models=spread,
    )


def setting_for(
    scenario: Scenario, inputs: Inputs, ground: Ground, ears: Ears, predicted: CoverageMap
) -> tuple[Setting, ModelSpread]:
    """What draws of a prediction need, and how far the models lie apart on its ground."""
    options = options_of(scenario)
    known = fitted(sources(scenario.uncertainty.changes()), inputs.grid.cell_m)
    listened = heard(ears.lists, predicted)
    entries, spread = entries_of(ground, inputs.sectors, listened, known, options, seed=scenario.seed)
    setting = setting_of(
        inputs.sectors, ears.places, listened.layers, entries, known, options, seed=scenario.seed
    )
    return setting, spread


def _area_km2(
    inputs: Inputs, layers: Sequence[Layer], threshold_dbm: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Area of the province that each layer serves, as the run's tables count it."""
    inside = inputs.commune_of_cell >= 0
    cells = [
        (inside & (layer.rsrp_dbm >= least)).sum() for layer, least in zip(layers, threshold_dbm, strict=True)
    ]
    return np.array(cells) * inputs.grid.cell_m**2 / 1e6


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
    gaps = result.gaps.merge(found.gaps, on="gap_id", how="left", validate="1:1")
    service = result.service.merge(found.hamlets, on=["hamlet_id", "layer"], how="left", validate="1:1")
    return replace(
        result,
        hamlets=hamlets,
        units=units,
        gaps=gaps,
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
