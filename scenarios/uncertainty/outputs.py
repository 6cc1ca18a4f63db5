"""The files of a run that say how sure it is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from phusong.geodata.raster import Raster, write_geotiff
from phusong.scenarios.result import RunResult
from phusong.scenarios.tables import write_csv

SURE_COLUMNS = ("probability", "rsrp_p5_dbm", "rsrp_p50_dbm", "rsrp_p95_dbm")  # of hamlets.csv
GAP_COLUMNS = ("people_p5", "people_p50", "people_p95")  # of gaps.csv
DRAWS_FILE = "draws.csv"


def write_uncertainty(result: RunResult, folder: Path) -> None:
    """uncertainty.csv (intervals), draws.csv (every draw), sensitivity.csv, uncertainty_sources.csv, and
    probability_<layer>.tif."""
    found = result.uncertainty
    if found is None:
        return
    made_up = bool(result.province.synthetic)
    write_csv(found.totals, folder / "uncertainty.csv", synthetic=made_up)
    write_csv(found.draws, folder / DRAWS_FILE, synthetic=made_up)
    write_csv(found.sources, folder / "uncertainty_sources.csv", synthetic=made_up)
    if found.ranking is not None:
        ranking = found.ranking
        table = pd.DataFrame(
            {
                "source": ranking.name,
                "total": ranking.total.round(4),
                "total_error": ranking.total_error.round(4),
                "first": ranking.first.round(4),
                "first_error": ranking.first_error.round(4),
                "layer": found.ranked_layer,
            }
        )
        write_csv(table, folder / "sensitivity.csv", synthetic=made_up)
    facts = {
        "scenario": result.name,
        "year": str(result.year),
        "model": result.coverage.model,
        "synthetic_inputs": ", ".join(result.province.synthetic),
        "quantity": f"probability of service outdoors, of {found.draws_made} draws",
    }
    for key, values in found.probability.items():
        raster = Raster(result.coverage.grid, values)
        write_geotiff(raster, folder / f"probability_{key}.tif", tags={**facts, "layer": key})
