"""Processor time of siting on seeded instances; the targets themselves are in siting_rows.py."""

from __future__ import annotations

import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from phusong.coverage.siting.core import core_of
from phusong.coverage.siting.instances import clustered
from phusong.coverage.siting.solve import solve

pytestmark = pytest.mark.benchmark(timer=time.process_time)


def test_proof_of_843_points(benchmark: BenchmarkFixture) -> None:
    problem, _ = clustered(843, 500, budget=60, radius_m=1573.0)
    plan = benchmark.pedantic(solve, args=(problem,), rounds=1, warmup_rounds=1)
    benchmark.extra_info["gap"] = plan.gap
    assert plan.gap == 0.0


def test_core_of_10k_points(benchmark: BenchmarkFixture) -> None:
    problem, _ = clustered(10_000, 1_000, budget=250, radius_m=843.0)
    core = benchmark.pedantic(core_of, args=(problem,), rounds=2, warmup_rounds=1)
    assert core.rows < 10_000


def test_first_gap_of_10k_points(benchmark: BenchmarkFixture) -> None:
    problem, _ = clustered(10_000, 1_000, budget=250, radius_m=843.0)
    plan = benchmark.pedantic(solve, args=(problem,), kwargs={"rounds": 1}, rounds=1, warmup_rounds=1)
    benchmark.extra_info["gap"] = plan.gap
    assert plan.gap < 0.005
