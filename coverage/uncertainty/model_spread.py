"""How far respected models differ on this ground: what the choice of one of them leaves open.

P.1812, ITM and TR 38.901 RMa are run over the same sample paths, each told of the ground what it can take: P.1812
terrain and clutter, ITM terrain raised by its clutter, TR 38.901 whether the path is in sight. On the average of
like paths (by distance, and by what diffraction adds) each has a mean; their standard deviation stands for the
error that a model has there in the whole province at once. Differences from path to path are not in it: they are
in the shadow fading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.excess import Paths, excess_db
from phusong.coverage.ground import Ground
from phusong.coverage.kernels.profile import OUTSIDE_DM, Samples
from phusong.coverage.masts import Mast
from phusong.coverage.options import Options
from phusong.coverage.propagation import tr38901
from phusong.coverage.propagation.p525 import free_space_loss_db

MODELS = ("p1812", "itm", "tr38901-rma")
DISTANCE_M = (2000.0, 5000.0)  # edges of the classes of paths
OBSTRUCTION_DB = (6.0, 20.0)
FARTHEST_M = 10_000.0  # TR 38.901 RMa ends here
HEIGHTS_M = (10.0, 150.0)  # of its base station
FREQUENCY_MHZ = (500.0, 6000.0)  # from its lowest to P.1812's highest
MASTS, PATHS = 40, 60  # of the sample, paths a mast
FEWEST = 30  # paths of a class with a mean of its own

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ModelSpread:
    """By class of paths (distance, obstruction), shape (3, 3): the models' mean loss beyond free space in dB
    (models first), their standard deviation in dB, and the number of sample paths."""

    mean_db: Floats
    spread_db: Floats
    paths: NDArray[np.int64]

    def of(self, distance_m: Floats, obstruction_db: Floats) -> NDArray[np.float32]:
        """Standard deviation of the models on each path, dB."""
        i, j = _class_of(distance_m, obstruction_db)
        result: NDArray[np.float32] = self.spread_db[i, j].astype(np.float32)
        return result


def _class_of(distance_m: Floats, obstruction_db: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.searchsorted(DISTANCE_M, distance_m), np.searchsorted(OBSTRUCTION_DB, obstruction_db)


def no_spread() -> ModelSpread:
    """Where nothing was compared."""
    return ModelSpread(np.zeros((len(MODELS), 3, 3)), np.zeros((3, 3)), np.zeros((3, 3), np.int64))


def model_spread(
    ground: Ground,
    samples: Samples,
    masts: Sequence[Mast],
    mast: NDArray[np.int64],
    x_m: Floats,
    y_m: Floats,
    obstruction_db: Floats,
    options: Options,
) -> ModelSpread:
    """The models compared on some of the paths from masts[mast] to (x_m, y_m); none where no mast suits.

    Masts are taken evenly from those with paths within 10 km and heights that all models know.
    """
    to_m = np.hypot(
        x_m - np.array([one.x_m for one in masts])[mast], y_m - np.array([one.y_m for one in masts])[mast]
    )
    tall = np.array(
        [
            HEIGHTS_M[0] <= one.height_m <= HEIGHTS_M[1]
            and FREQUENCY_MHZ[0] <= one.frequencies_mhz[0] <= FREQUENCY_MHZ[1]
            for one in masts
        ]
    )
    fit = np.flatnonzero((to_m < FARTHEST_M) & (to_m > 250.0) & tall[mast])
    some = np.unique(mast[fit])
    some = some[np.unique(np.linspace(0, some.size - 1, MASTS).astype(int))] if some.size else some
    grid = ground.grid
    raised = samples.copy()
    raised[..., 0] += np.where(samples[..., 0] > OUTSIDE_DM, samples[..., 1], 0).astype(np.int16)
    losses, distances, obstructions = [], [], []
    for number in some:
        one = masts[number]
        own = fit[mast[fit] == number]
        own = own[np.unique(np.linspace(0, own.size - 1, PATHS).astype(int))]
        x, y = (x_m[own] - grid.west_m) / grid.cell_m - 0.5, (grid.north_m - y_m[own]) / grid.cell_m - 0.5
        first = replace(one, frequencies_mhz=one.frequencies_mhz[:1], radius_m=one.radius_m[:1])
        losses.append(
            [
                excess_db(Paths(ground, samples, first, x, y), _plain(options, "p1812"))[0],
                excess_db(Paths(ground, raised, first, x, y), _plain(options, "itm"))[0],
                _tr38901(one, to_m[own], obstruction_db[own], options),
            ]
        )
        distances.append(to_m[own])
        obstructions.append(obstruction_db[own])
    if not losses:
        return no_spread()
    loss = np.concatenate([np.stack(one) for one in losses], axis=1)
    known = np.isfinite(loss).all(axis=0)
    loss = loss[:, known]
    i, j = _class_of(np.concatenate(distances)[known], np.concatenate(obstructions)[known])
    mean, count = np.empty((len(MODELS), 3, 3)), np.zeros((3, 3), np.int64)
    for a in range(3):
        for b in range(3):
            own_class = (i == a) & (j == b)
            count[a, b] = own_class.sum()
            enough = own_class if count[a, b] >= FEWEST else np.ones_like(own_class)
            mean[:, a, b] = loss[:, enough].mean(axis=1)
    return ModelSpread(mean, mean.std(axis=0, ddof=1), count)


def _plain(options: Options, model: str) -> Options:
    """The same phone with another model as its recommendation has it."""
    return replace(options, model=model, model_options={}, extras={}, calibration=None, location_percent=50.0)


def _tr38901(mast: Mast, to_m: Floats, obstruction_db: Floats, options: Options) -> Floats:
    """TR 38.901 RMa beyond free space on paths whose obstruction says whether they are in sight, dB."""
    frequency_mhz = mast.frequencies_mhz[0]
    found = np.empty(to_m.size)
    for k, distance_m in enumerate(to_m):
        loss = tr38901.path_loss(
            "RMa",
            frequency_mhz=frequency_mhz,
            distance_km=distance_m / 1e3,
            base_height_m=mast.height_m,
            terminal_height_m=min(max(options.receiver_height_m, 1.0), 10.0),
        )
        in_sight = obstruction_db[k] < OBSTRUCTION_DB[0]
        beyond = free_space_loss_db(distance_m / 1e3, frequency_mhz)
        found[k] = (loss.PL_LOS_db if in_sight else loss.PL_NLOS_db) - beyond
    return found
