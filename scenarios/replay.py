"""Repeating a run from its run.json: the same bytes, or the differences by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from phusong.geodata.errors import InputError
from phusong.scenarios.folder import MARK
from phusong.scenarios.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Recipe:
    """What run.json says of a run: enough to do it again."""

    scenario: Scenario
    lang: str
    inputs_sha256: Mapping[str, str]
    environment: Mapping[str, str]
    outputs_sha256: Mapping[str, str]


def read_recipe(path: Path) -> Recipe:
    """The recipe in a run.json. InputError where it cannot be read or is of another version."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a run's {MARK}") from None
    except ValueError:
        raise InputError(f"{path}: not JSON; give a run's {MARK}") from None
    try:
        return Recipe(
            scenario=Scenario.model_validate(content["scenario"]),
            lang=content["lang"],
            inputs_sha256=content["inputs_sha256"],
            environment=content["environment"],
            outputs_sha256=content["outputs_sha256"],
        )
    except (KeyError, TypeError):
        raise InputError(f"{path}: lacks what a {MARK} holds; was it written by another version?") from None
    except ValidationError as error:
        key = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise InputError(f"{path}: this version does not know its scenario's {key!r}") from None


def differences(kind: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """One line for each key whose value is another now, or is missing on one side."""
    lines = []
    for key in sorted({*then, *now}):
        if then.get(key) != now.get(key):
            lines.append(f"{kind} {key}: {_short(then.get(key))} then, {_short(now.get(key))} now")
    return lines


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a run's folder but run.json, by name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != MARK
    }


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 20 else text[:12]
