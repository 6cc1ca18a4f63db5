"""A plan for people served with a probability, as a user asks for it, held against draws of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from phusong.scenarios.inputs import load_inputs
from phusong.scenarios.plan.inputs import sectors_now
from phusong.scenarios.plan.sure import chance_of, raised
from phusong.scenarios.scenario_file import load_scenario

MINE = """
base = "plan-5g-250"
name = "sure"
title_vi = "Chắc chắn"
title_en = "Sure"
area = ["Huyện Bù Đốp"]
resolution_m = 1000
radio = { radius_km = { 3G = 8, 4G = 8, 5G = 4 } }
[plan]
probability = 0.9
sites = 6
candidates = 40
"""


def test_thresholds_rise_by_the_margin_alone() -> None:
    scenario = load_scenario("plan-5g-250")
    assert raised(scenario, 0.0) is scenario
    higher = raised(scenario, 12.25)
    for name in ("outdoor_dbm", "in_car_dbm", "indoor_dbm"):
        moved = getattr(higher.thresholds["5G"], name) - getattr(scenario.thresholds["5G"], name)
        assert moved == pytest.approx(12.25)


@pytest.mark.slow
def test_nine_in_ten_is_what_other_draws_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from phusong.scenarios.__main__ import main

    (tmp_path / "sure.toml").write_text(MINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "sys.argv", ["phusong", "plan", "sure.toml", "--out", "sure", "--no-map", "--no-pareto"]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    said = json.loads((tmp_path / "sure" / "plan.json").read_text("utf-8"))
    told = said["probability"]
    claimed = said["people_with_plan"]
    assert told["wanted"] == 0.9
    assert told["margin_db"] > 1.2816 * 8.0  # more than fading alone
    # the sites as the folder names them, drawn with another seed
    scenario = load_scenario(str(tmp_path / "sure.toml"))
    table = str(tmp_path / "sure" / "sites_add.csv")
    built = scenario.model_copy(
        update={
            "sites": scenario.sites.model_copy(update={"add_table": table}),
            "operators": (*scenario.operators, "Chung"),
            "seed": scenario.seed + 7,
        }
    )
    inputs = load_inputs(built)
    chance = chance_of(built, inputs, sectors_now(built, inputs), draws=150)
    people = inputs.people.people
    assert people[chance >= 0.9].sum() == pytest.approx(claimed, rel=0.1)
    assert people[chance >= 0.9].sum() == pytest.approx(told["people_served_with_it_in_draws"], rel=0.1)
    half = people[chance >= 0.5].sum()
    assert half > 1.15 * claimed  # whom a plan without a probability would have counted too
    assert np.ptp(chance) > 0.9
