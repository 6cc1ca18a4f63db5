"""From a scenario to a siting problem: candidates, whom each would serve, who counts how much."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.coverage.options import Options
from phusong.coverage.predict import predict
from phusong.coverage.service import People, signal_at
from phusong.coverage.site import Carrier, Sector
from phusong.coverage.siting.candidates import CandidateRules, candidates
from phusong.coverage.siting.problem import MaximalCovering, Problem, Rules, SetCovering
from phusong.coverage.siting.sets import CoverageSets
from phusong.coverage.siting.station import Station, coverage_sets, with_standing
from phusong.geodata.errors import InputError
from phusong.geodata.reference.cache import cache_folder
from phusong.scenarios.inputs import Inputs, ground_of, options_of
from phusong.scenarios.plan.lists import own_candidates, own_points
from phusong.scenarios.plan.money import fibre_of, money_of
from phusong.scenarios.scenario import Scenario

BILLION = 1e9  # costs are solved in billions of VND: solvers like numbers near one
SHARED = "Chung"  # the operator of a station that serves every network

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A siting problem with what its numbers stand for.

    Points 0 to `people_points` - 1 are the people's cells, then come the user's own (`own_points`), industrial
    zones, posts and gates. The last site is everything that serves already; `served_before` are the people's
    points that it serves.
    """

    problem: Problem
    places: pd.DataFrame  # candidates, one row a site
    station: Station
    people_points: int
    served_before: NDArray[np.bool_]
    own_points: pd.DataFrame  # name, x_m, y_m, weight, times


def asked(scenario: Scenario, inputs: Inputs, *, progress: Report | None = None) -> Asked:
    """The problem of a scenario's [plan]. InputError for names or places that the data do not have."""
    keys, province = scenario.plan, inputs.province
    rules = CandidateRules(
        kinds=keys.kinds, most=keys.candidates, spacing_m=keys.spacing_m, slope_deg=keys.slope_deg,
        road_m=keys.road_m, power_m=keys.power_m, fibre_km=keys.fibre_km, border_m=keys.border_m,
        prominence_m=keys.prominence_m,
    )  # fmt: skip
    places = candidates(province, rules, own_candidates(keys.own, province), fibre_of(scenario, inputs))
    options = options_of(scenario)
    station = station_of(scenario)
    own = own_points(scenario, province)
    points, weight, need = _demand(scenario, inputs, own)
    sets = _kept_sets(inputs, station, places, points, options, progress)
    standing = _served_now(scenario, inputs, points, options)
    sites = len(places)
    commune = province.communes.reset_index().set_index("code")["index"]
    group = commune.reindex(province.hamlets["commune_code"]).to_numpy()[inputs.people.hamlet]
    equal = keys.least_commune_share > 0
    problem_rules = Rules(
        existing=(sites,),
        must=_named(places, keys.must, "must"),
        never=_named(places, keys.never, "never"),
        spacing_m=keys.spacing_m,
        sites_m=np.vstack((places[["x_m", "y_m"]].to_numpy(), [[-1e9, -1e9]])),
        need=need,
        group=np.append(group, np.full(len(weight) - len(group), -1)).astype(np.int64) if equal else None,
        least_share=np.full(len(province.communes), keys.least_commune_share) if equal else None,
        site_names=(*places["name"].astype(str), "—"),
        group_names=tuple(province.communes["name"]),
    )
    every = with_standing(sets, standing)
    people = len(inputs.people.people)
    problem: Problem
    if keys.target_share > 0:
        problem = SetCovering(every, weight, keys.target_share, None, problem_rules)
    elif keys.budget_vnd > 0:
        capex = money_of(scenario, inputs, places)["capex_vnd"].to_numpy(float)
        cost = np.append(capex / BILLION, 0.0)
        problem = MaximalCovering(every, weight, keys.budget_vnd / BILLION, cost, problem_rules)
    else:
        problem = MaximalCovering(every, weight, float(keys.sites), None, problem_rules)
    return Asked(problem, places, station, people, standing[:people], own)


def station_of(scenario: Scenario) -> Station:
    """What every new station of a scenario's [plan] is like."""
    keys = scenario.plan
    return Station(
        operator=keys.operator or SHARED,
        carrier=Carrier(keys.technology, keys.band, keys.frequency_mhz, keys.bandwidth_mhz),
        antenna=keys.antenna,
        height_m=keys.height_m,
        power_dbm=keys.power_dbm,
        electrical_downtilt_deg=keys.electrical_downtilt_deg,
    )


def _demand(
    scenario: Scenario, inputs: Inputs, own: pd.DataFrame
) -> tuple[People, NDArray[np.float64], NDArray[np.int64] | None]:
    """Points to serve, how much each counts, and by how many sites it must be served."""
    keys, people, province = scenario.plan, inputs.people, inputs.province
    town = province.communes.set_index("code")["type"].isin(("Phường", "Thị trấn"))
    urban = town.reindex(province.hamlets["commune_code"]).to_numpy(bool)[people.hamlet]
    weight = people.people * np.where(urban, keys.weight_centre, 1.0)
    if keys.near_border_km > 0:
        away_m = shapely.distance(province.border, shapely.points(people.x_m, people.y_m))
        weight = np.where(away_m <= keys.near_border_km * 1e3, weight, 0.0)
    posts = province.places[province.places["kind"].isin(("post", "gate"))].geometry
    extra = [tuple(own[name].to_numpy(float) for name in ("x_m", "y_m", "weight", "times"))]
    for shapes, each, times in (
        (province.zones.centroid, keys.weight_zone, 1),
        (posts, keys.weight_post, 2 if keys.double_posts else 1),
    ):
        if each > 0:
            extra.append(
                (*shapes.get_coordinates().to_numpy().T, *np.full((2, len(shapes)), [[each], [times]]))
            )
    x, y, more, times_more = (np.concatenate(column) for column in zip(*extra, strict=True))
    points = People(
        np.append(people.x_m, x),
        np.append(people.y_m, y),
        np.append(people.people, np.zeros(len(x))),
        np.append(people.hamlet, np.zeros(len(x), np.int64)),
    )
    need = np.append(np.ones(len(people.people), np.int64), times_more.astype(np.int64))
    return points, np.append(weight, more), need if (need > 1).any() else None


def sectors_now(scenario: Scenario, inputs: Inputs) -> tuple[Sector, ...]:
    """Sectors on air of the plan's technology: its operator's or, for a shared plan, everybody's."""
    keys = scenario.plan
    return tuple(
        sector
        for sector in inputs.sectors
        if sector.carrier.technology == keys.technology and keys.operator in ("", sector.operator)
    )


def _served_now(scenario: Scenario, inputs: Inputs, points: People, options: Options) -> NDArray[np.bool_]:
    """Which points have the plan's technology already."""
    keys, mine = scenario.plan, sectors_now(scenario, inputs)
    if not mine:
        return np.zeros(len(points.x_m), bool)
    coverage = predict(ground_of(inputs.province), mine, grid=inputs.grid, options=options)
    key = f"any-{keys.technology}".lower()
    return np.asarray(signal_at(coverage.raster(key), points) >= coverage.layers[key].threshold_dbm)


def _kept_sets(
    inputs: Inputs, station: Station, places: pd.DataFrame, points: People, options: Options,
    progress: Report | None,
) -> CoverageSets:  # fmt: skip
    """The coverage sets, from the cache folder when the same were predicted before."""
    xy = np.ascontiguousarray(places[["x_m", "y_m"]].to_numpy())
    digest = hashlib.sha256(repr((station, options, inputs.grid, _code_print())).encode())
    for part in (xy, points.x_m, points.y_m, inputs.province.terrain.values, inputs.province.clutter.values):
        digest.update(np.ascontiguousarray(part).tobytes())
    path = cache_folder() / "siting" / f"{digest.hexdigest()[:24]}.npz"
    if path.is_file():
        with np.load(path) as kept:
            return CoverageSets.of_columns(len(points.x_m), kept["start"], kept["point"])
    sets = coverage_sets(
        ground_of(inputs.province), station, xy, points, grid=inputs.grid, options=options, progress=progress
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part.npz")
        np.savez(partial, start=sets.site_start, point=sets.site_point)
        partial.replace(path)
    except OSError:
        return sets  # the cache is a convenience: without it the sets are predicted again
    return sets


def _code_print() -> str:
    """Changes with the engine's sources: sets of an older engine are not taken for this one's."""
    digest = hashlib.sha256()
    package = resources.files("phusong.coverage")
    for folder in (package, package / "kernels", package / "propagation"):
        for item in sorted(folder.iterdir(), key=lambda one: one.name):
            if item.name.endswith(".py"):
                digest.update(item.read_bytes())
    return digest.hexdigest()


def _named(places: pd.DataFrame, wanted: tuple[str, ...], key: str) -> tuple[int, ...]:
    """Rows of the candidates with these names or masts; InputError where there is none."""
    rows: list[int] = []
    for name in wanted:
        match = np.flatnonzero((places["name"] == name) | (places["mast_id"] == name))
        if not len(match):
            raise InputError(
                f"plan.{key}: {name!r} is no candidate; give a mast's id or a name of your own list, "
                "inside the province"
            )
        rows.append(int(match[0]))
    return tuple(rows)
