"""Bullington's equivalent edge along a radial, P.1812-8 §4.3.1: its ν from horizon slopes kept along the way.

With the earth's bulge folded into the heights, the mast's horizon slope α is a running maximum and the
receiver's β a tangent to the upper hull of the profile. Over the line between the antennas, of slope s, the
edge at which both horizons meet, (18), has by (19)

    ν² = 0.002 d / λ · (α − s) (β + s).

Samples within the terminal clearance of the receiver carry no clutter: they are looked at one by one.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.hull import NEAR, grow, raise_to_tangents
from phusong.coverage.kernels.radial import LOWEST, Radial
from phusong.coverage.kernels.sight import least_clearance
from phusong.coverage.kernels.vectors import VECTOR, Heights
from phusong.coverage.propagation.p526 import bullington_finish_db

NO_LOSS_NU = -0.78  # J(ν) is zero from here down, P.1812-8 (12)


@jit(**VECTOR)
def _steepest(rise: Heights, near: Heights, h_rx: Heights, share: float) -> None:
    for k in range(rise.size):
        rise[k] = max(rise[k], (near[k] - h_rx[k]) * share)


@jit(**VECTOR)
def _greatest(seen: Heights, near: Heights, h_tx: float, inverse: Heights) -> None:
    for k in range(seen.size):
        seen[k] = max(seen[k], (near[k] - h_tx) * inverse[k])


@jit()
def _near_slopes(radial: Radial, last: int, bare_samples: int, h_tx: float) -> None:
    # the mast's horizon of every path, and the receiver's over the samples just before it
    bare, top, inverse, h_rx = radial.bare, radial.top, radial.inverse, radial.h_rx
    radial.rise[: last + 1] = LOWEST
    radial.seen[: min(bare_samples, last) + 1] = LOWEST
    if last > bare_samples:
        radial.seen[bare_samples + 1 : last + 1] = radial.highest[: last - bare_samples]
    for lag in range(1, min(bare_samples + NEAR, last - 1) + 1):
        near = (bare if lag <= bare_samples else top)[1 : last + 1 - lag]
        _steepest(radial.rise[lag + 1 : last + 1], near, h_rx[lag + 1 : last + 1], inverse[lag])
        if lag <= bare_samples:
            _greatest(radial.seen[lag + 1 : last + 1], near, h_tx, inverse[1 : last + 1 - lag])


@jit()
def _far_slopes(radial: Radial, last: int, stride: int, bare_samples: int) -> None:
    # the receiver's horizon over all that lies further back
    grow(radial.hull, radial.top, last)
    kept = last // stride
    for k in range(kept):
        radial.paths[k] = (k + 1) * stride
    raise_to_tangents(
        radial.hull, radial.top, radial.inverse, radial.paths, kept, bare_samples + NEAR + 1, radial.h_rx,
        radial.rise, radial.where,
    )  # fmt: skip


@jit(**VECTOR)
def _blocked(radial: Radial, last: int, scale: float) -> None:
    # ν √λ of every path as if it were blocked
    slope, seen, rise, nu = radial.slope, radial.seen, radial.rise, radial.nu
    for n in range(1, last + 1):
        nu[n] = sqrt(max(scale * n * (seen[n] - slope[n]) * (rise[n] + slope[n]), 0.0))  # (18), (19)


@jit()
def _clear(radial: Radial, last: int, stride: int) -> int:
    # moves ν √λ to the kept samples and lists those in sight; their number
    slope, seen, nu, clear = radial.slope, radial.seen, radial.nu, radial.chosen
    count = 0
    for k in range(1, last // stride + 1):
        n = k * stride
        nu[k] = nu[n]
        clear[count] = k
        count += seen[n] < slope[n]
    return count


@jit()
def _in_sight(
    radial: Radial, count: int, stride: int, bare_samples: int, scale: float, h_tx: float, longest_m: float
) -> None:
    bare, inverse, slopes, nu, clear = radial.bare, radial.inverse, radial.slope, radial.nu, radial.chosen
    at, angle, recorded = radial.record_at, radial.record_angle, radial.recorded
    for j in range(count):
        k = clear[j]
        n = k * stride
        if n < 2:
            nu[k] = LOWEST
            continue
        slope = slopes[n]
        limit = NO_LOSS_NU * NO_LOSS_NU * longest_m / (scale * n)
        least = limit
        for i in range(max(1, n - bare_samples), n):
            t = slope - (bare[i] - h_tx) * inverse[i]
            least = min(least, t * t * i * inverse[n - i])
        joined = recorded[max(0, n - 1 - bare_samples)]
        if joined > 0:
            least = least_clearance(at, angle, joined, slope, float(n), least)
        nu[k] = -sqrt(scale * n * least) if least < limit else LOWEST  # (15)


@jit()
def bullington_along(
    radial: Radial, last: int, step_km: float, stride: int, bare_samples: int, h_tx: float, longest_m: float
) -> None:
    """Fills ν √λ of Bullington's equivalent edge for paths to every `stride`-th sample, P.1812-8 (13)-(19).

    `bare_samples` before the receiver are free of clutter; `longest_m` is the longest wavelength asked for,
    below whose cut ν is not followed.
    """
    _near_slopes(radial, last, bare_samples, h_tx)
    _far_slopes(radial, last, stride, bare_samples)
    scale = 0.002 / step_km  # of 0.002 d with slopes in m a sample
    _blocked(radial, last, scale)
    count = _clear(radial, last, stride)
    _in_sight(radial, count, stride, bare_samples, scale, h_tx, longest_m)


@jit(**VECTOR)
def bullington_losses(
    nu: Heights, kept: int, step_km: float, scale: float, loss: NDArray[np.float32]
) -> None:
    """Fills Bullington's loss of `kept` paths, one a `step_km`, dB; ν is `scale` times `nu`."""
    for k in range(1, kept + 1):
        loss[k] = bullington_finish_db(nu[k] * scale, k * step_km)
