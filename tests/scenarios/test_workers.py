"""`phusong run` by workers: the same files as alone, also when one is killed; a wrong address is said at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phusong.geodata.errors import InputError
from phusong.scenarios.replay import hashes
from phusong.scenarios.workers import workers

distributed = pytest.importorskip("distributed")

SCENARIO = """
base = "baseline-2024"
name = "nho"
area = ["Huyện Bù Đốp"]
resolution_m = 500
[radio]
radius_km = { 3G = 8, 4G = 8, 5G = 8 }
[uncertainty]
draws = 20
sensitivity = 4
"""


def _phusong(folder: Path, *words: str) -> subprocess.Popen[str]:
    (folder / "nho.toml").write_text(SCENARIO, encoding="utf-8")
    command = [sys.executable, "-m", "phusong.scenarios", "run", "nho.toml", *words]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _done(job: subprocess.Popen[str]) -> str:
    out, errors = job.communicate(timeout=600)
    assert job.returncode == 0, errors
    return out


def _answers(folder: Path) -> dict[str, str]:
    return {name: digest for name, digest in hashes(folder).items() if name != "run.json"}


@pytest.mark.slow
def test_local_workers_and_a_cluster_with_one_killed_write_the_same_files(tmp_path: Path) -> None:
    _done(_phusong(tmp_path, "--jobs", "1", "--out", "alone"))
    alone = _answers(tmp_path / "alone")
    assert "rsrp_any-4g.tif" in alone
    assert {"outages.csv", "summary.json", "hamlets.csv", "draws.csv", "sensitivity.csv"} <= set(alone)
    assert "intervals" in (tmp_path / "alone" / "summary.json").read_text("utf-8")
    _done(_phusong(tmp_path, "--jobs", "2", "--out", "two"))
    assert _answers(tmp_path / "two") == alone
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        pids = [worker.pid for worker in cluster.workers.values()]
        job = _phusong(tmp_path, "--cluster", cluster.scheduler_address, "--out", "cluster")
        assert job.stderr is not None
        for line in job.stderr:
            if "predicting" in line:
                break
        time.sleep(1.0)
        os.kill(pids[0], 9)
        _done(job)
        assert pids[0] not in [worker.pid for worker in cluster.workers.values()]
    assert _answers(tmp_path / "cluster") == alone


def test_a_wrong_address_is_one_line_and_soon(tmp_path: Path) -> None:
    job = _phusong(tmp_path, "--cluster", "tcp://127.0.0.1:9", "--out", "answer")
    out, errors = job.communicate(timeout=120)
    assert job.returncode == 2
    assert errors.count("\n") == 1
    assert "--cluster tcp://127.0.0.1:9: no Dask scheduler answers there" in errors
    assert out == ""
    assert not (tmp_path / "answer").exists()


def test_jobs_and_cluster_exclude_each_other() -> None:
    with pytest.raises(InputError, match="give one of them"), workers(2, "tcp://127.0.0.1:9"):
        pass


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_without_workers_or_with_other_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from phusong.scenarios import workers as module

    monkeypatch.setattr(module, "WAIT_S", 1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as cluster:
        with pytest.raises(InputError, match="has no workers"), workers(None, cluster.scheduler_address):
            pass
        cluster.scale(1)
        monkeypatch.setattr(module, "WAIT_S", 60)
        with workers(None, cluster.scheduler_address) as engine:
            assert callable(engine)
        monkeypatch.setattr(module, "version", lambda _name: "0.0.0")
        with (
            pytest.raises(InputError, match=r"has another phusong"),
            workers(None, cluster.scheduler_address),
        ):
            pass
