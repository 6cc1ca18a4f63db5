"""One radial of a sweep: its work arrays, and what runs along it in a single pass.

Everything is counted in samples: sample n lies n steps from the mast, and slopes are metres a step.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.hull import Hull, hull_arrays
from phusong.coverage.kernels.vectors import VECTOR, Heights, Indices

LOWEST = -1e30


class Radial(NamedTuple):
    """Work arrays of one radial; the first entry of each belongs to the mast."""

    terrain: Heights
    clutter: Heights
    bare: Heights  # terrain less bulge
    top: Heights  # terrain and clutter less bulge
    angle: Heights  # (top − antenna) / n
    highest: Heights  # greatest angle up to n
    record_at: Heights  # where the angle rises above all before, and to what
    record_angle: Heights
    recorded: Indices  # records up to n
    cut: Heights  # the same of bare terrain with no earth below it, up to n − 1, and the sample that has it
    cut_at: Heights
    v1: Heights  # sums of the smooth-earth fit up to n, in steps
    v2: Heights
    seen: Heights  # the mast's horizon slope for a path to n
    rise: Heights  # the receiver's, and its sample where that is asked for
    where: Indices
    hull: Hull
    inverse: Heights  # 1 / n
    h_rx: Heights  # the receiver's antenna, less bulge, and the slope to it from the mast's
    slope: Heights
    paths: Indices  # samples to which paths are looked at
    nu: Heights  # ν √λ of Bullington's edge, by sample, then by kept sample
    hte: Heights  # antenna heights above the smooth surface, by sample, then by `chosen`
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
    whole = np.int32
    return Radial(
        e(size), e(size), e(size), e(size), e(size), e(size), e(size), e(size), e(size, whole), e(size),
        e(size), e(size), e(size), e(size), e(size), e(size, whole), hull_arrays(size), inverse, e(size),
        e(size), e(size, whole), e(size), e(size), e(size), e(size), e(size, whole),
    )  # fmt: skip


@jit(**VECTOR)
def prepare(
    radial: Radial, last: int, step_km: float, bare_samples: int, h_tx: float, receiver_m: float, bulge: float
) -> None:
    """Fills heights less bulge and elevation angles from terrain and clutter."""
    terrain, clutter, bare, top = radial.terrain, radial.clutter, radial.bare, radial.top
    for n in range(min(bare_samples + 1, last + 1)):
        clutter[n] = 0.0
    fall = bulge * step_km * step_km
    for n in range(1, last + 1):
        bare[n] = terrain[n] - fall * (n * n)
        top[n] = bare[n] + clutter[n]
    angle, inverse, h_rx, slope = radial.angle, radial.inverse, radial.h_rx, radial.slope
    for n in range(1, last + 1):
        angle[n] = (top[n] - h_tx) * inverse[n]
    for n in range(1, last + 1):
        h_rx[n] = bare[n] + receiver_m
        slope[n] = (h_rx[n] - h_tx) * inverse[n]


@jit()
def run_along(radial: Radial, last: int, h_tx: float) -> None:
    """Fills what depends on all samples so far: highest angles, records, sums of the smooth-earth fit.

    The sums are P.1812-8 (83), (84) without their steps.
    """
    terrain, angle, inverse = radial.terrain, radial.angle, radial.inverse
    highest, before = LOWEST, terrain[0]
    cut, cut_at = LOWEST, 0.0
    v1 = v2 = 0.0
    records = 0
    radial.highest[0], radial.recorded[0] = LOWEST, 0
    for n in range(1, last + 1):
        a, h = angle[n], terrain[n]
        # written in any case, counted only if it is one
        radial.record_at[records], radial.record_angle[records] = n, a
        records += a > highest
        highest = max(highest, a)
        radial.highest[n], radial.recorded[n] = highest, records
        v1 += h + before  # (83)
        v2 += h * (3.0 * n - 1.0) + before * (3.0 * n - 2.0)  # (84)
        radial.v1[n], radial.v2[n] = v1, v2
        radial.cut[n], radial.cut_at[n] = cut, cut_at
        a = (h - h_tx) * inverse[n]
        cut_at = n if a > cut else cut_at
        cut = max(cut, a)
        before = h
