"""The reference province, built once and read from the cache by every test."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from phusong.geodata.province import Province
from phusong.geodata.reference import load


@pytest.fixture(scope="session")
def province() -> Province:
    return load()


@pytest.fixture(scope="session")
def hamlet_xy(province: Province) -> NDArray[np.float64]:
    return shapely.get_coordinates(province.hamlets.geometry.to_numpy())
