"""Losses that come on top of a path-loss model's: clutter, a building's wall, trees, rain, gases.

Each is one recommendation, by the name its options have in model_options.EXTRA_OPTIONS. They are added to the
basic transmission loss; which of them a model has in it already is said where it matters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import pi
from types import MappingProxyType

from phusong.coverage.model import Loss, Number
from phusong.coverage.model_options import Given, Value, extra_settings
from phusong.coverage.propagation import p530, p676, p833, p838, p2108, p2109, tr38901
from phusong.coverage.propagation.door import in_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What these losses need of a path; antenna heights in m above the sea, the receiver's above ground too.

    Where only the receiver's surroundings count, the rest may stay as it is.
    """

    frequency_mhz: float
    rx_height_m: float
    distance_km: float = 1.0
    tx_asl_m: float = 0.0
    rx_asl_m: float = 0.0
    polarization: str = "vertical"


Told = Mapping[str, Value]
Run = Callable[[Place, Told], Loss]


@dataclass(frozen=True, slots=True)
class Extra:
    """One way to find an additional loss."""

    kind: str
    method: str
    title: str
    edition: str
    run: Run


@dataclass(frozen=True, slots=True)
class ExtraLoss:
    """What it came to: options as they were used, loss in dB and every intermediate."""

    extra: Extra
    options: Told
    loss: Loss


def _number(told: Told, key: str) -> float:
    return float(told[key])


def _terminal_clutter(place: Place, told: Told) -> Loss:
    environment = str(told["environment"])
    R = _number(told, "clutter_height_m") or p2108.ENVIRONMENTS[environment][0]
    A_h = p2108.terminal_clutter_loss(
        environment,
        frequency_mhz=place.frequency_mhz,
        height_m=place.rx_height_m,
        clutter_height_m=R,
        street_width_m=_number(told, "street_width_m"),
    )
    return Loss(A_h, {"A_h": A_h, "h": place.rx_height_m, "R": R, "w_s": _number(told, "street_width_m")})


def _statistical_clutter(place: Place, told: Told) -> Loss:
    L_ctt = p2108.statistical_clutter_loss(
        place.distance_km, frequency_mhz=place.frequency_mhz, location_percent=_number(told, "percent")
    )
    return Loss(L_ctt, {"L_ctt": L_ctt, "d": place.distance_km, "p": _number(told, "percent")})


def _building_p2109(place: Place, told: Told) -> Loss:
    kind, percent = str(told["kind"]), _number(told, "percent")
    elevation = _number(told, "elevation_deg")
    L_bel = p2109.building_entry_loss(
        frequency_mhz=place.frequency_mhz, probability_percent=percent, building=kind, elevation_deg=elevation
    )
    parts = p2109.parts(
        place.frequency_mhz * 1e-3, percent / 100.0, p2109.BUILDINGS.index(kind) + 1, elevation
    )
    return Loss(L_bel, {"L_BEL": L_bel, "P": percent, "theta": elevation, **_plain(parts._asdict())})


def _building_tr38901(place: Place, told: Told) -> Loss:
    d_2d_in = _number(told, "indoor_distance_m")
    loss = tr38901.building_entry_loss(
        frequency_mhz=place.frequency_mhz, building=str(told["kind"]), indoor_distance_m=d_2d_in
    )
    sigma = 4.4 if told["kind"] == "low-loss" else 6.5
    return Loss(loss, {"PL_tw+PL_in": loss, "PL_in": 0.5 * d_2d_in, "d_2D_in": d_2d_in, "sigma_P": sigma})


def _vegetation(place: Place, told: Told) -> Loss:
    depth, wood = _number(told, "depth_m"), str(told["woodland"])
    A_ev = p833.vegetation_loss(depth, frequency_mhz=place.frequency_mhz, woodland=wood)
    gamma = p833.specific_attenuation_db_m(place.frequency_mhz)
    A_m = p833.maximum_attenuation_of_db(wood, place.frequency_mhz)
    return Loss(A_ev, {"A_ev": A_ev, "d": depth, "gamma": gamma, "A_m": A_m})


def _rain_p530(place: Place, told: Told) -> Loss:
    d = in_range("distance_km", place.distance_km, 0.1, 60.0, "km")
    f = in_range("frequency_mhz", place.frequency_mhz, 1e3, 1e5, "MHz") * 1e-3
    p, R = _number(told, "percent"), _number(told, "rain_001_mm_h")
    tilt = _tilt_rad(place)
    c = p838.rain_coefficients(f, 0.0, tilt)
    A_001 = p530.rain_attenuation_001_db(d, f, R, tilt)
    A_p = A_001 * p530.rain_attenuation_ratio(p, f)
    d_eff = p530.effective_rain_length_km(d, f, R, c.alpha)
    parts = {
        "A_p": A_p, "p": p, "A_001": A_001, "R_001": R, "k": c.k, "alpha": c.alpha,
        "gamma_R": c.k * R**c.alpha, "d": d, "r": d_eff / d, "d_eff": d_eff,
    }  # fmt: skip
    margin = _number(told, "fade_margin_db")
    if margin > 0.0:
        parts |= p530.link_outage(
            d, frequency_mhz=place.frequency_mhz, fade_margin_db=margin, tx_height_asl_m=place.tx_asl_m,
            rx_height_asl_m=place.rx_asl_m, polarization=place.polarization, rain_001_mm_h=R,
        )  # fmt: skip
    return Loss(A_p, _plain(parts))


def _rain_p838(place: Place, told: Told) -> Loss:
    R = _number(told, "rain_mm_h")
    tilt = _tilt_rad(place)
    gamma_R = p838.rain_attenuation(R, frequency_mhz=place.frequency_mhz, tilt_deg=tilt * 180.0 / pi)
    c = p838.rain_coefficients(place.frequency_mhz * 1e-3, 0.0, tilt)
    A = gamma_R * place.distance_km
    return Loss(
        A, _plain({"A": A, "gamma_R": gamma_R, "k": c.k, "alpha": c.alpha, "R": R, "d": place.distance_km})
    )


def _gases(place: Place, told: Told) -> Loss:
    p, rho, T = (_number(told, key) for key in ("dry_pressure_hpa", "water_vapour_g_m3", "temperature_k"))
    parts = p676.gaseous_attenuation(
        place.distance_km,
        frequency_mhz=place.frequency_mhz,
        dry_pressure_hpa=p,
        water_vapour_g_m3=rho,
        temperature_k=T,
    )
    air = {"p": p, "rho": rho, "T": T, "e": rho * T / 216.7}  # P.676-13 (4)
    return Loss(parts["A"], {**parts, **air, "r_0": place.distance_km})


def _tilt_rad(place: Place) -> float:
    return 0.0 if place.polarization == "horizontal" else pi / 2.0


def _plain(named: Mapping[str, float]) -> dict[str, Number]:
    return {key: float(value) for key, value in named.items()}


_TABLE = (
    Extra("clutter", "p2108", "ITU-R P.2108 §3.1", "P.2108-1 (2021)", _terminal_clutter),
    Extra("clutter", "p2108-statistical", "ITU-R P.2108 §3.2", "P.2108-1 (2021)", _statistical_clutter),
    Extra("building", "p2109", "ITU-R P.2109", "P.2109-2 (2023)", _building_p2109),
    Extra("building", "tr38901", "3GPP O2I", "TR 38.901 V18.0.0 §7.4.3", _building_tr38901),
    Extra("vegetation", "p833", "ITU-R P.833", "P.833-10 §2.1", _vegetation),
    Extra("rain", "p530", "ITU-R P.530, P.838", "P.530-18 §2.4.1, P.838-3", _rain_p530),
    Extra("rain", "p838", "ITU-R P.838", "P.838-3 (2005)", _rain_p838),
    Extra("gases", "p676", "ITU-R P.676", "P.676-13 (2022)", _gases),
)
EXTRAS: Mapping[tuple[str, str], Extra] = MappingProxyType({(one.kind, one.method): one for one in _TABLE})


def extra_losses(asked: Mapping[str, Given], place: Place) -> tuple[ExtraLoss, ...]:
    """Every loss asked for, in the order asked: {"building": {"method": "p2109", "kind": …}, …}.

    Raises ValueError for an unknown option or a value outside a recommendation.
    """
    found = []
    for kind, given in asked.items():
        method, told = extra_settings(kind, given)
        extra = EXTRAS[kind, method]
        found.append(ExtraLoss(extra, told, extra.run(place, told)))
    return tuple(found)


def extra_loss_db(asked: Mapping[str, Given], place: Place) -> float:
    """Their sum, dB."""
    return sum(one.loss.loss_db for one in extra_losses(asked, place))
