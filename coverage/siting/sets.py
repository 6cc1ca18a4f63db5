"""Which site covers which point, as sparse sets that many problems can share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.coverage.compiled import jit

IntArray = NDArray[np.int64]
SiteArray = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class CoverageSets:
    """For every site the points it covers, and for every point the sites that cover it.

    Site j covers `site_point[site_start[j]:site_start[j + 1]]`; point i is covered by
    `point_site[point_start[i]:point_start[i + 1]]`; both rise within a set. Nothing here depends on weights,
    budgets or rules, so one value serves every re-plan.
    """

    points: int
    sites: int
    site_start: IntArray
    site_point: SiteArray
    point_start: IntArray
    point_site: SiteArray

    @classmethod
    def of_sites(cls, points: int, covered: Sequence[NDArray[np.integer]]) -> CoverageSets:
        """Sets from one array of point numbers for every site. ValueError for one out of range."""
        start = np.concatenate(([0], np.cumsum([len(one) for one in covered], dtype=np.int64)))
        flat = np.concatenate([np.unique(one) for one in covered]) if covered else np.empty(0)
        if len(flat) != start[-1]:
            raise ValueError("a site names the same point twice")
        return cls.of_columns(points, start.astype(np.int64), flat.astype(np.int32))

    @classmethod
    def of_columns(cls, points: int, site_start: IntArray, site_point: SiteArray) -> CoverageSets:
        """Sets from the site-wise (CSC) arrays, sorted within each site."""
        if len(site_point) and not (site_point.min() >= 0 and site_point.max() < points):
            raise ValueError(f"a covered point must be numbered 0 to {points - 1}")
        site_start = np.ascontiguousarray(site_start, dtype=np.int64)
        site_point = np.ascontiguousarray(site_point, dtype=np.int32)
        point_start, point_site = _transposed(site_start, site_point, points)
        return cls(points, len(site_start) - 1, site_start, site_point, point_start, point_site)

    @classmethod
    def within(
        cls,
        points_m: NDArray[np.float64],
        sites_m: NDArray[np.float64],
        radius_m: float | NDArray[np.float64],
    ) -> CoverageSets:
        """Sets of the points within a radius, one for all sites or one each; positions of shape (n, 2)."""
        covered = cKDTree(points_m).query_ball_point(sites_m, radius_m)
        return cls.of_sites(len(points_m), [np.asarray(one, dtype=np.int64) for one in covered])

    @property
    def pairs(self) -> int:
        """How many (site, point) pairs there are."""
        return len(self.site_point)

    def covered_by(self, site: int) -> SiteArray:
        """The points that a site covers."""
        return self.site_point[self.site_start[site] : self.site_start[site + 1]]

    def counts(self, sites: NDArray[np.integer]) -> NDArray[np.int32]:
        """By how many of `sites` each point is covered, shape (points,)."""
        return np.asarray(_counts(self.site_start, self.site_point, np.asarray(sites, np.int64), self.points))


def stacked(layers: Sequence[CoverageSets]) -> CoverageSets:
    """The same sites seen by several groups of demand, one below the other.

    With one layer for each operator (empty sets where a site serves another operator only), a shared mast
    covers the points of all and an operator's own mast those of its own: plans per operator and shared plans
    are the same problem on different sets. Point i of layer k is point `k * points + i` for equal layers.
    """
    if not layers or len({layer.sites for layer in layers}) != 1:
        raise ValueError("layers to stack must have the same sites")
    offset = np.cumsum([0, *(layer.points for layer in layers)])
    covered = [
        np.concatenate([layer.covered_by(j) + first for layer, first in zip(layers, offset, strict=False)])
        for j in range(layers[0].sites)
    ]
    return CoverageSets.of_sites(int(offset[-1]), covered)


@jit()
def _transposed(start, member, size):  # type: ignore[no-untyped-def]
    """Start and members of the sets seen from the other side; members rise."""
    other_start = np.zeros(size + 1, np.int64)
    for k in range(len(member)):
        other_start[member[k] + 1] += 1
    for i in range(size):
        other_start[i + 1] += other_start[i]
    place = other_start[:-1].copy()
    other = np.empty(len(member), np.int32)
    for j in range(len(start) - 1):
        for k in range(start[j], start[j + 1]):
            i = member[k]
            other[place[i]] = j
            place[i] += 1
    return other_start, other


@jit()
def _counts(site_start, site_point, sites, points):  # type: ignore[no-untyped-def]
    count = np.zeros(points, np.int32)
    for s in range(len(sites)):
        for k in range(site_start[sites[s]], site_start[sites[s] + 1]):
            count[site_point[k]] += 1
    return count
