"""A run's files: tables, rasters, gaps, summary, and what is needed to repeat it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from phusong.geodata.raster import Raster, write_geotiff
from phusong.scenarios.folder import MARK
from phusong.scenarios.networks import network_phases, write_networks
from phusong.scenarios.phases import draw_targets, phase_table, target_table
from phusong.scenarios.replay import hashes
from phusong.scenarios.result import RunResult
from phusong.scenarios.tables import write_csv
from phusong.scenarios.targets import target_row
from phusong.scenarios.uncertainty_outputs import SURE_COLUMNS, write_uncertainty

HAMLET_COLUMNS = (
    "hamlet_id", "name", "commune_code", "commune", "district", "lat", "lon", "population",
    "synthetic_position", "best_operator", "technology", "rsrp_dbm", "sinr_db", "service_level",
)  # fmt: skip
# file prefix: field of Layer, quantity and unit, value that stands for "none"
RASTERS: Mapping[str, tuple[str, str, float | None]] = {
    "rsrp": ("rsrp_dbm", "RSRP of the best server, dBm", None),
    "second": ("second_dbm", "RSRP of the second best server, dBm", None),
    "sinr": ("sinr_db", "SINR at the scenario's load, dB", None),
    "best_server": ("best_server", "best server, row of sectors.csv", -1),
    "servers": ("servers", "sectors at or above the threshold", None),
}
FIXED_TIME = "2000-01-01T00:00:00Z"  # GeoPackages carry a date; the same run must give the same bytes


def write_outputs(
    results: Sequence[RunResult], folder: Path, *, lang: str, parameters: Mapping[str, Any]
) -> None:
    """Writes every file of a run into `folder`, run.json last; the tables are of the last year."""
    from phusong.scenarios.maps import write_map, write_years
    from phusong.scenarios.report import write_report
    from phusong.scenarios.report_gis import style_geopackage, write_class_rasters, write_kmz
    from phusong.scenarios.report_xlsx import write_workbook

    result = results[-1]
    made_up = bool(result.province.synthetic)
    write_hamlets(result, folder / "hamlets.csv")
    write_csv(result.units, folder / "units.csv", synthetic=made_up)
    write_csv(result.service, folder / "hamlet_service.csv", synthetic=made_up)
    write_csv(
        pd.DataFrame(result.stretches.drop(columns="geometry")), folder / "border.csv", synthetic=made_up
    )
    write_csv(
        pd.DataFrame(result.road_places.drop(columns="geometry")),
        folder / "border_places.csv",
        synthetic=made_up,
    )
    write_csv(
        pd.DataFrame([target_row(target) for target in result.targets]),
        folder / "targets.csv",
        synthetic=made_up,
    )
    if result.outages is not None:
        write_csv(result.outages.masts, folder / "outages.csv", synthetic=made_up)
        write_csv(result.outages.communes, folder / "backed.csv", synthetic=made_up)
    if result.uncertainty is not None:
        write_uncertainty(result, folder)
    write_gaps(result, folder / "gaps.gpkg")
    style_geopackage(folder / "gaps.gpkg", lang=lang)
    write_rasters(result, folder)
    if result.networks is not None:
        write_networks(result.networks, folder, synthetic=made_up)
    _write_json(folder / "summary.json", result.summary)
    if len(results) > 1:
        write_csv(phase_table(results), folder / "phases.csv", synthetic=made_up)
        write_csv(network_phases(results), folder / "phase_networks.csv", synthetic=made_up)
        targets = target_table(results)
        write_csv(targets, folder / "phase_targets.csv", synthetic=made_up)
        draw_targets(targets, folder / "phases.png", lang=lang)
        write_years(results, folder / "map.html", lang=lang)
    else:
        write_map(result, folder / "map.html", lang=lang)
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


def write_gaps(result: RunResult, path: Path) -> None:
    """gaps.gpkg: layers `gaps`, `other_gaps`, `border` (stretches of the patrol road) and `hamlets`."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        notice = (
            "partly synthetic: " + ", ".join(result.province.synthetic) if result.province.synthetic else ""
        )
        said = {"DESCRIPTION": notice}
        pyogrio.write_dataframe(
            result.gaps, path, layer="gaps", geometry_type="MultiPolygon", layer_options=said
        )
        if len(result.stretches):
            pyogrio.write_dataframe(
                result.stretches,
                path,
                layer="border",
                geometry_type="LineString",
                append=True,
                layer_options=said,
            )
        if len(result.other_gaps):
            pyogrio.write_dataframe(
                result.other_gaps,
                path,
                layer="other_gaps",
                geometry_type="MultiPolygon",
                append=True,
                layer_options=said,
            )
        hamlets = result.hamlets.rename(columns=lambda name: name.replace(":", "_").replace("-", "_"))
        pyogrio.write_dataframe(hamlets, path, layer="hamlets", append=True, layer_options=said)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_rasters(result: RunResult, folder: Path) -> None:
    """One cloud-optimised GeoTIFF a quantity and layer, and sectors.csv for the servers' numbers."""
    facts = {
        "scenario": result.name,
        "year": str(result.year),
        "model": result.coverage.model,
        "synthetic_inputs": ", ".join(result.province.synthetic),
    }
    for key, layer in result.coverage.layers.items():
        for prefix, (field, quantity, nodata) in RASTERS.items():
            write_geotiff(
                Raster(result.coverage.grid, getattr(layer, field)),
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
