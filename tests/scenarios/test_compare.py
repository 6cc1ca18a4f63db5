"""Comparing runs, phases over years, and repeating a run: on two small runs."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from phusong.geodata.errors import InputError
from phusong.scenarios.compare import compare
from phusong.scenarios.compare_outputs import verdict_html, verdict_lines, write_comparisons
from phusong.scenarios.outputs import environment
from phusong.scenarios.phases import draw_targets, phase_table, target_table, years_of
from phusong.scenarios.progress import Stages
from phusong.scenarios.replay import differences, hashes, read_recipe
from phusong.scenarios.run import inputs_sha256, run, run_to_folder
from phusong.scenarios.scenario import Growth, Scenario
from phusong.scenarios.stored_run import read_run


def test_what_is_gained_is_what_the_other_run_has_more(small_runs: tuple[Path, Path]) -> None:
    first, other = (read_run(folder) for folder in small_runs)
    found = compare(first, other)
    rows = found.layers.set_index("layer")
    assert set(rows.index) == {"any-4g", "mobifone-4g", "viettel-4g", "vnpt-4g"}
    balance = rows["people_first"] + rows["people_gained"] - rows["people_lost"]
    assert balance.to_numpy() == pytest.approx(rows["people_other"].to_numpy())
    for key, row in rows.iterrows():
        shares = [
            next(item for item in one.summary["layers"] if item["layer"] == key)["population_served_share"]
            for one in (first, other)
        ]
        total = first.summary["population_total"]
        assert row["people_other"] - row["people_first"] == pytest.approx(
            (shares[1] - shares[0]) * total, abs=2.0
        )
        mine = found.communes[found.communes["layer"] == key]
        assert mine["people_gained"].sum() == pytest.approx(row["people_gained"])
    # stations are added and none is taken away: nobody loses, and the border road gains
    assert rows["people_lost"].max() == 0.0
    assert rows.loc["any-4g", "border_gained_km"] > 0.0
    assert rows.loc["viettel-4g", "people_gained"] > 0.0


def test_a_run_compared_with_itself_is_no_difference(small_runs: tuple[Path, Path]) -> None:
    stored = read_run(small_runs[0])
    same = compare(stored, stored)
    assert not same.layers["real"].any()
    assert same.hamlets.empty
    assert all("không thấy khác" in line for line in verdict_lines(same, "vi"))
    assert all("no difference that can be told" in line for line in verdict_lines(same, "en"))


def test_people_of_another_year_are_counted_in_both_runs_and_said(small_runs: tuple[Path, Path]) -> None:
    first, other = (read_run(folder) for folder in small_runs)
    year = other.scenario.year
    growth = Growth(people_per_year=0.1, since=year - 1)
    total = other.summary["population_total"]
    grown = replace(
        other,
        scenario=other.scenario.model_copy(update={"growth": growth}),
        summary={**other.summary, "population_total": round(total * 1.1)},
    )
    found, before = compare(first, grown), compare(first, other)
    for column in ("people_first", "people_other", "people_gained"):
        assert found.layers[column].to_numpy() == pytest.approx(1.1 * before.layers[column].to_numpy())
    assert f"theo dân năm {year}" in verdict_lines(found, "vi")[0]
    assert f"with those of {year}" in verdict_lines(found, "en")[0]
    assert len(verdict_lines(found, "vi")) == len(verdict_lines(before, "vi")) + 1
    assert "people_difference_p50" not in found.layers


def test_runs_of_other_cell_sizes_are_unsure_of_whoever_lives_at_an_edge(
    small_runs: tuple[Path, Path],
) -> None:
    stored = read_run(small_runs[0])
    coarser = stored.scenario.model_copy(update={"resolution_m": 2 * stored.scenario.resolution_m})
    unequal = compare(stored, replace(stored, scenario=coarser)).layers.set_index("layer")
    equal = compare(stored, stored).layers.set_index("layer")
    assert (unequal["people_uncertain"] > equal["people_uncertain"]).all()
    assert (unequal["people_uncertain"] <= stored.summary["population_total"]).all()
    assert not unequal["real"].any()


def test_the_verdict_escapes_titles_and_says_what_is_synthetic(small_runs: tuple[Path, Path]) -> None:
    first, other = (read_run(folder) for folder in small_runs)
    found = compare(first, other)
    object.__setattr__(found.other, "scenario", other.scenario.model_copy(update={"title_vi": "<script>"}))
    page = verdict_html([found], "vi")
    assert "<script>" not in page
    assert "không phải số đo" in page


def test_the_files_of_a_comparison(small_runs: tuple[Path, Path], tmp_path: Path) -> None:
    write_comparisons([compare(*(read_run(folder) for folder in small_runs))], tmp_path, lang="en")
    content = json.loads((tmp_path / "compare.json").read_text("utf-8"))
    assert [content[0]["first"], content[0]["other"]] == ["baseline-2024", "border"]
    assert len(pd.read_csv(tmp_path / "layers.csv")) == 4
    assert (tmp_path / "map.html").stat().st_size > 100_000


def test_a_folder_that_is_no_run_is_named(tmp_path: Path, small_runs: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match="is not a run's folder"):
        read_run(tmp_path)
    shutil.copytree(small_runs[0], tmp_path / "old")
    (tmp_path / "old" / "run.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="another version or is damaged"):
        read_run(tmp_path / "old")


def test_a_recipe_repeats_a_run_to_the_byte(small_runs: tuple[Path, Path], tmp_path: Path) -> None:
    recipe = read_recipe(small_runs[0] / "run.json")
    assert differences("input", recipe.inputs_sha256, inputs_sha256(recipe.scenario)) == []
    assert differences("version", recipe.environment, environment()) == []
    # the first run used one core
    run_to_folder(recipe.scenario, tmp_path / "again", lang=recipe.lang, jobs=2, stages=Stages(quiet=True))
    assert differences("file", recipe.outputs_sha256, hashes(tmp_path / "again")) == []


def test_differences_are_named(tmp_path: Path) -> None:
    assert differences("input", {"a": "1", "b": "2"}, {"a": "1", "c": "x" * 30}) == [
        "input b: 2 then, nothing now",
        "input c: nothing then, xxxxxxxxxxxx now",
    ]
    (tmp_path / "run.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match=r"lacks what a run\.json holds"):
        read_recipe(tmp_path / "run.json")
    (tmp_path / "run.json").write_text("no", "utf-8")
    with pytest.raises(InputError, match="not JSON"):
        read_recipe(tmp_path / "run.json")


@pytest.mark.slow
def test_phases_are_the_years_one_by_one(small_scenario: Scenario, tmp_path: Path) -> None:
    sites = small_scenario.sites.model_copy(update={"built": ("border",)})
    over = small_scenario.model_copy(update={"years": (2024, 2025), "year": 2025, "sites": sites})
    asked = years_of(over)
    assert [one.year for one in asked] == [2024, 2025]
    assert years_of(small_scenario) == (small_scenario,)
    results = [run(one, jobs=1) for one in asked]
    table = phase_table(results).set_index(["year", "layer"])
    for layer in ("any-4g", "viettel-4g"):
        assert (
            table.loc[(2025, layer), "population_served_share"]
            >= table.loc[(2024, layer), "population_served_share"]
        )
    assert table.loc[(2025, "any-4g"), "sites_on_air"] > table.loc[(2024, "any-4g"), "sites_on_air"]
    targets = target_table(results)
    assert len(targets) == 2 * len(results[0].targets)
    draw_targets(targets, tmp_path / "phases.png", lang="vi")
    assert (tmp_path / "phases.png").read_bytes().startswith(b"\x89PNG")
