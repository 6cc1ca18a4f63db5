"""Extended Hata: WinnForum's vectors, what they do not reach, properties, door."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import hata_vectors
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.propagation import extended_hata as eh
from phusong.coverage.propagation import extended_hata_terrain as eht


def test_equals_winnforums_vectors(oracles: Path) -> None:
    for comparison in hata_vectors.extended_hata(oracles):
        comparison.check()


# Attenuation relative to free space that the refit must return, read off Okumura's curves (TR-15-517, A-4):
# urban at 1 km, the suburban gain, urban at 100 km, for antennas at 200 m and 3 m.
@pytest.mark.parametrize(
    ("f", "urban_1_km", "suburban", "urban_100_km"),
    [(1500.0, 22.0, 11.5, 63.5), (2000.0, 23.5, 12.4, 65.75), (3000.0, 25.85, 14.0, 69.5)],
)
def test_median_attenuation_at_okumuras_points(
    f: float, urban_1_km: float, suburban: float, urban_100_km: float
) -> None:
    def above_free_space(d: float, environment: int) -> float:
        L, _ = eh.median_loss_db(f, 200.0, 3.0, d, environment)
        slant_km = math.hypot(d, 0.197)
        return L - (32.4478 + 20 * math.log10(f) + 20 * math.log10(slant_km))

    assert above_free_space(1.0, eh.URBAN) == pytest.approx(urban_1_km, abs=2e-4)
    assert above_free_space(1.0, eh.SUBURBAN) == pytest.approx(urban_1_km - suburban, abs=2e-4)
    assert above_free_space(100.0, eh.URBAN) == pytest.approx(urban_100_km, abs=2e-4)


def test_open_country_is_hatas_own_gain() -> None:
    # [Hata 22] at 2 GHz: 4.78 * 3.301030^2 - 18.33 * 3.301030 + 40.94
    urban, _ = eh.median_loss_db(2000.0, 50.0, 2.0, 5.0, eh.URBAN)
    open_, _ = eh.median_loss_db(2000.0, 50.0, 2.0, 5.0, eh.OPEN)
    assert urban - open_ == pytest.approx(4.78 * 3.301030**2 - 18.33 * 3.301030 + 40.94, abs=1e-5)


@pytest.mark.parametrize(("h_b", "half_exponent"), [(24.5, 2.5), (70.0, 3.0), (200.0, 3.22)])
def test_long_distance_exponent_is_okumuras_figure_12(h_b: float, half_exponent: float) -> None:
    near, _ = eh.median_loss_db(2000.0, h_b, 1.5, 80.0, eh.URBAN)
    far, _ = eh.median_loss_db(2000.0, h_b, 1.5, 90.0, eh.URBAN)
    assert (far - near) / math.log10(90 / 80) == pytest.approx(20 * half_exponent, abs=1e-3)


@pytest.mark.parametrize(("f", "sigma_db"), [(1500.0, 7.1), (2000.0, 7.5), (3000.0, 8.1)])
def test_location_sigma_is_okumuras(f: float, sigma_db: float) -> None:
    assert eh.location_sigma_db(f, eh.URBAN) == pytest.approx(sigma_db, abs=1e-5)
    assert eh.location_sigma_db(f, eh.OPEN) == pytest.approx(sigma_db + 2, abs=1e-5)


@pytest.mark.parametrize(
    ("theta_m", "d", "gain_db"),  # [Okumura fig. 34]: lines for 10, 30 and 60 km, straight between them
    [
        (-8.0, 5.0, -2.0),
        (-8.0, 30.0, -6.4),
        (-8.0, 20.0, -4.2),
        (8.0, 5.0, 1.0),
        (8.0, 30.0, 2.8),
        (8.0, 60.0, 4.8),
        (8.0, 20.0, 1.9),
        (8.0, 45.0, 3.8),
    ],
)
def test_slope_correction_lies_on_okumuras_lines(theta_m: float, d: float, gain_db: float) -> None:
    assert eh.slope_gain_db(theta_m, d) == pytest.approx(gain_db, abs=1e-12)


# [Okumura fig. 31]: gain behind a ridge of 200 m at 0, 1 … 8 km from the mobile, the ridge 15, 30, 60 km away
RIDGE_DB = {
    15.0: (4.0, -13.0, -17.5, -17.5, -15.0, -12.5, -10.0, -8.0, -6.0),
    30.0: (12.0, -8.5, -13.0, -12.0, -10.0, -8.0, -6.5, -5.0, -4.0),
    60.0: (20.0, -4.0, -6.5, -6.0, -4.5, -3.5, -2.5, -2.0, -1.0),
}


@pytest.mark.parametrize("d_1", RIDGE_DB)
def test_ridge_of_200_m_reads_okumuras_figure_31(d_1: float) -> None:
    curve = RIDGE_DB[d_1]
    for d_2, gain_db in enumerate(curve):
        assert eh.ridge_gain_db(d_1, float(d_2), 200.0) == pytest.approx(gain_db, abs=1e-9)
        assert eh.ridge_gain_db(d_1, float(d_2), 50.0) == pytest.approx(gain_db / 2, abs=1e-9)
    for d_2, (near, far) in enumerate(pairwise(curve)):
        assert eh.ridge_gain_db(d_1, d_2 + 0.5, 200.0) == pytest.approx((near + far) / 2, abs=1e-9)


@pytest.mark.parametrize(("d_1", "between"), [(22.5, (15.0, 30.0)), (45.0, (30.0, 60.0))])
def test_ridge_between_the_curves(d_1: float, between: tuple[float, float]) -> None:
    expected = (RIDGE_DB[between[0]][3] + RIDGE_DB[between[1]][3]) / 2
    assert eh.ridge_gain_db(d_1, 3.0, 200.0) == pytest.approx(expected, abs=1e-9)


# [Okumura fig. 35]: gain over the share of sea, at the base's and at the mobile's end, to 30 and from 60 km
SEA_30_KM = {
    0.15: (1.0, 4.0), 0.35: (3.0, 5.5), 0.45: (4.0, 7.0), 0.6: (6.0, 8.5), 0.65: (7.0, 9.0),
    0.725: (8.0, 9.5), 0.775: (9.0, 9.8), 0.85: (10.0, 10.25), 1.0: (11.0, 11.0),
}  # fmt: skip
SEA_60_KM = {
    0.15: (2.0, 4.25), 0.3: (4.0, 6.25), 0.4: (5.5, 9.2), 0.5: (7.0, 10.5), 0.6: (9.0, 11.75),
    0.725: (11.0, 13.0), 0.85: (13.0, 14.0), 0.9: (14.0, 14.25), 1.0: (15.0, 15.0),
}  # fmt: skip


@pytest.mark.parametrize(("curves", "d"), [(SEA_30_KM, 20.0), (SEA_60_KM, 70.0)])
def test_sea_correction_reads_okumuras_curves(curves: dict[float, tuple[float, float]], d: float) -> None:
    for share, (at_base, at_mobile) in curves.items():
        z = np.full(200, 7.0)
        z[: round(200 * share)] = 0.0  # the profile starts at the mobile
        middle = 0.5 * (at_base + at_mobile)  # all sea: neither end has more of it
        assert eht.sea_gain_db(z, d) == pytest.approx(middle if share == 1 else at_mobile, abs=1e-9)
        assert eht.sea_gain_db(z[::-1].copy(), d) == pytest.approx(
            middle if share == 1 else at_base, abs=1e-9
        )


def test_sea_correction_between_30_and_60_km() -> None:
    z = np.full(200, 7.0)
    z[:120] = 0.0
    assert eht.sea_gain_db(z, 45.0) == pytest.approx((8.5 + 11.75) / 2, abs=1e-9)
    z[:] = 7.0
    assert eht.sea_gain_db(z, 45.0) == 0.0


def test_rolling_hills_as_okumura_drew_them() -> None:
    # -1.5072013 + 8.458676 lg 100 - 6.102538 lg^2 100; the fine correction there and its two signs
    assert eh.hills_gain_db(100.0) == pytest.approx(-1.5072013 + 16.917352 - 24.410152, abs=1e-6)
    assert eh.hills_gain_db(3.0) == eh.hills_gain_db(15.0)
    hills = eh.Undulation(150.0, 100.0, 50.0, 100.0)
    top = -11.728795 + 31.088544 - 7.2619064
    for ground_m, gain_db in ((160.0, top), (40.0, -top), (100.0, 0.0), (125.0, top / 2), (75.0, -top / 2)):
        assert eh.fine_hills_gain_db(hills, ground_m) == pytest.approx(gain_db, abs=1e-6)
    assert eh.fine_hills_gain_db(eh.Undulation(9.0, 4.0, 0.0, 9.0), 9.0) == 0.0


def test_the_earth_under_a_path() -> None:
    # 157e-9 (1 - 0.04665 exp(N_s / 179.3)), N_s = 301 exp(-z / 9460): at the sea 301, at 946 m 272.3561
    assert eht.curvature_per_m(0.0) == pytest.approx(157e-9 * (1 - 0.04665 * 5.3588570), rel=1e-7)
    assert eht.curvature_per_m(946.0) == pytest.approx(157e-9 * (1 - 0.04665 * 4.5676390), rel=1e-6)


def test_location_percent_moves_the_loss_by_sigma() -> None:
    z = 50 + 30 * np.sin(np.arange(200) / 9.0)
    arguments = {"frequency_mhz": 2000, "base_height_m": 40, "mobile_height_m": 1.5}
    half = eh.extended_hata(z, 90.0, **arguments)
    most = eh.extended_hata(z, 90.0, **arguments, location_percent=90)
    # 1.2816, within the 4.5e-4 of the approximation
    assert (most.L_db - half.L_db) / half.sigma_db == pytest.approx(1.2816, abs=5e-4)


@settings(max_examples=200, deadline=None)
@given(
    profile=st.lists(st.floats(-50, 2500), min_size=3, max_size=80),
    step_m=st.floats(50, 1200),
    f=st.floats(1500, 3000),
    h_b=st.floats(0.5, 1000),
    h_m=st.floats(0.5, 1000),
    environment=st.sampled_from(eh.ENVIRONMENTS),
)
def test_any_valid_path_has_a_finite_loss(profile, step_m, f, h_b, h_m, environment) -> None:
    result = eh.extended_hata(
        profile, step_m, frequency_mhz=f, base_height_m=h_b, mobile_height_m=h_m, environment=environment
    )
    assert all(math.isfinite(value) for value in result)


@settings(max_examples=100, deadline=None)
@given(d=st.floats(1, 99), f=st.floats(1500, 3000), h_b=st.floats(30, 200), h_m=st.floats(1, 10))
def test_median_rises_steadily_with_distance_also_over_its_breakpoint(d, f, h_b, h_m) -> None:
    near, d_bp = eh.median_loss_db(f, h_b, h_m, d, eh.URBAN)
    far, _ = eh.median_loss_db(f, h_b, h_m, d * 1.001, eh.URBAN)
    assert 0 < far - near <= 0.1
    before, _ = eh.median_loss_db(f, h_b, h_m, d_bp, eh.URBAN)
    after, _ = eh.median_loss_db(f, h_b, h_m, d_bp * 1.001, eh.URBAN)
    # the two ranges measure free space on different slants: they meet within what 200 m does at d_bp
    assert after - before == pytest.approx(0.0, abs=0.25)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frequency_mhz": 1400}, "frequency_mhz = 1400 is not from 1500 to 3000 MHz"),
        ({"base_height_m": 0}, "base_height_m = 0"),
        ({"mobile_height_m": math.nan}, "mobile_height_m = nan"),
        ({"environment": "forest"}, "environment = 'forest' is none of urban, suburban, open"),
        ({"terrain_m": [1.0, 2.0]}, "at least three points"),
        ({"terrain_m": [1.0, math.inf, 2.0]}, "NaN or infinity"),
        ({"step_m": 60_000.0}, "step_m"),
        ({"terrain_m": np.zeros(200)}, "distance_km = 199.0"),
        ({"location_percent": 0}, "location_percent"),
    ],
)
def test_the_door(change: dict, words: str) -> None:
    arguments = {
        "terrain_m": [1.0, 2.0, 3.0],
        "step_m": 1000.0,
        "frequency_mhz": 1800,
        "base_height_m": 30,
        "mobile_height_m": 1.5,
    }
    with pytest.raises(ValueError, match=words):
        eh.extended_hata(**{**arguments, **change})
