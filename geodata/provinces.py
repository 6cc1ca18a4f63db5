"""Where Vietnam's provinces lie: bounding boxes by name or code, of the 63 until June 2025 and the 34 since.

The boxes are rounded outwards to 0.05 degrees from the government's map of provinces (gis.chinhphu.vn, by way
of the level1s_bbox.json of github.com/daohoangson/dvhcvn), Vĩnh Long's from the province's own description;
which of the 63 became which of the 34 is Resolution 202/2025/QH15.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib.resources import files

import pandas as pd

from phusong.geodata.errors import InputError
from phusong.geodata.vietnamese import fold

Bounds = tuple[float, float, float, float]
_TITLES = ("tinh ", "thanh pho ", "tp ", "province ", "city ")
_EDGES = ["west", "south", "east", "north"]


def bounds_of(province: str) -> tuple[str, Bounds]:
    """The province's name and its (west, south, east, north) in degrees, WGS 84, islands included.

    `province` is a name with or without accents, or one of the 63 official codes. A name that stands for a
    province of both times means the one since 1 July 2025, which is the larger; its code means the old one.
    Raises InputError with a suggestion for what is neither.
    """
    table = _table()
    if (old := table[table["code"] == province.strip()]).size:
        return str(old["name"].iloc[0]), _around(old)
    key = _key(province)
    new = table[table["name_2025"].map(_key) == key]
    if new.size:
        return str(new["name_2025"].iloc[0]), _around(new)
    old = table[table["name"].map(_key) == key]
    if old.size:
        return str(old["name"].iloc[0]), _around(old)
    names = sorted({*table["name"], *table["name_2025"]})
    near = difflib.get_close_matches(key, [_key(name) for name in names], n=1)
    meant = next((name for name in names if near and _key(name) == near[0]), "")
    hint = f"; phải chăng là {meant}? · did you mean {meant}?" if meant else ""
    raise InputError(f"--province {province}: không có tỉnh này · there is no such province{hint}")


def _key(name: str) -> str:
    key = fold(name)
    for title in _TITLES:
        key = key.removeprefix(title)
    return key


def _around(rows: pd.DataFrame) -> Bounds:
    low, high = rows[_EDGES].min(), rows[_EDGES].max()
    return float(low["west"]), float(low["south"]), float(high["east"]), float(high["north"])


@cache
def _table() -> pd.DataFrame:
    with (files("phusong.geodata") / "provinces.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype={"code": str})
