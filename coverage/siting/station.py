"""What a planned station is like, and whom each candidate would serve: predicted by the engine itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.service import People, signal_at
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.siting.sets import CoverageSets
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Station:
    """One kind of station: its carrier and how its sectors are built."""

    operator: str
    carrier: Carrier
    antenna: str
    height_m: float
    power_dbm: float
    electrical_downtilt_deg: float = 4.0
    azimuths_deg: tuple[float, ...] = (0.0, 120.0, 240.0)

    def sectors(self, site_id: str, x_m: float, y_m: float) -> tuple[Sector, ...]:
        """The sectors of such a station at a place."""
        return tuple(
            Sector(
                sector_id=f"{site_id}-{number}",
                site_id=site_id,
                operator=self.operator,
                x_m=x_m,
                y_m=y_m,
                height_m=self.height_m,
                carrier=self.carrier,
                antenna=self.antenna,
                azimuth_deg=azimuth_deg,
                mechanical_downtilt_deg=0.0,
                electrical_downtilt_deg=self.electrical_downtilt_deg,
                power_dbm=self.power_dbm,
            )
            for number, azimuth_deg in enumerate(self.azimuths_deg, start=1)
        )


def coverage_sets(
    ground: Ground,
    station: Station,
    sites_m: FloatArray,
    people: People,
    *,
    grid: Grid,
    options: Options,
    progress: Callable[[int, int], None] | None = None,
) -> CoverageSets:
    """For every place of `sites_m`, shape (sites, 2), the points of `people` that a station there serves.

    Served means an RSRP at or above the technology's threshold in the cell of `grid` that holds the point:
    the same cells and the same prediction as a run on that grid, so a plan's claim can be checked by one.
    """
    radius_m = options.radius_km[station.carrier.technology] * 1e3
    tree = cKDTree(np.column_stack((people.x_m, people.y_m)))
    covered = []
    for number, (x_m, y_m) in enumerate(sites_m):
        # one cell more than the radius: every cell that the full grid would give a value is here too
        part = _part(grid, x_m, y_m, radius_m + grid.cell_m)
        window = ground.window(
            (x_m - radius_m - 500.0, y_m - radius_m - 500.0, x_m + radius_m + 500.0, y_m + radius_m + 500.0)
        )
        near = np.sort(np.asarray(tree.query_ball_point((x_m, y_m), radius_m + grid.cell_m), dtype=np.int64))
        row, col = part.row_col(people.x_m[near], people.y_m[near])
        inside = part.contains(row, col)
        near = near[inside]
        where = np.zeros(part.shape, bool)
        where[row[inside], col[inside]] = True
        sectors = station.sectors("s", x_m, y_m)
        layers = predict(window, sectors, grid=part, options=options, where=where).layers
        layer = layers[f"{station.operator}-{station.carrier.technology}".lower().replace(" ", "-")]
        there = People(people.x_m[near], people.y_m[near], people.people[near], people.hamlet[near])
        level_dbm = signal_at(Raster(part, layer.rsrp_dbm), there)
        covered.append(near[level_dbm >= layer.threshold_dbm])
        if progress is not None:
            progress(number + 1, len(sites_m))
    return CoverageSets.of_sites(len(people.x_m), covered)


def with_standing(sets: CoverageSets, served: NDArray[np.bool_]) -> CoverageSets:
    """The same sets and one more site, the last: everything that serves already, at the points it serves."""
    start = np.append(sets.site_start, sets.site_start[-1] + served.sum())
    return CoverageSets.of_columns(
        sets.points, start, np.concatenate((sets.site_point, np.flatnonzero(served).astype(np.int32)))
    )


def _part(grid: Grid, x_m: float, y_m: float, radius_m: float) -> Grid:
    """The cells of a grid around a place."""
    (top, bottom), (left, right) = (
        np.clip(at, 0, most)
        for at, most in (
            (
                (
                    (grid.north_m - y_m - radius_m) // grid.cell_m,
                    (grid.north_m - y_m + radius_m) // grid.cell_m + 1,
                ),
                grid.rows,
            ),
            (
                (
                    (x_m - radius_m - grid.west_m) // grid.cell_m,
                    (x_m + radius_m - grid.west_m) // grid.cell_m + 1,
                ),
                grid.cols,
            ),
        )
    )
    return Grid(
        crs=grid.crs,
        west_m=grid.west_m + left * grid.cell_m,
        north_m=grid.north_m - top * grid.cell_m,
        cell_m=grid.cell_m,
        rows=int(max(1, bottom - top)),
        cols=int(max(1, right - left)),
    )
