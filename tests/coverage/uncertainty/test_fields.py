"""Fields have the correlation that they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.uncertainty.chance import generator
from phusong.coverage.uncertainty.fields import torus, two_fields


@pytest.mark.parametrize("correlation_m", [100.0, 300.0, 500.0])
def test_gudmundson_correlation_comes_back_from_the_draws(correlation_m: float) -> None:
    on = torus(20_000.0, cell_m=100.0, correlation_m=correlation_m)
    draws = [one for k in range(20) for one in two_fields(on, generator(7, 1, k))]
    for cells in (1, 2, 5, 10):
        expected = np.exp(-cells * on.step_m / correlation_m)
        for axis in (0, 1):
            found = np.mean([(one * np.roll(one, cells, axis)).mean() for one in draws])
            assert found == pytest.approx(expected, abs=0.03)
    diagonal = np.mean([(one * np.roll(one, (3, 4), (0, 1))).mean() for one in draws])
    assert diagonal == pytest.approx(np.exp(-5 * on.step_m / correlation_m), abs=0.03)  # 3, 4, 5: isotropic


def test_fields_have_mean_zero_and_variance_one_and_a_pair_is_independent() -> None:
    on = torus(20_000.0, cell_m=100.0, correlation_m=300.0)
    pairs = [two_fields(on, generator(1, 1, k)) for k in range(30)]
    assert np.mean([one.var() for one, _ in pairs]) == pytest.approx(1.0, abs=0.02)
    assert np.mean([(one * other).mean() for one, other in pairs]) == pytest.approx(0.0, abs=0.02)
    assert np.abs([other.mean() for _, other in pairs]).max() < 1e-5  # the store's own mean is nothing
    assert np.std([one.mean() for one, _ in pairs]) > 1e-3  # the shared field's is not


def test_a_place_meets_the_same_point_whatever_area_is_asked() -> None:
    on = torus(20_000.0, cell_m=100.0, correlation_m=300.0)
    x_m = np.array([650_010.0, 650_110.0, 650_110.0 + on.size * on.step_m])
    index = on.at(x_m)
    assert (index[1] - index[0]) % on.size == 1
    assert index[2] == index[1]


def test_a_correlation_distance_below_the_grid_step_is_refused() -> None:
    with pytest.raises(ValueError, match="50 m lies below the grid step of 100 m"):
        torus(20_000.0, cell_m=100.0, correlation_m=50.0)
