"""What models can be told: every option counts, wrong ones are refused, additional losses by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from phusong.coverage import extra_losses as extra
from phusong.coverage.excess import NAMES, extra_db, label
from phusong.coverage.extra_losses import EXTRAS, Place, extra_loss_db
from phusong.coverage.model import conditions_for
from phusong.coverage.model_options import (
    AREA_EXTRAS,
    EXTRA_OPTIONS,
    OPTIONS,
    SURFACE_MODELS,
    Option,
    OptionError,
    Value,
    extra_settings,
    settings,
)
from phusong.coverage.models import MODELS, spm_coefficients
from phusong.coverage.options import Options
from phusong.coverage.profile import PathProfile
from phusong.coverage.propagation import itm, p833, p1546, p2108, p2109, sui
from phusong.coverage.propagation.spm import SpmCoefficients

SPECIAL: dict[str, Value] = {
    "buildings_extent_m": 4000.0,
    "tx_clutter_m": 40.0,
    "environment_height_m": 0.4,
    "roof_height_m": 12.0,
}
HEIGHTS = {"tr38901-uma": (25.0, 1.5), "tr38901-umi": (10.0, 1.5), "sui": (40.0, 2.5)}


def _profile(model: str, *, low: float = 0.0) -> PathProfile:
    km = 0.4 if model in ("tr38901-uma", "tr38901-umi", "p1411-street", "p1411-rooftop") else 6.0
    d = np.linspace(0.0, km, 201)
    x = d / km
    terrain = 60.0 + 40.0 * np.sin(7.0 * x) + 25.0 * np.exp(-(((x - 0.6) / 0.05) ** 2)) - low * x
    clutter = np.where((x > 0.3) & (x < 0.7), 12.0, 0.0)
    tx, rx = HEIGHTS.get(model, (31.0, 1.6))
    return PathProfile(d, terrain, clutter, tx, rx)


def _other(option: Option) -> Value:
    if isinstance(option.default, bool):
        return not option.default
    if option.choices:
        return next(word for word in reversed(option.choices) if word != option.default)
    return option.low + 0.7 * (min(option.high, 2.2 * float(option.default) + 3.0) - option.low)


def test_the_tables_are_those_of_the_models() -> None:
    assert set(OPTIONS) == set(MODELS) == set(NAMES)
    assert {(kind, method) for kind, some in EXTRA_OPTIONS.items() for method in some} == set(EXTRAS)
    assert all(set(AREA_EXTRAS[kind]) <= set(EXTRA_OPTIONS[kind]) for kind in AREA_EXTRAS)
    assert set(SURFACE_MODELS) == {name for name, one in MODELS.items() if "clutter" in one.looks_at_en}
    assert spm_coefficients(settings("spm", {})).as_tuple() == pytest.approx(
        SpmCoefficients().as_tuple(), abs=1e-12
    )
    assert OPTIONS["itm"]["climate"].choices == itm.CLIMATES
    assert OPTIONS["sui"]["terrain"].choices == sui.TERRAINS
    assert tuple(p833.WOODLANDS) == EXTRA_OPTIONS["vegetation"]["p833"]["woodland"].choices
    assert set(OPTIONS["p1546"]["environment"].choices) - {"open"} | {"rural", "sea"} == set(
        p1546.ENVIRONMENTS
    )


@pytest.mark.parametrize(("model", "key"), [(name, key) for name, some in OPTIONS.items() for key in some])
def test_every_option_moves_the_loss(model: str, key: str) -> None:
    told: dict[str, Value] = {key: _other(OPTIONS[model][key])}
    # where an option is seen: built-up surroundings, or off the median
    beside: dict[str, Value] = {}
    if key == "rx_clutter_m":
        beside = {"environment": "urban"}
    if key in ("without_location", "without_situation", "variability", "climate"):
        beside = {"time_percent": 90.0, "situation_percent": 95.0, "variability": "individual"}
    if key == "without_situation":
        beside["variability"] = "broadcast"
    if key == "metropolitan":
        beside = {"buildings_extent_m": 4000.0}
    if key in SPECIAL:
        told = {key: SPECIAL[key]}
    beside.pop(key, None)
    low, high = MODELS[model].frequency_mhz
    f = {"tr38901-rma": 3500.0, "p1411-rooftop": 1800.0}.get(model, min(max(low * 1.1, 900.0), high))
    if key in ("polarization", "conductivity_s_per_m", "permittivity"):
        f = max(low, 30.0)
    profile = _profile(model, low=60.0 if key == "polarization" else 0.0)
    common = {"location_percent": 90.0} if key == "without_location" else {}
    if key in ("polarization", "n_0"):  # the ground shows where a path grazes it, the air far beyond sight
        d = np.linspace(0.0, 5.0 if key == "polarization" else 60.0, 401)
        profile = PathProfile(d, np.zeros(401), np.zeros(401), 20.0, 10.0)
    plain, other = (
        MODELS[model].loss(profile, conditions_for(model, some, frequency_mhz=f, **common)).loss_db
        for some in (beside, {**beside, **told})
    )
    assert math.isfinite(other)
    assert abs(other - plain) > 1e-4, (plain, other)


@pytest.mark.parametrize(
    ("model", "given", "words"),
    [
        ("itm", {"climte": "desert"}, "itm has no option 'climte'; did you mean 'climate'?"),
        ("free-space", {"x": 1.0}, "free-space has no option 'x'; it has none"),
        ("itm", {"climate": "desrt"}, "; did you mean 'desert'?"),
        ("itm", {"climate": 3.0}, "climate = 3.0 is none of equatorial"),
        ("p1812", {"time_percent": 51.0}, "time_percent = 51 is not from 1 to 50 %"),
        ("p1812", {"time_percent": math.nan}, "time_percent = nan is not from 1 to 50 %"),
        ("p1812", {"time_percent": True}, "time_percent = True is not a number"),
        ("p1812", {"time_percent": "ten"}, "time_percent = 'ten' is not a number"),
        ("sui", {"terrain": "D"}, "terrain = 'D' is none of A, B, C"),
        ("ecc33", {"large_city": 1.0}, "large_city = 1.0 is neither true nor false"),
    ],
)
def test_wrong_options_are_one_line(model: str, given: dict[str, Value], words: str) -> None:
    with pytest.raises(OptionError) as found:
        settings(model, given)
    assert words in str(found.value)
    assert "\n" not in str(found.value)
    with pytest.raises(ValueError, match=r"\S") as again:
        Options(model=model, model_options=given)
    assert str(again.value) == str(found.value)


def test_wrong_losses_are_one_line() -> None:
    for kind, given, words in (
        ("building", {"method": "p2019"}, "building by 'p2019' is not known; there are p2109, tr38901"),
        ("building", {"kind": "high-loss"}, "kind = 'high-loss' is none of traditional"),
        ("vegetation", {"depth": 3.0}, "vegetation by p833 has no option 'depth'; did you mean 'depth_m'?"),
    ):
        with pytest.raises(OptionError) as found:
            extra_settings(kind, given)
        assert words in str(found.value)
    with pytest.raises(OptionError, match="has the clutter in its profiles already"):
        Options(extras={"clutter": {}})
    with pytest.raises(OptionError, match="no loss is called 'rain'"):
        Options(extras={"rain": {}})
    with pytest.raises(OptionError, match="depends on the path"):
        Options(model="itm", extras={"clutter": {"method": "p2108-statistical"}})


def test_losses_around_the_receiver_are_those_of_the_recommendations() -> None:
    place = Place(frequency_mhz=900.0, rx_height_m=1.5, distance_km=3.0)
    asked = {
        "clutter": {"environment": "urban"},
        "building": {"kind": "thermally-efficient", "percent": 80.0},
        "vegetation": {"depth_m": 30.0, "woodland": "mixed-forest"},
    }
    by_hand = (
        p2108.terminal_clutter_loss("urban", frequency_mhz=900.0, height_m=1.5)
        + p2109.building_entry_loss(
            frequency_mhz=900.0, probability_percent=80.0, building="thermally-efficient"
        )
        + p833.vegetation_loss(30.0, frequency_mhz=900.0, woodland="mixed-forest")
    )
    assert extra_loss_db(asked, place) == pytest.approx(by_hand, abs=1e-12)
    options = Options(model="itm", extras=asked, model_options={"climate": "desert"})
    assert extra_db(900.0, options) == pytest.approx(by_hand, abs=1e-12)
    text = label(options)
    assert "[climate = desert]" in text
    assert "+ ITU-R P.2109 (thermally-efficient, 80, 0)" in text


def test_rain_on_a_hop_and_its_symbols() -> None:
    place = Place(frequency_mhz=7500.0, rx_height_m=30.0, distance_km=8.0, tx_asl_m=150.0, rx_asl_m=140.0)
    (found,) = extra.extra_losses({"rain": {"method": "p530"}}, place)
    # ITU-Rpy 0.4.0, itu530.rain_attenuation, 99.9 mm/h, vertical: tests/published/generated-itur/p530.csv
    assert found.loss.loss_db == pytest.approx(7.10352736397, abs=1e-9)
    parts = found.loss.intermediates
    assert parts["gamma_R"] == pytest.approx(float(parts["k"]) * 99.9 ** float(parts["alpha"]))
    assert parts["A_001"] == pytest.approx(float(parts["gamma_R"]) * float(parts["d_eff"]))
    (hop,) = extra.extra_losses({"rain": {"fade_margin_db": 12.0}}, place)
    assert 0.001 < float(hop.loss.intermediates["p_rain"]) < 1.0
    (flat,) = extra.extra_losses({"rain": {"method": "p838", "rain_mm_h": 99.9}}, place)
    assert flat.loss.loss_db == pytest.approx(8.0 * float(parts["gamma_R"]))
    across = Place(frequency_mhz=7500.0, rx_height_m=30.0, distance_km=8.0, polarization="horizontal")
    assert extra_loss_db({"rain": {}}, across) > found.loss.loss_db
    (gas,) = extra.extra_losses({"gases": {}}, place)
    both = float(gas.loss.intermediates["gamma_o"]) + float(gas.loss.intermediates["gamma_w"])
    assert gas.loss.loss_db == pytest.approx(8.0 * both)
    assert gas.loss.intermediates["e"] == pytest.approx(27.0800, abs=1e-4)  # 19.6 · 299.4 / 216.7
    with pytest.raises(ValueError, match=r"^frequency_mhz = 900\.0 is not from 1000 to 100000 MHz$"):
        extra.extra_losses({"rain": {}}, Place(frequency_mhz=900.0, rx_height_m=1.5))


def test_statistical_clutter_grows_with_its_share_and_other_walls() -> None:
    place = Place(frequency_mhz=3500.0, rx_height_m=1.5, distance_km=3.0)
    shares = [
        extra_loss_db({"clutter": {"method": "p2108-statistical", "percent": p}}, place)
        for p in (10.0, 50.0, 90.0)
    ]
    assert shares == sorted(shares)
    assert shares[1] == pytest.approx(p2108.statistical_clutter_loss(3.0, frequency_mhz=3500.0))
    # TR 38.901 low-loss at 3.5 GHz: glass 2.7 dB, concrete 19 dB: 5 - 10 lg(0.3 10^-0.27 + 0.7 10^-1.9)
    by_hand = 5.0 - 10.0 * math.log10(0.3 * 10**-0.27 + 0.7 * 10**-1.9)
    wall = {"method": "tr38901", "indoor_distance_m": 10.0}
    assert extra_loss_db({"building": wall}, place) == pytest.approx(by_hand + 5.0, abs=1e-9)
