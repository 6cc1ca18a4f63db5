"""What a scenario may say of fixed broadband, loudspeakers and demand; its defaults and their sources are in
defaults.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from phusong.scenarios.strict import Strict

_USUAL: Mapping[str, Any] = tomllib.loads(
    (resources.files("phusong.scenarios.networks") / "defaults.toml").read_text("utf-8")
)
_FIXED, _SOUND, _DEMAND = _USUAL["fixed"], _USUAL["loudspeakers"], _USUAL["demand"]

Positive = Annotated[float, Field(strict=True, gt=0)]
NotNegative = Annotated[float, Field(strict=True, ge=0)]
Share = Annotated[float, Field(strict=True, gt=0, le=1)]
Year = Annotated[int, Field(strict=True, ge=2015, le=2050)]
Decibels = Annotated[float, Field(strict=True, ge=-20, le=140)]


class Fixed(Strict):
    """Fixed broadband: which access points count, and what bringing it to everyone costs (VND)."""

    build_planned: Annotated[bool, Field(strict=True)] = _FIXED["build_planned"]
    drop_m: Annotated[float, Field(strict=True, ge=20, le=5000)] = _FIXED["drop_m"]
    cable_vnd_per_km: Positive = _FIXED["cable_vnd_per_km"]
    access_point_vnd: Positive = _FIXED["access_point_vnd"]
    drop_vnd_per_home: Positive = _FIXED["drop_vnd_per_home"]
    wireless: Annotated[bool, Field(strict=True)] = _FIXED["wireless"]
    wireless_vnd_per_home: Positive = _FIXED["wireless_vnd_per_home"]
    people_per_home: Annotated[float, Field(strict=True, ge=1, le=20)] = _FIXED["people_per_home"]
    detour: Annotated[float, Field(strict=True, ge=1, le=5)] = _FIXED["detour"]
    table: str = _FIXED["table"]


class Loudspeakers(Strict):
    """Loudspeakers: which clusters count, what they are heard against, and what a new one is like."""

    build_planned: Annotated[bool, Field(strict=True)] = _SOUND["build_planned"]
    share: Share = _SOUND["share"]
    least_index: Share = _SOUND["least_index"]
    noise_rural_dba: Decibels = _SOUND["noise_rural_dba"]
    noise_urban_dba: Decibels = _SOUND["noise_urban_dba"]
    noise_indoor_dba: Decibels = _SOUND["noise_indoor_dba"]
    noise_slope_db: Annotated[float, Field(strict=True, ge=-12, le=12)] = _SOUND["noise_slope_db"]
    facade_db: Annotated[float, Field(strict=True, ge=0, le=60)] = _SOUND["facade_db"]
    temperature_c: Annotated[float, Field(strict=True, ge=-20, le=50)] = _SOUND["temperature_c"]
    humidity_percent: Annotated[float, Field(strict=True, ge=10, le=100)] = _SOUND["humidity_percent"]
    ground_rural: Annotated[float, Field(strict=True, ge=0, le=1)] = _SOUND["ground_rural"]
    ground_urban: Annotated[float, Field(strict=True, ge=0, le=1)] = _SOUND["ground_urban"]
    listener_height_m: Annotated[float, Field(strict=True, ge=0, le=30)] = _SOUND["listener_height_m"]
    sensitivity_db: Decibels = _SOUND["sensitivity_db"]
    beam_deg: Annotated[float, Field(strict=True, ge=10, le=360)] = _SOUND["beam_deg"]
    rear_db: Annotated[float, Field(strict=True, ge=0, le=60)] = _SOUND["rear_db"]
    new_horns: Annotated[int, Field(strict=True, ge=1, le=16)] = _SOUND["new_horns"]
    new_power_w: Positive = _SOUND["new_power_w"]
    new_height_m: Annotated[float, Field(strict=True, ge=1, le=60)] = _SOUND["new_height_m"]
    table: str = _SOUND["table"]


class Demand(Strict):
    """Traffic of the busy hour and what the cells can carry."""

    telephone_per_100: NotNegative = _DEMAND["telephone_per_100"]
    broadband_per_100: NotNegative = _DEMAND["broadband_per_100"]
    smartphone_per_100: NotNegative = _DEMAND["smartphone_per_100"]
    smartphone_gb_per_month: NotNegative = _DEMAND["smartphone_gb_per_month"]
    other_gb_per_month: NotNegative = _DEMAND["other_gb_per_month"]
    reference_year: Year = _DEMAND["reference_year"]
    growth_per_year: Annotated[float, Field(strict=True, gt=-1, le=5)] = _DEMAND["growth_per_year"]
    voice_erlang: NotNegative = _DEMAND["voice_erlang"]
    voice_kbps: NotNegative = _DEMAND["voice_kbps"]
    busy_hour_share: Share = _DEMAND["busy_hour_share"]
    downlink_share: Share = _DEMAND["downlink_share"]
    factor_4g: Positive = _DEMAND["factor_4g"]
    factor_5g: Positive = _DEMAND["factor_5g"]
    tdd_downlink_share: Share = _DEMAND["tdd_downlink_share"]
    overloaded_from: Share = _DEMAND["overloaded_from"]
    until_year: Year = _DEMAND["until_year"]
    neighbours: Annotated[int, Field(strict=True, ge=1, le=60)] = _DEMAND["neighbours"]
    operator_share: Mapping[str, Annotated[float, Field(strict=True, ge=0, le=1)]] = _DEMAND["operator_share"]
    fiveg_share: Mapping[str, Annotated[float, Field(strict=True, ge=0, le=1)]] = _DEMAND["fiveg_share"]

    @field_validator("operator_share", mode="before")
    @classmethod
    def _others_stay(cls, given: Any) -> Any:
        return {**_DEMAND["operator_share"], **given} if isinstance(given, Mapping) else given

    @field_validator("fiveg_share")
    @classmethod
    def _years(cls, given: Mapping[str, float]) -> Mapping[str, float]:
        for year in given:
            if not (year.isdigit() and 2015 <= int(year) <= 2050):
                raise ValueError(f"its keys are years between 2015 and 2050, not {year!r}")
        return given

    @model_validator(mode="after")
    def _at_most_all(self) -> Demand:
        if sum(self.operator_share.values()) > 1.0 + 1e-9:
            raise ValueError(
                f"operator_share adds up to {sum(self.operator_share.values()):.3f}; at most 1 is possible"
            )
        return self
