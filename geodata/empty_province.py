"""A province without an embedded base: what its project must hold, and what stands in for the rest."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.geodata import store
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.geodata.project import Project
from phusong.geodata.province import Province
from phusong.geodata.radio_lists import SECTOR_COLUMNS
from phusong.geodata.raster import Raster
from phusong.geodata.reference.clutter import OPEN, clutter_classes

_TERRAIN_M, _POPULATION_M, _MARGIN_M = 30.0, 100.0, 9_000.0


def from_project(project: Project) -> Province:
    """A province of boundaries and rasters alone, on flat open ground where no raster was imported yet.

    The lists of hamlets and stations are laid over it afterwards. Raises InputError where the project has
    no boundaries of its units.
    """
    new, old = _boundary(project, "units_2025"), _boundary(project, "communes")
    communes = old if old is not None else new
    units = new if new is not None else old
    if units is None or communes is None:
        raise InputError(
            f"{project.folder}: cần ranh giới xã: phusong data import TỆP --as communes hoặc units_2025"
            " · this province needs the boundaries of its communes first"
        )
    districts = _boundary(project, "districts")
    outline = _outline(_boundary(project, "province"), communes)
    coarse = Grid.covering(outline.bounds, cell_m=300.0, crs=project.crs, margin_m=_MARGIN_M)
    terrain, population = _divided(coarse, _TERRAIN_M), _divided(coarse, _POPULATION_M)
    hamlets = _one_point_a_unit(communes, units)
    flat = not (project.folder / "rasters" / "terrain.tif").is_file()
    bare = not (project.folder / "rasters" / "landcover.tif").is_file()
    none = gpd.GeoDataFrame({"name": [], "kind": [], "synthetic": []}, geometry=[], crs=project.crs)
    return Province(
        name=project.name,
        crs=project.crs,
        outline=outline,
        border=shapely.LineString(),
        patrol_road=shapely.LineString(),
        districts=_units(districts if districts is not None else communes.iloc[:0], "district"),
        communes=_units(communes, "commune").assign(
            district_code="", district="", unit_2025_code=_within(communes, units), is_border=False
        ),
        units_2025=_units(units, "unit_2025").assign(name_2026=units["name"], n_hamlets=0, is_border=False),
        hamlets=hamlets,
        places=none.assign(note=[]),
        zones=none.drop(columns="kind").assign(type=[], area_ha=[]),
        roads=none,
        water=none,
        park=shapely.Polygon(),
        sites=_no_sites(),
        sectors=pd.DataFrame(columns=SECTOR_COLUMNS),
        terrain=Raster(terrain, np.zeros(terrain.shape, dtype=np.float32)),
        clutter=Raster(terrain, np.full(terrain.shape, OPEN, dtype=np.uint8)),
        clutter_classes=clutter_classes(),
        population=_even_people(population, communes),
        hamlet_of_cell=Raster(population, np.full(population.shape, -1, dtype=np.int32)),
        synthetic=(
            *(("terrain",) if flat else ()),
            *(("clutter",) if bare else ()),
            "population",
            "hamlet_positions",
            "hamlet_populations",
            "stations",
        ),
    )


def _boundary(project: Project, level: str) -> gpd.GeoDataFrame | None:
    frame = store.read_layer(project.store, level)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        return None
    return frame.to_crs(project.crs).reset_index(drop=True)


def _outline(
    province: gpd.GeoDataFrame | None, communes: gpd.GeoDataFrame
) -> shapely.Polygon | shapely.MultiPolygon:
    layer = province if province is not None else communes
    return shapely.union_all(layer.geometry.to_numpy()).buffer(5.0).buffer(-5.0)


def _divided(coarse: Grid, cell_m: float) -> Grid:
    times = round(coarse.cell_m / cell_m)
    return Grid(coarse.crs, coarse.west_m, coarse.north_m, cell_m, coarse.rows * times, coarse.cols * times)


def _units(frame: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "code": frame["code"],
            "name": frame["name"],
            "type": kind,
            "area_km2": frame.geometry.area / 1e6,
            "population": np.nan,
            "synthetic": False,
        },
        geometry=frame.geometry,
        crs=frame.crs,
    )


def _within(communes: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> list[str]:
    points = communes.geometry.representative_point()
    joined = gpd.sjoin_nearest(
        gpd.GeoDataFrame(geometry=points, crs=communes.crs), units[["code", "geometry"]]
    )
    return list(joined[~joined.index.duplicated()]["code"])


def _one_point_a_unit(communes: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A made-up hamlet at each commune's centre, until a list of hamlets takes their place."""
    unit = _within(communes, units)
    names = dict(zip(units["code"], units["name"], strict=True))
    return gpd.GeoDataFrame(
        {
            "hamlet_id": communes["code"].astype(str) + "-00",
            "name": communes["name"],
            "type": "",
            "commune_code": communes["code"],
            "commune": communes["name"],
            "district_code": "",
            "district": "",
            "unit_2025_code": unit,
            "unit_2025": [names[code] for code in unit],
            "population": 1,
            "synthetic_position": True,
        },
        geometry=communes.geometry.representative_point(),
        crs=communes.crs,
    )


def _even_people(grid: Grid, communes: gpd.GeoDataFrame) -> Raster:
    """One person a cell of settled ground: scaled to the hamlets' numbers later, marked synthetic."""
    from rasterio.features import rasterize

    inside = rasterize(communes.geometry, out_shape=grid.shape, transform=grid.affine, dtype="uint8")
    return Raster(grid, inside.astype(np.float32))


def _no_sites() -> pd.DataFrame:
    columns = ["site_id", "mast_id", "operator", "name", "x_m", "y_m", "height_m", "kind", "on_air_year",
               "status", "commune_code", "synthetic"]  # fmt: skip
    return pd.DataFrame(columns=columns)
