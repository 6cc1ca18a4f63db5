"""What P.1812-8 has beside diffraction, along a radial at 50 % of time: troposcatter and ducting, §4.4-4.6.

Both need the horizons of bare terrain, angles and distances, which come from the same tangents as diffraction.
Ducting asks for the terrain's roughness between the horizons too, the one quantity that cannot be carried
along: smoother ground ducts better, so a roughness of nothing bounds the effect, and the ground between the
horizons is only looked at where that bound is above `WORTH_DB`.

A path that bare terrain does not cut has an angular distance of 0, where F_j leaves ducting 0.8 % of what it
would take off; that is left out. It is below 0.5 % of the diffraction loss within 20 km.
"""

from __future__ import annotations

from math import atan, inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.hull import NEAR, grow, raise_to_tangents
from phusong.coverage.kernels.radial import LOWEST, Radial
from phusong.coverage.kernels.vectors import Heights
from phusong.coverage.propagation import p1812_parts
from phusong.coverage.propagation.p525 import free_space_loss_db
from phusong.coverage.propagation.p526 import smooth_surface_heights
from phusong.coverage.propagation.p1812_parts import Climate
from phusong.coverage.propagation.p1812_path import Horizons, time_percentage_beta0

MEDIAN = 50.0  # % of time; β₀ is below it at every latitude, so F_i = 0
WORTH_DB = 0.05
NO_SCATTER_DB = 17.0  # so far above another loss, troposcatter takes off 0.001 dB
ROUNDED_DB = 92.4 - free_space_loss_db(1.0, 1000.0)  # P.1812-8 (8) against P.525's constant


@jit()
def horizons_along(radial: Radial, last: int, stride: int, h_tx: float, receiver_m: float) -> None:
    """Fills both ends' horizons over bare terrain for paths to every `stride`-th sample, P.1812-8 (76)-(81).

    `seen` and `cut_at` are the mast's slope (with the bulge below it, m a sample) and its sample; `rise` and
    `where` the receiver's, for paths whose line of sight the ground cuts.
    """
    bare, inverse, h_rx, slope = radial.bare, radial.inverse, radial.h_rx, radial.slope
    seen, seen_at, rise, where, paths = radial.seen, radial.cut_at, radial.rise, radial.where, radial.paths
    highest, at = LOWEST, 0
    for n in range(1, last + 1):
        h_rx[n] = bare[n] + receiver_m
        slope[n] = (h_rx[n] - h_tx) * inverse[n]
        seen[n], seen_at[n] = highest, at
        angle = (bare[n] - h_tx) * inverse[n]
        if angle > highest:
            highest, at = angle, n
    count = 0
    for n in range(stride, last + 1, stride):
        if seen[n] <= slope[n]:
            continue
        paths[count] = n
        count += 1
        steepest, k = LOWEST, 0
        for i in range(max(1, n - NEAR), n):
            tilt = (bare[i] - h_rx[n]) * inverse[n - i]
            if tilt >= steepest:
                steepest, k = tilt, i
        rise[n], where[n] = steepest, k
    grow(radial.hull, bare, last)
    raise_to_tangents(radial.hull, bare, inverse, paths, count, NEAR + 1, h_rx, rise, where)


class Ends(NamedTuple):
    """One path's horizons and smooth surface: samples, m a sample with the bulge below it, m."""

    n: int
    lt: int
    lr: int
    slope_t: float
    slope_r: float
    hst: float
    hsr: float
    hts: float
    hrs: float


@jit()
def _roughness_m(terrain: Heights, ends: Ends) -> float:
    # highest terrain above the smooth surface between the horizons, (91), (93)
    m = (ends.hsr - ends.hst) / ends.n
    hm = LOWEST
    for i in range(ends.lt, ends.lr + 1):
        hm = max(hm, terrain[i] - (ends.hst + m * i))
    return hm


@jit()
def _horizons(ends: Ends, step_km: float, ae: float, hm: float) -> Horizons:
    per_km, d = 1.0 / step_km, ends.n * step_km
    theta_t = 1000.0 * atan(1e-3 * ends.slope_t * per_km)
    # seen from the receiver the bulge falls by 500 / a_e (d − x), not by what was folded into the heights
    theta_r = 1000.0 * atan(1e-3 * (ends.slope_r * per_km - 1000.0 / ae * d))
    hst, hsr = ends.hst, ends.hsr
    return Horizons(
        ends.lt * step_km, (ends.n - ends.lr) * step_km, theta_t, theta_r,
        1000.0 * d / ae + theta_t + theta_r, hst, hsr, hst, hsr, hst, hsr, ends.hts - hst, ends.hrs - hsr, hm,
    )  # fmt: skip


@jit()
def _with_ducting_db(
    terrain: Heights, ends: Ends, step_km: float, ae: float, air: tuple[float, float, float], f: float,
    Lb0p: float, Lbd: float,
) -> tuple[float, float]:  # fmt: skip
    # loss without troposcatter of a path that the ground cuts, dB, and its angular distance in mrad
    d = ends.n * step_km
    path = _horizons(ends, step_km, ae, 0.0)
    climate = Climate(air[0], air[1], 0.0, 0.0, d, 500.0, 500.0)
    coupling_db = p1812_parts.ducting_coupling_db(f, d, ends.hts, ends.hrs, ae, path, climate)
    if coupling_db >= Lbd:  # and the rest only adds to it: (61) takes diffraction
        return Lbd, path.theta
    climate = Climate(air[0], air[1], time_percentage_beta0(air[2], d, d), 0.0, d, 500.0, 500.0)
    loss_db = Lbd
    for turn in range(2):
        Lba = coupling_db + p1812_parts.ducting_in_time_db(d, MEDIAN, ae, path, climate)
        loss_db = p1812_parts.combined_db(Lbd, Lb0p, Lbd, Lba, inf, path.theta, d).Lbc
        if turn == 1 or Lbd - loss_db < WORTH_DB:
            break
        path = _horizons(ends, step_km, ae, _roughness_m(terrain, ends))
    return loss_db, path.theta


@jit()
def add_clear_air(
    radial: Radial, last: int, stride: int, step_km: float, h_tx: float, receiver_m: float, ae: float,
    air: tuple[float, float, float], frequency_mhz: float, loss: NDArray[np.float32],
) -> None:  # fmt: skip
    """Turns diffraction loss into the median loss beyond free space of P.1812-8 (57)-(63), (69), dB, in place.

    `air` is (ΔN, N_0, latitude in degrees); the horizons must be filled, and the path be inland.
    """
    terrain, seen, slope, v1, v2 = radial.terrain, radial.seen, radial.slope, radial.v1, radial.v2
    seen_at, rise, where = radial.cut_at, radial.rise, radial.where
    f = 1e-3 * frequency_mhz
    # troposcatter's loss over free space without an angle: the same at every distance
    over_free_db = p1812_parts.troposcatter_db(f, 1.0, 0.0, air[1], MEDIAN) - p1812_parts.free_space_db(
        f, 1.0, 0.0, 0.0
    )
    for k in range(1, last // stride + 1):
        n = k * stride
        d = n * step_km
        L_d = float(loss[k])
        worth = (1.0 - p1812_parts.distance_interpolation(d)) * L_d >= WORTH_DB
        near = over_free_db - L_d < NO_SCATTER_DB
        if n < 2 or not (worth or near):
            loss[k] += np.float32(ROUNDED_DB)
            continue
        Lb0p = p1812_parts.free_space_db(f, d, h_tx, terrain[n] + receiver_m)
        Lbam, theta = Lb0p + L_d, 0.0
        if worth and seen[n] > slope[n]:
            hst, hsr = smooth_surface_heights(v1[n], v2[n], float(n))
            ends = Ends(
                n, int(seen_at[n]), int(where[n]), seen[n], rise[n], min(hst, terrain[0]),
                min(hsr, terrain[n]), h_tx, terrain[n] + receiver_m,
            )  # fmt: skip
            Lbam, theta = _with_ducting_db(terrain, ends, step_km, ae, air, f, Lb0p, Lb0p + L_d)  # (57)-(62)
        Lbs = p1812_parts.troposcatter_db(f, d, theta, air[1], MEDIAN)
        Lbc = p1812_parts.parallel_db(Lbs, Lbam)  # (63)
        loss[k] = np.float32(max(Lb0p, Lbc) - Lb0p + ROUNDED_DB)  # (69)
