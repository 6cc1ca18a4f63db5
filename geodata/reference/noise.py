"""Correlated random fields: the raw material of synthetic ground and land cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft


def spectral_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    *,
    cell_m: float,
    longest_m: float,
    shortest_m: float = 0.0,
    roughness: float = 1.0,
) -> NDArray[np.float32]:
    """A field of mean 0 and standard deviation 1 with wavelengths between the two lengths.

    The spectrum falls as wave number to the power -(roughness + 1) below `longest_m` and is flat above it.
    """
    rows, cols = (fft.next_fast_len(n, real=True) for n in shape)
    ky = fft.fftfreq(rows, cell_m).astype(np.float32)[:, None]
    kx = fft.rfftfreq(cols, cell_m).astype(np.float32)[None, :]
    k2 = kx * kx + ky * ky
    amplitude = (k2 + np.float32(1.0 / longest_m**2)) ** np.float32(-(roughness + 1.0) / 2.0)
    if shortest_m > 0.0:
        amplitude *= np.exp(-k2 * np.float32((shortest_m / 2.0) ** 2))
    amplitude[0, 0] = 0.0
    white = rng.standard_normal((rows, cols), dtype=np.float32)
    field: NDArray[np.float32] = fft.irfft2(fft.rfft2(white) * amplitude, s=(rows, cols))[
        : shape[0], : shape[1]
    ]
    field -= field.mean()
    field /= field.std()
    return np.ascontiguousarray(field, dtype=np.float32)
