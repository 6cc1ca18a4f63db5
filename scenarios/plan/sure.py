"""Plans for people served with a probability: by how much thresholds rise for it, and whether draws agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.predict import predict
from phusong.coverage.site import Sector
from phusong.coverage.siting.station import Station
from phusong.coverage.uncertainty.draws import monte_carlo
from phusong.coverage.uncertainty.margin import margin_db
from phusong.coverage.uncertainty.parts import Setting
from phusong.scenarios.inputs import Inputs, ground_of, options_of
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.uncertainty.answer import setting_for
from phusong.scenarios.uncertainty.ears import Ears, asked_of, ears_of

STATIONS = 40  # of the plan's kind, at masts of the province, whose paths the margin is taken from
MARGIN_DRAWS = 100


@dataclass(frozen=True, slots=True)
class Sure:
    """How a plan's probability was met: `margin_db` on its thresholds, and `people` who are served with that
    probability in `draws` draws of the plan's own sectors and those that stand, everything uncertain drawn."""

    probability: float
    margin_db: float
    people: float
    draws: int


def margin_of(
    scenario: Scenario, inputs: Inputs, station: Station, where: pd.DataFrame | None = None
) -> float:
    """What the plan's probability of service adds to its thresholds, dB; 0 for one half.

    Of the paths from stations at `where` (x_m, y_m), or at STATIONS of the province's masts.
    """
    keys, people, sites = scenario.plan, inputs.people, inputs.sites
    if keys.probability == 0.5:
        return 0.0
    x_m, y_m = people.x_m, people.y_m
    table = sites if where is None or not len(where) else where
    if len(table):
        x_m, y_m = table["x_m"].to_numpy(float), table["y_m"].to_numpy(float)
    some = np.unique(np.linspace(0, x_m.size - 1, STATIONS).astype(int))
    sectors = [sector for k in some for sector in station.sectors(f"margin-{k}", x_m[k], y_m[k])]
    setting, _, _ = _heard(scenario, inputs, sectors)
    threshold_dbm = scenario.thresholds[keys.technology].outdoor_dbm
    if not (setting.entries.level_dbm >= threshold_dbm).any():
        return 0.0  # a station of this kind serves nobody
    return margin_db(setting, threshold_dbm, keys.probability, draws=MARGIN_DRAWS)


def raised(scenario: Scenario, by_db: float) -> Scenario:
    """The scenario with every threshold higher by a margin."""
    if by_db == 0.0:
        return scenario
    limits = {
        technology: one.model_copy(
            update={name: round(value + by_db, 2) for name, value in one.model_dump().items()}
        )
        for technology, one in scenario.thresholds.items()
    }
    return scenario.model_copy(update={"thresholds": limits})


def chance_of(
    scenario: Scenario, inputs: Inputs, sectors: Sequence[Sector], *, draws: int
) -> NDArray[np.float32]:
    """Probability of service outdoors at each point of people, by any of these sectors."""
    if not sectors:
        return np.zeros(inputs.people.people.size, np.float32)
    setting, ears, coverage = _heard(scenario, inputs, sectors)
    layers = [coverage.layers[f"any-{scenario.plan.technology}".lower()]]
    asked = asked_of(scenario, inputs, ears, layers, setting.layers, gpd.GeoDataFrame())
    drawn = monte_carlo(setting, asked, draws=draws, workers=numba.get_num_threads())
    return drawn.probability[0][ears.of_people]


def _heard(
    scenario: Scenario, inputs: Inputs, sectors: Sequence[Sector]
) -> tuple[Setting, Ears, CoverageMap]:
    """What draws of these sectors need, and their prediction."""
    own = replace(inputs, sectors=tuple(sectors))
    asked = scenario.model_copy(
        update={"uncertainty": scenario.uncertainty.model_copy(update={"enabled": True})}
    )
    ground = ground_of(inputs.province)
    ears = ears_of(asked, own, ground)
    assert ears is not None  # there are sectors, and it is enabled
    coverage = predict(
        ground, own.sectors, grid=inputs.grid, options=options_of(scenario), listen=ears.lists.hear
    )
    setting, _ = setting_for(scenario, own, ground, ears, coverage)
    return setting, ears, coverage
