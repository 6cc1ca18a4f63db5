"""A prediction strip by strip: rows of the grid that need nothing of each other, one after the other or by
many workers, in the same bytes as all at once.

A strip reads the ground that its masts' paths touch and sweeps the masts that reach it, so what it takes does
not grow with the area; more strips cost more work altogether, since a mast near an edge is swept for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.antenna import Antenna
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.excess import label
from phusong.coverage.ground import Band, Ground, Rows
from phusong.coverage.hearing import Heard, Hearing, Listening, reach_of, together
from phusong.coverage.job import Listener, ground_rows, job_of
from phusong.coverage.kernels.gather import MastSectors, MastView
from phusong.coverage.kernels.heard import Ranks
from phusong.coverage.options import Options
from phusong.coverage.predict import Progress, layers_of_job
from phusong.coverage.reach import Reach
from phusong.coverage.site import Sector
from phusong.coverage.uncertainty.heard import Strongest
from phusong.geodata.grid import Grid

CELLS_AT_A_TIME = 16_000_000  # of a strip: a province of 110 x 110 km at 30 m is one
ARRAYS = ("rsrp_dbm", "best_server", "second_dbm", "servers", "sinr_db")

Allocate = Callable[[tuple[int, int], np.dtype[Any]], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Strip:
    """The question put to a worker: everything that `rows` of the grid need."""

    rows: Rows
    ground: Band
    sectors: tuple[Sector, ...]
    grid: Grid
    options: Options
    antennas: Mapping[str, Antenna] | None
    where: NDArray[np.bool_] | None  # of these rows
    hearing: Hearing | None
    strongest: Strongest | None  # empty lists for the places in these rows


@dataclass(frozen=True, slots=True)
class StripAnswer:
    """A strip's layers, arrays of its rows alone, who is heard there, and the lists that were asked for."""

    rows: Rows
    layers: tuple[Layer, ...]
    heard: Heard
    ranks: Ranks | None


Run = Callable[[Iterable[Strip], int], Iterator[StripAnswer]]  # strips and how many there are; in any order


def strips_of(grid: Grid, *, cells: int = CELLS_AT_A_TIME, least: int = 1) -> list[Rows]:
    """Rows of the grid in strips of about one height, of at most `cells` cells each and at least `least`."""
    count = max(-(-grid.rows * grid.cols // cells), min(least, grid.rows))
    ends = [grid.rows * k // min(count, grid.rows) for k in range(min(count, grid.rows) + 1)]
    return list(pairwise(ends))


def predict_strip(strip: Strip, progress: Progress | None = None) -> StripAnswer:
    """The layers of one strip and what was listened for in its rows. Raises what `predict` raises."""
    job = job_of(
        strip.ground, strip.sectors, grid=strip.grid, options=strip.options, antennas=strip.antennas,
        where=strip.where, rows=strip.rows,
    )  # fmt: skip
    listening = None
    if strip.hearing is not None:
        listening = Listening(strip.hearing, strip.grid, strip.rows, job.heights_m)
        job = replace(job, listen=listening)
    ranks = None
    if strip.strongest is not None:
        # a worker's copy comes without a right to write
        empty = strip.strongest.ranks
        ranks = Ranks(empty.level_dbm.copy(), empty.sector.copy())
        lists = replace(strip.strongest, ranks=ranks)
        job = replace(job, listen=_each(listening, lists.hear, strip.rows))
    layers = tuple(layers_of_job(job, rows=strip.rows, where=strip.where, progress=progress))
    return StripAnswer(strip.rows, layers, listening.heard() if listening else together([]), ranks)


def _each(first: Listener | None, also: Listener, rows: Rows) -> Listener:
    """Both listeners as one; the second hears of the strip's own rows alone."""

    def told(tables: MastSectors, view: MastView, *losses: Any) -> None:
        if first is not None:
            first(tables, view, *losses)
        own = view._replace(first_row=max(view.first_row, rows[0]), last_row=min(view.last_row, rows[1] - 1))
        also(tables, own, *losses)

    return told


def strips(
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    rows: Sequence[Rows],
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    where: NDArray[np.bool_] | None = None,
    hearing: Hearing | None = None,
    strongest: Strongest | None = None,
) -> Iterator[Strip]:
    """The questions, made one by one as they are asked for. Raises what `predict` raises, at the first."""
    options = options or Options()
    reach_m = 1e3 * max((options.radius_km[s.carrier.technology] for s in sectors), default=0.0)
    for first, last in rows:
        # two rows around it are predicted too: their radials help to fill the outermost cells
        around = max(0, first - 2), min(grid.rows, last + 2)
        band = ground.band(ground_rows(ground.grid, grid, around, reach_m=reach_m))
        asked = None if where is None else where[first:last]
        lists = None if strongest is None else strongest.part((first, last))
        yield Strip((first, last), band, tuple(sectors), grid, options, antennas, asked, hearing, lists)


def predict_strips(
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    where: NDArray[np.bool_] | None = None,
    hearing: Hearing | None = None,
    progress: Progress | None = None,
    rows: Sequence[Rows] | None = None,
    run: Run | None = None,
    allocate: Allocate = np.empty,
    strongest: Strongest | None = None,
) -> tuple[CoverageMap, Reach | None]:
    """`predict`, strip by strip: the same bytes. With `hearing` who is heard where comes second.

    `rows` are the strips (as few as fit into memory if None), `run` has them answered (here, one after the
    other), `allocate(shape, dtype)` gives the room for every layer's arrays, which may lie in a file.
    The lists of `strongest` are filled, wherever the strips are answered.
    """
    rows = list(rows or strips_of(grid))
    asked = strips(
        ground,
        sectors,
        grid=grid,
        rows=rows,
        options=options,
        antennas=antennas,
        where=where,
        hearing=hearing,
        strongest=strongest,
    )
    answers = run(asked, len(rows)) if run else here(asked, len(rows), progress)
    layers: dict[str, Layer] = {}
    heard: dict[int, Heard] = {}
    for done, answer in enumerate(answers, start=1):
        for layer in answer.layers:
            if layer.key not in layers:
                room: dict[str, Any] = {
                    name: allocate(grid.shape, getattr(layer, name).dtype) for name in ARRAYS
                }
                layers[layer.key] = replace(layer, **room)
            for name in ARRAYS:
                getattr(layers[layer.key], name)[slice(*answer.rows)] = getattr(layer, name)
        heard[answer.rows[0]] = answer.heard
        if strongest is not None and answer.ranks is not None:
            strongest.take(answer.rows, answer.ranks)
        if run and progress is not None:
            progress(done, len(rows))
    coverage = CoverageMap(
        grid=grid,
        sectors=tuple(sectors),
        layers=layers,
        model=label(options or Options()),
    )
    if hearing is None:
        return coverage, None
    return coverage, reach_of(together([heard[first] for first in sorted(heard)]), hearing)


def here(asked: Iterable[Strip], count: int, progress: Progress | None = None) -> Iterator[StripAnswer]:
    """The strips' answers one after the other, in this process; `progress` counts thousandths of all."""
    for done, strip in enumerate(asked):

        def told(masts: int, total: int, done: int = done) -> None:
            if progress is not None:
                progress(round(1000 * (done + masts / total)), 1000 * count)

        yield predict_strip(strip, told)
