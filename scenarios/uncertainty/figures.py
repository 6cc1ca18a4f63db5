"""Draws as tables: every figure's interval, each hamlet's, unit's and gap's, and what was taken for uncertain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.coverage_map import Layer
from phusong.coverage.uncertainty.draws import Asked, Counts, Draws, together_of
from phusong.coverage.uncertainty.intervals import interval
from phusong.coverage.uncertainty.sources import stated
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.uncertainty.ears import Ears

NO_ANSWER = -999.0  # stands for no signal at all where levels are compared

Floats = NDArray[np.float64]


def figures(asked: Asked, drawn: Draws, people: float) -> dict[str, Floats]:
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
    if asked.ground_km2.size:
        found["area_served_km2"] = drawn.area_km2
    found["people_in_gaps"] = drawn.gap_sizes[:, :, 0]
    found["largest_gap_people"] = drawn.gap_sizes[:, :, 1]
    found["three_largest_gaps_people"] = drawn.gap_sizes[:, :, 2]
    return found


def measured(asked: Asked, drawn: Draws, still: Counts, area_km2: Floats) -> tuple[Draws, Draws]:
    """The draws and the run itself with areas that start from the run's own, counted in all its cells.

    Draws count fewer cells; what they add to the run, or take off, is theirs.
    """
    own = replace(together_of([still], np.zeros((0, 0), np.float32)), area_km2=area_km2[None])
    drawn_km2 = np.clip(area_km2 + drawn.area_km2 - still.area_km2, 0.0, asked.ground_km2.sum())
    return replace(drawn, area_km2=drawn_km2), own


def totals(layers: Sequence[Layer], asked: Asked, drawn: Draws, own: Draws, people: float) -> pd.DataFrame:
    """Every total of every layer: the run's own value and its interval."""
    rows = []
    value = figures(asked, own, people)
    for figure, values in figures(asked, drawn, people).items():
        found = interval(values)
        for k, layer in enumerate(layers):
            rows.append(
                {
                    "layer": layer.key,
                    "figure": figure,
                    "value": value[figure][0, k],
                    "p5": found.p5[k],
                    "p50": found.p50[k],
                    "p95": found.p95[k],
                }
            )
    return pd.DataFrame(rows).round(6)


def hamlet_table(inputs: Inputs, layers: Sequence[Layer], asked: Asked, drawn: Draws) -> pd.DataFrame:
    """Every hamlet's probability of service and interval of its level, layer by layer."""
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


def unit_table(inputs: Inputs, layers: Sequence[Layer], drawn: Draws) -> pd.DataFrame:
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


def draw_table(layers: Sequence[Layer], asked: Asked, drawn: Draws) -> pd.DataFrame:
    """Every draw's totals."""
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
                    "area_served_km2": drawn.area_km2[:, k].round(3),
                    "people_in_gaps": drawn.gap_sizes[:, k, 0].round(1),
                }
            )
            for k, layer in enumerate(layers)
        ],
        ignore_index=True,
    )


def gap_intervals(gaps: gpd.GeoDataFrame, drawn: Draws) -> pd.DataFrame:
    """gap_id, people_p5, people_p50, people_p95: who of each gap of the run is without signal in the draws."""
    found = interval(drawn.lost_people)
    quantiles = (("p5", found.p5), ("p50", found.p50), ("p95", found.p95))
    columns = {f"people_{name}": value.round(1) for name, value in quantiles}
    return pd.DataFrame({"gap_id": gaps["gap_id"].to_numpy(), **columns})


def rasters(ears: Ears, layers: Sequence[Layer], drawn: Draws) -> dict[str, NDArray[np.float32]]:
    """By layer, the probability of service in the cells of people and of the border road; NaN elsewhere."""
    places, rasters = ears.places, {}
    mine = np.unique(np.concatenate([ears.of_people, ears.of_road]))
    row, col = places.row[mine], places.col[mine]
    for k, layer in enumerate(layers):
        raster = np.full(places.grid.shape, np.nan, np.float32)
        raster[row, col] = drawn.probability[k][mine]
        rasters[layer.key] = raster
    return rasters


def source_table(changes: Mapping[str, float]) -> pd.DataFrame:
    """What was taken for uncertain, with the figures' origins."""
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
