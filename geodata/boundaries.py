"""Real boundaries: read, held against the official list, and put in the place of schematic ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.geodata.errors import InputError
from phusong.geodata.matching import plain
from phusong.geodata.official import Official
from phusong.geodata.problems import Problem
from phusong.geodata.province import Province
from phusong.geodata.raster import Raster
from phusong.geodata.readers import read_source
from phusong.geodata.readers.vector import safe_geometry

LEVELS = {"communes": "commune", "units_2025": "unit_2025", "districts": "district", "province": "province"}
_CODE = ("code", "ma", "ma xa", "ma dvhc", "maxa", "ma phuong xa", "ward code", "gso code", "id")
_NAME = (
    "name",
    "ten",
    "ten xa",
    "ten dvhc",
    "xa",
    "ward",
    "ten don vi",
    "shapename",
    "ten huyen",
)
_SLIVER_M = 5.0  # gaps between neighbours of one file that are no land


def read_boundaries(
    path: Path, *, level: str | None, official: Official | None, crs: str
) -> tuple[str, gpd.GeoDataFrame, list[Problem]]:
    """Level, polygons (code, name, geometry; WGS 84) and findings of a boundary file.

    `level` is one of LEVELS, or None to tell it from the official codes; `crs` (metres) is for areas.
    Raises InputError for a file without polygons or system, or that fits no level.
    """
    source = read_source(path)
    if len(source.features) != 1:
        raise InputError(f"{path.name}: cần một lớp đa giác ranh giới · one layer of polygons is expected")
    (features,) = source.features
    if features.crs is None:
        raise InputError(f"{path.name}: thiếu hệ toạ độ (.prj) · it states no coordinate system")
    frame = features.frame
    geometry, wrong = safe_geometry(frame.geometry)
    polygons = geometry.notna() & geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    if not polygons.any():
        raise InputError(f"{path.name}: không có đa giác nào · there is no polygon in it")
    columns = {plain(column): column for column in frame.columns if column != frame.geometry.name}
    code = next((columns[key] for key in _CODE if key in columns), None)
    name = next((columns[key] for key in _NAME if key in columns), None)
    table = gpd.GeoDataFrame(
        {
            "code": [str(value) for value in frame[code]] if code else [""] * len(frame),
            "name": [str(value) for value in frame[name]] if name else [""] * len(frame),
            "source_file": path.name,
            "source_row": frame.index.to_numpy(dtype=np.int64),
        },
        geometry=list(geometry),
        crs=features.crs,
    )[polygons.to_numpy()].to_crs("EPSG:4326")
    chosen = level or _level_of(table, official, path.name)
    findings = [_finding(path.name, chosen, row, kind) for row, kind in wrong.items()]
    if official is not None and chosen != "province":
        table, more = _against_official(table, chosen, official, path.name)
        findings += more
    findings += _overlaps(table, chosen, path.name, crs)
    return chosen, table.reset_index(drop=True), findings


def _level_of(table: gpd.GeoDataFrame, official: Official | None, file: str) -> str:
    """The level whose official codes and number fit best: codes alone repeat between both times."""
    if len(table) == 1:
        return "province"
    if official is None:
        raise InputError(
            f"{file}: hãy nói rõ cấp bằng --as communes, units_2025, districts hoặc province"
            " · say which level with --as"
        )
    scores = {}
    for key, level in LEVELS.items():
        codes = {unit.code for unit in official.units.units if unit.level == level}
        if codes:
            shared = len(codes & set(table["code"]))
            scores[key] = shared / len(codes | set(table["code"]))
    best = max(scores, key=lambda key: scores[key])
    if scores[best] < 0.5:
        raise InputError(
            f"{file}: mã đơn vị không khớp danh sách chính thức của cấp nào; hãy dùng --as"
            " · its codes fit no official list; say which level with --as"
        )
    return best


def _finding(file: str, level: str, row: int, kind: str) -> Problem:
    vi, en, severity = {
        "invalid": ("đa giác tự cắt, đã sửa", "self-intersecting; mended", "warning"),
        "3d": ("đã bỏ độ cao Z/M", "heights were dropped", "note"),
        "nan": ("toạ độ không phải số", "a coordinate is not a number", "error"),
        "empty": ("không có hình", "it has no shape", "error"),
        "antimeridian": ("hình vượt kinh tuyến 180°", "it spans the antimeridian", "error"),
    }[kind]
    return Problem(severity, f"geometry-{kind}", level, file, row, "geometry", "", vi, en)


def _against_official(
    table: gpd.GeoDataFrame, level: str, official: Official, file: str
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Official codes and names for every polygon, by code or by name; what is missing or unknown is named."""
    findings = []
    codes, names = [], []
    for record in table.to_dict("records"):
        unit = official.units.get(record["code"], level=LEVELS[level])
        if unit is None:
            match = official.units.match(record["name"], levels=(LEVELS[level],))
            unit = official.units.get(match.code, level=LEVELS[level]) if match.code else None
            if unit is None:
                hint = "; ".join(match.suggestions)
                findings.append(
                    Problem("error", "unknown-unit", level, file, record["source_row"], "name",
                            record["name"], "không có trong danh sách chính thức",
                            "is not in the official list",
                            f"phải chăng là: {hint}?" if hint else "",
                            f"did you mean: {hint}?" if hint else "")
                )  # fmt: skip
        codes.append(unit.code if unit else record["code"])
        names.append(unit.name if unit else record["name"])
    missing = [
        unit.name
        for unit in official.units.units
        if unit.level == LEVELS[level] and unit.code not in set(codes)
    ]
    if missing:
        findings.append(
            Problem("error", "units-absent", level, file, 0, "code", "",
                    f"thiếu {len(missing)} đơn vị: {', '.join(missing[:6])}",
                    f"{len(missing)} units are missing",
                    "bổ sung ranh giới", "add their boundaries")
        )  # fmt: skip
    return table.assign(code=codes, name=names), findings


def _overlaps(table: gpd.GeoDataFrame, level: str, file: str, crs: str) -> list[Problem]:
    metric = table.to_crs(crs)
    shapes = metric.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    shared = shapely.area(shapely.intersection(shapes[first[pairs]], shapes[second[pairs]]))
    findings = []
    for a, b, area_m2 in zip(first[pairs], second[pairs], shared, strict=True):
        if area_m2 > 0.02 * min(shapes[a].area, shapes[b].area):
            row = metric.iloc[b]
            findings.append(
                Problem("warning", "overlap", level, file, int(row["source_row"]), "geometry", row["name"],
                        f"chồng lên {metric.iloc[a]['name']} {area_m2 / 1e6:.2f} km²",
                        f"overlaps {metric.iloc[a]['name']} by {area_m2 / 1e6:.2f} km²",
                        "sửa ranh giới trong QGIS", "mend it in QGIS")
            )  # fmt: skip
    return findings


def with_boundaries(
    province: Province,
    *,
    communes: gpd.GeoDataFrame | None = None,
    units_2025: gpd.GeoDataFrame | None = None,
    districts: gpd.GeoDataFrame | None = None,
    outline: gpd.GeoDataFrame | None = None,
) -> Province:
    """`province` on real boundaries (tables with code and geometry): shapes replaced, everything else kept.

    Layers that are not given are dissolved from the communes where those are. A synthetic hamlet that
    would stand outside its real commune (or unit of 2025) is moved to the nearest populated cell inside;
    people outside the real outline move to their hamlet's cell, so that the total stays. Raises
    InputError if a unit of the province has no real shape.
    """
    real: dict[str, gpd.GeoDataFrame] = {}
    if communes is not None:
        real["communes"] = _shaped(province.communes, communes, province.crs, "communes")
    if units_2025 is not None:
        real["units_2025"] = _shaped(province.units_2025, units_2025, province.crs, "units_2025")
    elif communes is not None:
        real["units_2025"] = _dissolved(province.units_2025, real["communes"], "unit_2025_code")
    if districts is not None:
        real["districts"] = _shaped(province.districts, districts, province.crs, "districts")
    elif communes is not None:
        real["districts"] = _dissolved(province.districts, real["communes"], "district_code")
    if not real and outline is None:
        return province
    edge = _outline(real, outline, province.crs)
    hamlets = _moved_hamlets(province, real, edge)
    population, owner = _moved_people(province, hamlets, edge)
    sites = _sites_in(province, real.get("communes"))
    kept = tuple(key for key in province.synthetic if key != "boundaries" or communes is None)
    return dataclasses.replace(
        province,
        outline=edge,
        **real,
        hamlets=hamlets,
        population=population,
        hamlet_of_cell=owner,
        sites=sites,
        synthetic=kept,
    )


def _shaped(table: gpd.GeoDataFrame, real: gpd.GeoDataFrame, crs: str, level: str) -> gpd.GeoDataFrame:
    shapes = real.to_crs(crs).dissolve("code").geometry
    missing = table[~table["code"].isin(shapes.index)]
    if len(missing):
        raise InputError(
            f"ranh giới {level}: thiếu {len(missing)} đơn vị, như {missing['name'].iloc[0]}"
            f" · boundaries of {level}: {len(missing)} units are missing"
        )
    ordered = gpd.GeoSeries(list(shapes.loc[table["code"]]), index=table.index, crs=crs)
    return table.set_geometry(ordered).assign(synthetic=False)


def _dissolved(table: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, column: str) -> gpd.GeoDataFrame:
    shapes = communes.dissolve(column).geometry.buffer(_SLIVER_M).buffer(-_SLIVER_M)
    real = gpd.GeoDataFrame({"code": shapes.index}, geometry=list(shapes), crs=communes.crs)
    return _shaped(table, real, communes.crs, column)


def _outline(
    real: Mapping[str, gpd.GeoDataFrame], outline: gpd.GeoDataFrame | None, crs: str
) -> shapely.Polygon | shapely.MultiPolygon:
    if outline is not None:
        edge = shapely.union_all(outline.to_crs(crs).geometry.to_numpy())
    else:
        layer = next(real[key] for key in ("units_2025", "communes", "districts") if key in real)
        edge = shapely.union_all(layer.geometry.to_numpy()).buffer(_SLIVER_M).buffer(-_SLIVER_M)
    holes_closed = [shapely.Polygon(part.exterior) for part in shapely.get_parts(edge) if part.area > 1e4]
    return holes_closed[0] if len(holes_closed) == 1 else shapely.MultiPolygon(holes_closed)


def _moved_hamlets(
    province: Province, real: Mapping[str, gpd.GeoDataFrame], edge: shapely.Polygon | shapely.MultiPolygon
) -> gpd.GeoDataFrame:
    """Hamlets, each inside its real unit; only made-up positions are moved."""
    hamlets = province.hamlets
    level, column = ("communes", "commune_code") if "communes" in real else ("units_2025", "unit_2025_code")
    if level not in real:
        return hamlets
    shapes = dict(zip(real[level]["code"], real[level].geometry, strict=True))
    points = hamlets.geometry.to_numpy().copy()
    row, col = np.nonzero(province.population.values > 0)
    grid = province.population.grid
    cells = np.asarray(shapely.points(grid.x_m()[col], grid.y_m()[row]), dtype=object)
    tree = shapely.STRtree(cells)
    for place, (code, movable) in enumerate(zip(hamlets[column], hamlets["synthetic_position"], strict=True)):
        shape = shapes.get(code)
        if shape is None or not movable or shape.contains(points[place]):
            continue
        inside = tree.query(shape, predicate="contains")
        if inside.size:
            nearest = inside[np.argmin(shapely.distance(cells[inside], points[place]))]
            points[place] = cells[nearest]
        else:
            points[place] = shape.intersection(edge).representative_point()
    return hamlets.set_geometry(gpd.GeoSeries(list(points), index=hamlets.index, crs=hamlets.crs))


def _moved_people(
    province: Province, hamlets: gpd.GeoDataFrame, edge: shapely.Polygon | shapely.MultiPolygon
) -> tuple[Raster, Raster]:
    """Population and its hamlets, nobody outside the outline; the total as before."""
    grid = province.population.grid
    people = province.population.values.astype(np.float64)
    owner = province.hamlet_of_cell.values.copy()
    row, col = np.nonzero(people > 0)
    shapely.prepare(edge)
    out = ~shapely.contains_xy(edge, grid.x_m()[col], grid.y_m()[row])
    out &= owner[row, col] >= 0
    home_row, home_col = grid.row_col(hamlets.geometry.x.to_numpy(), hamlets.geometry.y.to_numpy())
    whose = owner[row[out], col[out]]
    np.add.at(people, (home_row[whose], home_col[whose]), people[row[out], col[out]])
    owner[home_row[whose], home_col[whose]] = whose
    people[row[out], col[out]] = 0.0
    owner[row[out], col[out]] = -1
    return Raster(grid, people.astype(np.float32)), Raster(grid, owner)


def _sites_in(province: Province, communes: gpd.GeoDataFrame | None) -> pd.DataFrame:
    if communes is None:
        return province.sites
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(province.sites["x_m"], province.sites["y_m"]),
        index=province.sites.index,
        crs=province.crs,
    )
    within = gpd.sjoin_nearest(points, communes[["code", "geometry"]])
    return province.sites.assign(commune_code=within[~within.index.duplicated()]["code"])
