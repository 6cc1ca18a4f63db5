"""Robust regression with shrunk offsets of cells, and intervals that know of spatial correlation.

    y_i = x_i · β + u_cell(i) + e_i,   u ~ (0, τ²),   e ~ (0, σ²) correlated within a block

β by generalised least squares, u by its best linear prediction (Henderson 1975), which shrinks the offset of
a cell with few measurements towards 0 and makes β and u identifiable together. τ² after Paule and Mandel
(1982). Outliers: Huber's weights (1.345 σ), and none beyond 4 σ; σ is the median absolute deviation's. The
covariance of β is that of u's random part plus a jackknife over blocks for e's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

HUBER = 1.345  # 95 % efficient where errors are normal
OUTLIER = 4.0  # of σ: one in 16000 of normal errors
FEWEST_CELLS = 3  # with fewer the cells' offsets and the common one cannot be told apart
MOST_GROUPS = 60  # of blocks left out in turn
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Fit:
    """β with its covariance, cells' offsets and what is left.

    `cell_db` is shrunk, `cell_raw_db` is not; both are NaN-free with 0 for a cell without data. `freedom` is
    of Student's t for each coefficient. `outlier` marks what had no say.
    """

    beta: Floats
    covariance: Floats
    freedom: Floats
    cell_db: Floats
    cell_raw_db: Floats
    cell_sd_db: Floats  # of the unshrunk offset
    sigma_db: float
    tau_db: float
    residual: Floats
    outlier: NDArray[np.bool_]

    def interval(self, share: float = 0.9, *, of: Floats | None = None) -> tuple[Floats, Floats]:
        """Lower and upper end of each coefficient's interval; `of` maps β to what is asked for, row by row."""
        rows = np.eye(self.beta.size) if of is None else of
        middle = rows @ self.beta
        spread = np.sqrt(np.einsum("ij,jk,ik->i", rows, self.covariance, rows))
        # a mixture of coefficients has at least the freedom of its poorest part
        freedom = np.array([self.freedom[np.abs(row) > 1e-12].min(initial=np.inf) for row in rows])
        width = stats.t.ppf(0.5 + 0.5 * share, freedom) * spread
        return middle - width, middle + width


@dataclass(frozen=True, slots=True)
class _State:
    beta: Floats
    u: Floats
    precision: Floats  # of each observation: w / σ²
    x_tilde: Floats  # rows of V⁻¹ X
    bread: Floats  # (X' V⁻¹ X)⁻¹
    within: Floats  # Σ precision of each cell


def robust_fit(X: Floats, y: Floats, cell: Indices, block: Indices) -> Fit:
    """The fit of y on X with offsets of cells; one row of X, y, cell, block a measurement.

    Raises ValueError where X has not full rank or there are not more rows than columns.
    """
    n, p = X.shape
    if n <= p + 1 or np.linalg.matrix_rank(X) < p:
        raise ValueError("the measurements cannot tell the coefficients apart")
    cells = int(cell.max()) + 1
    present = np.bincount(cell, minlength=cells) > 0
    weights, sigma, tau2 = np.ones(n), 1.4826 * _mad(y - np.median(y)), 0.0
    sigma = max(sigma, 1e-3)
    state = _solve(X, y, cell, cells, weights / sigma**2, tau2)
    free = float(n - p)
    for _ in range(_ROUNDS):
        residual = y - X @ state.beta - state.u[cell]
        free = max(1.0, n - p - float((state.within * tau2 / (1.0 + state.within * tau2)).sum()))
        wider = np.sqrt(n / free)
        before, sigma = sigma, max(1.4826 * _mad(residual) * wider, 1e-3)
        size = np.abs(residual) / sigma
        weights = np.where(size > OUTLIER, 0.0, np.minimum(1.0, HUBER / np.maximum(size, 1e-9)))
        tau2 = (
            _between(y - X @ state.beta, weights, cell, cells, sigma)
            if present.sum() >= FEWEST_CELLS
            else 0.0
        )
        old = state.beta
        state = _solve(X, y, cell, cells, weights / sigma**2, tau2)
        if np.abs(state.beta - old).max() < 1e-6 and abs(sigma - before) < 1e-6:
            break
    residual = y - X @ state.beta - state.u[cell]
    size = np.abs(residual) / sigma
    covariance, freedom = _covariance(X, state, residual, weights, size, cell, block, tau2, n / free)
    within = np.bincount(cell, weights=weights, minlength=cells)
    raw = np.bincount(cell, weights=weights * (y - X @ state.beta), minlength=cells) / np.maximum(
        within, 1e-9
    )
    return Fit(
        beta=state.beta, covariance=covariance, freedom=freedom, cell_db=state.u,
        cell_raw_db=np.where(within > 0, raw, 0.0),
        cell_sd_db=np.where(within > 0, sigma / np.sqrt(np.maximum(within, 1e-9)), np.inf),
        sigma_db=sigma, tau_db=float(np.sqrt(tau2)), residual=residual, outlier=size > OUTLIER,
    )  # fmt: skip


def _mad(values: Floats) -> float:
    return float(np.median(np.abs(values)))


def _solve(X: Floats, y: Floats, cell: Indices, cells: int, precision: Floats, tau2: float) -> _State:
    """β and u for given precisions: V⁻¹ by cells (Woodbury), no matrix larger than X."""
    within: Floats = np.bincount(cell, weights=precision, minlength=cells).astype(np.float64)
    shrink = tau2 / (1.0 + tau2 * within)
    sums = np.stack(
        [np.bincount(cell, weights=precision * column, minlength=cells) for column in X.T], axis=1
    )
    x_tilde = precision[:, None] * (X - (shrink[:, None] * sums)[cell])
    bread = np.asarray(np.linalg.pinv(X.T @ x_tilde, hermitian=True), np.float64)
    beta: Floats = bread @ (x_tilde.T @ y)
    left = np.bincount(cell, weights=precision * (y - X @ beta), minlength=cells)
    u: Floats = shrink * left
    return _State(beta, u, precision, x_tilde, bread, within)


def _between(left: Floats, weights: Floats, cell: Indices, cells: int, sigma: float) -> float:
    """τ² at which the cells' means spread as much as they should (Paule and Mandel)."""
    within = np.bincount(cell, weights=weights, minlength=cells)
    there = within > 0
    mean = np.bincount(cell, weights=weights * left, minlength=cells)[there] / within[there]
    own = sigma**2 / within[there]

    def excess(tau2: float) -> float:
        trust = 1.0 / (tau2 + own)
        centre = (trust * mean).sum() / trust.sum()
        return float((trust * (mean - centre) ** 2).sum() - (there.sum() - 1))

    if excess(0.0) <= 0.0:
        return 0.0
    high = float(np.var(mean)) * 2.0 + 1.0
    while excess(high) > 0.0:
        high *= 2.0
    return float(optimize.brentq(excess, 0.0, high))


def _covariance(
    X: Floats, state: _State, residual: Floats, weights: Floats, size: Floats, cell: Indices, block: Indices,
    tau2: float, wider: float,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Covariance of β and the degrees of freedom of each coefficient."""
    A = state.x_tilde @ state.bread
    by_cell = _summed(A, cell)
    of_cells = tau2 * by_cell.T @ by_cell
    # Huber's weights are not fixed: what they take from the bread (Huber 1981, §7.6)
    kappa = weights.mean() / max(float((size <= HUBER).mean()), 0.1)
    kept = np.where(weights > 0.0, residual, 0.0)
    without, blocks = _without_each(X, kept, cell, state.precision, block, tau2)
    of_errors = kappa**2 * wider * (blocks - 1) / blocks * without.T @ without
    # few blocks make a sandwich too thin: never narrower than independent errors would be
    alone = (A * (A * (1.0 / np.where(state.precision > 0, state.precision, np.inf))[:, None])).sum(axis=0)
    grow = np.sqrt(np.maximum(1.0, alone / np.maximum(np.diag(of_errors), 1e-30)))
    of_errors = of_errors * np.outer(grow, grow)
    first, second = np.diag(of_cells), np.diag(of_errors)
    cells = int((np.bincount(cell) > 0).sum())
    freedom = (first + second) ** 2 / (
        first**2 / max(cells - 1, 1) + second**2 / max(blocks - 1, 1) + 1e-300
    )  # Satterthwaite
    return of_cells + of_errors, np.maximum(freedom, 1.0)


def _without_each(
    X: Floats, left: Floats, cell: Indices, precision: Floats, block: Indices, tau2: float
) -> tuple[Floats, int]:
    """How much β of what is `left` moves without each block (or group of blocks), and how many there are."""
    _, place = np.unique(block, return_inverse=True)
    groups = min(int(place.max()) + 1, MOST_GROUPS)
    place = place % groups
    cells = int(cell.max()) + 1
    moved = []
    for group in range(groups):
        there = np.where(place == group, 0.0, precision)
        moved.append(_solve(X, left, cell, cells, there, tau2).beta)
    found = np.array(moved)
    return found - found.mean(axis=0), groups


def _summed(rows: Floats, group: Indices) -> Floats:
    _, place = np.unique(group, return_inverse=True)
    return np.stack([np.bincount(place, weights=column) for column in rows.T], axis=1)
