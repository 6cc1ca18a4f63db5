"""One link from place to place: its profile, its geometry, and its loss by every model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from pyproj import Geod, Transformer

from phusong.coverage.link import LinkGeometry, link_geometry
from phusong.coverage.models import MODELS, Conditions, Loss, Model
from phusong.coverage.profile import PathProfile, profile_between
from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.scenarios.inputs import ground_of
from phusong.scenarios.link.pathloss import described, plain

SYNTHETIC_VI = "Địa hình và lớp phủ là dữ liệu mô phỏng, không phải số đo"
SYNTHETIC_EN = "Terrain and clutter are synthetic, not measured"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a link: degrees north and east (WGS 84), antenna height above ground."""

    latitude_deg: float
    longitude_deg: float
    height_m: float

    @classmethod
    def parse(cls, text: str, option: str) -> End:
        """The end in "LAT,LON,H". InputError names the option."""
        parts = text.split(",")
        try:
            latitude, longitude, height = (float(part) for part in parts)
        except ValueError:
            raise InputError(f"{option} {text!r}: give LAT,LON,H such as 11.5353,106.8903,45") from None
        if not -90 <= latitude <= 90:
            raise InputError(f"{option}: latitude {latitude:g} is not from -90 to 90; latitude comes first")
        if not -180 <= longitude <= 180:
            raise InputError(f"{option}: longitude {longitude:g} is not from -180 to 180")
        if not 0 < height <= 3000:
            raise InputError(
                f"{option}: antenna height {height:g} m; give metres above ground, more than 0, at most 3000"
            )
        return cls(latitude, longitude, height)


@dataclass(frozen=True, slots=True)
class Link:
    """Everything `phusong link` found out; `losses` has a model's answer, or why it does not apply."""

    start: End
    end: End
    azimuth_deg: float
    conditions: Conditions
    profile: PathProfile
    geometry: LinkGeometry
    losses: tuple[tuple[Model, Loss | str], ...]
    synthetic: bool

    @property
    def answered(self) -> tuple[tuple[Model, Loss], ...]:
        """The models that apply, in the order of the table."""
        return tuple((model, loss) for model, loss in self.losses if isinstance(loss, Loss))

    @property
    def refused(self) -> tuple[tuple[Model, str], ...]:
        """The models that do not apply, and why."""
        return tuple((model, reason) for model, reason in self.losses if isinstance(reason, str))


def analyse(province: Province, start: End, end: End, conditions: Conditions) -> Link:
    """The link between two places of a province. InputError where the path leaves its terrain."""
    to_metres = Transformer.from_crs("EPSG:4326", province.crs, always_xy=True)
    places = []
    for option, place in (("--from", start), ("--to", end)):
        x_m, y_m = to_metres.transform(place.longitude_deg, place.latitude_deg)
        west, south, east, north = province.terrain.grid.bounds_m
        if not (west <= x_m <= east and south <= y_m <= north):
            raise InputError(
                f"{option} {place.latitude_deg:g},{place.longitude_deg:g} lies outside the terrain "
                f"of {province.name}"
            )
        places.append((float(x_m), float(y_m)))
    try:
        profile = profile_between(
            ground_of(province), places[0], places[1], tx_height_m=start.height_m, rx_height_m=end.height_m
        )
    except ValueError as error:
        raise InputError(f"--from, --to: {error}") from None
    azimuth_deg, _, _ = Geod(ellps="WGS84").inv(
        start.longitude_deg, start.latitude_deg, end.longitude_deg, end.latitude_deg
    )
    return Link(
        start=start,
        end=end,
        azimuth_deg=float(azimuth_deg) % 360.0,
        conditions=conditions,
        profile=profile,
        geometry=link_geometry(profile, conditions.frequency_mhz),
        losses=tuple((model, _loss(model, profile, conditions)) for model in MODELS.values()),
        synthetic=bool({"terrain", "clutter"} & set(province.synthetic)),
    )


def _loss(model: Model, profile: PathProfile, conditions: Conditions) -> Loss | str:
    try:
        return model.loss(profile, conditions)
    except ValueError as error:
        return str(error)


def link_json(link: Link) -> Mapping[str, Any]:
    """Everything about a link as plain values."""
    geometry = asdict(link.geometry)
    arrays = {key: value for key, value in geometry.items() if isinstance(value, np.ndarray)}
    return {
        "notice_vi": SYNTHETIC_VI if link.synthetic else "",
        "notice_en": SYNTHETIC_EN if link.synthetic else "",
        "synthetic": link.synthetic,
        "from": asdict(link.start),
        "to": asdict(link.end),
        "length_km": link.profile.length_km,
        "azimuth_deg": link.azimuth_deg,
        "conditions": asdict(link.conditions),
        "geometry": {key: plain(value) for key, value in geometry.items() if key not in arrays},
        "losses": [described(model, loss) for model, loss in link.answered],
        "not_applicable": [
            {"model": model.name, "edition": model.edition, "reason": why} for model, why in link.refused
        ],
        "profile": {
            "distance_km": link.profile.distance_km.tolist(),
            "terrain_m": link.profile.terrain_m.tolist(),
            "clutter_m": link.profile.clutter_m.tolist(),
            **{key: value.tolist() for key, value in arrays.items()},
        },
    }
