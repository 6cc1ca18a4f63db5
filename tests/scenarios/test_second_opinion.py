"""Several models asked the same: what the run's folder says of where they agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from phusong.geodata.errors import InputError
from phusong.scenarios.inputs import load_inputs
from phusong.scenarios.maps.layers_of import layers_of
from phusong.scenarios.report.second_opinion import opinion_sections
from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario_file import load_scenario
from phusong.scenarios.second_opinion import (
    SecondOpinion,
    asked_of,
    opinion_summary,
    opinions,
    with_models,
    write_opinions,
)


@pytest.fixture(scope="module")
def result(made_up_result: Callable[..., RunResult]) -> RunResult:
    return made_up_result()


@pytest.fixture(scope="module")
def found(result: RunResult) -> SecondOpinion:
    """Three models: as it is, 6 dB weaker, and nothing at all."""
    scenario = load_scenario("baseline-2024")
    inputs = replace(load_inputs(scenario), province=result.province, grid=result.coverage.grid)
    first = result.coverage

    def changed(by_db: float) -> object:
        layers = {
            key: replace(layer, rsrp_dbm=layer.rsrp_dbm + np.float32(by_db))
            for key, layer in first.layers.items()
        }
        return replace(first, layers=layers)

    return opinions(scenario, inputs, {"p1812": first, "itm": changed(-6.0), "sui": changed(-300.0)})  # type: ignore[dict-item]


def test_shares_add_up_and_the_weakest_model_decides(found: SecondOpinion) -> None:
    total = found.layers[["all_models_share", "no_model_share", "split_share"]].sum(axis=1)
    np.testing.assert_allclose(total, 1.0)
    assert (found.layers["all_models_share"] == 0.0).all()  # one model serves nobody
    served = found.models.pivot(index="layer", columns="model", values="population_served_share")
    assert (served["sui"] == 0.0).all()
    assert (served["itm"] <= served["p1812"]).all()
    # whoever the strongest model leaves out, all leave out
    none = found.layers.set_index("layer")["no_model_share"]
    np.testing.assert_allclose(none, 1.0 - served["p1812"][none.index], atol=1e-9)


def test_each_hamlet_has_a_verdict(found: SecondOpinion, result: RunResult) -> None:
    assert len(found.hamlets) == len(result.hamlets) * len(result.coverage.layers)
    assert set(found.hamlets["verdict"]) <= {"none", "split"}
    agreed = (found.hamlets["verdict"] == "none") == (found.hamlets["models_serving"] == 0)
    assert agreed.all()


def test_files_summary_map_and_report(found: SecondOpinion, result: RunResult, tmp_path: Path) -> None:
    write_opinions(found, tmp_path, synthetic=["terrain"])
    table = pd.read_csv(tmp_path / "models.csv")
    assert len(table) == 3 * len(result.coverage.layers)
    assert table["synthetic"].all()
    assert {path.name for path in tmp_path.glob("models_*.tif")} == {
        f"models_{key}.tif" for key in result.coverage.layers
    }
    summary = opinion_summary(found)
    json.dumps(summary, allow_nan=False)
    assert [one["name"] for one in summary["models"]] == ["p1812", "itm", "sui"]
    told = replace(result, second_opinion=found)
    rasters = [layer for layer in layers_of(told) if layer.key == "models"]
    assert {layer.of for layer in rasters} == set(result.coverage.layers)
    for lang in ("vi", "en"):
        (section,) = opinion_sections(told, lang)
        assert "%" in section.paragraphs[0].text
    assert list(opinion_sections(result, "vi")) == []


def test_a_family_stands_for_its_first_model_and_options_stay_with_theirs() -> None:
    scenario = with_models(load_scenario("baseline-2024"), "itm, tr38901")
    assert (scenario.radio.model, scenario.radio.second_opinions) == ("itm", ("tr38901-rma",))
    other = asked_of(scenario, "tr38901-rma")
    assert (other.radio.model, other.radio.second_opinions) == ("tr38901-rma", ())
    assert other.model_copy(update={"radio": scenario.radio}) == scenario


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("p1812", "two models at least"),
        ("p1812,nope", "no model is called 'nope'"),
        ("itm,itm", "stands twice"),
    ],
)
def test_models_that_cannot_be_asked(given: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        with_models(load_scenario("baseline-2024"), given)


def test_a_scenario_cannot_ask_its_own_model_again(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('base = "baseline-2024"\nname = "a"\n[radio]\nsecond_opinions = ["p1812"]\n', "utf-8")
    with pytest.raises(InputError, match="asked already"):
        load_scenario(str(file))
