"""The reference province, built: facts first, then boundaries, ground, people, cover and stations in turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize

from phusong.geodata.grid import Grid
from phusong.geodata.province import Province
from phusong.geodata.raster import Raster
from phusong.geodata.reference import (
    boundaries,
    clutter,
    hamlets,
    masts,
    patrol,
    places,
    population,
    published,
    resample,
    roads,
    sectors,
    sites,
    terrain,
)

_COARSEST_M = 300.0  # every grid covers the same ground: cells divide this

SYNTHETIC_LABELS: Mapping[str, tuple[str, str]] = {
    "boundaries": ("Ranh giới xã, huyện (vẽ từ tâm và diện tích)", "Commune and district boundaries"),
    "hamlet_positions": ("Vị trí thôn, ấp, khu phố", "Hamlet positions"),
    "hamlet_populations": ("Dân số thôn, ấp, khu phố", "Hamlet populations"),
    "population": ("Phân bố dân cư (lưới 100 m)", "Where people live (100 m grid)"),
    "terrain": (
        "Địa hình (chỉ khớp các điểm độ cao đã công bố)",
        "Terrain (only published spot heights are real)",
    ),
    "clutter": ("Lớp phủ mặt đất", "Land cover"),
    "water": ("Sông, hồ", "Rivers and reservoir"),
    "park": ("Ranh giới vườn quốc gia", "National park boundary"),
    "roads": ("Đường tỉnh, đường tuần tra biên giới", "Provincial roads and the border patrol road"),
    "zones": ("Hình dạng khu công nghiệp", "Shapes of industrial zones"),
    "border_posts": ("Vị trí đồn biên phòng", "Positions of border posts"),
    "stations": ("Trạm phát sóng và thông số trạm", "Stations and their radio parameters"),
}
"""What of the reference province is made up: key -> (Vietnamese, English)."""


def build() -> Province:
    """Bình Phước in EPSG:9212 (metres): real facts, synthetic ground, people and stations.

    The same bytes every time on one machine; about ten seconds. `load` keeps the result in a cache.
    """
    settings = published.parameters()
    outline, border = published.outline(), published.border()
    grids = _grids(outline.bounds, settings["grid"])
    cell_grid = grids["population"]

    communes = boundaries.communes(outline)
    communes["population"] = hamlets.commune_people(
        communes["registered_est"].to_numpy(), settings["population"]["province"]
    )
    park = boundaries.park_core(communes, settings["park"]["area_ha"])
    patrol_road = patrol.patrol_road(
        outline, border, settings["patrol_road"]["length_km"], _rng(settings, "patrol road")
    )
    ground = terrain.build_ground(grids["relief"], grids["terrain"], settings, _rng(settings, "terrain"))
    water = _water(ground, outline, settings["reservoir"]["name"])
    zones = places.zones(outline, _rng(settings, "zones"))
    centres = shapely.get_coordinates(communes["centre"].to_numpy())
    road_table = roads.roads(_averaged(ground.terrain, grids["coarse"]), ground.lake, outline, centres)

    commune_of_cell = rasterize(
        zip(communes.geometry, range(len(communes)), strict=True),
        out_shape=cell_grid.shape,
        transform=cell_grid.affine,
        fill=-1,
        dtype=np.int32,
    )
    burn = {"out_shape": cell_grid.shape, "transform": cell_grid.affine, "all_touched": True}
    closed = rasterize([*water.geometry, park], **burn).astype(bool)
    livable = (commune_of_cell >= 0) & ~closed
    road_m = roads.distance_to_m(road_table.geometry, cell_grid)
    hills = resample.sampled(ground.hills, cell_grid)

    hamlet_table, people = _people(
        communes,
        commune_of_cell,
        livable & ~rasterize(zones.geometry, **burn).astype(bool),
        road_m,
        hills,
        cell_grid,
        settings,
    )
    cover = clutter.clutter(
        ground.terrain.grid,
        ground.hills.values,
        people.population,
        water=list(water.geometry),
        park=park,
        zones=list(zones.geometry),
        outline=outline,
        settings=settings["clutter"],
        rng=_rng(settings, "clutter"),
    )
    border_m = roads.distance_to_m([border], cell_grid)
    remote = masts.remoteness(hills, border_m, settings["sites"]["border_strip_m"])
    site_table = _stations(
        ground,
        cover,
        people.population,
        remote,
        road_m,
        hamlet_table,
        communes,
        zones,
        patrol_road,
        outline,
        settings,
    )
    sector_table = sectors.sectors(site_table, settings["radio"], _rng(settings, "sectors"))
    return Province(
        name="Bình Phước",
        crs=published.CRS,
        outline=outline,
        border=border,
        patrol_road=patrol_road,
        districts=boundaries.districts(communes),
        communes=communes[_COMMUNE_COLUMNS],
        units_2025=boundaries.units_2025(communes),
        hamlets=hamlet_table,
        places=places.places(patrol_road, zones),
        zones=zones,
        roads=road_table,
        water=water,
        park=park,
        sites=site_table[_SITE_COLUMNS],
        sectors=sector_table,
        terrain=ground.terrain,
        clutter=cover,
        clutter_classes=clutter.clutter_classes(),
        population=people.population,
        hamlet_of_cell=people.hamlet_of_cell,
        synthetic=tuple(SYNTHETIC_LABELS),
    )


_COMMUNE_COLUMNS = [
    "code", "name", "type", "district_code", "district", "unit_2025_code", "area_km2", "population",
    "is_border", "synthetic", "geometry",
]  # fmt: skip
_SITE_COLUMNS = [
    "site_id", "mast_id", "operator", "name", "x_m", "y_m", "height_m", "kind", "on_air_year", "status",
    "commune_code", "synthetic",
]  # fmt: skip


def _rng(settings: Mapping[str, Any], subject: str) -> np.random.Generator:
    """A generator of its own for each subject: changing one leaves the others as they were."""
    return np.random.default_rng([settings["seed"], *subject.encode()])


def _grids(bounds_m: tuple[float, float, float, float], sizes: Mapping[str, Any]) -> dict[str, Grid]:
    coarse = Grid.covering(bounds_m, cell_m=_COARSEST_M, crs=published.CRS, margin_m=sizes["margin_m"])

    def divided(cell_m: float) -> Grid:
        times = round(_COARSEST_M / cell_m)
        return Grid(
            coarse.crs, coarse.west_m, coarse.north_m, cell_m, coarse.rows * times, coarse.cols * times
        )

    return {
        "coarse": coarse,
        "relief": divided(sizes["relief_m"]),
        "terrain": divided(sizes["terrain_m"]),
        "population": divided(sizes["population_m"]),
    }


def _averaged(raster: Raster, coarse: Grid) -> Raster:
    times = round(coarse.cell_m / raster.grid.cell_m)
    blocks = raster.values.reshape(coarse.rows, times, coarse.cols, times)
    return Raster(coarse, blocks.mean(axis=(1, 3)))


def _water(ground: terrain.Ground, outline: shapely.Polygon, lake_name: str) -> gpd.GeoDataFrame:
    wide = outline.buffer(2000.0)
    lines = [line.buffer(width / 2.0, quad_segs=4) for _, width, line in ground.rivers]
    shapes = [shape.intersection(wide).difference(ground.lake) for shape in lines]
    return gpd.GeoDataFrame(
        {
            "name": [lake_name, *(name for name, _, _ in ground.rivers)],
            "kind": ["reservoir", *("river" for _ in lines)],
            "synthetic": True,
        },
        geometry=[ground.lake, *shapes],
        crs=published.CRS,
    )


def _people(
    communes: gpd.GeoDataFrame,
    commune_of_cell: NDArray[np.int32],
    livable: NDArray[np.bool_],
    road_m: NDArray[np.float32],
    hills: NDArray[np.float32],
    grid: Grid,
    settings: Mapping[str, Any],
) -> tuple[gpd.GeoDataFrame, population.People]:
    table = hamlets.hamlet_table(communes)
    xy = hamlets.positions(
        table,
        communes,
        commune_of_cell,
        livable,
        road_m,
        grid,
        settings["hamlets"],
        _rng(settings, "hamlet places"),
    )
    table["population"] = hamlets.populations(
        table, communes, settings["population"]["hamlet_sigma"], _rng(settings, "hamlet people")
    )
    table["synthetic_position"] = True
    row_of = dict(zip(communes["code"], range(len(communes)), strict=True))
    commune_of_hamlet = table["commune_code"].map(row_of).to_numpy(dtype=np.int32)
    people = population.people(
        table,
        xy,
        commune_of_hamlet,
        commune_of_cell,
        livable,
        road_m,
        hills,
        grid,
        settings["population"],
        _rng(settings, "people"),
    )
    return gpd.GeoDataFrame(table, geometry=shapely.points(xy), crs=published.CRS), people


def _stations(
    ground: terrain.Ground,
    cover: Raster,
    people: Raster,
    remote: NDArray[np.float32],
    road_m: NDArray[np.float32],
    hamlet_table: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    patrol_road: shapely.LineString,
    outline: shapely.Polygon,
    settings: Mapping[str, Any],
) -> pd.DataFrame:
    hamlet_xy = shapely.get_coordinates(hamlet_table.geometry.to_numpy())
    hamlet_remote = Raster(people.grid, remote).at(*hamlet_xy.T)
    mast_table = masts.masts(
        people, remote, road_m, hamlet_xy, hamlet_remote, settings["sites"], _rng(settings, "masts")
    )
    closed = cover.values == clutter.WATER
    closed |= ~rasterize(
        [outline.buffer(-30.0)], out_shape=cover.grid.shape, transform=cover.grid.affine
    ).astype(bool)
    mast_table = masts.on_hilltops(mast_table, ground.terrain, closed, settings["sites"])
    macro = sites.macro_sites(mast_table, settings["sites"], _rng(settings, "macro sites"))
    border = sites.border_sites(
        patrol_road, outline, len(mast_table), settings["border_sites"], _rng(settings, "border sites")
    )
    border = masts.on_hilltops(border, ground.terrain, closed, settings["sites"])
    known = len(mast_table) + len(border)
    planned = sites.sites_5g(
        macro, known, _attraction(macro, zones), settings["sites_5g"], _rng(settings, "5g sites")
    )
    new = planned["mast"] >= known
    moved = masts.on_hilltops(planned[new], ground.terrain, closed, settings["sites"])
    planned = pd.concat([planned[~new], moved]).sort_index()
    table = pd.concat([macro, border, planned], ignore_index=True)
    return _named(table, communes, settings)


def _attraction(macro: pd.DataFrame, zones: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """How much each macro site is a centre's or a zone's: people around, seats and industrial zones near.

    At every district seat each operator's nearest site comes first.
    """
    xy = macro[["x_m", "y_m"]].to_numpy()
    rows = published.table("districts_2024")
    seats = published.projected(rows["seat_lon"], rows["seat_lat"])
    seat_m = np.hypot(*(xy[:, None] - seats[None]).T).T  # sites x seats
    zone_m = shapely.distance(np.asarray(shapely.points(xy))[:, None], zones.geometry.to_numpy()[None]).min(
        axis=1
    )
    attraction = (
        np.sqrt(macro["density"].to_numpy() / 1000.0)
        + 2.5 * np.exp(-seat_m.min(axis=1) / 2000.0)
        + 2.0 * np.exp(-zone_m / 1000.0)
    )
    for operator in sites.OPERATORS:
        own = np.flatnonzero(macro["operator"] == operator)
        attraction[own[seat_m[own].argmin(axis=0)]] += 10.0
    return np.asarray(attraction)


def _named(table: pd.DataFrame, communes: gpd.GeoDataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    """The station table with ids, names, heights and communes."""
    point = gpd.GeoDataFrame(geometry=shapely.points(table[["x_m", "y_m"]].to_numpy()), crs=published.CRS)
    within = gpd.sjoin_nearest(point, communes[["code", "name", "geometry"]])
    within = within[~within.index.duplicated()].sort_index()
    prefix = table["operator"].map({"Viettel": "VTL", "VNPT": "VNP", "MobiFone": "MBF"})
    kind = table["kind"].map({"macro": "", "border": "BG", "5g": "5G"})
    serial = (table.groupby(["operator", "kind"]).cumcount() + 1).map("{:04d}".format)
    site_id = prefix + kind + "-" + serial
    title = table["kind"].map({"macro": "Trạm", "border": "Trạm biên giới", "5g": "Trạm 5G"})
    table = table.assign(
        site_id=site_id,
        mast_id=table["mast"].map("COT-{:04d}".format),
        name=title + " giả định " + site_id + " (" + within["name"] + ")",
        commune_code=within["code"],
        synthetic=True,
    )
    return table.assign(height_m=sectors.heights_m(table, settings["radio"], _rng(settings, "heights")))
