"""Small runs that several tests read: one district at one kilometre."""

from __future__ import annotations

from pathlib import Path

import pytest

from phusong.scenarios.progress import Stages
from phusong.scenarios.run import run_to_folder
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import load_scenario


def small(name: str, **changes: object) -> Scenario:
    """A shipped scenario of Bù Đốp alone, coarse, without the parts that take long."""
    asked = load_scenario(name)
    near = asked.radio.model_copy(update={"radius_km": {"3G": 8.0, "4G": 8.0, "5G": 8.0}})
    quick = {"area": ("Huyện Bù Đốp",), "resolution_m": 1000.0, "explain_gaps": False, "outages": False}
    few = asked.uncertainty.model_copy(update={"draws": 20, "sensitivity": 4})
    return asked.model_copy(update={"radio": near, "uncertainty": few, **quick, **changes})


@pytest.fixture(scope="session")
def small_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of two runs: the baseline, and all border stations on air."""
    folder = tmp_path_factory.mktemp("runs")
    for name in ("baseline-2024", "border"):
        run_to_folder(small(name), folder / name, lang="vi", jobs=1, stages=Stages(quiet=True))
    return folder / "baseline-2024", folder / "border"


@pytest.fixture(scope="session")
def small_scenario() -> Scenario:
    return small("baseline-2024")
