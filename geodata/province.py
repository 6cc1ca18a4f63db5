"""The area of interest: its boundary, units, people, places, stations, terrain and clutter as one value."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, MultiPolygon, Polygon

from phusong.geodata.raster import Raster


@dataclass(frozen=True, slots=True)
class Province:
    """Everything that is known of a province before any radio question is asked.

    All geometry is in `crs` (projected, metres). A column `synthetic` (bool) says which rows are made up;
    the field `synthetic` lists in words which inputs are. Columns of the tables:

    - `districts`: code, name, type, area_km2, population, synthetic
    - `communes`: code, name, type, district_code, district, unit_2025_code, area_km2, population, is_border,
      synthetic
    - `units_2025`: code, name, name_2026, type, area_km2, population, n_hamlets, is_border, synthetic
    - `hamlets` (points): hamlet_id, name, type, commune_code, commune, district_code, district,
      unit_2025_code, unit_2025, population, synthetic_position
    - `places` (points): name, kind (seat | zone | gate | peak | post), note, synthetic
    - `zones` (polygons of industrial zones): name, type, area_ha, synthetic
    - `roads` (lines): name, kind (national | provincial), synthetic
    - `water` (polygons): name, kind (reservoir | river), synthetic
    - `sites`: site_id, mast_id (co-located sites share one), operator, name, x_m, y_m, height_m,
      kind (macro | border | 5g), on_air_year, status (on_air | planned), commune_code, synthetic
    - `sectors`: sector_id, site_id, technology (3G | 4G | 5G), band, frequency_mhz, bandwidth_mhz,
      azimuth_deg, mechanical_downtilt_deg, electrical_downtilt_deg, antenna, power_dbm, height_m,
      on_air_year, status, carrier_rank (1: the carrier a layer needs, 2: a further one), synthetic
    - `clutter_classes`: code, key, name_vi, name_en, height_m; loss_db where a land-cover table gave losses
    """

    name: str
    crs: str
    outline: Polygon | MultiPolygon
    border: LineString  # the foreign border
    patrol_road: LineString
    districts: gpd.GeoDataFrame
    communes: gpd.GeoDataFrame
    units_2025: gpd.GeoDataFrame
    hamlets: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    park: Polygon | MultiPolygon  # core of the national park: nobody lives there
    sites: pd.DataFrame
    sectors: pd.DataFrame
    terrain: Raster  # m above sea level, 30 m cells
    clutter: Raster  # class codes (uint8), on the terrain's grid
    clutter_classes: pd.DataFrame
    population: Raster  # people per cell (float32), 100 m cells
    hamlet_of_cell: Raster  # row of `hamlets` that a cell's people count to (int32), -1 where nobody lives
    synthetic: tuple[str, ...]
