"""Roaming: members of a group meet the best of their networks, others meet what they met."""

from __future__ import annotations

import numpy as np

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.roaming import with_roaming
from phusong.geodata.grid import Grid

GRID = Grid("EPSG:9212", 0.0, 100.0, 100.0, 1, 3)


def _layer(operator: str, level_dbm: list[float], servers: list[int], technology: str = "4G") -> Layer:
    level = np.array([level_dbm], np.float32)
    nothing = np.full((1, 3), np.nan, np.float32)
    reached = np.isfinite(level)
    return Layer(
        key=f"{operator}-{technology}".lower(), operator=operator, technology=technology, threshold_dbm=-110.0,
        rsrp_dbm=level, best_server=np.where(reached, [servers], -1).astype(np.int32), second_dbm=nothing,
        servers=reached.astype(np.uint8), sinr_db=np.where(reached, np.float32(3.0), np.float32(np.nan)),
    )  # fmt: skip


def _three() -> CoverageMap:
    nan = float("nan")
    layers = [
        _layer("A", [-90.0, nan, nan], [0, 0, 0]),
        _layer("B", [-80.0, -100.0, nan], [1, 1, 1]),
        _layer("C", [-70.0, -70.0, -70.0], [2, 2, 2]),
        _layer("any", [-70.0, -70.0, -70.0], [2, 2, 2]),
    ]
    return CoverageMap(GRID, (), {layer.key: layer for layer in layers}, "made up")


def test_members_meet_the_best_of_the_group_and_others_their_own() -> None:
    before = _three()
    after = with_roaming(before, [("A", "B")])
    for key in ("a-4g", "b-4g"):
        np.testing.assert_array_equal(after.layers[key].rsrp_dbm, [[-80.0, -100.0, np.nan]])
        np.testing.assert_array_equal(after.layers[key].best_server, [[1, 1, -1]])
        np.testing.assert_array_equal(after.layers[key].second_dbm, [[-90.0, np.nan, np.nan]])
        np.testing.assert_array_equal(after.layers[key].servers, [[2, 1, 0]])
    assert after.layers["a-4g"].operator == "A"
    assert after.layers["c-4g"] is before.layers["c-4g"]
    assert after.layers["any-4g"] is before.layers["any-4g"]
    assert list(after.layers)[-1] == "any-4g"
    np.testing.assert_array_equal(before.layers["a-4g"].rsrp_dbm[0, 1], np.nan)


def test_an_operator_whose_network_is_off_is_a_guest() -> None:
    before = _three()
    off = CoverageMap(GRID, (), {key: layer for key, layer in before.layers.items() if key != "a-4g"}, "m")
    assert "a-4g" not in off.layers
    after = with_roaming(off, [("A", "B")])
    np.testing.assert_array_equal(after.layers["a-4g"].rsrp_dbm, before.layers["b-4g"].rsrp_dbm)
    assert with_roaming(before, []) is before
