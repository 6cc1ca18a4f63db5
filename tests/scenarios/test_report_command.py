"""`phusong report` on a stored run: the same report again, another language, and plain words without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from phusong.geodata.errors import InputError
from phusong.scenarios.__main__ import app
from phusong.scenarios.report import pdf


@pytest.fixture
def stored(small_runs: tuple[Path, Path], tmp_path: Path) -> Path:
    shutil.copytree(small_runs[0], tmp_path / "run")
    return tmp_path / "run"


def test_the_report_written_again_is_the_same(stored: Path) -> None:
    page = (stored / "report.html").read_bytes()
    book = (stored / "report.xlsx").read_bytes()
    for name in ("report.html", "report.xlsx"):
        (stored / name).unlink()
    assert CliRunner().invoke(app, ["report", str(stored)]).exit_code == 0
    assert (stored / "report.html").read_bytes() == page
    assert (stored / "report.xlsx").read_bytes() == book


def test_another_language_stands_beside_the_first(stored: Path) -> None:
    assert CliRunner().invoke(app, ["report", str(stored), "--lang", "en"]).exit_code == 0
    assert 'lang="en"' in (stored / "report-en.html").read_text("utf-8")
    assert "Hamlets" in openpyxl.load_workbook(stored / "report-en.xlsx").sheetnames
    assert 'lang="vi"' in (stored / "report.html").read_text("utf-8")


def test_without_a_browser_the_page_is_there_and_it_says_what_to_do(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda _: None)
    found = CliRunner().invoke(app, ["report", str(stored), "--pdf"])
    assert isinstance(found.exception, InputError)
    assert "print it" in str(found.exception)
    assert (stored / "report.html").is_file()
    assert not (stored / "report.pdf").exists()


def test_what_is_no_run_and_no_language_is_refused(stored: Path, tmp_path: Path) -> None:
    assert isinstance(CliRunner().invoke(app, ["report", str(tmp_path / "none")]).exception, InputError)
    assert isinstance(CliRunner().invoke(app, ["report", str(stored), "--lang", "fr"]).exception, InputError)
