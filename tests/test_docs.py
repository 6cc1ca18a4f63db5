"""The documentation does what it says: every command in it is run, every file in it is written first.

A page is walked from top to bottom in an empty folder: a fenced block with title="NAME" becomes the file NAME,
a block of `sh` is run and must end with 0, or with n where its title is "exit code n". Pages that begin with
<!-- test: slow --> are run by `make test-all`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.S | re.M)
EXIT = re.compile(r"exit code (\d+)")
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _blocks(text: str) -> Iterator[tuple[str, str, str]]:
    """Language, title and content of every fenced block."""
    yield from BLOCK.findall(text)


def _walkable() -> list[object]:
    pages: list[object] = []
    for page in PAGES:
        text = page.read_text("utf-8")
        if any(language == "sh" for language, _, _ in _blocks(text)):
            slow = text.startswith("<!-- test: slow -->")
            name = str(page.relative_to(ROOT / "docs"))
            pages.append(pytest.param(page, id=name, marks=pytest.mark.slow if slow else ()))
    return pages


@pytest.mark.parametrize("page", _walkable())
def test_every_command_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    for language, title, content in _blocks(page.read_text("utf-8")):
        if language == "sh":
            wanted = int(found[1]) if (found := EXIT.search(title)) else 0
            done = subprocess.run(
                ["sh", "-euc", content],
                cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == wanted, f"{content}\n{done.stdout}\n{done.stderr}"
        elif title:
            (tmp_path / title).write_text(content, "utf-8")


def _readme_commands(text: str) -> list[str]:
    """Every `phusong …` of the README in its order; runs and plans on coarse cells, a bare name asks for help."""
    said = re.findall(r"`(phusong [^`]+)`", text)
    commands = []
    for command in said:
        if re.match(r"phusong (run|plan) (?!-)", command):
            command += " --resolution 2000"
        elif len(command.split()) == 3 and command.split()[1] == "data":
            command += " --help"
        commands.append(command)
    return commands


@pytest.mark.slow
def test_every_command_of_the_readme_runs(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    own, script = (
        next(c for language, _, c in _blocks(text) if language == kind) for kind in ("toml", "python")
    )
    (tmp_path / "my-plan.toml").write_text(own, "utf-8")
    (tmp_path / "ten_lines.py").write_text(
        script.replace('load_scenario("baseline-2024")', 'load_scenario("my-plan.toml")'), "utf-8"
    )
    commands = _readme_commands(text)
    assert len(commands) > 10
    own_run = "phusong run my-plan.toml --resolution 2000"
    assert own_run in commands
    # the runs before what is asked of them
    commands.sort(key=lambda command: (not command.startswith("phusong run "), "--replay" in command))
    for command in [*dict.fromkeys(commands), f"{sys.executable} ten_lines.py"]:
        done = subprocess.run(
            ["sh", "-euc", command],
            cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize(
    "example", sorted((ROOT / "scenarios" / "examples").glob("*.py")), ids=lambda p: p.name
)
def test_every_example_runs(example: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(example)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_what_a_misspelt_key_prints_is_what_the_page_shows(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    blocks = list(_blocks(text))
    (tmp_path / "sai.toml").write_text(next(c for _, t, c in blocks if t == "sai.toml"), "utf-8")
    (shown,) = [content for language, _, content in blocks if language == "text"]
    done = subprocess.run(
        [sys.executable, "-m", "phusong.scenarios", "run", "sai.toml"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == shown


def test_every_shipped_scenario_is_in_the_docs() -> None:
    from phusong.scenarios.scenario_file import shipped

    text = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    assert [name for name in shipped() if f"`{name}`" not in text] == []


def test_the_worked_model_is_under_forty_lines_without_blank_ones() -> None:
    blocks = list(_blocks((ROOT / "docs" / "howto" / "model.md").read_text("utf-8")))
    (model,) = [content for _, title, content in blocks if title == "egli.py"]
    assert len([line for line in model.splitlines() if line.strip()]) < 40


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="pip install '.[docs]'")
    folder = ROOT / "build" / "typing" / "phusong"
    if not folder.is_dir():
        pytest.skip("build/typing is missing: make types")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CoverageMap" in (tmp_path / "api.html").read_text("utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert any("mkdocs-material" in item for item in version["docs"])
