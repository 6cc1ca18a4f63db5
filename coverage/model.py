"""A path-loss model and what it is asked: conditions in, loss and every intermediate out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from phusong.coverage.model_options import Value, settings
from phusong.coverage.profile import PathProfile
from phusong.coverage.propagation.choices import POLARIZATIONS
from phusong.coverage.propagation.door import in_range, one_of

Number = float | str | bool | list[str]
ENVIRONMENTS = ("urban", "suburban", "open", "dense-urban")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """For whom the loss is asked: frequency, polarization, share of time and locations, surroundings.

    The loss is not exceeded for `time_percent` of time and `location_percent` of locations, where the model
    knows them; `environment` "urban", "suburban", "open" (or "dense-urban" for P.1546) is what closed formulas
    have instead of terrain. `options` are those of one model, by name (model_options.OPTIONS); what is left
    out has its default.
    """

    frequency_mhz: float
    polarization: str = "vertical"
    time_percent: float = 50.0
    location_percent: float = 50.0
    environment: str = "open"
    options: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        in_range("frequency_mhz", self.frequency_mhz, 1.0, 100e3, "MHz")
        one_of("polarization", self.polarization, POLARIZATIONS)
        in_range("time_percent", self.time_percent, 0.01, 99.99, "%")
        in_range("location_percent", self.location_percent, 0.01, 99.99, "%")
        one_of("environment", self.environment, ENVIRONMENTS)


def conditions_for(
    model: str, options: Mapping[str, Value], *, frequency_mhz: float, **common: Any
) -> Conditions:
    """The conditions of one model where some of its options are given; ValueError for one it does not have.

    `common` is what Conditions has besides options, for the ones that are not given.
    """
    found = settings(model, options)
    named = {key: found[key] for key in options if key in ("time_percent", "polarization", "environment")}
    rest = {key: value for key, value in options.items() if key not in named}
    return Conditions(frequency_mhz=frequency_mhz, **{**common, **named}, options=rest)


@dataclass(frozen=True, slots=True)
class Loss:
    """Basic transmission loss in dB, and every intermediate in the model's own symbols."""

    loss_db: float
    intermediates: Mapping[str, Number]


Run = Callable[[PathProfile, Conditions], Loss]


@dataclass(frozen=True, slots=True)
class Model:
    """A model, what it was made for, and how to run it; ranges are (lowest, highest)."""

    name: str
    title: str
    edition: str
    looks_at_vi: str
    looks_at_en: str
    frequency_mhz: tuple[float, float]
    distance_km: tuple[float, float]
    tx_height_m: tuple[float, float]
    rx_height_m: tuple[float, float]
    run: Run

    def loss(self, profile: PathProfile, conditions: Conditions) -> Loss:
        """The loss over a profile. Raises ValueError, one line, outside the model's range."""
        in_range("frequency_mhz", conditions.frequency_mhz, *self.frequency_mhz, "MHz")
        in_range("distance_km", profile.length_km, *self.distance_km, "km")
        self.check(conditions.frequency_mhz, profile.tx_height_m, profile.rx_height_m)
        return self.run(profile, replace(conditions, options=settings(self.name, conditions.options)))

    def check(self, frequency_mhz: float, tx_height_m: float, rx_height_m: float) -> None:
        """Raises ValueError, one line, for a frequency or an antenna that the model was not made for."""
        in_range("frequency_mhz", frequency_mhz, *self.frequency_mhz, "MHz")
        in_range("tx_height_m", tx_height_m, *self.tx_height_m, "m")
        in_range("rx_height_m", rx_height_m, *self.rx_height_m, "m")
