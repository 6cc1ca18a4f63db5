"""What a run checks before it works, and that a killed one leaves nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.scenarios import run as running
from phusong.scenarios.scenario_file import load_scenario


def test_a_resolution_that_does_not_fit_into_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario("baseline-2024")
    grid = Grid(crs="EPSG:9212", west_m=0.0, north_m=0.0, cell_m=10.0, rows=11_000, cols=11_700)
    rooms = {"disk": 64 * 10**9, "memory": 5 * 10**9}
    monkeypatch.setattr(running, "_free_memory", lambda: rooms["memory"])
    monkeypatch.setattr(running.shutil, "disk_usage", lambda _: SimpleNamespace(free=rooms["disk"]))
    with pytest.raises(
        InputError, match=r"needs about 5\.4 GB of memory and 5\.0 GB are free; give a larger"
    ):
        running.check_memory(scenario, grid)
    rooms["memory"] = 8 * 10**9  # the layers, 9 GB of them, lie in files
    running.check_memory(scenario, grid)
    rooms["disk"] = 9 * 10**9
    with pytest.raises(InputError, match=r"needs about 9\.3 GB of room in .* and 9\.0 GB are free"):
        running.check_memory(scenario, grid)
    monkeypatch.setattr(running, "_free_memory", lambda: None)
    rooms["disk"] = 10**10
    running.check_memory(scenario, grid)
    # a map that stays in memory counts whole, and needs no disk
    coarse = Grid(crs="EPSG:9212", west_m=0.0, north_m=0.0, cell_m=100.0, rows=1100, cols=1170)
    rooms.update(disk=0, memory=4 * 10**8)
    monkeypatch.setattr(running, "_free_memory", lambda: rooms["memory"])
    running.check_memory(scenario, coarse)
    rooms["memory"] = 3 * 10**8
    with pytest.raises(InputError, match=r"0\.3 GB of memory and 0\.3 GB are free"):
        running.check_memory(scenario, coarse)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param((), id="threads"),
        pytest.param(("--jobs", "2"), id="workers", marks=pytest.mark.slow),
    ],
)
def test_an_interrupted_run_ends_soon_and_leaves_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    # a shell's background job starts with interrupts ignored, and hands that down to this test's children
    code = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"sys.argv = ['phusong', 'run', '--resolution', '500', '--out', 'answer', *{words!r}]\n"
        "from phusong.scenarios.__main__ import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as job:
        assert job.stderr is not None
        for line in job.stderr:
            if "predicting" in line:
                break
        time.sleep(1.0)
        job.send_signal(signal.SIGINT)
        job.wait(timeout=60)
    assert job.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_coverage_that_ends_at_the_radius_is_said(small_runs: tuple[Path, Path]) -> None:
    summary = json.loads((small_runs[0] / "summary.json").read_text(encoding="utf-8"))
    rows = {row["layer"]: row for row in summary["radius"]}
    assert list(rows) == [layer["layer"] for layer in summary["layers"]]
    assert {row["radius_km"] for row in rows.values()} == {8.0}
    most = max(
        (row for key, row in rows.items() if not key.startswith("any-")),
        key=lambda row: row["served_at_radius_km2"],
    )
    assert most["served_at_radius_km2"] > 0.0
    assert most["sectors_at_radius"] > 0
    assert 0.0 < most["served_at_radius_share"] < 1.0
    (said,) = [line for line in summary["warnings"] if "radio.radius_km" in line]
    assert said.startswith(f"{most['layer']}: ")
    assert f"{most['served_at_radius_km2']:.1f} km² are still served at the very radius of 8 km" in said
