"""`phusong calibrate` over the reference province, on the made-up drive test that it writes itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from phusong.geodata.errors import InputError
from phusong.scenarios.calibration.answer import Answer, calibration_of
from phusong.scenarios.calibration.example import CLASS_DB, OFFSET_DB, write_example
from phusong.scenarios.calibration.file import read_calibration
from phusong.scenarios.calibration.outputs import calibration_file, named, sector_table, write_answer
from phusong.scenarios.inputs import load_inputs, options_of
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import load_scenario

SCENARIO = """base = "baseline-2024"
name = "do-kiem"
title_vi = "Thử"
title_en = "Trial"
area = ["Huyện Lộc Ninh"]
operators = ["Viettel"]
explain_gaps = false
outages = false
[radio]
radius_km = { 4G = 8 }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calibrate")
    (path / "thu.toml").write_text(SCENARIO, "utf-8")
    write_example(load_scenario(str(path / "thu.toml")), path / "do.csv")
    return path


@pytest.fixture(scope="module")
def asked(folder: Path) -> Scenario:
    return load_scenario(str(folder / "thu.toml"))


@pytest.fixture(scope="module")
def answer(folder: Path, asked: Scenario) -> Answer:
    return calibration_of(asked, folder / "do.csv")


@pytest.fixture(scope="module")
def written(answer: Answer, folder: Path) -> Path:
    (folder / "cal").mkdir()
    write_answer(answer, folder / "cal")
    return folder / "cal"


def test_the_example_says_that_it_is_made_up_and_is_the_same_each_time(folder: Path, asked: Scenario) -> None:
    table = pd.read_csv(folder / "do.csv")
    assert table["synthetic"].all()
    assert table["rsrp"].between(-160, -30).all()
    write_example(asked, folder / "again.csv")
    assert (folder / "again.csv").read_bytes() == (folder / "do.csv").read_bytes()


def test_the_example_is_calibrated_to_what_was_put_in(answer: Answer) -> None:
    found = answer.found
    assert found.accepted
    assert found.after_rms_db < found.before_rms_db - 1.0
    value = {named(answer, one.name): one for one in found.coefficients}
    # villages against rubber: 6 dB were put between them
    apart = value["clutter:rubber"].value - value["clutter:village"].value
    assert apart == pytest.approx(CLASS_DB["rubber"] - CLASS_DB["village"], abs=2.5)
    assert value["offset"].value == pytest.approx(OFFSET_DB + 1.0, abs=2.0)  # classes average about 1 dB here
    assert answer.synthetic[-1] == "measurements"


def test_the_file_comes_back_as_it_was_written(answer: Answer, written: Path) -> None:
    again = read_calibration(written / "calibration.toml")
    assert again.model_copy(update={"path": ""}) == calibration_file(answer)
    assert again.provenance.synthetic
    assert again.provenance.rows_used <= again.provenance.rows_read


def test_every_output_says_what_is_made_up(written: Path) -> None:
    summary = json.loads((written / "calibration.json").read_text("utf-8"))
    assert "measurements" in summary["synthetic_inputs"]
    for name in ("residuals.csv", "sectors.csv", "errors.csv"):
        assert pd.read_csv(written / name)["synthetic"].all()
    for name in ("residual_distance", "residual_map", "residual_histogram"):
        assert (written / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_a_scenario_uses_it(folder: Path, written: Path, asked: Scenario) -> None:
    (folder / "dung.toml").write_text(
        'base = "thu.toml"\n[radio]\ncalibration = "cal/calibration.toml"\n', "utf-8"
    )
    calibrated = load_scenario(str(folder / "dung.toml"))
    options = options_of(calibrated)
    assert options.calibration is not None
    assert "synthetic" in options.calibration.said
    stored = read_calibration(written / "calibration.toml")
    before = {one.sector_id: one.power_dbm for one in load_inputs(asked).sectors}
    after = {one.sector_id: one.power_dbm for one in load_inputs(calibrated).sectors}
    name = max(stored.sectors, key=lambda key: abs(stored.sectors[key]))
    assert after[name] - before[name] == pytest.approx(stored.sectors[name])
    assert sum(after[key] != before[key] for key in before) == len(stored.sectors)


def test_the_calibration_of_another_model_is_refused(folder: Path, written: Path) -> None:
    text = f'base = "thu.toml"\n[radio]\nmodel = "itm"\ncalibration = "{written.name}/calibration.toml"\n'
    (folder / "khac.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"is a calibration of p1812, radio\.model is 'itm'"):
        options_of(load_scenario(str(folder / "khac.toml")))


def test_another_model_does_not_inherit_a_base_s_calibration(folder: Path, written: Path) -> None:
    assert (written / "calibration.toml").is_file()
    (folder / "dung.toml").write_text(
        'base = "thu.toml"\n[radio]\ncalibration = "cal/calibration.toml"\n', "utf-8"
    )
    (folder / "itm.toml").write_text('base = "dung.toml"\n[radio]\nmodel = "itm"\n', "utf-8")
    assert load_scenario(str(folder / "itm.toml")).radio.calibration == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slope_db", "slop_db", "distance.slop_db"),
        ("format = 1", "format = 2", "format"),
        ("offset_db = ", "offset_db = 100", "less than or equal to 60"),
        ('key = "rubber"', 'key = "pine"', "'pine' is not in the data"),
        ("format = 1", "format = ", "not valid TOML"),
    ],
)
def test_a_damaged_calibration_ends_in_one_line(
    folder: Path, written: Path, old: str, new: str, said: str
) -> None:
    text = (written / "calibration.toml").read_text("utf-8")
    assert old in text
    (folder / "hong.toml").write_text(text.replace(old, new, 1), "utf-8")
    (folder / "dung-hong.toml").write_text('base = "thu.toml"\n[radio]\ncalibration = "hong.toml"\n', "utf-8")
    with pytest.raises(InputError, match=said) as caught:
        load_inputs(load_scenario(str(folder / "dung-hong.toml")))
    assert "\n" not in str(caught.value)


def test_a_calibration_that_is_not_there(folder: Path) -> None:
    (folder / "khong.toml").write_text('base = "thu.toml"\n[radio]\ncalibration = "x.toml"\n', "utf-8")
    with pytest.raises(InputError, match="make one: phusong calibrate"):
        options_of(load_scenario(str(folder / "khong.toml")))


def test_bad_rows_are_counted_and_bad_files_end_in_one_line(folder: Path, asked: Scenario) -> None:
    table = pd.read_csv(folder / "do.csv").head(900)
    spoilt = table.copy()
    spoilt.loc[100, "cell"] = "NOBODY-1"
    spoilt.loc[101, "rsrp"] = 40.0
    spoilt.loc[102, ["lat", "lon"]] = [21.0, 105.8]  # Hà Nội
    spoilt.to_csv(folder / "spoilt.csv", index=False)
    reasons = {
        one.reason: one.rows for one in calibration_of(asked, folder / "spoilt.csv").measurements.dropped
    }
    assert (reasons.get("unknown_cell"), reasons.get("level_range")) == (1, 1)
    assert reasons["outside"] >= 1  # beside the one above a fix or two over the border
    for name, changed, said in (
        ("nobody", table.assign(cell="NOBODY-1"), "a cell that no station has"),
        ("hanoi", table.assign(lat=21.0, lon=105.8), "outside the province"),
        (
            "one-point",
            table.assign(lat=table["lat"][100], lon=table["lon"][100]),
            "no calibration can be made",
        ),
    ):
        changed.to_csv(folder / f"{name}.csv", index=False)
        with pytest.raises(InputError, match=said) as caught:
            calibration_of(asked, folder / f"{name}.csv")
        assert "\n" not in str(caught.value)


def test_a_sector_with_wrong_power_is_called_suspicious(folder: Path, asked: Scenario) -> None:
    table = pd.read_csv(folder / "do.csv")
    name = table["cell"].value_counts().index[0]
    table["rsrp"] = np.where(table["cell"] == name, table["rsrp"] + 15.0, table["rsrp"])
    table.to_csv(folder / "wrong.csv", index=False)
    sectors = sector_table(calibration_of(asked, folder / "wrong.csv")).set_index("sector_id")
    assert bool(sectors.loc[name, "suspicious"])
    assert sectors.loc[name, "offset_db"] > 8.0
    assert sectors["suspicious"].sum() <= 3
