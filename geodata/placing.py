"""Coordinates of a table's rows, whatever they were typed as, in WGS 84; every doubt becomes a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from phusong.geodata import crs as crs_module
from phusong.geodata import numerals
from phusong.geodata.errors import InputError
from phusong.geodata.problems import Problem, shown
from phusong.geodata.readers.vector import safe_geometry

Floats = NDArray[np.float64]
Tell = Callable[..., Problem]

_NEAR_DEG = 0.05  # about 5 km: a station just outside may serve the province
_METRES = (90_000.0, 2_700_000.0)  # eastings and northings of Vietnam


@dataclass(frozen=True, slots=True)
class Placed:
    """Longitude and latitude of each row (NaN where unknown), its shape, and how the columns were read."""

    lon: Floats
    lat: Floats
    shapes: list[BaseGeometry | None]
    crs: str
    swapped: bool
    problems: tuple[Problem, ...]


def coordinate(cell: object) -> float | None:
    """One coordinate: degrees, or metres of a projected system. None if it can be neither."""
    angle = numerals.degrees(cell)
    if angle is not None:
        return angle
    return numerals.number(cell, low=_METRES[0], high=_METRES[1])


def place(
    cells: pd.DataFrame,
    columns: Mapping[str, str],
    area: BaseGeometry,
    *,
    source: str,
    tell: Tell,
    needed: bool,
    stated: str | None,
) -> Placed:
    """Longitudes and latitudes of rows with coordinate columns, in any of the known systems.

    `cells` holds the fields lat, lon, x, y, position, crs as they were typed; `columns` their headers.
    Raises InputError where no system or more than one fits the table as a whole.
    """
    first_key, second_key = _pair_of_columns(cells)
    first, second, problems = _typed(cells, first_key, second_key, columns, tell, needed)
    row_crs = _row_systems(cells, columns, tell, problems)
    _drop_lost_decimals(cells, (first_key, second_key), (first, second), row_crs, columns, tell, problems)
    lon = np.full(len(cells), np.nan)
    lat = np.full(len(cells), np.nan)
    best = crs_module.Fit(stated or crs_module.WGS84, False, 1.0)
    wide = shapely.buffer(area, _NEAR_DEG)
    for system in sorted({*row_crs}, key=str):
        group = np.array([own == system for own in row_crs])
        known = group & np.isfinite(first) & np.isfinite(second)
        if not known.any():
            continue
        fit = crs_module.detect(first[known], second[known], wide, source=source, stated=system or stated)
        lon[known], lat[known], turned = _to_degrees(first[known], second[known], fit, wide)
        best = fit if system is None or len(set(row_crs)) == 1 else best
        rows = np.flatnonzero(known)
        for place_ in rows[turned]:
            problems.append(
                tell(
                    "warning",
                    "swapped-axes",
                    cells.index[place_],
                    columns.get(first_key, first_key),
                    f"{shown(cells[first_key].iloc[place_])}; {shown(cells[second_key].iloc[place_])}",
                    "hai toạ độ của dòng này bị đổi chỗ, đã đổi lại",
                    "this row's two coordinates were swapped; turned back",
                )
            )
    problems += _outside(cells, columns, (first_key, second_key), lon, lat, area, best, tell)
    shapes: list[BaseGeometry | None] = [
        shapely.Point(x, y) if np.isfinite(x) and np.isfinite(y) else None
        for x, y in zip(lon, lat, strict=True)
    ]
    return Placed(lon, lat, shapes, best.crs, best.swapped, tuple(problems))


def place_shapes(
    geometry: gpd.GeoSeries,
    crs: str | None,
    area: BaseGeometry,
    *,
    source: str,
    tell: Tell,
    stated: str | None,
) -> Placed:
    """Shapes of a GIS file in WGS 84, mended where that is safe; points stand for their rows' places."""
    clean, wrong = safe_geometry(geometry)
    reasons = {
        "empty": ("error", "không có hình học", "it has no geometry"),
        "nan": ("error", "toạ độ không phải số (NaN)", "a coordinate is not a number"),
        "invalid": ("warning", "đa giác tự cắt, đã sửa, giữ phần diện tích", "self-intersecting; mended"),
        "3d": ("note", "đã bỏ độ cao Z/M", "heights or measures (Z, M) were dropped"),
        "antimeridian": ("error", "hình vượt kinh tuyến 180°", "the shape spans the antimeridian"),
    }
    problems = [
        tell(reasons[kind][0], f"geometry-{kind}", row, "geometry", "", reasons[kind][1], reasons[kind][2])
        for row, kind in wrong.items()
    ]
    points = clean.apply(lambda shape: None if shape is None else shape.representative_point())
    first = np.array([np.nan if point is None else point.x for point in points], dtype=np.float64)
    second = np.array([np.nan if point is None else point.y for point in points], dtype=np.float64)
    wide = shapely.buffer(area, _NEAR_DEG)
    fit = crs_module.detect(first, second, wide, source=source, stated=stated or crs)
    lon, lat, _ = _to_degrees(first, second, fit, wide)
    shapes: list[BaseGeometry | None] = []
    for shape in clean:
        shapes.append(None if shape is None else _shape_to_degrees(shape, fit))
    frame = pd.DataFrame({"geometry": [None] * len(clean)}, index=geometry.index)
    problems += _outside(frame, {}, ("geometry", "geometry"), lon, lat, area, fit, tell)
    return Placed(lon, lat, shapes, fit.crs, fit.swapped, tuple(problems))


def _shape_to_degrees(shape: BaseGeometry, fit: crs_module.Fit) -> BaseGeometry:
    def turn(coordinates: Floats) -> Floats:
        first, second = coordinates[:, 0], coordinates[:, 1]
        x, y = (second, first) if fit.swapped else (first, second)
        if fit.crs != crs_module.WGS84:
            x, y = crs_module.transform(x, y, source=fit.crs, target=crs_module.WGS84)
        return np.column_stack([x, y])

    return shapely.transform(shape, turn)


def _pair_of_columns(cells: pd.DataFrame) -> tuple[str, str]:
    """The fields that hold the pair, as (first, second): first is read as x unless proved swapped."""
    for first, second in (("lon", "lat"), ("x", "y")):
        if first in cells and second in cells and cells[first].notna().any():
            return first, second
    return ("position", "position") if "position" in cells else ("lon", "lat")


def _typed(
    cells: pd.DataFrame, first_key: str, second_key: str, columns: Mapping[str, str], tell: Tell, needed: bool
) -> tuple[Floats, Floats, list[Problem]]:
    problems: list[Problem] = []
    values: tuple[list[float], list[float]] = ([], [])
    for row in cells.index:
        typed = [cells[key].get(row) if key in cells else None for key in (first_key, second_key)]
        if first_key == "position":
            both = numerals.pair(typed[0])
            numbers: list[float | None] = [both[1], both[0]] if both else [None, None]
        else:
            numbers = [coordinate(cell) for cell in typed]
        for out, value in zip(values, numbers, strict=True):
            out.append(np.nan if value is None else value)
        for key, cell, value in zip((first_key, second_key), typed, numbers, strict=True):
            if value is not None or (key == "position" and key == second_key and typed[0] is None):
                continue
            blank = cell is None or not str(cell).strip()
            problems.append(
                tell(
                    "error" if needed or not blank else "warning",
                    "missing-coordinate" if blank else "unreadable-coordinate",
                    row,
                    columns.get(key, key),
                    shown(cell),
                    "thiếu toạ độ" if blank else "không đọc được toạ độ",
                    "the coordinate is missing" if blank else "the coordinate cannot be read",
                    *_mend_coordinate(key, cell, blank, needed),
                )
            )
            break
    return np.array(values[0]), np.array(values[1]), problems


def _drop_lost_decimals(
    cells: pd.DataFrame,
    keys: tuple[str, str],
    values: tuple[Floats, Floats],
    row_crs: list[str | None],
    columns: Mapping[str, str],
    tell: Tell,
    problems: list[Problem],
) -> None:
    """In a table of degrees a value in the millions has lost its decimal mark: told, and not used."""
    largest = np.fmax(np.abs(values[0]), np.abs(values[1]))
    known = np.isfinite(largest)
    if not known.any() or np.median(largest[known]) > 360:
        return
    unsaid = np.array([system is None for system in row_crs])
    for place_ in map(int, np.flatnonzero(known & unsaid & (largest > 360))):
        key, out = (keys[0], values[0]) if abs(values[0][place_]) > 360 else (keys[1], values[1])
        cell = cells[key].iloc[place_]
        out[place_] = np.nan
        problems.append(
            tell(
                "error",
                "unreadable-coordinate",
                cells.index[place_],
                columns.get(key, key),
                shown(cell),
                "không phải độ như các dòng khác",
                "is not in degrees as the other rows are",
                *_mend_coordinate(key, cell, False, True),
            )
        )


def _mend_coordinate(key: str, cell: object, blank: bool, needed: bool) -> tuple[str, str]:
    if blank and not needed:
        return "sẽ tạm đặt ở tâm xã (mô phỏng)", "it will stand at its commune's centre (synthetic)"
    if blank:
        return "đo lại toạ độ", "measure it"
    shifted = _shifted_decimal(key, cell)
    if shifted is not None:
        return f"phải chăng là {shifted:g}? (mất dấu thập phân)", f"is it {shifted:g}? (decimal mark lost)"
    return "gõ dạng 11,75321 hoặc 11°45'12\"", "type it as 11.75321 or 11°45'12\""


def _shifted_decimal(key: str, cell: object) -> float | None:
    """The degree that a number without its decimal mark may be: 1175.0 → 11.75, 10690654 → 106.90654."""
    ranges = {"lat": (crs_module.LAT_RANGE_DEG,), "lon": (crs_module.LON_RANGE_DEG,)}
    for value in numerals.readings(cell):
        for low, high in ranges.get(key, (crs_module.LAT_RANGE_DEG, crs_module.LON_RANGE_DEG)):
            for power in range(1, 9):
                if low <= value / 10**power <= high:
                    return value / 10**power
    return None


def _row_systems(
    cells: pd.DataFrame, columns: Mapping[str, str], tell: Tell, problems: list[Problem]
) -> list[str | None]:
    """The system each row states in its own column, None where it states none."""
    if "crs" not in cells:
        return [None] * len(cells)
    systems: list[str | None] = []
    for row, cell in cells["crs"].items():
        system = crs_module.from_text(cell)
        if system is None and cell is not None and str(cell).strip():
            problems.append(
                tell(
                    "warning",
                    "unknown-crs",
                    row,
                    columns.get("crs", "crs"),
                    shown(cell),
                    "không hiểu hệ toạ độ của dòng này",
                    "this row's coordinate system is not understood",
                    "gõ EPSG:9212 hoặc kinh tuyến trục 106°15'",
                    "type EPSG:9212 or the central meridian 106°15'",
                )
            )
        systems.append(system)
    return systems


def _to_degrees(
    first: Floats, second: Floats, fit: crs_module.Fit, wide: BaseGeometry
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Longitude and latitude, single rows turned round where only that puts them into the province."""
    x, y = (second, first) if fit.swapped else (first, second)
    straight = crs_module.inside(x, y, wide, crs=fit.crs)
    turned = ~straight & crs_module.inside(y, x, wide, crs=fit.crs)
    x, y = np.where(turned, y, x), np.where(turned, x, y)
    if fit.crs == crs_module.WGS84:
        return x, y, turned
    lon, lat = crs_module.transform(x, y, source=fit.crs, target=crs_module.WGS84)
    return lon, lat, turned


def _outside(
    cells: pd.DataFrame,
    columns: Mapping[str, str],
    keys: tuple[str, str],
    lon: Floats,
    lat: Floats,
    area: BaseGeometry,
    fit: crs_module.Fit,
    tell: Tell,
) -> list[Problem]:
    """A problem for each row whose point is not in the province, with the mend that would put it there."""
    known = np.isfinite(lon) & np.isfinite(lat)
    within = crs_module.inside(lon, lat, area, crs=crs_module.WGS84)
    near = crs_module.inside(lon, lat, shapely.buffer(area, _NEAR_DEG), crs=crs_module.WGS84)
    problems = []
    for place_ in map(int, np.flatnonzero(known & ~within)):
        row = cells.index[place_]
        typed = [cells[key].get(row) if key in cells else None for key in keys]
        value = "; ".join(dict.fromkeys(shown(cell) for cell in typed if cell is not None))
        mend = ("", "")
        if not near[place_]:
            mend = _mend_outside(typed, area, fit)
        problems.append(
            tell(
                "warning" if near[place_] else "error",
                "outside-province",
                row,
                columns.get(keys[0], keys[0]),
                value,
                f"nằm {'ngay ' if near[place_] else ''}ngoài tỉnh ({lat[place_]:.4f}, {lon[place_]:.4f})",
                f"{'just ' if near[place_] else ''}outside the province",
                *mend,
            )
        )
    return problems


def _mend_outside(typed: list[object], area: BaseGeometry, fit: crs_module.Fit) -> tuple[str, str]:
    for cell in typed:
        degree = coordinate(cell)
        if degree is not None and not (
            crs_module.LAT_RANGE_DEG[0] <= degree <= crs_module.LAT_RANGE_DEG[1]
            or crs_module.LON_RANGE_DEG[0] <= degree <= crs_module.LON_RANGE_DEG[1]
            or degree >= _METRES[0]
        ):
            shifted = _shifted_decimal("", cell)
            if shifted is not None:
                return f"phải chăng là {shifted:g}?", f"is it {shifted:g}?"
    numbers = [coordinate(cell) for cell in typed]
    if fit.crs not in (crs_module.WGS84,) and all(number is not None for number in numbers):
        first, second = (np.array([number], dtype=np.float64) for number in numbers)
        others = [other for other in crs_module.fits(first, second, area) if other.crs != fit.crs]
        if others:
            return (
                f"hợp với {others[0].crs} ({crs_module.NAMES[others[0].crs]}): ghi vào cột hệ toạ độ",
                f"it fits {others[0].crs}: say so in a column for the coordinate system",
            )
    return "kiểm tra lại toạ độ", "check the coordinates"


def need_area(area: BaseGeometry | None, *, source: str) -> BaseGeometry:
    """`area`, or InputError where the project has no boundary to hold coordinates against."""
    if area is None or area.is_empty:
        raise InputError(
            f"{source}: dự án chưa có ranh giới tỉnh; hãy nhập ranh giới trước (phusong data import … --as"
            " boundaries) · the project has no boundary yet; import one first"
        )
    return area
