"""Branches of P.1812 that the published tables do not visit, by hand calculation; what the door refuses.

The ITU-R set lies at 48-54° N, inland or far from a coast, at 50 % of locations, outdoors, never within 5 km
of a shore; the generated set at 11-12° N is inland with a given spread.
"""

from __future__ import annotations

from math import exp, tanh
from typing import Any

import numpy as np
import pytest

from phusong.coverage.propagation import p526, p1812, p1812_parts, p1812_path, p2109
from phusong.coverage.propagation.normal import inverse_complementary_normal


def test_beta0_in_the_tropics_and_beyond_seventy_degrees() -> None:
    # 20 km inland: tau 0.430407, mu1 0.498500
    # 11.6° N: mu4 = mu1^-0.73084 = 1.663253; 10^1.496 * 0.4985 * 1.663253
    assert p1812_path.time_percentage_beta0(11.6, 20.0, 20.0) == pytest.approx(25.979, abs=5e-3)
    assert p1812_path.time_percentage_beta0(-11.6, 20.0, 20.0) == pytest.approx(25.979, abs=5e-3)
    # 75° N: 4.17 * 0.4985^1.3
    assert p1812_path.time_percentage_beta0(75.0, 20.0, 20.0) == pytest.approx(1.68694, abs=5e-4)
    # over sea all along mu1 is limited to 1: 10^1.496 at 11.6°, 4.17 at 75°
    assert p1812_path.time_percentage_beta0(11.6, 0.0, 0.0) == pytest.approx(31.3329, abs=1e-4)
    assert p1812_path.time_percentage_beta0(75.0, 0.0, 0.0) == pytest.approx(4.17)


def horizons(**changes: float) -> p1812_path.Horizons:
    values = {
        "dlt": 10.0, "dlr": 8.0, "theta_t": 0.5, "theta_r": 0.4, "theta": 3.0, "hst_n": 0.0, "hsr_n": 0.0,
        "hst": 0.0, "hsr": 0.0, "hstd": 0.0, "hsrd": 0.0, "hte": 30.0, "hre": 10.0, "hm": 5.0,
    }  # fmt: skip
    return p1812_path.Horizons(**{**values, **changes})


def ducting(path: p1812_path.Horizons, omega: float, dct: float, dcr: float) -> float:
    climate = p1812_parts.Climate(51.8, 379.4, 10.0, omega, 5.0, dct, dcr)
    return float(p1812_parts.ducting_db(1.0, 60.0, 10.0, 30.0, 10.0, 9508.0, path, climate))


def test_sea_duct_coupling_near_the_shore() -> None:
    # (49): omega 0.8, 2 km and 4 km from the coast, antennas at 30 and 10 m above the sea
    inland = ducting(horizons(), 0.8, 500.0, 500.0)
    a_ct = -3.0 * exp(-0.25 * 4.0) * (1.0 + tanh(0.07 * 20.0))
    a_cr = -3.0 * exp(-0.25 * 16.0) * (1.0 + tanh(0.07 * 40.0))
    assert ducting(horizons(), 0.8, 2.0, 4.0) - inland == pytest.approx(a_ct + a_cr, abs=1e-9)
    assert a_ct == pytest.approx(-2.080746, abs=1e-6)
    # not below omega 0.75, not beyond 5 km, not where the horizon comes before the coast
    assert ducting(horizons(), 0.74, 2.0, 4.0) == inland
    assert ducting(horizons(), 0.8, 5.1, 5.1) == inland
    assert ducting(horizons(dlt=1.5), 0.8, 2.0, 500.0) == ducting(horizons(dlt=1.5), 0.8, 500.0, 500.0)


def test_roughness_and_site_shielding() -> None:
    smooth, rough = (
        ducting(horizons(hm=10.0), 0.0, 500.0, 500.0),
        ducting(horizons(hm=40.0), 0.0, 500.0, 500.0),
    )
    assert rough > smooth + 0.1
    assert smooth == ducting(horizons(hm=-3.0), 0.0, 500.0, 500.0)
    # (48): two mrad above 0.1 mrad/km at 10 km: 20 log(1 + 0.361*2*sqrt(10)) + 0.264*2 = 10.8539; the
    # corrected angle (52a) stops at 1 mrad, gamma_d = 0.4754 dB/mrad
    shielded = ducting(horizons(theta_t=3.0), 0.0, 500.0, 500.0)
    level = ducting(horizons(theta_t=1.0), 0.0, 500.0, 500.0)
    assert shielded - level == pytest.approx(10.8539, abs=1e-4)


def test_first_term_over_sea_and_at_low_heights() -> None:
    # horizontal, 1 GHz, ae 8500, 50 km, 100 m and 10 m, sea; K and beta by hand:
    # K = 0.036*(8500)^(-1/3)*((79)^2 + 90^2)^(-1/4) = 1.612e-4, beta = 1.0 to 8 digits
    # X = 21.88*(1/8500^2)^(1/3)*50 = 2.626665, Y = 0.9575*(1/8500)^(1/3) = 0.0469172
    # F = 11 + 10 log X - 17.6 X = -31.0353; B 4.69172: G = 17.6 sqrt(3.59172) - 5 log 3.59172 - 8 = 22.5787;
    # B 0.469172: G = 20 log(0.469172 + 0.1*0.469172^3) = -6.3842
    loss = p526.first_term_loss_db(50.0, 8500.0, 1.0, 100.0, 10.0, 80.0, 5.0, False)
    assert loss == pytest.approx(31.0353 - 22.5787 + 6.3842, abs=3e-4)
    # half over sea is the mean of both grounds
    land = p526.first_term_loss_db(50.0, 8500.0, 0.1, 100.0, 10.0, 22.0, 0.003, True)
    sea = p526.first_term_loss_db(50.0, 8500.0, 0.1, 100.0, 10.0, 80.0, 5.0, True)
    assert abs(land - sea) > 0.5
    assert p526.first_term_land_sea_db(50.0, 8500.0, 0.1, 100.0, 10.0, 0.5, True) == pytest.approx(
        (land + sea) / 2
    )


def test_location_variability() -> None:
    # 3.5 GHz, 100 m squares, below the clutter: (0.52 + 0.084) * 100^0.28 = 2.1929
    assert p1812.location_sd_db(3.5, 100.0, 1.5, 6.0) == pytest.approx(2.1929, abs=1e-4)
    # half of it five metres above the clutter, none from ten metres on
    assert p1812.location_sd_db(3.5, 100.0, 11.0, 6.0) == pytest.approx(1.09645, abs=1e-4)
    assert p1812.location_sd_db(3.5, 100.0, 16.0, 6.0) == 0.0


PATH: dict[str, Any] = {
    "distance_km": np.linspace(0.0, 6.0, 61),
    "terrain_m": np.zeros(61),
    "frequency_mhz": 1800.0,
    "tx_height_m": 40.0,
    "rx_height_m": 1.5,
}


def test_location_percent_and_buildings_add_up() -> None:
    # over clutter, so that L_b stays above the floor L_b0p of (69)
    path = {**PATH, "clutter_m": np.full(61, 12.0)}
    median = p1812.basic_transmission_loss(**path)
    # the approximated I(0.5) is 1e-9, not zero
    assert median["Lb"] == pytest.approx(median["Lbc"], abs=1e-8)
    sure = p1812.basic_transmission_loss(**path, location_percent=95.0)
    # sigma_L (0.52 + 0.0432) * 100^0.28 = 2.04486; I(0.95) = -1.6452 by the recommendation's approximation
    assert sure["sigma_loc"] == pytest.approx(2.04486, abs=1e-5)
    assert sure["Lb"] - median["Lb"] == pytest.approx(
        -inverse_complementary_normal(0.95) * sure["sigma_loc"], abs=1e-8
    )
    indoors = p1812.basic_transmission_loss(**path, location_percent=95.0, building="traditional")
    entry = p2109.building_entry_loss(frequency_mhz=1800.0, building="traditional")
    assert indoors["Lloc"] == pytest.approx(entry, abs=1e-12)
    assert indoors["sigma_loc"] > sure["sigma_loc"]
    assert indoors["Lb"] == pytest.approx(
        median["Lbc"] + entry - inverse_complementary_normal(0.95) * indoors["sigma_loc"], abs=1e-9
    )
    # a receiver at sea has no location variability
    zone = np.full(61, 4)
    zone[-1] = 1
    assert p1812.basic_transmission_loss(**path, location_percent=95.0, zone=zone)["sigma_loc"] == 0.0


def test_field_strength_and_loss_say_the_same() -> None:
    out = p1812.basic_transmission_loss(**PATH)
    # (70) at 1.8 GHz: 199.36 + 5.10545
    assert out["Ep"] + out["Lb"] == pytest.approx(204.46545, abs=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"distance_km": np.linspace(0, 0.2, 61)}, "path length = 0.2 is not from 0.25 to 3000 km"),
        ({"distance_km": [0.0, 1.0]}, "a profile needs at least three points, not 2"),
        ({"distance_km": np.zeros(61)}, "distance_km does not rise at point 1: 0 then 0"),
        ({"distance_km": np.linspace(1, 7, 61)}, "distance_km starts at 1, not at zero (the transmitter)"),
        ({"distance_km": [0.0, np.nan, 2.0]}, "distance_km is not a number at point 1"),
        ({"terrain_m": np.zeros(60)}, "terrain_m has 60 values for 61 distances"),
        ({"terrain_m": np.r_[np.zeros(30), np.nan, np.zeros(30)]}, "terrain_m = nan at point 30 is not from"),
        ({"clutter_m": np.full(61, -1.0)}, "clutter_m = -1.0 at point 0 is not from 0 to 1000 m"),
        ({"frequency_mhz": 6001.0}, "frequency_mhz = 6001.0 is not from 30 to 6000 MHz"),
        ({"tx_height_m": -3.0}, "tx_height_m = -3.0 is not from 1 to 3000 m"),
        ({"rx_height_m": float("nan")}, "rx_height_m = nan is not from 1 to 3000 m"),
        ({"time_percent": 51.0}, "time_percent = 51.0 is not from 1 to 50 %"),
        ({"location_percent": 100.0}, "location_percent = 100.0 is not from 1 to 99 %"),
        ({"polarization": "slant"}, "polarization = 'slant' is none of horizontal, vertical"),
        ({"delta_n": 157.0}, "delta_n = 157.0 is not from 0 to 150 N-units/km"),
        ({"zone": np.full(61, 2)}, "zone holds a code that is none of 1 (sea), 3 (coastal land), 4 (inland)"),
        ({"zone": np.full(3, 4)}, "zone has 3 values for 61 distances"),
        ({"building": "tent"}, "building = 'tent' is none of traditional, thermally-efficient"),
    ],
)
def test_refused_at_the_door(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as refusal:
        p1812.basic_transmission_loss(**{**PATH, **change})
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)
