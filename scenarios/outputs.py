"""A run's files: tables, rasters, gaps, summary, and what is needed to repeat it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.geodata.raster import Raster, write_geotiff
from phusong.scenarios.folder import MARK
from phusong.scenarios.replay import hashes
from phusong.scenarios.result import RunResult

HAMLET_COLUMNS = (
    "hamlet_id", "name", "commune_code", "commune", "district", "lat", "lon", "population",
    "synthetic_position", "best_operator", "technology", "rsrp_dbm", "sinr_db", "service_level",
)  # fmt: skip
FIXED_TIME = "2000-01-01T00:00:00Z"  # GeoPackages carry a date; the same run must give the same bytes


def write_outputs(result: RunResult, folder: Path, *, lang: str, parameters: Mapping[str, Any]) -> None:
    """Writes every file of a run into `folder`, run.json last."""
    from phusong.scenarios.maps import write_map

    write_hamlets(result, folder / "hamlets.csv")
    result.units.to_csv(folder / "units.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
    write_gaps(result, folder / "gaps.gpkg")
    write_rasters(result, folder)
    _write_json(folder / "summary.json", result.summary)
    write_map(result, folder / "map.html", lang=lang)
    recipe = {**parameters, "outputs_sha256": hashes(folder), "environment": environment()}
    _write_json(folder / MARK, recipe)


def write_hamlets(result: RunResult, path: Path) -> None:
    """hamlets.csv: UTF-8 with a byte order mark, so that Excel shows Vietnamese as it is written."""
    table = pd.DataFrame(result.hamlets.drop(columns="geometry"))
    layers = [name for name in table.columns if ":" in name]
    table = table[[*HAMLET_COLUMNS, *layers]]
    text = table.select_dtypes(include=["object", "string"]).columns
    table = table.assign(**{name: table[name].map(safe_cell) for name in text})
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def safe_cell(value: object) -> object:
    """A text that a spreadsheet will not run: one that begins like a formula gets an apostrophe before it."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def write_gaps(result: RunResult, path: Path) -> None:
    """gaps.gpkg: layers `gaps` (polygons) and `hamlets` (points), in the province's CRS."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        pyogrio.write_dataframe(result.gaps, path, layer="gaps", geometry_type="MultiPolygon")
        hamlets = result.hamlets.rename(columns=lambda name: name.replace(":", "_").replace("-", "_"))
        pyogrio.write_dataframe(hamlets, path, layer="hamlets", append=True)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_rasters(result: RunResult, folder: Path) -> None:
    """rsrp_<layer>.tif (dBm) and best_server_<layer>.tif (row of `sectors.csv`, -1 none), cloud-optimised."""
    grid = result.coverage.grid
    facts = {
        "scenario": result.name,
        "year": str(result.year),
        "model": result.coverage.model,
        "synthetic_inputs": ", ".join(result.province.synthetic),
    }
    for key, layer in result.coverage.layers.items():
        write_geotiff(
            Raster(grid, layer.rsrp_dbm),
            folder / f"rsrp_{key}.tif",
            tags={**facts, "quantity": "RSRP", "unit": "dBm"},
        )
        write_geotiff(
            Raster(grid, layer.best_server),
            folder / f"best_server_{key}.tif",
            nodata=-1,
            tags={**facts, "quantity": "best server, row of sectors.csv from 0"},
        )
    pd.DataFrame(
        {
            "row": range(len(result.coverage.sectors)),
            "sector_id": [sector.sector_id for sector in result.coverage.sectors],
            "site_id": [sector.site_id for sector in result.coverage.sectors],
            "operator": [sector.operator for sector in result.coverage.sectors],
        }
    ).to_csv(folder / "sectors.csv", index=False, encoding="utf-8-sig", lineterminator="\n")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def environment() -> dict[str, str]:
    """The versions that a run's bytes hang on."""
    packages = ("phusong", "numpy", "scipy", "numba", "geopandas", "rasterio", "shapely", "folium")
    return {"python": platform.python_version(), "machine": platform.machine()} | {
        name: version(name) for name in packages
    }
