"""`phusong pathloss` and `phusong link`: what they print and write, and one line for each mistake."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import phusong.scenarios.__main__ as program
from phusong.coverage.models import MODELS, Conditions
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster
from phusong.scenarios.link.analysis import End, analyse, link_json
from phusong.scenarios.link.page import link_html
from phusong.scenarios.link.picture import link_png

HILL = "distance_km,terrain_m,clutter_m\n0,50,0\n2,60,12\n4,140,12\n6,70,0\n8,40,0\n"
ASKED = ("--frequency-mhz", "900", "--tx-height-m", "30")


@pytest.fixture
def phusong(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs the command in this process; gives back exit code, output and errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["phusong", *arguments])
        try:
            program.main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def hill(tmp_path: Path) -> Path:
    path = tmp_path / "đồi.csv"
    path.write_text(HILL, "utf-8")
    return path


@pytest.mark.parametrize("model", ["p1812", "itm", "delta-bullington", "okumura-hata", "tr38901-rma"])
def test_pathloss_prints_json_with_every_intermediate(phusong, hill: Path, model: str) -> None:
    code, out, err = phusong("pathloss", "--profile", str(hill), "--model", model, *ASKED)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["model"] == model
    assert found["edition"] == MODELS[model].edition
    assert found["conditions"]["points"] == 5
    assert found["loss_db"] in [value for value in found["intermediates"].values() if value]
    symbols = {
        "p1812": {"Lb", "Lbfs", "Ld50", "Lba", "Lbs", "ae"},
        "itm": {"A_db", "A_ref_db", "theta_hzn_tx_rad", "delta_h_m", "warnings"},
        "delta-bullington": {"Lbulla", "Lbulls", "Ldsph", "Ld", "Lbf"},
        "okumura-hata": {"L", "a_hm", "h_b", "h_m"},
        "tr38901-rma": {"PL_LOS_db", "PL_NLOS_db", "Pr_LOS", "d_BP_m"},
    }
    assert symbols[model] <= set(found["intermediates"])


def test_a_semicolon_file_with_decimal_commas_in_metres_says_the_same(
    phusong, hill: Path, tmp_path: Path
) -> None:
    other = tmp_path / "hill.csv"
    other.write_text(
        "distance_m;terrain_m;clutter_m\n0;50,0;0\n2000;60;12\n4000;140;12,0\n\n6000;70;0\n8000;40;0\n"
    )
    answers = [phusong("pathloss", "--profile", str(path), *ASKED)[1] for path in (hill, other)]
    assert answers[0] == answers[1]


def test_pathloss_as_lines_of_text(phusong, hill: Path) -> None:
    code, out, _ = phusong("pathloss", "--profile", str(hill), "--model", "itm", "--table", *ASKED)
    assert code == 0
    assert out.startswith("ITM (Longley–Rice) (NTIA ITM 1.4 (2024)): ")
    assert "delta_h_m" in out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("distance_km,terrain_m\n0,5\n2,6\n1,7\n", "line 4: distance_km does not rise (2 then 1)"),
        ("distance_km,terrain_m\n0,5\n2,6\n2,7\n", "line 4: distance_km does not rise (2 then 2)"),
        ("distance_km,terrain_m\n0,5\n2,6\n", "a profile needs at least three points, not 2"),
        ("distance_km,terrain_m\n0,5\n1,NaN\n2,7\n", "line 3: terrain_m is 'NaN', not a number"),
        ("distance_km,terrain_m\n0,5\n1,\n2,7\n", "line 3: terrain_m is 'empty', not a number"),
        ("distance_km,terrain_m\n0,5\n1,high\n2,7\n", "line 3: terrain_m is 'high', not a number"),
        (
            "distance_km,terrain_m\n-1,5\n0,6\n2,7\n",
            "line 2: distance_km is -1; a distance cannot be negative",
        ),
        ("distance_km,terrain_m\n1,5\n2,6\n3,7\n", "line 2: distance_km starts at 1; it must start at 0"),
        ("distance_km,terrain_m,clutter_m\n0,5,0\n1,6,-2\n2,7,0\n", "clutter_m = -2.0 at point 1"),
        ("distance_km,height\n0,5\n1,6\n2,7\n", "line 1: no column terrain_m"),
        ("km,terrain_m\n0,5\n1,6\n2,7\n", "line 1: no column distance_km"),
        ("", "the file is empty"),
    ],
)
def test_a_wrong_profile_is_one_line_and_exit_2(phusong, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "profile.csv"
    path.write_text(text, "utf-8")
    code, out, err = phusong("pathloss", "--profile", str(path), *ASKED)
    assert (code, out) == (2, "")
    assert words in err
    assert str(path) in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("--frequency-mhz", "9000", "--tx-height-m", "30"),
            "frequency_mhz = 9000.0 is not from 30 to 6000 MHz",
        ),
        (("--frequency-mhz", "nan", "--tx-height-m", "30"), "frequency_mhz = nan"),
        (("--frequency-mhz", "900", "--tx-height-m=-3"), "tx_height_m = -3.0: the antenna is below ground"),
        ((*ASKED, "--rx-height-m", "0"), "rx_height_m = 0.0: the antenna lies on the ground"),
        ((*ASKED, "--model", "p1811"), "--model 'p1811' is none of p1812, itm"),
        ((*ASKED, "--time-percent", "99"), "time_percent = 99.0 is not from 1 to 50 %"),
        ((*ASKED, "--environment", "sea"), "environment = 'sea'"),
        ((*ASKED, "--model", "cost231-hata"), "frequency_mhz = 900.0 is not from 1500 to 2000 MHz"),
    ],
)
def test_wrong_conditions_are_one_line_and_exit_2(
    phusong, hill: Path, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = phusong("pathloss", "--profile", str(hill), *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_losses_beside_the_model_with_every_symbol(phusong, hill: Path) -> None:
    arguments = (
        "--model", "itm-area", "--set", "irregularity_m=60", "--clutter-loss", "p2108", "--building", "p2109",
        "--vegetation", "p833", "--set", "vegetation.depth_m=80", "--set", "building.kind=thermally-efficient",
    )  # fmt: skip
    code, out, err = phusong("pathloss", "--profile", str(hill), *ASKED, *arguments)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["intermediates"]["delta_h_m"] == 60.0
    assert [one["method"] for one in found["extra_losses"]] == ["p2108", "p2109", "p833"]
    symbols = [set(one["intermediates"]) for one in found["extra_losses"]]
    assert {"A_h", "h", "R"} <= symbols[0]
    assert {"L_BEL", "A", "B", "mu_1", "sigma_2", "L_h", "L_e"} <= symbols[1]
    assert {"A_ev", "gamma", "A_m"} <= symbols[2]
    added = sum(one["loss_db"] for one in found["extra_losses"])
    assert found["total_loss_db"] == pytest.approx(found["loss_db"] + added)
    assert found["conditions"]["options"]["irregularity_m"] == 60.0
    code, out, _ = phusong("pathloss", "--profile", str(hill), *ASKED, *arguments, "--table")
    assert code == 0
    assert "ITU-R P.2109 (P.2109-2 (2023)): 31.16 dB" in out
    assert "Tổng · total: " in out


def test_rain_and_gases_of_a_microwave_hop(phusong, hill: Path) -> None:
    hop = ("--frequency-mhz", "15000", "--tx-height-m", "60", "--model", "free-space")
    arguments = ("--rain", "p530", "--gases", "p676", "--set", "rain.fade_margin_db=35")
    code, out, err = phusong("pathloss", "--profile", str(hill), *hop, *arguments)
    assert (code, err) == (0, "")
    rain, gases = json.loads(out)["extra_losses"]
    assert {"A_p", "A_001", "gamma_R", "k", "alpha", "d_eff", "p_rain", "p_0"} <= set(rain["intermediates"])
    assert {"A", "gamma_o", "gamma_w", "e"} <= set(gases["intermediates"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "climte=1"), "--set: p1812 has no option 'climte'; it has time_percent"),
        (("--model", "itm", "--set", "climte=1"), "itm has no option 'climte'; did you mean 'climate'?"),
        (("--set", "time_percent"), "--set time_percent: give KEY=VALUE"),
        (("--set", "building.kind=x"), "building is not asked for; add --building p2109 or tr38901"),
        (("--set", "wall.kind=x"), "no loss is called 'wall'; there are clutter, building"),
        (("--building", "p219"), "--building: building by 'p219' is not known; there are p2109, tr38901"),
        (("--clutter-loss", "p1"), "--clutter-loss: clutter by 'p1' is not known"),
        (("--rain", "p530"), "frequency_mhz = 900.0 is not from 1000 to 100000 MHz"),
        (("--model", "itmm"), "--model 'itmm' is none of p1812, itm,"),
        (("--model", "itm", "--set", "without_location=no"), "is neither true nor false"),
    ],
)
def test_wrong_options_are_one_line_and_exit_2(
    phusong, hill: Path, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = phusong("pathloss", "--profile", str(hill), *ASKED, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_files_that_are_not_there_or_not_text(phusong, tmp_path: Path) -> None:
    code, _, err = phusong("pathloss", "--profile", str(tmp_path / "none.csv"), *ASKED)
    assert code == 2
    assert "cannot be read" in err
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    code, _, err = phusong("pathloss", "--profile", str(tmp_path / "bytes.csv"), *ASKED)
    assert code == 2
    assert "not UTF-8" in err


# --- link --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small_province() -> SimpleNamespace:
    """Terrain with one ridge across the middle, near 11.6° N 106.9° E, and what a link asks of a province."""
    grid = Grid(crs="EPSG:9212", west_m=545000.0, north_m=1290000.0, cell_m=30.0, rows=300, cols=400)
    columns = np.arange(400)
    ridge = 60 + 90 * np.exp(-(((columns - 200) / 15.0) ** 2))
    terrain = np.tile(ridge, (300, 1)).astype(np.float32)
    clutter = np.tile(np.where((columns > 60) & (columns < 160), 3, 2).astype(np.uint8), (300, 1))
    classes = pd.DataFrame({"code": [2, 3], "height_m": [0.0, 15.0]})
    return SimpleNamespace(
        name="Thử nghiệm",
        crs="EPSG:9212",
        terrain=Raster(grid, terrain),
        clutter=Raster(grid, clutter),
        clutter_classes=classes,
        synthetic=("terrain", "clutter"),
    )


@pytest.fixture(scope="module")
def ends() -> tuple[End, End]:
    from pyproj import Transformer

    to_degrees = Transformer.from_crs("EPSG:9212", "EPSG:4326", always_xy=True)
    west, east = to_degrees.transform(546000.0, 1286000.0), to_degrees.transform(556000.0, 1286000.0)
    return End(west[1], west[0], 40.0), End(east[1], east[0], 1.5)


def test_link_finds_the_ridge_and_every_models_loss(small_province, ends) -> None:
    link = analyse(small_province, *ends, Conditions(frequency_mhz=900.0))
    assert link.profile.length_km == pytest.approx(10.0, abs=0.01)
    assert link.azimuth_deg == pytest.approx(90.0, abs=0.5)
    assert not link.geometry.line_of_sight
    worst = max(link.geometry.edges, key=lambda edge: edge.loss_db)
    assert worst.distance_km == pytest.approx((545000 + 200.5 * 30 - 546000) / 1000, abs=0.3)
    names = {model.name for model, _ in link.answered}
    assert {"p1812", "itm", "delta-bullington", "okumura-hata", "free-space"} <= names
    refused = {model.name: why for model, why in link.refused}
    assert refused["cost231-hata"] == "frequency_mhz = 900.0 is not from 1500 to 2000 MHz"
    assert names | set(refused) == set(MODELS)
    free_space = next(loss.loss_db for model, loss in link.answered if model.name == "free-space")
    assert next(loss.loss_db for model, loss in link.answered if model.name == "p1812") > free_space + 6


def test_link_outputs_say_synthetic_need_no_network_and_hold_the_numbers(small_province, ends) -> None:
    link = analyse(small_province, *ends, Conditions(frequency_mhz=900.0))
    png = link_png(link)
    assert png == link_png(link)  # the same link gives the same bytes
    import io

    picture = Image.open(io.BytesIO(png))
    assert picture.size[0] == 1800
    assert len(set(picture.convert("RGB").resize((90, 60)).get_flattened_data())) > 20
    html = link_html(link, png)
    assert "Địa hình và lớp phủ là dữ liệu mô phỏng" in html
    assert "Terrain and clutter are synthetic" in html
    assert "src='http" not in html
    assert "<script" not in html
    assert "<link" not in html
    found = json.loads(json.dumps(link_json(link), allow_nan=False))
    assert found["synthetic"] is True
    assert "mô phỏng" in found["notice_vi"]
    for model, loss in link.answered:
        assert model.edition in html
        assert {"model": model.name, "loss_db": loss.loss_db}.items() <= next(
            one for one in found["losses"] if one["model"] == model.name
        ).items()
    assert (
        len(found["profile"]["terrain_m"]) == link.profile.distance_km.size == len(found["profile"]["line_m"])
    )
    measured = SimpleNamespace(**{**vars(small_province), "synthetic": ("stations",)})
    plain = analyse(measured, *ends, Conditions(frequency_mhz=900.0))
    assert "mô phỏng" not in link_html(plain, b"")


def test_link_command_writes_three_files(phusong, monkeypatch, small_province, ends, tmp_path: Path) -> None:
    from phusong.geodata import reference

    monkeypatch.setattr(reference, "load", lambda: small_province)
    start, end = (f"{place.latitude_deg},{place.longitude_deg},{place.height_m}" for place in ends)
    code, out, err = phusong("link", "--from", start, "--to", end, "--out", str(tmp_path / "tuyến"))
    assert (code, err) == (0, "")
    assert "mô phỏng" in out
    assert "ITU-R P.1812 (P.1812-8 (2023))" in out
    assert sorted(path.name for path in (tmp_path / "tuyến").iterdir()) == [
        "link.html",
        "link.json",
        "link.png",
    ]
    code, _, err = phusong("link", "--from", start, "--to", "11.9,108.9,2", "--out", str(tmp_path / "b"))
    assert code == 2
    assert "--to 11.9,108.9 lies outside the terrain" in err
    code, _, err = phusong("link", "--from", start, "--to", start, "--out", str(tmp_path / "c"))
    assert code == 2
    assert "at the same place" in err
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("11.5,106.9", "give LAT,LON,H"),
        ("11.5,106.9,high", "give LAT,LON,H"),
        ("106.9,11.5,30", "latitude 106.9 is not from -90 to 90; latitude comes first"),
        ("11.5,190,30", "longitude 190"),
        ("11.5,106.9,-3", "antenna height -3 m"),
        ("11.5,106.9,nan", "antenna height nan m"),
        ("nan,106.9,30", "latitude nan"),
    ],
)
def test_ends_are_checked(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        End.parse(text, "--from")
