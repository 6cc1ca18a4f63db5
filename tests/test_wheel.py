"""The wheel is whole: every package and data file is in it, and it runs the main job elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

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


def test_an_installed_wheel_runs_the_main_job_elsewhere(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)], check=True)
    # the dependencies of this environment, without its editable phusong: .pth files do not count on this path
    environment = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")}
    command = [python, "-m", "phusong.scenarios", "run", "--resolution", "2000", "--out", "answer"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    where = subprocess.run(
        [python, "-c", "import phusong.coverage as c; print(c.__file__)"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(tmp_path) in where.stdout
    assert (tmp_path / "answer" / "map.html").stat().st_size > 100_000
    assert len((tmp_path / "answer" / "hamlets.csv").read_text("utf-8-sig").splitlines()) == 844
