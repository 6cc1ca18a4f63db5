"""Seeded siting problems of any size, for tests and measurements: clustered people on 100 x 70 km."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.siting.problem import MaximalCovering
from phusong.coverage.siting.sets import CoverageSets

SIDE_M = (100_000.0, 70_000.0)


def clustered(
    points: int, sites: int, *, budget: int, radius_m: float, seed: int = 20261121
) -> tuple[MaximalCovering, NDArray[np.float64]]:
    """A problem of points and sites, and the sites' positions, shape (sites, 2).

    Four points in five lie in 60 towns with a spread of 2.5 km whose sizes follow a Pareto law, the rest
    anywhere; sites lie as the points do; weights are lognormal whole numbers.
    """
    rng = np.random.default_rng(seed)
    towns, sizes = rng.random((60, 2)) * SIDE_M, rng.pareto(1.5, 60)

    def scattered(count: int) -> NDArray[np.float64]:
        inside = int(0.8 * count)
        town = rng.choice(60, inside, p=sizes / sizes.sum())
        near = towns[town] + rng.normal(0.0, 2_500.0, (inside, 2))
        return np.clip(np.vstack((near, rng.random((count - inside, 2)) * SIDE_M)), 0.0, SIDE_M)

    points_m, sites_m = scattered(points), scattered(sites)
    weight = np.round(rng.lognormal(3.5, 1.0, points)) + 1.0
    return MaximalCovering(CoverageSets.within(points_m, sites_m, radius_m), weight, float(budget)), sites_m


def raster(
    *, sites: int, budget: int, most_radius_m: float = 10_000.0, cell_m: float = 100.0, seed: int = 20261121
) -> MaximalCovering:
    """A problem on every cell of a 100 x 69 km raster: a site reaches six cells in ten within its radius.

    Radii are uniform from a fifth of `most_radius_m` to all of it; people live in 60 towns and between.
    """
    rng = np.random.default_rng(seed)
    rows, cols = int(69_000 / cell_m), int(100_000 / cell_m)
    y_m, x_m = (np.arange(rows) + 0.5) * cell_m, (np.arange(cols) + 0.5) * cell_m
    density = np.full((rows, cols), 0.3)
    for size, town in zip(rng.pareto(1.5, 60), rng.random((60, 2)) * (100_000.0, 69_000.0), strict=True):
        density += (
            3.0
            * size
            * np.exp(-((x_m[None, :] - town[0]) ** 2 + (y_m[:, None] - town[1]) ** 2) / (2 * 2_500.0**2))
        )
    weight = np.round(density * rng.lognormal(0.0, 0.5, density.shape), 1).ravel()
    centre = rng.random((sites, 2)) * (100_000.0, 69_000.0)
    covered = []
    for (x, y), radius in zip(centre, rng.uniform(0.2, 1.0, sites) * most_radius_m, strict=True):
        r0, r1 = max(0, int((y - radius) / cell_m)), min(rows, int((y + radius) / cell_m) + 1)
        c0, c1 = max(0, int((x - radius) / cell_m)), min(cols, int((x + radius) / cell_m) + 1)
        near = (y_m[r0:r1, None] - y) ** 2 + (x_m[None, c0:c1] - x) ** 2 <= radius**2
        row, col = np.nonzero(near & (rng.random(near.shape) < 0.6))
        covered.append(((row + r0) * cols + col + c0).astype(np.int32))
    return MaximalCovering(CoverageSets.of_sites(rows * cols, covered), weight, float(budget))
