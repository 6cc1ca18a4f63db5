"""What the Irregular Terrain Model reads off a terrain profile: horizons, roughness, effective heights.

Sources: [Alg] is G. A. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: The Algorithm" (NTIA/ITS,
1995); the reading of a profile follows G. A. Hufford et al., NTIA Report 82-100 (1982), as NTIA's ITM 1.4
does it. A profile is heights `z` in metres at equal steps of `step_m`; lengths are metres, angles radians.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit

MOST_SAMPLES = 245  # of the resampled profile in `irregularity_m`: 10 * 25 - 5


class Path(NamedTuple):
    """One path as the model sees it; 1 is the transmitter's end, 2 the receiver's."""

    d: float  # length
    h_g1: float  # structural heights above ground
    h_g2: float
    h_e1: float  # effective heights
    h_e2: float
    theta_e1: float  # elevation angle of the horizon
    theta_e2: float
    d_L1: float  # distance of the horizon
    d_L2: float
    delta_h: float  # terrain irregularity parameter


class Line(NamedTuple):
    """A straight line by its heights above the first and the last point of a profile."""

    at_start: float
    at_end: float


@jit(fastmath={"reassoc", "contract", "nsz"})
def mean_height_m(z: NDArray[np.float64]) -> float:
    """Mean of the middle 80 % of a profile, m: the height at which the surface refractivity is taken."""
    last = z.size - 1
    cut = int(0.1 * last)
    total = 0.0
    for i in range(cut, last - cut + 1):
        total += z[i]
    return total / (last - 2 * cut + 1)


@jit(fastmath={"reassoc", "contract", "nsz"})
def fitted_line(z: NDArray[np.float64], size: int, start: float, end: float) -> Line:
    """The least-squares line through z[:size] between the positions `start` and `end`, in steps."""
    last = size - 1
    first_index = int(max(start, 0.0))
    last_index = last - int(max(last - end, 0.0))
    if last_index <= first_index:  # too short to fit: widen by one step on either side
        first_index = max(first_index - 1, 0)
        last_index = last - max(last - (last_index + 1), 0)
    n = last_index - first_index
    middle = 0.5 * n
    # trapezoidal moments: the end points count half
    area = 0.5 * (z[first_index] + z[last_index])
    moment = 0.5 * (z[last_index] - z[first_index]) * middle
    for k in range(1, n):
        y = z[first_index + k]
        area += y
        moment += y * (k - middle)
    mean = area / n
    slope = 12.0 * moment / ((n * n + 2.0) * n)
    centre = last_index - middle
    return Line(mean - slope * centre, mean + slope * (last - centre))


@jit()
def _kth_smallest(values: NDArray[np.float64], low: int, high: int, k: int) -> float:
    """The value that would stand at index k if values[low:high + 1] were sorted; reorders in place."""
    while low < high:
        pivot = values[k]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if j < k:
            low = i
        if i > k:
            high = j
    return values[k]


@jit()
def irregularity_m(
    z: NDArray[np.float64], step_m: float, d_start: float, d_end: float, work: NDArray[np.float64]
) -> float:
    """Terrain irregularity Δh in metres between two distances, after [Alg 3.9]; 0 for fewer than two steps.

    `work` gives room for MOST_SAMPLES values.
    """
    start, end = d_start / step_m, d_end / step_m
    if end - start < 2.0:
        return 0.0
    tenth = min(max(int(0.1 * (end - start + 8.0)), 4), 25)
    n = 10 * tenth - 5
    spacing = (end - start) / (n - 1)
    last = z.size - 1
    for j in range(n):
        x = start + j * spacing
        i = min(int(x), last - 1)
        work[j] = z[i] + (z[i + 1] - z[i]) * (x - i)
    line = fitted_line(work, n, 0.0, n - 1.0)
    slope = (line.at_end - line.at_start) / (n - 1)
    for j in range(n):
        work[j] -= line.at_start + slope * j
    low_decile = _kth_smallest(work, 0, n - 1, tenth - 1)
    high_decile = _kth_smallest(work, tenth, n - 1, n - tenth)
    return (high_decile - low_decile) / (
        1.0 - 0.8 * math.exp(-(d_end - d_start) / 50e3)
    )  # [Alg 3.9] inverted


@jit()
def horizons(
    z: NDArray[np.float64], step_m: float, h_g1: float, h_g2: float, curvature: float
) -> tuple[float, float, float, float]:
    """Elevation angles and distances of both horizons: theta_e1, theta_e2, d_L1, d_L2."""
    last = z.size - 1
    d = last * step_m
    z_1, z_2 = z[0] + h_g1, z[last] + h_g2
    theta_1 = (z_2 - z_1) / d - 0.5 * curvature * d
    theta_2 = (z_1 - z_2) / d - 0.5 * curvature * d
    d_L1 = d_L2 = d
    d_1, d_2 = 0.0, d
    for i in range(1, last):
        # summed as in NTIA's program: the last bit decides where 0.9 d_L falls on a whole step
        d_1 += step_m
        d_2 -= step_m
        above_1 = z[i] - z_1 - 0.5 * curvature * d_1 * d_1
        above_2 = z[i] - z_2 - 0.5 * curvature * d_2 * d_2
        # compared as heights: a division is needed only where the angle is a new record
        if above_1 > theta_1 * d_1:
            theta_1, d_L1 = above_1 / d_1, d_1
        if above_2 > theta_2 * d_2:
            theta_2, d_L2 = above_2 / d_2, d_2
    return theta_1, theta_2, d_L1, d_L2


@jit()
def rough_horizon(h_e: float, delta_h: float, curvature: float) -> tuple[float, float]:
    """Distance and elevation angle of the horizon over statistically rough ground [Alg 3.5 to 3.8]."""
    smooth = math.sqrt(2.0 * h_e / curvature)
    d_L = smooth * math.exp(-0.07 * math.sqrt(delta_h / max(h_e, 5.0)))
    theta_e = (0.65 * delta_h * (smooth / d_L - 1.0) - 2.0 * h_e) / smooth
    return d_L, theta_e


@jit()
def path_of_profile(
    z: NDArray[np.float64],
    step_m: float,
    h_g1: float,
    h_g2: float,
    curvature: float,
    work: NDArray[np.float64],
) -> Path:
    """The path over a terrain profile; `curvature` is the effective earth's, 1/m."""
    last = z.size - 1
    d = last * step_m
    theta_1, theta_2, d_L1, d_L2 = horizons(z, step_m, h_g1, h_g2, curvature)
    d_start = min(15.0 * h_g1, 0.1 * d_L1)
    d_end = d - min(15.0 * h_g2, 0.1 * d_L2)
    delta_h = irregularity_m(z, step_m, d_start, d_end, work)
    start, end = d_start / step_m, d_end / step_m
    if d_L1 + d_L2 > 1.5 * d:  # well within line of sight: one line for the whole path
        line = fitted_line(z, z.size, start, end)
        h_e1 = h_g1 + max(z[0] - line.at_start, 0.0)
        h_e2 = h_g2 + max(z[last] - line.at_end, 0.0)
        d_L1, theta_1 = rough_horizon(h_e1, delta_h, curvature)
        d_L2, theta_2 = rough_horizon(h_e2, delta_h, curvature)
        if d_L1 + d_L2 <= d:  # raise both until they see each other
            raised = (d / (d_L1 + d_L2)) ** 2
            h_e1 *= raised
            h_e2 *= raised
            d_L1, theta_1 = rough_horizon(h_e1, delta_h, curvature)
            d_L2, theta_2 = rough_horizon(h_e2, delta_h, curvature)
    else:  # each end over its own foreground
        near = fitted_line(z, z.size, start, 0.9 * d_L1 / step_m)
        far = fitted_line(z, z.size, (d - 0.9 * d_L2) / step_m, end)
        h_e1 = h_g1 + max(z[0] - near.at_start, 0.0)
        h_e2 = h_g2 + max(z[last] - far.at_end, 0.0)
    return Path(d, h_g1, h_g2, h_e1, h_e2, theta_1, theta_2, d_L1, d_L2, delta_h)


@jit()
def effective_height_m(h_g: float, siting: int, delta_h: float) -> float:
    """Effective height in the area mode [Alg 3.1 to 3.3]: siting 0 random, 1 careful, 2 very careful."""
    if siting == 0:
        return h_g
    B = 4.0 if siting == 1 else 9.0
    if h_g < 5.0:
        B *= math.sin(0.1 * math.pi * h_g)
    return h_g + (1.0 + B) * math.exp(-min(20.0, 2.0 * h_g / max(1e-3, delta_h)))


@jit()
def path_of_area(
    d: float, h_g1: float, h_g2: float, siting_1: int, siting_2: int, delta_h: float, curvature: float
) -> Path:
    """The typical path of length d over ground of irregularity Δh [Alg 3]."""
    h_e1 = effective_height_m(h_g1, siting_1, delta_h)
    h_e2 = effective_height_m(h_g2, siting_2, delta_h)
    d_L1, theta_1 = rough_horizon(h_e1, delta_h, curvature)
    d_L2, theta_2 = rough_horizon(h_e2, delta_h, curvature)
    return Path(d, h_g1, h_g2, h_e1, h_e2, theta_1, theta_2, d_L1, d_L2, delta_h)
