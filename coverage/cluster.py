"""Strips of a prediction as tasks of a Dask cluster (extra `cluster`): the same bytes on many machines."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.ground import Ground
from phusong.coverage.reach import Reach
from phusong.coverage.site import Sector
from phusong.coverage.strips import Run, Strip, StripAnswer, predict_strip, predict_strips, strips_of
from phusong.geodata.grid import Grid

STRIPS_PER_WORKER = 3  # more cost more work altogether, fewer leave workers idle at the end
AHEAD = 2  # strips given out for every worker: one at work and one at hand


def predict_on_cluster(
    client: Any,
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    strips: int | None = None,
    **asked: Any,
) -> tuple[CoverageMap, Reach | None]:
    """`predict_strips` by the workers of the cluster behind `client` (a `distributed.Client`): the same bytes.

    `asked` are its other arguments. A worker that dies costs the strips it had, which the scheduler gives to
    others. Workers need phusong installed, and one thread each: compiled loops bring their own. Raises what
    `predict` raises.
    """
    rows = strips_of(grid, least=strips or STRIPS_PER_WORKER * max(1, len(client.nthreads())))
    return predict_strips(ground, sectors, grid=grid, rows=rows, run=on_cluster(client), **asked)


def on_cluster(client: Any) -> Run:
    """How `predict_strips` has its strips answered by the cluster behind `client`."""

    def run(asked: Iterable[Strip], count: int) -> Iterator[StripAnswer]:
        from distributed import as_completed

        waiting, given = iter(asked), as_completed()
        for strip in islice(waiting, min(count, AHEAD * max(1, len(client.nthreads())))):
            given.add(_submit(client, strip))
        for task in given:
            for strip in islice(waiting, 1):
                given.add(_submit(client, strip))
            yield task.result()

    return run


def _submit(client: Any, strip: Strip) -> Any:
    # the question goes with its task, not as data that lie with a worker and may die with it
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph")
        return client.submit(predict_strip, strip, pure=False)
