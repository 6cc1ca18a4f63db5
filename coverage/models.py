"""Path-loss models by name: edition, validity, what each looks at, and how to run it over a profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

from phusong.coverage.profile import PathProfile
from phusong.coverage.propagation import (
    ecc33,
    extended_hata,
    hata,
    itm,
    p525,
    p526,
    p1546,
    p1812,
    p1812_path,
    radioclimate,
    spm,
    sui,
    tr38901,
)
from phusong.coverage.propagation.door import in_range, one_of

Number = float | str | bool | list[str]
ENVIRONMENTS = ("urban", "suburban", "open")
POLARIZATIONS = ("vertical", "horizontal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """For whom the loss is asked: frequency, polarization, share of time and locations, surroundings.

    The loss is not exceeded for `time_percent` of time and `location_percent` of locations, where the model
    knows them; `environment` "urban", "suburban" or "open" is what closed formulas have instead of terrain.
    """

    frequency_mhz: float
    polarization: str = "vertical"
    time_percent: float = 50.0
    location_percent: float = 50.0
    environment: str = "open"

    def __post_init__(self) -> None:
        in_range("frequency_mhz", self.frequency_mhz, 1.0, 100e3, "MHz")
        one_of("polarization", self.polarization, POLARIZATIONS)
        in_range("time_percent", self.time_percent, 0.01, 99.99, "%")
        in_range("location_percent", self.location_percent, 0.01, 99.99, "%")
        one_of("environment", self.environment, ENVIRONMENTS)


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
        in_range("tx_height_m", profile.tx_height_m, *self.tx_height_m, "m")
        in_range("rx_height_m", profile.rx_height_m, *self.rx_height_m, "m")
        return self.run(profile, conditions)


def _free_space(profile: PathProfile, conditions: Conditions) -> Loss:
    loss = p525.free_space_loss_db(profile.length_km, conditions.frequency_mhz)
    return Loss(loss, {"Lbf": loss, "d": profile.length_km})


def _delta_bullington(profile: PathProfile, conditions: Conditions) -> Loss:
    a_e = p1812_path.median_earth_radius_km(radioclimate.DELTA_N)
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
    )
    return Loss(parts["Lb"], _plain(parts))


def _p1546(profile: PathProfile, conditions: Conditions) -> Loss:
    parts = p1546.field_strength(
        profile.distance_km,
        profile.terrain_m,
        frequency_mhz=conditions.frequency_mhz,
        tx_height_m=profile.tx_height_m,
        rx_height_m=profile.rx_height_m,
        environment="rural" if conditions.environment == "open" else conditions.environment,
        time_percent=conditions.time_percent,
        location_percent=conditions.location_percent,
    )
    return Loss(parts["Lb"], _plain(parts))


def _itm(profile: PathProfile, conditions: Conditions) -> Loss:
    terrain_m, step_m = profile.even_terrain_m()
    result = itm.point_to_point(
        terrain_m,
        step_m,
        frequency_mhz=conditions.frequency_mhz,
        tx_height_m=profile.tx_height_m,
        rx_height_m=profile.rx_height_m,
        surroundings=itm.Surroundings(
            refractivity_n=radioclimate.N_0,
            polarization="vertical" if conditions.polarization == "vertical" else "horizontal",
        ),
        variability=itm.Variability(
            time_percent=conditions.time_percent, location_percent=conditions.location_percent
        ),
    )
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
    )
    a = hata.mobile_gain_db(float(conditions.frequency_mhz), h_m, False)
    return Loss(loss, {"L": loss, "a_hm": a, "h_b": h_b, "h_m": h_m, "d": profile.length_km})


def _cost231(profile: PathProfile, conditions: Conditions) -> Loss:
    h_b, h_m = _base_and_mobile(profile)
    loss = hata.cost231_hata(
        frequency_mhz=conditions.frequency_mhz,
        base_height_m=h_b,
        mobile_height_m=h_m,
        distance_km=profile.length_km,
    )
    a = hata.mobile_gain_db(float(conditions.frequency_mhz), h_m, False)
    return Loss(loss, {"L": loss, "a_hm": a, "C_m": 0.0, "h_b": h_b, "h_m": h_m, "d": profile.length_km})


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
        )
        return Loss(result.PL_mean_db, _plain(result._asdict()))

    return run


def _sui(profile: PathProfile, conditions: Conditions) -> Loss:
    h_b, h_m = _base_and_mobile(profile)
    loss = sui.sui(
        frequency_mhz=conditions.frequency_mhz,
        base_height_m=h_b,
        mobile_height_m=h_m,
        distance_km=profile.length_km,
    )
    return Loss(loss, {"PL": loss, "terrain": "B", "h_b": h_b, "h_r": h_m, "d": profile.length_km})


def _ecc33(profile: PathProfile, conditions: Conditions) -> Loss:
    h_b, h_m = _base_and_mobile(profile)
    loss = ecc33.ecc33(
        frequency_mhz=conditions.frequency_mhz,
        base_height_m=h_b,
        mobile_height_m=h_m,
        distance_km=profile.length_km,
    )
    return Loss(loss, {"PL": loss, "h_b": h_b, "h_r": h_m, "d": profile.length_km})


def _spm(profile: PathProfile, conditions: Conditions) -> Loss:
    diffraction = _delta_bullington(profile, conditions).intermediates["Ld"]
    assert isinstance(diffraction, float)
    # height above the receiver's ground, but never less than the antenna's own
    H = max(profile.tx_asl_m - float(profile.terrain_m[-1]), profile.tx_height_m)
    K = spm.SpmCoefficients()
    loss = spm.spm(
        distance_km=profile.length_km,
        tx_effective_height_m=H,
        rx_height_m=profile.rx_height_m,
        diffraction_db=diffraction,
        coefficients=K,
    )
    named = {f"K{index}": value for index, value in enumerate(K.as_tuple(), start=1)}
    return Loss(loss, {"L": loss, "H": H, "D": diffraction, **named})


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
        "free-space", "ITU-R P.525", "P.525-4", *_DISTANCE,
        (1.0, 100e3), (1e-3, 1e5), (0.01, 3000.0), (0.01, 3000.0), _free_space,
    ),
)  # fmt: skip

MODELS: Mapping[str, Model] = MappingProxyType({model.name: model for model in _TABLE})


def model_named(name: str) -> Model:
    """The model of that name. Raises ValueError that lists the names."""
    return MODELS[one_of("model", name, tuple(MODELS))]
