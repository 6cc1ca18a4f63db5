"""`phusong pathloss`: one profile from a CSV file, one model, every intermediate as JSON."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from phusong.coverage.extra_losses import Place, extra_losses
from phusong.coverage.model import Loss, Model, conditions_for
from phusong.coverage.model_options import Given, Value, settings
from phusong.coverage.models import model_named
from phusong.coverage.profile import PathProfile
from phusong.geodata.errors import InputError

_DISTANCES = {"distance_km": 1.0, "distance_m": 1e-3}


def read_profile(path: Path, *, tx_height_m: float, rx_height_m: float) -> PathProfile:
    """The profile in a CSV file with a header: distance_km (or distance_m), terrain_m, clutter_m if known.

    Commas or semicolons; with semicolons numbers may have a decimal comma. InputError names file and line.
    """
    rows, lines = _rows(path)
    columns = {name: rows[0].index(name) for name in rows[0]}
    unit = next((name for name in _DISTANCES if name in columns), None)
    if unit is None or "terrain_m" not in columns:
        missing = "distance_km" if unit is None else "terrain_m"
        raise InputError(f"{path} line 1: no column {missing}; the header is distance_km,terrain_m,clutter_m")
    if len(rows) < 4:
        raise InputError(f"{path}: a profile needs at least three points, not {len(rows) - 1}")
    wanted = (unit, "terrain_m", *(["clutter_m"] if "clutter_m" in columns else []))
    numbered = list(zip(rows[1:], lines[1:], strict=True))
    table = {name: [_number(path, line, row, columns, name) for row, line in numbered] for name in wanted}
    distance_km = np.array(table[unit]) * _DISTANCES[unit]
    _check_distances(path, distance_km, lines[1:], unit)
    try:
        return PathProfile(
            distance_km=distance_km,
            terrain_m=np.array(table["terrain_m"]),
            clutter_m=np.array(table.get("clutter_m", [0.0] * distance_km.size)),
            tx_height_m=tx_height_m,
            rx_height_m=rx_height_m,
        )
    except ValueError as error:
        raise InputError(f"{path}: {error}" if "_height_m" not in str(error) else str(error)) from None


def answer(
    model_name: str,
    profile: PathProfile,
    conditions: Mapping[str, Any],
    *,
    options: Mapping[str, Value] = MappingProxyType({}),
    extras: Mapping[str, Given] = MappingProxyType({}),
) -> dict[str, Any]:
    """What `phusong pathloss` prints: model, edition, loss and every intermediate in the model's symbols.

    `options` are the model's own, `extras` the losses to add (coverage.model_options). InputError for what the
    model does not cover.
    """
    try:
        model = model_named(model_name)
        asked = conditions_for(model.name, options, **conditions)
        loss = model.loss(profile, asked)
        place = Place(
            frequency_mhz=asked.frequency_mhz,
            rx_height_m=profile.rx_height_m,
            distance_km=profile.length_km,
            tx_asl_m=profile.tx_asl_m,
            rx_asl_m=profile.rx_asl_m,
            polarization=asked.polarization,
        )
        added = extra_losses(extras, place)
    except ValueError as error:
        raise InputError(str(error)) from None
    return {
        **described(model, loss),
        "extra_losses": [
            {
                "of": one.extra.kind,
                "method": one.extra.method,
                "title": one.extra.title,
                "edition": one.extra.edition,
                "loss_db": float(one.loss.loss_db),
                "options": dict(one.options),
                "intermediates": {key: plain(value) for key, value in one.loss.intermediates.items()},
            }
            for one in added
        ],
        "total_loss_db": float(loss.loss_db) + sum(float(one.loss.loss_db) for one in added),
        "conditions": {
            **{key: getattr(asked, key) for key in conditions},
            "options": settings(model.name, options),
            "tx_height_m": profile.tx_height_m,
            "rx_height_m": profile.rx_height_m,
            "points": int(profile.distance_km.size),
            "length_km": profile.length_km,
        },
    }


def described(model: Model, loss: Loss) -> dict[str, Any]:
    """One model's answer as plain values; what is not a finite number becomes null."""
    return {
        "model": model.name,
        "title": model.title,
        "edition": model.edition,
        "looks_at_vi": model.looks_at_vi,
        "looks_at_en": model.looks_at_en,
        "loss_db": float(loss.loss_db),
        "intermediates": {key: plain(value) for key, value in loss.intermediates.items()},
    }


def plain(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return list(value)
    return value


def _rows(path: Path) -> tuple[list[list[str]], list[int]]:
    """The lines that hold something, split, and their numbers in the file."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text; save it as CSV UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give the path of a CSV file") from None
    header = text.lstrip().partition("\n")[0]
    separator = ";" if ";" in header else ","
    rows, lines = [], []
    for line, row in enumerate(csv.reader(text.splitlines(), delimiter=separator), start=1):
        if any(cell.strip() for cell in row):
            cells = [cell.strip() for cell in row]
            rows.append([cell.replace(",", ".") for cell in cells] if separator == ";" else cells)
            lines.append(line)
    if not rows:
        raise InputError(f"{path}: the file is empty; the header is distance_km,terrain_m,clutter_m")
    return rows, lines


def _number(path: Path, line: int, row: list[str], columns: Mapping[str, int], name: str) -> float:
    text = row[columns[name]] if columns[name] < len(row) else ""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{path} line {line}: {name} is {text or 'empty'!r}, not a number")
    return value


def _check_distances(path: Path, distance_km: np.ndarray, lines: list[int], unit: str) -> None:
    shown = distance_km / _DISTANCES[unit]
    for index, line in enumerate(lines):
        if distance_km[index] < 0:
            raise InputError(f"{path} line {line}: {unit} is {shown[index]:g}; a distance cannot be negative")
        if index == 0 and distance_km[0] != 0:
            raise InputError(f"{path} line {line}: {unit} starts at {shown[0]:g}; it must start at 0")
        if index and distance_km[index] <= distance_km[index - 1]:
            raise InputError(
                f"{path} line {line}: {unit} does not rise ({shown[index - 1]:g} then {shown[index]:g})"
            )
