"""What a scenario may say of quality levels and of the border's limit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from phusong.scenarios.strict import Strict

Rate = Annotated[float, Field(strict=True, ge=0, le=10_000)]
Portion = Annotated[float, Field(strict=True, gt=0, le=1)]


class QualityLevel(Strict):
    """One level of quality: a hamlet has it when every figure that is given holds at the busy hour.

    `downlink_mbps`: mean rate of its people's phones; `least_mbps`: rate of at least `least_share` of them;
    `rsrp_dbm`: outdoor level of at least `available_share` of them.
    """

    technology: Literal["3G", "4G", "5G"]
    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
    title_vi: str = ""
    title_en: str = ""
    downlink_mbps: Rate
    least_mbps: Rate = 0.0
    least_share: Portion = 0.95
    rsrp_dbm: Annotated[float, Field(strict=True, ge=-140, le=-30)]
    available_share: Portion = 0.95
    source: str = ""
    trust: str = ""

    @model_validator(mode="after")
    def _least_below_mean(self) -> QualityLevel:
        if self.least_mbps > self.downlink_mbps:
            raise ValueError(
                f"{self.technology} {self.key}: least_mbps {self.least_mbps:g} lies above the mean, "
                f"downlink_mbps {self.downlink_mbps:g}"
            )
        return self


class Quality(Strict):
    """Levels of quality: those of a file (empty: quality.toml), with `level` replacing or adding some."""

    file: str = ""
    level: tuple[QualityLevel, ...] = ()


class Border(Strict):
    """A what-if at the border: sectors within a distance of it radiate no more than a limit."""

    eirp_limit_dbm: Annotated[float, Field(strict=True, ge=0, le=90)] | None = None
    within_km: Annotated[float, Field(strict=True, gt=0, le=50)] = 5.0
