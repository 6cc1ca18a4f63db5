"""Inner boundaries drawn from point and area alone: a power diagram whose cells have the official areas."""

from __future__ import annotations

from typing import Any, cast

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import spsolve
from scipy.spatial import ConvexHull
from shapely import MultiPolygon, Polygon

from phusong.geodata.reference import published

_SNAP_M = 0.01  # common edges of two cells are the same coordinates


def power_diagram(
    points: NDArray[np.float64], areas_m2: NDArray[np.float64], domain: Polygon, *, tolerance: float = 1e-4
) -> list[Polygon | MultiPolygon]:
    """Cells {x: |x - p_i|² - w_i least} of `domain`, with weights w such that cell i has `areas_m2[i]`.

    The areas must sum to the domain's. Newton's method on the concave dual of optimal transport
    (Kitagawa, Mérigot, Thibert 2019, "Convergence of a Newton algorithm for semi-discrete optimal
    transport"): dA_i/dw_j = -(length of the common edge) / (2 |p_i - p_j|). Raises ValueError when no
    weights within `tolerance` (relative) are found.
    """
    target = areas_m2 * (domain.area / areas_m2.sum())
    weights = np.zeros(len(points))
    cells, pairs = _cells(points, weights, domain)
    area = shapely.area(cells)
    if not area.min() > 0.0:
        raise ValueError("every point must lie in the domain, and no two at one place")
    floor = 0.5 * min(area.min(), target.min())
    for _ in range(60):
        residual = target - area
        if np.max(np.abs(residual) / target) < tolerance:
            return list(cells)
        step = _newton_step(points, cells, pairs, residual)
        scale = 1.0
        while True:
            cells, pairs = _cells(points, weights + scale * step, domain)
            area = shapely.area(cells)
            # damping of the cited method: no cell may vanish, and the error must fall
            falls = np.linalg.norm(target - area) <= (1.0 - scale / 2.0) * np.linalg.norm(residual)
            if (area.min() >= floor and falls) or scale < 1e-3:
                break
            scale /= 2.0
        weights = weights + scale * step
    raise ValueError("the power diagram did not reach its areas")


def _newton_step(
    points: NDArray[np.float64],
    cells: NDArray[np.object_],
    pairs: NDArray[np.int64],
    residual: NDArray[np.float64],
) -> NDArray[np.float64]:
    i, j = pairs.T
    shared = shapely.intersection(cells[i], cells[j], grid_size=_SNAP_M)
    d_area = shapely.length(shared) / (2.0 * np.linalg.norm(points[i] - points[j], axis=1))
    n = len(points)
    jacobian = csr_matrix(
        (np.concatenate([-d_area, -d_area, d_area, d_area]), (np.r_[i, j, i, j], np.r_[j, i, i, j])),
        shape=(n, n),
    )
    step = np.zeros(n)  # weights are defined up to a constant: keep the first at its value
    step[1:] = spsolve(jacobian[1:, 1:], residual[1:])
    return step


def _cells(
    points: NDArray[np.float64], weights: NDArray[np.float64], domain: Polygon
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Power cells clipped to the domain, and the pairs of cells that may touch."""
    centred = (points - points.mean(axis=0)) / 1000.0  # km: keeps the lifted hull well conditioned
    scaled = weights / 1e6
    lifted = np.column_stack([centred, (centred**2).sum(axis=1) - scaled])
    pairs = _neighbours(lifted)

    reach = 3.0 * np.abs(centred).max()
    box = np.array([[-reach, -reach], [reach, -reach], [reach, reach], [-reach, reach]])
    polygons = []
    for i in range(len(points)):
        ring = box
        neighbours = np.concatenate([pairs[pairs[:, 0] == i, 1], pairs[pairs[:, 1] == i, 0]])
        for j in neighbours:
            # |x - p_i|² - w_i <= |x - p_j|² - w_j
            normal = 2.0 * (centred[j] - centred[i])
            ring = _clip(ring, normal, lifted[j, 2] - lifted[i, 2])
        polygons.append(Polygon(ring * 1000.0 + points.mean(axis=0)) if len(ring) >= 3 else Polygon())
    return shapely.intersection(np.array(polygons, dtype=object), domain, grid_size=_SNAP_M), pairs


def _neighbours(lifted: NDArray[np.float64]) -> NDArray[np.int64]:
    """Pairs of points whose power cells may touch: the edges of the regular triangulation."""
    if len(lifted) < 5:
        return np.column_stack(np.triu_indices(len(lifted), 1)).astype(np.int64)
    hull = ConvexHull(lifted)
    faces = hull.simplices[hull.equations[:, 2] < 0.0]  # its lower side
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    return np.unique(edges, axis=0).astype(np.int64)


def _clip(ring: NDArray[np.float64], normal: NDArray[np.float64], offset: float) -> NDArray[np.float64]:
    """The convex ring cut to normal · x <= offset."""
    if len(ring) == 0:
        return ring
    side = ring @ normal - offset
    following = np.roll(side, -1)
    kept: list[NDArray[np.float64]] = []
    for k in range(len(ring)):
        if side[k] <= 0.0:
            kept.append(ring[k])
        if (side[k] < 0.0) != (following[k] < 0.0) and side[k] != following[k]:
            share = side[k] / (side[k] - following[k])
            kept.append(ring[k] + share * (ring[(k + 1) % len(ring)] - ring[k]))
    return np.array(kept) if kept else np.empty((0, 2))


def communes(outline: Polygon) -> gpd.GeoDataFrame:
    """The 111 communes until June 2025, ordered by code; `population` is filled in by the people's module."""
    rows = published.table("communes_2024").sort_values("code", ignore_index=True)
    points = published.projected(rows["lon"], rows["lat"])
    cells = power_diagram(points, rows["area_km2"].to_numpy() * 1e6, outline)
    frame = gpd.GeoDataFrame(
        {
            "code": rows["code"],
            "name": rows["name"],
            "type": rows["type"],
            "district_code": rows["district_code"],
            "district": rows["district"],
            "unit_2025_code": rows["commune_code_2025"],
            "area_km2": rows["area_km2"],
            "is_border": rows["is_border"] == 1,
            "synthetic": True,
            "registered_est": rows["population_registered_2025_est"],
            "hamlets_est": rows["hamlets_est"].astype(int),
        },
        geometry=cells,
        crs=published.CRS,
    )
    frame["centre"] = np.asarray(shapely.points(points))
    return frame


def districts(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The 11 districts, each the union of its communes."""
    rows = published.table("districts_2024").sort_values("code", ignore_index=True)
    shapes, people = _dissolve(communes, "district_code")
    return gpd.GeoDataFrame(
        {
            "code": rows["code"],
            "name": rows["name"],
            "type": rows["type"],
            "area_km2": rows["area_km2"],
            "population": rows["code"].map(people),
            "synthetic": True,
        },
        geometry=list(rows["code"].map(shapes)),
        crs=published.CRS,
    )


def units_2025(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The 40 units since July 2025, each the union of whole communes."""
    rows = published.table("communes_2025").sort_values("code", ignore_index=True)
    shapes, people = _dissolve(communes, "unit_2025_code")
    return gpd.GeoDataFrame(
        {
            "code": rows["code"],
            "name": rows["name"],
            "name_2026": rows["name_2026"],
            "type": rows["type"],
            "area_km2": rows["area_km2_official"],
            "population": rows["code"].map(people),
            "n_hamlets": rows["n_hamlets"].astype(int),
            "is_border": rows["touches_border"] == 1,
            "synthetic": True,
        },
        geometry=list(rows["code"].map(shapes)),
        crs=published.CRS,
    )


def _dissolve(communes: gpd.GeoDataFrame, column: str) -> tuple[dict[str, Any], Any]:
    shapes = {
        code: shapely.union_all(rows.to_numpy()) for code, rows in communes.geometry.groupby(communes[column])
    }
    return shapes, communes.groupby(column)["population"].sum()


def park_core(communes: gpd.GeoDataFrame, area_ha: float) -> Polygon | MultiPolygon:
    """The core of Bù Gia Mập national park: the part of its two communes nearest the northern tip."""
    home = shapely.union_all(communes.geometry[communes["code"].isin(["25222", "25225"])].to_numpy())
    ring = np.concatenate([np.asarray(part.exterior.coords) for part in shapely.get_parts(home)])
    tip = shapely.Point(ring[np.argmax(ring[:, 1])])
    low_m, high_m = 0.0, 60000.0
    for _ in range(30):
        radius_m = (low_m + high_m) / 2.0
        core: Any = home.intersection(tip.buffer(radius_m, quad_segs=32))
        if core.area < area_ha * 1e4:
            low_m = radius_m
        else:
            high_m = radius_m
    return cast(Polygon | MultiPolygon, core)
