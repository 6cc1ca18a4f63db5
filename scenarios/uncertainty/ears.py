"""Where a run listens, and what is counted there in every draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from phusong.coverage.coverage_map import Layer
from phusong.coverage.ground import Ground
from phusong.coverage.uncertainty.draws import Asked
from phusong.coverage.uncertainty.entries import terrain_of
from phusong.coverage.uncertainty.gap_sizes import homes_of
from phusong.coverage.uncertainty.heard import LayerName, Places, Strongest, listening, places_at
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.scenarios.inputs import Inputs, thresholds_of
from phusong.scenarios.scenario import Scenario

ROAD_STEP_M = 50.0
GROUND_CELLS = 8000  # of the province's cells, evenly spread: their area is drawn, of all of them or of these

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ears:
    """The places where draws are asked, and the lists that `predict` fills for them."""

    places: Places
    of_people: NDArray[np.int64]
    of_road: NDArray[np.int64]
    of_ground: NDArray[np.int64]
    road_km: float  # of one point of the road
    ground_km2: float  # of one cell of ground
    lists: Strongest


def ears_of(scenario: Scenario, inputs: Inputs, ground: Ground) -> Ears | None:
    """Where the run has to listen; None where the scenario asks for no uncertainty. InputError for a bad key."""
    asked = scenario.uncertainty
    if not asked.enabled or not inputs.sectors:
        return None
    for table in ("shadow", "terrain", "clutter"):
        given = getattr(asked, table).correlation_m
        least = ground.grid.cell_m if table == "terrain" else scenario.resolution_m
        if given is not None and given < least:
            raise InputError(
                f"{scenario.name}: uncertainty.{table}.correlation_m = {given:g} lies below the grid step of "
                f"{least:g} m; give {least:g} or more"
            )
    road = inputs.province.patrol_road
    count = 0 if road.is_empty else int(np.ceil(road.length / ROAD_STEP_M))
    step_m = road.length / count if count else 0.0
    points = [road.interpolate((k + 0.5) * step_m) for k in range(count)]
    people, grid = inputs.people, inputs.grid
    row, col, ground_km2 = ground_cells(inputs.commune_of_cell >= 0, grid)
    places, number = places_at(
        grid,
        np.concatenate([people.x_m, [point.x for point in points], grid.x_m()[col]]),
        np.concatenate([people.y_m, [point.y for point in points], grid.y_m()[row]]),
    )
    ends = np.cumsum([people.people.size, len(points)])
    of_people, of_road, of_ground = np.split(number, ends)
    floor = terrain_of(ground, ground.samples_dm(), places.x_m, places.y_m)
    return Ears(
        places=places,
        of_people=of_people,
        of_road=of_road,
        of_ground=of_ground,
        road_km=step_m / 1e3,
        ground_km2=ground_km2,
        lists=listening(places, inputs.sectors, floor),
    )


def ground_cells(inside: NDArray[np.bool_], grid: Grid) -> tuple[I64, I64, float]:
    """Rows and columns of evenly spread cells of the province, about GROUND_CELLS of them (all, where there are
    fewer), and the km2 that each stands for."""
    total = int(inside.sum())
    every = max(1, ceil(sqrt(total / GROUND_CELLS)))
    lattice = np.zeros(inside.shape, bool)
    lattice[every // 2 :: every, every // 2 :: every] = True
    row, col = np.nonzero(inside & lattice)
    return row, col, total * grid.cell_m**2 / 1e6 / max(1, row.size)


def gap_of_point(inputs: Inputs, gaps: gpd.GeoDataFrame, layer: str) -> I64:
    """Row of `gaps` in which each point of people lies, for the gaps of one layer; -1 for none."""
    found = np.full(inputs.people.people.size, -1, np.int64)
    mine = np.flatnonzero((gaps["layer"] == layer).to_numpy()) if len(gaps) else np.zeros(0, np.int64)
    if mine.size:
        points = shapely.points(inputs.people.x_m, inputs.people.y_m)
        point, gap = shapely.STRtree(gaps.geometry.iloc[mine].to_numpy()).query(points, predicate="within")
        found[point] = mine[gap]
    return found


def asked_of(
    scenario: Scenario,
    inputs: Inputs,
    ears: Ears,
    layers: Sequence[Layer],
    listened: Sequence[LayerName],
    gaps: gpd.GeoDataFrame,
) -> Asked:
    """What is counted in each draw: the run's own layers, people, units, road, ground and gaps."""
    roaming = {name: set(group) for group in scenario.roaming for name in group}

    def whose(layer: Layer) -> list[bool]:
        mine = roaming.get(layer.operator, {layer.operator})
        return [
            technology == layer.technology and (layer.operator == "any" or operator in mine)
            for operator, technology in listened
        ]

    steps = [thresholds_of(scenario, layer.technology) for layer in layers]
    people = inputs.people
    order = np.argsort(people.hamlet, kind="stable")
    hamlets = len(inputs.province.hamlets)
    sizes = np.bincount(people.hamlet, minlength=hamlets)
    return Asked(
        members=np.array([whose(layer) for layer in layers], bool).reshape(len(layers), len(listened)),
        thresholds_dbm=np.array([[one.outdoor_dbm, one.in_car_dbm, one.indoor_dbm] for one in steps]),
        place=ears.of_people[order],
        people=people.people[order],
        unit=inputs.commune_of_hamlet()[people.hamlet][order],
        units=len(inputs.province.communes),
        hamlet_start=np.concatenate(([0], np.cumsum(sizes))),
        hamlet_share=scenario.hamlet_people_share,
        road_place=ears.of_road,
        road_km=np.full(ears.of_road.size, ears.road_km),
        ground_place=ears.of_ground,
        ground_km2=np.full(ears.of_ground.size, ears.ground_km2),
        gap_of_point=np.stack([gap_of_point(inputs, gaps, layer.key)[order] for layer in layers]),
        gaps=len(gaps),
        homes=homes_of(ears.places, ears.of_people, people.people),
        least_people=scenario.gap_least_people,
    )
