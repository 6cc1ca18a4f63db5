"""Spatial cross-validation: fitted on some blocks of ground, held against others, so that neighbours tell
nothing of each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.calibration.fit import robust_fit

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

BLOCK_M = (2000.0, 1000.0, 500.0)  # sides tried, the largest that leaves blocks enough
ENOUGH_BLOCKS, FEWEST_BLOCKS = 20, 6
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Score:
    """Errors of predictions for blocks that were not in the fit: mean and root mean square, dB.

    `error` is measured minus predicted for each bin; `without_cells_rms_db` leaves the offsets of cells out,
    as for stations that nobody measured.
    """

    mean_db: float
    rms_db: float
    without_cells_rms_db: float
    error: Floats


def blocks_of(x_m: Floats, y_m: Floats) -> tuple[Indices, float]:
    """A block number for each point and the blocks' side in m. ValueError where there are too few blocks."""
    for side_m in BLOCK_M:
        corner = np.floor(np.stack([x_m, y_m], axis=1) / side_m).astype(np.int64)
        _, block = np.unique(corner, axis=0, return_inverse=True)
        count = int(block.max()) + 1
        if count >= ENOUGH_BLOCKS or (side_m == BLOCK_M[-1] and count >= FEWEST_BLOCKS):
            return block.ravel().astype(np.int64), side_m
    raise ValueError(
        f"the measurements lie in {count} squares of {BLOCK_M[-1]:g} m; {FEWEST_BLOCKS} are needed to tell"
        " a model's error from a place's"
    )


def folds_of(block: Indices, seed: int) -> Indices:
    """A fold for each row, whole blocks together."""
    count = int(block.max()) + 1
    fold = np.random.default_rng(seed).permutation(count) % min(FOLDS, count)
    return fold[block].astype(np.int64)


def cross_validate(
    X: Floats, y: Floats, cell: Indices, block: Indices, fold: Indices, good: NDArray[np.bool_]
) -> Score:
    """How well X explains y in blocks that were not looked at; `good` rows are scored."""
    left, bare = np.zeros(y.size), np.zeros(y.size)
    for number in range(int(fold.max()) + 1):
        out = fold == number
        try:
            fit = robust_fit(X[~out], y[~out], cell[~out], block[~out])
        except ValueError:  # a class that lies in this fold alone: nothing is known of it
            left[out], bare[out] = y[out], y[out]
            continue
        bare[out] = y[out] - X[out] @ fit.beta
        offset = np.zeros(int(cell.max()) + 1)
        offset[: fit.cell_db.size] = fit.cell_db
        left[out] = bare[out] - offset[cell[out]]
    # y is loss to be added: what is left of it is how far the level is overestimated
    return Score(float(-left[good].mean()), _rms(left[good]), _rms(bare[good]), -left)


def better(before: Floats, after: Floats, block: Indices) -> bool:
    """True where squared errors fell by more than chance between blocks explains (one-sided 5 %)."""
    gain = np.bincount(block, weights=before**2 - after**2)
    return bool(gain.sum() > 1.645 * np.sqrt((gain**2).sum()))


def _rms(values: Floats) -> float:
    return float(np.sqrt((values**2).mean()))
