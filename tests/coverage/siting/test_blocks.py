"""Bounds by blocks: never below the best plan, never above the prices they start from."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.coverage.siting import blocks, bound, bundle, exact
from phusong.coverage.siting.core import Core, core_of
from phusong.coverage.siting.instances import clustered
from phusong.coverage.siting.problem import MaximalCovering
from phusong.coverage.siting.sets import CoverageSets


def tiny(seed: int, *, points: int = 40, sites: int = 9) -> MaximalCovering:
    """Points and sites on a line, so that blocks have seams; a few whole weights and costs."""
    rng = np.random.default_rng(seed)
    at, mast = rng.random(points), np.sort(rng.random(sites))
    near = np.abs(at[:, None] - mast[None, :]) < rng.uniform(0.08, 0.25, sites)
    sets = CoverageSets.of_sites(points, [np.flatnonzero(near[:, j]) for j in range(sites)])
    cost = rng.integers(1, 4, sites).astype(float) if seed % 2 else None
    return MaximalCovering(sets, rng.integers(1, 20, points).astype(float), float(rng.integers(1, 7)), cost)


def best_weight(core: Core) -> float:
    """The most weight of the core's rows that any affordable set of its sites serves, by trying all."""
    rows = np.repeat(np.arange(core.rows), np.diff(core.inc.row_start))
    covers = np.zeros((core.rows, core.sites), bool)
    covers[rows, core.inc.row_site] = True
    best = 0.0
    for picked in itertools.product((False, True), repeat=core.sites):
        chosen = np.array(picked)
        if core.inc.cost[chosen].sum() <= core.budget + 1e-9:
            best = max(best, float(core.inc.weight[covers[:, chosen].any(axis=1)].sum()))
    return best


def tight(
    core: Core,
    prices: bound.Prices,
    block: NDArray[np.int64],
    *,
    trips: int,
    plans: list[NDArray[np.bool_]],
    theta: float | None = None,
) -> bundle.Tight:
    late = time.monotonic() + 60.0
    return bundle.tightened(
        core, prices, block, plans=plans, stop=exact.Stop(), deadline=late, trips=trips, theta=theta
    )


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_no_plan_is_better_than_the_bound_by_blocks(first: int) -> None:
    fell = 0
    for seed in range(first, first + 25):
        core = core_of(tiny(seed))
        if not core.rows or not blocks.splittable(core):
            continue
        rng = np.random.default_rng(seed)
        prices, _ = bound.improved(core, bound.Prices.neutral(core), 200)
        if seed % 3 == 0:  # any prices will do
            prices = replace(prices, v=rng.random(core.rows))
        start = bound.bound_at(core, prices).value
        block = blocks.blocks_of(core, prices.x, most_share=np.inf, most_sites=3)
        assert np.bincount(block).max() <= 3
        most = best_weight(core)
        still = tight(core, prices, block, trips=0, plans=[])
        moved = tight(core, prices, block, trips=6, plans=[rng.random(core.sites) < 0.3])
        again = tight(core, moved.prices, blocks.blocks_of(
            core, prices.x, most_share=np.inf, most_sites=6, inside=moved.block), trips=2, plans=[],
            theta=moved.theta)  # fmt: skip
        for one in (still, moved, again):
            assert most <= one.value + 1e-6
            assert one.value <= start + 1e-6
        assert moved.value <= still.value + 1e-3
        assert again.value <= moved.value + 1e-3
        fell += moved.value < still.value - 1e-3
    assert fell > 0


def test_one_block_of_everything_is_the_whole_program() -> None:
    core = core_of(tiny(4, sites=12))
    prices, _ = bound.improved(core, bound.Prices.neutral(core), 500)
    theta = bound.bound_at(core, prices).theta
    one = tight(core, prices, np.zeros(core.sites, np.int64), trips=5, plans=[])
    free = replace(core, budget=np.inf)
    best = exact.solved(free, warm=None, stop=exact.Stop(), time_limit_s=20.0, site_price=theta)
    assert one.value == pytest.approx(best.bound + theta * core.budget, abs=0.002 * theta)


def test_blocks_share_no_site_and_stay_inside_when_joined() -> None:
    core = core_of(clustered(800, 80, budget=15, radius_m=4000.0)[0])
    share = np.full(core.sites, 0.25)
    small = blocks.blocks_of(core, share, most_share=2.0, most_sites=20)
    large = blocks.blocks_of(core, share, most_share=5.0, most_sites=40, inside=small)
    assert np.bincount(small).max() == 8  # a share of 2 at a quarter each
    assert np.bincount(large).max() <= 20
    for block in range(small.max() + 1):
        assert len(np.unique(large[small == block])) == 1
    parts = blocks.split(core, bound.Prices.neutral(core), small)
    members = np.concatenate([parts.alone, *(one.sites for one in parts.parts)])
    np.testing.assert_array_equal(np.sort(members), np.arange(core.sites))


def test_a_bound_that_is_out_of_time_is_the_one_of_its_prices() -> None:
    core = core_of(clustered(800, 80, budget=15, radius_m=4000.0)[0])
    prices, _ = bound.improved(core, bound.Prices.neutral(core), 100)
    block = blocks.blocks_of(core, prices.x, most_share=4.0, most_sites=30)
    late = bundle.tightened(core, prices, block, plans=[], stop=exact.Stop(), deadline=0.0, trips=5)
    assert late.value == pytest.approx(bound.bound_at(core, prices).value, rel=1e-12)
    stop = exact.Stop()
    stop.ask()
    asked = bundle.tightened(
        core, prices, block, plans=[], stop=stop, deadline=time.monotonic() + 60.0, trips=5
    )
    assert asked.value == pytest.approx(late.value, rel=1e-12)
