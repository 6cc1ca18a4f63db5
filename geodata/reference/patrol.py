"""The border patrol road: its length is known, its course is made up."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from shapely import LineString, MultiPolygon, Polygon
from shapely.ops import substring


def patrol_road(
    outline: Polygon, border: LineString, length_km: float, rng: np.random.Generator
) -> LineString:
    """A winding road of about `length_km` (within 1 %) inside the border, that never meets itself.

    It runs 400 m or more inland of the drawn border and swings away from it; how far it swings is found by
    bisection on its length.
    """
    inner = _largest(outline.buffer(-1500.0).buffer(1100.0))  # opened: no sharp bends
    xy = np.asarray(_along(inner.exterior, border).segmentize(250.0).coords)
    smooth = gaussian_filter1d(xy, 1.5, axis=0, mode="nearest")
    tangent = np.gradient(gaussian_filter1d(xy, 4.0, axis=0, mode="nearest"), axis=0)
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]]) / np.linalg.norm(tangent, axis=1)[:, None]
    ahead = xy + 300.0 * normal
    inland = 1.0 if shapely.contains_xy(inner, ahead[:, 0], ahead[:, 1]).mean() > 0.5 else -1.0
    swing = gaussian_filter1d(rng.standard_normal(len(xy)), 2.5)
    swing = swing - swing.min()

    def road(swing_m: float) -> LineString:
        line = smooth + inland * (swing_m * swing)[:, None] * normal
        return LineString(_without_loops(line[shapely.contains_xy(inner, line[:, 0], line[:, 1])]))

    low_m, high_m = 0.0, 3000.0
    for _ in range(12):
        middle_m = (low_m + high_m) / 2.0
        if road(middle_m).length / 1000.0 < length_km:
            low_m = middle_m
        else:
            high_m = middle_m
    return road(low_m)


def _largest(shape: Polygon | MultiPolygon) -> Polygon:
    parts: list[Polygon] = list(shapely.get_parts(shape))
    return max(parts, key=lambda part: float(part.area))


def _along(ring: LineString, border: LineString) -> LineString:
    """The stretch of a closed ring that follows the border."""
    low, high = sorted(ring.project(shapely.Point(border.coords[k])) for k in (0, -1))
    tail, head = substring(ring, high, ring.length), substring(ring, 0.0, low)
    around = LineString(np.concatenate([np.asarray(tail.coords), np.asarray(head.coords)[1:]]))
    direct = LineString(substring(ring, low, high).coords)
    return min((direct, around), key=lambda run: float(run.hausdorff_distance(border)))


def _without_loops(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """The line with every loop cut off at the point where it closes."""
    kept = xy[:1]
    for point in xy[1:]:
        start, end = kept[:-2], kept[1:-1]  # the piece just before shares its end and cannot cross
        step, piece = point - kept[-1], end - start
        across = piece[:, 0] * step[1] - piece[:, 1] * step[0]
        gap = kept[-1] - start
        with np.errstate(divide="ignore", invalid="ignore"):
            on_piece = (gap[:, 0] * step[1] - gap[:, 1] * step[0]) / across
            on_step = (gap[:, 0] * piece[:, 1] - gap[:, 1] * piece[:, 0]) / across
        crossed = np.flatnonzero((on_piece >= 0) & (on_piece <= 1) & (on_step >= 0) & (on_step <= 1))
        if len(crossed):
            first = int(crossed[0])
            meeting = start[first] + on_piece[first] * piece[first]
            kept = np.concatenate([kept[: first + 1], meeting[None]])
        kept = np.concatenate([kept, point[None]])
    return kept
