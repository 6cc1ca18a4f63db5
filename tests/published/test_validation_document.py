"""docs/validation.md shows every reference set and every model."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from phusong.coverage.models import MODELS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_document_shows_every_set_within_its_precision_and_every_model(oracles: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_validation", DOCS / "make_validation.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    text = (DOCS / "validation.md").read_text("utf-8")
    found = program.comparisons(oracles)
    for comparison in found:
        comparison.check()
    for group in program.grouped(found):
        first, values = group[0], sum(len(one.ours) for one in group)
        start = f"| {first.model} | {first.edition} | {program.source_of(first)} | {len(group)} | {values} |"
        assert start in text, f"{start}: run python docs/make_validation.py"
    for name, model in MODELS.items():
        assert f"| {name} | {model.edition} |" in text, f"{name}: run python docs/make_validation.py"
    assert (DOCS / "validation.png").stat().st_size > 10_000
