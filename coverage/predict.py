"""Predicts coverage: from ground and sectors to signal levels on a grid, or at points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.antenna import Antenna, catalogue
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.excess import Paths, excess_db, label
from phusong.coverage.ground import Band, Ground, Rows
from phusong.coverage.job import Job as Job
from phusong.coverage.job import Listener as Listener
from phusong.coverage.job import check
from phusong.coverage.job import job_of as job_of
from phusong.coverage.kernels import fold as folding
from phusong.coverage.kernels.gather import NEVER_DBM, Received, gather
from phusong.coverage.kernels.points import add_to_points
from phusong.coverage.kernels.profile import inside, terrain_at
from phusong.coverage.layers import (
    carriers_of,
    joined,
    layers_of,
    layers_of_all,
    nobody,
    of_points,
    rows_of,
    signals_of,
    turns_of,
)
from phusong.coverage.masts import Mast, masts_of, sector_tables
from phusong.coverage.options import Options
from phusong.coverage.polar import (
    constants_db,
    ends_wanted,
    limits_of,
    polar_losses,
    polar_step_m,
    view_of,
)
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid

BYTES_PER_CELL = 18  # of one carrier in `Received`

Progress = Callable[[int, int], None]


def predict(
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    where: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
    listen: Listener | None = None,
) -> CoverageMap:
    """Signal of every operator and technology on `grid`, with the layers "any-3g" … over all operators.

    `ground` must hold every sector; what lies outside it is not covered. `antennas` adds to, or replaces, the
    ones that come with phusong. `where` (grid's shape) says which cells are asked for: the rest stay empty
    and cost nothing. `progress(done, total)` is called after every mast, `listen` with every mast's losses. The
    same arguments give the same bytes on any number of threads. Raises ValueError for what cannot be predicted.

    Delta-Bullington, P.1812, P.1546, Extended Hata and SPM run along radials. ITM, horizontal
    polarization, P.1812 at another share of time than 50 % and the closed formulas run path by path on the
    same polar samples: slower, by the same drivers.
    """
    layers = predict_layers(
        ground, sectors, grid=grid, options=options, antennas=antennas, where=where, progress=progress,
        listen=listen,
    )  # fmt: skip
    return CoverageMap(
        grid=grid,
        sectors=tuple(sectors),
        layers={layer.key: layer for layer in layers},
        model=label(options or Options()),
    )


def predict_layers(
    ground: Ground | Band,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    where: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
    memory_mb: float = 800.0,
    rows: Rows | None = None,
    listen: Listener | None = None,
) -> Iterator[Layer]:
    """The layers of `predict` one after the other, for areas whose layers do not fit into memory together.

    Operators and technologies are predicted in turns, as many at a time as their sums fit into `memory_mb`;
    the layers over all operators come last. With `rows` the layers, and `where`, are of those rows of the
    grid alone, with the same bytes as in the whole: what a strip takes does not depend on the area.
    """
    job = job_of(
        ground, sectors, grid=grid, options=options, antennas=antennas, where=where, rows=rows, listen=listen
    )
    yield from layers_of_job(job, rows=rows, where=where, progress=progress, memory_mb=memory_mb)


def layers_of_job(
    job: Job,
    *,
    rows: Rows | None,
    where: NDArray[np.bool_] | None,
    progress: Progress | None = None,
    memory_mb: float = 800.0,
) -> Iterator[Layer]:
    """`predict_layers` of a job made with the same `rows` and `where`."""
    grid = job.grid
    first, last = rows or (0, grid.rows)
    carriers = carriers_of(job.sectors)
    turns = turns_of(carriers, memory_mb * 1e6 / (BYTES_PER_CELL * (last - first) * grid.cols))
    masts = [masts_of(job.sectors, job.options, turn) for turn in turns]
    done, total = 0, sum(len(some) for some in masts)
    everyone: dict[str, folding.Signal] = {}
    for turn, some in zip(turns, masts, strict=True):
        received = nobody((len(turn), *grid.shape), (min(first, job.rows[0]), max(last, job.rows[1])))
        for mast in some:
            add_mast(job, mast, turn, received)
            done += 1
            if progress is not None:
                progress(done, total)
        if rows is not None:
            received = rows_of(received, rows)
        if where is not None:
            received.best_dbm[:, ~where] = NEVER_DBM
            received.servers[:, ~where] = 0
        signals = signals_of(received, turn, job.options)
        del received  # its room is needed
        yield from joined(signals, job.options, everyone)
    yield from layers_of_all(everyone, job.options)


def predict_points(
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    progress: Progress | None = None,
) -> Mapping[str, Layer]:
    """The same layers as `predict`, at points: arrays of shape (points,), each from its own terrain profile.

    Coordinates are in the ground's CRS; a point outside the ground is served by nobody. This is the reference
    that rasters are held against.
    """
    options = options or Options()
    antennas = {**catalogue(), **(antennas or {})}
    check(ground, sectors, ground.grid, options, antennas)
    x_m, y_m = np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)
    if x_m.shape != y_m.shape or x_m.ndim != 1 or not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        raise ValueError("x_m and y_m must be finite and of one length")
    samples = ground.samples_dm()
    x = (x_m - ground.grid.west_m) / ground.grid.cell_m - 0.5
    y = (ground.grid.north_m - y_m) / ground.grid.cell_m - 0.5
    heights_m = np.empty(x.size, np.float32)
    terrain_at(samples, x, y, heights_m)
    known = np.isfinite(heights_m)
    nowhere = np.zeros((1, 1), np.uint8)
    job = Job(
        samples, ground, ground.holes, ground.grid, ground.grid, nowhere, (0, 0), heights_m, tuple(sectors),
        antennas, options,
    )  # fmt: skip
    carriers = carriers_of(sectors)
    received = nobody((len(carriers), 1, x.size))
    masts = masts_of(job.sectors, options)
    for done, mast in enumerate(masts, start=1):
        near = np.flatnonzero(known & (np.hypot(x_m - mast.x_m, y_m - mast.y_m) <= max(mast.radius_m)))
        if near.size:
            _add_mast_to_points(job, mast, carriers, received, near, x[near], y[near])
        if progress is not None:
            progress(done, len(masts))
    everyone: dict[str, folding.Signal] = {}
    layers = [*layers_of(received, carriers, options, everyone), *layers_of_all(everyone, options)]
    return {layer.key: of_points(layer) for layer in layers}


def add_mast(job: Job, mast: Mast, carriers: Sequence[tuple[str, Carrier]], received: Received) -> None:
    """Adds what one mast gives on each of `carriers` to what the cells of the job's grid receive."""
    view = view_of(job, mast, polar_step_m(job))
    if view.first_row > view.last_row or not inside(job.samples, *mast.at(job.ground)):
        return
    polar, reach = polar_losses(job, mast, ends_wanted(job, mast))
    tables = sector_tables(mast, job.sectors, carriers, job.antennas, job.options)
    limits, constant_db = limits_of(job, mast), constants_db(mast, job.options)
    gather(received, tables, view, polar, reach, limits, constant_db, job.heights_m)
    if job.listen is not None:
        job.listen(tables, view, polar, reach, limits, constant_db)


def levels_of_mast(
    job: Job, sectors: Sequence[Sector], grid: Grid, heights_m: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Level of each sector of one mast in the cells of a part of the job's grid, dBm, (sectors, rows, cols).

    `heights_m` is the terrain of that part; far below any level where a sector does not reach.
    """
    part = replace(
        job, grid=grid, wanted=np.ones(grid.shape, np.uint8), rows=(0, grid.rows), sectors=tuple(sectors),
        heights_m=np.ascontiguousarray(heights_m),
    )  # fmt: skip
    # each sector on a carrier of its own: the best of one is its level
    alone = [(str(k), sector.carrier) for k, sector in enumerate(sectors)]
    received = nobody((len(alone), *grid.shape))
    named = tuple(replace(sector, operator=str(k)) for k, sector in enumerate(sectors))
    (mast,) = masts_of(named, job.options)
    add_mast(replace(part, sectors=named), mast, alone, received)
    return received.best_dbm


def _add_mast_to_points(
    job: Job, mast: Mast, carriers: Sequence[tuple[str, Carrier]], received: Received,
    near: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64],
) -> None:  # fmt: skip
    excess = excess_db(Paths(job.area, job.samples, mast, x, y), job.options)
    tables = sector_tables(mast, job.sectors, carriers, job.antennas, job.options)
    add_to_points(
        received, tables, view_of(job, mast, job.ground.cell_m), near, x, y, job.heights_m[near], excess,
        np.array(mast.radius_m, np.float32), constants_db(mast, job.options),
    )  # fmt: skip
