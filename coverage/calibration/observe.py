"""What a model says where somebody measured: the level of the measured sector itself, and what it hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.excess import Paths, settled, spm_terms
from phusong.coverage.ground import Ground
from phusong.coverage.masts import Mast, masts_of
from phusong.coverage.models import spm_coefficients
from phusong.coverage.options import Options
from phusong.coverage.predict import predict_points
from phusong.coverage.site import Sector

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_MARGIN_CELLS = 4


@dataclass(frozen=True, slots=True)
class Binned:
    """Measurements of one sector in one square and clutter class, as one: the median level at the mean place."""

    x_m: Floats
    y_m: Floats
    sector: Indices
    level_dbm: Floats
    clutter: Indices  # class around the receiver
    rows: Indices  # how many were put together


@dataclass(frozen=True, slots=True)
class Predicted:
    """The uncalibrated model at each bin; NaN where the sector does not reach.

    `terms` are SPM's and `coefficients` what it was predicted with; both are empty for other models.
    """

    level_dbm: Floats
    distance_m: Floats
    terms: Floats
    coefficients: tuple[float, ...] = ()


def binned(
    ground: Ground, x_m: Floats, y_m: Floats, sector: Indices, level_dbm: Floats, *, cell_m: float
) -> Binned:
    """One value a sector, clutter class and square of `cell_m`: who drives slowly must not weigh more.

    The median of the levels in dB; the places' mean. Classes stay apart, because a square of several would say
    little of any.
    """
    col, row = np.floor(x_m / cell_m).astype(np.int64), np.floor(y_m / cell_m).astype(np.int64)
    clutter = ground.class_at(*_cells_of(ground, x_m, y_m))
    order = np.lexsort((level_dbm, clutter, col, row, sector))
    keys = np.stack([sector, row, col, clutter], axis=1)[order]
    first = np.flatnonzero(np.r_[True, (np.diff(keys, axis=0) != 0).any(axis=1)])
    count = np.diff(np.r_[first, order.size])
    ranked = level_dbm[order]
    middle = 0.5 * (ranked[first + (count - 1) // 2] + ranked[first + count // 2])
    return Binned(
        x_m=np.add.reduceat(x_m[order], first) / count,
        y_m=np.add.reduceat(y_m[order], first) / count,
        sector=sector[order][first],
        level_dbm=middle,
        clutter=clutter[order][first],
        rows=count.astype(np.int64),
    )


def _cells_of(ground: Ground, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Places in cells of the ground's grid, centres at whole numbers."""
    grid = ground.grid
    return (x_m - grid.west_m) / grid.cell_m - 0.5, (grid.north_m - y_m) / grid.cell_m - 0.5


def predicted_at(ground: Ground, sectors: Sequence[Sector], bins: Binned, options: Options) -> Predicted:
    """The level of every bin's own sector, best server or not, by the model without a calibration.

    Raises ValueError for what cannot be predicted.
    """
    plain = replace(options, calibration=None)
    with_terms = options.model == "spm"
    found = Predicted(
        np.full(bins.sector.size, np.nan),
        np.zeros(bins.sector.size),
        np.zeros((bins.sector.size, 7 if with_terms else 0)),
        spm_coefficients(settled(plain)).as_tuple() if with_terms else (),
    )
    numbers = np.unique(bins.sector).tolist()
    for mast in masts_of([sectors[k] for k in numbers], plain):
        _fill(found, ground, sectors, mast, [numbers[k] for k in mast.members], bins, plain)
    return found


def _fill(
    found: Predicted, ground: Ground, sectors: Sequence[Sector], mast: Mast, mine: list[int], bins: Binned,
    options: Options,
) -> None:  # fmt: skip
    at = np.flatnonzero(np.isin(bins.sector, mine))
    x_m, y_m = bins.x_m[at], bins.y_m[at]
    window = _window(ground, mast, x_m, y_m)
    # each sector as an operator of its own: its layer is its level
    alone = [replace(sectors[k], operator=str(k)) for k in mine]
    layers = predict_points(window, alone, x_m=x_m, y_m=y_m, options=options)
    for k in mine:
        own = bins.sector[at] == k
        layer = layers[f"{k}-{sectors[k].carrier.technology}".lower()]
        found.level_dbm[at[own]] = layer.rsrp_dbm[own]
    found.distance_m[at] = np.hypot(x_m - mast.x_m, y_m - mast.y_m)
    if found.terms.shape[1]:
        x, y = _cells_of(window, x_m, y_m)
        terms = spm_terms(Paths(window, window.samples_dm(), mast, x, y), options)
        bands = [mast.frequencies_mhz.index(sectors[int(k)].carrier.frequency_mhz) for k in bins.sector[at]]
        found.terms[at] = terms[bands, np.arange(at.size)]


def _window(ground: Ground, mast: Mast, x_m: Floats, y_m: Floats) -> Ground:
    margin_m = _MARGIN_CELLS * ground.grid.cell_m
    return ground.window(
        (
            min(mast.x_m, float(x_m.min())) - margin_m,
            min(mast.y_m, float(y_m.min())) - margin_m,
            max(mast.x_m, float(x_m.max())) + margin_m,
            max(mast.y_m, float(y_m.max())) + margin_m,
        )
    )
