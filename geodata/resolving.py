"""Administrative units and hamlets of rows, from codes or names of either time, with suggestions."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from phusong.geodata.matching import Match, hamlet_key, match_hamlet
from phusong.geodata.official import Official
from phusong.geodata.placing import Tell
from phusong.geodata.problems import Problem, shown
from phusong.geodata.tables import ColumnMapping


def resolve_units(
    frame: gpd.GeoDataFrame, official: Official, mapping: ColumnMapping, tell: Tell
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """`frame` with commune_code (until June 2025) and unit_2025_code, and hamlet_id for lists of hamlets.

    A code decides if it is known; else the name, in the time that the file as a whole speaks of. An old
    unit gives its successor of 2025 too; a new one has no single predecessor unless it took over only one.
    """
    header = mapping.columns.get("unit", mapping.columns.get("unit_code", "unit"))
    old_time = speaks_of_old_units(frame, official)
    problems: list[Problem] = []
    old_codes: list[str | None] = []
    new_codes: list[str | None] = []
    cache: dict[tuple[object, object, object], tuple[str | None, str | None, Match]] = {}
    for row in frame.itertuples(index=False):
        key = (row.unit_code, row.unit, row.district)
        if key not in cache:
            cache[key] = _resolve(*key, official=official, old_time=old_time)
        old, new, match = cache[key]
        old_codes.append(old)
        new_codes.append(new)
        if match.how in ("none", "ambiguous") and (row.unit or row.unit_code):
            problems.append(_unresolved(match, row, header, tell))
    frame = frame.assign(
        commune_code=pd.Series(old_codes, index=frame.index, dtype=object),
        unit_2025_code=pd.Series(new_codes, index=frame.index, dtype=object),
    )
    if "hamlet_id" in frame or mapping.table in ("fixed_broadband", "loudspeakers"):
        frame, found = _resolve_hamlets(frame, official, mapping, tell)
        problems += found
    return frame, problems


def speaks_of_old_units(frame: pd.DataFrame, official: Official) -> bool:
    """True if the file names units of before July 2025: it has districts, or more of its names are old."""
    if frame["district"].notna().mean() > 0.5:
        return True
    names = frame["unit"].dropna().unique()
    old = sum(official.units.match(name, levels=("commune",)).how != "none" for name in names)
    new = sum(official.units.match(name, levels=("unit_2025",)).how != "none" for name in names)
    return old > new


def _resolve(
    code: object, name: object, district: object, *, official: Official, old_time: bool
) -> tuple[str | None, str | None, Match]:
    units = official.units
    if code:
        text = str(code)
        old, new = units.get(text, level="commune"), units.get(text, level="unit_2025")
        if old and (old_time or not new):
            return text, old.successors[0] if len(old.successors) == 1 else None, Match(text, "code")
        if new:
            before = units.predecessors(text)
            return before[0] if len(before) == 1 else None, text, Match(text, "code")
    if not name:
        return None, None, Match(None, "none")
    levels = ("commune",) if old_time else ("unit_2025",)
    match = units.match(name, levels=levels, within=district)
    if match.code is None and match.how == "none":
        other = units.match(name, levels=("unit_2025",) if old_time else ("commune",), within=district)
        if other.code is not None:
            levels, match = (("unit_2025",) if old_time else ("commune",)), other
    if match.code is None:
        return None, None, match
    if levels == ("commune",):
        after = units.successors(match.code)
        return match.code, after[0] if len(after) == 1 else None, match
    before = units.predecessors(match.code)
    return before[0] if len(before) == 1 else None, match.code, match


def _unresolved(match: Match, row: object, header: str, tell: Tell) -> Problem:
    value = shown(getattr(row, "unit", None) or getattr(row, "unit_code", None))
    if match.how == "ambiguous":
        names = "; ".join(match.suggestions)
        return tell(
            "error", "ambiguous-unit", row.source_row, header, value,  # type: ignore[attr-defined]
            f"nhiều đơn vị cùng tên: {names}", f"several units have this name: {names}",
            "thêm cột huyện hoặc mã xã", "add the district or the commune's code",
        )  # fmt: skip
    hint = "; ".join(match.suggestions)
    return tell(
        "error", "unknown-unit", row.source_row, header, value,  # type: ignore[attr-defined]
        "không có đơn vị hành chính này", "there is no such unit",
        f"phải chăng là: {hint}?" if hint else "kiểm tra tên xã",
        f"did you mean: {hint}?" if hint else "check it",
    )  # fmt: skip


def _resolve_hamlets(
    frame: gpd.GeoDataFrame, official: Official, mapping: ColumnMapping, tell: Tell
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """The official hamlet of each row, matched inside its unit of 2025."""
    if not official.hamlets or "name" not in frame:
        return frame, []
    header = mapping.columns.get("name", "name")
    problems = []
    ids: list[str | None] = []
    own = frame["hamlet_id"] if "hamlet_id" in frame else pd.Series([None] * len(frame), index=frame.index)
    for given, row in zip(own, frame.itertuples(index=False), strict=True):
        known = official.hamlets.get(str(row.unit_2025_code), {})
        if given in known and hamlet_key(known[given]) == hamlet_key(row.name or ""):
            ids.append(str(given))
            continue
        match = match_hamlet(row.name, known) if row.name and known else Match(None, "none")
        ids.append(match.code)
        if match.code is None and row.name and known:
            hint = "; ".join(match.suggestions)
            problems.append(
                tell(
                    "warning", "unknown-hamlet", row.source_row, header, shown(row.name),
                    "không có trong danh sách thôn, ấp chính thức của xã" if match.how == "none"
                    else "trùng tên nhiều thôn, ấp của xã",
                    "is not in the unit's official list" if match.how == "none" else "fits several hamlets",
                    f"phải chăng là: {hint}?" if hint else "", f"did you mean: {hint}?" if hint else "",
                )
            )  # fmt: skip
    return frame.assign(official_hamlet_id=pd.Series(ids, index=frame.index, dtype=object)), problems
