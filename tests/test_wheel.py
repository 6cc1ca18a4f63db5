"""The wheel is whole: every package and data file is in it, and it runs the main job elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("phusong-*.whl")
    return found


def test_the_wheel_holds_every_module_and_data_file(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    for package in packages:
        folder = package.replace(".", "/")
        source = ROOT / folder.removeprefix("phusong/")
        for module in source.glob("*.py"):
            assert f"{folder}/{module.name}" in inside
    for data in (
        "phusong/scenarios/library/baseline-2024.toml",
        "phusong/scenarios/targets.toml",
        "phusong/scenarios/maps/vendor/manifest.json",
        "phusong/geodata/reference/facts/hamlets_843.csv",
        "phusong/geodata/reference/parameters.toml",
        "phusong/coverage/py.typed",
    ):
        assert data in inside
    assert not [name for name in inside if name.startswith(("tests/", "coverage/", "phusong/__init__"))]


@pytest.fixture(scope="module")
def answer(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the main job, run by the installed wheel in a folder without sources."""
    place = tmp_path_factory.mktemp("elsewhere")
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)], check=True)
    # the dependencies of this environment, without its editable phusong: .pth files do not count on this path
    environment = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")}
    command = [python, "-m", "phusong.scenarios", "run", "--resolution", "1000", "--out", "answer"]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    where = subprocess.run(
        [python, "-c", "import phusong.coverage as c; print(c.__file__)"],
        cwd=place, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(place) in where.stdout
    return place / "answer"


def test_the_main_job_writes_its_folder_and_nothing_beside_it(answer: Path) -> None:
    names = {path.name for path in answer.iterdir()}
    assert {"map.html", "hamlets.csv", "summary.json", "gaps.gpkg", "run.json", "units.csv"} <= names
    assert {f"rsrp_{layer}.tif" for layer in ("viettel-4g", "vnpt-4g", "mobifone-4g", "any-4g")} <= names
    assert {path.name for path in answer.parent.iterdir()} == {"venv", "answer"}


def test_every_hamlet_is_in_the_table_and_flagged_synthetic(answer: Path) -> None:
    table = pd.read_csv(answer / "hamlets.csv", dtype={"hamlet_id": str, "commune_code": str})
    assert list(table.columns[:14]) == [
        "hamlet_id", "name", "commune_code", "commune", "district", "lat", "lon", "population",
        "synthetic_position", "best_operator", "technology", "rsrp_dbm", "sinr_db", "service_level",
    ]  # fmt: skip
    assert len(table) == table["hamlet_id"].nunique() == 843
    assert table["synthetic_position"].all()
    assert table["population"].sum() == 1_062_300
    assert set(table["service_level"]) <= {"none", "outdoor", "in_car", "indoor"}
    assert table["lat"].between(11.2, 12.4).all()
    assert table["lon"].between(106.3, 107.6).all()


def test_the_summary_says_what_was_asked_and_what_is_synthetic(answer: Path) -> None:
    summary = json.loads((answer / "summary.json").read_text("utf-8"))
    assert summary["scenario"] == "baseline-2024"
    assert (summary["hamlets_total"], summary["communes_total"]) == (843, 111)
    assert summary["population_total"] == 1_062_300
    assert {"hamlet_positions", "stations", "terrain"} <= set(summary["synthetic_inputs"])
    layers = {layer["layer"]: layer for layer in summary["layers"]}
    assert set(layers) == {"viettel-4g", "vnpt-4g", "mobifone-4g", "any-4g"}
    for layer in layers.values():
        assert "P.1812" in layer["model"]
        assert layer["threshold_dbm"] == -110
        assert 0 < layer["population_served_share"] < 1
        listed = layer["people_in_gaps"] + layer["people_in_smaller_gaps"]
        assert listed == pytest.approx((1 - layer["population_served_share"]) * 1_062_300, abs=5)
        assert sum(layer["hamlets_by_level"].values()) == 843
    for name in ("viettel-4g", "vnpt-4g", "mobifone-4g"):
        assert layers["any-4g"]["population_served_share"] >= layers[name]["population_served_share"]


def test_every_output_gives_a_hamlet_the_same_level(answer: Path) -> None:
    summary = json.loads((answer / "summary.json").read_text("utf-8"))
    hamlets = pd.read_csv(answer / "hamlets.csv")
    service = pd.read_csv(answer / "hamlet_service.csv")
    for layer in summary["layers"]:
        counted = {name: count for name, count in layer["hamlets_by_level"].items() if count}
        own = service[service["layer"] == layer["layer"]]
        assert own["service_level"].value_counts().to_dict() == counted
        assert hamlets[f"service_level:{layer['layer']}"].value_counts().to_dict() == counted
        if layer["operator"] == "any":
            assert hamlets["service_level"].value_counts().to_dict() == counted
    rates = service.pivot(index="hamlet_id", columns="layer", values="rate_mbps").fillna(0.0)
    assert (rates["any-4g"] >= rates[["viettel-4g", "vnpt-4g", "mobifone-4g"]].max(axis=1) - 0.11).all()


def test_the_plans_targets_are_checked(answer: Path) -> None:
    targets = {row["key"]: row for row in json.loads((answer / "summary.json").read_text("utf-8"))["targets"]}
    hamlets = targets["hamlets-mobile-broadband"]
    assert (hamlets["wanted"], hamlets["total"]) == (843, 843)
    assert hamlets["missing"] == 843 - hamlets["reached"] > 0
    assert targets["hamlets-fixed-broadband"]["met"] is True
    assert targets["hamlets-loudspeakers"]["met"] is True
    # nothing tells of 5G in a run of 4G
    assert (targets["centres-5g"]["wanted"], targets["centres-5g"]["met"]) == (11, None)
    assert 0 < targets["border-road-4g"]["missing"] < 1


def test_every_table_says_that_it_is_partly_synthetic(answer: Path) -> None:
    for path in sorted(answer.glob("*.csv")):
        columns = pd.read_csv(path, nrows=3).columns
        assert {"synthetic", "synthetic_position"} & set(columns), path.name


def test_people_are_counted_once_in_every_division_of_the_province(answer: Path) -> None:
    units = pd.read_csv(answer / "units.csv", dtype={"code": str})
    served = units["population"] * units["population_served_share"]
    sums = served.groupby([units["layer"], units["level"]]).sum().unstack()
    for level in ("district", "commune", "unit_2025"):
        np.testing.assert_allclose(sums[level], sums["province"], rtol=1e-3)


def test_the_baseline_is_credible(answer: Path) -> None:
    """Signal on paper everywhere, a few per cent of people without, mostly in the border and north-east hills."""
    summary = json.loads((answer / "summary.json").read_text("utf-8"))
    anyone = next(layer for layer in summary["layers"] if layer["layer"] == "any-4g")
    assert 0.90 < anyone["population_served_share"] < 0.99
    assert 20 <= anyone["hamlets_by_level"]["none"] <= 120
    units = pd.read_csv(answer / "units.csv")
    districts = units[(units["level"] == "district") & (units["layer"] == "any-4g")].set_index("name")
    lost = districts["population"] * (1 - districts["population_served_share"])
    hills = ["Huyện Bù Đăng", "Huyện Bù Gia Mập", "Huyện Bù Đốp", "Huyện Lộc Ninh"]
    assert lost[hills].sum() > 0.5 * lost.sum()


def test_the_map_asks_for_nothing_from_a_network(answer: Path) -> None:
    page = (answer / "map.html").read_text("utf-8")
    outside_scripts = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="https?://', outside_scripts)
    assert len(page) < 6_000_000
