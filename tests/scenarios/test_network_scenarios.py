"""The shipped scenarios of the other networks, run on one district beside what they are based on."""

from __future__ import annotations

from typing import Any

import pytest

from phusong.scenarios.run import run
from phusong.scenarios.scenario_file import load_scenario

pytestmark = pytest.mark.slow
QUICK: dict[str, Any] = {
    "area": ("Huyện Bù Đốp",), "resolution_m": 500.0, "explain_gaps": False, "outages": False,
}  # fmt: skip


def _summary(name: str) -> Any:
    return run(load_scenario(name).model_copy(update=QUICK)).summary


@pytest.fixture(scope="module")
def five() -> Any:
    return _summary("5g-2025")


def test_planned_access_points_bring_people_near_fibre(five: Any) -> None:
    built = _summary("fibre-2025")
    assert built["fixed"]["people_within_drop_share"] > five["fixed"]["people_within_drop_share"]
    assert built["fixed"]["homes_left"] < five["fixed"]["homes_left"]
    assert built["loudspeakers"]["clusters"] == five["loudspeakers"]["clusters"]


def test_planned_clusters_are_heard_by_more(five: Any) -> None:
    more = _summary("loudspeaker-clusters")
    assert more["loudspeakers"]["clusters"] > five["loudspeakers"]["clusters"]
    assert more["loudspeakers"]["people_outdoors_share"] > five["loudspeakers"]["people_outdoors_share"]
    assert more["loudspeakers"]["clusters_needed"] < five["loudspeakers"]["clusters_needed"]
    assert more["fixed"]["homes_left"] == five["fixed"]["homes_left"]


def test_the_demand_of_2030_loads_the_same_cells_more(five: Any) -> None:
    later = _summary("demand-2030")
    assert later["capacity"]["kbps_per_person"] > 1.5 * five["capacity"]["kbps_per_person"]

    def load(summary: Any) -> float:
        return max(layer["load_p95"] for layer in summary["capacity"]["layers"] if layer["layer"] != "any-4g")

    assert load(later) > load(five)
