"""SALib's own test functions through our wrapper, with their analytic indices."""

from __future__ import annotations

import numpy as np
import pytest
from SALib.test_functions import Ishigami, Sobol_G

from phusong.coverage.uncertainty.sensitivity import rank_inputs


def test_ishigami() -> None:
    found = rank_inputs(
        Ishigami.evaluate, ["x1", "x2", "x3"], bounds=[(-np.pi, np.pi)] * 3, samples=2048, seed=3
    )
    # Ishigami and Homma 1990 with a = 7, b = 0.1: S1 = 0.3139, 0.4424, 0; ST = 0.5576, 0.4424, 0.2437
    assert found.name == ("x1", "x2", "x3")
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)


def test_sobol_g() -> None:
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    names = [f"x{k}" for k in range(1, 9)]
    found = rank_inputs(lambda x: Sobol_G.evaluate(x, a), names, samples=2048, seed=5)
    first = Sobol_G.sensitivity_index(a)
    total = Sobol_G.total_sensitivity_index(a)
    order = [names.index(name) for name in found.name]
    assert found.name[:4] == ("x1", "x2", "x3", "x4")
    assert found.first == pytest.approx(first[order], abs=0.03)
    assert found.total == pytest.approx(total[order], abs=0.03)


def test_an_answer_that_nothing_moves_has_no_ranking_to_divide_by() -> None:
    found = rank_inputs(lambda x: np.ones(len(x)), ["a", "b"], samples=4, seed=1)
    assert (found.total == 0.0).all()


@pytest.mark.parametrize("samples", [0, 1, 3, 100])
def test_samples_are_a_power_of_two(samples: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        rank_inputs(lambda x: x[:, 0], ["a"], samples=samples, seed=1)
