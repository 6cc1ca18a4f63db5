"""Where several models agree: for each place how many of them say that it is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.coverage_map import Layer


@dataclass(frozen=True, slots=True)
class Shares:
    """Of people: served by all models, by none, by some; the three add up to 1 (NaN where nobody lives)."""

    all_models: float
    no_model: float
    split: float


def models_serving(layers: Sequence[Layer]) -> NDArray[np.uint8]:
    """How many of these layers (one network, one model each) reach their outdoor threshold in each cell.

    Raises ValueError for layers of different networks or grids.
    """
    if len({layer.key for layer in layers}) != 1 or len({layer.rsrp_dbm.shape for layer in layers}) != 1:
        raise ValueError("models are compared for one network on one grid")
    count = np.zeros(layers[0].rsrp_dbm.shape, np.uint8)
    for layer in layers:
        count += layer.rsrp_dbm >= layer.threshold_dbm  # NaN is not served
    return count


def shares(count: NDArray[np.integer], models: int, people: NDArray[np.float64]) -> Shares:
    """Shares of `people` by how many of `models` serve the place at which each of them lives."""
    total = float(people.sum())
    if total <= 0.0:
        return Shares(np.nan, np.nan, np.nan)
    every = float(people[count == models].sum()) / total
    nobody = float(people[count == 0].sum()) / total
    return Shares(every, nobody, float(people[(count > 0) & (count < models)].sum()) / total)
