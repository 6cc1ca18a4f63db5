"""The plan's other networks in one answer: fixed broadband, loudspeakers, and the load of the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.fixed import Roads
from phusong.geodata.networks import Networks, check
from phusong.scenarios.growth import GROWN
from phusong.scenarios.inputs import Inputs, province_of
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.tables import write_csv

if TYPE_CHECKING:
    from phusong.scenarios.busy_hour import Solved
    from phusong.scenarios.result import RunResult


@dataclass(frozen=True, slots=True)
class NetworksAnswer:
    """What a run found out of the other networks, before it is written. Geometry in the province's CRS.

    - `fixed` (one row a hamlet): hamlet_id, name, commune, access_points, people, homes, share_within_drop,
      homes_left, homes_by_fibre, homes_by_wireless, homes_unconnected, cost_vnd, vnd_per_home
    - `fibre_groups` (points; new access points and wireless groups): hamlet_id, homes, mode, cost_vnd
    - `fibre_cables` (lines): length_km; `access_points` (points): ap_id, hamlet_id, synthetic
    - `loudspeakers` (points, one a cluster): cluster_id, hamlet_id, horns, power_w, link, link_works,
      rsrp_dbm, fibre_m, people_reached, synthetic
    - `hearing` (one row a hamlet): hamlet_id, name, commune, people, clusters, clusters_linked,
      share_outdoors, share_indoors, clusters_needed
    - `new_clusters` (points): hamlet_id
    - `cells` (points): cell_id, layer, operator, technology, site_id, azimuth_deg, capacity_mhz, people,
      traffic_mbps, load, overloaded, sinr_db
    - `growth`: year, layer, traffic_mbps, unserved_mbps, cells, overloaded, load_median, load_p95, error
    - `summary`: the sections `fixed`, `loudspeakers` and `capacity` of summary.json
    - `warnings`: one line each, Vietnamese and English; `synthetic`: which of their inputs are made up

    Without access points or loudspeakers in the data their tables are empty and their sections missing.
    """

    cells: gpd.GeoDataFrame
    growth: pd.DataFrame
    summary: Mapping[str, Any]
    warnings: tuple[str, ...]
    synthetic: tuple[str, ...]
    fixed: pd.DataFrame = field(default_factory=pd.DataFrame)
    fibre_groups: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    fibre_cables: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    access_points: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    loudspeakers: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    hearing: pd.DataFrame = field(default_factory=pd.DataFrame)
    new_clusters: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)


def other_networks(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, loaded: Sequence[Solved]
) -> NetworksAnswer:
    """The answer for all other networks, with the loads of `busy_hour`. InputError for wrong tables."""
    from phusong.scenarios.networks.capacity import capacity_answer
    from phusong.scenarios.networks.fixed import fixed_answer
    from phusong.scenarios.networks.loudspeakers import loudspeaker_answer

    networks = load_networks(scenario, inputs)
    hamlets = inputs.province.hamlets
    warnings = list(check(networks, inputs.province.outline, hamlets["hamlet_id"]))
    load = capacity_answer(scenario, inputs, loaded)
    answer = NetworksAnswer(
        load.cells, load.growth, {"capacity": load.summary}, load.warnings, networks.synthetic
    )
    if len(networks.access_points):
        fixed = fixed_answer(scenario, inputs, coverage, networks)
        warnings += fixed.warnings
        answer = replace(
            answer,
            fixed=fixed.table,
            fibre_groups=fixed.groups,
            fibre_cables=fixed.cables,
            access_points=fixed.access_points,
            summary={"fixed": fixed.summary, **answer.summary},
        )
    if len(networks.loudspeakers):
        sound = loudspeaker_answer(scenario, inputs, coverage, networks)
        warnings += sound.warnings
        answer = replace(
            answer,
            loudspeakers=sound.clusters,
            hearing=sound.hearing,
            new_clusters=sound.new_clusters,
            summary={**answer.summary, "loudspeakers": sound.summary},
        )
    return replace(answer, warnings=(*warnings, *answer.warnings))


def with_networks(result: RunResult, networks: NetworksAnswer) -> RunResult:
    """The result with the other networks' answer, their sections of the summary, and their warnings."""
    summary = {
        **result.summary,
        **networks.summary,
        "warnings": [*result.summary.get("warnings", []), *networks.warnings],
        "network_warnings": list(networks.warnings),
        "synthetic_inputs": [*result.summary["synthetic_inputs"], *networks.synthetic],
    }
    return replace(result, networks=networks, summary=summary)


def load_networks(scenario: Scenario, inputs: Inputs) -> Networks:
    """The networks' tables that a scenario runs on: the reference province's, or the user's own."""
    from phusong.geodata.network_tables import with_tables

    own_people = not scenario.area and GROWN not in inputs.province.synthetic
    whole = (
        inputs.province if own_people else province_of(scenario.data)[0]
    )  # what there is today, everywhere
    if scenario.data == "reference":
        from phusong.geodata.reference.networks import load

        base = load(whole)
    else:
        from phusong.geodata.project_networks import load_networks as load_own

        base = load_own(Path(scenario.data), whole)
    networks = with_tables(
        base,
        whole,
        access_points=Path(scenario.fixed.table) if scenario.fixed.table else None,
        loudspeakers=Path(scenario.loudspeakers.table) if scenario.loudspeakers.table else None,
    )
    return _of_hamlets(networks, inputs.province.hamlets["hamlet_id"]) if scenario.area else networks


def roads_of(networks: Networks) -> Roads:
    """The roads as cables follow them."""
    return Roads(
        x_m=networks.road_nodes["x_m"].to_numpy(np.float64),
        y_m=networks.road_nodes["y_m"].to_numpy(np.float64),
        a=networks.road_edges["a"].to_numpy(np.int64),
        b=networks.road_edges["b"].to_numpy(np.int64),
        length_m=networks.road_edges["length_m"].to_numpy(np.float64),
    )


def _of_hamlets(networks: Networks, hamlet_ids: pd.Series) -> Networks:
    """The access points and loudspeakers of some hamlets; the roads stay whole, cables may leave the area."""
    return replace(
        networks,
        access_points=_rows_of(networks.access_points, hamlet_ids),
        loudspeakers=_rows_of(networks.loudspeakers, hamlet_ids),
    )


def _rows_of(table: pd.DataFrame, hamlet_ids: pd.Series) -> pd.DataFrame:
    return table[table["hamlet_id"].isin(hamlet_ids)].reset_index(drop=True)


def write_networks(answer: NetworksAnswer, folder: Path, *, synthetic: bool = False) -> None:
    """fixed.csv, loudspeakers.csv, hearing.csv, capacity.csv, growth.csv and networks.gpkg; what there is."""
    synthetic = synthetic or bool(answer.synthetic)
    if len(answer.fixed):
        write_csv(answer.fixed, folder / "fixed.csv", synthetic=synthetic)
    if len(answer.loudspeakers):
        write_csv(_flat(answer.loudspeakers), folder / "loudspeakers.csv", synthetic=synthetic)
        write_csv(answer.hearing, folder / "hearing.csv", synthetic=synthetic)
    write_csv(_flat(answer.cells), folder / "capacity.csv", synthetic=synthetic)
    write_csv(answer.growth, folder / "growth.csv", synthetic=synthetic)
    _write_layers(answer, folder / "networks.gpkg")


def network_phases(results: Sequence[RunResult]) -> pd.DataFrame:
    """One row a year: who has fibre near and who hears, what is left, and how many cells are overloaded."""
    rows = []
    for result in results:
        fixed, sound = result.summary.get("fixed", {}), result.summary.get("loudspeakers", {})
        load = result.summary.get("capacity", {}).get("layers", [])
        rows.append(
            {
                "year": result.year,
                "people_within_drop_share": fixed.get("people_within_drop_share"),
                "homes_left": fixed.get("homes_left"),
                "people_outdoors_share": sound.get("people_outdoors_share"),
                "clusters_linked": sound.get("clusters_linked"),
                "clusters_needed": sound.get("clusters_needed"),
                "traffic_mbps": sum(row["traffic_mbps"] for row in load) if load else None,
                "overloaded": sum(row["overloaded"] for row in load) if load else None,
            }
        )
    return pd.DataFrame(rows)


def _flat(points: gpd.GeoDataFrame) -> pd.DataFrame:
    """A table of points with lat and lon in place of geometry."""
    at = points.geometry.to_crs("EPSG:4326")
    return pd.DataFrame(points.drop(columns="geometry")).assign(lat=at.y.round(6), lon=at.x.round(6))


def _write_layers(answer: NetworksAnswer, path: Path) -> None:
    import pyogrio

    from phusong.scenarios.outputs import FIXED_TIME

    layers = {
        "access_points": answer.access_points,
        "fibre_cables": answer.fibre_cables,
        "fibre_groups": answer.fibre_groups,
        "loudspeakers": answer.loudspeakers,
        "new_clusters": answer.new_clusters,
        "cells": answer.cells,
    }
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        for name, table in layers.items():
            if len(table):
                kind = "LineString" if name == "fibre_cables" else "Point"
                pyogrio.write_dataframe(table, path, layer=name, geometry_type=kind, append=path.exists())
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
