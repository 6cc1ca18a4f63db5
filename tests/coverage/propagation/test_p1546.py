"""P.1546 against the ITU-R validation set, and its steps by hand."""

from __future__ import annotations

import math
from math import log10
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itu_vectors import p1546_logged

from phusong.coverage.propagation import p1546, p1546_curves


def test_every_logged_step_of_the_validation_paths(oracles: Path) -> None:
    seen = 0
    for name, log, ours in p1546_logged(oracles):
        seen += 1
        for key, ours_key in {
            "Tx antenna height h1 (m)": "h1",
            "Tx effective TCA  theta_eff1 (deg)": "theta_eff1",
            "Terrain clearance angle tca (deg)": "theta_tca",
            "Maximum field strength Emax (dBuV/m)": "Emax",
            "Field strength (dBuV/m)": "E_curves",
            "TCA correction (dB)": "C_tca",
            "Trop. Scatt. field strength Ets (dBuV/m)": "Ets",
            "Rx antenna height correction (dB)": "C_h2",
            "Tx clutter correction (dB)": "C_h1",
            "Rx slope-path correction (dB)": "C_slope",
        }.items():
            # the steps are printed with six digits
            assert ours[ours_key] == pytest.approx(float(log[key]), rel=1e-5, abs=1e-6), (name, key)
        key = "Resulting field strength for Ptx = 1kW (dBuV/m)"
        assert ours["E"] == pytest.approx(float(log[key]), abs=1.1e-8), name
        assert ours["Lb"] == pytest.approx(float(log["Resulting basic transmission loss (dB)"]), abs=1.1e-8)
    assert seen >= 27


FLAT = np.linspace(0.0, 20.0, 201)


def test_heights_below_ten_metres_and_below_the_ground() -> None:
    curves = p1546_curves.curves("land")

    def field(h1: float) -> float:
        return float(p1546_curves.field_dbuv_m(curves, False, 600.0, 50.0, h1, 10.0, 86.9))

    # figure 9 at 10 km: 48.3932 (10 m), 54.7013 (20 m)
    assert field(10.0) == pytest.approx(48.3932, abs=1e-9)
    assert field(20.0) == pytest.approx(54.7013, abs=1e-9)
    # at 15 m, half way in log: 48.3932 + 6.3081 * log(1.5)/log(2)
    assert field(15.0) == pytest.approx(48.3932 + 6.3081 * log10(1.5) / log10(2.0), abs=1e-9)
    # (12) at -10 m: nu = 3.31 * 0.0636619° = 0.210721, J = 6.9 + 20 log(sqrt(0.110721² + 1) + 0.110721)
    # = 7.8598, C = -1.8298; (9a) E(0) = 48.3932 + 0.5 * (-6.3081 - 1.8298) = 44.3243
    assert field(0.0) == pytest.approx(44.3243, abs=1e-3)
    assert field(5.0) == pytest.approx((44.3243 + 48.3932) / 2, abs=1e-3)
    assert field(-10.0) == pytest.approx(44.3243 - 1.8298, abs=1e-3)


def test_low_antenna_over_sea() -> None:
    curves = p1546_curves.curves("cold-sea")
    # D06(600 MHz, 5 m, 10 m): 1.167 km and 22.1335 km give 1.10855 km: the maximum holds to there (11a)
    assert p1546_curves.clearance_distance_km(600.0, 5.0, 10.0) == pytest.approx(1.10855, abs=1e-4)
    e_max = p1546_curves.maximum_field_dbuv_m(50.0, 1.1, 1.1)
    assert p1546_curves.field_dbuv_m(curves, True, 600.0, 50.0, 5.0, 1.1, e_max) == e_max

    def field(d: float) -> float:
        return float(p1546_curves.field_dbuv_m(curves, True, 600.0, 50.0, 5.0, d, 106.9 - 20 * log10(d)))

    # the three ranges of (11) meet at D06 of 5 m and of 20 m
    for meet in (1.108551, p1546_curves.clearance_distance_km(600.0, 20.0, 10.0)):
        assert field(meet * (1 - 1e-7)) == pytest.approx(field(meet * (1 + 1e-7)), abs=1e-4)


def test_below_100_mhz_near_the_coast_station() -> None:
    # (15a): within D06 the maximum, here at 50 MHz and 300 m: 5.466 km
    curves = p1546_curves.curves("cold-sea")
    d_f = p1546_curves.clearance_distance_km(50.0, 300.0, 10.0)
    for d in (2.0, d_f):
        e_max = p1546_curves.maximum_field_dbuv_m(10.0, d, d)
        assert p1546_curves.field_dbuv_m(curves, True, 50.0, 10.0, 300.0, d, e_max) == e_max


def test_clearance_of_the_receiver_by_hand() -> None:
    # 900 MHz, 2 degrees: nu = 0.065 * 2 * 30 = 3.9 and 0.036 * 30 = 1.08
    by_hand = 20 * log10(math.hypot(0.98, 1.0) + 0.98) - 20 * log10(math.hypot(3.8, 1.0) + 3.8)
    assert p1546.terrain_clearance_db(900.0, 2.0) == pytest.approx(by_hand, abs=1e-9)
    # held at 0.55 and at 40 degrees
    assert p1546.terrain_clearance_db(900.0, -3.0) == p1546.terrain_clearance_db(900.0, 0.55)
    assert p1546.terrain_clearance_db(900.0, 60.0) == p1546.terrain_clearance_db(900.0, 40.0)


def test_location_percent_is_normal() -> None:
    path = {"frequency_mhz": 600.0, "tx_height_m": 60.0, "rx_height_m": 10.0}
    half = p1546.field_strength(FLAT, np.zeros(201), **path)
    most = p1546.field_strength(FLAT, np.zeros(201), **path, location_percent=95.0)
    # (34): (0.52 + 0.0144) * 500^0.28 = 3.0448 dB; Q(0.95) = -1.6452 by the printed approximation
    assert most["E"] - half["E"] == pytest.approx(-1.6452 * 3.0448, abs=2e-3)


def test_below_one_kilometre_reaches_free_space() -> None:
    path = {"frequency_mhz": 900.0, "tx_height_m": 30.0, "rx_height_m": 1.5}
    short = p1546.field_strength(np.linspace(0, 0.04, 5), np.zeros(5), **path)
    # (38a): slope distance sqrt(0.04² + 0.0285²) = 0.049115 km
    assert short["E"] == pytest.approx(106.9 - 20 * log10(0.049115), abs=1e-3)
    rising = [
        p1546.field_strength(np.linspace(0, d, 5), np.zeros(5), **path)["E"]
        for d in np.arange(0.05, 1.0, 0.05)
    ]
    assert (np.diff(rising) < 0.0).all()


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2**31),
    st.integers(3, 60),
    st.floats(0.02, 300.0),
    st.floats(30.0, 4000.0),
    st.floats(1.0, 300.0),
    st.floats(3.0, 100.0),
    st.sampled_from(p1546.ENVIRONMENTS),
    st.floats(1.0, 50.0),
)
def test_any_valid_path_has_a_finite_field(
    seed: int, points: int, length_km: float, frequency_mhz: float, tx: float, rx: float, where: str, t: float
) -> None:
    rng = np.random.default_rng(seed)
    out = p1546.field_strength(
        np.linspace(0.0, length_km, points),
        rng.uniform(0.0, 700.0, points),
        frequency_mhz=frequency_mhz,
        tx_height_m=tx,
        rx_height_m=rx,
        environment=where,
        tx_clutter_m=rng.uniform(0.0, 30.0),
        rx_clutter_m=rng.uniform(0.0, 30.0),
        time_percent=t,
        location_percent=rng.uniform(1.0, 99.0),
        zone=rng.choice([1, 3, 4], points),
    )
    assert all(math.isfinite(value) for value in out.values()), out
    assert out["E"] <= out["Emax"]


@pytest.mark.parametrize("height_m", [-20.0, 4.0, 35.0, 400.0, 2000.0])
def test_curves_do_not_jump(height_m: float) -> None:
    land = p1546_curves.curves("land")
    sweeps = [
        (lambda x: (x, 10.0, 12.0), 30.0, 4000.0),
        (lambda x: (900.0, x, 12.0), 1.0, 50.0),
        (lambda x: (900.0, 10.0, x), 1.0, 300.0),
    ]
    for inputs, low, high in sweeps:
        values = np.exp(np.arange(math.log(low), math.log(high), 1e-3))
        fields = []
        for value in values:
            f, t, d = inputs(float(value))
            fields.append(p1546_curves.field_dbuv_m(land, False, f, t, height_m, d, 106.9 - 20 * log10(d)))
        assert np.abs(np.diff(fields)).max() < 0.1


def test_refused_at_the_door() -> None:
    path = {"frequency_mhz": 600.0, "tx_height_m": 60.0, "rx_height_m": 1.5}
    with pytest.raises(ValueError, match="path length = 301"):
        p1546.field_strength(np.linspace(0, 301, 20), np.zeros(20), **path)
    with pytest.raises(ValueError, match=r"rx_height_m at sea = 1\.5 is not from 3"):
        p1546.field_strength(FLAT, np.zeros(201), **path, environment="sea")
    with pytest.raises(ValueError, match="frequency_mhz = 5000"):
        p1546.field_strength(FLAT, np.zeros(201), **{**path, "frequency_mhz": 5000.0})


def test_sea_paths_have_at_least_three_metres() -> None:
    path = {"frequency_mhz": 600.0, "tx_height_m": 1.0, "rx_height_m": 10.0, "environment": "sea"}
    assert p1546.field_strength(FLAT, np.zeros(201), **path, zone=np.ones(201))["h1"] == 3.0
    assert p1546.field_strength(FLAT, np.zeros(201), **path, zone=np.full(201, 4))["h1"] == 1.0


def test_a_path_over_land_is_finite_whatever_the_rounding_of_its_length() -> None:
    # sums of unequal steps may exceed the path's length by a rounding error: a share of sea of -2e-16
    for length_km in np.linspace(0.3, 3.0, 400):
        distance_km = np.arange(int(length_km / 0.0311) + 3) / (int(length_km / 0.0311) + 2) * length_km
        found = p1546.field_strength(
            distance_km, 100.0 + 40.0 * np.sin(7.0 * distance_km), frequency_mhz=1815.0, tx_height_m=40.0,
            rx_height_m=1.5,
        )  # fmt: skip
        assert np.isfinite(found["Lb"]), length_km
