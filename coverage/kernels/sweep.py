"""The radial sweep: diffraction from one mast to every sample of every radial.

With the earth's bulge folded into the heights, y = g − 500 C_e x², what P.1812-8 §4.3 asks of the profile to
sample n follows from what is kept of samples 1 … n − 1:

- the transmitter's horizon slope is a running maximum of the elevation angle seen from its antenna;
- the receiver's is the steepest line back to the profile;
- on a line of sight ν is highest where (s − a)² x/(d − x) is lowest, a being a sample's elevation angle and s
  the receiver's;
- the sums of the smooth-earth fit run along, and its obstruction is the highest sample above the line of sight.

The extremes are found in blocks of samples. A block's highest sample bounds all of it, and only blocks whose
bound beats the best found so far are opened: usually the last one or two before the receiver. Comparing bounds
is one vector loop, so that hills and plains cost the same. (Two convex hulls find the same in fewer steps; each
step waits for a mispredicted branch, and on a plain every sample is on the hull.)

Samples within the terminal clearance of the receiver carry no clutter, so they are looked at one by one. All
of this is free of frequency, and the bands of a mast share it; the longest wavelength decides where ν = −0.78
cuts and where the smooth earth is near enough to matter.
"""

from __future__ import annotations

from math import floor, pi, sqrt
from typing import Any, NamedTuple

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
BLOCK = 16  # samples with one bound

# searches for extremes may look at several samples at a time: there is no NaN, and no sum to reorder
SEARCH: dict[str, Any] = {"fastmath": {"nnan", "nsz", "contract"}, "forceinline": True}
VECTOR: dict[str, Any] = {"fastmath": {"contract", "nsz", "arcp"}}


class Radial(NamedTuple):
    """Work arrays of one radial; the first sample is at the mast and belongs to no block's maximum."""

    terrain: Heights
    clutter: Heights
    bare: Heights  # terrain less bulge
    top: Heights  # terrain and clutter less bulge
    angle: Heights  # (top − antenna) / distance
    seen: Heights  # highest angle so far
    seen_bare: Heights  # the same of terrain without bulge
    block_top: Heights
    block_angle: Heights
    block_terrain: Heights
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
    blocks = size // BLOCK + 1
    return Radial(
        e(size), e(size), e(size), e(size), e(size), e(size), e(size), e(blocks), e(blocks), e(blocks),
        inverse, e(size), e(size), e(size), e(size), e(size), e(size), e(size, np.int32),
    )  # fmt: skip


@jit(**VECTOR)
def prepare(radial: Radial, last: int, step_km: float, bare_samples: int, h_tx: float, bulge: float) -> None:
    """Fills heights less bulge, angles, running maxima and block maxima from terrain and clutter."""
    for n in range(min(bare_samples + 1, last + 1)):
        radial.clutter[n] = 0.0
    for n in range(1, last + 1):
        x = n * step_km
        radial.bare[n] = radial.terrain[n] - bulge * x * x
        radial.top[n] = radial.bare[n] + radial.clutter[n]
        radial.angle[n] = (radial.top[n] - h_tx) * radial.inverse[n] / step_km
        radial.seen_bare[n] = (radial.terrain[n] - h_tx) * radial.inverse[n] / step_km
    radial.top[0] = radial.bare[0] = radial.angle[0] = radial.seen[0] = radial.seen_bare[0] = LOWEST
    highest = bare_highest = LOWEST
    for n in range(1, last + 1):
        highest = max(highest, radial.angle[n])
        bare_highest = max(bare_highest, radial.seen_bare[n])
        radial.seen[n], radial.seen_bare[n] = highest, bare_highest
    for b in range(last // BLOCK + 1):
        top = angle = terrain = LOWEST
        for n in range(max(1, b * BLOCK), min((b + 1) * BLOCK, last + 1)):
            top, angle = max(top, radial.top[n]), max(angle, radial.angle[n])
            terrain = max(terrain, radial.terrain[n])
        radial.block_top[b], radial.block_angle[b], radial.block_terrain[b] = top, angle, terrain


@jit(**SEARCH)
def _steepest_in(y: Heights, inverse: Heights, first: int, end: int, n: int, height_m: float, best: float) -> float:
    for i in range(first, end):
        best = max(best, (y[i] - height_m) * inverse[n - i])
    return best


@jit(**SEARCH)
def steepest_back(
    y: Heights, block: Heights, inverse: Heights, end: int, n: int, height_m: float, best: float
) -> float:
    """Steepest rise from (n, height) back to samples 1 … end − 1, m per sample, or `best` if that is more."""
    whole = max(0, end // BLOCK - 1)  # the last one or two blocks are looked at sample by sample
    best = _steepest_in(y, inverse, max(1, whole * BLOCK), end, n, height_m, best)
    # a rise is bounded at a block's near end, a fall at its far one
    corner = n - BLOCK + 1 if best >= 0.0 else n
    better = 0
    for b in range(whole):
        better += 1 if block[b] - height_m > best * (corner - b * BLOCK) else 0
    if better > 0:
        for b in range(whole - 1, -1, -1):
            corner = n - BLOCK + 1 if best >= 0.0 else n
            if block[b] - height_m > best * (corner - b * BLOCK):
                best = _steepest_in(y, inverse, max(1, b * BLOCK), (b + 1) * BLOCK, n, height_m, best)
    return best


@jit(**SEARCH)
def highest_above(y: Heights, block: Heights, end: int, slope: float) -> float:
    """Greatest y − slope · i over samples 1 … end − 1, slope in m per sample."""
    whole = end // BLOCK
    best = LOWEST
    for i in range(max(1, whole * BLOCK), end):
        best = max(best, y[i] - slope * i)
    corner = 0 if slope > 0.0 else BLOCK - 1
    for b in range(whole - 1, -1, -1):
        if block[b] - slope * (b * BLOCK + corner) > best:
            for i in range(max(1, b * BLOCK), (b + 1) * BLOCK):
                best = max(best, y[i] - slope * i)
    return best


@jit(**SEARCH)
def _clearance_in(
    angle: Heights, inverse: Heights, first: int, end: int, n: int, slope: float, least: float
) -> float:
    for i in range(first, end):
        t = slope - angle[i]
        least = min(least, t * t * i * inverse[n - i])
    return least


@jit(**SEARCH)
def least_clearance(
    angle: Heights, block: Heights, inverse: Heights, end: int, n: int, slope: float, least: float, likely: int
) -> tuple[float, int]:
    """Smallest (slope − a)² x/(d − x) over samples 1 … end − 1 if below `least`, and the block it is in.

    `slope` is above every angle; the block `likely` is opened first, for what bounds the most.
    """
    whole = max(0, end // BLOCK - 1)
    least = _clearance_in(angle, inverse, max(1, whole * BLOCK), end, n, slope, least)
    if likely < whole:
        least = _clearance_in(
            angle, inverse, max(1, likely * BLOCK), (likely + 1) * BLOCK, n, slope, least
        )
    better = 0
    for b in range(whole):
        t = slope - block[b]
        better += 1 if t * t * (b * BLOCK) < least * (n - b * BLOCK) else 0
    if better > 0:
        for b in range(whole - 1, -1, -1):
            t = slope - block[b]
            if b != likely and t * t * (b * BLOCK) < least * (n - b * BLOCK):
                found = _clearance_in(angle, inverse, max(1, b * BLOCK), (b + 1) * BLOCK, n, slope, least)
                if found < least:
                    least, likely = found, b
    return least, likely


@jit()
def bullington_along(
    radial: Radial, last: int, step_km: float, stride: int, bare_samples: int, h_tx: float, receiver_m: float,
    longest_m: float,
) -> None:  # fmt: skip
    """Fills ν √λ of Bullington's equivalent edge for paths to every `stride`-th sample, P.1812-8 (13)-(19).

    `bare_samples` before the receiver are free of clutter; `longest_m` is the longest wavelength asked for,
    below whose cut ν is not followed.
    """
    likely = 0
    for k in range(1, last // stride + 1):
        n = k * stride
        if n < 2:
            radial.nu[k] = LOWEST
            continue
        d = n * step_km
        h_rx = radial.bare[n] + receiver_m
        slope = (h_rx - h_tx) * radial.inverse[n] / step_km
        end = max(1, n - bare_samples)
        seen = radial.seen[end - 1]
        for i in range(end, n):
            seen = max(seen, (radial.bare[i] - h_tx) * radial.inverse[i] / step_km)
        if seen < slope:
            limit = NO_LOSS_NU * NO_LOSS_NU * longest_m / (0.002 * d)
            least = limit
            for i in range(end, n):
                t = slope - (radial.bare[i] - h_tx) * radial.inverse[i] / step_km
                least = min(least, t * t * i * radial.inverse[n - i])
            least, likely = least_clearance(
                radial.angle, radial.block_angle, radial.inverse, end, n, slope, least, likely
            )
            radial.nu[k] = -sqrt(0.002 * d * least) if least < limit else LOWEST
            continue
        rise = LOWEST
        for i in range(end, n):
            rise = max(rise, (radial.bare[i] - h_rx) * radial.inverse[n - i])
        rise = steepest_back(radial.top, radial.block_top, radial.inverse, end, n, h_rx, rise) / step_km
        # (18), (19) written with the slopes above the line between the antennas
        x = (h_rx - h_tx + rise * d) / (seen + rise)
        radial.nu[k] = (seen - slope) * sqrt(0.002 * d * x / (d - x))


@jit(**VECTOR)
def _smooth_heights(radial: Radial, last: int, step_km: float, stride: int, h_tx: float, receiver_m: float) -> None:
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
    is with it, and it need not be looked for.
    """
    _smooth_heights(radial, last, step_km, stride, h_tx, receiver_m)
    kept = last // stride
    _smooth_shares(radial, kept, step_km, stride, earth_km, longest_m)
    terrain = radial.terrain
    count = 0
    for k in range(1, kept + 1):
        n = k * stride
        if radial.extra[k] <= 0.0 or n < 2:
            continue
        hte, hre = radial.hte[k], radial.hre[k]
        h_rx = terrain[n] + receiver_m
        slope = (h_rx - h_tx) * radial.inverse[n]
        seen = radial.seen_bare[n - 1] * step_km
        if seen > slope:
            hobs = highest_above(terrain, radial.block_terrain, n, slope) - h_tx  # (87a)
            back = steepest_back(terrain, radial.block_terrain, radial.inverse, n, n, h_rx, LOWEST)
            hst, hsr = diffraction_heights(
                radial.hst[k], radial.hsr[k], hobs, seen - slope, back + slope, terrain[0], terrain[n]
            )  # (87b), (87c), (88), (89)
            hte, hre = h_tx - hst, h_rx - hsr
            if smooth_clearance_share(n * step_km, earth_km, longest_m, hte, hre) <= 0.0:
                continue
        # the list is never ahead of k: its entries may overwrite those already read
        radial.hte[count], radial.hre[count], radial.chosen[count] = hte, hre, k
        count += 1
    return count


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
    `heights_m` are both antennas above ground; `holes` says that some of the ground has no height.
    """
    step_km = cell_m * 1e-3
    bare = max(0, int(np.ceil(clearance_m / cell_m - 1e-9)) - 1)
    bulge = 500.0 / earth_km
    longest_m = wavelength_m(frequencies_mhz.min())
    for chunk in prange(CHUNKS):
        radial = radial_arrays(most + 2)
        for r in range(chunk * radials // CHUNKS, (chunk + 1) * radials // CHUNKS):
            last = read_radial(
                samples, position[0], position[1], 2.0 * pi * r / radials, most, holes,
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
