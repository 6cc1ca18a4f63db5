"""Agreement of models: counted by cell, weighed by people."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.agreement import Shares, models_serving, shares
from phusong.coverage.coverage_map import Layer


def layer(levels: list[float], key: str = "a-4g") -> Layer:
    values = np.array([levels], np.float32)
    none = np.zeros(values.shape, np.int32)
    return Layer(key, "A", "4G", -110.0, values, none, values, none.astype(np.uint8), values)


def test_each_cell_has_the_number_of_models_that_serve_it() -> None:
    count = models_serving([layer([-90, -111, np.nan]), layer([-110, -90, np.nan]), layer([-80, -120, -120])])
    assert count.tolist() == [[3, 1, 0]]


def test_shares_of_people_add_up() -> None:
    found = shares(np.array([3, 1, 0, 2]), 3, np.array([50.0, 20.0, 20.0, 10.0]))
    assert found == Shares(0.5, 0.2, 0.3)
    assert np.isnan(shares(np.array([3]), 3, np.zeros(1)).split)


def test_different_networks_are_not_compared() -> None:
    with pytest.raises(ValueError, match="one network"):
        models_serving([layer([-90.0]), layer([-90.0], key="b-4g")])
