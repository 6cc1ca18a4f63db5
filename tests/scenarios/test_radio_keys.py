"""[radio] in a scenario file: models, their options, losses around the receiver; mistakes with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from phusong.geodata.errors import InputError
from phusong.scenarios.inputs import options_of
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import load_scenario, schema


def _scenario(tmp_path: Path, text: str) -> Scenario:
    (tmp_path / "x.toml").write_text(f'base = "baseline-2024"\nname = "x"\n{text}', "utf-8")
    return load_scenario(str(tmp_path / "x.toml"))


def test_options_reach_the_prediction(tmp_path: Path) -> None:
    found = options_of(
        _scenario(
            tmp_path,
            '[radio]\nmodel = "itm-area"\n[radio.model_options]\nirregularity_m = 40\nclimate = "desert"\n'
            '[radio.clutter]\nenvironment = "urban"\n[radio.building]\nkind = "thermally-efficient"\n'
            "[radio.vegetation]\ndepth_m = 20\n",
        )
    )
    assert found.model == "itm-area"
    assert found.model_options == {"irregularity_m": 40.0, "climate": "desert"}
    assert found.extras == {
        "clutter": {"method": "p2108", "environment": "urban"},
        "building": {"method": "p2109", "kind": "thermally-efficient"},
        "vegetation": {"method": "p833", "depth_m": 20.0},
    }
    assert options_of(load_scenario("baseline-2024")).model_options == {}


def test_fitted_coefficients_are_read(tmp_path: Path) -> None:
    found = _scenario(tmp_path, '[radio]\nmodel = "spm"\n[radio.model_options]\nK1 = 12.5\nK7 = -1\n')
    assert options_of(found).model_options == {"K1": 12.5, "K7": -1.0}
    again = Scenario.model_validate(found.model_dump(mode="json"))
    assert again == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[radio]\nmodel = "p1811"',
            r"line 4: radio.model: no model is called 'p1811'; did you mean 'p1812'\?$",
        ),
        ('[radio]\nmodel = "x"', r"line 4: radio.model: no model is called 'x'; there are p1812, itm, "),
        (
            '[radio]\nmodel = "itm"\n[radio.model_options]\nclimte = "desert"',
            r"line 6: key 'radio.model_options.climte' is not known; did you mean 'climate'\?$",
        ),
        (
            '[radio]\nmodel = "p1812"\n[radio.model_options]\nn_0 = 380\nclimate = "desert"',
            r"line 7: radio.model_options.climate: p1812 has no option 'climate'; it has time_percent",
        ),
        (
            '[radio]\nmodel = "p1812"\n[radio.model_options]\ntime_percent = 60',
            r"line 6: radio.model_options.time_percent: time_percent = 60 is not from 1 to 50 %$",
        ),
        (
            '[radio.model_options]\ntime_percent = "often"',
            r"line 4: radio.model_options.time_percent: input should be a valid number, not 'often'$",
        ),
        (
            '[radio]\nmodel = "itm"\n[radio.model_options]\nclimate = "artic"',
            r"line 6: radio.model_options.climate: input should be 'equatorial', ",
        ),
        ("[radio.clutter]\n", r"line 3: radio.clutter: p1812 has the clutter in its profiles already"),
        (
            '[radio.building]\nkind = "high-loss"',
            r"line 4: radio.building.kind: kind = 'high-loss' is none of traditional, thermally-efficient",
        ),
        ("[radio.building]\nkid = 1", r"line 4: key 'radio.building.kid' is not known; did you mean 'kind'"),
        ('[radio.vegetation]\nmethod = "p834"', r"line 4: radio.vegetation.method: input should be 'p833'"),
    ],
)
def test_mistakes_name_file_line_key_and_mend(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"x\.toml {message}") as found:
        _scenario(tmp_path, text)
    assert "\n" not in str(found.value)


def test_another_model_forgets_the_options_of_its_base(tmp_path: Path) -> None:
    (tmp_path / "below.toml").write_text(
        'base = "baseline-2024"\nname = "below"\n[radio]\nload = 0.7\nmodel = "itm"\n'
        '[radio.model_options]\nclimate = "desert"\n',
        "utf-8",
    )
    (tmp_path / "above.toml").write_text(
        'base = "below.toml"\nname = "above"\n[radio]\nmodel = "p1812"\n', "utf-8"
    )
    above = load_scenario(str(tmp_path / "above.toml"))
    assert above.radio.told == {}
    assert above.radio.load == 0.7
    (tmp_path / "same.toml").write_text(
        'base = "below.toml"\nname = "same"\n[radio.model_options]\npermittivity = 20\n', "utf-8"
    )
    assert load_scenario(str(tmp_path / "same.toml")).radio.told == {
        "climate": "desert",
        "permittivity": 20.0,
    }


def test_the_schema_knows_every_option() -> None:
    tables = schema()["$defs"]
    json.dumps(tables)
    options = tables["ModelOptions"]
    assert options["additionalProperties"] is False
    assert {"K1", "climate", "time_percent", "environment", "street_width_m"} <= set(options["properties"])
    assert "itm-area: 0 to 5000 m, default 90.0" in options["properties"]["irregularity_m"]["description"]
    assert "itm-area" in tables["Radio"]["properties"]["model"]["enum"]
    assert {"depth_m", "woodland", "method"} == set(tables["Vegetation"]["properties"])
