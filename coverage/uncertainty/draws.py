"""Monte Carlo: the answer in every draw, and how often each place is served."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.kernels.draws import LOWEST, best_levels, group_levels, together
from phusong.coverage.uncertainty.gap_sizes import Homes, gap_sizes
from phusong.coverage.uncertainty.parts import Setting, every_change_db

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted in every draw.

    - `members` (layers, heard layers): whose best level each answered layer is
    - `thresholds_dbm` (layers, 3): outdoors, in a car, indoors
    - people: `place`, `people` and `unit` of each group of neighbours, sorted by hamlet, those of hamlet h from
      hamlet_start[h] on
    - `road_place`, `road_km`: pieces of road
    - `ground_place`, `ground_km2`: cells of ground, each standing for so much of it
    - `gap_of_point` (layers, points of people): the run's own gap there, by row of its table, -1 for none
    - `homes`, `least_people`: how gaps are found anew in each draw
    """

    members: NDArray[np.bool_]
    thresholds_dbm: F64
    place: I64
    people: F64
    unit: I64
    units: int
    hamlet_start: I64
    hamlet_share: float
    road_place: I64
    road_km: F64
    ground_place: I64
    ground_km2: F64
    gap_of_point: I64
    gaps: int
    homes: Homes
    least_people: float


@dataclass(frozen=True, slots=True)
class Counts:
    """The answer of one draw; the first axis is the layer."""

    people: F64  # (layers, 3): outdoors, in cars, indoors
    unit_people: F64  # (layers, units), outdoors
    hamlet_dbm: F32  # (layers, hamlets)
    road_km: F64
    area_km2: F64  # served
    gap_sizes: F64  # (layers, 3): people in gaps, in the largest, in the three largest
    lost_people: F64  # (the run's gaps,): who is without signal there


@dataclass(frozen=True, slots=True)
class Draws:
    """The answers of all draws, draws first, and at each place the share of draws in which it is served."""

    people: F64
    unit_people: F64
    hamlet_dbm: F32
    road_km: F64
    area_km2: F64
    gap_sizes: F64
    lost_people: F64
    probability: F32  # (layers, places)

    @property
    def count(self) -> int:
        return self.people.shape[0]


def levels_of(setting: Setting, change_db: F32) -> F32:
    """Best level of every heard layer at every place, dBm, after a change; far below any where nobody is."""
    own = setting.entries
    best = np.empty(len(setting.layers) * setting.places, np.float32)
    best_levels(own.level_dbm, change_db, own.start, best)
    return best.reshape(len(setting.layers), setting.places)


def count(asked: Asked, best_dbm: F32) -> tuple[Counts, F32]:
    """The answer where these are the best levels, and the answered layers' levels."""
    layers = asked.members.shape[0]
    level = np.empty((layers, best_dbm.shape[1]), np.float32)
    together(best_dbm, asked.members, level)
    hamlet = np.empty((layers, asked.hamlet_start.size - 1), np.float32)
    people, unit_people = np.empty((layers, 3)), np.empty((layers, asked.units))
    road, area, sizes = np.empty(layers), np.empty(layers), np.empty((layers, 3))
    lost_people = np.zeros(asked.gaps)
    for k in range(layers):
        steps = asked.thresholds_dbm[k]
        mine = level[k][asked.place]
        people[k] = [asked.people[mine >= step].sum() for step in steps]
        served = mine >= steps[0]
        unit_people[k] = np.bincount(asked.unit[served], weights=asked.people[served], minlength=asked.units)
        road[k] = asked.road_km[level[k][asked.road_place] >= steps[0]].sum()
        area[k] = asked.ground_km2[level[k][asked.ground_place] >= steps[0]].sum()
        sizes[k] = gap_sizes(asked.homes, level[k], steps[0], asked.least_people)
        lost = ~served & (asked.gap_of_point[k] >= 0)
        lost_people += np.bincount(
            asked.gap_of_point[k][lost], weights=asked.people[lost], minlength=asked.gaps
        )
        group_levels(level[k], asked.place, asked.people, asked.hamlet_start, asked.hamlet_share, hamlet[k])
    hamlet = np.where(hamlet > LOWEST / 2, hamlet, -np.inf)
    return Counts(people, unit_people, hamlet, road, area, sizes, lost_people), level


def monte_carlo(
    setting: Setting,
    asked: Asked,
    *,
    draws: int,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Draws:
    """The answer in `draws` draws of everything uncertain; the same bytes for any number of workers.

    Raises ValueError for no draws.
    """
    if draws < 1:
        raise ValueError(f"draws must be 1 or more, not {draws}")

    def one(number: int) -> tuple[Counts, NDArray[np.bool_]]:
        counts, level = count(asked, levels_of(setting, every_change_db(setting, number)))
        return counts, level >= asked.thresholds_dbm[:, :1]

    found: list[Counts] = []
    served = np.zeros((asked.members.shape[0], setting.places), np.int32)
    for counts, reached in in_order(one, range(draws), workers):
        found.append(counts)
        served += reached
        if progress is not None:
            progress(len(found), draws)
    return together_of(found, (served / draws).astype(np.float32))


def together_of(found: Sequence[Counts], probability: F32) -> Draws:
    """The answers of some draws as one value."""
    stacked = {one.name: np.stack([getattr(counts, one.name) for counts in found]) for one in fields(Counts)}
    return Draws(**stacked, probability=probability)


def in_order(work: Callable[[int], T], numbers: Iterable[int], workers: int) -> Iterator[T]:
    """Results of `work` in the order of `numbers`, computed by some threads beside each other."""
    if workers <= 1:
        yield from map(work, numbers)
        return
    with ThreadPoolExecutor(workers) as pool:
        running: deque[Future[T]] = deque()
        for number in numbers:
            running.append(pool.submit(work, number))
            if len(running) > 2 * workers:  # results must not pile up
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
