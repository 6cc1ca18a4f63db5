"""A project's loudspeakers and fixed broadband as networks; the rest made up as for the embedded province."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.geodata import store
from phusong.geodata.duplicates import merge
from phusong.geodata.networks import Networks
from phusong.geodata.problems import blank
from phusong.geodata.project import Project, open_project
from phusong.geodata.province import Province
from phusong.geodata.schema import TABLES

_HEIGHT_M, _POWER_W, _HORNS = 8.0, 25.0, 2  # a pole's usual pair of horns


def load_networks(folder: Path, province: Province) -> Networks:
    """The networks of a project: its own loudspeakers, fibre where its list says so, made-up roads.

    A hamlet of the broadband list without households passed or subscribers has no access point; hamlets
    that the list does not name have none either. Positions of access points stay made up.
    """
    from phusong.geodata.reference.networks import networks

    project = open_project(folder)
    built = networks(province)
    speakers = store.read_layer(project.store, "loudspeakers")
    if isinstance(speakers, gpd.GeoDataFrame) and len(speakers):
        table = _loudspeakers(merge(speakers, TABLES["loudspeakers"])[0], project, province)
        kept = tuple(key for key in built.synthetic if key != "loudspeakers")
        built = replace(built, loudspeakers=table, synthetic=kept)
    fixed = store.read_layer(project.store, "fixed_broadband")
    if fixed is not None and "official_hamlet_id" in fixed:
        built = replace(built, access_points=_with_service(built.access_points, fixed))
    return built


def _loudspeakers(frame: gpd.GeoDataFrame, project: Project, province: Province) -> pd.DataFrame:
    """One row a pole; a pole without coordinates stands at its hamlet, marked synthetic."""
    hamlets = province.hamlets
    at_hamlet = dict(zip(hamlets["hamlet_id"], hamlets.geometry, strict=True))
    rows = []
    for number, row in enumerate(frame.to_crs(project.crs).to_dict("records"), start=1):
        official = row.get("official_hamlet_id")
        point, made_up = row["geometry"], False
        if point is None or point.is_empty:
            point, made_up = at_hamlet.get(official), True
        if point is None:
            continue
        point = point.representative_point()
        nearest = int(np.argmin(hamlets.geometry.distance(point).to_numpy()))
        rows.append(
            {
                "cluster_id": f"L{number:05d}" if blank(row.get("loudspeaker_id")) else row["loudspeaker_id"],
                "hamlet_id": official if official in at_hamlet else hamlets["hamlet_id"].iloc[nearest],
                "x_m": point.x,
                "y_m": point.y,
                "height_m": _HEIGHT_M if blank(row.get("height_m")) else float(row["height_m"]),
                "horns": _HORNS,
                "power_w": _POWER_W if blank(row.get("power_w")) else float(row["power_w"]),
                "azimuth_deg": 0.0,
                "link": "4G",
                "on_air_year": 0,
                "status": "on_air",
                "synthetic": made_up,
            }
        )
    return pd.DataFrame(rows)


def _with_service(access_points: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    passed = pd.to_numeric(fixed["households_passed"], errors="coerce")
    lines = pd.to_numeric(fixed["subscribers"], errors="coerce")
    told = passed.notna() | lines.notna()
    served = fixed.loc[~told | (passed.fillna(0) > 0) | (lines.fillna(0) > 0), "official_hamlet_id"]
    return access_points[access_points["hamlet_id"].isin(set(served.dropna()))].reset_index(drop=True)
