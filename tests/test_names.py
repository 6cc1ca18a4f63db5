"""The three folders are the three packages, and the name `coverage` gets in nobody's way."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _from_root(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_numba_imports_from_the_repository_root() -> None:
    done = _from_root("-c", "import numba, phusong.coverage; print(phusong.coverage.__name__)")
    assert (done.returncode, done.stdout.strip()) == (0, "phusong.coverage"), done.stderr


def test_coverage_py_is_handed_over_under_its_own_name() -> None:
    done = _from_root("-c", "import coverage; print(coverage.Coverage.__name__)")
    assert (done.returncode, done.stdout.strip()) == (0, "Coverage"), done.stderr


def test_python_m_pytest_with_line_coverage_works_from_the_root() -> None:
    done = _from_root("-m", "pytest", "--cov", "--co", "-q", "-p", "no:xdist", "tests/test_names.py")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_folder_is_listed() -> None:
    listed = set(
        tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    )
    found = {
        "phusong." + ".".join(path.parent.relative_to(ROOT).parts)
        for room in ("geodata", "coverage", "scenarios")
        for path in (ROOT / room).rglob("__init__.py")
        if "node_modules" not in path.parts
    }
    assert found == listed
