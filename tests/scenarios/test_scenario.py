"""Scenario files: strict, inherited, and errors that a planner can mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from phusong.geodata.errors import InputError
from phusong.scenarios.scenario_file import load_scenario, shipped


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_loads_under_its_own_name(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.title_vi
    assert scenario.title_en
    assert set(scenario.technologies) <= set(scenario.thresholds)


def test_a_base_gives_what_the_file_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'base = "baseline-2024"\nname = "mine"\n[radio]\nload = 0.7\n', "utf-8"
    )
    mine, base = load_scenario(str(tmp_path / "mine.toml")), load_scenario("baseline-2024")
    assert mine.radio.load == 0.7
    assert mine.model_copy(update={"name": base.name, "radio": base.radio}) == base


def test_a_base_beside_the_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('base = "baseline-2024"\nname = "a"\nyear = 2026\n', "utf-8")
    (tmp_path / "b.toml").write_text('base = "a.toml"\nname = "b"\n', "utf-8")
    assert load_scenario(str(tmp_path / "b.toml")).year == 2026


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "resolutoin_m = 50",
            r"x\.toml line 2: key 'resolutoin_m' is not known; did you mean 'resolution_m'",
        ),
        ("resolution_m = 0", r"line 2: resolution_m: .*10, not 0"),
        ("resolution_m = 1e9", r"line 2: resolution_m: .*2000, not 1000000000"),
        ("resolution_m = nan", r"line 2: resolution_m: .*finite"),
        ("year = '2024'", r"line 2: year"),
        ("technologies = ['6G']", r"line 2: technologies"),
        ("[radio]\nlaod = 0.5", r"line 3: key 'radio.laod' is not known; did you mean 'load'"),
        ("[thresholds.4G]\noutdoor_dbm = -80", r"line 2: thresholds.4G: thresholds must rise"),
        ("[thresholds.4G]\noutdor_dbm = -80", r"line 3: .*did you mean 'outdoor_dbm'"),
        ("year = ", r"x\.toml: not valid TOML"),
        ("name = '../evil'", r"line 2: name"),
        ("year = 2020", r"line 2: year 2020 lies before its base's, 2024"),
        ("years = [2025, 2024]", r"x\.toml: years must rise"),
        (
            "[[sites.add]]\nid = 'A'\nheigth_m = 3",
            r"key 'sites.add.0.heigth_m' is not known; did you mean 'height_m'",
        ),
    ],
)
def test_mistakes_are_named_with_file_line_and_mend(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(f'base = "baseline-2024"\n{text}\n', "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_scenario(str(path))
    assert "\n" not in str(caught.value)


def test_unknown_names_loops_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean baseline-2024"):
        load_scenario("basline-2024")
    with pytest.raises(InputError, match="cannot be read"):
        load_scenario(str(tmp_path / "none.toml"))
    (tmp_path / "a.toml").write_text('base = "b.toml"\n', "utf-8")
    (tmp_path / "b.toml").write_text('base = "a.toml"\n', "utf-8")
    with pytest.raises(InputError, match="leads back to itself"):
        load_scenario(str(tmp_path / "a.toml"))
    (tmp_path / "latin.toml").write_bytes(b"name = 'L\xf4c'")
    with pytest.raises(InputError, match="UTF-8"):
        load_scenario(str(tmp_path / "latin.toml"))


@pytest.mark.parametrize(
    ("roaming", "message"),
    [
        ('[["Viettel", "Vinaphone"]]', r"'Vinaphone' is not in operators"),
        ('[["Viettel", "VNPT"], ["VNPT", "MobiFone"]]', "'VNPT' stands twice"),
    ],
)
def test_an_operator_roams_in_one_group_at_most(tmp_path: Path, roaming: str, message: str) -> None:
    (tmp_path / "x.toml").write_text(f'base = "baseline-2024"\nroaming = {roaming}\n', "utf-8")
    with pytest.raises(InputError, match=message):
        load_scenario(str(tmp_path / "x.toml"))
