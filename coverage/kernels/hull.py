"""Upper hulls of a radial's heights: tangents and extreme points without looking at every sample.

Most samples lie below the line between two of their neighbours and can never be a corner of the hull once the
further neighbour is in it. They are sorted out beforehand, several at a time; so the hull at a receiver holds
what lies more than `NEAR` samples back, and those nearer are looked at one by one.
"""

from __future__ import annotations

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.radial import VECTOR, Heights, Indices

NEAR = 4


@jit(**VECTOR)
def mark_corners(y: Heights, last: int, corner: Indices) -> None:
    """Marks with 1 the samples 1 … last that may be corners of an upper hull, the others with 0."""
    for i in range(1, last + 1):
        corner[i] = 1
    for i in range(NEAR + 1, last - NEAR + 1):
        twice = y[i] + y[i]
        below = (y[i - 1] + y[i + 1] >= twice) | (y[i - 2] + y[i + 2] >= twice)
        corner[i] = 0 if below | (y[i - 4] + y[i + 4] >= twice) else 1


@jit()
def push(at: Indices, height_m: Heights, size: int, n: int, y: float) -> int:
    """Adds sample n of height y to an upper hull; the hull's new size."""
    while size >= 2:
        i, j = at[size - 1], at[size - 2]
        if (height_m[size - 1] - height_m[size - 2]) * (n - i) <= (y - height_m[size - 1]) * (i - j):
            size -= 1
        else:
            break
    at[size], height_m[size] = n, y
    return size + 1


@jit()
def _tangent_further(at: Indices, height_m: Heights, high: int, inverse: Heights, n: int, y: float) -> float:
    low = 0
    while low < high:
        middle = (low + high) // 2
        nearer = (height_m[middle + 1] - y) * (n - at[middle])
        if nearer >= (height_m[middle] - y) * (n - at[middle + 1]):
            low = middle + 1
        else:
            high = middle
    return (height_m[low] - y) * inverse[n - at[low]]


@jit()
def tangent(at: Indices, height_m: Heights, size: int, inverse: Heights, n: int, y: float) -> float:
    """Steepest rise from (n, y) back to an upper hull to its left, m a sample; the hull must have a corner.

    The slope along a hull has one maximum, mostly at one of the last corners: over a plain or water, where
    every sample is one, the rest is halved.
    """
    k = size - 1
    stop = max(0, k - 8)
    best = (height_m[k] - y) * inverse[n - at[k]]
    while k > stop:
        k -= 1
        slope = (height_m[k] - y) * inverse[n - at[k]]
        if slope < best:
            return best
        best = slope
    return _tangent_further(at, height_m, k, inverse, n, y) if k > 0 else best


@jit()
def highest_above(at: Indices, height_m: Heights, size: int, slope: float) -> float:
    """How far an upper hull rises above the line of this slope (m a sample) through (0, 0), m."""
    low, high = 0, size - 1
    while low < high:
        middle = (low + high) // 2
        if height_m[middle + 1] - height_m[middle] > slope * (at[middle + 1] - at[middle]):
            low = middle + 1
        else:
            high = middle
    return height_m[low] - slope * at[low]
