"""The command line as a person meets it: quick help, one-line errors, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def _phusong(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "phusong.scenarios", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "sys.argv = ['phusong', '--help']\n"
        "import phusong.scenarios.__main__ as program\n"
        "try:\n    program.main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'pandas', 'numba', 'geopandas', 'pydantic', 'folium'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "run" in done.stdout


def test_list_names_every_shipped_scenario_with_both_titles() -> None:
    done = _phusong("list")
    assert done.returncode == 0
    for name in ("baseline-2024", "5g-2025", "border"):
        assert name in done.stdout
    assert "Hiện trạng 2024" in done.stdout
    assert "Baseline 2024" in done.stdout


def test_thresholds_in_the_wrong_order_are_one_line_and_exit_2(tmp_path: Path) -> None:
    text = 'base = "baseline-2024"\n[thresholds.4G]\noutdoor_dbm = -90\nin_car_dbm = -102\nindoor_dbm = -96\n'
    (tmp_path / "x.toml").write_text(text, "utf-8")
    done = _phusong("run", "x.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert (
        "x.toml line 2: thresholds.4G: thresholds must rise from outdoor_dbm over in_car_dbm" in done.stderr
    )
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "baseline"], "did you mean baseline-2024"),
        (["run", "none.toml"], "cannot be read"),
        (["run", "--resolution", "0"], "--resolution 0: input should be greater"),
        (["run", "--resolution", "1e9"], "--resolution 1e+09: input should be less"),
        (["run", "--lang", "fr"], "choose vi or en"),
        (["run", "--out", "taken"], "holds other files"),
        (["run", "--out", "taken/letter.txt/run"], "cannot be written"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("x")
    done = _phusong(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "taken" / "letter.txt").read_text() == "x"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "baseline-2024", "--resolution", "abc"], "--resolution"),
        (["rn"], "rn"),
        (["compare"], "runs"),
        (["link", "--from", "1,2"], "--to"),
        (["run", "--no-such-option"], "--no-such-option"),
    ],
)
def test_a_mistyped_command_is_one_line_and_exit_2(arguments: list[str], message: str) -> None:
    done = _phusong(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("phusong: gõ sai lệnh · usage: ")
    assert message in line


def test_no_command_at_all_is_answered_with_the_help() -> None:
    done = _phusong()
    assert done.returncode == 2
    assert "compare" in done.stdout + done.stderr
