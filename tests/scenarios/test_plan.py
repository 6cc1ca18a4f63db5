"""A siting plan of the reference province: claim and prediction agree, files are whole, mistakes are told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.spatial import cKDTree

from phusong.coverage.siting.candidates import CandidateRules, candidates
from phusong.geodata import reference
from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.scenarios.plan import make_plan, with_plan
from phusong.scenarios.plan_inputs import asked
from phusong.scenarios.plan_outputs import write_plan
from phusong.scenarios.plan_pareto import pareto_table
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import load_scenario


@pytest.fixture(scope="module")
def province() -> Province:
    return reference.load()


def few(name: str, **keys: object) -> Scenario:
    scenario = load_scenario(name)
    return scenario.model_copy(update={"plan": scenario.plan.model_copy(update=keys)})


def test_candidates_keep_their_rules(province: Province) -> None:
    rules = CandidateRules(most=1500, spacing_m=600.0, road_m=2000.0, border_m=500.0)
    table = candidates(province, rules)
    assert len(table) == 1500
    new = table[table["kind"] != "mast"]
    assert (new["road_m"] <= 2000.0).all()
    assert {"mast", "centre", "hilltop", "people"} <= set(table["kind"])
    away, _ = cKDTree(table[["x_m", "y_m"]].to_numpy()).query(new[["x_m", "y_m"]].to_numpy(), k=2)
    assert away[:, 1].min() >= 600.0 - 1e-6
    keys = province.clutter_classes.set_index("key")["code"]
    assert (province.clutter.at(new["x_m"].to_numpy(), new["y_m"].to_numpy()) != keys["water"]).all()


def test_an_own_candidate_outside_the_province_is_told(province: Province) -> None:
    own = pd.DataFrame({"name": ["Sài Gòn"], "x_m": [500_000.0], "y_m": [1_190_000.0]})
    with pytest.raises(InputError, match="'Sài Gòn' lies outside"):
        candidates(province, CandidateRules(), own)


@pytest.mark.slow
def test_a_small_plan_is_what_a_prediction_finds(tmp_path: Path) -> None:
    scenario = few("plan-5g-250", candidates=30, sites=6, kinds=("mast", "hilltop"), gap_target=0.0)
    plan = make_plan(scenario)
    assert plan.proof.status == "optimal"
    assert len(plan.sites) == 6
    assert plan.claimed_people > plan.people_before == 0.0
    assert plan.disagreement < 0.01
    assert plan.curve["people_added"].iloc[:6].is_monotonic_decreasing
    write_plan(plan, tmp_path, lang="vi", pareto=pareto_table(plan))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "plan.csv", "plan.gpkg", "plan.json", "sites_add.csv", "gain_curve.csv", "gain_curve.png",
        "pareto.csv",
    }  # fmt: skip
    said = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert said["proof"]["bound"] >= said["proof"]["objective"]
    assert said["synthetic_inputs"]
    # the table of sites is one that a scenario can name
    built = scenario.model_copy(
        update={
            "sites": scenario.sites.model_copy(update={"add_table": str(tmp_path / "sites_add.csv")}),
            "operators": (*scenario.operators, "Chung"),
        }
    )
    from phusong.scenarios.inputs import load_inputs

    sectors = [s for s in load_inputs(built).sectors if s.operator == "Chung"]
    assert len(sectors) == 18
    same = [s for s in load_inputs(with_plan(scenario, plan)).sectors if s.operator == "Chung"]
    np.testing.assert_allclose([s.x_m for s in sectors], [s.x_m for s in same], atol=0.05)


def test_a_must_site_that_is_no_candidate_is_told() -> None:
    from phusong.scenarios.inputs import load_inputs

    scenario = few("plan-5g-250", candidates=3, kinds=("mast",), must=("Hà Nội",))
    scenario = scenario.model_copy(
        update={"radio": scenario.radio.model_copy(update={"radius_km": {"3G": 1.0, "4G": 1.0, "5G": 0.5}})}
    )
    with pytest.raises(InputError, match=r"plan\.must: 'Hà Nội' is no candidate"):
        asked(scenario, load_inputs(scenario))


@pytest.mark.parametrize("name", ["plan-5g-250", "plan-5g-2030", "plan-border", "plan-lom-song"])
def test_shipped_plans_ask_one_thing(name: str) -> None:
    keys = load_scenario(name).plan
    assert (keys.sites > 0) != (keys.target_share > 0)
    assert sum(phase.sites for phase in keys.phases) in (0, keys.sites)


def test_sites_and_a_target_exclude_each_other() -> None:
    base = load_scenario("plan-5g-250").model_dump()
    with pytest.raises(ValidationError, match="exclude each other"):
        Scenario.model_validate({**base, "plan": {"sites": 5, "target_share": 0.9}})
