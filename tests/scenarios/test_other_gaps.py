"""Gaps indoors and of capacity: nobody counted twice, nobody of an outdoor gap among them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.scenarios.gaps.other import other_gaps, people_by_kind
from phusong.scenarios.inputs import Inputs, load_inputs
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import load_scenario


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path: Path = tmp_path_factory.mktemp("other-gaps") / "one.toml"
    path.write_text(
        'base = "baseline-2024"\nname = "one"\nresolution_m = 200\ngap_least_people = 0\n'
        'area = ["Huyện Bù Đốp"]\noperators = ["Viettel"]\n',
        "utf-8",
    )
    return load_scenario(str(path))


@pytest.fixture(scope="module")
def inputs(scenario: Scenario) -> Inputs:
    return load_inputs(scenario)


def _made_up(inputs: Inputs) -> tuple[CoverageMap, np.ndarray]:
    """Levels at random over the area, the first two sectors serving half of it each."""
    rng = np.random.default_rng(4)
    shape = inputs.grid.shape
    level = rng.choice([-120.0, -105.0, -90.0], shape).astype(np.float32)
    server = (np.arange(shape[1])[None, :] >= shape[1] // 2).astype(np.int32) * np.ones(shape, np.int32)
    empty = np.full(shape, np.nan, np.float32)
    layer = Layer(
        "viettel-4g", "Viettel", "4G", -110.0, level, server, empty, np.ones(shape, np.uint8), empty
    )
    return CoverageMap(inputs.grid, inputs.sectors, {"viettel-4g": layer}, "made up"), level


def _cells(inputs: Inputs, overloaded: bool) -> pd.DataFrame:
    first = inputs.sectors[0]
    return pd.DataFrame(
        {"layer": ["viettel-4g"], "site_id": [first.site_id], "azimuth_deg": [first.azimuth_deg],
         "overloaded": [overloaded]}
    )  # fmt: skip


def test_every_person_with_signal_outdoors_only_is_in_one_indoor_gap(
    scenario: Scenario, inputs: Inputs
) -> None:
    coverage, _ = _made_up(inputs)
    gaps = other_gaps(scenario, inputs, coverage, _cells(inputs, overloaded=False))
    level = coverage.raster("viettel-4g").at(inputs.people.x_m, inputs.people.y_m)
    expected = inputs.people.people[level == -105.0].sum()
    assert gaps["people"].sum() == pytest.approx(expected)
    assert set(gaps["kind"]) == {"indoor"}
    assert set(gaps["cause"]) == {"indoor_only"}
    assert gaps["gap_id"].is_unique
    (row,) = people_by_kind(gaps)
    assert row["people"] == pytest.approx(expected, abs=0.1)


def test_people_on_an_overloaded_cell_are_in_one_capacity_gap(scenario: Scenario, inputs: Inputs) -> None:
    coverage, _ = _made_up(inputs)
    gaps = other_gaps(scenario, inputs, coverage, _cells(inputs, overloaded=True))
    people = inputs.people
    level = coverage.raster("viettel-4g").at(people.x_m, people.y_m)
    same = [
        (sector.site_id, sector.azimuth_deg) == (inputs.sectors[0].site_id, inputs.sectors[0].azimuth_deg)
        for sector in inputs.sectors[:2]
    ]
    row, col = inputs.grid.row_col(people.x_m, people.y_m)
    served_by_first = np.array(same)[coverage.layers["viettel-4g"].best_server[row, col]]
    busy = gaps[gaps["kind"] == "capacity"]
    assert busy["people"].sum() == pytest.approx(people.people[(level >= -110.0) & served_by_first].sum())
    assert (busy["cause"] == "capacity").all()
    assert len(busy) > 0
