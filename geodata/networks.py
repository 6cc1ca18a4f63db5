"""The province's other networks: fibre access points, loudspeakers and the roads that cables follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from shapely.geometry import MultiPolygon, Polygon

from phusong.geodata.errors import InputError

LINKS = ("4G", "fibre")


@dataclass(frozen=True, slots=True)
class Networks:
    """What stands and what is planned, in the province's CRS (metres). Columns of the tables:

    - `access_points`: ap_id, hamlet_id, x_m, y_m, in_service_year, status (in_service | planned), synthetic
    - `loudspeakers` (one row a pole): cluster_id, hamlet_id, x_m, y_m, height_m, horns, power_w (each horn),
      azimuth_deg (of the first horn), link (4G | fibre), on_air_year, status (on_air | planned), synthetic
    - `road_nodes`: x_m, y_m; `road_edges`: a, b (rows of road_nodes), length_m, kind (national | provincial |
      local), synthetic

    `synthetic` lists in words which of them are made up.
    """

    access_points: pd.DataFrame
    loudspeakers: pd.DataFrame
    road_nodes: pd.DataFrame
    road_edges: pd.DataFrame
    synthetic: tuple[str, ...]


def check(networks: Networks, outline: Polygon | MultiPolygon, hamlet_ids: pd.Series) -> tuple[str, ...]:
    """Warnings about the networks, each one line. InputError for what cannot be right, naming the row."""
    for table, key, what in (
        (networks.access_points, "ap_id", "access point"),
        (networks.loudspeakers, "cluster_id", "loudspeaker"),
    ):
        _check_places(table, key, what, outline, hamlet_ids)
    speakers = networks.loudspeakers
    for column, mend in (("power_w", "give the watts of one horn"), ("horns", "give the number of horns")):
        bad = ~(speakers[column].to_numpy(np.float64) > 0.0)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise InputError(
                f"loudspeaker {speakers['cluster_id'].iloc[row]} (row {row + 1}): {column} is "
                f"{speakers[column].iloc[row]}; {mend}, above 0"
            )
    odd = ~speakers["link"].isin(LINKS).to_numpy()
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        raise InputError(
            f"loudspeaker {speakers['cluster_id'].iloc[row]} (row {row + 1}): link is "
            f"{speakers['link'].iloc[row]!r}; it must be 4G or fibre"
        )
    return _check_roads(networks)


def _check_places(
    table: pd.DataFrame, key: str, what: str, outline: Polygon | MultiPolygon, hamlet_ids: pd.Series
) -> None:
    twice = table[key].duplicated().to_numpy()
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        raise InputError(
            f"{what} {table[key].iloc[row]} (row {row + 1}): {key} is there twice; make it unique"
        )
    x_m, y_m = table["x_m"].to_numpy(np.float64), table["y_m"].to_numpy(np.float64)
    outside = ~(np.isfinite(x_m) & np.isfinite(y_m))
    outside |= ~shapely.contains_xy(outline, np.nan_to_num(x_m), np.nan_to_num(y_m))
    if outside.any():
        row = int(np.flatnonzero(outside)[0])
        raise InputError(
            f"{what} {table[key].iloc[row]} (row {row + 1}) lies outside the province "
            f"(x {x_m[row]:.0f}, y {y_m[row]:.0f} m); correct its coordinates or take it out"
        )
    unknown = ~table["hamlet_id"].isin(hamlet_ids).to_numpy()
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        raise InputError(
            f"{what} {table[key].iloc[row]} (row {row + 1}): no hamlet has the id "
            f"{table['hamlet_id'].iloc[row]!r}"
        )


def _check_roads(networks: Networks) -> tuple[str, ...]:
    edges, nodes = networks.road_edges, len(networks.road_nodes)
    length_m = edges["length_m"].to_numpy(np.float64)
    if not (length_m > 0.0).all():
        row = int(np.flatnonzero(~(length_m > 0.0))[0])
        raise InputError(f"road {row + 1}: length_m is {length_m[row]:g}; it must be above 0")
    ends = edges[["a", "b"]].to_numpy(np.int64)
    if ends.size and (ends.min() < 0 or ends.max() >= nodes):
        row = int(np.flatnonzero(((ends < 0) | (ends >= nodes)).any(axis=1))[0])
        raise InputError(f"road {row + 1} ends at a node that is not in the table of {nodes} nodes")
    if nodes == 0:
        return ()
    matrix = csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    parts, part = connected_components(matrix, directed=False)
    if parts <= 1:
        return ()
    apart = nodes - int(np.bincount(part).max())
    warning = (
        f"Mạng đường bị rời thành {parts} phần ({apart} trên {nodes} nút ngoài phần lớn nhất) · "
        f"the road network is in {parts} parts ({apart} of {nodes} nodes outside the largest)"
    )
    return (warning,)
