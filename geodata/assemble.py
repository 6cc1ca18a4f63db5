"""A checked project as a Province that a run can use: the user's lists first, the embedded base beneath."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from phusong.geodata import rasters, store
from phusong.geodata.boundaries import LEVELS, with_boundaries
from phusong.geodata.checks import check, errors
from phusong.geodata.duplicates import merge
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.geodata.matching import hamlet_kind
from phusong.geodata.problems import Problem, blank
from phusong.geodata.project import Project, open_project
from phusong.geodata.province import Province
from phusong.geodata.radio_lists import sectors_of, sites_of
from phusong.geodata.raster import Raster
from phusong.geodata.schema import TABLES

_TYPES = {"thon": "thôn", "ap": "ấp", "kp": "khu phố"}
_UNKNOWN_AREA_HA = 100.0


def load_province(folder: Path, *, antennas: Collection[str]) -> tuple[Province, list[Problem]]:
    """The project's province, and the warnings a run's report must carry.

    `antennas` names the patterns the run knows. Raises InputError if the check finds errors, or if the
    project has no base and lacks what a run needs.
    """
    project = open_project(folder)
    found = check(project)
    wrong = errors(found)
    if wrong:
        raise InputError(
            f"{folder}: còn {len(wrong)} lỗi trong dữ liệu, như {wrong[0].line()}; xem phusong data check"
            f" · {len(wrong)} errors in the data; see phusong data check"
        )
    province = with_boundaries(_base(project), **_boundaries(project))
    province = rasters.with_rasters(province, project.folder / "rasters")
    province = _with_hamlets(province, _layer(project, "hamlets"))
    province = _with_stations(
        province, _layer(project, "stations"), store.read_layer(project.store, "sectors"), antennas
    )
    province = _with_zones(province, _layer(project, "zones"))
    province = _with_posts(province, _layer(project, "border_posts"))
    return dataclasses.replace(province, name=project.name), [p for p in found if p.severity == "warning"]


def grids(project: Project) -> tuple[Grid, Grid, BaseGeometry, pd.DataFrame]:
    """The grids of imported rasters (terrain, population), the outline in metres, the clutter classes."""
    base = _base(project)
    province = with_boundaries(base, **_boundaries(project))
    return base.terrain.grid, base.population.grid, province.outline, base.clutter_classes


def _base(project: Project) -> Province:
    if project.base == "binh-phuoc":
        from phusong.geodata import reference

        return reference.load()
    from phusong.geodata.empty_province import from_project

    return from_project(project)


def _boundaries(project: Project) -> dict[str, gpd.GeoDataFrame]:
    layers = {}
    for level in LEVELS:
        frame = store.read_layer(project.store, level)
        if isinstance(frame, gpd.GeoDataFrame) and len(frame):
            layers["outline" if level == "province" else level] = frame
    return layers if project.base else {}


def _layer(project: Project, key: str) -> gpd.GeoDataFrame | None:
    """A list in the project's metres, each thing once; None where the project has none."""
    frame = store.read_layer(project.store, key)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        return None
    return merge(frame, TABLES[key])[0].to_crs(project.crs)


def _with_hamlets(province: Province, frame: gpd.GeoDataFrame | None) -> Province:
    """The user's hamlets; where a position or a population is missing, a made-up one stands in, marked so."""
    if frame is None:
        return province
    known = province.hamlets.set_index("hamlet_id")
    units = province.units_2025.set_index("code")
    communes = province.communes.set_index("code")
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(frame.to_dict("records"), start=1):
        official = row.get("official_hamlet_id")
        base = known.loc[official] if not blank(official) and official in known.index else None
        point, made_up = _hamlet_point(row, base, units, communes, province)
        rows.append(
            {
                "hamlet_id": _first(official, row.get("hamlet_id"), f"H{number:04d}"),
                "name": row["name"],
                "type": _TYPES.get(hamlet_kind(row["name"]), base["type"] if base is not None else ""),
                "commune_code": _first(
                    row.get("commune_code"), base["commune_code"] if base is not None else ""
                ),
                "unit_2025_code": _first(row.get("unit_2025_code"), ""),
                "population": row.get("population"),
                "base_population": float(base["population"]) if base is not None else np.nan,
                "synthetic_position": made_up,
                "geometry": point,
            }
        )
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=province.crs)
    table = _in_units(table, province)
    people = pd.to_numeric(table["population"], errors="coerce")
    made_up_people = bool(people.isna().any())
    mean = people.groupby(table["unit_2025_code"]).transform("mean")
    people = people.fillna(table["base_population"]).fillna(mean).fillna(people.mean()).fillna(1.0)
    table["population"] = people.round().astype(np.int64)
    table = table.drop(columns="base_population")[list(province.hamlets.columns)]
    population, owner = _people_of(province, table)
    gone = set() if table["synthetic_position"].any() else {"hamlet_positions"}
    gone |= set() if made_up_people else {"hamlet_populations"}
    return dataclasses.replace(
        province,
        hamlets=table,
        population=population,
        hamlet_of_cell=owner,
        synthetic=tuple(key for key in province.synthetic if key not in gone),
    )


def _first(*values: Any) -> Any:
    return next((value for value in values if not blank(value)), "")


def _hamlet_point(
    row: dict[Any, Any], base: Any, units: pd.DataFrame, communes: pd.DataFrame, province: Province
) -> tuple[shapely.Point, bool]:
    point = row["geometry"]
    if point is not None and not point.is_empty:
        return point.representative_point(), False  # a hamlet may be drawn as an area
    if base is not None:
        return base["geometry"], True
    places: tuple[tuple[Any, pd.DataFrame], ...] = (
        (row.get("commune_code"), communes),
        (row.get("unit_2025_code"), units),
    )
    for code, table in places:
        if not blank(code) and code in table.index:
            return table.loc[code, "geometry"].representative_point(), True
    return province.outline.representative_point(), True


def _in_units(table: gpd.GeoDataFrame, province: Province) -> gpd.GeoDataFrame:
    """Commune, district and unit of 2025 with their names; by place where the list does not say."""
    unknown = table["commune_code"].map(blank) | ~table["commune_code"].isin(province.communes["code"])
    if unknown.any():
        nearest = gpd.sjoin_nearest(table.loc[unknown, ["geometry"]], province.communes[["code", "geometry"]])
        table.loc[unknown, "commune_code"] = nearest[~nearest.index.duplicated()]["code"]
    communes = province.communes.set_index("code")
    table["commune"] = table["commune_code"].map(communes["name"])
    table["district_code"] = table["commune_code"].map(communes["district_code"])
    table["district"] = table["commune_code"].map(communes["district"])
    new = table["unit_2025_code"].map(blank) | ~table["unit_2025_code"].isin(province.units_2025["code"])
    table.loc[new, "unit_2025_code"] = table.loc[new, "commune_code"].map(communes["unit_2025_code"])
    table["unit_2025"] = table["unit_2025_code"].map(province.units_2025.set_index("code")["name"])
    return table


def _people_of(province: Province, hamlets: gpd.GeoDataFrame) -> tuple[Raster, Raster]:
    """Every populated cell to its nearest hamlet; made-up people are scaled to the hamlets' own numbers.

    An imported population raster keeps its values.
    """
    grid = province.population.grid
    people = province.population.values.astype(np.float64)
    row, col = np.nonzero(people > 0)
    xy = np.column_stack([hamlets.geometry.x, hamlets.geometry.y])
    nearest = cKDTree(xy).query(np.column_stack([grid.x_m()[col], grid.y_m()[row]]))[1]
    owner = np.full(grid.shape, -1, dtype=province.hamlet_of_cell.values.dtype)
    owner[row, col] = nearest
    if "population" in province.synthetic:
        wanted = hamlets["population"].to_numpy(dtype=np.float64)
        sums = np.bincount(nearest, weights=people[row, col], minlength=len(hamlets))
        people[row, col] *= np.divide(wanted, sums, out=np.zeros_like(wanted), where=sums > 0)[nearest]
        alone = np.flatnonzero(sums == 0)
        home_row, home_col = grid.row_col(xy[alone, 0], xy[alone, 1])
        within = grid.contains(home_row, home_col)
        people[home_row[within], home_col[within]] += wanted[alone[within]]
        owner[home_row[within], home_col[within]] = alone[within]
    return Raster(grid, people.astype(np.float32)), Raster(grid, owner)


def _with_stations(
    province: Province,
    stations: gpd.GeoDataFrame | None,
    sectors: pd.DataFrame | None,
    antennas: Collection[str],
) -> Province:
    if stations is None:
        return province
    sites = sites_of(stations, province.communes)
    table, made_up = sectors_of(sites, sectors, antennas)
    return dataclasses.replace(
        province,
        sites=sites,
        sectors=table,
        synthetic=tuple(key for key in province.synthetic if key != "stations" or made_up),
    )


def _with_zones(province: Province, frame: gpd.GeoDataFrame | None) -> Province:
    """Zones with the user's shapes; one given as a point becomes a circle of its area, marked synthetic."""
    if frame is None:
        return province
    rows = []
    for row in frame[frame.geometry.notna()].to_dict("records"):
        shape = row["geometry"]
        area_ha = row.get("area_ha")
        made_up = shape.geom_type == "Point"
        if made_up:
            known = _UNKNOWN_AREA_HA if blank(area_ha) else float(area_ha)
            shape = shape.buffer(np.sqrt(known * 1e4 / np.pi))
        rows.append(
            {
                "name": row["name"],
                "type": _first(row.get("type"), "KCN"),
                "area_ha": shape.area / 1e4 if blank(area_ha) else float(area_ha),
                "synthetic": made_up,
                "geometry": shape,
            }
        )
    zones = gpd.GeoDataFrame(
        rows, columns=list(province.zones.columns), geometry="geometry", crs=province.crs
    )
    places = _replaced_places(province, "zone", zones["name"], zones.geometry.centroid)
    kept = tuple(key for key in province.synthetic if key != "zones" or zones["synthetic"].any())
    return dataclasses.replace(province, zones=zones, places=places, synthetic=kept)


def _with_posts(province: Province, frame: gpd.GeoDataFrame | None) -> Province:
    if frame is None:
        return province
    here = frame[frame.geometry.notna()]
    places = _replaced_places(province, "post", here["name"], here.geometry.representative_point())
    kept = tuple(key for key in province.synthetic if key != "border_posts")
    return dataclasses.replace(province, places=places, synthetic=kept)


def _replaced_places(
    province: Province, kind: str, names: pd.Series, points: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    others = province.places[province.places["kind"] != kind]
    new = gpd.GeoDataFrame(
        {"name": list(names), "kind": kind, "note": "", "synthetic": False},
        geometry=list(points),
        crs=province.crs,
    )
    parts = [part for part in (others, new) if len(part)]
    joined = pd.concat(parts, ignore_index=True) if parts else others
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=province.crs)
