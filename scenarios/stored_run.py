"""A run read back from its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from numpy.typing import NDArray
from pydantic import ValidationError

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.targets import Target
from phusong.coverage.uncertainty.sensitivity import Ranking
from phusong.geodata.errors import InputError
from phusong.geodata.raster import read_geotiff
from phusong.scenarios.answer import answer
from phusong.scenarios.folder import MARK
from phusong.scenarios.inputs import Inputs
from phusong.scenarios.networks.answer import NetworksAnswer
from phusong.scenarios.outages import Outages
from phusong.scenarios.outputs import RASTERS, UNKNOWN
from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.second_opinion import SecondOpinion
from phusong.scenarios.uncertainty.answer import UncertaintyAnswer
from phusong.scenarios.uncertainty.outputs import DRAWS_FILE, GAP_COLUMNS, SURE_COLUMNS

SECTIONS = ("fixed", "loudspeakers", "capacity")  # of summary.json, from the other networks


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run's folder: its scenario, its summary and where its files lie."""

    folder: Path
    scenario: Scenario
    parameters: Mapping[str, Any]  # run.json
    summary: Mapping[str, Any]  # summary.json

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(layer["layer"] for layer in self.summary["layers"])

    def hamlets(self) -> pd.DataFrame:
        """hamlets.csv, codes as text."""
        path = self.folder / "hamlets.csv"
        return pd.read_csv(path, dtype={"hamlet_id": str, "commune_code": str}, encoding="utf-8-sig")

    def draws(self) -> pd.DataFrame:
        """draws.csv, which only runs with uncertainty have."""
        return pd.read_csv(self.folder / DRAWS_FILE, encoding="utf-8-sig")

    def result(self, inputs: Inputs) -> RunResult:
        """The run's answer again, from the rasters that it wrote and the inputs of its scenario."""
        layers = {row["layer"]: self._layer(row, inputs) for row in self.summary["layers"]}
        model = self.summary["layers"][0]["model"]
        coverage = CoverageMap(grid=inputs.grid, sectors=inputs.sectors, layers=layers, model=model)
        result = answer(self.scenario, inputs, coverage)
        stored = pyogrio.read_dataframe(self.folder / "gaps.gpkg", layer="gaps")
        return replace(
            result, gaps=stored.fillna({"cause": "", "own_cause": "", "mend": ""}), summary=self.summary
        )

    def whole_result(self, inputs: Inputs) -> RunResult:
        """`result` with service, outages, other networks and targets as they were found then."""
        result = self.result(inputs)
        targets = tuple(
            Target(**{field.name: row[field.name] for field in fields(Target)})
            for row in self.summary.get("targets", ())
        )
        return replace(
            result,
            year=int(self.summary["year"]),
            outages=self._outages(),
            networks=self._networks(inputs),
            uncertainty=self._uncertainty(),
            second_opinion=self._second_opinion(inputs),
            targets=targets or result.targets,
            service=self._table("hamlet_service.csv", hamlet_id=str),
        )

    def _outages(self) -> Outages | None:
        if not (self.folder / "outages.csv").is_file():
            return None
        said = self.summary["outages"]
        return Outages(
            masts=pyogrio.read_dataframe(self.folder / "gaps.gpkg", layer="masts"),
            causes=pd.DataFrame(said["cuts"]),
            communes=pyogrio.read_dataframe(self.folder / "gaps.gpkg", layer="backed"),
            people_served=said["people_served"],
            people_backed=said["people_backed"],
        )

    def _uncertainty(self) -> UncertaintyAnswer | None:
        said = self.summary.get("uncertainty")
        if not said:
            return None
        service = self._table("hamlet_service.csv", hamlet_id=str)
        ranking = None
        if (self.folder / "sensitivity.csv").is_file():
            table = self._table("sensitivity.csv")
            numbers = {
                name: table[name].to_numpy(np.float64)
                for name in ("first", "total", "first_error", "total_error")
            }
            ranking = Ranking(name=tuple(table["source"]), **numbers)
        return UncertaintyAnswer(
            draws_made=int(said["draws"]),
            totals=self._table("uncertainty.csv"),
            hamlets=service[["hamlet_id", "layer", *SURE_COLUMNS]],
            units=self._table("units.csv", code=str).filter(regex=r"^(level|code|layer)$|_p\d+$"),
            gaps=self._table("gaps.csv").filter(items=["gap_id", *GAP_COLUMNS]),
            draws=self._table(DRAWS_FILE),
            probability={
                path.stem.removeprefix("probability_"): read_geotiff(path).values
                for path in sorted(self.folder.glob("probability_*.tif"))
            },
            ranking=ranking,
            ranked_layer=str(said.get("ranking_of", "")),
            sources=self._table("uncertainty_sources.csv"),
            models=None,
        )

    def _second_opinion(self, inputs: Inputs) -> SecondOpinion | None:
        said = self.summary.get("second_opinion")
        if not said:
            return None
        table = self._table("models.csv")
        shares = ["layer", "all_models_share", "no_model_share", "split_share"]
        return SecondOpinion(
            names=tuple(model["name"] for model in said["models"]),
            titles=tuple(model["title"] for model in said["models"]),
            grid=inputs.grid,
            counts={
                row["layer"]: read_geotiff(self.folder / f"models_{row['layer']}.tif").values
                for row in said["layers"]
            },
            layers=table[shares].drop_duplicates("layer").reset_index(drop=True),
            models=table[["layer", "model", "population_served_share"]],
            hamlets=self._table("hamlet_models.csv", hamlet_id=str),
        )

    def _networks(self, inputs: Inputs) -> NetworksAnswer | None:
        path = self.folder / "networks.gpkg"
        if "capacity" not in self.summary or not path.is_file():
            return None
        layers = {
            str(name): pyogrio.read_dataframe(path, layer=name) for name, _ in pyogrio.list_layers(path)
        }
        tables = {
            name: self._table(f"{name}.csv", hamlet_id=str)
            for name in ("fixed", "hearing", "growth")
            if (self.folder / f"{name}.csv").is_file()
        }
        own = set(inputs.province.synthetic)
        return NetworksAnswer(
            cells=layers.pop("cells", gpd.GeoDataFrame()),
            growth=tables.pop("growth", pd.DataFrame()),
            summary={key: self.summary[key] for key in SECTIONS if key in self.summary},
            warnings=tuple(self.summary.get("network_warnings", ())),
            synthetic=tuple(key for key in self.summary["synthetic_inputs"] if key not in own),
            **tables,
            **layers,
        )

    def _table(self, name: str, **types: type) -> pd.DataFrame:
        """A table of the run, without the column that only warns."""
        table = pd.read_csv(self.folder / name, dtype=types, encoding="utf-8-sig")
        return table.drop(columns="synthetic", errors="ignore")

    def _layer(self, row: Mapping[str, Any], inputs: Inputs) -> Layer:
        values = {}
        for prefix, (field, _, _) in RASTERS.items():
            raster = read_geotiff(self.folder / f"{prefix}_{row['layer']}.tif")
            if raster.grid.shape != inputs.grid.shape:
                raise InputError(f"{self.folder}: its rasters are not of its scenario's grid; run it again")
            values[field] = (
                np.where(raster.values == UNKNOWN, 0, raster.values) if field == "servers" else raster.values
            )
        return Layer(
            key=row["layer"],
            operator=row["operator"],
            technology=row["technology"],
            threshold_dbm=row["threshold_dbm"],
            **values,
        )

    def signal_dbm(
        self, layer: str, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """RSRP of a layer at points in the run's CRS; -inf outside the raster, where nothing reaches, and
        where the run has no such layer."""
        if layer not in self.layers:
            return np.full(np.shape(x_m), -np.inf)
        raster = read_geotiff(self.folder / f"rsrp_{layer}.tif")
        row, col = raster.grid.row_col(x_m, y_m)
        inside = raster.grid.contains(row, col)
        level = np.full(np.shape(x_m), np.nan)
        level[inside] = raster.values[row[inside], col[inside]]
        return np.where(np.isnan(level), -np.inf, level)


def read_run(folder: Path) -> StoredRun:
    """The run in `folder`. InputError where there is none, or one that this version cannot read."""
    try:
        parameters = json.loads((folder / MARK).read_text("utf-8"))
        summary = json.loads((folder / "summary.json").read_text("utf-8"))
        scenario = Scenario.model_validate(parameters["scenario"])
    except OSError as error:
        raise InputError(f"{folder} is not a run's folder: {error.filename} ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, ValidationError):
        raise InputError(
            f"{folder / MARK} was written by another version or is damaged; run it again"
        ) from None
    return StoredRun(folder=folder, scenario=scenario, parameters=parameters, summary=summary)
