"""Loudspeakers of a scenario: who hears, whether each cluster's own link works, what is still needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.loudspeaker import Air, Cluster, clusters_needed, link_works, open_reach_m, who_hears
from phusong.geodata.networks import Networks
from phusong.geodata.province import Province
from phusong.geodata.raster import Raster
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.networks.fixed import access_points_in_service
from phusong.scenarios.scenario import Scenario

_TREES = ("rubber", "cashew", "forest")  # classes of land cover that are dense foliage


@dataclass(frozen=True, slots=True)
class LoudspeakerAnswer:
    """Tables and figures of loudspeakers; see NetworksAnswer for the columns."""

    clusters: gpd.GeoDataFrame
    hearing: pd.DataFrame
    new_clusters: gpd.GeoDataFrame
    summary: dict[str, Any]
    warnings: tuple[str, ...]


def loudspeaker_answer(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, networks: Networks
) -> LoudspeakerAnswer:
    """Loudspeakers in the scenario's year; only clusters whose own link works are heard."""
    keys, people, province = scenario.loudspeakers, inputs.people, inputs.province
    table = _linked(scenario, coverage, networks)
    airs = _airs(scenario, province)
    row_of = {code: row for row, code in enumerate(province.hamlets["hamlet_id"])}
    hamlet = table["hamlet_id"].map(row_of).to_numpy(np.int64)
    linked = table["link_works"].to_numpy(bool)
    clusters = [_cluster(scenario, row) for row in table.itertuples(index=False)]
    on = [clusters[k] for k in np.flatnonzero(linked)]
    heard = who_hears(on, people, [airs[k] for k in hamlet[linked]], _trees(province))
    reached = np.zeros(len(table))
    reached[linked] = heard.people_of_cluster
    model = Cluster(
        "new", 0.0, 0.0, height_m=keys.new_height_m, horns=keys.new_horns, power_w=keys.new_power_w,
        sensitivity_db=keys.sensitivity_db, beam_deg=keys.beam_deg, rear_db=keys.rear_db,
    )  # fmt: skip
    needed, places = clusters_needed(
        people, heard.outdoors, len(province.hamlets), model, airs, share=keys.share
    )
    hearing = _hearing(inputs, table, heard.outdoors, heard.indoors, needed)
    ids = province.hamlets["hamlet_id"].to_numpy()
    return LoudspeakerAnswer(
        clusters=gpd.GeoDataFrame(
            table.drop(columns=["x_m", "y_m"]).assign(people_reached=reached.round(1)),
            geometry=gpd.points_from_xy(table["x_m"], table["y_m"]),
            crs=province.crs,
        ),
        hearing=hearing,
        new_clusters=gpd.GeoDataFrame(
            {"hamlet_id": ids[people.hamlet[places]]},
            geometry=gpd.points_from_xy(people.x_m[places], people.y_m[places]),
            crs=province.crs,
        ),
        summary=_summary(scenario, table, hearing, model, airs),
        warnings=_warnings(coverage, table),
    )


def _linked(scenario: Scenario, coverage: CoverageMap, networks: Networks) -> pd.DataFrame:
    """The year's clusters, with the level of 4G and the way to fibre at each, and whether it is linked."""
    table = networks.loudspeakers
    there = (table["status"] == "on_air") | scenario.loudspeakers.build_planned
    table = table[there & (table["on_air_year"] <= scenario.year)].reset_index(drop=True)
    x_m, y_m = table["x_m"].to_numpy(np.float64), table["y_m"].to_numpy(np.float64)
    level = np.full(len(table), -np.inf)
    layer = coverage.layers.get("any-4g")
    threshold = np.inf
    if layer is not None:
        level = Raster(coverage.grid, layer.rsrp_dbm).at(x_m, y_m).astype(np.float64)
        level = np.where(np.isnan(level), -np.inf, level)
        threshold = scenario.thresholds["4G"].outdoor_dbm
    points = access_points_in_service(scenario, networks)
    fibre_m = np.full(len(table), np.inf)
    if len(points):
        fibre_m, _ = cKDTree(points[["x_m", "y_m"]].to_numpy(np.float64)).query(np.column_stack([x_m, y_m]))
    works = [
        link_works(level[k], threshold, fibre_m[k], scenario.fixed.drop_m, link)
        for k, link in enumerate(table["link"])
    ]
    kept = table[
        ["cluster_id", "hamlet_id", "x_m", "y_m", "height_m", "horns", "power_w", "azimuth_deg", "link"]
    ]
    return kept.assign(
        link_works=works,
        rsrp_dbm=np.where(np.isfinite(level), level.round(1), np.nan),
        fibre_m=np.where(np.isfinite(fibre_m), fibre_m.round(0), np.nan),
        synthetic=table["synthetic"],
    )


def _cluster(scenario: Scenario, row: Any) -> Cluster:
    keys = scenario.loudspeakers
    return Cluster(
        cluster_id=row.cluster_id,
        x_m=float(row.x_m),
        y_m=float(row.y_m),
        height_m=float(row.height_m),
        horns=int(row.horns),
        power_w=float(row.power_w),
        azimuth_deg=float(row.azimuth_deg),
        sensitivity_db=keys.sensitivity_db,
        beam_deg=keys.beam_deg,
        rear_db=keys.rear_db,
    )


def _airs(scenario: Scenario, province: Province) -> list[Air]:
    """Each hamlet's noise and ground: those of a town for a khu phố, of the country for an ấp or thôn."""
    keys = scenario.loudspeakers

    def air(noise_dba: float, ground_factor: float) -> Air:
        return Air(
            temperature_c=keys.temperature_c,
            humidity_percent=keys.humidity_percent,
            noise_dba=noise_dba,
            noise_indoor_dba=keys.noise_indoor_dba,
            noise_slope_db=keys.noise_slope_db,
            facade_db=keys.facade_db,
            ground_factor=ground_factor,
            listener_height_m=keys.listener_height_m,
            least_index=keys.least_index,
        )

    town = air(keys.noise_urban_dba, keys.ground_urban)
    country = air(keys.noise_rural_dba, keys.ground_rural)
    return [town if kind == "khu phố" else country for kind in province.hamlets["type"]]


def _trees(province: Province) -> Raster:
    """Canopy height in metres where land cover is dense foliage, 0 elsewhere."""
    classes = province.clutter_classes
    height = np.zeros(int(classes["code"].max()) + 1, np.float32)
    for code, key, height_m in zip(classes["code"], classes["key"], classes["height_m"], strict=True):
        if key in _TREES:
            height[int(code)] = height_m
    return Raster(province.clutter.grid, height[province.clutter.values])


def _hearing(
    inputs: Inputs,
    table: pd.DataFrame,
    outdoors: NDArray[np.bool_],
    indoors: NDArray[np.bool_],
    needed: NDArray[np.int64],
) -> pd.DataFrame:
    hamlets, people = inputs.province.hamlets, inputs.people
    count = len(hamlets)
    everyone = np.bincount(people.hamlet, weights=people.people, minlength=count)

    def share(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        have = np.bincount(people.hamlet, weights=np.where(mask, people.people, 0.0), minlength=count)
        return np.divide(have, everyone, out=np.full(count, np.nan), where=everyone > 0).round(4)

    def clusters(rows: pd.DataFrame) -> NDArray[np.int64]:
        counted = rows["hamlet_id"].value_counts().reindex(hamlets["hamlet_id"])
        return np.asarray(counted.fillna(0), dtype=np.int64)

    return pd.DataFrame(
        {
            "hamlet_id": hamlets["hamlet_id"].to_numpy(),
            "name": hamlets["name"].to_numpy(),
            "commune": hamlets["commune"].to_numpy(),
            "people": everyone.round(1),
            "clusters": clusters(table),
            "clusters_linked": clusters(table[table["link_works"]]),
            "share_outdoors": share(outdoors),
            "share_indoors": share(indoors),
            "clusters_needed": needed,
        }
    )


def _summary(
    scenario: Scenario, table: pd.DataFrame, hearing: pd.DataFrame, model: Cluster, airs: Sequence[Air]
) -> dict[str, Any]:
    people = hearing["people"]
    return {
        "clusters": len(table),
        "horns": int(table["horns"].sum()),
        "clusters_linked": int(table["link_works"].sum()),
        "clusters_without_link": sorted(table.loc[~table["link_works"], "cluster_id"])[:50],
        "hamlets_with_cluster": int((hearing["clusters"] > 0).sum()),
        "people_outdoors_share": round(float((people * hearing["share_outdoors"]).sum() / people.sum()), 4),
        "people_indoors_share": round(float((people * hearing["share_indoors"]).sum() / people.sum()), 4),
        "wanted_share": scenario.loudspeakers.share,
        "hamlets_that_hear": int((hearing["clusters_needed"] == 0).sum()),
        "clusters_needed": int(hearing["clusters_needed"].sum()),
        "reach_of_new_cluster_m": {
            f"noise {air.noise_dba:g} dB(A)": open_reach_m(model, air, quietest=True)
            for air in dict.fromkeys(airs)
        },
        "model": "ISO 9613-1:1993, ISO 9613-2:1996; STI of IEC 60268-16:2011 against steady noise",
    }


def _warnings(coverage: CoverageMap, table: pd.DataFrame) -> tuple[str, ...]:
    if "any-4g" in coverage.layers or not (table["link"] == "4G").any():
        return ()
    warning = (
        "Kịch bản không tính 4G: các cụm loa nối bằng 4G bị coi là mất kết nối · "
        "the scenario has no 4G: loudspeakers linked by 4G count as not connected"
    )
    return (warning,)
