"""Shared fixtures: where other people's numbers and the real boundaries lie, when they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


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
