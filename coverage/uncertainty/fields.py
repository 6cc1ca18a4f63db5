"""Random fields over the ground that resemble themselves from place to place, as fading and errors do.

Correlation falls as exp(−d / d_corr) (Gudmundson, Electronics Letters 27 (23), 1991). A field is periodic: its
covariance on a torus is circulant, so white noise times the square root of its spectrum is an exact draw
(Dietrich and Newsam, SIAM J. Sci. Comput. 18 (4), 1997), and one complex transform gives two of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import scipy.fft
from numpy.typing import NDArray

F32 = NDArray[np.float32]

MARGIN = 4.0  # correlation distances between one edge of the area and the other, round the torus
STEPS_PER_CORRELATION = 5.0  # of a field's grid where the cells are finer: exp(−1/5) = 0.82 between points


@dataclass(frozen=True, slots=True)
class Torus:
    """A periodic grid of points `step_m` apart and the spectrum of unit fields on it."""

    step_m: float
    correlation_m: float
    amplitude: F32  # (size, size)

    @property
    def size(self) -> int:
        return int(self.amplitude.shape[0])

    def at(self, metres: NDArray[np.float64]) -> NDArray[np.int32]:
        """Index along one axis of the point nearest to coordinates in m; the grid is fixed to the map, so
        that the same coordinates meet the same point whatever area is asked."""
        near: NDArray[np.int32] = (np.floor(metres / self.step_m).astype(np.int64) % self.size).astype(
            np.int32
        )
        return near


def torus(extent_m: float, *, cell_m: float, correlation_m: float) -> Torus:
    """The grid on which fields over an area of `extent_m` are drawn.

    Its step is a cell, or a fifth of the correlation distance where that is longer. Raises ValueError for a
    correlation distance below the cell: between cells nothing would be left of it.
    """
    if not correlation_m >= cell_m:
        raise ValueError(
            f"a correlation distance of {correlation_m:g} m lies below the grid step of {cell_m:g} m"
        )
    step_m = max(cell_m, correlation_m / STEPS_PER_CORRELATION)
    size = scipy.fft.next_fast_len(max(8, ceil((extent_m + MARGIN * correlation_m) / step_m)))
    along = np.minimum(np.arange(size), size - np.arange(size)) * step_m
    covariance = np.exp(-np.hypot(along[:, None], along[None, :]) / correlation_m)
    spectrum = np.maximum(scipy.fft.fft2(covariance).real, 0.0)
    return Torus(step_m, correlation_m, np.sqrt(spectrum).astype(np.float32))


def two_fields(on: Torus, generator: np.random.Generator) -> tuple[F32, F32]:
    """Two independent fields of mean 0 and variance 1 on the torus.

    The second has a mean of exactly 0 over the whole torus: it serves as a store from which pieces at many
    offsets are taken as if they were different fields.
    """
    noise = np.empty((on.size, on.size), np.complex64)
    noise.real = generator.standard_normal(noise.shape, dtype=np.float32)
    noise.imag = generator.standard_normal(noise.shape, dtype=np.float32)
    noise *= on.amplitude
    noise[0, 0] = noise[0, 0].real  # a constant of the imaginary part's field
    both = scipy.fft.fft2(noise, overwrite_x=True)
    both *= np.float32(1.0 / on.size)
    return np.ascontiguousarray(both.real), np.ascontiguousarray(both.imag)
