"""Rows that stand twice: merged where they say the same, named where they do not."""

from __future__ import annotations

from collections.abc import Hashable

import geopandas as gpd
import pandas as pd

from phusong.geodata.matching import plain
from phusong.geodata.problems import Problem, blank, shown
from phusong.geodata.schema import Table

_SAME_PLACE_DEG = 50 / 111_000
_ORIGIN = ("source_file", "source_row")


def merge(frame: gpd.GeoDataFrame, table: Table) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """`frame` with each thing once, and a problem for every row left out.

    Rows with one identity and no contradiction are merged: an empty cell takes the other row's value.
    A contradiction is an error; the first row stays.
    """
    if not table.identity or frame.empty:
        return frame, []
    keys = [_identity(row, table) for row in frame.to_dict("records")]
    places: dict[Hashable, list[int]] = {}
    for place, key in enumerate(keys):
        if key is not None:
            places.setdefault(key, []).append(place)
    gone: list[int] = []
    problems: list[Problem] = []
    merged = frame.copy()
    for same in (group for group in places.values() if len(group) > 1):
        first, *rest = same
        for place in rest:
            differing = _differences(merged.iloc[first], frame.iloc[place], table)
            problems.append(_problem(table, frame.iloc[first], frame.iloc[place], differing))
            gone.append(place)
            if not differing:
                for column in frame.columns:
                    if blank(merged.iloc[first][column]) and not blank(frame.iloc[place][column]):
                        merged.iloc[first, merged.columns.get_loc(column)] = frame.iloc[place][column]
    return merged.drop(index=merged.index[gone]).reset_index(drop=True), problems


def one_each(frame: gpd.GeoDataFrame, table: Table) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """The first row of each thing of a list that has several rows of it; a warning where their places differ."""
    keys = [_identity(row, table) for row in frame.to_dict("records")]
    first: dict[Hashable, int] = {}
    problems: list[Problem] = []
    kept = []
    for place, key in enumerate(keys):
        if key is None or key not in first:
            kept.append(place)
            first.setdefault(key, place)
            continue
        one, other = frame.iloc[first[key]], frame.iloc[place]
        both = one.geometry is not None and other.geometry is not None
        if both and one.geometry.distance(other.geometry) > _SAME_PLACE_DEG:
            name = shown(other[table.identity[-1]])
            problems.append(
                Problem(
                    "warning", "places-differ", table.key, str(other["source_file"]), int(other["source_row"]),
                    table.field(table.identity[-1]).vi, name,
                    f"toạ độ khác dòng {one['source_row']} của cùng trạm, lấy dòng đầu",
                    "another place than the first row of the same station; the first is taken",
                    "kiểm tra toạ độ", "check the coordinates",
                )
            )  # fmt: skip
    return frame.iloc[kept].reset_index(drop=True), problems


def _identity(row: dict[Hashable, object], table: Table) -> Hashable | None:
    if table.key == "hamlets":
        if not blank(row.get("official_hamlet_id")):
            return row["official_hamlet_id"]
        units = (row.get(key) for key in ("commune_code", "unit_2025_code", "unit"))
        unit = next((unit for unit in units if not blank(unit)), None)
        return (plain(unit), plain(row.get("name"))) if unit is not None else None
    parts = [row.get(key) for key in table.identity]
    if blank(parts[-1]) or all(map(blank, parts)):
        return None
    return tuple("" if blank(part) else plain(part) for part in parts)


def _differences(one: pd.Series, other: pd.Series, table: Table) -> list[str]:
    differing = []
    for field in table.fields:
        if field.key not in one.index:
            continue
        a, b = one[field.key], other[field.key]
        if blank(a) or blank(b) or a == b:
            continue
        if isinstance(a, str) and isinstance(b, str) and plain(a) == plain(b):
            continue
        if field.key in ("hamlet_id", "unit", "unit_code", "district") or field.key in table.identity:
            continue
        differing.append(field.vi)
    both = one.geometry is not None and other.geometry is not None
    if both and one.geometry.distance(other.geometry) > _SAME_PLACE_DEG:
        differing.append("toạ độ · coordinates")
    return differing


def _problem(table: Table, kept: pd.Series, left: pd.Series, differing: list[str]) -> Problem:
    name = shown(left.get(table.identity[-1]))
    where = f"{kept['source_file']} dòng {kept['source_row']}"
    if differing:
        what = ", ".join(differing)
        return Problem(
            "error", "duplicate-conflict", table.key, str(left["source_file"]), int(left["source_row"]),
            table.field(table.identity[-1]).vi, name,
            f"trùng với {where} nhưng khác: {what}", f"the same as that row but different in: {what}",
            "giữ một dòng đúng", "keep the right one",
        )  # fmt: skip
    return Problem(
        "warning", "duplicate-merged", table.key, str(left["source_file"]), int(left["source_row"]),
        table.field(table.identity[-1]).vi, name,
        f"trùng với {where}, đã gộp", "the same as that row; merged",
    )  # fmt: skip
