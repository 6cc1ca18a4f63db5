"""The levels of quality that a run judges by: quality.toml, an own file, and what a scenario says itself."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from phusong.geodata.errors import InputError
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.service_keys import QualityLevel

NO_QUALITY, NOT_JUDGED = "below", "not_judged"


def quality_levels(scenario: Scenario) -> tuple[QualityLevel, ...]:
    """Every level, each technology's from best to least. InputError for a file that does not hold levels."""
    levels = {(level.technology, level.key): level for level in _of_file(scenario.quality.file)}
    levels |= {(level.technology, level.key): level for level in scenario.quality.level}
    return tuple(sorted(levels.values(), key=lambda level: (level.technology, -level.downlink_mbps)))


def _of_file(name: str) -> list[QualityLevel]:
    shipped = resources.files("phusong.scenarios") / "quality.toml"
    label = name or "quality.toml"
    try:
        text = Path(name).read_text("utf-8-sig") if name else shipped.read_text("utf-8")
        given = tomllib.loads(text)
    except OSError as error:
        raise InputError(f"quality.file: {name}: cannot be read ({error.strerror})") from None
    except ValueError as error:  # broken TOML, or not UTF-8
        raise InputError(f"quality.file: {label}: not valid TOML: {error}") from None
    rows = given.pop("level", None)
    if given or not isinstance(rows, list) or not rows:
        extra = f", not {next(iter(given))!r}" if given else ""
        raise InputError(f"quality.file: {label} holds tables [[level]] alone{extra}")
    levels: list[QualityLevel] = []
    for number, row in enumerate(rows, start=1):
        try:
            level = QualityLevel.model_validate(row)
        except ValidationError as error:
            problem = error.errors()[0]
            key = ".".join(str(part) for part in problem["loc"])
            said = problem["msg"].removeprefix("Value error, ")
            raise InputError(f"{label}: level {number}: {f'{key}: ' if key else ''}{said}") from None
        if any((level.technology, level.key) == (one.technology, one.key) for one in levels):
            raise InputError(f"{label}: level {number}: {level.technology} {level.key!r} stands twice")
        levels.append(level)
    return levels
