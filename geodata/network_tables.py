"""The user's own fibre access points and loudspeakers, from CSV files, in place of the province's."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.geodata.errors import InputError
from phusong.geodata.networks import Networks
from phusong.geodata.province import Province

_ACCESS_POINTS = ("ap_id", "lat", "lon")
_LOUDSPEAKERS = ("cluster_id", "lat", "lon", "power_w")


def with_tables(
    networks: Networks,
    province: Province,
    *,
    access_points: Path | None = None,
    loudspeakers: Path | None = None,
) -> Networks:
    """The networks with the given CSV files in place of the tables. InputError names file, row and column.

    - access points: ap_id, lat, lon; may have hamlet_id, in_service_year, status (in_service | planned)
    - loudspeakers: cluster_id, lat, lon, power_w; may have hamlet_id, height_m, horns, azimuth_deg,
      link (4G | fibre), on_air_year, status (on_air | planned)

    lat and lon are WGS 84 degrees. Without hamlet_id the nearest hamlet counts; without a year, always there.
    """
    if access_points is not None:
        table = _read(access_points, _ACCESS_POINTS)
        usual: dict[str, Any] = {"in_service_year": 0, "status": "in_service"}
        table = _placed(access_points, table, province, usual, numbers=("in_service_year",))
        _check_status(access_points, table, ("in_service", "planned"))
        networks = replace(
            networks, access_points=table, synthetic=_without(networks.synthetic, "access_points")
        )
    if loudspeakers is not None:
        table = _read(loudspeakers, _LOUDSPEAKERS)
        usual = {
            "height_m": 8.0,
            "horns": 2,
            "azimuth_deg": 0.0,
            "link": "4G",
            "on_air_year": 0,
            "status": "on_air",
        }
        numbers = ("power_w", "height_m", "horns", "azimuth_deg", "on_air_year")
        table = _placed(loudspeakers, table, province, usual, numbers=numbers)
        _check_status(loudspeakers, table, ("on_air", "planned"))
        networks = replace(
            networks, loudspeakers=table, synthetic=_without(networks.synthetic, "loudspeakers")
        )
    return networks


def _without(labels: tuple[str, ...], label: str) -> tuple[str, ...]:
    return tuple(one for one in labels if one != label)


def _read(path: Path, needed: tuple[str, ...]) -> pd.DataFrame:
    """The file's rows as text. InputError where it cannot be read or lacks a column."""
    try:
        table = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", sep=None, engine="python"
        )
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give the path of a CSV file") from None
    except (UnicodeDecodeError, csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"{path}: is not a CSV file in UTF-8 ({error})") from None
    for column in needed:
        if column not in table.columns:
            raise InputError(f"{path}: column {column!r} is missing; there are {', '.join(table.columns)}")
    return table


def _numbers(path: Path, table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column of numbers. InputError names the first row that has none."""
    values = pd.to_numeric(table[column].str.strip(), errors="coerce").to_numpy(np.float64)
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        given = table[column].iloc[row]
        raise InputError(f"{path} line {row + 2}: {column} is {given!r}; write a number such as 11.75")
    return values


def _placed(
    path: Path, table: pd.DataFrame, province: Province, usual: dict[str, Any], *, numbers: tuple[str, ...]
) -> pd.DataFrame:
    lat, lon = _numbers(path, table, "lat"), _numbers(path, table, "lon")
    odd = ~((lat >= 8.0) & (lat <= 24.0) & (lon >= 102.0) & (lon <= 118.0))
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        raise InputError(
            f"{path} line {row + 2}: lat {lat[row]:g}, lon {lon[row]:g} is not in Vietnam; "
            "are they swapped, or not degrees?"
        )
    at = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(province.crs)
    xy = np.column_stack([at.x.to_numpy(), at.y.to_numpy()])
    table = table.drop(columns=["lat", "lon"]).assign(x_m=xy[:, 0], y_m=xy[:, 1], synthetic=False)
    if "hamlet_id" not in table.columns:
        hamlets = province.hamlets
        centres = np.column_stack([hamlets.geometry.x.to_numpy(), hamlets.geometry.y.to_numpy()])
        nearest = cKDTree(centres).query(xy)[1] if len(table) else np.zeros(0, np.int64)
        table = table.assign(hamlet_id=hamlets["hamlet_id"].to_numpy()[nearest])
    for column, value in usual.items():
        if column not in table.columns:
            table = table.assign(**{column: value})
        elif column in numbers:
            table = table.assign(**{column: _numbers(path, table, column)})
    for column in numbers:
        if column not in usual:
            table = table.assign(**{column: _numbers(path, table, column)})
    return table


def _check_status(path: Path, table: pd.DataFrame, known: tuple[str, ...]) -> None:
    odd = ~table["status"].isin(known).to_numpy()
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        raise InputError(
            f"{path} line {row + 2}: status is {table['status'].iloc[row]!r}; it must be {' or '.join(known)}"
        )
