"""The published facts of Bình Phước (facts/*.csv) and the builder's assumptions (parameters.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import LineString, Polygon

from phusong.geodata.vietnamese import nfc

CRS = "EPSG:9212"  # VN-2000 / TM-3 106-15
_FOLDER = files("phusong.geodata.reference")


def table(name: str) -> pd.DataFrame:
    """Rows of facts/<name>.csv: text in NFC, codes as text, empty text as ''."""
    with (_FOLDER / "facts" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    for column in rows.columns:
        rows[column] = rows[column].map(nfc)
    for column in _NUMBERS.get(name, ()):
        rows[column] = pd.to_numeric(rows[column])
    return rows


_NUMBERS = {
    "communes_2024": ("area_km2", "population_registered_2025_est", "lat", "lon", "hamlets_est", "is_border"),
    "communes_2025": ("area_km2_official", "population_2025", "lat", "lon", "n_hamlets", "touches_border"),
    "districts_2024": ("area_km2", "seat_lat", "seat_lon"),
    "industrial_zones": ("area_ha", "lat", "lon"),
    "province_outline": ("lat", "lon", "on_cambodia_border"),
    "road_waypoints": ("lat", "lon", "seq"),
    "terrain_points": ("lat", "lon", "elevation_m"),
}


def parameters() -> Mapping[str, Any]:
    """The builder's assumptions, as parameters.toml gives them."""
    return tomllib.loads((_FOLDER / "parameters.toml").read_text(encoding="utf-8"))


def projected(lon: Any, lat: Any) -> NDArray[np.float64]:
    """Eastings and northings in metres (EPSG:9212), shape (n, 2), of WGS 84 longitudes and latitudes."""
    x_m, y_m = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(
        np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    )
    return np.column_stack([x_m, y_m])


def outline() -> Polygon:
    """The province's outline, generalised to about 1 km."""
    points = table("province_outline")
    return Polygon(projected(points["lon"], points["lat"]))


def border() -> LineString:
    """The Cambodian border as drawn in the outline, from the south-west to the north-east."""
    points = table("province_outline")
    xy = projected(points["lon"], points["lat"])
    marked = points["on_cambodia_border"].to_numpy() == 1
    # the ring starts inside the marked stretch: turn it so that the stretch is one run
    start = int(np.flatnonzero(marked & ~np.roll(marked, 1))[0])
    turned = np.roll(np.arange(len(xy)), -start)
    return LineString(xy[turned[marked[turned]]])


def national_roads() -> gpd.GeoDataFrame:
    """QL13, QL14 and QL14C as lines through their published waypoints."""
    points = table("road_waypoints")
    lines = {
        name: LineString(projected(rows["lon"], rows["lat"]))
        for name, rows in points.sort_values(["road", "seq"]).groupby("road", sort=True)
    }
    return gpd.GeoDataFrame(
        {"name": list(lines), "kind": "national", "synthetic": False}, geometry=list(lines.values()), crs=CRS
    )
