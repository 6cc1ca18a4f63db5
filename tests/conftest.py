"""Shared fixtures: where other people's numbers and the real boundaries lie, when they are there."""

from __future__ import annotations

import functools
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from phusong.scenarios.result import RunResult

# a test never times anything: on a busy machine a deadline would fail it for nothing
hypothesis.settings.register_profile("phusong", deadline=None)
hypothesis.settings.load_profile("phusong")

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest modules first, so that no worker is left with one alone at the end."""
    longest = ("test_wheel", "test_docs", "browser")
    items.sort(
        key=lambda item: next((k for k, name in enumerate(longest) if name in item.nodeid), len(longest))
    )


def _outside(variable: str, default: str) -> Path:
    folder = Path(os.environ.get(variable) or ROOT.parent / "shared" / default)
    if not folder.is_dir():
        pytest.skip(f"{default} not found: set {variable} to the folder that holds them")
    return folder


@pytest.fixture(scope="session")
def oracles() -> Path:
    """Reference values that are read in place; the test skips where they are absent."""
    return _outside("PHUSONG_ORACLES", "oracles")


@pytest.fixture(scope="session")
def real_boundaries() -> Path:
    """Real boundary files that are read in place; the test skips where they are absent."""
    return _outside("PHUSONG_DATA", "data")


@pytest.fixture(scope="session")
def made_up_result() -> Callable[..., RunResult]:
    """Builds a run of the reference province under a made-up signal (tests/made_up.py)."""
    spec = importlib.util.spec_from_file_location("made_up", ROOT / "tests" / "made_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    build: Callable[..., RunResult] = module.made_up_result
    return functools.cache(build)
