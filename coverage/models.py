"""Path-loss models by name: edition, validity, what each looks at, and how to run it over a profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

from phusong.coverage.model import Conditions as Conditions
from phusong.coverage.model import Loss as Loss
from phusong.coverage.model import Model as Model
from phusong.coverage.model import Number, Run
from phusong.coverage.model_options import Value, near
from phusong.coverage.profile import PathProfile
from phusong.coverage.propagation import (
    ecc33,
    extended_hata,
    hata,
    itm,
    kun,
    p525,
    p526,
    p1411,
    p1546,
    p1812,
    p1812_path,
    spm,
    sui,
    tr38901,
)


def _free_space(profile: PathProfile, conditions: Conditions) -> Loss:
    loss = p525.free_space_loss_db(profile.length_km, conditions.frequency_mhz)
    return Loss(loss, {"Lbf": loss, "d": profile.length_km})


def _delta_bullington(profile: PathProfile, conditions: Conditions) -> Loss:
    a_e = p1812_path.EARTH_RADIUS_KM * _number(conditions, "earth_radius_factor")
    parts = p526.delta_bullington(
        profile.distance_km,
        profile.terrain_m,
        profile.surface_m,
        profile.tx_asl_m,
        profile.rx_asl_m,
        a_e,
        float(conditions.frequency_mhz),
        0.0,
        conditions.polarization == "vertical",
    )
    Lbf = p525.free_space_loss_db(profile.length_km, conditions.frequency_mhz)
    return Loss(Lbf + parts.Ld, {"Lb": Lbf + parts.Ld, "Lbf": Lbf, **_plain(parts._asdict()), "ae": a_e})


def _p1812(profile: PathProfile, conditions: Conditions) -> Loss:
    parts = p1812.basic_transmission_loss(
        profile.distance_km,
        profile.terrain_m,
        profile.clutter_m,
        frequency_mhz=conditions.frequency_mhz,
        tx_height_m=profile.tx_height_m,
        rx_height_m=profile.rx_height_m,
        polarization=conditions.polarization,
        time_percent=conditions.time_percent,
        location_percent=conditions.location_percent,
        delta_n=_number(conditions, "delta_n"),
        n_0=_number(conditions, "n_0"),
    )
    return Loss(parts["Lb"], _plain(parts))


def _p1546(profile: PathProfile, conditions: Conditions) -> Loss:
    parts = p1546.field_strength(
        profile.distance_km,
        profile.terrain_m,
        frequency_mhz=conditions.frequency_mhz,
        tx_height_m=profile.tx_height_m,
        rx_height_m=profile.rx_height_m,
        environment=p1546_environment(conditions.environment),
        tx_clutter_m=_number(conditions, "tx_clutter_m"),
        rx_clutter_m=_number(conditions, "rx_clutter_m"),
        time_percent=conditions.time_percent,
        location_percent=conditions.location_percent,
    )
    return Loss(parts["Lb"], _plain(parts))


def itm_surroundings(conditions: Conditions) -> itm.Surroundings:
    """What ITM is told of air and ground."""
    told = conditions.options
    return itm.Surroundings(
        climate=str(told["climate"]),
        refractivity_n=_number(conditions, "refractivity_n"),
        permittivity=_number(conditions, "permittivity"),
        conductivity_s_per_m=_number(conditions, "conductivity_s_per_m"),
        polarization="vertical" if conditions.polarization == "vertical" else "horizontal",
    )


def itm_variability(conditions: Conditions) -> itm.Variability:
    """For what share of time, locations and situations ITM's loss is asked."""
    told = conditions.options
    return itm.Variability(
        time_percent=conditions.time_percent,
        location_percent=conditions.location_percent,
        situation_percent=_number(conditions, "situation_percent"),
        kind=str(told["variability"]),
        without_location=bool(told["without_location"]),
        without_situation=bool(told["without_situation"]),
    )


def _itm(profile: PathProfile, conditions: Conditions) -> Loss:
    terrain_m, step_m = profile.even_terrain_m()
    result = itm.point_to_point(
        terrain_m,
        step_m,
        frequency_mhz=conditions.frequency_mhz,
        tx_height_m=profile.tx_height_m,
        rx_height_m=profile.rx_height_m,
        surroundings=itm_surroundings(conditions),
        variability=itm_variability(conditions),
    )
    return _itm_loss(result)


def _itm_area(profile: PathProfile, conditions: Conditions) -> Loss:
    result = itm.area(
        profile.length_km,
        irregularity_m=_number(conditions, "irregularity_m"),
        frequency_mhz=conditions.frequency_mhz,
        tx_height_m=profile.tx_height_m,
        rx_height_m=profile.rx_height_m,
        tx_siting=str(conditions.options["tx_siting"]),
        rx_siting=str(conditions.options["rx_siting"]),
        surroundings=itm_surroundings(conditions),
        variability=itm_variability(conditions),
    )
    return _itm_loss(result)


def _itm_loss(result: itm.ItmResult) -> Loss:
    parts = asdict(result)
    parts["warnings"] = list(result.warnings)
    return Loss(result.A_db, parts)


def _okumura_hata(profile: PathProfile, conditions: Conditions) -> Loss:
    h_b, h_m = _base_and_mobile(profile)
    loss = hata.okumura_hata(
        frequency_mhz=conditions.frequency_mhz,
        base_height_m=h_b,
        mobile_height_m=h_m,
        distance_km=profile.length_km,
        environment=conditions.environment,
        large_city=bool(conditions.options["large_city"]),
    )
    a = hata.mobile_gain_db(float(conditions.frequency_mhz), h_m, bool(conditions.options["large_city"]))
    return Loss(loss, {"L": loss, "a_hm": a, "h_b": h_b, "h_m": h_m, "d": profile.length_km})


def _cost231(profile: PathProfile, conditions: Conditions) -> Loss:
    h_b, h_m = _base_and_mobile(profile)
    large_city = bool(conditions.options["large_city"])
    loss = hata.cost231_hata(
        frequency_mhz=conditions.frequency_mhz,
        base_height_m=h_b,
        mobile_height_m=h_m,
        distance_km=profile.length_km,
        large_city=large_city,
    )
    a = hata.mobile_gain_db(float(conditions.frequency_mhz), h_m, large_city)
    C_m = 3.0 if large_city else 0.0
    return Loss(loss, {"L": loss, "a_hm": a, "C_m": C_m, "h_b": h_b, "h_m": h_m, "d": profile.length_km})


def _extended_hata(profile: PathProfile, conditions: Conditions) -> Loss:
    terrain_m, step_m = profile.even_terrain_m()
    h_b, h_m = _base_and_mobile(profile)
    result = extended_hata.extended_hata(
        terrain_m if profile.tx_height_m >= profile.rx_height_m else terrain_m[::-1],
        step_m,
        frequency_mhz=conditions.frequency_mhz,
        base_height_m=h_b,
        mobile_height_m=h_m,
        environment=conditions.environment,
        location_percent=conditions.location_percent,
    )
    return Loss(result.L_db, _plain(result._asdict()))


def _tr38901(scenario: str) -> Run:
    def run(profile: PathProfile, conditions: Conditions) -> Loss:
        h_b, h_m = _base_and_mobile(profile)
        result = tr38901.path_loss(
            scenario,
            frequency_mhz=conditions.frequency_mhz,
            distance_km=profile.length_km,
            base_height_m=h_b,
            terminal_height_m=h_m,
            **{key: _number(conditions, key) for key in conditions.options},
        )
        return Loss(result.PL_mean_db, _plain(result._asdict()))

    return run


def _p1411_street(profile: PathProfile, conditions: Conditions) -> Loss:
    h_b, h_m = _base_and_mobile(profile)
    result = p1411.street(
        frequency_mhz=conditions.frequency_mhz,
        distance_km=profile.length_km,
        base_height_m=h_b,
        mobile_height_m=h_m,
    )
    return Loss(result.L_mean, _plain(result._asdict()))


def _p1411_rooftop(profile: PathProfile, conditions: Conditions) -> Loss:
    h_b, h_m = _base_and_mobile(profile)
    told = dict(conditions.options)
    metropolitan = bool(told.pop("metropolitan"))
    result = p1411.over_rooftops(
        frequency_mhz=conditions.frequency_mhz,
        distance_km=profile.length_km,
        base_height_m=h_b,
        mobile_height_m=h_m,
        metropolitan=metropolitan,
        **{key: float(value) for key, value in told.items()},
    )
    return Loss(result.L, _plain(result._asdict()))


def _kun(profile: PathProfile, conditions: Conditions) -> Loss:
    loss = kun.kun_2600(frequency_mhz=conditions.frequency_mhz, distance_km=profile.length_km)
    return Loss(loss, {"L": loss, "f": conditions.frequency_mhz, "d": profile.length_km})


def _sui(profile: PathProfile, conditions: Conditions) -> Loss:
    terrain = str(conditions.options["terrain"])
    h_b, h_m = _base_and_mobile(profile)
    loss = sui.sui(
        frequency_mhz=conditions.frequency_mhz,
        base_height_m=h_b,
        mobile_height_m=h_m,
        distance_km=profile.length_km,
        terrain=terrain,
    )
    return Loss(loss, {"PL": loss, "terrain": terrain, "h_b": h_b, "h_r": h_m, "d": profile.length_km})


def _ecc33(profile: PathProfile, conditions: Conditions) -> Loss:
    h_b, h_m = _base_and_mobile(profile)
    loss = ecc33.ecc33(
        frequency_mhz=conditions.frequency_mhz,
        base_height_m=h_b,
        mobile_height_m=h_m,
        distance_km=profile.length_km,
        large_city=bool(conditions.options["large_city"]),
    )
    return Loss(loss, {"PL": loss, "h_b": h_b, "h_r": h_m, "d": profile.length_km})


def _spm(profile: PathProfile, conditions: Conditions) -> Loss:
    diffraction = _delta_bullington(profile, conditions).intermediates["Ld"]
    assert isinstance(diffraction, float)
    # height above the receiver's ground, but never less than the antenna's own
    H = max(profile.tx_asl_m - float(profile.terrain_m[-1]), profile.tx_height_m)
    K = spm_coefficients(conditions.options)
    loss = spm.spm(
        distance_km=profile.length_km,
        tx_effective_height_m=H,
        rx_height_m=profile.rx_height_m,
        diffraction_db=diffraction,
        coefficients=K,
    )
    named = {f"K{index}": value for index, value in enumerate(K.as_tuple(), start=1)}
    return Loss(loss, {"L": loss, "H": H, "D": diffraction, **named})


def spm_coefficients(options: Mapping[str, Value]) -> spm.SpmCoefficients:
    """K1 … K7 of the options, which must hold all of them."""
    return spm.SpmCoefficients(*(float(options[f"K{index}"]) for index in range(1, 8)))


def p1546_environment(environment: str) -> str:
    """P.1546's word for the surroundings."""
    return "rural" if environment == "open" else environment


def _number(conditions: Conditions, key: str) -> float:
    return float(conditions.options[key])


def _base_and_mobile(profile: PathProfile) -> tuple[float, float]:
    """The higher antenna is the base: closed formulas know no direction."""
    return max(profile.tx_height_m, profile.rx_height_m), min(profile.tx_height_m, profile.rx_height_m)


def _plain(named: Mapping[str, float | bool]) -> dict[str, Number]:
    return {key: value if isinstance(value, bool) else float(value) for key, value in named.items()}


_TERRAIN = ("địa hình", "terrain")
_SURFACE = ("địa hình và lớp phủ", "terrain and clutter")
_DISTANCE = ("khoảng cách", "distance")
_MAST = (0.5, 3000.0)
_HATA_ENDS = ((1.0, 200.0), (1.0, 200.0))  # base 30 to 200 and mobile 1 to 10, whichever end is which

_TABLE = (
    Model(
        "p1812", "ITU-R P.1812", "P.1812-8 (2023)", *_SURFACE,
        (30.0, 6000.0), (0.25, 3000.0), (1.0, 3000.0), (1.0, 3000.0), _p1812,
    ),
    Model(
        "itm", "ITM (Longley–Rice)", "NTIA ITM 1.4 (2024)", *_TERRAIN,
        (20.0, 20000.0), (0.05, 2000.0), _MAST, _MAST, _itm,
    ),
    Model(
        "itm-area", "ITM (Longley–Rice), area", "NTIA ITM 1.4 (2024)", *_DISTANCE,
        (20.0, 20000.0), (0.05, 2000.0), _MAST, _MAST, _itm_area,
    ),
    Model(
        "delta-bullington", "ITU-R P.526 + P.525", "P.526-15 §4.5.3, P.525-4", *_SURFACE,
        (30.0, 100e3), (0.01, 1000.0), (0.01, 3000.0), (0.01, 3000.0), _delta_bullington,
    ),
    Model(
        "p1546", "ITU-R P.1546", "P.1546-6 (2019), land", *_TERRAIN,
        (30.0, 4000.0), (0.02, 300.0), (1.0, 3000.0), (1.0, 3000.0), _p1546,
    ),
    Model(
        "extended-hata", "Extended Hata", "NTIA TR-15-517 (2015)", *_TERRAIN,
        (1500.0, 3000.0), (0.1, 100.0), (0.5, 1000.0), (0.5, 1000.0), _extended_hata,
    ),
    Model(
        "spm", "SPM (K1…K7)", "K: COST 231, not calibrated", *_SURFACE,
        (150.0, 3800.0), (0.02, 100.0), (1.0, 3000.0), (0.5, 100.0), _spm,
    ),
    Model(
        "okumura-hata", "Okumura–Hata", "Hata (1980)", *_DISTANCE,
        (150.0, 1500.0), (1.0, 20.0), *_HATA_ENDS, _okumura_hata,
    ),
    Model(
        "cost231-hata", "COST 231-Hata", "COST 231 (1999)", *_DISTANCE,
        (1500.0, 2000.0), (1.0, 20.0), *_HATA_ENDS, _cost231,
    ),
    Model(
        "tr38901-rma", "3GPP RMa", "TR 38.901 V18.0.0", *_DISTANCE,
        (500.0, 30e3), (0.01, 10.0), (1.0, 150.0), (1.0, 150.0), _tr38901("RMa"),
    ),
    Model(
        "tr38901-uma", "3GPP UMa", "TR 38.901 V18.0.0", *_DISTANCE,
        (500.0, 100e3), (0.01, 5.0), (1.5, 25.0), (1.5, 25.0), _tr38901("UMa"),
    ),
    Model(
        "tr38901-umi", "3GPP UMi", "TR 38.901 V18.0.0", *_DISTANCE,
        (500.0, 100e3), (0.01, 5.0), (1.5, 22.5), (1.5, 22.5), _tr38901("UMi"),
    ),
    Model(
        "sui", "SUI", "IEEE 802.16.3c-01/29r4 (2001)", *_DISTANCE,
        (1900.0, 3500.0), (0.1, 8.0), (2.0, 80.0), (2.0, 80.0), _sui,
    ),
    Model(
        "ecc33", "ECC-33", "ECC Report 33 (2003)", *_DISTANCE,
        (700.0, 3800.0), (1.0, 10.0), (1.5, 200.0), (1.5, 200.0), _ecc33,
    ),
    Model(
        "p1411-street", "ITU-R P.1411, street", "P.1411 §4.1.1, mean of the bounds", *_DISTANCE,
        (300.0, 3000.0), (0.01, 1.0), (1.0, 100.0), (1.0, 100.0), _p1411_street,
    ),
    Model(
        "p1411-rooftop", "ITU-R P.1411, rooftops", "P.1411 §4.2.2.1", *_DISTANCE,
        (800.0, 5000.0), (0.02, 5.0), (1.0, 55.0), (1.0, 55.0), _p1411_rooftop,
    ),
    Model(
        "kun-2600", "Kun 2.6 GHz", "Sun, Wang, Li (2008)", *_DISTANCE,
        (2500.0, 2690.0), (0.05, 5.0), (1.0, 200.0), (1.0, 200.0), _kun,
    ),
    Model(
        "free-space", "ITU-R P.525", "P.525-4", *_DISTANCE,
        (1.0, 100e3), (1e-3, 1e5), (0.01, 3000.0), (0.01, 3000.0), _free_space,
    ),
)  # fmt: skip

MODELS: Mapping[str, Model] = MappingProxyType({model.name: model for model in _TABLE})


def model_named(name: str) -> Model:
    """The model of that name. Raises ValueError that lists the names."""
    if name not in MODELS:
        raise ValueError(f"model = {name!r} is none of {', '.join(MODELS)}{near(name, tuple(MODELS))}")
    return MODELS[name]
