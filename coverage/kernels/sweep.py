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
and looked at one by one. All of this is free of frequency, and the bands of a mast share it; the longest
wavelength decides where ν = −0.78 cuts and where the smooth earth is near enough to matter.
"""

from __future__ import annotations

from math import cos, floor, pi, sin, sqrt
from typing import Any, NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.profile import Samples, read_radial, samples_wanted
from phusong.coverage.propagation.elementary import INLINE
from phusong.coverage.propagation.p526 import (
    bullington_finish_db,
    bullington_point_nu,
    diffraction_heights,
    nu_over_smooth,
    smooth_clearance_share,
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

VECTOR: dict[str, Any] = {"fastmath": {"contract", "nsz", "arcp"}}


class Radial(NamedTuple):
    """Work arrays of one radial."""

    terrain: Heights
    clutter: Heights
    bare: Heights  # terrain less bulge
    top: Heights  # terrain and clutter less bulge
    angle: Heights  # (top − antenna) / distance
    hull: Indices
    record_at: Heights  # distance and elevation angle of the records
    record_angle: Heights
    inverse: Heights  # 1 / k
    nu: Heights  # ν √λ of Bullington's edge, by kept sample
    hst: Heights  # least-squares surface under both antennas, by kept sample
    hsr: Heights
    hte: Heights  # antenna heights above the smooth surface, by kept sample, then by `chosen`
    hre: Heights
    extra: Heights
    chosen: Indices  # kept samples for which the smooth earth matters


@jit()
def radial_arrays(size: int) -> Radial:
    """Work arrays for radials of up to `size` samples."""
    e = np.empty
    inverse = e(size + 1)
    inverse[0] = 0.0
    for k in range(1, size + 1):
        inverse[k] = 1.0 / k
    return Radial(
        e(size), e(size), e(size), e(size), e(size), e(size, np.int32), e(size), e(size), inverse,
        e(size), e(size), e(size), e(size), e(size), e(size), e(size, np.int32),
    )  # fmt: skip


@jit(**VECTOR)
def prepare(radial: Radial, last: int, step_km: float, bare_samples: int, h_tx: float, bulge: float) -> None:
    """Fills heights less bulge and elevation angles from terrain and clutter."""
    for n in range(min(bare_samples + 1, last + 1)):
        radial.clutter[n] = 0.0
    for n in range(1, last + 1):
        x = n * step_km
        radial.bare[n] = radial.terrain[n] - bulge * x * x
        radial.top[n] = radial.bare[n] + radial.clutter[n]
        radial.angle[n] = (radial.top[n] - h_tx) * radial.inverse[n] / step_km


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


@jit(**INLINE)
def _highest(y: Heights, first: int, last: int) -> int:
    peak = first
    for i in range(first + 1, last + 1):
        if y[i] > y[peak]:
            peak = i
    return peak


@jit()
def bullington_along(
    radial: Radial, last: int, step_km: float, stride: int, bare_samples: int, h_tx: float, receiver_m: float,
    longest_m: float,
) -> None:  # fmt: skip
    """Fills ν √λ of Bullington's equivalent edge for paths to every `stride`-th sample, P.1812-8 (13)-(19).

    `bare_samples` before the receiver are free of clutter; `longest_m` is the longest wavelength asked for,
    below whose cut ν is not followed. With a stride above 1 the one of each `stride` samples that the
    transmitter sees highest stands for them, but for those next to the receiver.
    """
    top, bare, inverse, hull = radial.top, radial.bare, radial.inverse, radial.hull
    per_km = 1.0 / step_km
    hulled = records = joined = 0
    highest = LOWEST
    for k in range(1, last // stride + 1):
        n = k * stride
        # groups of samples that have left the receiver's clearance join the hull and the records
        while joined + stride < n - bare_samples:
            peak = _highest(radial.angle, joined + 1, joined + stride)
            hulled = push_hull(hull, hulled, top, peak)
            if radial.angle[peak] > highest:
                highest = radial.angle[peak]
                radial.record_at[records], radial.record_angle[records] = peak * step_km, highest
                records += 1
            joined += stride
        if n < 2:
            radial.nu[k] = LOWEST
            continue
        d = n * step_km
        h_rx = bare[n] + receiver_m
        slope = (h_rx - h_tx) * inverse[n] * per_km
        first = joined + 1
        for i in range(max(first, n - bare_samples), n):
            top[i] = bare[i]
        seen = highest
        for i in range(first, n):
            seen = max(seen, (top[i] - h_tx) * inverse[i] * per_km)
        if seen < slope:
            limit = NO_LOSS_NU * NO_LOSS_NU * longest_m / (0.002 * d)
            least = limit
            for i in range(first, n):
                t = slope - (top[i] - h_tx) * inverse[i] * per_km
                least = min(least, t * t * i * inverse[n - i])
            if records > 0:
                least = least_clearance(radial.record_at, radial.record_angle, records, slope, d, least)
            radial.nu[k] = -sqrt(0.002 * d * least) if least < limit else LOWEST
        else:
            rise = tangent_slope(hull, hulled, top, n, h_rx) if hulled > 0 else LOWEST
            for i in range(first, n):
                rise = max(rise, (top[i] - h_rx) * inverse[n - i])
            rise *= per_km
            # (18), (19) written with the slopes above the line between the antennas
            x = (h_rx - h_tx + rise * d) / (seen + rise)
            radial.nu[k] = (seen - slope) * sqrt(0.002 * d * x / (d - x))
        for i in range(max(first, n - bare_samples), n):
            top[i] = bare[i] + radial.clutter[i]


@jit(**VECTOR)
def _smooth_heights(radial: Radial, last: int, stride: int, h_tx: float, receiver_m: float) -> None:
    # antenna heights over the least-squares surface if nothing stood in the way, (83)-(86), (89)
    terrain = radial.terrain
    v1 = v2 = 0.0
    k = 1
    due = stride
    for n in range(1, last + 1):
        v1 += terrain[n] + terrain[n - 1]  # (83), without its step
        v2 += terrain[n] * (3.0 * n - 1.0) + terrain[n - 1] * (3.0 * n - 2.0)  # (84), without its step²
        if n == due:
            radial.hst[k], radial.hsr[k] = v1, v2
            k += 1
            due += stride
    for j in range(1, k):
        n = j * stride
        h_n = terrain[n]
        hst, hsr = smooth_surface_heights(radial.hst[j], radial.hsr[j], float(n))  # (85), (86)
        radial.hst[j], radial.hsr[j] = hst, hsr
        radial.hte[j] = h_tx - min(hst, terrain[0])
        radial.hre[j] = h_n + receiver_m - min(hsr, h_n)


@jit(**VECTOR)
def _smooth_shares(
    radial: Radial, count: int, step_km: float, stride: int, earth_km: float, longest_m: float
) -> None:
    for k in range(1, count + 1):
        radial.extra[k] = smooth_clearance_share(
            k * stride * step_km, earth_km, longest_m, radial.hte[k], radial.hre[k]
        )


@jit()
def heights_along(
    radial: Radial, last: int, step_km: float, stride: int, h_tx: float, receiver_m: float, earth_km: float,
    longest_m: float,
) -> int:  # fmt: skip
    """Lists the kept samples for which the smooth earth matters, with both antennas' heights above the smooth
    surface for diffraction, m (P.1812-8 (83)-(89)); their number.

    An obstruction lowers the surface and raises the antennas, so where there is clearance without one there
    is with it, and it need not be looked for; it is sought among the kept samples.
    """
    _smooth_heights(radial, last, stride, h_tx, receiver_m)
    kept = last // stride
    _smooth_shares(radial, kept, step_km, stride, earth_km, longest_m)
    terrain, hull, inverse = radial.terrain, radial.hull, radial.inverse
    count = hulled = 0
    seen = LOWEST
    furthest = kept * stride
    while furthest > 0 and radial.extra[furthest // stride] <= 0.0:
        furthest -= stride
    for k in range(1, furthest // stride + 1):
        n = k * stride
        if n >= 2 and radial.extra[k] > 0.0:
            hte, hre = radial.hte[k], radial.hre[k]
            h_rx = terrain[n] + receiver_m
            slope = (h_rx - h_tx) * inverse[n]
            if seen > slope:
                i = highest_above_slope(hull, hulled, terrain, slope)
                hobs = terrain[i] - h_tx - slope * i
                back = tangent_slope(hull, hulled, terrain, n, h_rx)
                hst, hsr = diffraction_heights(
                    radial.hst[k], radial.hsr[k], hobs, seen - slope, back + slope, terrain[0], terrain[n]
                )  # (87), (88), (89)
                hte, hre = h_tx - hst, h_rx - hsr
            # the list is never ahead of k: its entries may overwrite those already read
            radial.hte[count], radial.hre[count], radial.chosen[count] = hte, hre, k
            count += 1
        seen = max(seen, (terrain[n] - h_tx) * inverse[n])
        hulled = push_hull(hull, hulled, terrain, n)
    return _with_smooth_earth(radial, count, step_km * stride, earth_km, longest_m)


@jit(**VECTOR)
def _with_smooth_earth(radial: Radial, count: int, kept_km: float, earth_km: float, longest_m: float) -> int:
    # the obstruction may have raised the antennas out of reach of the smooth earth
    for j in range(count):
        radial.extra[j] = smooth_clearance_share(
            radial.chosen[j] * kept_km, earth_km, longest_m, radial.hte[j], radial.hre[j]
        )
    left = 0
    for j in range(count):
        radial.hte[left], radial.hre[left] = radial.hte[j], radial.hre[j]
        radial.chosen[left] = radial.chosen[j]
        left += 1 if radial.extra[j] > 0.0 else 0
    return left


@jit(**INLINE)
def _smooth_optimum(d: float, bulge: float, high_m: float, low_m: float) -> float:
    # where ν over a smooth earth is highest on a line of sight: distance from the end with the higher mast.
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


@jit(**VECTOR)
def _bullington_losses(
    nu: Heights, kept: int, step_km: float, scale: float, loss: NDArray[np.float32]
) -> None:
    for k in range(1, kept + 1):
        loss[k] = bullington_finish_db(nu[k] * scale, k * step_km)


@jit(**VECTOR)
def _smooth_extras(
    radial: Radial, count: int, stride: int, step_km: float, earth_km: float, frequency_mhz: float
) -> None:
    lam_m = wavelength_m(frequency_mhz)
    bulge = 500.0 / earth_km
    f_ghz = frequency_mhz * 1e-3
    for j in range(count):
        n = float(radial.chosen[j] * stride)
        d, hte, hre = n * step_km, radial.hte[j], radial.hre[j]
        L_bulls = bullington_finish_db(smooth_nu(n, step_km, bulge, lam_m, hte, hre), d)
        L_dsph = spherical_earth_loss_db(d, earth_km, f_ghz, lam_m, hte, hre, 0.0, True)
        radial.extra[j] = max(L_dsph - L_bulls, 0.0)  # (39)


@jit()
def finish(
    radial: Radial, last: int, count: int, step_km: float, stride: int, earth_km: float, frequency_mhz: float,
    loss: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fills the delta-Bullington loss of every `stride`-th sample, dB, P.1812-8 (37)-(39).

    The loops are without calls and searches, so that the compiler works on several samples at a time.
    """
    loss[0] = 0.0
    scale = 1.0 / sqrt(wavelength_m(frequency_mhz))
    _bullington_losses(radial.nu, last // stride, step_km * stride, scale, loss)
    _smooth_extras(radial, count, stride, step_km, earth_km, frequency_mhz)
    for j in range(count):
        loss[radial.chosen[j]] += np.float32(radial.extra[j])


@jit(parallel=True)
def sweep(
    samples: Samples,
    holes: bool,
    cell_m: float,
    position: tuple[float, float],
    heights_m: tuple[float, float],
    most: int,
    stride: int,
    wanted: NDArray[np.uint8],
    output: tuple[float, float, float],
    clearance_m: float,
    earth_km: float,
    frequencies_mhz: Heights,
    loss: NDArray[np.float32],
    reach: Indices,
) -> None:
    """Diffraction loss from one mast in polar form: loss[f, radial, k] in dB at k · stride · cell_m.

    Radial r points to azimuth 2πr/radials; reach[r] is the last k that lies on known ground and is asked for,
    −1 for none. `heights_m` are both antennas above ground; `holes` says that some of the ground has no
    height. `wanted` says which cells of the output grid are asked for; `output` is the mast's position in it
    and the ground's cell in its own.
    """
    step_km = cell_m * 1e-3
    bare = max(0, int(np.ceil(clearance_m / cell_m - 1e-9)) - 1)
    bulge = 500.0 / earth_km
    longest_m = wavelength_m(frequencies_mhz.min())
    radials = reach.size
    for chunk in prange(CHUNKS):
        radial = radial_arrays(most + 2)
        for r in range(chunk * radials // CHUNKS, (chunk + 1) * radials // CHUNKS):
            azimuth = 2.0 * pi * r / radials
            asked = samples_wanted(wanted, output, sin(azimuth), -cos(azimuth), most, stride)
            last = read_radial(
                samples, position[0], position[1], azimuth, asked, holes,
                radial.terrain, radial.clutter,
            )  # fmt: skip
            reach[r] = last // stride if last >= 0 else -1
            if last < 1:
                loss[:, r, 0] = 0.0
                continue
            h_tx = radial.terrain[0] + heights_m[0]
            prepare(radial, last, step_km, bare, h_tx, bulge)
            bullington_along(radial, last, step_km, stride, bare, h_tx, heights_m[1], longest_m)
            count = heights_along(radial, last, step_km, stride, h_tx, heights_m[1], earth_km, longest_m)
            for f in range(frequencies_mhz.size):
                finish(radial, last, count, step_km, stride, earth_km, frequencies_mhz[f], loss[f, r])
