"""From what carriers bring to what a phone uses: layers of one operator, and of several together."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.elementary import exp2, f32, log2
from phusong.coverage.kernels.gather import DB_TO_LOG2, TEN_LOG_2, Received

F32 = NDArray[np.float32]


class Signal(NamedTuple):
    """One layer's arrays of shape (rows, cols); NaN and −1 where nothing reaches."""

    rsrp_dbm: F32
    best_server: NDArray[np.int32]
    second_dbm: F32
    servers: NDArray[np.uint16]
    sinr_db: F32


def nothing(shape: tuple[int, int]) -> Signal:
    """A layer that nobody serves yet."""
    return Signal(
        np.full(shape, np.nan, np.float32),
        np.full(shape, -1, np.int32),
        np.full(shape, np.nan, np.float32),
        np.zeros(shape, np.uint16),
        np.full(shape, np.nan, np.float32),
    )


@jit(parallel=True)
def fold_carrier(
    signal: Signal, received: Received, carrier: int, noise_mw: float, others: float, own: float
) -> None:
    """Adds one carrier of `received` to a layer, cell by cell.

    `others` and `own` are the shares of reference power that count as interference beside `noise_mw`; a cell
    keeps the SINR of the carrier that brings the strongest level.
    """
    rows, cols = signal.rsrp_dbm.shape
    for row in prange(rows):
        for col in range(cols):
            best = received.best_dbm[carrier, row, col]
            if not best > f32(-1e6):
                continue
            sinr_db = _sinr_db(best, received.total_mw[carrier, row, col], noise_mw, others, own)
            second = received.second_dbm[carrier, row, col]
            second = second if second > f32(-1e6) else f32(np.nan)
            _merge(
                signal, row, col, best, received.best_server[carrier, row, col], second,
                received.servers[carrier, row, col], sinr_db,
            )  # fmt: skip


@jit(parallel=True)
def settle_carrier(received: Received, carrier: int, noise_mw: float, others: float, own: float) -> None:
    """Makes one carrier's sums the arrays of a layer where they lie: `fold_carrier` into nothing, without its room.

    The total becomes the SINR.
    """
    rows, cols = received.best_dbm.shape[1:]
    for row in prange(rows):
        for col in range(cols):
            _settle(received, carrier, row, col, noise_mw, others, own)


# a function of its own: what a parallel loop writes into a tuple's arrays itself, Numba leaves out as unused
@jit()
def _settle(
    received: Received, carrier: int, row: int, col: int, noise_mw: float, others: float, own: float
) -> None:
    best = received.best_dbm[carrier, row, col]
    total_mw = received.total_mw[carrier, row, col]
    if best > f32(-1e6):
        received.total_mw[carrier, row, col] = _sinr_db(best, total_mw, noise_mw, others, own)
    else:
        received.best_dbm[carrier, row, col] = f32(np.nan)
        received.total_mw[carrier, row, col] = f32(np.nan)
        received.best_server[carrier, row, col] = -1
        received.servers[carrier, row, col] = 0
    if not (best > f32(-1e6) and received.second_dbm[carrier, row, col] > f32(-1e6)):
        received.second_dbm[carrier, row, col] = f32(np.nan)


@jit(parallel=True)
def fold_layer(signal: Signal, other: Signal) -> None:
    """Adds another layer, such as a second operator's, to `signal`, cell by cell."""
    rows, cols = signal.rsrp_dbm.shape
    for row in prange(rows):
        for col in range(cols):
            if other.best_server[row, col] >= 0:
                _merge(
                    signal, row, col, other.rsrp_dbm[row, col], other.best_server[row, col],
                    other.second_dbm[row, col], other.servers[row, col], other.sinr_db[row, col],
                )  # fmt: skip


@jit(forceinline=True)
def _sinr_db(best: Any, total_mw: Any, noise_mw: float, others: float, own: float) -> Any:
    best_mw = exp2(best * DB_TO_LOG2)
    rest_mw = max(total_mw - best_mw, f32(0.0))
    unwanted_mw = f32(others) * rest_mw + f32(own) * best_mw + f32(noise_mw)
    return best - TEN_LOG_2 * log2(unwanted_mw)


@jit()
def _merge(
    signal: Signal, row: int, col: int,
    best: Any, server: Any, second: Any, servers: Any, sinr_db: Any,
) -> None:  # fmt: skip
    had = signal.rsrp_dbm[row, col]
    # of the four best and second levels the runner-up is the larger of these three; NaN loses
    runner_up: Any = f32(-np.inf)
    if signal.best_server[row, col] >= 0:
        runner_up = max(runner_up, min(had, best))
    if signal.second_dbm[row, col] > runner_up:
        runner_up = signal.second_dbm[row, col]
    if second > runner_up:
        runner_up = second
    signal.second_dbm[row, col] = runner_up if runner_up > f32(-1e6) else f32(np.nan)
    together: Any = np.int64(signal.servers[row, col]) + np.int64(servers)
    signal.servers[row, col] = min(together, 65535)
    if signal.best_server[row, col] < 0 or best > had:
        signal.rsrp_dbm[row, col] = best
        signal.best_server[row, col] = server
        signal.sinr_db[row, col] = sinr_db
