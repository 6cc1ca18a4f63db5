"""Where a station could stand: masts that exist, hilltops, centres, people, roads and the user's own list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree

from phusong.coverage.compiled import jit
from phusong.coverage.siting.backhaul import Fibre
from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.geodata.raster import Raster

KINDS = ("own", "mast", "centre", "hilltop", "people", "road")  # who comes first where two stand too close
_BLOCK = 4  # cells of terrain to a side of the blocks among which hilltops are sought


@dataclass(frozen=True, slots=True)
class CandidateRules:
    """Which places are taken in.

    Slope in degrees; a new mast stands within `road_m` of a road, within `power_m` of where people live or a
    mast stands (there the low-voltage grid ends), within `fibre_km` of cable, and at least `border_m` from
    the border;
    `prominence_m` is how far a hilltop rises above the col to the next higher one; two candidates of
    different masts stand at least `spacing_m` apart; at most `most` are kept: own ones,
    masts and hilltops, then those with most people near.
    """

    kinds: tuple[str, ...] = KINDS
    most: int = 3000
    spacing_m: float = 400.0
    slope_deg: float = 20.0
    road_m: float = 3000.0
    power_m: float = np.inf
    fibre_km: float = np.inf
    border_m: float = 0.0
    prominence_m: float = 40.0


def candidates(
    province: Province,
    rules: CandidateRules,
    own: pd.DataFrame | None = None,
    fibre: Fibre | None = None,
) -> pd.DataFrame:
    """Candidate sites: x_m, y_m, kind, mast_id ("" for a new mast), name, ground_m, road_m, power_m, fibre_km.

    `own` gives name, x_m, y_m; a row outside the province is an InputError, everything else outside, in
    water, in the park's core, too steep or too far from a road, power or `fibre` is left out.
    """
    found = [_points_of(province, kind, rules, own) for kind in rules.kinds]
    found = [one for one in found if len(one)]
    if not found:
        raise InputError(f"candidates: there are none of {', '.join(rules.kinds)}; allow more kinds")
    table = pd.concat(found, ignore_index=True)
    at = np.asarray(shapely.points(table["x_m"], table["y_m"]))
    inside = shapely.contains(province.outline, at)
    stray = np.flatnonzero((table["kind"] == "own").to_numpy() & ~inside)
    if len(stray):
        raise InputError(f"own candidate {table['name'].iloc[stray[0]]!r} lies outside {province.name}")
    table = table.loc[inside].reset_index(drop=True)
    at = at[inside]
    x_m, y_m = table["x_m"].to_numpy(), table["y_m"].to_numpy()
    table["ground_m"] = province.terrain.at(x_m, y_m)
    table["road_m"] = _road_distance(province).at(x_m, y_m)
    table["power_m"] = _power_distance(province).at(x_m, y_m)
    table["fibre_km"] = np.nan if fibre is None else fibre.length_km(np.column_stack((x_m, y_m)))
    fixed = table["kind"].isin(("own", "mast")).to_numpy()
    keys = province.clutter_classes.set_index("key")["code"]
    dry = province.clutter.at(x_m, y_m) != keys.get("water", -1)
    fits = (
        dry
        & ~shapely.contains(province.park, at)
        & (_slope_deg(province.terrain).at(x_m, y_m) <= rules.slope_deg)
        & (table["road_m"].to_numpy() <= rules.road_m)
        & (table["power_m"].to_numpy() <= rules.power_m)
        & ~(table["fibre_km"].to_numpy() > rules.fibre_km)
        & (shapely.distance(province.border, at) >= rules.border_m)
    )
    table = table[fits | fixed].reset_index(drop=True)
    near = _people_near(province, table)
    kept = table.iloc[_spaced(table, near, rules.spacing_m)]
    near = near[kept.index.to_numpy()]
    # hilltops see far and few live on them: they stay beside masts and the user's own
    first = kept["kind"].isin(("own", "mast", "hilltop")).to_numpy()
    best = np.sort(np.lexsort((-near, ~first))[: rules.most])
    return kept.iloc[best].reset_index(drop=True)


def hilltops(terrain: Raster, prominence_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eastings and northings of the summits with at least that prominence, looked for at blocks of cells."""
    grid = terrain.grid
    rows, cols = grid.rows // _BLOCK, grid.cols // _BLOCK
    blocks = np.nan_to_num(terrain.values[: rows * _BLOCK, : cols * _BLOCK], nan=-1e4)
    blocks = blocks.reshape(rows, _BLOCK, cols, _BLOCK).swapaxes(1, 2).reshape(rows, cols, _BLOCK**2)
    top, within = blocks.max(axis=2), blocks.argmax(axis=2)
    prominence = np.asarray(_prominence(np.argsort(-top, axis=None, kind="stable"), top.ravel(), rows, cols))
    r, c = np.nonzero((prominence.reshape(rows, cols) >= prominence_m) & (top > -1e3))
    row, col = r * _BLOCK + within[r, c] // _BLOCK, c * _BLOCK + within[r, c] % _BLOCK
    return grid.x_m()[col], grid.y_m()[row]


def _points_of(
    province: Province, kind: str, rules: CandidateRules, own: pd.DataFrame | None
) -> pd.DataFrame:
    mast_id: object = ""
    name: object = ""
    x: object
    y: object
    if kind == "own":
        if own is None:
            return pd.DataFrame()
        x, y, name = own["x_m"], own["y_m"], own["name"]
    elif kind == "mast":
        masts = province.sites[province.sites["status"] == "on_air"].drop_duplicates("mast_id")
        x, y, mast_id, name = masts["x_m"], masts["y_m"], masts["mast_id"], masts["mast_id"]
    elif kind == "centre":
        points = pd.concat([province.places[["name", "geometry"]], province.hamlets[["name", "geometry"]]])
        x, y, name = points.geometry.x, points.geometry.y, points["name"]
    elif kind == "hilltop":
        x, y = hilltops(province.terrain, rules.prominence_m)
    elif kind == "people":
        x, y = _people_centres(province.population)
    elif kind == "road":
        lines = shapely.segmentize(shapely.get_parts(province.roads.geometry.to_numpy()), 500.0)
        x, y = shapely.get_coordinates(lines).T
    else:
        raise InputError(f"candidates: kind {kind!r} is not known; known are {', '.join(KINDS)}")
    table = pd.DataFrame({"x_m": np.asarray(x, np.float64), "y_m": np.asarray(y, np.float64)})
    return table.assign(
        kind=kind,
        mast_id=np.asarray(mast_id, object) if not isinstance(mast_id, str) else mast_id,
        name=np.asarray(name, object) if not isinstance(name, str) else name,
    )


def _people_centres(population: Raster, block: int = 8) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The centre of the people of every block of cells where anybody lives."""
    grid = population.grid
    row, col = np.nonzero(population.values > 0)
    weight = population.values[row, col].astype(float)
    key = (row // block) * (grid.cols // block + 1) + col // block
    total = np.bincount(key, weights=weight)
    used = total > 0
    x = np.bincount(key, weights=weight * grid.x_m()[col])[used] / total[used]
    y = np.bincount(key, weights=weight * grid.y_m()[row])[used] / total[used]
    return x, y


def _road_distance(province: Province) -> Raster:
    """Distance to the nearest road in metres, on the population's grid, to about half a cell."""
    grid = province.population.grid
    lines = shapely.segmentize(shapely.get_parts(province.roads.geometry.to_numpy()), grid.cell_m / 2)
    row, col = grid.row_col(*shapely.get_coordinates(lines).T)
    ok = grid.contains(row, col)
    away = np.ones(grid.shape, bool)
    away[row[ok], col[ok]] = False
    return Raster(grid, distance_transform_edt(away) * grid.cell_m)


def _power_distance(province: Province) -> Raster:
    """Distance to the nearest cell with people or a mast on air in metres, on the population's grid."""
    grid = province.population.grid
    masts = province.sites[province.sites["status"] == "on_air"]
    row, col = grid.row_col(masts["x_m"].to_numpy(float), masts["y_m"].to_numpy(float))
    ok = grid.contains(row, col)
    away = ~(province.population.values > 0)
    away[row[ok], col[ok]] = False
    return Raster(grid, distance_transform_edt(away) * grid.cell_m)


def _slope_deg(terrain: Raster) -> Raster:
    down, right = np.gradient(np.asarray(terrain.values, np.float32), terrain.grid.cell_m)
    return Raster(terrain.grid, np.nan_to_num(np.degrees(np.arctan(np.hypot(down, right)))))


def _people_near(province: Province, table: pd.DataFrame, radius_m: float = 2000.0) -> NDArray[np.float64]:
    """People within a radius of each place."""
    grid = province.population.grid
    row, col = np.nonzero(province.population.values > 0)
    weight = province.population.values[row, col].astype(float)
    tree = cKDTree(np.column_stack((grid.x_m()[col], grid.y_m()[row])))
    near = tree.query_ball_point(table[["x_m", "y_m"]].to_numpy(), radius_m)
    return np.array([weight[one].sum() for one in near])


def _spaced(table: pd.DataFrame, near: NDArray[np.float64], spacing_m: float) -> NDArray[np.int64]:
    """Rows kept so that no two are too close: by kind in KINDS' order, then by people near; masts stay."""
    rank = table["kind"].map({kind: k for k, kind in enumerate(KINDS)}).to_numpy()
    order = np.lexsort((table["y_m"], table["x_m"], -near, rank))
    tree = cKDTree(table[["x_m", "y_m"]].to_numpy())
    too_close = tree.query_ball_point(table[["x_m", "y_m"]].to_numpy(), spacing_m * (1 - 1e-9))
    kept = np.zeros(len(table), bool)
    for j in order:
        kept[j] = table["kind"].iat[j] in ("own", "mast") or not kept[too_close[j]].any()
    return np.flatnonzero(kept)


@jit()
def _prominence(order, height, rows, cols):  # type: ignore[no-untyped-def]
    """Height of every summit above the col that joins it to a higher one; 0 where there is no summit.

    Cells are flooded from the top: when two islands meet, the lower summit's prominence is known.
    """
    parent = np.full(len(height), -1, np.int64)
    summit = np.zeros(len(height), np.int64)
    prominence = np.zeros(len(height))
    for n in range(len(order)):
        cell = order[n]
        parent[cell] = cell
        summit[cell] = cell
        r, c = cell // cols, cell % cols
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                if (dr == 0 and dc == 0) or not (0 <= r + dr < rows and 0 <= c + dc < cols):
                    continue
                a = (r + dr) * cols + c + dc
                if parent[a] < 0:
                    continue
                while parent[a] != a:
                    parent[a] = parent[parent[a]]
                    a = parent[a]
                b = cell
                while parent[b] != b:
                    parent[b] = parent[parent[b]]
                    b = parent[b]
                if a == b:
                    continue
                low, high = (a, b) if height[summit[a]] < height[summit[b]] else (b, a)
                prominence[summit[low]] = height[summit[low]] - height[cell]
                parent[low] = high
    last = order[0]
    prominence[last] = height[last] - height.min()
    return prominence
