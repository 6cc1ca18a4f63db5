"""The reference province under a made-up signal, quick to build: for tests of what is drawn, not of radio."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.scenarios.answer import answer
from phusong.scenarios.busy_hour import busy_hour, rates_mbps
from phusong.scenarios.inputs import Inputs, load_inputs
from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario_file import load_scenario

SCRIPT_NAME = "<img src=x onerror=alert(1)>"
CLOSING_NAME = '"</script><script>alert(1)</script>'
FORMULA_NAME = '=HYPERLINK("x")'


def made_up_result(
    scenario: str = "baseline-2024", *, resolution_m: float = 500.0, hostile: bool = False
) -> RunResult:
    """A run whose signal depends on the distance to the nearest two stations only."""
    asked = load_scenario(scenario).model_copy(update={"resolution_m": resolution_m})
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # pandas on reading CSV
        inputs = load_inputs(asked)
    if hostile:
        inputs = _hostile(inputs)
    layers = {}
    for technology in asked.technologies:
        for operator in asked.operators:
            layer = _layer(inputs, operator, technology, asked.thresholds[technology].outdoor_dbm)
            layers[layer.key] = layer
        own = [layer for layer in layers.values() if layer.technology == technology]
        layers[f"any-{technology.lower()}"] = _best(own)
    coverage = CoverageMap(grid=inputs.grid, sectors=inputs.sectors, layers=layers, model="made up")
    rates = rates_mbps(asked, inputs, coverage, busy_hour(asked, inputs, coverage))
    return answer(asked, inputs, coverage, rates=rates)


def _hostile(inputs: Inputs) -> Inputs:
    hamlets, sites = inputs.province.hamlets.copy(), inputs.province.sites.copy()
    hamlets.loc[hamlets.index[0], "name"] = SCRIPT_NAME
    hamlets.loc[hamlets.index[1], "name"] = FORMULA_NAME
    first = sites.index[sites["site_id"] == inputs.sectors[0].site_id][0]
    sites.loc[first, "name"] = CLOSING_NAME
    return dataclasses.replace(
        inputs, province=dataclasses.replace(inputs.province, hamlets=hamlets, sites=sites)
    )


def _layer(inputs: Inputs, operator: str, technology: str, threshold_dbm: float) -> Layer:
    rows = [
        index
        for index, sector in enumerate(inputs.sectors)
        if sector.operator == operator and sector.carrier.technology == technology
    ]
    grid = inputs.grid
    x, y = np.meshgrid(grid.x_m(), grid.y_m())
    if not rows:
        nothing = np.full(grid.shape, np.nan, np.float32)
        none = np.full(grid.shape, -1, np.int32)
        key = f"{operator.lower()}-{technology.lower()}"
        return Layer(
            key,
            operator,
            technology,
            threshold_dbm,
            nothing,
            none,
            nothing,
            none.astype(np.uint8) * 0,
            nothing,
        )
    places = np.array([[inputs.sectors[row].x_m, inputs.sectors[row].y_m] for row in rows])
    away, which = cKDTree(places).query(np.column_stack([x.ravel(), y.ravel()]), k=2)
    level = -93.0 - 36.0 * np.log10(np.maximum(away / 1000.0, 0.05))
    first = level[:, 0].reshape(grid.shape).astype(np.float32)
    return Layer(
        key=f"{operator.lower()}-{technology.lower()}",
        operator=operator,
        technology=technology,
        threshold_dbm=threshold_dbm,
        rsrp_dbm=first,
        best_server=np.array(rows, np.int32)[which[:, 0]].reshape(grid.shape),
        second_dbm=level[:, 1].reshape(grid.shape).astype(np.float32),
        servers=(level >= threshold_dbm).sum(axis=1).reshape(grid.shape).astype(np.uint8),
        sinr_db=np.clip(first + 115, -10, 30).astype(np.float32),
    )


def _best(layers: list[Layer]) -> Layer:
    level = np.stack([np.nan_to_num(layer.rsrp_dbm, nan=-999.0) for layer in layers])
    best = level.argmax(axis=0)

    def of(arrays: list[NDArray[np.generic]]) -> NDArray[np.generic]:
        return np.take_along_axis(np.stack(arrays), best[None], axis=0)[0]

    return Layer(
        key=f"any-{layers[0].technology.lower()}",
        operator="any",
        technology=layers[0].technology,
        threshold_dbm=layers[0].threshold_dbm,
        rsrp_dbm=of([layer.rsrp_dbm for layer in layers]),
        best_server=of([layer.best_server for layer in layers]),
        second_dbm=of([layer.second_dbm for layer in layers]),
        servers=np.stack([layer.servers for layer in layers]).sum(axis=0).astype(np.uint8),
        sinr_db=of([layer.sinr_db for layer in layers]),
    )
