"""Upper hulls of a radial's heights: tangents and extreme points without looking at every sample.

The hulls of all beginnings of a profile form a tree: each corner keeps the one before it on the hull that ends
with it, so the hull up to any sample is the chain that starts at its latest corner, and every receiver can
ask its own. A chain is followed a few corners, then in leaps that grow with its length.

Most samples lie below the line between two of their neighbours and are no corner once the further neighbour
is in the hull. They are sorted out beforehand, several at a time; so a receiver asks the hull of what lies
more than `NEAR` samples back, and looks at those nearer one by one.

The functions take whole lists of receivers: called for each, they would count references more than they
calculate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.vectors import VECTOR, Heights, Indices

NEAR = 4
STEPS = 4  # before the first leap


class Hull(NamedTuple):
    """Corners of a radial's hulls, by sample; 0 stands for none."""

    corner: Indices  # 1 where a sample may be one
    listed: Indices  # these samples in order
    latest: Indices  # the last of them up to a sample
    before: Indices  # the one before it on its hull
    leap: Indices  # one further back
    depth: Indices  # how many are before it


@jit()
def hull_arrays(size: int) -> Hull:
    """Room for `size` samples."""
    whole = np.int32
    return Hull(
        np.zeros(size, whole), np.zeros(size, whole), np.zeros(size, whole), np.zeros(size, whole),
        np.zeros(size, whole), np.zeros(size, whole),
    )  # fmt: skip


@jit(**VECTOR)
def _mark(y: Heights, last: int, corner: Indices) -> None:
    for i in range(1, last + 1):
        corner[i] = 1
    for i in range(NEAR + 1, last - NEAR + 1):
        twice = y[i] + y[i]
        below = (y[i - 1] + y[i + 1] >= twice) | (y[i - 2] + y[i + 2] >= twice)
        corner[i] = 0 if below | (y[i - 4] + y[i + 4] >= twice) else 1


@jit()
def _list(corner: Indices, last: int, listed: Indices, latest: Indices) -> int:
    count = 0
    newest = latest[0]
    for i in range(1, last + 1):
        listed[count] = i
        count += corner[i]
        newest = np.int32(i) if corner[i] else newest
        latest[i] = newest
    return count


@jit()
def grow(hull: Hull, y: Heights, last: int) -> None:
    """Fills the hulls of the samples 1 … last of y; a sample counts from `NEAR` samples after it on."""
    before, leap, depth, listed = hull.before, hull.leap, hull.depth, hull.listed
    _mark(y, last, hull.corner)
    hull.latest[0] = 0
    count = _list(hull.corner, last, listed, hull.latest)
    k = 0
    for c in range(count):
        n = listed[c]
        while k > 0 and before[k] > 0:
            p = before[k]
            if (y[k] - y[p]) * (n - k) > (y[n] - y[k]) * (k - p):
                break
            k = p
        before[n] = k
        if k == 0:
            leap[n], depth[n] = n, 0
        else:
            j = leap[k]
            depth[n] = depth[k] + 1
            leap[n] = leap[j] if depth[k] - depth[j] == depth[j] - depth[leap[j]] else k
        k = n


@jit()
def raise_to_tangents(
    hull: Hull, y: Heights, inverse: Heights, paths: Indices, count: int, gap: int, h_rx: Heights,
    rise: Heights, where: Indices,
) -> None:  # fmt: skip
    """Raises rise[n] to the steepest rise, m a sample, from height h_rx[n] at n back to the hull `gap` before.

    `paths` lists the n; where[n] becomes the sample of the hull if it is one. The slope along a hull has one
    maximum, mostly at one of the last corners.
    """
    latest, before, leap = hull.latest, hull.before, hull.leap
    for j in range(count):
        n = paths[j]
        k = latest[max(0, n - gap)]
        if k == 0:
            continue
        h = h_rx[n]
        best = (y[k] - h) * inverse[n - k]
        steps, p = 0, before[k]
        while p > 0:
            if steps >= STEPS:
                i = leap[k]
                q = before[i]
                if q > 0 and (y[q] - h) * inverse[n - q] >= (y[i] - h) * inverse[n - i]:
                    best = (y[q] - h) * inverse[n - q]
                    k, p = q, before[q]
                    continue
            slope = (y[p] - h) * inverse[n - p]
            if slope < best:
                break
            best, k, p = slope, p, before[p]
            steps += 1
        if best > rise[n]:
            rise[n], where[n] = best, k


@jit()
def raise_to_highest(
    hull: Hull, y: Heights, slope: Heights, paths: Indices, count: int, gap: int, peak: Heights
) -> None:
    """Raises peak[n] to how far the hull `gap` before n rises above the line of slope[n] through (0, 0), m."""
    latest, before, leap = hull.latest, hull.before, hull.leap
    for j in range(count):
        n = paths[j]
        k = latest[max(0, n - gap)]
        if k == 0:
            continue
        s = slope[n]
        best = y[k] - s * k
        steps, p = 0, before[k]
        while p > 0:
            if steps >= STEPS:
                i = leap[k]
                q = before[i]
                if q > 0 and y[q] - s * q >= y[i] - s * i:
                    best = y[q] - s * q
                    k, p = q, before[q]
                    continue
            above = y[p] - s * p
            if above < best:
                break
            best, k, p = above, p, before[p]
            steps += 1
        peak[n] = max(peak[n], best)
