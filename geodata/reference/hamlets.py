"""The 843 hamlets: real names and communes, synthetic places and populations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.geodata.grid import Grid
from phusong.geodata.reference import published


def commune_people(registered: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Whole people per commune in proportion to the registered estimate, summing to `total`."""
    return _apportioned(registered, total)


def _apportioned(weights: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Whole numbers in proportion to the weights, summing to `total` (largest remainders)."""
    exact: NDArray[np.float64] = weights * (total / weights.sum())
    whole = np.floor(exact).astype(np.int64)
    short = total - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:short]] += 1
    return np.asarray(whole)


def hamlet_table(communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """The 843 hamlets by name, each in one of the 111 communes.

    A hamlet whose name tells its old commune is put there; the others fill the communes of their unit of
    2025 up to the estimated counts, in the list's order.
    """
    rows = published.table("hamlets_843")
    by_name = {(u, n): c for u, n, c in communes[["unit_2025_code", "name", "code"]].itertuples(index=False)}
    room = dict(zip(communes["code"], communes["hamlets_est"], strict=True))
    codes: list[str] = []
    for unit, name in rows[["commune_code_2025", "old_commune_if_in_name"]].itertuples(index=False):
        code = by_name[unit, name] if name else ""
        if code:
            room[code] -= 1
        codes.append(code)
    for k in np.flatnonzero(np.array(codes) == ""):
        inside = communes.loc[communes["unit_2025_code"] == rows["commune_code_2025"][k], "code"]
        codes[k] = next(code for code in inside if room[code] > 0)
        room[codes[k]] -= 1
    of = communes.set_index("code").loc[codes]
    return pd.DataFrame(
        {
            "hamlet_id": rows["hamlet_id"],
            "name": rows["name"],
            "type": rows["type_guess"],
            "commune_code": codes,
            "commune": of["name"].to_numpy(),
            "district_code": of["district_code"].to_numpy(),
            "district": of["district"].to_numpy(),
            "unit_2025_code": rows["commune_code_2025"],
            "unit_2025": rows["commune_2025"],
        }
    )


def populations(
    table: pd.DataFrame, communes: gpd.GeoDataFrame, sigma: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """People of each hamlet: log-normal within a commune, summing to the commune's population."""
    weight = np.exp(sigma * rng.standard_normal(len(table)))
    people = np.zeros(len(table), dtype=np.int64)
    for code, total in communes[["code", "population"]].itertuples(index=False):
        own = np.flatnonzero(table["commune_code"] == code)
        people[own] = _apportioned(weight[own], int(total))
    return people


def positions(
    table: pd.DataFrame,
    communes: gpd.GeoDataFrame,
    commune_of_cell: NDArray[np.int32],
    livable: NDArray[np.bool_],
    road_m: NDArray[np.float32],
    grid: Grid,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """A place for every hamlet on livable cells of its commune, shape (n, 2), in metres.

    Likelier near the commune's centre and near roads; kept apart from hamlets already placed.
    `commune_of_cell` holds the commune's row or -1.
    """
    flat = np.flatnonzero(livable)
    by_commune = np.argsort(commune_of_cell.ravel()[flat], kind="stable")
    flat = flat[by_commune]
    bounds = np.searchsorted(commune_of_cell.ravel()[flat], np.arange(len(communes) + 1))
    centres = shapely.get_coordinates(communes["centre"].to_numpy())
    out = np.zeros((len(table), 2))
    for k, code in enumerate(communes["code"]):
        own = np.flatnonzero(table["commune_code"] == code)
        cells = flat[bounds[k] : bounds[k + 1]]
        row, col = np.divmod(cells, grid.cols)
        xy = np.column_stack([grid.x_m()[col], grid.y_m()[row]])
        radius_m = np.sqrt(len(cells) / np.pi) * grid.cell_m
        spacing_m = settings["spacing_share"] * np.sqrt(len(cells) / len(own)) * grid.cell_m
        pull = np.exp(-np.hypot(*(xy - centres[k]).T) / (settings["centre_pull"] * radius_m))
        pull = 0.15 + pull
        near_road = np.exp(-road_m.ravel()[cells] / settings["road_pull_m"])
        weight = pull * (1.0 + settings["road_weight"] * near_road)
        for j in own:
            at = int(np.searchsorted(np.cumsum(weight), rng.random() * weight.sum(), side="right"))
            at = min(at, len(cells) - 1)
            out[j] = xy[at] + rng.uniform(-0.4, 0.4, 2) * grid.cell_m
            away = np.hypot(*(xy - xy[at]).T) / spacing_m
            weight = weight * (1.0 - 0.98 * np.exp(-(away**4))) * (away > 0.35)
    shapes = communes.set_index("code").geometry.loc[table["commune_code"]].to_numpy()
    astray = ~shapely.contains_xy(
        shapes, out[:, 0], out[:, 1]
    )  # shaken over a boundary: back to the cell's centre
    row, col = grid.row_col(*out.T)
    return np.where(astray[:, None], np.column_stack([grid.x_m()[col], grid.y_m()[row]]), out)
