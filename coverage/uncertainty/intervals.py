"""From draws to statements: quantiles, intervals, and the probability of service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUANTILES = (0.05, 0.5, 0.95)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """5 %, 50 % and 95 % of draws lie below; 90 % lie between the first and the last."""

    p5: Floats
    p50: Floats
    p95: Floats


def interval(draws: NDArray[np.floating]) -> Interval:
    """The interval of draws along the first axis; NaN where a draw has no value, -inf counts as lowest."""
    values = np.asarray(draws, np.float64)
    if values.shape[0] == 0:
        raise ValueError("an interval needs draws")
    # p (n + 1) of the ordered draws: the truth, one more draw, lies within in 90 % of cases whatever n from 19 on;
    # "nearest" never computes between -inf and a level
    method = "nearest" if np.isinf(values).any() else "weibull"
    p5, p50, p95 = np.quantile(values, QUANTILES, axis=0, method=method)  # type: ignore[call-overload]
    return Interval(p5, p50, p95)


def larger_than_noise(first: NDArray[np.floating], other: NDArray[np.floating]) -> tuple[Interval, bool]:
    """The interval of the differences of paired draws, and whether it leaves out zero."""
    if np.shape(first) != np.shape(other):
        raise ValueError(f"draws must be paired: {np.shape(first)} and {np.shape(other)}")
    found = interval(np.asarray(other, np.float64) - np.asarray(first, np.float64))
    return found, bool(found.p5 > 0.0 or found.p95 < 0.0)
