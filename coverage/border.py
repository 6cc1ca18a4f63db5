"""Service along a line such as the border patrol road: silent stretches, stretches with one server."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import rasterio.features
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.ops import substring

from phusong.coverage.coverage_map import CoverageMap, Layer

STATES = ("silent", "one_server", "served")  # from worst to best


@dataclass(frozen=True, slots=True)
class RoadService:
    """One layer's service along a road, sampled at the middle of equal steps.

    `state` indexes STATES; `served_share` and lengths are of the road's whole length.
    """

    layer: str
    step_m: float  # the steps' true length, at most what was asked
    rsrp_dbm: NDArray[np.float64]  # -inf where nothing reaches
    state: NDArray[np.int8]
    stretches: gpd.GeoDataFrame  # state, from_km, to_km, length_km, worst_dbm; lines, in order

    @property
    def length_km(self) -> float:
        return self.state.size * self.step_m / 1e3

    @property
    def served_share(self) -> float:
        return float((self.state > 0).mean())

    @property
    def longest_silent_km(self) -> float:
        silent = self.stretches[self.stretches["state"] == "silent"]
        return float(silent["length_km"].max()) if len(silent) else 0.0

    @property
    def one_server_km(self) -> float:
        return float((self.state == 1).sum() * self.step_m / 1e3)


def along_road(coverage: CoverageMap, layer: Layer, road: LineString, *, step_m: float = 50.0) -> RoadService:
    """Service of `layer` along `road` (in the grid's CRS), a sample every `step_m` metres or a little less.

    Raises ValueError for a road without length, one that leaves the grid, or a step that is not positive.
    """
    if not (step_m > 0 and road.length > 0):
        raise ValueError("a road needs two different points and a positive step")
    count = int(np.ceil(road.length / step_m))
    true_step_m = road.length / count
    middle = [road.interpolate((index + 0.5) * true_step_m) for index in range(count)]
    row, col = coverage.grid.row_col(np.array([p.x for p in middle]), np.array([p.y for p in middle]))
    if not coverage.grid.contains(row, col).all():
        raise ValueError("the road leaves the grid of the coverage map")
    level = layer.rsrp_dbm[row, col].astype(np.float64)
    level = np.where(np.isnan(level), -np.inf, level)
    served = level >= layer.threshold_dbm
    backed = layer.servers[row, col] > 1
    state = np.where(served, np.where(backed, 2, 1), 0).astype(np.int8)
    return RoadService(
        layer=layer.key,
        step_m=true_step_m,
        rsrp_dbm=level,
        state=state,
        stretches=_stretches(road, true_step_m, state, level, coverage.grid.crs),
    )


def _stretches(
    road: LineString, step_m: float, state: NDArray[np.int8], level: NDArray[np.float64], crs: str
) -> gpd.GeoDataFrame:
    """Maximal runs of one state, from the road's first point on."""
    begin = np.flatnonzero(np.diff(state, prepend=-1))
    end = np.append(begin[1:], state.size)
    worst = np.array([level[a:b].min() for a, b in zip(begin, end, strict=True)])
    return gpd.GeoDataFrame(
        {
            "state": [STATES[code] for code in state[begin]],
            "from_km": begin * step_m / 1e3,
            "to_km": end * step_m / 1e3,
            "length_km": (end - begin) * step_m / 1e3,
            "worst_dbm": np.where(np.isfinite(worst), worst, np.nan),
        },
        geometry=[substring(road, a * step_m, b * step_m) for a, b in zip(begin, end, strict=True)],
        crs=crs,
    )


@dataclass(frozen=True, slots=True)
class Spill:
    """A layer's signal in a strip beyond the border: how much of it is served, and how deep that goes."""

    layer: str
    strip_km: float
    area_km2: float
    served_share: float  # of the strip
    deepest_km: float


def spill(
    coverage: CoverageMap,
    layer: Layer,
    outline: Polygon | MultiPolygon,
    border: LineString,
    *,
    strip_m: float,
) -> Spill:
    """How much of the strip of `strip_m` metres beyond `border`, outside `outline`, the layer serves.

    Only ground that is nearer to the border than to any other part of the outline counts, and only as far as
    the coverage map reaches.
    """
    grid = coverage.grid
    beyond = border.buffer(strip_m).difference(outline)
    row, col = np.nonzero(
        rasterio.features.rasterize([(beyond, 1)], out_shape=grid.shape, transform=grid.affine, dtype="uint8")
    )
    points = shapely.points(grid.x_m()[col], grid.y_m()[row])
    depth_m = shapely.distance(border, points)
    own = depth_m <= shapely.distance(outline.boundary.difference(border.buffer(1.0)), points)
    served = own & (layer.rsrp_dbm[row, col] >= layer.threshold_dbm)
    return Spill(
        layer=layer.key,
        strip_km=strip_m / 1e3,
        area_km2=float(served.sum()) * grid.cell_m**2 / 1e6,
        served_share=float(served.sum() / max(1, own.sum())),
        deepest_km=float(depth_m[served].max()) / 1e3 if served.any() else 0.0,
    )


def places_along(
    road: LineString, places: gpd.GeoDataFrame, service: RoadService, *, within_m: float
) -> gpd.GeoDataFrame:
    """The places within `within_m` of the road, in order along it, with at_km and the service there."""
    away = places.geometry.distance(road)
    near = places[away <= within_m].assign(away_km=away[away <= within_m] / 1e3)
    at_m = np.array([road.project(Point(point.x, point.y)) for point in near.geometry])
    index = np.clip((at_m / service.step_m).astype(int), 0, service.state.size - 1)
    near = near.assign(at_km=at_m / 1e3, state=[STATES[code] for code in service.state[index]])
    return near.sort_values("at_km", kind="stable").reset_index(drop=True)
