"""The user's own lists of a plan: candidates, and points beside the people that must be served."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from phusong.geodata.errors import InputError
from phusong.geodata.place_lists import CANDIDATES, POINTS, read_places
from phusong.geodata.province import Province
from phusong.geodata.schema import Table
from phusong.scenarios.scenario import Scenario


def own_candidates(path: str, province: Province) -> pd.DataFrame | None:
    """name, x_m, y_m of the user's candidates; None without a list."""
    return _read("plan.own", path, CANDIDATES, province) if path else None


def own_points(scenario: Scenario, province: Province) -> pd.DataFrame:
    """name, x_m, y_m, weight and times of the user's points; empty without a list.

    A point that says no weight counts `plan.weight_point`, one that says no times is served by one station.
    Where only an area of the province is asked about, points outside it are left out; else each must be inside.
    """
    keys = scenario.plan
    if not keys.points:
        return pd.DataFrame({name: np.empty(0) for name in ("name", "x_m", "y_m", "weight", "times")})
    table = _read("plan.points", keys.points, POINTS, province)
    inside = shapely.contains_xy(province.outline, table["x_m"], table["y_m"])
    if scenario.area:
        table, inside = table[inside], inside[inside]
    if not inside.all() or not len(table):
        name = f" {table['name'].iloc[np.argmin(inside)]!r}" if len(table) else ""
        raise InputError(
            f"plan.points: {keys.points}: điểm{name} nằm ngoài địa bàn · point{name} lies outside {province.name};"
            " xem lại toạ độ · check its coordinates"
        )
    return table.assign(
        weight=table["weight"].astype(float).fillna(keys.weight_point),
        times=table["times"].astype(float).fillna(1.0).astype(np.int64),
    )


def _read(key: str, path: str, table: Table, province: Province) -> pd.DataFrame:
    try:
        places = read_places(Path(path), table)
    except InputError as error:
        raise InputError(f"{key}: {error}") from None
    points = places.geometry.to_crs(province.crs)
    return pd.DataFrame(places.drop(columns="geometry")).assign(x_m=points.x, y_m=points.y)
