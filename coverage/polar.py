"""What one mast loses on the way to everywhere around it, in polar form: radials, and samples along them."""

from __future__ import annotations

from math import ceil, floor, pi

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.excess import Paths, earth_radius_km, excess_db, extra_db, local_db, location_margin_db
from phusong.coverage.job import Job
from phusong.coverage.kernels.gather import MastView
from phusong.coverage.kernels.profile import ends_of, terrain_m
from phusong.coverage.masts import Mast
from phusong.coverage.options import Options
from phusong.coverage.propagation.p525 import free_space_loss_db
from phusong.coverage.radials import Radials, along_radials, fill

# at the rim; nearer to the mast there are more. Fewer would put cells further from the path kernel than a
# third of a cell's shift does
RADIALS_PER_CELL = 0.6
PATHS_AT_A_TIME = 4096  # in one compiled loop: between two of them an interrupt is heard

F32 = NDArray[np.float32]
Floats = NDArray[np.float64]
Indices = NDArray[np.int32]


def view_of(job: Job, mast: Mast, polar_m: float) -> MastView:
    """How the mast sees the cells of the job's grid, with `polar_m` between two samples of a radial."""
    grid, options = job.grid, job.options
    x, y = mast.at(job.ground)
    out_x, out_y = mast.at(grid)
    reach_cells = max(mast.radius_m) / grid.cell_m
    return MastView(
        x=out_x,
        y=out_y,
        cell_m=grid.cell_m,
        polar_m=polar_m,
        antenna_m=terrain_m(job.samples, x, y) + mast.height_m,
        bulge_m=0.5e-3 / earth_radius_km(options),
        receiver_m=options.receiver_height_m,
        first_row=max(job.rows[0], ceil(out_y - reach_cells)),
        last_row=min(job.rows[1] - 1, floor(out_y + reach_cells)),
        reach_cells=reach_cells,
    )


def constants_db(mast: Mast, options: Options) -> F32:
    """What every path loses whatever its length, by band: free space's first metre, location, extras."""
    return np.array(
        [
            free_space_loss_db(1e-3, f) + location_margin_db(f, options) + extra_db(f, options)
            for f in mast.frequencies_mhz
        ],
        np.float32,
    )


def limits_of(job: Job, mast: Mast) -> Indices:
    """How many samples of a radial each band is followed."""
    return np.array([int(radius_m / polar_step_m(job)) for radius_m in mast.radius_m], np.int32)


def stride_of(job: Job) -> int:
    """Cells of the ground between two samples that are kept."""
    return max(1, int(job.grid.cell_m / job.ground.cell_m + 1e-9))


def polar_step_m(job: Job) -> float:
    """Metres between two samples that are kept."""
    return job.ground.cell_m * stride_of(job)


def polar_shape(job: Job, mast: Mast) -> tuple[int, int]:
    """How many radials a mast has, and how many samples are kept of each."""
    reach_m = max(mast.radius_m)
    radials = ceil(RADIALS_PER_CELL * 2.0 * pi * reach_m / job.grid.cell_m)
    return radials, ceil(reach_m / polar_step_m(job)) + 2


def ends_wanted(job: Job, mast: Mast) -> Indices:
    """The last cell of the ground that each radial must be followed to for the cells the job is asked for."""
    radials, kept = polar_shape(job, mast)
    ends, stride = np.empty(radials, np.int32), stride_of(job)
    output = (*mast.at(job.grid), job.ground.cell_m / job.grid.cell_m)
    ends_of(job.wanted, output, (kept - 1) * stride, stride, ends)
    return ends


def polar_losses(job: Job, mast: Mast, ends: Indices) -> tuple[F32, Indices]:
    """Loss beyond free space in dB, polar[band, radial, sample], and the last sample known of each radial.

    A radial is followed to `ends[radial]` cells of the ground; what lies beyond what is known means nothing.
    """
    if along_radials(job.options, mast.height_m):
        return _swept(job, mast, ends)
    return _path_by_path(job, mast, ends)


def _swept(job: Job, mast: Mast, ends: Indices) -> tuple[F32, Indices]:
    options, (radials, kept) = job.options, polar_shape(job, mast)
    polar = np.empty((len(mast.frequencies_mhz), radials, kept), np.float32)
    reach = np.empty(radials, np.int32)
    at = Radials(
        job.samples, job.holes, job.ground.cell_m, mast.at(job.ground),
        (mast.height_m, options.receiver_height_m), ends, stride_of(job), np.array(mast.frequencies_mhz),
    )  # fmt: skip
    fill(at, options, polar, reach)
    if options.calibration is not None or job.area.clutter_loss_db:
        x, y = _places(job, mast, radials, kept)
        added = local_db(job.area, mast.at(job.ground), x, y, options)
        if added is not None:
            with np.errstate(invalid="ignore", over="ignore"):  # beyond `reach` lies what the memory held
                polar += added.reshape(radials, kept).astype(np.float32)
    return polar, reach


def _places(job: Job, mast: Mast, radials: int, kept: int) -> tuple[Floats, Floats]:
    """Where the polar samples lie, radial by radial, in cells of the ground."""
    turn = 2.0 * pi * np.arange(radials)[:, None] / radials
    steps = stride_of(job) * np.arange(kept)[None, :]
    at = mast.at(job.ground)
    x, y = np.ravel(at[0] + steps * np.sin(turn)), np.ravel(at[1] - steps * np.cos(turn))
    return x.astype(np.float64), y.astype(np.float64)


def _path_by_path(job: Job, mast: Mast, ends: Indices) -> tuple[F32, Indices]:
    # the same polar samples as a sweep's, each from its own path
    radials, kept = polar_shape(job, mast)
    at, stride = mast.at(job.ground), stride_of(job)
    turn = 2.0 * pi * np.arange(radials) / radials
    radial, sample = np.nonzero(np.arange(kept)[None, :] <= ends[:, None] // stride)
    x = np.asarray(at[0] + stride * sample * np.sin(turn)[radial], np.float64)
    y = np.asarray(at[1] - stride * sample * np.cos(turn)[radial], np.float64)
    polar = np.full((len(mast.frequencies_mhz), radials, kept), np.inf, np.float32)
    for some in np.array_split(np.arange(x.size), ceil(x.size / PATHS_AT_A_TIME)):
        polar[:, radial[some], sample[some]] = excess_db(
            Paths(job.area, job.samples, mast, x[some], y[some]), job.options
        )
    polar[:, :, 0] = polar[:, :, 1]
    known = np.isfinite(polar.max(axis=0))
    reach = np.where(known.all(axis=1), kept, known.argmin(axis=1)).astype(np.int32) - 1
    return np.where(np.isfinite(polar), polar, np.float32(0.0)), reach
