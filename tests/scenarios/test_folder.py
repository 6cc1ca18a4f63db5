"""A run's folder is whole or untouched, whatever kills the writer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from phusong.geodata.errors import InputError
from phusong.scenarios.folder import check_target, whole_folder


def _old_run(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("old")


def test_the_new_run_takes_the_old_ones_place(tmp_path: Path) -> None:
    _old_run(tmp_path / "run")
    (tmp_path / "run" / "stale.tif").write_text("x")
    with whole_folder(tmp_path / "run") as folder:
        (folder / "run.json").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert [path.read_text() for path in (tmp_path / "run").iterdir()] == ["new"]


def test_an_error_leaves_the_old_run(tmp_path: Path) -> None:
    _old_run(tmp_path / "run")
    with pytest.raises(IsADirectoryError), whole_folder(tmp_path / "run") as folder:
        folder.write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "run.json").read_text() == "old"


def test_a_killed_run_leaves_the_old_one_and_the_next_clears_up(tmp_path: Path) -> None:
    _old_run(tmp_path / "run")
    code = (
        "import os, signal, pathlib\n"
        "from phusong.scenarios.folder import whole_folder\n"
        f"with whole_folder(pathlib.Path({str(tmp_path / 'run')!r})) as folder:\n"
        "    (folder / 'half').write_text('x')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "run" / "run.json").read_text() == "old"
    with whole_folder(tmp_path / "run") as folder:
        (folder / "run.json").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_run_killed_between_two_renames_is_put_back(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    _old_run(tmp_path / f".run.{dead.pid}.replaced")
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "run"):
        raise RuntimeError
    assert (tmp_path / "run" / "run.json").read_text() == "old"


def test_folders_that_must_not_be_replaced_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.docx").write_text("x")
    with pytest.raises(InputError, match="holds other files"):
        check_target(tmp_path / "mine")
    with pytest.raises(InputError, match="is a file"):
        check_target(tmp_path / "mine" / "letter.docx")
    check_target(tmp_path / "new" / "run")
    assert not (tmp_path / "new" / "run").exists()


@pytest.mark.skipif(os.name == "nt", reason="a folder below a file is refused in another way there")
def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written"):
        check_target(tmp_path / "file" / "sub" / "run")
