"""The regression on made-up truth: coefficients inside their intervals, wrong cells found, outliers borne."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.coverage.calibration.fit import Fit, robust_fit

Floats = NDArray[np.float64]
BETA = np.array([3.0, 5.0, 4.0, -3.0])  # offset, slope a decade, two classes
CELLS, EACH = 16, 30


def world(
    seed: int, *, outliers: float = 0.05, shadow_m: float = 150.0, tau_db: float = 2.0
) -> tuple[Floats, Floats, NDArray[np.int64], NDArray[np.int64], Floats]:
    """Drives away from some cells, with correlated shadowing, offsets of cells and gross errors."""
    draw = np.random.default_rng(seed)
    cell = np.repeat(np.arange(CELLS), EACH)
    away_m = np.tile(np.linspace(200.0, 4200.0, EACH), CELLS)
    turn = draw.uniform(0.0, 2.0 * np.pi, CELLS)[cell]
    place = draw.uniform(0.0, 30e3, (CELLS, 2))[cell] + away_m[:, None] * np.c_[np.sin(turn), np.cos(turn)]
    kind = np.floor(place / 900.0).astype(int).sum(axis=1) % 3
    X = np.c_[np.ones(cell.size), np.log10(away_m * 1e-3), kind == 1, kind == 2].astype(np.float64)
    apart = np.hypot(*(place[:, None, k] - place[None, :, k] for k in (0, 1)))
    shadow = np.linalg.cholesky(np.exp(-apart / shadow_m) + 1e-9 * np.eye(cell.size))
    u = tau_db * draw.standard_normal(CELLS)
    y = X @ BETA + u[cell] + 7.0 * shadow @ draw.standard_normal(cell.size)
    wrong = draw.random(cell.size) < outliers
    y[wrong] += draw.choice([-1.0, 1.0], wrong.sum()) * draw.uniform(20.0, 40.0, wrong.sum())
    corner = np.floor(place / 2000.0).astype(np.int64)
    return X, y, cell, np.unique(corner, axis=0, return_inverse=True)[1].ravel(), u


def _fits(count: int, **how: float) -> list[Fit]:
    return [robust_fit(*world(seed, **how)[:4]) for seed in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize("how", [{}, {"outliers": 0.0, "shadow_m": 1.0}, {"shadow_m": 400.0}])
def test_intervals_hold_the_truth_as_often_as_they_say(how: dict[str, float]) -> None:
    ends = [fit.interval(0.9) for fit in _fits(200, **how)]
    held = np.mean([(low <= BETA) & (high >= BETA) for low, high in ends])
    assert 0.85 <= held <= 0.99


def test_intervals_hold_the_truth_mostly_in_a_few_worlds() -> None:
    ends = [fit.interval(0.9) for fit in _fits(20)]
    held = np.mean([(low <= BETA) & (high >= BETA) for low, high in ends])
    assert 0.8 <= held <= 1.0  # 80 intervals: two standard deviations around 0.9


def test_five_per_cent_of_gross_errors_move_nothing_by_more_than_its_interval() -> None:
    clean, dirty = (robust_fit(*world(4, outliers=share)[:4]) for share in (0.0, 0.05))
    low, high = clean.interval(0.9)
    assert ((low < dirty.beta) & (dirty.beta < high)).all()
    assert dirty.outlier.sum() > clean.outlier.sum()


def test_one_cell_with_wrong_power_is_found() -> None:
    X, y, cell, block, _ = world(7, tau_db=0.5)
    y[cell == 5] += 10.0
    fit = robust_fit(X, y, cell, block)
    assert int(np.argmax(np.abs(fit.cell_db))) == 5
    assert fit.cell_raw_db[5] == pytest.approx(10.0, abs=3.0)
    assert 0.0 < fit.cell_db[5] < fit.cell_raw_db[5]  # shrunk, never turned round
    assert np.abs(np.delete(fit.cell_db, 5)).max() < 5.0


def test_offsets_of_cells_average_nothing() -> None:
    fit = robust_fit(*world(1)[:4])
    assert fit.cell_db.sum() == pytest.approx(0.0, abs=1e-6)


def test_two_cells_cannot_have_offsets_of_their_own() -> None:
    X, y, cell, block, _ = world(2)
    some = cell < 2
    fit = robust_fit(X[some], y[some], cell[some], block[some])
    assert fit.tau_db == 0.0
    assert (fit.cell_db == 0.0).all()


def test_columns_that_say_the_same_are_refused() -> None:
    X, y, cell, block, _ = world(3)
    with pytest.raises(ValueError, match="apart"):
        robust_fit(np.c_[X, X[:, 1]], y, cell, block)
