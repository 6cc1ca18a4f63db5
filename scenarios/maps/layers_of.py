"""Which layers a run adds to its map beside signal, hamlets, stations and gaps: one line a room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from phusong.scenarios.maps.border import border_layers
from phusong.scenarios.maps.door import RasterLayer, VectorLayer
from phusong.scenarios.maps.findings import outage_layers, target_layers
from phusong.scenarios.maps.other_networks import network_layers
from phusong.scenarios.maps.plan import plan_layers
from phusong.scenarios.maps.second_opinion import opinion_layers
from phusong.scenarios.maps.sure import sure_layers
from phusong.scenarios.result import RunResult

Room = Callable[[RunResult], Iterable[VectorLayer | RasterLayer]]
ROOMS: tuple[Room, ...] = (
    plan_layers,
    sure_layers,
    border_layers,
    outage_layers,
    target_layers,
    network_layers,
    opinion_layers,
)  # in the panel's order


def layers_of(result: RunResult) -> Iterator[VectorLayer | RasterLayer]:
    """Every layer that a room has for this run."""
    for room in ROOMS:
        yield from room(result)
