"""The radial sweep: diffraction from one mast to every sample of every radial, in amortised O(log n) each.

With the earth's bulge folded into the heights, y = g − 500 C_e x², what P.1812-8 §4.3 asks of a profile to
sample n follows from what was kept for sample n − 1:

- the transmitter's horizon slope is a running maximum; the receiver's is the tangent from its antenna to the
  upper hull of the profile (a stack);
- on a line of sight ν is highest at a *record* of the elevation angle seen from the transmitter: an earlier
  sample at an equal or higher angle has the larger ν whatever the receiver, for |ν| grows with
  (s − a) √(x/(d − x)). Records are kept in blocks with a bound each, so that few are looked at;
- the sums of the smooth-earth fit run along; its highest obstruction is an extreme point, and its angles
  tangents, of a second hull: bare terrain, without bulge or clutter.

Samples within the terminal clearance of the receiver carry no clutter, so they are kept out of the first hull
and looked at one by one. All of this is free of frequency but for the cut at ν = −0.78, where J(ν) ends: the
longest wavelength of a mast decides it, and all its bands share the rest.
"""

from __future__ import annotations

from math import floor, pi, sqrt

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.profile import Samples, read_radial
from phusong.coverage.propagation.elementary import INLINE
from phusong.coverage.propagation.p526 import (
    bullington_finish_db,
    bullington_point_nu,
    diffraction_heights,
    nu_over_smooth,
    smooth_surface_heights,
    spherical_earth_loss_db,
    wavelength_m,
)

Heights = NDArray[np.float64]
Indices = NDArray[np.int32]

NO_LOSS_NU = -0.78  # J(ν) is zero from here down, P.1812-8 (12)
CHUNKS = 64  # radials are dealt out in this many parts, whatever the number of workers
LOWEST = -1e30
BLOCK = 8  # records with one bound
SUPER = 64


@jit()
def push_hull(hull: Indices, size: int, y: Heights, n: int) -> int:
    """Adds sample n to an upper hull of (index, y); the hull's new size."""
    while size >= 2:
        i, j = hull[size - 1], hull[size - 2]
        if (y[i] - y[j]) * (n - i) <= (y[n] - y[i]) * (i - j):
            size -= 1
        else:
            break
    hull[size] = n
    return size + 1


@jit()
def tangent_slope(hull: Indices, size: int, y: Heights, n: int, height_m: float) -> float:
    """Steepest rise from (n, height) back to an upper hull to its left, m per sample.

    The slope along a hull has one maximum: the last few vertices are tried first, then the rest is halved.
    """
    k = size - 1
    best = (y[hull[k]] - height_m) / (n - hull[k])
    stop = max(0, k - 4)
    while k > stop:
        k -= 1
        slope = (y[hull[k]] - height_m) / (n - hull[k])
        if slope < best:
            return best
        best = slope
    low, high = 0, k
    while low < high:
        middle = (low + high) // 2
        i, j = hull[middle], hull[middle + 1]
        if (y[j] - height_m) * (n - i) >= (y[i] - height_m) * (n - j):
            low = middle + 1
        else:
            high = middle
    return (y[hull[low]] - height_m) / (n - hull[low])


@jit()
def highest_above_slope(hull: Indices, size: int, y: Heights, slope: float) -> int:
    """Sample of an upper hull that lies highest above any line of this slope (m per sample)."""
    low, high = 0, size - 1
    while low < high:
        middle = (low + high) // 2
        i, j = hull[middle], hull[middle + 1]
        if y[j] - y[i] > slope * (j - i):
            low = middle + 1
        else:
            high = middle
    return hull[low]


@jit()
def _least_in_block(
    at: Heights, angle: Heights, first: int, last: int, slope: float, d: float, best: float
) -> float:
    for k in range(first, last):
        t = slope - angle[k]
        best = min(best, t * t * at[k] / (d - at[k]))
    return best


@jit()
def least_clearance(at: Heights, angle: Heights, count: int, slope: float, d: float, limit: float) -> float:
    """Smallest (slope − a)² x / (d − x) over the records of the elevation angle, or `limit` if none is below.

    Angles and distances of the records rise together, so a block's first distance with its last angle bounds
    all of it from below.
    """
    best = limit
    top = ((count - 1) // SUPER) * SUPER
    while top >= 0:
        end = min(top + SUPER, count)
        t = slope - angle[end - 1]
        if t * t * at[top] < best * (d - at[top]):
            block = top + ((end - 1 - top) // BLOCK) * BLOCK
            while block >= top:
                last = min(block + BLOCK, end)
                t = slope - angle[last - 1]
                if t * t * at[block] < best * (d - at[block]):
                    best = _least_in_block(at, angle, block, last, slope, d, best)
                block -= BLOCK
        top -= SUPER
    return best


@jit()
def bullington_along(
    terrain: Heights,
    clutter: Heights,
    last: int,
    step_km: float,
    stride: int,
    bare: int,
    heights_m: tuple[float, float],
    bulge: float,
    longest_m: float,
    y: Heights,
    hull: Indices,
    record_at: Heights,
    record_angle: Heights,
    nu: Heights,
) -> None:
    """Fills ν √λ of Bullington's equivalent edge for paths to every `stride`-th sample, P.1812-8 (13)-(19).

    `bare` samples before the receiver are free of clutter; `heights_m` are both antennas above ground;
    `longest_m` is the longest wavelength asked for, below whose cut ν is not followed. Distances in km.
    """
    h_tx = terrain[0] + heights_m[0]
    hulled, records = 0, 0
    highest = LOWEST
    for n in range(1, last + 1):
        d = n * step_km
        # the sample that has just left the receiver's clearance joins the hull and the records
        m = n - 1 - bare
        if m >= 1:
            x = m * step_km
            y[m] = terrain[m] + clutter[m] - bulge * x * x
            a = (y[m] - h_tx) / x
            if a > highest:
                highest = a
                record_at[records], record_angle[records] = x, a
                records += 1
            hulled = push_hull(hull, hulled, y, m)
        if n % stride != 0:
            continue
        if n < 2:
            nu[n // stride] = LOWEST
            continue
        h_rx = terrain[n] + heights_m[1] - bulge * d * d
        slope = (h_rx - h_tx) / d
        first = max(1, n - bare)
        seen = highest
        for i in range(first, n):
            x = i * step_km
            seen = max(seen, (terrain[i] - bulge * x * x - h_tx) / x)
        limit = NO_LOSS_NU * NO_LOSS_NU * longest_m / (0.002 * d)
        if seen < slope:
            least = limit
            for i in range(first, n):
                x = i * step_km
                t = slope - (terrain[i] - bulge * x * x - h_tx) / x
                least = min(least, t * t * x / (d - x))
            if records > 0:
                least = least_clearance(record_at, record_angle, records, slope, d, least)
            nu[n // stride] = -sqrt(0.002 * d * least) if least < limit else LOWEST
            continue
        rise = LOWEST
        if hulled > 0:
            rise = tangent_slope(hull, hulled, y, n, h_rx)
        for i in range(first, n):
            x = i * step_km
            rise = max(rise, (terrain[i] - bulge * x * x - h_rx) / (n - i))
        rise /= step_km
        # (18), (19) written with the slopes above the line between the antennas
        x = (h_rx - h_tx + rise * d) / (seen + rise)
        nu[n // stride] = (seen - slope) * sqrt(0.002 * d * x / (d - x))


@jit()
def heights_along(
    terrain: Heights,
    last: int,
    step_km: float,
    stride: int,
    heights_m: tuple[float, float],
    hull: Indices,
    hte: Heights,
    hre: Heights,
) -> None:
    """Fills both antennas' heights above the smooth surface for diffraction, m (P.1812-8 (83)-(89))."""
    h_tx = terrain[0] + heights_m[0]
    hulled = 0
    seen = LOWEST
    v1 = v2 = 0.0
    for n in range(1, last + 1):
        d, before = n * step_km, (n - 1) * step_km
        v1 += step_km * (terrain[n] + terrain[n - 1])  # (83)
        v2 += step_km * (terrain[n] * (2.0 * d + before) + terrain[n - 1] * (d + 2.0 * before))  # (84)
        if n % stride == 0 and n >= 2:
            h_rx = terrain[n] + heights_m[1]
            slope = (h_rx - h_tx) / d
            hobs = alpha_obt = alpha_obr = -1.0
            if seen > slope:
                i = highest_above_slope(hull, hulled, terrain, slope * step_km)
                hobs = terrain[i] - h_tx - slope * i * step_km  # (87a)
                alpha_obt = seen - slope  # (87b)
                alpha_obr = tangent_slope(hull, hulled, terrain, n, h_rx) / step_km + slope  # (87c)
            hst, hsr = smooth_surface_heights(v1, v2, d)
            hst, hsr = diffraction_heights(hst, hsr, hobs, alpha_obt, alpha_obr, terrain[0], terrain[n])
            hte[n // stride] = h_tx - hst
            hre[n // stride] = h_rx - hsr
        seen = max(seen, (terrain[n] - h_tx) / d)
        hulled = push_hull(hull, hulled, terrain, n)


@jit(**INLINE)
def _smooth_optimum(d: float, bulge: float, high_m: float, low_m: float) -> float:
    # where ν over a smooth earth is highest on a line of sight: distance from the end with the higher antenna.
    # With s = x / (d − x), dν/dx = 0 reads M s (1 − s) + (high − low s) (1 + s)² = 0: one root above zero,
    # right of it the cubic is concave, so Newton's steps from a bound come down to it
    M = bulge * d * d
    half = 4.0 * high_m - M
    s = (half + sqrt(half * half + 16.0 * low_m * M)) / (8.0 * low_m)
    for _ in range(5):
        p = M * s * (1.0 - s) + (high_m - low_m * s) * (1.0 + s) * (1.0 + s)
        slope = M * (1.0 - 2.0 * s) + (1.0 + s) * (2.0 * (high_m - low_m * s) - low_m * (1.0 + s))
        s -= p / slope
    return d * s / (1.0 + s)


@jit(**INLINE)
def smooth_nu(n: float, step_km: float, bulge: float, lam_m: float, hte: float, hre: float) -> float:
    """ν of Bullington's edge over a smooth earth sampled at n equal steps: P.1812-8 §4.3.4 b).

    The same samples decide as in p526.smooth_bullington_loss_db, found without looking for them.
    """
    d = n * step_km
    last = n - 1.0
    i = max(1.0, min(floor(sqrt(hte / bulge) / step_km), last))
    x, further = i * step_km, min(i + 1.0, last) * step_km
    S_tim = max(bulge * (d - x) - hte / x, bulge * (d - further) - hte / further)
    i = max(1.0, min(floor((d - sqrt(hre / bulge)) / step_km), last))
    x, further = i * step_km, min(i + 1.0, last) * step_km
    S_rim = max(bulge * x - hre / (d - x), bulge * further - hre / (d - further))
    higher = hte >= hre
    best = _smooth_optimum(d, bulge, max(hte, hre), min(hte, hre))
    i = max(1.0, min(floor((best if higher else d - best) / step_km), last))
    x, further = i * step_km, min(i + 1.0, last) * step_km
    clear = max(nu_over_smooth(x, d, bulge, hte, hre), nu_over_smooth(further, d, bulge, hte, hre))
    blocked = bullington_point_nu(S_tim, S_rim, hte, hre, d, lam_m)
    return blocked if S_tim > (hre - hte) / d else clear * sqrt(0.002 * d / lam_m)


@jit(fastmath={"contract", "nsz", "arcp"})
def finish(
    nu: Heights,
    hte: Heights,
    hre: Heights,
    last: int,
    step_km: float,
    stride: int,
    earth_km: float,
    frequency_mhz: float,
    loss: NDArray[np.float32],
) -> None:
    """Fills the delta-Bullington loss of every `stride`-th sample, dB, P.1812-8 (37)-(39).

    One loop without calls or searches, so that the compiler works on several samples at a time.
    """
    lam_m = wavelength_m(frequency_mhz)
    f_ghz = frequency_mhz * 1e-3
    scale = 1.0 / sqrt(lam_m)
    bulge = 500.0 / earth_km
    loss[0] = 0.0
    if stride == 1:
        loss[1] = 0.0
    for k in range(2 if stride == 1 else 1, last // stride + 1):
        n = float(k * stride)
        d = n * step_km
        L_bulla = bullington_finish_db(nu[k] * scale, d)
        L_bulls = bullington_finish_db(smooth_nu(n, step_km, bulge, lam_m, hte[k], hre[k]), d)
        L_dsph = spherical_earth_loss_db(d, earth_km, f_ghz, lam_m, hte[k], hre[k], 0.0, True)
        loss[k] = L_bulla + max(L_dsph - L_bulls, 0.0)  # (39)


@jit(parallel=True)
def sweep(
    samples: Samples,
    cell_m: float,
    position: tuple[float, float],
    heights_m: tuple[float, float],
    radials: int,
    most: int,
    stride: int,
    clearance_m: float,
    earth_km: float,
    frequencies_mhz: Heights,
    loss: NDArray[np.float32],
    reach: Indices,
) -> None:
    """Diffraction loss from one mast in polar form: loss[f, radial, k] in dB at k · stride · cell_m.

    Radial r points to azimuth 2πr/radials; reach[r] is the last k that lies on known ground, −1 for none.
    """
    step_km = cell_m * 1e-3
    bare = max(0, int(np.ceil(clearance_m / cell_m - 1e-9)) - 1)
    bulge = 500.0 / earth_km
    longest_m = wavelength_m(frequencies_mhz.min())
    for chunk in prange(CHUNKS):
        size = most + 2
        terrain, clutter, y = np.empty(size), np.empty(size), np.empty(size)
        record_at, record_angle, nu = np.empty(size), np.empty(size), np.empty(size)
        hte, hre = np.empty(size), np.empty(size)
        hull = np.empty(size, np.int32)
        for r in range(chunk * radials // CHUNKS, (chunk + 1) * radials // CHUNKS):
            azimuth = 2.0 * pi * r / radials
            last = read_radial(samples, position[0], position[1], azimuth, most, terrain, clutter)
            for n in range(min(bare + 1, last + 1)):
                clutter[n] = 0.0
            bullington_along(
                terrain, clutter, last, step_km, stride, bare, heights_m, bulge, longest_m,
                y, hull, record_at, record_angle, nu,
            )  # fmt: skip
            heights_along(terrain, last, step_km, stride, heights_m, hull, hte, hre)
            for f in range(frequencies_mhz.size):
                finish(nu, hte, hre, last, step_km, stride, earth_km, frequencies_mhz[f], loss[f, r])
            reach[r] = last // stride if last >= 0 else -1
