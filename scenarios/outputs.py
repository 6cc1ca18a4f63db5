"""A run's files: tables, rasters, gaps, summary, and what is needed to repeat it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from phusong.geodata.raster import Raster, write_geotiff
from phusong.scenarios.border_answer import border_layers
from phusong.scenarios.folder import MARK
from phusong.scenarios.inputs import asked_cells
from phusong.scenarios.maps.tiles import OnlineTiles
from phusong.scenarios.networks.answer import network_phases, write_networks
from phusong.scenarios.phases import draw_targets, phase_table, target_table
from phusong.scenarios.replay import hashes
from phusong.scenarios.report.words import words
from phusong.scenarios.result import RunResult
from phusong.scenarios.synthetic import synthetic_of
from phusong.scenarios.tables import write_csv
from phusong.scenarios.targets import target_row
from phusong.scenarios.uncertainty.outputs import SURE_COLUMNS, write_uncertainty

HAMLET_COLUMNS = (
    "hamlet_id", "name", "commune_code", "commune", "district", "lat", "lon", "population",
    "synthetic_position", "best_operator", "technology", "rsrp_dbm", "sinr_db", "service_level",
)  # fmt: skip
# of numbers in tables: finer than any model is
DIGITS = {
    "people": 1, "joined_people": 1, "people_lost": 1, "area_km2": 3, "joined_km2": 3, "worst_dbm": 1,
    "lacking_db": 1, "cause_share": 4, "lost_share": 6, "backed_share": 6, "nearest_site_km": 3, "from_km": 3,
    "to_km": 3, "length_km": 3,
}  # fmt: skip
UNKNOWN = 65535  # in rasters of counts
# file prefix: field of Layer, quantity and unit, value that stands for "none"
RASTERS: Mapping[str, tuple[str, str, float | None]] = {
    "rsrp": ("rsrp_dbm", "RSRP of the best server, dBm", None),
    "second": ("second_dbm", "RSRP of the second best server, dBm", None),
    "sinr": ("sinr_db", "SINR at the scenario's load, dB", None),
    "best_server": ("best_server", "best server, row of sectors.csv", -1),
    "servers": ("servers", "sectors at or above the threshold", UNKNOWN),
}
FIXED_TIME = "2000-01-01T00:00:00Z"  # GeoPackages carry a date; the same run must give the same bytes


def write_outputs(
    results: Sequence[RunResult],
    folder: Path,
    *,
    lang: str,
    parameters: Mapping[str, Any],
    tiles: OnlineTiles | None = None,
) -> None:
    """Writes every file of a run into `folder`, run.json last; the tables are of the last year."""
    from phusong.scenarios.maps import write_map, write_years
    from phusong.scenarios.report.gis import write_class_rasters, write_kmz
    from phusong.scenarios.report.page import write_report
    from phusong.scenarios.report.qgis import style_geopackage
    from phusong.scenarios.report.xlsx import write_workbook

    result = results[-1]
    made_up = bool(result.province.synthetic)
    write_hamlets(result, folder / "hamlets.csv")
    for name, table in tables_of(result).items():
        write_csv(table, folder / f"{name}.csv", synthetic=made_up)
    if result.uncertainty is not None:
        write_uncertainty(result, folder)
    write_gaps(result, folder / "gaps.gpkg", lang=lang)
    style_geopackage(folder / "gaps.gpkg", lang=lang)
    write_rasters(result, folder, lang=lang)
    if result.second_opinion is not None:
        from phusong.scenarios.second_opinion import write_opinions

        write_opinions(result.second_opinion, folder, synthetic=result.province.synthetic)
    if result.networks is not None:
        write_networks(result.networks, folder, synthetic=made_up)
    _write_json(folder / "summary.json", result.summary)
    if len(results) > 1:
        write_csv(phase_table(results), folder / "phases.csv", synthetic=made_up)
        write_csv(network_phases(results), folder / "phase_networks.csv", synthetic=made_up)
        targets = target_table(results)
        write_csv(targets, folder / "phase_targets.csv", synthetic=made_up)
        draw_targets(targets, folder / "phases.png", lang=lang)
        write_years(results, folder / "map.html", lang=lang, tiles=tiles)
    else:
        write_map(result, folder / "map.html", lang=lang, tiles=tiles)
    write_report(result, folder / "report.html", lang=lang)
    write_workbook(result, folder / "report.xlsx", lang=lang)
    write_class_rasters(result, folder, lang=lang)
    write_kmz(result, folder / "map.kmz", lang=lang)
    recipe = {**parameters, "outputs_sha256": hashes(folder), "environment": environment()}
    _write_json(folder / MARK, recipe)


def write_hamlets(result: RunResult, path: Path) -> None:
    """hamlets.csv: one row a hamlet, first the columns of the best layer, then every layer's own."""
    table = pd.DataFrame(result.hamlets.drop(columns="geometry"))
    layers = [name for name in table.columns if ":" in name]
    sure = [] if result.uncertainty is None else list(SURE_COLUMNS)
    write_csv(table[[*HAMLET_COLUMNS, *sure, *layers]], path)


def tables_of(result: RunResult) -> dict[str, pd.DataFrame]:
    """The tables of a run that are written as they are, by the name of their CSV file."""

    def flat(table: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(table.drop(columns=["geometry", "x_m", "y_m"], errors="ignore")).round(DIGITS)

    tables = {
        "units": result.units,
        "hamlet_service": result.service,
        "gaps": flat(result.gaps),
        "border": flat(result.stretches),
        "border_places": flat(result.road_places),
        "border_layers": border_layers(result.summary.get("border", [])),
        "border_stations": flat(result.border_stations),
        "targets": pd.DataFrame([target_row(target) for target in result.targets]),
        "target_places": flat(result.target_places),
    }
    if len(result.other_gaps):
        tables["other_gaps"] = flat(result.other_gaps)
    if result.outages is not None:
        tables |= {
            "outages": flat(result.outages.masts),
            "cuts": flat(result.outages.causes),
            "backed": flat(result.outages.communes),
        }
    return tables


def write_gaps(result: RunResult, path: Path, *, lang: str = "vi") -> None:
    """gaps.gpkg: `gaps`, `other_gaps`, `border` (stretches of the patrol road), `border_stations`, `masts` (with
    the people who hang on each), `backed` (communes), `target_places` (as points) and `hamlets`."""
    import pyogrio

    layers = {
        "gaps": (result.gaps, "MultiPolygon"),
        "border": (result.stretches, "LineString"),
        "other_gaps": (result.other_gaps, "MultiPolygon"),
        "border_stations": (result.border_stations, "Point"),
        "target_places": (_as_points(result.target_places), "Point"),
    }
    if result.outages is not None:
        layers["masts"] = (result.outages.masts, "Point")
        communes = result.outages.communes
        layers["backed"] = (communes.set_geometry([_multi(one) for one in communes.geometry]), "MultiPolygon")
    hamlets = result.hamlets.rename(columns=lambda name: name.replace(":", "_").replace("-", "_"))
    layers["hamlets"] = (hamlets, "Point")
    made_up = synthetic_of(result, lang)
    notice = words(lang)("synthetic_notice", list=made_up) if made_up else ""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        for name, (table, kind) in layers.items():
            if name == "gaps" or len(table):
                pyogrio.write_dataframe(
                    table,
                    path,
                    layer=name,
                    geometry_type=kind,
                    append=path.exists(),
                    layer_options={"DESCRIPTION": notice},
                )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _as_points(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return table.set_geometry(table.geometry.representative_point()) if len(table) else table


def _multi(shape: BaseGeometry) -> MultiPolygon:
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])


def write_rasters(result: RunResult, folder: Path, *, lang: str = "vi") -> None:
    """One cloud-optimised GeoTIFF a quantity and layer, and sectors.csv for the servers' numbers."""
    facts = {
        "scenario": result.name,
        "year": str(result.year),
        "model": result.coverage.model,
        "synthetic_inputs": synthetic_of(result, lang),
    }
    asked = asked_cells(result.province, result.coverage.grid)
    for key, layer in result.coverage.layers.items():
        for prefix, (field, quantity, nodata) in RASTERS.items():
            values = getattr(layer, field)
            if field == "servers":  # nought is an answer; where nothing was asked there is none
                values = np.where(asked, values, UNKNOWN).astype(np.uint16)
            write_geotiff(
                Raster(result.coverage.grid, values),
                folder / f"{prefix}_{key}.tif",
                nodata=nodata,
                tags={**facts, "layer": key, "quantity": quantity},
            )
    sectors = pd.DataFrame(
        {
            "row": range(len(result.coverage.sectors)),
            "sector_id": [sector.sector_id for sector in result.coverage.sectors],
            "site_id": [sector.site_id for sector in result.coverage.sectors],
            "operator": [sector.operator for sector in result.coverage.sectors],
        }
    )
    write_csv(sectors, folder / "sectors.csv", synthetic=bool(result.province.synthetic))


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def environment() -> dict[str, str]:
    """The versions that a run's bytes hang on."""
    packages = ("phusong", "numpy", "scipy", "numba", "geopandas", "rasterio", "shapely", "folium")
    return {"python": platform.python_version(), "machine": platform.machine()} | {
        name: version(name) for name in packages
    }
