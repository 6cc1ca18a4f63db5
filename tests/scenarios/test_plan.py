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
from phusong.scenarios.plan.inputs import asked
from phusong.scenarios.plan.lists import own_points
from phusong.scenarios.plan.make import make_plan, with_plan
from phusong.scenarios.plan.outputs import write_plan
from phusong.scenarios.plan.pareto import pareto_table
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
        "pareto.csv", "pareto.png", "phases.csv",
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


def test_points_of_the_users_own_count_as_they_say(tmp_path: Path) -> None:
    from phusong.scenarios.inputs import load_inputs

    (tmp_path / "truong.csv").write_text(
        "Tên trường,Vĩ độ,Kinh độ,Số học sinh,times\nTHCS,11.95,106.80,420,2\nTiểu học,11.96,106.81,,\n"
        "Trường ở huyện khác,11.53,106.88,50,\n",
        encoding="utf-8",
    )
    scenario = in_district("plan-5g-250", points=str(tmp_path / "truong.csv"), weight_point=70.0)
    found = asked(scenario, load_inputs(scenario))
    assert found.own_points["name"].tolist() == ["THCS", "Tiểu học"]  # the area leaves the other district out
    mine = slice(found.people_points, found.people_points + 2)
    assert found.problem.weight[mine].tolist() == [420.0, 70.0]
    assert found.problem.rules.need is not None
    assert found.problem.rules.need[mine].tolist() == [2, 1]
    assert found.problem.rules.need[: found.people_points].max() == 1
    zones = found.problem.weight[found.people_points + 2 :]
    assert set(zones) <= {scenario.plan.weight_zone}


def test_a_point_outside_the_province_is_told(tmp_path: Path, province: Province) -> None:
    (tmp_path / "truong.csv").write_text("name,lat,lon\nHà Nội,21.03,105.85\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"plan\.points: .*điểm 'Hà Nội' nằm ngoài địa bàn"):
        own_points(few("plan-5g-250", points=str(tmp_path / "truong.csv")), province)


def in_district(name: str, **keys: object) -> Scenario:
    """A shipped plan over one district at a kilometre, with few candidates and short reach."""
    scenario = few(name, candidates=60, **keys)
    radius_km = {"3G": 8.0, "4G": 8.0, "5G": 4.0}
    return scenario.model_copy(
        update={
            "area": ("Huyện Bù Đốp",), "resolution_m": 1000.0,
            "radio": scenario.radio.model_copy(update={"radius_km": radius_km}),
        }
    )  # fmt: skip


@pytest.mark.slow
def test_plan_5g_250_in_a_district_with_sectors_designed() -> None:
    plan = make_plan(in_district("plan-5g-250", sites=8, design_sectors=True))
    assert len(plan.sites) == 8
    assert plan.disagreement < 0.01
    assert plan.design is not None
    assert plan.design.after_db >= plan.design.before_db
    assert plan.predicted_people >= plan.checked_people - 1e-6
    # the designed directions reach the run that the plan is built into
    built = with_plan(plan.scenario, plan)
    wanted = {s.sector_id: (s.azimuth_deg, s.electrical_downtilt_deg) for s in plan.sectors}
    from phusong.scenarios.inputs import load_inputs

    got = {s.sector_id: s for s in load_inputs(built).sectors if s.operator == "Chung"}
    assert {k: (s.azimuth_deg, s.electrical_downtilt_deg) for k, s in got.items()} == wanted
    assert plan.sites["sinr_gain_person_db"].notna().all()


@pytest.mark.slow
def test_plan_5g_2030_in_a_district_is_built_year_by_year() -> None:
    phases = tuple(
        phase.model_copy(update={"sites": 2}) for phase in load_scenario("plan-5g-2030").plan.phases
    )
    plan = make_plan(in_district("plan-5g-2030", sites=2 * len(phases), phases=phases))
    years = plan.years[plan.years["year"] > 0]
    assert years["year"].tolist() == [2024, 2025, 2026, 2027, 2028, 2029, 2030]
    assert years["sites"].tolist() == [2, 4, 6, 8, 10, 12, 14]
    assert years["people_served"].is_monotonic_increasing
    assert years["people_served"].iloc[-1] == pytest.approx(plan.claimed_people, rel=0.01)
    assert years["people_years"].iloc[-1] == pytest.approx(years["people_served"].sum(), abs=1.0)
    # each phase is what predicting its sites alone says
    from phusong.scenarios.plan.stages import people_served

    for row in years.iloc[[0, 3]].itertuples():
        there = set(plan.sites.loc[plan.sites["year"] <= row.year, "site_id"])
        now = tuple(s for s in plan.sectors if s.site_id in there)
        assert people_served(plan.scenario, plan.inputs, now) == pytest.approx(row.people_served, abs=0.1)

    # and the map's answers are of the same phases
    from phusong.scenarios.plan.map import results_of

    results = results_of(plan)
    assert [result.year for result in results[1:]] == years["year"].tolist()
    assert len({result.name for result in results}) == 8
    assert [len(result.plan_sites) for result in results] == [0, 2, 4, 6, 8, 10, 12, 14]
    assert [len(result.coverage.sectors) for result in results] == [0, 6, 12, 18, 24, 30, 36, 42]
    for result, (_, row) in zip(results, plan.years.iterrows(), strict=True):
        found = next(one for one in result.summary["layers"] if one["layer"] == "any-5g")
        assert found["population_served_share"] == pytest.approx(row["people_share"], abs=1e-5)


@pytest.mark.slow
def test_plan_border_in_a_district_counts_people_near_the_border(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    near = "name,lat,lon,weight\nTrạm y tế,12.03,106.85,5000\n"
    (tmp_path / "diem.csv").write_text(near, encoding="utf-8")
    plan = make_plan(in_district("plan-border", sites=3, points=str(tmp_path / "diem.csv")))
    write_plan(plan, tmp_path / "out", lang="en")
    rows = pd.read_csv(tmp_path / "out" / "points.csv")
    assert rows["name"].tolist() == ["Trạm y tế"]
    assert rows["served_with_plan"].tolist() == [True]  # five thousand people's worth: it is served
    assert rows["synthetic"].all()
    assert 1 <= len(plan.sites) <= 3
    assert plan.proof.bound >= plan.proof.objective
    assert plan.disagreement < 0.01
    # what stands serves most people near the border: the proof says how good the plan's own part is
    gains = plan.curve.loc[plan.curve["planned"], "people_added"].sum()
    assert plan.weight_before + gains == pytest.approx(plan.proof.objective, abs=0.5)
    assert plan.gap_of_added == pytest.approx((plan.proof.bound - plan.proof.objective) / gains, abs=1e-3)
    near = plan.question.problem.weight[: plan.question.people_points] > 0
    assert 0 < near.sum() < len(near)
    assert plan.proof.weight_total > plan.inputs.people.people[near].sum()  # posts count too


@pytest.mark.slow
def test_plan_lom_song_in_a_district_needs_no_more_than_it_must() -> None:
    scenario = in_district("plan-lom-song")
    with pytest.raises(InputError, match="all candidates together reach"):
        make_plan(few_more(scenario, target_share=1.0, candidates=2))
    plan = make_plan(few_more(scenario, target_share=0.98))
    served = plan.proof.weight_served / plan.proof.weight_total
    assert served >= 0.98
    assert plan.proof.bound <= len(plan.sites)
    assert plan.disagreement < 0.01


def few_more(scenario: Scenario, **keys: object) -> Scenario:
    return scenario.model_copy(update={"plan": scenario.plan.model_copy(update=keys)})


@pytest.mark.slow
def test_people_against_money_are_plans_of_their_own() -> None:
    plan = make_plan(in_district("plan-5g-250", sites=0, budget_vnd=1.2e10))
    assert plan.sites["capex_vnd"].sum() <= 1.2e10
    table = pareto_table(plan, shares=(0.3, 1.0))
    assert table["budget"].tolist() == pytest.approx([3.6, 12.0])
    assert (table["capex_vnd"] <= table["budget"] * 1e9 * (1 + 1e-9)).all()
    assert (table["bound"] >= table["people_served"] - 1e-6).all()
    assert table["people_served"].is_monotonic_increasing
    assert table["gap"].max() < 0.05
    # half the money never does worse than the beginning of the whole plan that it buys
    curve = plan.curve[plan.curve["planned"]]
    assert (
        table["people_served"].iloc[0] >= curve.loc[curve["capex_vnd"] <= 3.6e9, "people_served"].max() - 1e-6
    )


@pytest.mark.parametrize("name", ["plan-5g-250", "plan-5g-2030", "plan-border", "plan-lom-song"])
def test_shipped_plans_ask_one_thing(name: str) -> None:
    keys = load_scenario(name).plan
    assert (keys.sites > 0) != (keys.target_share > 0)
    assert sum(phase.sites for phase in keys.phases) in (0, keys.sites)


@pytest.mark.parametrize(("keys", "told"), [
    ({"sites": 0}, "give sites, budget_vnd, or target_share"),
    ({"sites": 5, "budget_vnd": 1e9}, "sites and budget_vnd exclude each other"),
    ({"phases": [{"year": 2025, "sites": 2, "budget_vnd": 1e9}]}, "phase 2025: sites and budget_vnd exclude"),
    ({"phases": [{"year": 2025, "sites": 2}, {"year": 2026, "budget_vnd": 1e9}]}, "in every year"),
    ({"phases": [{"year": 2026, "sites": 2}, {"year": 2025, "sites": 1}]}, "must rise by year"),
])  # fmt: skip
def test_contradictions_of_a_plan_are_told(keys: dict[str, object], told: str) -> None:
    base = load_scenario("plan-5g-250").model_dump()
    with pytest.raises(ValidationError, match=told):
        Scenario.model_validate({**base, "plan": keys})


def test_sites_and_a_target_exclude_each_other() -> None:
    base = load_scenario("plan-5g-250").model_dump()
    with pytest.raises(ValidationError, match="exclude each other"):
        Scenario.model_validate({**base, "plan": {"sites": 5, "target_share": 0.9}})
