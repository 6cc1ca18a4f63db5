"""The radial sweep: diffraction from one mast to every sample of every radial, in amortised O(log n) each.

With the earth's bulge folded into the heights, y = g − 500 C_e x², what P.1812-8 §4.3 asks of a profile to
sample n follows from what was kept for the samples before it: running maxima and sums (`radial`), tangents to
a hull (`hull`, `bullington`), records of the elevation angle (`sight`), and the smooth earth where it matters
(`smooth_earth`). All of this is free of frequency, and the bands of a mast share it; the longest wavelength
decides where ν = −0.78 cuts and where the smooth earth is near enough to matter.

The loops that do most of the work are without calls and searches, so that the compiler works on several
samples at a time.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.bullington import bullington_along, bullington_losses
from phusong.coverage.kernels.clear_air import add_clear_air, horizons_along
from phusong.coverage.kernels.profile import Samples, read_radial
from phusong.coverage.kernels.radial import Radial, prepare, radial_arrays, run_along
from phusong.coverage.kernels.smooth_earth import heights_along, near_products, smooth_extras
from phusong.coverage.kernels.vectors import Heights, Indices
from phusong.coverage.propagation.p526 import wavelength_m

CHUNKS = 64  # radials are dealt out in this many parts, whatever the number of workers


@jit()
def finish(
    radial: Radial, last: int, count: int, step_km: float, stride: int, earth_km: float, frequency_mhz: float,
    loss: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fills the delta-Bullington loss of every `stride`-th sample, dB, P.1812-8 (37)-(39)."""
    loss[0] = 0.0
    scale = 1.0 / sqrt(wavelength_m(frequency_mhz))
    bullington_losses(radial.nu, last // stride, step_km * stride, scale, loss)
    smooth_extras(radial, count, stride, step_km, earth_km, frequency_mhz)
    for j in range(count):
        loss[radial.chosen[j]] += np.float32(radial.extra[j])


@jit(parallel=True)
def sweep(
    samples: Samples,
    holes: bool,
    cell_m: float,
    position: tuple[float, float],
    heights_m: tuple[float, float],
    ends: Indices,
    stride: int,
    clearance_m: float,
    earth_km: float,
    frequencies_mhz: Heights,
    air: tuple[float, float, float] | None,
    loss: NDArray[np.float32],
    reach: Indices,
) -> None:
    """Diffraction loss from one mast in polar form: loss[f, radial, k] in dB at k · stride · cell_m.

    Radial r points to azimuth 2πr/radials and is followed to sample `ends[r]` of the ground's cells; reach[r]
    is the last k up to there that lies on known ground, −1 for none. `heights_m` are both antennas above
    ground; `holes` says that some of the ground has no height. With `air`, (ΔN, N_0, latitude in degrees), it
    is the median loss beyond free space of all of P.1812-8, troposcatter and ducting too.
    """
    step_km = cell_m * 1e-3
    bare = max(0, int(np.ceil(clearance_m / cell_m - 1e-9)) - 1)
    bulge = 500.0 / earth_km
    longest_m = wavelength_m(frequencies_mhz.min())
    radials, most = reach.size, ends.max()
    for chunk in prange(CHUNKS):
        radial = radial_arrays(most + 2)
        products = np.empty(most + 2)
        near_products(products, step_km, earth_km, longest_m)
        for r in range(chunk * radials // CHUNKS, (chunk + 1) * radials // CHUNKS):
            azimuth = 2.0 * pi * r / radials
            last = read_radial(
                samples, position[0], position[1], azimuth, ends[r], holes,
                radial.terrain, radial.clutter,
            )  # fmt: skip
            reach[r] = last // stride if last >= 0 else -1
            if last < 1:
                loss[:, r, 0] = 0.0
                continue
            h_tx = radial.terrain[0] + heights_m[0]
            prepare(radial, last, step_km, bare, h_tx, heights_m[1], bulge)
            run_along(radial, last, h_tx)
            bullington_along(radial, last, step_km, stride, bare, h_tx, longest_m)
            count = heights_along(
                radial, last, step_km, stride, h_tx, heights_m[1], earth_km, longest_m, products
            )
            for f in range(frequencies_mhz.size):
                finish(radial, last, count, step_km, stride, earth_km, frequencies_mhz[f], loss[f, r])
            if air is not None:
                horizons_along(radial, last, stride, h_tx, heights_m[1])
                for f in range(frequencies_mhz.size):
                    add_clear_air(
                        radial, last, stride, step_km, h_tx, heights_m[1], earth_km, air, frequencies_mhz[f],
                        loss[f, r],
                    )  # fmt: skip
