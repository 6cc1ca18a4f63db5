"""The plan's targets as a checked list: what is wanted, what is reached, by how much it is missed."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import rasterio.features
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap, Layer


@dataclass(frozen=True, slots=True)
class Target:
    """One target: `wanted` and `reached` in `unit` (share, or a count of `total`), due by `due_year`.

    `reached` is None where the run has nothing that tells (a 5G target in a run without 5G).
    """

    key: str
    title_vi: str
    title_en: str
    source: str
    due_year: int
    unit: str  # "share" or "count"
    wanted: float
    reached: float | None
    total: int | None = None

    @property
    def met(self) -> bool | None:
        return None if self.reached is None else self.reached >= self.wanted - 1e-9

    @property
    def missing(self) -> float | None:
        """How much is lacking, in `unit`; 0 where the target is met."""
        return None if self.reached is None else max(0.0, self.wanted - self.reached)


def points_served(coverage: CoverageMap, layer: Layer, points: gpd.GeoSeries) -> NDArray[np.bool_]:
    """Whether the cell of each point is at or above the layer's threshold. ValueError outside the grid."""
    row, col = coverage.grid.row_col(points.x.to_numpy(), points.y.to_numpy())
    if not coverage.grid.contains(row, col).all():
        raise ValueError("a point lies outside the coverage map")
    served: NDArray[np.bool_] = layer.rsrp_dbm[row, col] >= layer.threshold_dbm
    return served


def areas_served(coverage: CoverageMap, layer: Layer, areas: gpd.GeoSeries) -> NDArray[np.float64]:
    """Share of the cells that each polygon touches at or above the layer's threshold, shape (areas,)."""
    grid = coverage.grid
    shares = np.full(len(areas), np.nan)
    for index, area in enumerate(areas):
        inside = rasterio.features.geometry_mask(
            [area], out_shape=grid.shape, transform=grid.affine, all_touched=True, invert=True
        )
        if inside.any():
            shares[index] = float((layer.rsrp_dbm[inside] >= layer.threshold_dbm).mean())
    return shares
