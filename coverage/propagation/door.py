"""What every public propagation function checks before a kernel runs: one clear line for each mistake."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray


def in_range(name: str, value: float, low: float, high: float, unit: str = "") -> float:
    """`value` as a float. Raises ValueError unless it is a number from `low` to `high`."""
    number = float(value)
    if not (isfinite(number) and low <= number <= high):
        raise ValueError(f"{name} = {value} is not from {low:g} to {high:g} {unit}".rstrip())
    return number


def one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    """`value` itself. Raises ValueError unless it is one of `choices`."""
    if value not in choices:
        raise ValueError(f"{name} = {value!r} is none of {', '.join(choices)}")
    return value


def distances(distance_km: ArrayLike) -> NDArray[np.float64]:
    """Sample distances as floats. Raises ValueError unless there are three or more, rising from zero."""
    d = np.ascontiguousarray(distance_km, dtype=np.float64)
    if d.ndim != 1 or d.size < 3:
        raise ValueError(f"a profile needs at least three points, not {d.size}")
    if not np.isfinite(d).all():
        raise ValueError(f"distance_km is not a number at point {int(np.argmin(np.isfinite(d)))}")
    if d[0] != 0.0:
        raise ValueError(f"distance_km starts at {d[0]:g}, not at zero (the transmitter)")
    if not (np.diff(d) > 0.0).all():
        where = int(np.argmin(np.diff(d) > 0.0)) + 1
        raise ValueError(f"distance_km does not rise at point {where}: {d[where - 1]:g} then {d[where]:g}")
    return d


def heights(name: str, values: ArrayLike, size: int, low: float, high: float) -> NDArray[np.float64]:
    """Heights of `size` samples as floats. Raises ValueError for another length, NaN, or out of range."""
    h = np.ascontiguousarray(values, dtype=np.float64)
    if h.shape != (size,):
        raise ValueError(f"{name} has {h.size} values for {size} distances")
    bad = ~((h >= low) & (h <= high))
    if bad.any():
        where = int(np.argmax(bad))
        raise ValueError(f"{name} = {h[where]} at point {where} is not from {low:g} to {high:g} m")
    return h
