"""Reading scenario files: shipped or the user's, inherited from a `base`, errors named with file and line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from phusong.geodata.errors import InputError
from phusong.scenarios.scenario import Scenario, Technology


def shipped() -> tuple[str, ...]:
    """Names of the scenarios that come with phusong, in order."""
    folder = resources.files("phusong.scenarios") / "library"
    return tuple(sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml")))


def load_scenario(name_or_path: str) -> Scenario:
    """The scenario of a shipped name or a TOML file. InputError names file, line, key and the mend."""
    merged, file = _merged(name_or_path, seen=())
    try:
        return Scenario.model_validate(merged)
    except ValidationError as error:
        raise InputError(_first_problem(error, file)) from None


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file; a file with a `base` needs no other key."""
    full = Scenario.model_json_schema()
    base = {"type": "string", "description": "a shipped scenario or a TOML file to take every other key from"}
    required = full.pop("required", [])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **full,
        "properties": {"base": base, **full["properties"]},
        "anyOf": [{"required": ["base"]}, {"required": required}],
    }


def validated(scenario: Scenario, **changes: Any) -> Scenario:
    """The scenario with other values of some keys, checked as its file was. InputError, one line."""
    try:
        return Scenario.model_validate({**scenario.model_dump(exclude_none=True), **changes})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{scenario.name}: {where}: {first['msg'].removeprefix('Value error, ')}") from None


def with_resolution(scenario: Scenario, resolution_m: float) -> Scenario:
    """The same scenario at another resolution. InputError out of 10–2000 m."""
    try:
        return Scenario.model_validate({**scenario.model_dump(), "resolution_m": resolution_m})
    except ValidationError as error:
        message = error.errors()[0]["msg"]
        raise InputError(f"--resolution {resolution_m:g}: {message[0].lower()}{message[1:]}") from None


def _merged(name_or_path: str, seen: tuple[str, ...]) -> tuple[dict[str, Any], _File]:
    file = _read(name_or_path)
    if file.label in seen:
        raise InputError(
            f"{file.label}: its `base` leads back to itself ({' -> '.join((*seen, file.label))})"
        )
    own = dict(file.keys)
    if file.path:
        own = _beside(own, file.path.parent)
    base = own.pop("base", None)
    if base is None:
        return own, file
    if not isinstance(base, str):
        raise InputError(f"{file.at('base')}: `base` must be the name of a scenario or a path, in quotes")
    beside = file.path.parent / base if file.path and base.endswith(".toml") else None
    below, _ = _merged(str(beside or base), (*seen, file.label))
    _forget_options(below, own)
    year, earlier = own.get("year"), below.get("year")
    if isinstance(year, int) and isinstance(earlier, int) and year < earlier:
        raise InputError(
            f"{file.at('year')}: year {year} lies before its base's, {earlier}; take a base of {year} or earlier"
        )
    return _overlay(below, own), file


_FILES = ("file", "calibration", "add_table", "table", "own", "points")  # keys that name one


def _beside(keys: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The keys with the project folder and every file that they name taken from beside the scenario."""
    data = keys.get("data")
    found = {key: _files_beside(value, folder) for key, value in keys.items()}
    return {**found, "data": str(folder / data)} if isinstance(data, str) and data != "reference" else found


def _files_beside(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_files_beside(one, folder) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: str(folder / one)
        if key in _FILES and isinstance(one, str) and one
        else _files_beside(one, folder)
        for key, one in value.items()
    }


def _forget_options(below: dict[str, Any], own: Mapping[str, Any]) -> None:
    """The options and the calibration of a base's model say nothing to another model."""
    mine, theirs = own.get("radio"), below.get("radio")
    if not (isinstance(mine, Mapping) and isinstance(theirs, Mapping)):
        return
    if mine.get("model", theirs.get("model")) != theirs.get("model"):
        below["radio"] = {
            key: value for key, value in theirs.items() if key not in ("model_options", "calibration")
        }


def _overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` wins key by key; tables are merged, everything else is replaced."""
    both = dict(below)
    for key, value in above.items():
        old = both.get(key)
        both[key] = _overlay(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return both


class _File:
    """A scenario's text, its keys, and the line at which each key stands."""

    def __init__(self, label: str, path: Path | None, text: str) -> None:
        self.label, self.path = label, path
        try:
            self.keys = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{label}: not valid TOML: {error}") from None
        self._lines = _lines_of_keys(text)

    def at(self, dotted: str) -> str:
        """`file line n` of a key, or of the table that should hold it, or just the file."""
        parts = dotted.split(".")
        for length in range(len(parts), 0, -1):
            line = self._lines.get(".".join(parts[:length]))
            if line:
                return f"{self.label} line {line}"
        return self.label


def _read(name_or_path: str) -> _File:
    if name_or_path in shipped():
        text = (resources.files("phusong.scenarios") / "library" / f"{name_or_path}.toml").read_text("utf-8")
        return _File(name_or_path, None, text)
    path = Path(name_or_path)
    if not name_or_path.endswith(".toml"):
        close = difflib.get_close_matches(name_or_path, shipped(), n=1)
        hint = f"did you mean {close[0]}?" if close else f"shipped are: {', '.join(shipped())}"
        raise InputError(f"no scenario is called {name_or_path!r}; {hint}. A file's name must end in .toml")
    try:
        return _File(str(path), path, path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give the path of a TOML file") from None


def _lines_of_keys(text: str) -> dict[str, int]:
    """Line number of every `key =` and `[table]`, by dotted name (plain keys: all that a scenario has)."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = header[1].replace('"', "").replace("'", "") + "."
            lines.setdefault(table[:-1], number)
        elif key := re.match(r"""\s*(["']?)([\w.-]+)\1\s*=""", line):
            lines.setdefault(table + key[2], number)
    return lines


def _first_problem(error: ValidationError, file: _File) -> str:
    """One line for people from pydantic's list: where, what, and what to write instead."""
    problems = error.errors()
    # a misspelt key also makes the right one missing: name the misspelling
    problem = next((one for one in problems if one["type"] == "extra_forbidden"), problems[0])
    dotted = ".".join(str(part) for part in (*problem["loc"], *_key_of(problem)))
    where = f"{file.at(dotted)}: "
    if problem["type"] == "extra_forbidden":
        *tables, key = (str(part) for part in problem["loc"])
        close = difflib.get_close_matches(key, _known_keys(tables), n=1)
        mend = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(_known_keys(tables))}"
        return f"{where}key {dotted!r} is not known; {mend}"
    if problem["type"] == "missing":
        return f"{where}key {dotted!r} is missing"
    message = problem["msg"].removeprefix("Value error, ")
    if not dotted:
        return f"{where}{message}"
    given = problem.get("input")
    if isinstance(given, str) and repr(given) in message:
        return f"{where}{dotted}: {message}"
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) else ""
    return f"{where}{dotted}: {message[0].lower()}{message[1:]}{shown}"


def _key_of(problem: Any) -> tuple[str, ...]:
    """The key below its location that a check of several keys together found wrong."""
    key = problem.get("ctx", {}).get("key")
    return (key,) if isinstance(key, str) else ()


def _known_keys(tables: list[str]) -> list[str]:
    """The keys that may stand in a table, found by walking the models along its path."""
    keys: dict[str, Any] = {"base": None, **Scenario.model_fields}
    for table in tables:
        if table.isdigit() or table in get_args(Technology):
            continue
        field = keys.get(table)
        models = [] if field is None else _models_in(field.annotation)
        if not models:
            return list(get_args(Technology))
        keys = dict(models[0].model_fields)
    if tables[-1:] == ["thresholds"]:
        return list(get_args(Technology))
    return list(keys)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]
