"""Fixed broadband of a scenario: who is within a drop of fibre, and what the rest would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.fixed import MODES, Plan, Prices, Roads, nearest_m, plan_fibre
from phusong.coverage.service import signal_at
from phusong.geodata.networks import Networks
from phusong.geodata.raster import Raster
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.networks.answer import roads_of
from phusong.scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class FixedAnswer:
    """Tables and figures of fixed broadband; see NetworksAnswer for the columns."""

    table: pd.DataFrame
    groups: gpd.GeoDataFrame
    cables: gpd.GeoDataFrame
    access_points: gpd.GeoDataFrame
    summary: dict[str, Any]
    warnings: tuple[str, ...]


def fixed_answer(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, networks: Networks
) -> FixedAnswer:
    """Fixed broadband in the scenario's year."""
    keys, people = scenario.fixed, inputs.people
    points = access_points_in_service(scenario, networks)
    x_m, y_m = points["x_m"].to_numpy(np.float64), points["y_m"].to_numpy(np.float64)
    near = nearest_m(people, x_m, y_m) <= keys.drop_m
    roads = roads_of(networks)
    plan = plan_fibre(
        people,
        ~near,
        drop_m=keys.drop_m,
        roads=roads,
        fibre_x_m=x_m,
        fibre_y_m=y_m,
        prices=Prices(
            cable_vnd_per_km=keys.cable_vnd_per_km,
            access_point_vnd=keys.access_point_vnd,
            drop_vnd_per_home=keys.drop_vnd_per_home,
            wireless_vnd_per_home=keys.wireless_vnd_per_home,
            people_per_home=keys.people_per_home,
            detour=keys.detour,
        ),
        wireless=_wireless(scenario, inputs, coverage),
    )
    table = _by_hamlet(inputs, plan, points, near, keys.people_per_home)
    crs = inputs.province.crs
    return FixedAnswer(
        table=table,
        groups=_groups(inputs, plan),
        cables=_cables(roads, plan, crs),
        access_points=gpd.GeoDataFrame(
            points[["ap_id", "hamlet_id", "synthetic"]], geometry=gpd.points_from_xy(x_m, y_m), crs=crs
        ),
        summary=_summary(scenario, plan, table, len(points)),
        warnings=_warnings(plan),
    )


def access_points_in_service(scenario: Scenario, networks: Networks) -> pd.DataFrame:
    """The access points of the scenario's year."""
    points = networks.access_points
    there = (points["status"] == "in_service") | scenario.fixed.build_planned
    return points[there & (points["in_service_year"] <= scenario.year)].reset_index(drop=True)


def _wireless(scenario: Scenario, inputs: Inputs, coverage: CoverageMap) -> NDArray[np.bool_]:
    """Where fixed wireless over 5G is possible: outdoors at or above the 5G threshold."""
    layer = coverage.layers.get("any-5g")
    if layer is None or not scenario.fixed.wireless:
        return np.zeros(inputs.people.x_m.size, bool)
    level_dbm = signal_at(Raster(coverage.grid, layer.rsrp_dbm), inputs.people)
    return np.asarray(level_dbm >= scenario.thresholds["5G"].outdoor_dbm)


def _by_hamlet(
    inputs: Inputs, plan: Plan, points: pd.DataFrame, near: NDArray[np.bool_], people_per_home: float
) -> pd.DataFrame:
    hamlets, people = inputs.province.hamlets, inputs.people
    count = len(hamlets)

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(people.hamlet, weights=values, minlength=count).astype(np.float64)

    everyone, served = summed(people.people), summed(np.where(near, people.people, 0.0))
    group = plan.group_of_point
    mode = np.where(group >= 0, plan.mode[np.maximum(group, 0)] if plan.mode.size else 0, -1)
    per_home = np.divide(
        plan.local_vnd + plan.trunk_vnd,
        plan.homes,
        out=np.zeros(plan.homes.size),
        where=plan.homes > 0,
    )
    homes = people.people / people_per_home
    cost = summed(np.where(group >= 0, per_home[np.maximum(group, 0)] if per_home.size else 0.0, 0.0) * homes)
    built = summed(np.where(mode > 0, homes, 0.0))
    boxes = points["hamlet_id"].value_counts().reindex(hamlets["hamlet_id"]).fillna(0).to_numpy(np.int64)
    return pd.DataFrame(
        {
            "hamlet_id": hamlets["hamlet_id"].to_numpy(),
            "name": hamlets["name"].to_numpy(),
            "commune": hamlets["commune"].to_numpy(),
            "access_points": boxes,
            "people": everyone.round(1),
            "homes": (everyone / people_per_home).round(1),
            "share_within_drop": np.divide(
                served, everyone, out=np.full(count, np.nan), where=everyone > 0
            ).round(4),
            "homes_left": summed(np.where(near, 0.0, homes)).round(1),
            "homes_by_fibre": summed(np.where(mode == MODES.index("fibre"), homes, 0.0)).round(1),
            "homes_by_wireless": summed(np.where(mode == MODES.index("wireless"), homes, 0.0)).round(1),
            "homes_unconnected": summed(np.where(mode == MODES.index("none"), homes, 0.0)).round(1),
            "cost_vnd": cost.round(-3),
            "vnd_per_home": np.divide(cost, built, out=np.full(count, np.nan), where=built > 0).round(-3),
        }
    )


def _groups(inputs: Inputs, plan: Plan) -> gpd.GeoDataFrame:
    people, centre = inputs.people, plan.centre
    return gpd.GeoDataFrame(
        {
            "hamlet_id": inputs.province.hamlets["hamlet_id"].to_numpy()[people.hamlet[centre]],
            "homes": plan.homes.round(1),
            "mode": [MODES[code] for code in plan.mode],
            "cost_vnd": (plan.local_vnd + plan.trunk_vnd).round(-3),
        },
        geometry=gpd.points_from_xy(people.x_m[centre], people.y_m[centre]),
        crs=inputs.province.crs,
    )


def _cables(roads: Roads, plan: Plan, crs: str) -> gpd.GeoDataFrame:
    ends = np.column_stack([roads.a[plan.edges], roads.b[plan.edges]])
    lines = [shapely.LineString(line) for line in np.stack([roads.x_m[ends], roads.y_m[ends]], axis=-1)]
    return gpd.GeoDataFrame(
        {"length_km": (roads.length_m[plan.edges] / 1000.0).round(3)}, geometry=lines, crs=crs
    )


def _summary(scenario: Scenario, plan: Plan, table: pd.DataFrame, points: int) -> dict[str, Any]:
    people = table["people"]
    served = float((people * table["share_within_drop"].fillna(0.0)).sum() / people.sum())
    homes = {mode: float(plan.homes[plan.mode == code].sum()) for code, mode in enumerate(MODES)}
    built = homes["fibre"] + homes["wireless"]
    return {
        "drop_m": scenario.fixed.drop_m,
        "access_points": points,
        "hamlets_with_access_point": int((table["access_points"] > 0).sum()),
        "people_within_drop_share": round(served, 4),
        "hamlets_fully_within_drop": int((table["share_within_drop"] >= 0.995).sum()),
        "homes_left": round(float(table["homes_left"].sum())),
        "plan": {
            "homes_by_fibre": round(homes["fibre"]),
            "homes_by_wireless": round(homes["wireless"]),
            "homes_unconnected": round(homes["none"]),
            "new_access_points": int((plan.mode == MODES.index("fibre")).sum()),
            "cable_km": round(plan.cable_km, 1),
            "spur_km": round(plan.spur_km, 1),
            "cost_vnd": round(plan.cost_vnd, -6),
            "vnd_per_home": round(plan.cost_vnd / built, -3) if built else None,
            "cable_cost_vnd": round(float(plan.trunk_vnd.sum()), -6),
            "cable_cost_bound_vnd": round(plan.trunk_bound_vnd, -6),
            "cable_cost_gap": _gap(plan),
        },
    }


def _gap(plan: Plan) -> float:
    """How far the cable tree may be above the cheapest one, as a share of its cost."""
    trunk = float(plan.trunk_vnd.sum())
    return round(max(0.0, 1.0 - plan.trunk_bound_vnd / trunk), 4) if trunk else 0.0


def _warnings(plan: Plan) -> tuple[str, ...]:
    if not plan.cut_off.any():
        return ()
    homes = float(plan.homes[plan.cut_off].sum())
    warning = (
        f"{int(plan.cut_off.sum())} cụm nhà ({homes:.0f} hộ) không có đường nối tới mạng cáp quang · "
        f"no road joins {int(plan.cut_off.sum())} groups of homes ({homes:.0f} homes) to the fibre network"
    )
    return (warning,)
