"""calibration.toml: a calibrated model as a small file that any scenario of the same model may use."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field, ValidationError

from phusong.coverage.calibration.correction import Correction
from phusong.coverage.site import Sector
from phusong.geodata.errors import InputError
from phusong.scenarios.strict import Strict

Decibels = Annotated[float, Field(ge=-60, le=60)]
Ends = tuple[float, float]


class ByDistance(Strict):
    """offset + slope · lg(d / 1 km), dB of loss, d held within what was measured."""

    offset_db: Decibels = 0.0
    slope_db: Decibels = 0.0
    distance_km: tuple[float, float]


class ByClass(Strict):
    """dB of loss where the receiver stands in one clutter class; code and key are those of the data."""

    code: Annotated[int, Field(ge=0, le=255)]
    key: str
    loss_db: Decibels


class Provenance(Strict):
    """What the calibration was made from, and how well it did where nobody had measured."""

    scenario: str
    data: str
    measurements: str
    sha256: str
    layout: str
    synthetic: bool
    rows_read: int
    rows_used: int
    squares: int  # cells of the grid with a measurement, by sector
    sectors: int
    blocks: int
    block_m: float
    bin_m: float
    receiver_height_m: float
    first_time: str = ""
    last_time: str = ""
    before_rms_db: float
    after_rms_db: float  # under spatial cross-validation
    new_stations_rms_db: float  # the same without the offsets of sectors
    phusong_version: str


class CalibrationFile(Strict):
    """A whole calibration.toml."""

    format: Literal[1]
    model: str
    distance: ByDistance
    coefficients: Mapping[str, float] = Field(default={})  # K1 … K7 of SPM
    clutter: tuple[ByClass, ...] = ()
    sectors: Mapping[str, Decibels] = Field(default={})  # dB to add to a sector's power
    intervals: Mapping[str, Ends] = Field(default={})  # 90 %, of what is above
    provenance: Provenance
    path: str = Field(default="", exclude=True)

    def correction(self, model: str, told: Iterable[str]) -> Correction:
        """What predictions add. InputError where the scenario's model is another one, or told otherwise."""
        if model != self.model:
            raise InputError(
                f"{self.path}: hiệu chỉnh của mô hình {self.model}, kịch bản dùng {model} · is a calibration of"
                f" {self.model}, radio.model is {model!r}; take one of them or calibrate again"
            )
        twice = sorted(set(told) & set(self.coefficients))
        if twice:
            raise InputError(
                f"{self.path}: radio.model_options.{twice[0]} cũng có trong hiệu chỉnh · {twice[0]} stands in the"
                " calibration too; give it once"
            )
        about = self.provenance
        try:
            return Correction(
                model=self.model,
                offset_db=self.distance.offset_db,
                slope_db=self.distance.slope_db,
                distance_km=self.distance.distance_km,
                clutter_db={one.code: one.loss_db for one in self.clutter},
                coefficients=tuple(self.coefficients[f"K{k}"] for k in range(1, 8))
                if self.coefficients
                else None,
                said=f"hiệu chỉnh theo {about.squares} ô đo, sai số {about.after_rms_db:.1f} dB"
                f"{', đo giả lập' if about.synthetic else ''} · calibrated on {about.squares} measured squares,"
                f" error {about.after_rms_db:.1f} dB{', synthetic measurements' if about.synthetic else ''}",
            )
        except KeyError as error:
            raise InputError(f"{self.path}: coefficients thiếu · lacks {error}") from None
        except ValueError as error:
            raise InputError(f"{self.path}: {error}") from None

    def check_classes(self, classes: pd.DataFrame) -> None:
        """InputError where the data's clutter classes are not those of the calibration."""
        known = dict(zip(classes["code"].astype(int), classes["key"], strict=True))
        for one in self.clutter:
            if known.get(one.code) != one.key:
                raise InputError(
                    f"{self.path}: lớp phủ {one.code} “{one.key}” không có trong dữ liệu"
                    f" · clutter class {one.code} {one.key!r} is not in the data; calibrate with these data"
                )

    def with_offsets(self, sectors: Sequence[Sector]) -> tuple[Sector, ...]:
        """The sectors with what measurements say of their power; sectors that nobody measured stay."""
        return tuple(
            replace(one, power_dbm=one.power_dbm + self.sectors[one.sector_id])
            if one.sector_id in self.sectors
            else one
            for one in sectors
        )


def read_calibration(path: Path) -> CalibrationFile:
    """A calibration.toml, checked. InputError names the file and the key."""
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"radio.calibration: {path} không đọc được · cannot be read ({error.strerror});"
            " make one: phusong calibrate"
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: not valid TOML: {error}") from None
    try:
        return CalibrationFile.model_validate({**content, "path": str(path)})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: {where}: {first['msg']}; make it again: phusong calibrate") from None


def write_calibration(content: CalibrationFile, path: Path) -> None:
    """Writes the file: the same content gives the same bytes."""
    lines = [
        "# Hiệu chỉnh mô hình theo đo kiểm, do `phusong calibrate` ghi · a model calibrated on measurements.",
        '# Dùng · use: [radio] calibration = "calibration.toml"',
    ]
    lists: dict[str, list[dict[str, Any]]] = {}
    tables: dict[str, dict[str, Any]] = {}
    for key, value in content.model_dump(mode="json").items():
        if isinstance(value, dict):
            tables[key] = value
        elif isinstance(value, list):
            lists[key] = value
        else:
            lines.append(f"{key} = {_toml(value)}")
    for name, table in tables.items():
        if table:
            lines += ["", f"[{name}]", *(f"{_key(key)} = {_toml(value)}" for key, value in table.items())]
    for name, rows in lists.items():
        for row in rows:
            lines += ["", f"[[{name}]]", *(f"{_key(key)} = {_toml(value)}" for key, value in row.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _key(key: str) -> str:
    return key if key.replace("_", "").isascii() and key.replace("_", "").isalnum() else _toml(key)
