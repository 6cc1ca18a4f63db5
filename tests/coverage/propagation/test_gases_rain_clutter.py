"""P.676, P.838, P.530, P.2108, P.2109, P.833 against tables, other implementations and hand calculation."""

from __future__ import annotations

from math import pi
from pathlib import Path

import numpy as np
import pytest

from phusong.coverage.propagation import normal, p530, p676, p833, p838, p2108, p2109, radioclimate


def test_building_entry_loss_table(oracles: Path) -> None:
    table = np.loadtxt(oracles / "crc-p2109" / "validation.csv", delimiter=",", skiprows=1)
    ours = [p2109.building_entry_loss_db(f, p / 100.0, int(kind), el) for f, p, kind, el, _ in table]
    assert np.abs(np.array(ours) - table[:, 4]).max() < 1e-6


def test_building_entry_loss_at_the_door() -> None:
    # median of a traditional building at 1 GHz: coefficients alone, 10 log(10^1.264 + 10^0.91 + 10^-0.3)
    assert p2109.building_entry_loss(frequency_mhz=1000, building="traditional") == pytest.approx(
        10 * np.log10(10**1.264 + 10**0.91 + 10**-0.3), abs=1e-9
    )
    with pytest.raises(ValueError, match="building = 'wood' is none of traditional, thermally-efficient"):
        p2109.building_entry_loss(frequency_mhz=1000, building="wood")


def test_gas_table(oracles: Path) -> None:
    table = np.loadtxt(oracles / "crc-p676" / "validation.csv", delimiter=",", skiprows=1)
    ours = np.array([p676.specific_attenuation(*row[:4]) for row in table])
    assert np.abs(ours / table[:, 4:] - 1.0).max() < 1e-12


def test_gases_of_the_province() -> None:
    # 0.011628361234871393 and 0.46669804625769595 dB/km by ITU-Rpy 0.4.0 (P.676-12), 23 GHz
    loss = p676.gaseous_attenuation(
        10.0, frequency_mhz=23_000, dry_pressure_hpa=972.0, water_vapour_g_m3=19.6, temperature_k=299.4
    )
    assert loss["gamma_o"] == pytest.approx(0.011628361234871393, rel=1e-12)
    assert loss["gamma_w"] == pytest.approx(0.46669804625769595, rel=1e-12)
    assert loss["A"] == pytest.approx(4.783264, abs=1e-6)
    assert p676.gaseous_attenuation(10.0, frequency_mhz=23_000)["A"] == loss["A"]


@pytest.mark.parametrize(
    ("f", "k_h", "alpha_h", "k_v", "alpha_v"),
    [  # ITU-Rpy 0.4.0
        (7.0, 0.0019149875717825817, 1.4810276090483818, 0.001424770663349373, 1.4744898624083909),
        (15.0, 0.04481463911330417, 1.123275321028116, 0.05008245411973108, 1.0439918830442747),
        (23.0, 0.12864198041110436, 1.0213699037650639, 0.1283631638537744, 0.962996673957218),
        (38.0, 0.40010772307195047, 0.8815574009733402, 0.3844034555125147, 0.85521908760155),
        (80.0, 1.1704450319670574, 0.7114945627491487, 1.1668310296258335, 0.7020763950734802),
    ],
)
def test_rain_coefficients(f: float, k_h: float, alpha_h: float, k_v: float, alpha_v: float) -> None:
    assert p838.rain_coefficients(f, 0.0, 0.0) == pytest.approx((k_h, alpha_h), rel=1e-12)
    assert p838.rain_coefficients(f, 0.0, pi / 2) == pytest.approx((k_v, alpha_v), rel=1e-12)
    # at 45° of tilt k is the mean of both
    assert p838.rain_coefficients(f, 0.0, pi / 4).k == pytest.approx((k_h + k_v) / 2, rel=1e-12)
    assert p838.rain_attenuation(99.9, frequency_mhz=f * 1e3, tilt_deg=0.0) == pytest.approx(
        k_h * 99.9**alpha_h, rel=1e-12
    )


def test_rain_on_a_hop() -> None:
    # ITU-Rpy 0.4.0: 10 km, 7 GHz, horizontal, 99.9 mm/h, 0.01 %
    loss = p530.rain_attenuation_001_db(10.0, 7.0, 99.9, 0.0) * p530.rain_attenuation_ratio(0.01, 7.0)
    assert loss == pytest.approx(8.637272323886204, rel=1e-12)
    # by hand: C0 = 0.305531, C1 = 0.101780, C2 = 0.640409, C3 = 0.072331
    assert p530.rain_attenuation_ratio(0.001, 38.0) == pytest.approx(1.89632, abs=2e-4)
    # very short hops: the effective length stops at 2.5 times the length
    assert p530.effective_rain_length_km(0.1, 23.0, 99.9, 1.0) == pytest.approx(0.25)


def test_rain_outage_is_the_inverse() -> None:
    A_001 = p530.rain_attenuation_001_db(8.0, 15.0, 99.9, pi / 2)
    for p in (0.0015, 0.01, 0.2, 0.9):
        margin = A_001 * p530.rain_attenuation_ratio(p, 15.0)
        assert p530.rain_outage_percent(A_001, margin, 15.0) == pytest.approx(p, rel=1e-9)
    assert p530.rain_outage_percent(A_001, 1e3, 15.0) == 1e-3
    assert p530.rain_outage_percent(A_001, 1e-3, 15.0) == 1.0


def test_multipath_of_a_hop() -> None:
    K = p530.geoclimatic_factor(-192.03235555555554, 120.596)
    # ITU-Rpy 0.4.0 with these two from its maps: 20 km, 7 GHz, 150 and 180 m, 30 dB
    p_0 = p530.multipath_occurrence_percent(20.0, 7.0, 150.0, 180.0, K)
    assert p530.multipath_outage_percent(p_0, 30.0) == pytest.approx(0.0005258499364086295, rel=1e-12)
    # by hand, p0 = 10 %, 10 dB: A_t 26.2, q_t 1.623589, q_a 4.300508
    assert p530.multipath_outage_percent(10.0, 10.0) == pytest.approx(0.705035, abs=2e-5)
    # the two branches meet at A_t
    assert p530.multipath_outage_percent(10.0, 26.2 - 1e-9) == pytest.approx(
        p530.multipath_outage_percent(10.0, 26.2 + 1e-9), rel=1e-8
    )
    # by hand at 11.6°, 20 km, 1.5 mrad: ΔG = 5.926597
    assert p530.worst_month_to_year(20.0, 150.0, 180.0, 11.6 * pi / 180) == pytest.approx(0.255470, abs=1e-6)
    # beyond 45° the cosine is taken away: at 60° ΔG = 10.5 + 1.762708 - 1.887219 on 5 km
    assert p530.worst_month_to_year(5.0, 150.0, 150.0, pi / 3) == pytest.approx(10**-1.0375489, rel=1e-5)
    # on 3 km it would be 10.97 and stops at 10.8
    assert p530.worst_month_to_year(3.0, 150.0, 150.0, pi / 3) == pytest.approx(10**-1.08, rel=1e-12)


def test_outage_of_a_link_adds_up() -> None:
    hop = p530.link_outage(
        12.0, frequency_mhz=15_000, fade_margin_db=35.0, tx_height_asl_m=160.0, rx_height_asl_m=130.0
    )
    assert hop["outage"] == pytest.approx(hop["p_rain"] + hop["p_multipath_year"])
    assert hop["availability"] == pytest.approx(100.0 - hop["outage"])
    assert hop["A_001"] == pytest.approx(hop["gamma_R"] * hop["d_eff"])
    wetter = p530.link_outage(
        12.0,
        frequency_mhz=15_000,
        fade_margin_db=35.0,
        tx_height_asl_m=160.0,
        rx_height_asl_m=130.0,
        polarization="horizontal",
    )
    assert wetter["p_rain"] > hop["p_rain"]
    short = p530.link_outage(
        4.9, frequency_mhz=15_000, fade_margin_db=35.0, tx_height_asl_m=160.0, rx_height_asl_m=130.0
    )
    assert short["p_multipath"] == 0.0
    with pytest.raises(ValueError, match=r"distance_km = 61 is not from 0\.1 to 60 km"):
        p530.link_outage(
            61, frequency_mhz=15_000, fade_margin_db=35.0, tx_height_asl_m=160.0, rx_height_asl_m=130.0
        )


def test_terminal_clutter_by_hand() -> None:
    # suburban, 900 MHz, 1.5 m: h_dif 8.5, theta 17.475°, nu 3.9543, J 24.782
    assert p2108.terminal_clutter_loss("suburban", frequency_mhz=900, height_m=1.5) == pytest.approx(
        18.752, abs=2e-3
    )
    # open: (21.8 + 6.2 log 0.9) log(10/1.5)
    assert p2108.terminal_clutter_loss("open", frequency_mhz=900, height_m=1.5) == pytest.approx(
        17.7275, abs=1e-3
    )
    assert p2108.terminal_clutter_loss("urban", frequency_mhz=900, height_m=15.0) == 0.0


def test_statistical_clutter_by_hand() -> None:
    # 1 GHz, 2 km: L_l = 24.99991, L_s = 40.1746, together 24.998
    assert p2108.statistical_clutter_loss(2.0, frequency_mhz=1000) == pytest.approx(24.998, abs=1e-3)
    # beyond 2 km the loss stays
    assert p2108.statistical_clutter_loss(30.0, frequency_mhz=3500) == pytest.approx(
        p2108.statistical_clutter_loss(2.0, frequency_mhz=3500), abs=1e-12
    )
    # 0.25 km, 30 GHz: L_l = 32.99964, L_s = 23.02213, together 23.00030; sigma_cb = 5.98331
    median = p2108.statistical_clutter_loss(0.25, frequency_mhz=30_000)
    assert median == pytest.approx(23.00030, abs=5e-5)
    high = p2108.statistical_clutter_loss(0.25, frequency_mhz=30_000, location_percent=84.1344746068543)
    assert high - median == pytest.approx(5.98331, abs=2e-5)


def test_vegetation_by_hand() -> None:
    # 50 m at 949 MHz, tropical: gamma 0.17 dB/m, A_m = 0.18 * 949^0.752 = 31.2017
    assert p833.vegetation_loss(50.0, frequency_mhz=949.0) == pytest.approx(7.4406, abs=1e-3)
    # deep in it, 0.18 * 949^0.752
    assert p833.vegetation_loss(9000.0, frequency_mhz=949.0) == pytest.approx(31.2017, abs=2e-4)
    # Table 1's own A_m for St Petersburg: 34.1 dB at 2117.5 MHz, the formula gives 34.2
    assert p833.vegetation_loss(5000.0, frequency_mhz=2117.5, woodland="mixed-forest") == pytest.approx(
        34.1, abs=0.2
    )
    assert p833.specific_attenuation_db_m(1852.2) == pytest.approx(0.30)
    assert p833.vegetation_loss(0.0, frequency_mhz=949.0) == 0.0


@pytest.mark.parametrize(
    ("wood", "f", "A_m"),
    # 0.18 * 1200^0.752, 1.15 * 1500^0.43, 1.37 * 500^0.42; held beyond 1800, 2200 and below 105.9 MHz
    [
        ("tropical", 1200.0, 37.22347),
        ("temperate", 1500.0, 26.69421),
        ("mixed-forest", 500.0, 18.63322),
        ("tropical", 3500.0, 50.49373),
        ("temperate", 3500.0, 31.47311),
        ("mixed-forest", 60.0, 9.70905),
    ],
)
def test_deep_woods_level_off_at_their_own_attenuation(wood: str, f: float, A_m: float) -> None:
    assert p833.maximum_attenuation_of_db(wood, f) == pytest.approx(A_m, abs=2e-5)


@pytest.mark.parametrize(
    ("f", "gamma_db_m"),
    [
        (30.0, 0.02),
        (105.9, 0.04),
        (466.475, 0.12),
        (949.0, 0.17),
        (1852.2, 0.30),
        (2117.5, 0.34),
        (30e3, 6.0),
    ],
)
def test_specific_attenuation_of_woodland_is_the_table(f: float, gamma_db_m: float) -> None:
    assert p833.specific_attenuation_db_m(f) == pytest.approx(gamma_db_m, rel=1e-9)


def test_inverse_normal() -> None:
    # scipy.stats.norm.ppf
    for x, z in [
        (0.5, 0.0),
        (0.841344746068543, 1.0),
        (0.95, 1.6448536269514722),
        (1e-8, -5.612001244174789),
    ]:
        assert normal.inverse_normal(x) == pytest.approx(z, abs=1e-12)
    for x in np.linspace(1e-6, 1 - 1e-6, 999):
        assert abs(normal.inverse_complementary_normal(x) + normal.inverse_normal(x)) < 5.5e-4


def test_province_constants_are_plausible() -> None:
    # the vapour's pressure and the dry pressure together are the standard pressure at about 120 m
    vapour_hpa = radioclimate.WATER_VAPOUR_G_M3 * radioclimate.TEMPERATURE_K / 216.7
    assert radioclimate.DRY_PRESSURE_HPA + vapour_hpa == pytest.approx(999.0, abs=1.0)
