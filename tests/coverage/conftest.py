"""Made-up ground for tests: fractal hills with patches of clutter, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.coverage.ground import Ground
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

CLUTTER_M = {0: 0.0, 1: 4.0, 2: 8.0, 3: 15.0, 4: 20.0}


def _fractal(
    cells: int, rng: np.random.Generator, *, exponent: float, longest_cells: float
) -> NDArray[np.float64]:
    k = np.hypot(np.fft.rfftfreq(cells)[None, :], np.fft.fftfreq(cells)[:, None])
    amplitude = (k * k + longest_cells**-2) ** (-exponent / 2.0)
    phase = rng.standard_normal(k.shape) + 1j * rng.standard_normal(k.shape)
    field: NDArray[np.float64] = np.fft.irfft2(amplitude * phase, s=(cells, cells))
    return (field - field.min()) / (field.max() - field.min())


def fractal_ground(
    cells: int, *, cell_m: float = 30.0, seed: int = 1, relief_m: float = 720.0, clutter: bool = True
) -> Ground:
    """A square of hills between 20 and 20 + `relief_m` metres; 0 relief is a plain."""
    rng = np.random.default_rng(seed)
    shape = _fractal(cells, rng, exponent=1.8, longest_cells=25_000.0 / cell_m) ** 1.8
    patches = _fractal(cells, rng, exponent=1.8, longest_cells=2_000.0 / cell_m)
    codes = np.digitize(patches, np.quantile(patches, [0.4, 0.6, 0.75, 0.95])).astype(np.uint8)
    grid = Grid("EPSG:32648", 600_000.0, 1_300_000.0, cell_m, cells, cells)
    return Ground(
        Raster(grid, (20.0 + relief_m * shape).astype(np.float32)),
        Raster(grid, codes if clutter else np.zeros_like(codes)),
        CLUTTER_M,
    )


def plain(cells: int, *, wall: tuple[int, float] | None = None) -> Ground:
    """Level bare ground at 100 m, with a wall of one column (index, height in m) if asked."""
    grid = Grid("EPSG:32648", 600_000.0, 1_300_000.0, 30.0, cells, cells)
    heights = np.full(grid.shape, 100.0, np.float32)
    if wall is not None:
        heights[:, wall[0]] += wall[1]
    return Ground(Raster(grid, heights), Raster(grid, np.zeros(grid.shape, np.uint8)), CLUTTER_M)


@pytest.fixture(scope="session", name="fractal_ground")
def _fractal_ground() -> Callable[..., Ground]:
    return fractal_ground


@pytest.fixture(scope="session", name="flat_ground")
def _flat_ground() -> Callable[..., Ground]:
    return plain
