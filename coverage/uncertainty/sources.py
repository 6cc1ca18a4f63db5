"""What is not known: the sources of uncertainty, how large they are, and who says so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib import resources
from math import isfinite
from typing import Any

# what the answer is drawn over and ranked by, in this order
SOURCES = ("shadow", "terrain", "clutter", "power", "pointing", "height", "model")


@dataclass(frozen=True, slots=True)
class Stated:
    """One figure of sources.toml with its origin; trust is "published", "derived" or "assumed"."""

    key: str
    value: float
    unit: str
    trust: str
    source: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Sources:
    """How uncertain each source is; names are those of sources.toml with "_" for ".".

    Standard deviations of normal errors, with unit in the name; `clutter_sigma_share` is a share of clutter
    heights, `model_factor` multiplies the models' own spread. Correlation distances are those of
    exp(−d / d_corr).
    """

    shadow_clear_db: float
    shadow_obstructed_db: float
    shadow_correlation_m: float
    shadow_site_correlation: float
    terrain_sigma_m: float
    terrain_correlation_m: float
    clutter_sigma_share: float
    clutter_correlation_m: float
    stations_power_db: float
    stations_azimuth_deg: float
    stations_tilt_deg: float
    stations_height_m: float
    model_factor: float

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if not (isfinite(value) and value >= 0.0):
                raise ValueError(f"{item.name} must be 0 or above, not {value:g}")
            if item.name.endswith("correlation_m") and value == 0.0:
                raise ValueError(f"{item.name} must be above 0")
        if self.shadow_site_correlation > 1.0:
            raise ValueError(f"shadow_site_correlation is at most 1, not {self.shadow_site_correlation:g}")


def stated() -> Mapping[str, Stated]:
    """Every figure that comes with phusong, by its name in `Sources`."""
    text = (resources.files("phusong.coverage.uncertainty") / "sources.toml").read_text("utf-8")
    tables: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(text)
    return {
        f"{name}_{key}": Stated(key=f"{name}.{key}", **entry)
        for name, entries in tables.items()
        for key, entry in entries.items()
    }


def sources(changes: Mapping[str, float] | None = None) -> Sources:
    """The sources as they come with phusong, with some figures changed. ValueError for one that is unknown."""
    usual = {name: entry.value for name, entry in stated().items()}
    unknown = sorted(set(changes or {}) - set(usual))
    if unknown:
        raise ValueError(f"no source of uncertainty is called {unknown[0]}; there are {', '.join(usual)}")
    return Sources(**{**usual, **(changes or {})})


def fitted(known: Sources, cell_m: float) -> Sources:
    """The same with correlation distances of at least a cell: a coarse grid cannot show shorter ones."""
    return replace(
        known,
        shadow_correlation_m=max(known.shadow_correlation_m, cell_m),
        clutter_correlation_m=max(known.clutter_correlation_m, cell_m),
    )


def none() -> Sources:
    """Nothing is uncertain: every draw is the run itself."""
    usual = {name: entry.value for name, entry in stated().items()}
    still = {name: value if "correlation" in name else 0.0 for name, value in usual.items()}
    return Sources(**still)
