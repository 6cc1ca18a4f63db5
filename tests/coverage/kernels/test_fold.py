"""A layer made where its carrier's sums lie is the layer folded into arrays of its own."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.kernels.fold import Signal, fold_carrier, nothing, settle_carrier
from phusong.coverage.kernels.gather import NEVER_DBM, Received

SHAPE = (7, 9)


def received(seed: int) -> Received:
    """Sums of a few masts at random cells; nothing, or one server alone, at some."""
    rng = np.random.default_rng(seed)
    best = rng.uniform(-130.0, -40.0, (1, *SHAPE)).astype(np.float32)
    second = (best - rng.uniform(0.0, 30.0, best.shape)).astype(np.float32)
    servers = rng.integers(2, 9, best.shape).astype(np.uint16)
    total = (10.0 ** (best / 10.0) + 10.0 ** (second / 10.0)).astype(np.float32)
    server = rng.integers(0, 50, best.shape).astype(np.int32)
    alone, never = rng.random(best.shape) < 0.2, rng.random(best.shape) < 0.3
    second[alone | never] = NEVER_DBM
    servers[alone] = 1
    best[never] = NEVER_DBM  # some keep what the masts left there, as cells that are not asked for do
    return Received(best, second, total, server, servers)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(1e-14, 1e-9), st.floats(0.0, 1.0), st.floats(0.0, 0.5))
def test_a_carrier_settled_where_it_lies_is_the_one_folded(
    seed: int, noise_mw: float, others: float, own: float
) -> None:
    folded, sums = nothing(SHAPE), received(seed)
    fold_carrier(folded, sums, 0, noise_mw, others, own)
    settle_carrier(sums, 0, noise_mw, others, own)
    settled = Signal(
        sums.best_dbm[0], sums.best_server[0], sums.second_dbm[0], sums.servers[0], sums.total_mw[0]
    )
    for name in Signal._fields:
        np.testing.assert_array_equal(getattr(settled, name), getattr(folded, name), err_msg=name)
