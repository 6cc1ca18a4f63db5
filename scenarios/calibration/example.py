"""A made-up drive test along the province's roads, marked as such: to try `phusong calibrate` with at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.calibration.correction import Correction
from phusong.coverage.predict import predict_points
from phusong.geodata.crs import WGS84, transform
from phusong.geodata.errors import InputError
from phusong.scenarios.inputs import Inputs, ground_of, load_inputs, options_of
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.tables import write_csv

STEP_M = 40.0
MOST_ROWS = 6000
OFFSET_DB, SLOPE_DB = 5.0, 3.0  # what is put into the loss, and calibration should find
CLASS_DB = {"rubber": 4.0, "cashew": 1.0, "forest": 5.0, "village": -2.0, "urban": -3.0}
SHADOW_DB, SHADOW_M, FIX_M, CELL_DB, WRONG_SHARE = 6.0, 100.0, 5.0, 1.5, 0.02


def write_example(scenario: Scenario, file: Path) -> int:
    """Writes a synthetic drive test of the scenario's networks and gives back its number of rows.

    A phone drives along every road within the scenario's area and reports its best server, whose loss is the
    model's plus an offset, a slope, corrections of clutter classes, correlated shadowing and a few gross
    errors. The same scenario and seed give the same bytes. InputError where no road is in the area.
    """
    plain = scenario.model_copy(update={"radio": scenario.radio.model_copy(update={"calibration": ""})})
    inputs = load_inputs(plain)
    draw = np.random.default_rng(plain.seed)
    x_m, y_m, along = _along_roads(inputs)
    if not x_m.size:
        raise InputError(f"{plain.name}: không có đường nào trong vùng · no road lies in the area")
    codes = inputs.province.clutter_classes.set_index("key")["code"]
    truth = Correction(
        plain.radio.model if plain.radio.model != "spm" else "p1812", OFFSET_DB, SLOPE_DB, (0.05, 30.0),
        {int(codes[key]): value for key, value in CLASS_DB.items() if key in codes.index},
    )  # fmt: skip
    options = replace(options_of(plain), model=truth.model, model_options={}, calibration=truth)
    off_db = CELL_DB * draw.standard_normal(len(inputs.sectors))
    sectors = [
        replace(one, power_dbm=one.power_dbm + off) for one, off in zip(inputs.sectors, off_db, strict=True)
    ]
    layers = predict_points(ground_of(inputs.province), sectors, x_m=x_m, y_m=y_m, options=options)
    shadow = _shadowing(along, draw)
    lon, lat = transform(
        x_m + FIX_M * draw.standard_normal(x_m.size), y_m + FIX_M * draw.standard_normal(x_m.size),
        source=inputs.province.crs, target=WGS84,
    )  # fmt: skip
    tables = []
    start = pd.Timestamp("2024-11-04T08:00:00+07:00")
    for layer in layers.values():
        if layer.operator == "any":
            continue
        level = layer.rsrp_dbm + shadow + 1.5 * draw.standard_normal(x_m.size)
        wrong = draw.random(x_m.size) < WRONG_SHARE
        level = np.where(wrong, level - draw.uniform(20.0, 35.0, x_m.size), level)
        heard = (layer.best_server >= 0) & (level > -125.0)
        rows = np.flatnonzero(heard)
        tables.append(
            pd.DataFrame(
                {
                    "lat": lat[rows].round(6), "lon": lon[rows].round(6),
                    "time": [(start + pd.Timedelta(seconds=3 * int(k))).isoformat() for k in rows],
                    "operator": layer.operator,
                    "technology": layer.technology,
                    "cell": [sectors[k].sector_id for k in layer.best_server[rows]],
                    "rsrp": np.round(level[rows], 1),
                }
            )
        )  # fmt: skip
    table = pd.concat(tables, ignore_index=True)
    write_csv(table, file, synthetic=True)
    return len(table)


def _along_roads(inputs: Inputs) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Places every few metres along the roads within the area, and how far driven at each, m."""
    roads = inputs.province.roads.geometry.intersection(inputs.province.outline)
    lines = [line for line in roads.explode(index_parts=False) if line.length > STEP_M]
    whole = sum(line.length for line in lines)
    step_m = max(STEP_M, whole / MOST_ROWS)
    x, y, along, driven = [], [], [], 0.0
    for line in lines:
        at = np.arange(0.0, line.length, step_m)
        places = line.interpolate(at)
        x += [point.x for point in places]
        y += [point.y for point in places]
        along += (driven + at).tolist()
        driven += line.length + 10 * SHADOW_M  # another road, other shadows
    return np.array(x), np.array(y), np.array(along)


def _shadowing(along_m: NDArray[np.float64], draw: np.random.Generator) -> NDArray[np.float64]:
    """Shadowing along the drive, dB: exponential correlation over `SHADOW_M` (Gudmundson 1991)."""
    kept = np.exp(-np.diff(along_m, prepend=along_m[0] - 100 * SHADOW_M) / SHADOW_M)
    fresh = draw.standard_normal(along_m.size)
    value = np.empty(along_m.size)
    last = 0.0
    for k in range(along_m.size):
        last = kept[k] * last + np.sqrt(1.0 - kept[k] ** 2) * fresh[k]
        value[k] = last
    return SHADOW_DB * value
