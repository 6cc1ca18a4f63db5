"""A scenario: what is asked. Every key of its TOML file, with unit and range; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from phusong.scenarios.maps.tiles import OnlineTiles
from phusong.scenarios.networks.keys import Demand, Fixed, Loudspeakers
from phusong.scenarios.outage_keys import Cut, Off
from phusong.scenarios.plan.keys import PlanKeys
from phusong.scenarios.radio_keys import Radio as Radio
from phusong.scenarios.service_keys import Border, Quality
from phusong.scenarios.strict import Strict
from phusong.scenarios.uncertainty.keys import Uncertainty

Technology = Literal["3G", "4G", "5G"]
Share = Annotated[float, Field(strict=True, gt=0, le=1)]
Level = Annotated[float, Field(strict=True, ge=-140, le=-30)]


class Thresholds(Strict):
    """RSRP outdoors at 1.5 m, in dBm, from which each service works (5G: SS-RSRP, 3G: RSCP)."""

    outdoor_dbm: Level
    in_car_dbm: Level
    indoor_dbm: Level

    @model_validator(mode="after")
    def _in_order(self) -> Thresholds:
        if not self.outdoor_dbm <= self.in_car_dbm <= self.indoor_dbm:
            raise ValueError(
                "thresholds must rise from outdoor_dbm over in_car_dbm to indoor_dbm: "
                f"{self.outdoor_dbm}, {self.in_car_dbm}, {self.indoor_dbm}"
            )
        return self


class SiteChange(Strict):
    """New values for one site (all its sectors) or one sector; what is left out stays."""

    id: str  # a site_id or a sector_id
    height_m: Annotated[float, Field(strict=True, gt=0, le=300)] | None = None
    azimuth_deg: Annotated[float, Field(strict=True, ge=0, lt=360)] | None = None
    electrical_downtilt_deg: Annotated[float, Field(strict=True, ge=-10, le=30)] | None = None
    mechanical_downtilt_deg: Annotated[float, Field(strict=True, ge=-10, le=30)] | None = None
    power_dbm: Annotated[float, Field(strict=True, ge=0, le=60)] | None = None
    power_change_db: Annotated[float, Field(strict=True, ge=-40, le=20)] | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> SiteChange:
        if all(value is None for key, value in self if key != "id"):
            raise ValueError(
                f"the change of {self.id!r} changes nothing; give height_m, azimuth_deg, power_dbm …"
            )
        if self.power_dbm is not None and self.power_change_db is not None:
            raise ValueError(f"the change of {self.id!r} has power_dbm and power_change_db; give one of them")
        return self


class NewSite(Strict):
    """One site to add, with one carrier and sectors that differ in azimuth and electrical tilt only."""

    id: str
    operator: str
    lat: Annotated[float, Field(strict=True, ge=8, le=24)]
    lon: Annotated[float, Field(strict=True, ge=102, le=118)]
    height_m: Annotated[float, Field(strict=True, gt=0, le=300)]
    technology: Technology
    band: str
    frequency_mhz: Annotated[float, Field(strict=True, ge=400, le=6000)]
    bandwidth_mhz: Annotated[float, Field(strict=True, gt=0, le=100)]
    power_dbm: Annotated[float, Field(strict=True, ge=0, le=60)] = 46.0
    antenna: str = ""  # empty: the antenna that the data's sectors of this technology have most often
    azimuths_deg: tuple[Annotated[float, Field(strict=True, ge=0, lt=360)], ...] = (0.0, 120.0, 240.0)
    electrical_downtilt_deg: Annotated[float, Field(strict=True, ge=-10, le=30)] = 4.0
    downtilts_deg: tuple[Annotated[float, Field(strict=True, ge=-10, le=30)], ...] = ()  # one an azimuth
    on_air_year: Annotated[int, Field(strict=True, ge=1990, le=2050)] | None = None  # empty: in every year

    @model_validator(mode="after")
    def _a_tilt_for_each(self) -> NewSite:
        if self.downtilts_deg and len(self.downtilts_deg) != len(self.azimuths_deg):
            raise ValueError(
                f"downtilts_deg: {len(self.downtilts_deg)} tilts for {len(self.azimuths_deg)} azimuths; give "
                "one each, or none for electrical_downtilt_deg in all"
            )
        return self


class Refarm(Strict):
    """Sectors of one technology and band that send on another carrier instead, or on one more."""

    technology: Technology
    from_band: str
    operator: str = ""  # empty: every operator's
    to_technology: Technology | None = None  # none: the technology stays
    keep: bool = False  # true: the old carrier stays on air beside the new one
    band: str
    frequency_mhz: Annotated[float, Field(strict=True, ge=400, le=6000)]
    bandwidth_mhz: Annotated[float, Field(strict=True, gt=0, le=100)]
    antenna: str = ""  # empty: the antenna stays
    power_dbm: Annotated[float, Field(strict=True, ge=0, le=60)] | None = None  # none: the power stays


class Sites(Off):
    """What differs from the data's stations: built, switched off, changed, added."""

    built: tuple[str, ...] = ()  # kinds of planned sites that are on air in this scenario: "border", "5g"
    change: tuple[SiteChange, ...] = ()
    refarm: tuple[Refarm, ...] = ()
    add: tuple[NewSite, ...] = ()
    add_table: str = ""  # a CSV with the columns of `add`, azimuths separated by spaces

    @model_validator(mode="after")
    def _each_once(self) -> Sites:
        for title, ids in (
            ("change", [item.id for item in self.change]),
            ("add", [item.id for item in self.add]),
        ):
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise ValueError(f"{title}: {twice[0]!r} stands twice; put both into one entry")
        return self


class Tiles(Strict):
    """Background tiles from the network that readers of the map may turn on; without a url there are none."""

    url: str = ""  # https://…/{z}/{x}/{y}.png
    attribution: str = ""  # whom the service asks to be named
    max_zoom: Annotated[int, Field(strict=True, ge=1, le=22)] = 19

    @model_validator(mode="after")
    def _usable(self) -> Tiles:
        self.online()
        return self

    def online(self) -> OnlineTiles | None:
        return OnlineTiles(**self.model_dump()) if self.url else None


class Growth(Strict):
    """How many more people there are each year; the demand of each of them grows by [demand]."""

    people_per_year: Annotated[float, Field(strict=True, ge=-0.2, le=0.2)] = (
        0.0  # 0.01: one in a hundred more
    )
    units: Mapping[str, Annotated[float, Field(strict=True, ge=-0.2, le=0.2)]] = Field(default={})
    since: Annotated[int, Field(strict=True, ge=2000, le=2050)] = (
        2024  # the year that the data's people are of
    )


class Scenario(Strict):
    """One question about the province; every key is checked and unknown ones are refused."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,60}$")]
    title_vi: str
    title_en: str
    note: str = ""
    year: Annotated[int, Field(strict=True, ge=2015, le=2050)]
    years: tuple[Annotated[int, Field(strict=True, ge=2015, le=2050)], ...] = ()  # phases, in one run
    seed: Annotated[int, Field(strict=True, ge=0)] = 20241231
    data: str = "reference"
    resolution_m: Annotated[float, Field(strict=True, ge=10, le=2000)] = 100.0
    operators: tuple[str, ...] = ("Viettel", "VNPT", "MobiFone")
    technologies: Annotated[tuple[Technology, ...], Field(min_length=1)] = ("4G",)
    hamlet_people_share: Share = 0.8
    gap_least_people: Annotated[float, Field(strict=True, ge=0)] = 10
    explain_gaps: bool = True  # predict again, three times, to tell every gap's cause and mend
    outages: bool = True  # every mast's outage, every operator's and district's, and `cuts`
    cuts: tuple[Cut, ...] = ()  # failures to judge beside the run
    area: tuple[str, ...] = ()  # codes or names of districts, communes or units of 2025; empty: the province
    roaming: tuple[
        tuple[str, ...], ...
    ] = ()  # groups of operators whose subscribers use each other's networks
    radio: Radio = Radio()
    sites: Sites = Sites()
    border: Border = Border()
    quality: Quality = Quality()
    fixed: Fixed = Fixed()
    loudspeakers: Loudspeakers = Loudspeakers()
    demand: Demand = Demand()
    growth: Growth = Growth()
    plan: PlanKeys = PlanKeys()
    uncertainty: Uncertainty = Uncertainty()
    tiles: Tiles = Tiles()
    thresholds: Mapping[Technology, Thresholds]

    @model_validator(mode="after")
    def _fits_together(self) -> Scenario:
        if list(self.years) != sorted(set(self.years)):
            raise ValueError(f"years must rise and none may stand twice: {list(self.years)}")
        if self.years and self.year != self.years[-1]:
            raise ValueError(f"year {self.year} must be the last of years, {self.years[-1]}")
        guests = [operator for group in self.roaming for operator in group]
        for operator in guests:
            if operator not in self.operators:
                raise ValueError(f"roaming: {operator!r} is not in operators, {', '.join(self.operators)}")
            if guests.count(operator) > 1:
                raise ValueError(f"roaming: {operator!r} stands twice; an operator is in one group at most")
        names = [cut.name for cut in self.cuts]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"cuts: {twice!r} stands twice; give every cut its own name")
        for technology in self.technologies:
            if technology not in self.thresholds:
                raise ValueError(f"technologies has {technology} and [thresholds.{technology}] is missing")
        return self
