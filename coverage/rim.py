"""Where coverage ends because sectors are followed no further, and not because the signal is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.options import Options

RIM = 0.02  # of the radius: at 20 km the last 400 m; two cells where those are wider


@dataclass(frozen=True, slots=True)
class Rim:
    """One layer's cells at the radius of the sector that serves them, still at the threshold or above.

    Beyond them coverage may go on: the radius bounds it, not the ground.
    """

    layer: str
    radius_km: float
    area_km2: float
    sectors: int
    served_km2: float  # the whole layer, to hold it against


def rim_of(coverage: CoverageMap, layer: Layer, options: Options) -> Rim:
    """What of a layer ends at the radius."""
    radius_km = options.radius_km[layer.technology]
    grid = coverage.grid
    x_m = np.array([sector.x_m for sector in coverage.sectors])
    y_m = np.array([sector.y_m for sector in coverage.sectors])
    rim_m = radius_km * 1e3 - max(RIM * radius_km * 1e3, 2.0 * grid.cell_m)
    cells = served = 0
    found: set[int] = set()
    east, north = grid.x_m(), grid.y_m()
    for row in range(grid.rows):
        (col,) = np.nonzero((layer.rsrp_dbm[row] >= layer.threshold_dbm) & (layer.best_server[row] >= 0))
        best = layer.best_server[row, col]
        far = np.hypot(east[col] - x_m[best], north[row] - y_m[best]) >= rim_m
        served += col.size
        cells += int(far.sum())
        found.update(best[far].tolist())
    km2 = (grid.cell_m * 1e-3) ** 2
    return Rim(layer.key, radius_km, cells * km2, len(found), served * km2)
