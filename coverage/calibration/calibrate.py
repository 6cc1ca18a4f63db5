"""Fits a model's error to measurements and says how much of it the measurements support."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.calibration.correction import Correction
from phusong.coverage.calibration.fit import Fit, robust_fit
from phusong.coverage.calibration.observe import Binned, Predicted
from phusong.coverage.calibration.terms import Terms, candidates
from phusong.coverage.calibration.validate import Score, better, blocks_of, cross_validate, folds_of

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

FEWEST_BINS = 60
PHONE_LIMIT_DBM = (
    -125.0
)  # phones lose a cell from here down; a scanner's file shows by itself that it goes lower
DISTANCE_EDGES_KM = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, np.inf)
SHARE = 0.9  # of the intervals
OUTLYING = 3.5  # sigma: one cell in 2000


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One number of a calibration and the ends of its 90 % interval."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CellOffset:
    """How much more (or less) a sector sends than its data say, dB, with its 90 % interval.

    `measured_db` is not shrunk. `outlying`: further off than the spread of all cells explains (3.5 sigma).
    """

    sector: int
    bins: int
    offset_db: float
    measured_db: float
    low_db: float
    high_db: float
    outlying: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Errors (measured minus predicted, dB) of one group of bins before and after, the latter for unseen blocks."""

    kind: str  # all | clutter | distance
    key: str
    bins: int
    before_mean_db: float
    before_sd_db: float
    after_mean_db: float
    after_sd_db: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One set of coefficients and its error under spatial cross-validation."""

    title: str
    coefficients: int
    rms_db: float
    without_cells_rms_db: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What measurements say of a model. `accepted` is False where they do not support a calibration.

    `why` then says so; `held` lists what was left out for want of data. Errors are measured minus predicted,
    dB; `before` and `after` are by bin, NaN for bins that were not used; `after` is cross-validated.
    """

    accepted: bool
    why: str
    correction: Correction
    title: str
    coefficients: tuple[Coefficient, ...]
    cells: tuple[CellOffset, ...]
    groups: tuple[Group, ...]
    candidates: tuple[Candidate, ...]
    held: tuple[str, ...]
    used: NDArray[np.bool_]
    weak: int  # bins left out because a phone would report only the best levels there
    outliers: int
    block_m: float
    blocks: int
    before: Floats
    after: Floats
    before_rms_db: float
    after_rms_db: float
    new_stations_rms_db: float
    sigma_db: float
    tau_db: float


def calibrate(model: str, bins: Binned, predicted: Predicted, *, seed: int) -> Calibration:
    """The calibration of `model` that bins of measurements support.

    Of several sets of coefficients the one with the least error under spatial cross-validation is taken, and
    none where even that is not better than the model as it is. Raises ValueError, one line, where there are too
    few bins or blocks.
    """
    reached = np.isfinite(predicted.level_dbm)
    used = reached & _strong_enough(predicted.level_dbm, bins.level_dbm, reached)
    if used.sum() < FEWEST_BINS:
        raise ValueError(
            f"{int(used.sum())} squares with a measurement in reach of the cell; {FEWEST_BINS} are needed"
        )
    at = np.flatnonzero(used)
    block, block_m = blocks_of(bins.x_m[at], bins.y_m[at])
    _, cell = np.unique(bins.sector[at], return_inverse=True)
    y = predicted.level_dbm[at] - bins.level_dbm[at]  # loss to be added
    level = predicted.level_dbm[at]
    some = replace(
        predicted, level_dbm=level, distance_m=predicted.distance_m[at],
        terms=predicted.terms[at],
    )  # fmt: skip
    clutter = bins.clutter[at]
    offered, held = candidates(some, clutter, block, cell)
    fits = [robust_fit(terms.X, y, cell, block) for terms in offered]
    good = ~fits[-1].outlier
    fold = folds_of(block, seed)
    scores = [cross_validate(terms.X, y, cell, block, fold, good) for terms in offered]
    best = _simplest(scores)
    before_rms = float(np.sqrt((y[good] ** 2).mean()))
    accepted = better(y[good], scores[best].error[good], block[good])
    terms, fit, score = offered[best], fits[best], scores[best]
    correction, found = _correction(model, terms, fit, some)
    return Calibration(
        accepted=accepted,
        why="" if accepted else _why(before_rms, score),
        correction=correction,
        title=terms.title,
        coefficients=found,
        cells=_cells(fit, cell, bins.sector[at]),
        groups=_groups(-y, score.error, good, some.distance_m, clutter),
        candidates=tuple(
            Candidate(t.title, len(t.names), s.rms_db, s.without_cells_rms_db)
            for t, s in zip(offered, scores, strict=True)
        ),
        held=held,
        used=used,
        weak=int((reached & ~used).sum()),
        outliers=int(fit.outlier.sum()),
        block_m=block_m,
        blocks=int(block.max()) + 1,
        before=_spread(-y, used),
        after=_spread(score.error, used),
        before_rms_db=before_rms,
        after_rms_db=score.rms_db,
        new_stations_rms_db=score.without_cells_rms_db,
        sigma_db=fit.sigma_db,
        tau_db=fit.tau_db,
    )


def _strong_enough(
    predicted_dbm: Floats, measured_dbm: Floats, reached: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Bins where a phone would have reported nearly every level there is.

    Near a phone's limit only the places that are better than usual are in the file; a fit to them finds too
    little loss. Bins are left out by what is predicted, never by what was measured.
    """
    error = (measured_dbm - predicted_dbm)[reached]
    if not error.size:
        return reached
    middle = float(np.median(error))
    spread = 1.4826 * float(np.median(np.abs(error - middle)))
    floor = min(PHONE_LIMIT_DBM, float(np.percentile(measured_dbm[reached], 1)))
    enough: NDArray[np.bool_] = predicted_dbm + middle >= floor + 2.0 * spread
    return enough


def _simplest(scores: Sequence[Score]) -> int:
    """The first of the scores that none beats by more than 0.01 dB."""
    least = min(score.rms_db for score in scores)
    return next(k for k, score in enumerate(scores) if score.rms_db <= least + 0.01)


def _why(before_rms: float, score: Score) -> str:
    return (
        f"hiệu chỉnh không tốt hơn mô hình gốc ở nơi chưa đo: {score.rms_db:.2f} so với {before_rms:.2f} dB"
        f" · no better than the model as it is where nobody measured: "
        f"{score.rms_db:.2f} against {before_rms:.2f} dB"
    )


def _correction(
    model: str, terms: Terms, fit: Fit, some: Predicted
) -> tuple[Correction, tuple[Coefficient, ...]]:
    names, rows = terms.reported()
    value = dict(zip(names, (rows @ fit.beta).tolist(), strict=True))
    low, high = fit.interval(SHARE, of=rows)
    base = dict.fromkeys(names, 0.0)
    K = some.coefficients
    if K:
        base |= {f"K{k}": K[k - 1] for k in range(1, 8) if f"K{k}" in names}
    found = tuple(
        Coefficient(name, base[name] + value[name], base[name] + float(a), base[name] + float(b))
        for name, a, b in zip(names, low, high, strict=True)
    )
    near, far = np.percentile(some.distance_m, (1, 99)) * 1e-3
    return Correction(
        model=model,
        offset_db=value.get("offset", 0.0),
        slope_db=value.get("slope", 0.0),
        distance_km=(round(float(near), 3), round(float(max(far, 1.01 * near + 0.001)), 3)),
        clutter_db={int(name[8:]): number for name, number in value.items() if name.startswith("clutter:")},
        coefficients=tuple(K[k - 1] + value.get(f"K{k}", 0.0) for k in range(1, 8)) if K else None,
    ), found


def _cells(fit: Fit, cell: Indices, sector: Indices) -> tuple[CellOffset, ...]:
    """Offsets of cells as power: what the loss lacks, the sector sends more."""
    number = np.zeros(int(cell.max()) + 1, np.int64)
    number[cell] = sector
    count = np.bincount(cell)
    own, between = fit.cell_sd_db**2, fit.tau_db**2
    known = np.isfinite(own) & (own + between > 0.0)
    own = np.where(known, own, 1.0)
    width = 1.645 * np.sqrt(own * between / (own + between))
    usual = np.sqrt(own + between)
    return tuple(
        CellOffset(
            int(number[k]), int(count[k]), float(-fit.cell_db[k]), float(-fit.cell_raw_db[k]),
            float(-fit.cell_db[k] - width[k]), float(-fit.cell_db[k] + width[k]),
            bool(abs(fit.cell_raw_db[k]) > OUTLYING * usual[k]),
        )
        for k in np.flatnonzero(known)
    )  # fmt: skip


def _groups(
    before: Floats, after: Floats, good: NDArray[np.bool_], distance_m: Floats, clutter: Indices
) -> tuple[Group, ...]:
    km = distance_m * 1e-3
    masks = [("all", "", good)]
    masks += [("clutter", str(code), good & (clutter == code)) for code in np.unique(clutter)]
    for low, high in pairwise(DISTANCE_EDGES_KM):
        masks.append(("distance", f"{low:g}-{high:g}", good & (km >= low) & (km < high)))
    return tuple(
        Group(
            kind, key, int(at.sum()), float(before[at].mean()), float(before[at].std()),
            float(after[at].mean()), float(after[at].std()),
        )
        for kind, key, at in masks
        if at.any()
    )  # fmt: skip


def _spread(values: Floats, used: NDArray[np.bool_]) -> Floats:
    whole = np.full(used.size, np.nan)
    whole[used] = values
    return whole
