"""What a scenario may say of where new stations go; its defaults and their sources are in defaults.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from phusong.scenarios.strict import Strict

_USUAL: Mapping[str, Any] = tomllib.loads(
    (resources.files("phusong.scenarios.plan") / "defaults.toml").read_text("utf-8")
)
_COST: Mapping[str, Any] = _USUAL["cost"]

Positive = Annotated[float, Field(strict=True, gt=0)]
NotNegative = Annotated[float, Field(strict=True, ge=0)]
Kind = Literal["own", "mast", "centre", "hilltop", "people", "road"]


class PlanCost(Strict):
    """Costs in VND, life in years, discount and support as shares."""

    equipment_vnd: Positive = _COST["equipment_vnd"]
    tower_vnd: NotNegative = _COST["tower_vnd"]
    shared_vnd: NotNegative = _COST["shared_vnd"]
    yearly_vnd: NotNegative = _COST["yearly_vnd"]
    shared_yearly_vnd: NotNegative = _COST["shared_yearly_vnd"]
    years: Annotated[int, Field(strict=True, ge=1, le=40)] = _COST["years"]
    discount: Annotated[float, Field(strict=True, ge=0, lt=0.5)] = _COST["discount"]
    support_share: Annotated[float, Field(strict=True, ge=0, lt=1)] = _COST["support_share"]
    fibre_vnd_per_km: Positive = _COST["fibre_vnd_per_km"]
    fibre_fixed_vnd: NotNegative = _COST["fibre_fixed_vnd"]
    hop_vnd: Positive = _COST["hop_vnd"]


class Phase(Strict):
    """What one year may build: so many new stations, or as many as some money buys."""

    year: Annotated[int, Field(strict=True, ge=2015, le=2050)]
    sites: Annotated[int, Field(strict=True, ge=0, le=10_000)] = 0
    budget_vnd: NotNegative = 0.0

    @model_validator(mode="after")
    def _one_kind(self) -> Phase:
        if self.sites and self.budget_vnd:
            raise ValueError(f"phase {self.year}: sites and budget_vnd exclude each other; give one")
        return self


class PlanKeys(Strict):
    """Where new stations go: what each is like, where it may stand, whom it serves, when it is built."""

    technology: Literal["3G", "4G", "5G"] = _USUAL["technology"]
    band: str = _USUAL["band"]
    frequency_mhz: Annotated[float, Field(strict=True, ge=400, le=6000)] = _USUAL["frequency_mhz"]
    bandwidth_mhz: Annotated[float, Field(strict=True, gt=0, le=100)] = _USUAL["bandwidth_mhz"]
    antenna: str = _USUAL["antenna"]
    height_m: Annotated[float, Field(strict=True, gt=0, le=300)] = _USUAL["height_m"]
    power_dbm: Annotated[float, Field(strict=True, ge=0, le=60)] = _USUAL["power_dbm"]
    electrical_downtilt_deg: Annotated[float, Field(strict=True, ge=-10, le=30)] = _USUAL[
        "electrical_downtilt_deg"
    ]
    operator: str = ""  # empty: shared by all, and what any operator serves already is served
    sites: Annotated[int, Field(strict=True, ge=0, le=10_000)] = _USUAL["sites"]
    target_share: Annotated[float, Field(strict=True, ge=0, le=1)] = _USUAL["target_share"]
    budget_vnd: NotNegative = 0.0  # investment in all new stations together, instead of their number
    phases: tuple[Phase, ...] = ()
    kinds: tuple[Kind, ...] = tuple(_USUAL["kinds"])
    candidates: Annotated[int, Field(strict=True, ge=1, le=20_000)] = _USUAL["candidates"]
    own: str = ""  # the user's candidates, CSV or Excel: name, lat, lon
    points: str = ""  # what else must be served, schools say, CSV or Excel: name, lat, lon, weight, times
    must: tuple[str, ...] = ()  # candidates (by name or mast_id) that have to be in the plan
    never: tuple[str, ...] = ()
    spacing_m: NotNegative = _USUAL["spacing_m"]
    slope_deg: Annotated[float, Field(strict=True, gt=0, le=90)] = _USUAL["slope_deg"]
    road_m: Positive = _USUAL["road_m"]
    power_m: Positive = _USUAL["power_m"]
    fibre_km: Positive = _USUAL["fibre_km"]
    border_m: NotNegative = _USUAL["border_m"]
    prominence_m: Positive = _USUAL["prominence_m"]
    least_commune_share: Annotated[float, Field(strict=True, ge=0, le=1)] = _USUAL["least_commune_share"]
    weight_centre: NotNegative = _USUAL["weight_centre"]
    weight_zone: NotNegative = _USUAL["weight_zone"]
    weight_post: NotNegative = _USUAL["weight_post"]
    weight_point: NotNegative = _USUAL["weight_point"]
    near_border_km: NotNegative = _USUAL["near_border_km"]
    double_posts: Annotated[bool, Field(strict=True)] = _USUAL["double_posts"]
    probability: Annotated[float, Field(strict=True, ge=0.5, le=0.999)] = (
        0.5  # with which people must be served
    )
    design_sectors: Annotated[bool, Field(strict=True)] = _USUAL["design_sectors"]
    gap_target: Annotated[float, Field(strict=True, ge=0, le=0.5)] = _USUAL["gap_target"]
    time_limit_s: Annotated[float, Field(strict=True, ge=1, le=86_400)] = _USUAL["time_limit_s"]
    cost: PlanCost = PlanCost()

    @model_validator(mode="after")
    def _asks_one_thing(self) -> PlanKeys:
        given = [name for name in ("sites", "target_share", "budget_vnd") if getattr(self, name)]
        if not given:
            raise ValueError("give sites, budget_vnd, or target_share for as few as reach it")
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other; set sites = 0 for either other one")
        if len({bool(phase.budget_vnd) for phase in self.phases if phase.sites or phase.budget_vnd}) > 1:
            raise ValueError("phases: give sites in every year, or budget_vnd in every year")
        years = [phase.year for phase in self.phases]
        if years != sorted(set(years)):
            raise ValueError(f"phases must rise by year and none may stand twice: {years}")
        return self
