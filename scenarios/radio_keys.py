"""What a scenario may say of propagation: the model, its options, and the losses around the receiver.

The keys of [radio.model_options], [radio.clutter], [radio.building] and [radio.vegetation] are those of
coverage.model_options, with their units and ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, create_model, field_validator, model_validator
from pydantic_core import PydanticCustomError

from phusong.coverage.model_options import (
    AREA_EXTRAS,
    EXTRA_OPTIONS,
    NAMES,
    OPTIONS,
    Option,
    OptionError,
    Value,
    check_area,
    near,
)
from phusong.scenarios.strict import Strict


class _Options(Strict):
    def given(self) -> dict[str, Value]:
        """The keys that are not left out."""
        return {key: value for key, value in self if value is not None}


def _kind(options: Iterable[Option]) -> Any:
    """The widest type of an option that several models have: the model itself is narrower."""
    some = list(options)
    if isinstance(some[0].default, bool):
        return Annotated[bool, Field(strict=True)]
    if some[0].choices:
        return Literal[tuple(dict.fromkeys(word for one in some for word in one.choices))]
    low, high = min(one.low for one in some), max(one.high for one in some)
    return Annotated[float, Field(strict=True, ge=low, le=high)]


def _table(
    name: str, about: str, options: Mapping[str, Mapping[str, Option]], **first: Any
) -> type[_Options]:
    """A table whose keys are all options of several models or methods, every one of which may be left out."""
    fields: dict[str, Any] = dict(first)
    for key in dict.fromkeys(key for one in options.values() for key in one):
        owners = {owner: one[key] for owner, one in options.items() if key in one}
        words = "; ".join(f"{owner}: {one.allowed}, default {one.default}" for owner, one in owners.items())
        text = f"{next(iter(owners.values())).en} ({words})"
        fields[key] = (_kind(owners.values()) | None, Field(default=None, description=text))
    return create_model(name, __base__=_Options, __doc__=about, **fields)


def _extra_table(kind: str, about: str) -> type[_Options]:
    methods = AREA_EXTRAS[kind]
    method = (Literal[methods], Field(default=methods[0], description="the recommendation it goes by"))
    return _table(
        kind.capitalize(), about, {name: EXTRA_OPTIONS[kind][name] for name in methods}, method=method
    )


ModelOptions = _table("ModelOptions", "What the model is told; what is left out has its default.", OPTIONS)
Clutter = _extra_table("clutter", "Loss of a phone below the clutter around it, for models without clutter.")
Building = _extra_table("building", "Loss into a building: levels are then those indoors.")
Vegetation = _extra_table("vegetation", "Loss of a phone behind trees.")


class Radio(_Options):
    """How propagation is asked for."""

    model: Annotated[str, Field(json_schema_extra={"enum": list(NAMES)})] = "p1812"
    model_options: ModelOptions = ModelOptions()  # type: ignore[valid-type]
    clutter: Clutter | None = None  # type: ignore[valid-type]
    building: Building | None = None  # type: ignore[valid-type]
    vegetation: Vegetation | None = None  # type: ignore[valid-type]
    receiver_height_m: Annotated[float, Field(strict=True, ge=1, le=30)] = 1.5
    location_percent: Annotated[float, Field(strict=True, ge=1, le=99)] = 50  # of places served at the level
    clear_air: bool = False  # p1812's troposcatter and ducting in rasters; docs/method/clear_air.md
    load: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.5
    radius_km: Mapping[Literal["3G", "4G", "5G"], Annotated[float, Field(strict=True, ge=0.5, le=60)]] = (
        Field(default={"3G": 20.0, "4G": 20.0, "5G": 8.0})
    )
    second_opinions: tuple[str, ...] = ()  # other models, asked the same
    calibration: str = ""  # a calibration.toml of `phusong calibrate`, of the same model

    @field_validator("second_opinions")
    @classmethod
    def _all_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            cls._known(name)
        return names

    @field_validator("model")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in NAMES:
            hint = near(name, NAMES) or f"; there are {', '.join(NAMES)}"
            raise ValueError(f"no model is called {name!r}{hint}")
        return name

    @model_validator(mode="after")
    def _no_model_twice(self) -> Radio:
        names = (self.model, *self.second_opinions)
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"second_opinions: {twice[0]!r} is asked already")
        return self

    @model_validator(mode="after")
    def _options_of_the_model(self) -> Radio:
        for table, extras in (
            ("model_options", {}),
            *((kind, {kind: given}) for kind, given in self.extras.items()),
        ):
            try:
                check_area(self.model, self.told if table == "model_options" else {}, extras)
            except OptionError as error:
                key = table if error.key == table else f"{table}.{error.key.removeprefix(table + '.')}"
                raise PydanticCustomError(
                    "option", "{message}", {"message": str(error), "key": key}
                ) from None
        return self

    @property
    def told(self) -> dict[str, Value]:
        """The options of the model that are given."""
        return self.model_options.given()  # type: ignore[attr-defined]

    @property
    def extras(self) -> dict[str, dict[str, Value]]:
        """The losses that are added around the receiver."""
        tables = {kind: getattr(self, kind) for kind in AREA_EXTRAS}
        return {kind: table.given() for kind, table in tables.items() if table is not None}
