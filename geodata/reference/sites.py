"""Stations: which operator stands on which mast, the border sites, the planned 5G sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely import LineString, Polygon

OPERATORS = ("Viettel", "VNPT", "MobiFone")
TOWN_DENSITY = 1500.0  # people per km² around a mast from which it is a town's


def macro_sites(masts: pd.DataFrame, settings: Mapping[str, Any], rng: np.random.Generator) -> pd.DataFrame:
    """One row per operator and mast: the operators' counts are the settings', every mast has at least one.

    An operator prefers masts with more people around; how much a thinly peopled mast repels it is its
    `rural_bias` (1: not at all).
    """
    counts = np.array([settings[name.lower()] for name in OPERATORS])
    bias = np.array([settings["rural_bias"][name] for name in OPERATORS])
    rural = 1.0 - np.clip(np.log10(np.maximum(masts["density"].to_numpy(), 1.0) / 60.0) / 1.6, 0.0, 1.0)
    rural = np.maximum(rural, masts["remote"].to_numpy())
    liking = np.log(counts)[None, :] + np.log(bias)[None, :] * 1.5 * rural[:, None]
    liking = liking + rng.gumbel(0.0, 0.6, liking.shape)
    holds = np.zeros((len(masts), len(OPERATORS)), dtype=bool)
    holds[np.arange(len(masts)), liking.argmax(axis=1)] = True
    crowd = liking - 1.2 * rural[:, None]
    for k, count in enumerate(counts):
        short = int(count - holds[:, k].sum())
        if short < 0:
            raise ValueError(
                f"{OPERATORS[k]} has fewer sites than masts of its own: raise its count or masts"
            )
        order = np.argsort(np.where(holds[:, k], -np.inf, crowd[:, k]))[::-1]
        holds[order[:short], k] = True
    mast, operator = np.nonzero(holds)
    return pd.DataFrame(
        {
            "mast": mast,
            "operator": np.array(OPERATORS, dtype=object)[operator],
            "x_m": masts["x_m"].to_numpy()[mast],
            "y_m": masts["y_m"].to_numpy()[mast],
            "density": masts["density"].to_numpy()[mast],
            "remote": masts["remote"].to_numpy()[mast],
            "kind": "macro",
            "on_air_year": rng.integers(2012, 2024, len(mast)),
            "status": "on_air",
        }
    )


def border_sites(
    patrol_road: LineString,
    outline: Polygon,
    first_mast: int,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The border sites along the patrol road, the western ones (Lộc Ninh) on air, the others planned."""
    count, on_air = settings["count"], settings["on_air"]
    share = (np.arange(count) + rng.uniform(0.3, 0.7, count)) / count
    xy = np.array(
        [_beside(patrol_road, s * patrol_road.length, outline, settings["setback_m"]) for s in share]
    )
    # on air mostly, not only, in the west: a few of the eastern stretch too
    rank = share + rng.normal(0.0, 0.09, count)
    planned = np.zeros(count, dtype=bool)
    planned[np.argsort(rank)[on_air:]] = True
    names = [name for name, n in settings["operators"].items() for _ in range(n)]
    return pd.DataFrame(
        {
            "mast": first_mast + np.arange(count),
            "operator": np.array(names, dtype=object)[rng.permutation(count)],
            "x_m": np.round(xy[:, 0], 1),
            "y_m": np.round(xy[:, 1], 1),
            "density": 20.0,
            "remote": 1.0,
            "kind": "border",
            "on_air_year": np.where(planned, settings["planned_year"], settings["on_air_year"]),
            "status": np.where(planned, "planned", "on_air"),
        }
    )


def _beside(road: LineString, along_m: float, outline: Polygon, setback_m: float) -> NDArray[np.float64]:
    """A point `setback_m` from the road on its inland side."""
    here, ahead = (np.asarray(road.interpolate(along_m + step).coords[0]) for step in (0.0, 20.0))
    tangent = ahead - here
    tangent = tangent / max(float(np.hypot(*tangent)), 1e-9)
    normal = np.array([-tangent[1], tangent[0]])
    centre = np.asarray(outline.centroid.coords[0])
    side = 1.0 if normal @ (centre - here) > 0 else -1.0
    return np.asarray(here + side * setback_m * normal)


def sites_5g(
    macro: pd.DataFrame,
    masts: int,
    attraction: NDArray[np.float64],
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The planned 5G sites at centres and industrial zones, mostly on the operator's own masts.

    `attraction` says for each macro site how much a centre or a zone is near. A site on a new mast stands
    some 150-300 m from the mast that it relieves.
    """
    parts, next_mast = [], masts
    for operator in OPERATORS:
        count = int(settings[operator.lower()])
        own = np.flatnonzero(macro["operator"] == operator)
        score = attraction[own] * np.exp(0.25 * rng.standard_normal(len(own)))
        chosen = macro.iloc[own[np.argsort(-score)[:count]]].copy()
        new = np.zeros(count, dtype=bool)
        new[rng.permutation(count)[: round(settings["new_mast_share"] * count)]] = True
        turn, away_m = rng.uniform(0.0, 2.0 * np.pi, count), rng.uniform(150.0, 300.0, count)
        chosen["x_m"] = np.round(chosen["x_m"] + new * away_m * np.cos(turn), 1)
        chosen["y_m"] = np.round(chosen["y_m"] + new * away_m * np.sin(turn), 1)
        chosen.loc[new, "mast"] = next_mast + np.arange(int(new.sum()))
        next_mast += int(new.sum())
        early = rng.permutation(count) < round(settings["year_2024_share"] * count)
        chosen["kind"], chosen["status"] = "5g", "planned"
        chosen["on_air_year"] = np.where(early, 2024, 2025)
        parts.append(chosen)
    return pd.concat(parts, ignore_index=True)
