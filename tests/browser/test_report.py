"""The report in a real browser: it prints to A4, and lies well on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from phusong.geodata.errors import InputError
from phusong.scenarios.report import pdf
from phusong.scenarios.report.page import write_report
from phusong.scenarios.result import RunResult

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(made_up_result: Callable[..., RunResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(made_up_result(hostile=True), path)
    return path


def test_it_prints_to_a4(file: Path, browser: Browser, tmp_path: Path) -> None:
    assert browser.is_connected()
    pdf.print_pdf(file, tmp_path / "report.pdf")
    content = (tmp_path / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    sizes = [tuple(map(float, box)) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)]
    assert len(sizes) >= 2
    assert all(
        width == pytest.approx(595, abs=2) and height == pytest.approx(842, abs=2) for width, height in sizes
    )


def test_without_a_browser_it_says_what_to_do(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda _: None)
    with pytest.raises(InputError, match="print it"):
        pdf.print_pdf(file, tmp_path / "report.pdf")


def test_it_has_no_serious_fault_and_fits_a_phone(file: Path, browser: Browser, axe: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate(axe)
    faults = page.evaluate(
        "axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
        ".map(v => v.id))"
    )
    assert faults == []
    assert said == []
    page.close()
