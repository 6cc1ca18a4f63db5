"""What a scenario may say of its uncertainty; what is left out comes from coverage/uncertainty/sources.toml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from phusong.scenarios.strict import Strict

NotNegative = Annotated[float, Field(strict=True, ge=0)]
Distance = Annotated[float, Field(strict=True, gt=0, le=100_000)]
DRAWS = 100  # some twenty seconds of two cores for the province; 200 narrow the limits themselves by a third


class Shadow(Strict):
    """Shadow fading: standard deviations in dB, correlation exp(−d / correlation_m) from place to place."""

    clear_db: Annotated[float, Field(strict=True, ge=0, le=30)] | None = None
    obstructed_db: Annotated[float, Field(strict=True, ge=0, le=30)] | None = None
    correlation_m: Distance | None = None
    site_correlation: Annotated[float, Field(strict=True, ge=0, le=1)] | None = None


class Terrain(Strict):
    """Vertical errors of the terrain model."""

    sigma_m: Annotated[float, Field(strict=True, ge=0, le=50)] | None = None
    correlation_m: Distance | None = None


class Clutter(Strict):
    """Errors of clutter heights, as a share of them."""

    sigma_share: Annotated[float, Field(strict=True, ge=0, le=1)] | None = None
    correlation_m: Distance | None = None


class Stations(Strict):
    """Errors of what the station list says."""

    power_db: Annotated[float, Field(strict=True, ge=0, le=20)] | None = None
    azimuth_deg: Annotated[float, Field(strict=True, ge=0, le=90)] | None = None
    tilt_deg: Annotated[float, Field(strict=True, ge=0, le=20)] | None = None
    height_m: Annotated[float, Field(strict=True, ge=0, le=50)] | None = None


class Model(Strict):
    """The choice of the propagation model: its spread among models, times `factor`."""

    factor: Annotated[float, Field(strict=True, ge=0, le=5)] | None = None


class Uncertainty(Strict):
    """How sure the answer is: draws of everything that is not known."""

    enabled: bool = True
    draws: Annotated[int, Field(strict=True, ge=10, le=10_000)] = DRAWS
    sensitivity: Annotated[int, Field(strict=True, ge=0, le=4096)] = (
        32  # samples of each source; 0: no ranking
    )
    shadow: Shadow = Shadow()
    terrain: Terrain = Terrain()
    clutter: Clutter = Clutter()
    stations: Stations = Stations()
    model: Model = Model()

    @field_validator("sensitivity")
    @classmethod
    def _power_of_two(cls, value: int) -> int:
        if value and (value < 2 or value & (value - 1)):
            raise ValueError("must be 0 or a power of two: 16, 32, 64 …")
        return value

    def changes(self) -> dict[str, float]:
        """What differs from sources.toml, by the names of `Sources`."""
        return {
            f"{table}_{key}": value
            for table in ("shadow", "terrain", "clutter", "stations", "model")
            for key, value in getattr(self, table)
            if value is not None
        }
