"""What a calibration writes: the calibrated model, its proof as tables and pictures, a summary."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from phusong.geodata.crs import WGS84, transform
from phusong.scenarios.calibration.answer import Answer, bin_m
from phusong.scenarios.calibration.file import (
    ByClass,
    ByDistance,
    CalibrationFile,
    Provenance,
    write_calibration,
)
from phusong.scenarios.calibration.pictures import draw
from phusong.scenarios.tables import write_csv

MARK = "calibration.json"  # the file by which a calibration's folder is known as one


def write_answer(answer: Answer, folder: Path) -> None:
    """Writes every file of a calibration; calibration.toml only where the measurements support one."""
    made_up = bool(answer.synthetic)
    if answer.found.accepted:
        write_calibration(calibration_file(answer), folder / "calibration.toml")
    write_csv(residuals(answer), folder / "residuals.csv", synthetic=made_up)
    write_csv(sector_table(answer), folder / "sectors.csv", synthetic=made_up)
    write_csv(group_table(answer), folder / "errors.csv", synthetic=made_up)
    draw(answer, folder)
    text = json.dumps(summary(answer), ensure_ascii=False, indent=2, allow_nan=False)
    (folder / MARK).write_text(text + "\n", encoding="utf-8")


def calibration_file(answer: Answer) -> CalibrationFile:
    """The calibrated model as its file holds it, numbers to 0.001 dB."""
    found, table = answer.found, answer.measurements.table
    correction = found.correction
    keys = class_keys(answer)
    times = table["time"].dropna()
    coefficients = {}
    if correction.coefficients is not None:
        coefficients = {f"K{k}": round(value, 6) for k, value in enumerate(correction.coefficients, start=1)}
    return CalibrationFile(
        format=1,
        model=correction.model,
        distance=ByDistance(
            offset_db=round(correction.offset_db, 3),
            slope_db=round(correction.slope_db, 3),
            distance_km=correction.distance_km,
        ),
        coefficients=coefficients,
        clutter=tuple(
            ByClass(code=code, key=keys[code], loss_db=round(value, 3))
            for code, value in sorted(correction.clutter_db.items())
        ),
        sectors={
            answer.inputs.sectors[one.sector].sector_id: round(one.offset_db, 3)
            for one in found.cells
            if abs(one.offset_db) >= 0.0005
        },
        intervals={
            named(answer, one.name): (round(one.low, 4), round(one.high, 4)) for one in found.coefficients
        },
        provenance=Provenance(
            scenario=answer.scenario.name,
            data=Path(answer.scenario.data).name,
            measurements=answer.measurements.source,
            sha256=answer.measurements.sha256,
            layout=answer.measurements.layout,
            synthetic=answer.measurements.synthetic,
            rows_read=answer.measurements.rows_read,
            rows_used=int(answer.bins.rows[found.used].sum()),
            squares=int(found.used.sum()),
            sectors=len(found.cells),
            blocks=found.blocks,
            block_m=found.block_m,
            bin_m=bin_m(answer.scenario),
            receiver_height_m=answer.scenario.radio.receiver_height_m,
            first_time="" if times.empty else times.min().isoformat(),
            last_time="" if times.empty else times.max().isoformat(),
            before_rms_db=round(found.before_rms_db, 3),
            after_rms_db=round(found.after_rms_db, 3),
            new_stations_rms_db=round(found.new_stations_rms_db, 3),
            phusong_version=version("phusong"),
        ),
    )


def summary(answer: Answer) -> dict[str, Any]:
    """What calibration.json holds."""
    found = answer.found
    return {
        "accepted": found.accepted,
        "why_not": found.why,
        "terms": found.title,
        "not_supported": list(found.held),
        "coefficients": [
            {"name": named(answer, one.name), "value": round(one.value, 4), "low_90": round(one.low, 4),
             "high_90": round(one.high, 4)}
            for one in found.coefficients
        ],
        "candidates": [
            {"terms": one.title, "coefficients": one.coefficients, "rms_db": round(one.rms_db, 3),
             "new_stations_rms_db": round(one.without_cells_rms_db, 3)}
            for one in found.candidates
        ],
        "weak_squares": found.weak,
        "outlying_squares": found.outliers,
        "sigma_db": round(found.sigma_db, 3),
        "between_sectors_db": round(found.tau_db, 3),
        "dropped": [
            {"reason": one.reason, "rows": one.rows, "first_row": one.first_row}
            for one in answer.measurements.dropped
        ],
        "notes": list(answer.measurements.notes),
        "provenance": calibration_file(answer).provenance.model_dump(mode="json"),
        "synthetic_inputs": list(answer.synthetic),
    }  # fmt: skip


def class_keys(answer: Answer) -> dict[int, str]:
    """The key of every clutter class by its code."""
    classes = answer.inputs.province.clutter_classes
    return dict(zip(classes["code"].astype(int).tolist(), classes["key"].tolist(), strict=True))


def named(answer: Answer, name: str) -> str:
    """A coefficient's name with the class's key instead of its code."""
    kind, _, code = name.partition(":")
    return f"{kind}:{class_keys(answer)[int(code)]}" if code else name


def residuals(answer: Answer) -> pd.DataFrame:
    """One row a measured square and sector: where, measured, predicted, and the errors before and after."""
    found, bins, predicted = answer.found, answer.bins, answer.predicted
    lon, lat = transform(bins.x_m, bins.y_m, source=answer.inputs.province.crs, target=WGS84)
    keys = class_keys(answer)
    return pd.DataFrame(
        {
            "lat": lat.round(6), "lon": lon.round(6),
            "sector_id": [answer.inputs.sectors[k].sector_id for k in bins.sector],
            "rows": bins.rows,
            "distance_km": (predicted.distance_m * 1e-3).round(3),
            "clutter": [keys[int(code)] for code in bins.clutter],
            "measured_dbm": bins.level_dbm.round(2),
            "predicted_dbm": predicted.level_dbm.round(2),
            "error_before_db": found.before.round(2),
            "error_after_db": found.after.round(2),
        }
    )[found.used]  # fmt: skip


def sector_table(answer: Answer) -> pd.DataFrame:
    """One row a measured sector: what its power seems to be off by; `suspicious` ones are worth a visit."""
    rows = [
        {
            "sector_id": answer.inputs.sectors[one.sector].sector_id,
            "operator": answer.inputs.sectors[one.sector].operator,
            "squares": one.bins,
            "offset_db": round(one.offset_db, 2),
            "measured_offset_db": round(one.measured_db, 2),
            "low_90_db": round(one.low_db, 2),
            "high_90_db": round(one.high_db, 2),
            "suspicious": one.outlying,
        }
        for one in answer.found.cells
    ]
    table = pd.DataFrame(rows)
    order = np.argsort(-table["offset_db"].abs().to_numpy(), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def group_table(answer: Answer) -> pd.DataFrame:
    """Mean and standard deviation of the error before and after, of all, by clutter class and distance."""
    keys = class_keys(answer)
    return pd.DataFrame(
        [
            {
                "by": one.kind,
                "group": keys[int(one.key)] if one.kind == "clutter" else one.key,
                "squares": one.bins,
                "before_mean_db": round(one.before_mean_db, 2),
                "before_sd_db": round(one.before_sd_db, 2),
                "after_mean_db": round(one.after_mean_db, 2),
                "after_sd_db": round(one.after_sd_db, 2),
            }
            for one in answer.found.groups
        ]
    )
