"""Who would be served, yes or no: `predict`'s answer at scattered cells, for a fraction of its work.

A cell that one mast serves need not be asked of the others, and a path need not be swept where less than all
of its loss already keeps it below the threshold. Neither changes an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from math import inf

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.antenna import Antenna
from phusong.coverage.compiled import one_core
from phusong.coverage.excess import earth_radius_km, settled
from phusong.coverage.ground import Ground
from phusong.coverage.job import Job, job_of
from phusong.coverage.kernels.gather import MastSectors
from phusong.coverage.kernels.profile import inside
from phusong.coverage.kernels.reached import Cells, in_reach, least_losses, mark, reached
from phusong.coverage.layers import carriers_of, key_of
from phusong.coverage.masts import Mast, masts_of, sector_tables
from phusong.coverage.options import Options
from phusong.coverage.polar import (
    constants_db,
    limits_of,
    polar_losses,
    polar_shape,
    polar_step_m,
    stride_of,
    view_of,
)
from phusong.coverage.predict import Progress
from phusong.coverage.site import Sector
from phusong.geodata.grid import Grid

FEW_SAMPLES = 100_000  # of all radials of a mast: some milliseconds of a core
SLACK_DB = 0.01  # bounds and losses are rounded to single precision

Bools = NDArray[np.bool_]
F32 = NDArray[np.float32]
Indices = NDArray[np.int32]


def served(
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    asked: Mapping[str, Bools],
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    progress: Progress | None = None,
) -> dict[str, Bools]:
    """Where the layers named in `asked` reach their threshold, of the cells (grid's shape) asked of each.

    The same yes or no as `predict`'s level against `options.threshold_dbm`; False where nothing is asked, and
    for a layer that no sector is in. `progress(done, total)` is called after every mast. Raises ValueError for
    what cannot be predicted.
    """
    keys = sorted(asked)
    where = np.zeros(grid.shape, bool)
    for cells in asked.values():
        where |= cells
    job = job_of(ground, sectors, grid=grid, options=options, antennas=antennas, where=where)
    row, col = np.nonzero(where)
    is_open = np.array([asked[key][row, col] for key in keys], np.uint8).reshape(len(keys), row.size)
    question = _Question(job, keys, Cells(row.astype(np.int32), col.astype(np.int32), is_open))
    masts = masts_of(job.sectors, job.options, question.carriers)
    for done, mast in enumerate(masts, start=1):
        question.ask(mast)
        if progress is not None:
            progress(done, len(masts))
    found = {}
    for key, left in zip(keys, is_open, strict=True):
        found[key] = asked[key].copy()
        found[key][row, col] &= left == 0
    return found


class _Question:
    """What is asked of mast after mast; `cells.open` closes as they serve it."""

    def __init__(self, job: Job, keys: Sequence[str], cells: Cells) -> None:
        layers = {key: number for number, key in enumerate(keys)}
        self.carriers = [
            (operator, carrier)
            for operator, carrier in carriers_of(job.sectors)
            if key_of(operator, carrier.technology) in layers
        ]
        self._layer_of_carrier = np.array(
            [layers[key_of(operator, carrier.technology)] for operator, carrier in self.carriers], np.int32
        )
        self._job, self._cells = job, cells
        self._least_db = least_excess_db(job.options)
        self._found = np.empty(cells.row.size, np.int32)

    def ask(self, mast: Mast) -> None:
        """Closes the open cells that this mast serves."""
        job = self._job
        if not inside(job.samples, *mast.at(job.ground)):
            return
        tables = sector_tables(mast, job.sectors, self.carriers, job.antennas, job.options)
        tables = tables._replace(carrier=self._layer_of_carrier[tables.carrier])
        view = view_of(job, mast, polar_step_m(job))
        count = in_reach(self._cells, np.unique(tables.carrier), view, self._found)
        some = self._found[:count].copy()
        radials, kept = polar_shape(job, mast)
        polar = np.full((len(mast.frequencies_mhz), radials, kept), self._least_db, np.float32)
        reach = np.full(radials, kept - 1, np.int32)
        needed = np.empty((radials, kept), np.uint8)
        if np.isfinite(self._least_db):
            some = some[self._hits(mast, some, tables, polar, reach, SLACK_DB).any(axis=0)]
            mark(self._cells, some, view, needed)
            with one_core():
                self._glance(mast, needed, polar)
            some = some[self._hits(mast, some, tables, polar, reach, SLACK_DB).any(axis=0)]
        if not some.size:
            return
        mark(self._cells, some, view, needed)
        last = kept - 1 - np.argmax(needed[:, ::-1], axis=1)
        ends = np.where(needed.any(axis=1), last * stride_of(job), 0).astype(np.int32)
        with one_core() if ends.sum() < FEW_SAMPLES and np.isfinite(self._least_db) else nullcontext():
            polar, reach = polar_losses(job, mast, ends)
        hit = self._hits(mast, some, tables, polar, reach, 0.0)
        self._cells.open[:, some] &= 1 - hit

    def _hits(
        self, mast: Mast, some: Indices, tables: MastSectors, polar: F32, reach: Indices, slack_db: float
    ) -> NDArray[np.uint8]:
        job = self._job
        hit = np.empty((self._cells.open.shape[0], some.size), np.uint8)
        reached(
            self._cells, some, tables, view_of(job, mast, polar_step_m(job)), polar, reach,
            limits_of(job, mast), constants_db(mast, job.options), job.heights_m, slack_db, hit,
        )  # fmt: skip
        return hit

    def _glance(self, mast: Mast, needed: NDArray[np.uint8], polar: F32) -> None:
        job, options = self._job, self._job.options
        least_losses(
            job.samples, job.ground.cell_m, mast.at(job.ground),
            (mast.height_m, options.receiver_height_m), needed, stride_of(job), options.terminal_clearance_m,
            earth_radius_km(options), np.array(mast.frequencies_mhz), self._least_db, polar,
        )  # fmt: skip


def least_excess_db(options: Options) -> float:
    """What no path's loss is below, beyond free space, dB: −inf for a model that has no such bound.

    Diffraction takes nothing or more, the ground's class losses too; a calibration may give some back.
    """
    told = settled(options)
    diffraction = options.model == "delta-bullington" or (
        options.model == "p1812" and not options.clear_air and told["time_percent"] == 50.0
    )
    if not diffraction:
        return -inf
    return 0.0 if options.calibration is None else options.calibration.least_db()
