"""ITM: other people's numbers, the shape of the curve, and the door."""

from __future__ import annotations

import math
from pathlib import Path

import itm_vectors
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.kernels.itm_paths import itm_to_points
from phusong.coverage.propagation import itm
from phusong.coverage.propagation.itm_diffraction import Medium, diffraction, height_gain_db, knife_edge_db
from phusong.coverage.propagation.itm_reference import Beyond, scatter_line
from phusong.coverage.propagation.itm_scatter import F_db, H_01_db, frequency_gain_db, scatter_db
from phusong.coverage.propagation.itm_terrain import Path as ItmPath
from phusong.coverage.propagation.itm_terrain import fitted_line, irregularity_m
from phusong.coverage.propagation.itm_variability import (
    Quantiles,
    attenuation_at_quantile_db,
    deviate,
)

MHZ = {"frequency_mhz": 900.0, "tx_height_m": 30.0, "rx_height_m": 1.5}


def test_equals_ntias_program_on_synthetic_paths() -> None:
    for comparison in itm_vectors.generated():
        comparison.check()


def test_mode_and_warnings_equal_ntias_program() -> None:
    for row, result in itm_vectors.generated_results():
        bits = sum(1 << itm.WARNINGS.index(text) for text in result.warnings)
        assert (itm.MODES.index(result.mode), bits) == (int(row["mode"]), int(row["warnings"])), row["id"]


def test_equals_published_vectors(oracles: Path) -> None:
    for comparison in itm_vectors.published(oracles):
        comparison.check()


def test_equals_the_drivers_printed_intermediates(oracles: Path) -> None:
    for comparison in itm_vectors.driver_examples(oracles):
        comparison.check()


# --- what the vectors do not reach -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "z"), [(0.5, 0.0), (0.1, 1.281552), (0.01, 2.326348), (0.9, -1.281552), (0.999, -3.090232)]
)
def test_deviate_is_the_normal_distributions(q: float, z: float) -> None:
    assert deviate(q) == pytest.approx(z, abs=4.5e-4)  # the approximation's own bound, A&S 26.2.23


@pytest.mark.parametrize(("edge", "jump_db"), [(10e3, 0.0), (70e3, 0.31176)])
def test_scatter_function_jumps_only_where_its_published_coefficients_do(edge: float, jump_db: float) -> None:
    # [Alg 6.9] by hand: 104.6 + 0.212 * 70 - 2.5 lg 70e3 against 71.8 + 0.157 * 70 + 5 lg 70e3
    assert F_db(edge) - F_db(edge * (1 + 1e-9)) == pytest.approx(jump_db, abs=1e-4)


def test_frequency_gain_reads_the_table_of_five() -> None:
    # [Alg 6.13]: 10 lg(1 + b r^-2 + a r^-4) at r = 1, between whole eta_s linear in dB
    tabulated = [
        10 * math.log10(1 + a + b) for a, b in ((25, 24), (80, 45), (177, 68), (395, 80), (705, 105))
    ]
    assert [H_01_db(1.0, float(eta)) for eta in range(1, 6)] == pytest.approx(tabulated, abs=1e-12)
    assert H_01_db(1.0, 2.25) == pytest.approx(0.75 * tabulated[1] + 0.25 * tabulated[2], abs=1e-12)
    assert H_01_db(1.0, 0.2) == tabulated[0]
    assert H_01_db(1.0, 9.0) == tabulated[4]


def test_knife_edge_is_6_db_at_grazing_and_follows_its_asymptote() -> None:
    assert knife_edge_db(0.0) == 6.02
    assert knife_edge_db(100.0) == pytest.approx(20 * math.log10(10 / 0.225), abs=0.01)  # Lee's last branch
    assert knife_edge_db(5.76 - 1e-9) == pytest.approx(knife_edge_db(5.76), abs=0.02)


@pytest.mark.parametrize("x", [200.0, 2000.0])
def test_height_gain_has_no_step_where_its_formula_changes(x: float) -> None:
    assert height_gain_db(x * (1 - 1e-9), 1e-6) == pytest.approx(
        height_gain_db(x * (1 + 1e-9), 1e-6), abs=1.0
    )


def test_height_gain_changes_its_formula_at_5495() -> None:
    # [Alg 6.4]: x (-ln K)^3 above 5495 takes 40 lg x - 117; K = e^-4
    K = math.exp(-4.0)
    below, above = 5494.5 / 64, 5495.5 / 64
    assert height_gain_db(above, K) == pytest.approx(17.372 * math.log(above) - 117, abs=1e-9)
    assert height_gain_db(below, K) == pytest.approx(2.5e-5 * below**2 / K - 8.686 * 4 - 15, abs=1e-9)


# A scatter path by hand: 900 MHz, 30 m and 10 m over a_e = 8500 km, horizons of 20 and 12 km at 2 and 4 mrad
SCATTER_PATH = ItmPath(0.0, 30.0, 10.0, 30.0, 10.0, 0.002, 0.004, 20e3, 12e3, 90.0)
SCATTER_MEDIUM = Medium(900.0, 350.0, 8.5e6, 0.2 + 0.0j)


def test_frequency_gain_by_hand() -> None:
    d = 232e3
    theta = 0.006 + d / 8.5e6
    r_1, r_2 = 2 * (900 / 47.7) * theta * 30, 2 * (900 / 47.7) * theta * 10
    s = (d - 8e3) / (d + 8e3)
    q = (10 / 30) / s
    h_0 = d * (1 - (8 / 232) ** 2) * theta / 4  # [Alg 4.66]
    eta = h_0 / 1755.6 * (1 + (0.031 - 2.32e-3 * 350 + 5.67e-6 * 350**2) * math.exp(-((h_0 / 8000) ** 6)))
    assert 1 < eta < 2
    at_1 = [10 * math.log10(1 + 24 / r**2 + 25 / r**4) for r in (r_1, r_2)]
    at_2 = [10 * math.log10(1 + 45 / r**2 + 80 / r**4) for r in (r_1, r_2)]
    H_00 = sum((2 - eta) * one + (eta - 1) * two for one, two in zip(at_1, at_2, strict=True)) / 2
    asymmetry = 6 * (0.6 - math.log10(eta)) * math.log10(s) * math.log10(q)
    assert asymmetry < H_00  # or it would not be seen
    ours = frequency_gain_db(d, SCATTER_PATH, SCATTER_MEDIUM)
    assert ours == pytest.approx(H_00 + asymmetry, abs=1e-9)


def test_scatter_attenuation_by_hand() -> None:
    d, H_0 = 232e3, 3.0
    theta = 0.006 + d / 8.5e6
    assert 10e3 > theta * d > 5e3
    F = 133.4 + 0.332e-3 * theta * d - 10 * math.log10(theta * d)
    expected = (
        F + 10 * math.log10(900 * theta**4) - 0.1 * 49 * math.exp(-theta * d / 40e3) + H_0
    )  # [Alg 4.63]
    assert scatter_db(d, H_0, 0.006, SCATTER_MEDIUM) == pytest.approx(expected, abs=1e-9)


def test_scatter_takes_over_no_nearer_than_its_least_distance() -> None:
    fixed = diffraction(SCATTER_PATH, SCATTER_MEDIUM, True)
    X_ae = (8.5e6**2 / 900) ** (1 / 3)
    steep = Beyond(500.0, 1e-3)  # above scatter everywhere: the lines would cross at a negative distance
    d_x, A_es, m_s = scatter_line(SCATTER_PATH, SCATTER_MEDIUM, steep, fixed, 10e3, X_ae)
    assert d_x == pytest.approx(32e3 + 1.088 * X_ae * math.log(900), rel=1e-12)
    assert A_es + m_s * d_x == pytest.approx(500.0 + 1e-3 * d_x)  # [Alg 4.59]


def test_fitted_line_recovers_a_line_and_irregularity_ignores_it() -> None:
    z = 100.0 + 3.0 * np.arange(200.0)
    line = fitted_line(z, z.size, 12.3, 187.9)
    assert (line.at_start, line.at_end) == pytest.approx((100.0, 697.0), abs=1e-9)
    assert irregularity_m(z, 30.0, 100.0, 5900.0, np.empty(245)) == pytest.approx(0.0, abs=1e-9)


def test_irregularity_is_the_interdecile_range_of_the_detrended_profile() -> None:
    rng = np.random.default_rng(7)
    z = np.cumsum(rng.normal(0.0, 4.0, 401))
    # 245 samples lie exactly on the profile's points when 244 steps are asked for
    part = z[50 : 50 + 245]
    x = np.arange(245.0)
    residual = np.sort(part - np.polynomial.Polynomial.fit(x, part, 1)(x))
    expected = (residual[245 - 25] - residual[24]) / (1 - 0.8 * math.exp(-244 * 30 / 50e3))
    ours = irregularity_m(z, 30.0, 50 * 30.0, (50 + 244) * 30.0, np.empty(245))
    # ITM's fit divides by n^2 + 2 for n^2 - 1 + trapezoidal ends: not quite least squares
    assert ours == pytest.approx(expected, rel=5e-3)


# Curves of the climates, worked by hand from [Alg 5.5] at an effective distance of exactly x_2, where they
# are (c_1 + c_2) x / (1 + x) with x = (x_2 / x_1)^2, and at x_2 + x_3, where c_2 counts half.
def _bump(c_1: float, c_2: float, x_1_km: float, x_2_km: float, x_3_km: float, half: bool) -> float:
    x = ((x_2_km + (x_3_km if half else 0.0)) / x_1_km) ** 2
    return (c_1 + (c_2 / 2 if half else c_2)) * x / (1 + x)


def _attenuation_at(d_e_km: float, climate: int, z_T: float) -> float:
    """At 1.8 GHz, 100 m and 10 m, flat, no other variability, for an effective distance [Alg 5.3]."""
    d_ex = math.sqrt(18e6 * 100) + math.sqrt(18e6 * 10) + (575.7e12 / (1800 / 47.7)) ** (1 / 3)
    d = d_ex * d_e_km / 130 if d_e_km < 130 else d_e_km * 1e3 - 130e3 + d_ex
    wanted = Quantiles(z_T, 0.0, 0.0, 3, True, True)
    return attenuation_at_quantile_db(300.0, d, 100.0, 10.0, 0.0, 1800.0, climate, wanted)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize(
    ("climate", "curve"),
    [
        (1, (-9.67, 12.7, 144.9, 190.3, 133.8)),
        (2, (-0.62, 9.19, 228.9, 205.2, 143.6)),
        (3, (1.26, 15.5, 262.6, 185.2, 99.8)),
        (4, (-9.21, 9.05, 84.1, 101.1, 98.6)),
        (5, (-0.62, 9.19, 228.9, 205.2, 143.6)),
        (6, (-0.39, 2.86, 141.7, 315.9, 167.4)),
        (7, (3.15, 857.9, 2222.0, 164.8, 116.3)),
    ],
)
def test_climate_medians(climate: int, curve: tuple[float, ...], half: bool) -> None:
    d_e_km = curve[3] + (curve[4] if half else 0.0)
    assert 300.0 - _attenuation_at(d_e_km, climate, 0.0) == pytest.approx(_bump(*curve, half), abs=1e-9)


PLAIN = (1.0, 0.0, 0.0)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize(
    ("climate", "side", "curve", "g"),
    [
        (1, -1, (2.13, 159.5, 762.2, 123.6, 94.5), PLAIN),
        (2, -1, (2.66, 7.67, 100.4, 172.5, 136.4), PLAIN),
        (3, -1, (6.11, 6.65, 138.2, 242.2, 178.6), PLAIN),
        (4, -1, (1.98, 13.11, 139.1, 132.7, 193.5), PLAIN),
        (5, -1, (2.68, 7.16, 93.7, 186.8, 133.5), (0.92, 0.25, 1.77)),
        (6, -1, (6.86, 10.38, 187.8, 169.6, 108.9), PLAIN),
        (7, -1, (8.51, 169.8, 609.8, 119.9, 106.6), PLAIN),
        (1, 1, (2.11, 102.3, 636.9, 134.8, 95.6), PLAIN),
        (2, 1, (6.87, 15.53, 138.7, 143.7, 98.6), (0.93, 0.31, 2.00)),
        (3, 1, (10.08, 9.60, 165.3, 225.7, 129.7), PLAIN),
        (4, 1, (3.68, 159.3, 464.4, 93.1, 94.2), (0.93, 0.19, 1.79)),
        (5, 1, (4.75, 8.12, 93.2, 135.9, 113.4), (0.93, 0.31, 2.00)),
        (6, 1, (8.58, 13.97, 216.0, 152.0, 122.7), PLAIN),
        (7, 1, (8.43, 8.19, 136.2, 188.5, 122.9), PLAIN),
    ],
)
def test_climate_spreads_in_time(
    climate: int, side: int, curve: tuple[float, ...], g: tuple[float, float, float], half: bool
) -> None:
    d_e_km = curve[3] + (curve[4] if half else 0.0)
    factor = g[0] + g[1] / ((g[2] * math.log(0.133 * 1800 / 47.7)) ** 2 + 1)
    spread = _attenuation_at(d_e_km, climate, 0.0) - _attenuation_at(d_e_km, climate, side * 0.5)
    assert spread == pytest.approx(side * 0.5 * factor * _bump(*curve, half), abs=1e-9)


@pytest.mark.parametrize(
    ("climate", "C_D", "z_D"),  # [Alg table 5.1]
    [
        (1, 1.224, 1.282),
        (2, 0.801, 2.161),
        (3, 1.380, 1.282),
        (4, 1.000, 20.0),
        (5, 1.224, 1.282),
        (6, 1.518, 1.282),
        (7, 1.518, 1.282),
    ],
)
def test_ducting_changes_the_slope_beyond_z_D(climate: int, C_D: float, z_D: float) -> None:
    def gain(z_T: float) -> float:
        wanted = Quantiles(z_T, 0.0, 0.0, 3, True, True)
        return 300.0 - attenuation_at_quantile_db(300.0, 150e3, 100.0, 10.0, 0.0, 1800.0, climate, wanted)

    below = (gain(1.0) - gain(0.5)) / 0.5
    beyond = (gain(z_D + 2.0) - gain(z_D + 1.0)) / 1.0
    assert beyond / below == pytest.approx(C_D, abs=1e-9)
    assert gain(z_D) - gain(0.0) == pytest.approx(z_D * below, abs=1e-9)


# --- properties --------------------------------------------------------------------------------------------

heights = st.floats(0.5, 3000)
profiles = st.lists(st.floats(-50, 2500), min_size=3, max_size=60)


@settings(max_examples=300, deadline=None)
@given(
    profile=profiles,
    step_m=st.floats(1, 2000),
    frequency_mhz=st.floats(20, 20000),
    tx=heights,
    rx=heights,
    climate=st.sampled_from(itm.CLIMATES),
    polarization=st.sampled_from(["vertical", "horizontal"]),
    percent=st.floats(0.01, 99.99),
    kind=st.sampled_from(["single_message", "individual", "mobile", "broadcast"]),
    permittivity=st.floats(1, 100),
    conductivity=st.floats(1e-5, 10),
)
def test_any_valid_path_has_a_finite_loss(
    profile, step_m, frequency_mhz, tx, rx, climate, polarization, percent, kind, permittivity, conductivity
) -> None:
    result = itm.point_to_point(
        profile,
        step_m,
        frequency_mhz=frequency_mhz,
        tx_height_m=tx,
        rx_height_m=rx,
        surroundings=itm.Surroundings(
            climate=climate,
            polarization=polarization,
            permittivity=permittivity,
            conductivity_s_per_m=conductivity,
        ),
        variability=itm.Variability(
            time_percent=percent, location_percent=percent, situation_percent=percent, kind=kind
        ),
    )
    assert math.isfinite(result.A_db)
    assert result.A_ref_db >= 0.0


@settings(max_examples=100, deadline=None)
@given(
    distance_km=st.floats(2, 600),
    frequency_mhz=st.floats(40, 10000),
    tx=st.floats(5, 300),
    rx=st.floats(1, 20),
)
def test_loss_grows_steadily_over_smooth_earth(distance_km, frequency_mhz, tx, rx) -> None:
    def loss_db(km: float) -> float:
        # variability has its own curves in distance: the reference attenuation is what must not fall
        result = itm.area(km, irregularity_m=0.0, frequency_mhz=frequency_mhz, tx_height_m=tx, rx_height_m=rx)
        return result.A_ref_db + result.A_fs_db

    step = loss_db(distance_km * 1.001) - loss_db(distance_km)
    assert 0.0 <= step <= 0.5


@settings(max_examples=100, deadline=None)
@given(
    frequency_mhz=st.floats(40, 10000),
    tx=st.floats(5, 300),
    rx=st.floats(1, 20),
    irregularity_m=st.floats(0, 300),
)
def test_loss_is_continuous_where_the_range_of_distances_changes(
    frequency_mhz, tx, rx, irregularity_m
) -> None:
    def result_at(km: float) -> itm.ItmResult:
        return itm.area(
            km, irregularity_m=irregularity_m, frequency_mhz=frequency_mhz, tx_height_m=tx, rx_height_m=rx
        )

    near, far = 1.0, 2000.0
    for mode in ("within_horizon", "diffraction"):
        low, high = near, far
        while high / low > 1 + 1e-9:  # the distance at which `mode` ends
            middle = math.sqrt(low * high)
            if itm.MODES.index(result_at(middle).mode) <= itm.MODES.index(mode):
                low = middle
            else:
                high = middle
        assert result_at(high).A_db == pytest.approx(result_at(low).A_db, abs=1e-4)


def test_kernel_over_ground_equals_the_function_over_its_profiles() -> None:
    rng = np.random.default_rng(3)
    terrain_dm = np.cumsum(rng.integers(-30, 31, (200, 200)), axis=1)
    samples = np.zeros((200, 200, 2), np.int16)
    samples[..., 0] = terrain_dm
    x, y = np.array([150.0, 0.0, 100.0, 0.0, 198.5]), np.array([0.0, 190.0, 100.0, 0.0, 250.0])
    variability, surroundings = itm.Variability(time_percent=10), itm.Surroundings()
    loss_db = np.empty(5)
    itm_to_points(
        samples, 30.0, (0.0, 0.0), (30.0, 1.5), x, y, 900.0, surroundings.ground(), variability.quantiles(),
        loss_db,
    )  # fmt: skip
    heights_m = terrain_dm / 10.0
    at = np.linspace(0, 100, 143)  # the diagonal of 141.4 cells has 142 steps
    i = np.minimum(at.astype(int), 198)
    u = at - i
    top = heights_m[i, i] * (1 - u) + heights_m[i, i + 1] * u
    bottom = heights_m[i + 1, i] * (1 - u) + heights_m[i + 1, i + 1] * u
    diagonal = top * (1 - u) + bottom * u
    profiles = (
        (heights_m[0, :151], 30.0),
        (heights_m[:191, 0], 30.0),
        (diagonal, 30 * math.hypot(100, 100) / 142),
    )
    for ours, (profile, step_m) in zip(loss_db, profiles, strict=False):
        expected = itm.point_to_point(
            profile, step_m, **MHZ, surroundings=surroundings, variability=variability
        )
        assert ours == pytest.approx(expected.A_db, abs=1e-6)
    assert np.isnan(loss_db[3])  # at the antenna
    assert np.isinf(loss_db[4])  # off the ground


# --- the door ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frequency_mhz": 19.9}, "frequency_mhz = 19.9 is not from 20 to 20000 MHz"),
        ({"frequency_mhz": math.nan}, "frequency_mhz = nan"),
        ({"tx_height_m": 0.4}, "tx_height_m = 0.4 is not from 0.5 to 3000 m"),
        ({"rx_height_m": -1}, "rx_height_m = -1"),
        ({"terrain_m": [1.0, 2.0]}, "at least three points, not 2"),
        ({"terrain_m": [1.0, math.nan, 2.0]}, "NaN"),
        ({"step_m": 0.0}, "step_m = 0.0 is not from 0.1"),
        ({"terrain_m": [8900.0] * 9, "refractivity": 250}, "too high"),
    ],
)
def test_the_door_refuses_what_the_model_does_not_cover(change: dict, words: str) -> None:
    arguments = {"terrain_m": [1.0, 2.0, 3.0], "step_m": 100.0, **MHZ, **change}
    refractivity = arguments.pop("refractivity", 301)
    with pytest.raises(ValueError, match=words):
        itm.point_to_point(**arguments, surroundings=itm.Surroundings(refractivity_n=refractivity))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"distance_km": -1}, "distance_km = -1 is not from 0.001"),
        ({"irregularity_m": -1}, "irregularity_m"),
        ({"tx_siting": "good"}, "tx_siting = 'good' is none of random, careful, very_careful"),
    ],
)
def test_the_area_modes_door(change: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        itm.area(**{"distance_km": 10.0, "irregularity_m": 90.0, **MHZ, **change})


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: itm.Surroundings(climate="tropical"), "climate = 'tropical' is none of equatorial"),
        (lambda: itm.Surroundings(refractivity_n=249), "refractivity_n = 249 is not from 250 to 400"),
        (lambda: itm.Surroundings(permittivity=0.5), "permittivity"),
        (lambda: itm.Surroundings(conductivity_s_per_m=0), "conductivity_s_per_m"),
        (lambda: itm.Surroundings(polarization="circular"), "polarization"),
        (lambda: itm.Variability(time_percent=100), "time_percent = 100 is not from 0.01 to 99.99"),
        (lambda: itm.Variability(kind="all"), "kind = 'all' is none of"),
    ],
)
def test_surroundings_and_variability_check_themselves(build, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build()
