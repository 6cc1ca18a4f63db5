"""A table that maps a land-cover map's classes to clutter keys, their heights and their losses."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.geodata.errors import InputError


def read_class_table(path: Path | None, classes: pd.DataFrame) -> tuple[dict[int, int], pd.DataFrame]:
    """Source class → clutter code, and the clutter table. Raises InputError that names the wrong key."""
    name = path.name if path else "worldcover.toml"
    try:
        text = (
            path.read_text("utf-8")
            if path
            else (files("phusong.geodata.reference") / "worldcover.toml").read_text(encoding="utf-8")
        )
        content = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{name}: không đọc được bảng lớp phủ · class table cannot be read ({error})"
        ) from None
    classes = _with_losses(
        _with_heights(classes, content.get("heights_m", {}), name), content.get("losses_db", {}), name
    )
    codes = dict(zip(classes["key"], classes["code"], strict=True))
    mapping = {}
    for value, key in content.get("classes", {}).items():
        if not value.lstrip("-").isdigit() or key not in codes:
            raise InputError(
                f"{name}: [classes] {value} = {key!r}: cần số = một trong · needed: a number = one of: "
                + ", ".join(codes)
            )
        mapping[int(value)] = int(codes[key])
    return mapping, classes


def _with_heights(classes: pd.DataFrame, heights_m: Mapping[str, Any], name: str) -> pd.DataFrame:
    """The clutter table with other heights, and with keys that it did not have."""
    table = classes.copy()
    for key, height in heights_m.items():
        number = isinstance(height, (int, float)) and not isinstance(height, bool)
        if not number or not 0 <= height <= 100:
            raise InputError(f"{name}: [heights_m] {key} = {height!r}: cần số mét 0–100 · metres, 0 to 100")
        if key in set(table["key"]):
            table.loc[table["key"] == key, "height_m"] = float(height)
        else:
            new = {"code": int(table["code"].max()) + 1, "key": key, "name_vi": key, "name_en": key}
            table = pd.concat([table, pd.DataFrame([{**new, "height_m": float(height)}])], ignore_index=True)
    if int(table["code"].max()) > 255:
        raise InputError(f"{name}: quá nhiều lớp · too many classes")
    return table


def _with_losses(classes: pd.DataFrame, losses_db: Mapping[str, Any], name: str) -> pd.DataFrame:
    """The clutter table with a column `loss_db` where any class has one."""
    for key, loss in losses_db.items():
        number = isinstance(loss, (int, float)) and not isinstance(loss, bool)
        if not number or not 0 <= loss <= 60 or key not in set(classes["key"]):
            raise InputError(
                f"{name}: [losses_db] {key} = {loss!r}: cần một lớp đã có và số dB 0–60 · needed: a class of the"
                " table and dB, 0 to 60"
            )
    if not losses_db:
        return classes
    return classes.assign(loss_db=classes["key"].map(losses_db).fillna(0.0).astype(float))
