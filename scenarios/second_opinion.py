"""A second opinion: the same question asked of several models, and where they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.agreement import models_serving, shares
from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.models import MODELS
from phusong.coverage.roaming import with_roaming
from phusong.coverage.service import signal_at, value_of_most
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster, write_geotiff
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import validated
from phusong.scenarios.tables import write_csv


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What several models say of one scenario, the scenario's own first.

    - `titles`: as `CoverageMap.model` names them
    - `counts`: for each layer how many models serve each cell of `grid`
    - `layers`: one row a layer: all_models_share, no_model_share, split_share of people
    - `models`: one row a layer and model: population_served_share
    - `hamlets`: one row a hamlet and layer: models_serving, verdict (all | none | split), rsrp_dbm:<model>
    """

    names: tuple[str, ...]
    titles: tuple[str, ...]
    grid: Grid
    counts: Mapping[str, NDArray[np.uint8]]
    layers: pd.DataFrame
    models: pd.DataFrame
    hamlets: pd.DataFrame


def with_models(scenario: Scenario, given: str) -> Scenario:
    """The scenario asked of the models in `given`, separated by commas; the first makes the run's answer.

    A family's name ("tr38901") stands for its first member. What the scenario tells its own model stays with that
    model. InputError for an unknown model, a name given twice, or one model alone.
    """
    names = [_named(name.strip()) for name in given.split(",") if name.strip()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"--models {given}: {twice[0]} hai lần · stands twice")
    if len(names) < 2:
        raise InputError(
            f"--models {given}: cần ít nhất hai mô hình · give two models at least, such as p1812,itm"
        )
    return validated(scenario, radio={**_told(scenario, names[0]), "second_opinions": tuple(names[1:])})


def _named(name: str) -> str:
    family = [known for known in MODELS if known == name or known.startswith(f"{name}-")]
    if not family:
        raise InputError(
            f"--models: không có mô hình · no model is called {name!r}; có · there are {', '.join(MODELS)}"
        )
    return family[0]


def _told(scenario: Scenario, model: str) -> dict[str, Any]:
    """The scenario's radio table for a model: another one is not told its options nor its calibration."""
    radio = scenario.radio.model_dump(exclude_none=True)
    if model != scenario.radio.model:
        radio = {key: value for key, value in radio.items() if key not in ("model_options", "calibration")}
    return {**radio, "model": model}


def asked_of(scenario: Scenario, model: str) -> Scenario:
    """The scenario with one of its other models instead of its own."""
    return validated(scenario, radio={**_told(scenario, model), "second_opinions": ()})


def opinions(scenario: Scenario, inputs: Inputs, coverages: Mapping[str, CoverageMap]) -> SecondOpinion:
    """Where the models agree, of their coverages by name; roaming is applied to each alike."""
    met = {name: with_roaming(one, scenario.roaming) for name, one in coverages.items()}
    first = next(iter(met.values()))
    people, hamlets = inputs.people, inputs.province.hamlets
    counts, by_layer, by_model, by_hamlet = {}, [], [], []
    for key, layer in first.layers.items():
        each = [one.layers[key] for one in met.values()]
        counts[key] = models_serving(each)
        here = Raster(first.grid, counts[key]).at(people.x_m, people.y_m)
        found = shares(here, len(each), people.people)
        by_layer.append(
            {
                "layer": key,
                "all_models_share": found.all_models,
                "no_model_share": found.no_model,
                "split_share": found.split,
            }
        )
        levels = {}
        for name, one in zip(met, each, strict=True):
            level = signal_at(Raster(first.grid, one.rsrp_dbm), people)
            served = float(people.people[level >= one.threshold_dbm].sum() / people.people.sum())
            by_model.append({"layer": key, "model": name, "population_served_share": served})
            levels[name] = value_of_most(
                level, people.people, people.hamlet, len(hamlets), scenario.hamlet_people_share
            )
        serving = sum((values >= layer.threshold_dbm).astype(int) for values in levels.values())
        by_hamlet.append(
            pd.DataFrame(
                {
                    "hamlet_id": hamlets["hamlet_id"].to_numpy(),
                    "name": hamlets["name"].to_numpy(),
                    "layer": key,
                    "models_serving": serving,
                    "verdict": np.select([serving == len(each), serving == 0], ["all", "none"], "split"),
                    **{f"rsrp_dbm:{name}": _finite(values) for name, values in levels.items()},
                }
            )
        )
    return SecondOpinion(
        names=tuple(met),
        titles=tuple(one.model for one in met.values()),
        grid=first.grid,
        counts=counts,
        layers=pd.DataFrame(by_layer),
        models=pd.DataFrame(by_model),
        hamlets=pd.concat(by_hamlet, ignore_index=True),
    )


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values.round(1), np.nan)


def opinion_summary(found: SecondOpinion) -> dict[str, Any]:
    """What summary.json says of it."""
    served = {
        key: {row["model"]: round(row["population_served_share"], 6) for row in rows.to_dict("records")}
        for key, rows in found.models.groupby("layer", sort=False)
    }
    verdicts = found.hamlets.groupby(["layer", "verdict"], sort=False).size()
    return {
        "models": [{"name": name, "title": title} for name, title in zip(found.names, found.titles, strict=True)],
        "layers": [
            {
                "layer": row["layer"],
                **{key: round(row[key], 6) for key in ("all_models_share", "no_model_share", "split_share")},
                "hamlets": {one: int(verdicts.get((row["layer"], one), 0)) for one in ("all", "none", "split")},
                "population_served_share": served[row["layer"]],
            }
            for row in found.layers.to_dict("records")
        ],
    }  # fmt: skip


def write_opinions(found: SecondOpinion, folder: Path, *, synthetic: Sequence[str]) -> None:
    """models.csv, hamlet_models.csv and models_<layer>.tif: how many models serve each cell."""
    table = found.models.merge(found.layers, on="layer", sort=False).round(6)
    write_csv(table, folder / "models.csv", synthetic=bool(synthetic))
    write_csv(found.hamlets, folder / "hamlet_models.csv", synthetic=bool(synthetic))
    for key, count in found.counts.items():
        write_geotiff(
            Raster(found.grid, count),
            folder / f"models_{key}.tif",
            tags={
                "layer": key,
                "quantity": f"models of {len(found.names)} that serve the cell",
                "models": ", ".join(found.names),
                "synthetic_inputs": ", ".join(synthetic),
            },
        )
