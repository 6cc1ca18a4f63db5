"""ITM: other people's numbers, the shape of the curve, and the door."""

from __future__ import annotations

import math
from pathlib import Path

import itm_vectors
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.kernels.itm_paths import itm_losses
from phusong.coverage.propagation import itm
from phusong.coverage.propagation.itm_diffraction import height_gain_db, knife_edge_db
from phusong.coverage.propagation.itm_scatter import F_db, H_01_db
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


# Median gain over A_ref at 1.8 GHz, 100 m and 10 m, flat, worked out by hand from [Alg 5.3, 5.5] with the
# coefficients of each climate at an effective distance of exactly x_2: there it is (c1 + c2) x / (1 + x).
@pytest.mark.parametrize(
    ("climate", "c_1", "c_2", "x_1_km", "x_2_km"),
    [
        (1, -9.67, 12.7, 144.9, 190.3),
        (2, -0.62, 9.19, 228.9, 205.2),
        (3, 1.26, 15.5, 262.6, 185.2),
        (4, -9.21, 9.05, 84.1, 101.1),
        (5, -0.62, 9.19, 228.9, 205.2),
        (6, -0.39, 2.86, 141.7, 315.9),
        (7, 3.15, 857.9, 2222.0, 164.8),
    ],
)
def test_climate_medians_at_the_peak_of_their_curves(
    climate: int, c_1: float, c_2: float, x_1_km: float, x_2_km: float
) -> None:
    d_ex = math.sqrt(18e6 * 100) + math.sqrt(18e6 * 10) + (575.7e12 / (1800 / 47.7)) ** (1 / 3)
    d = d_ex * x_2_km / 130 if x_2_km < 130 else x_2_km * 1e3 - 130e3 + d_ex
    x = (x_2_km / x_1_km) ** 2
    median = (c_1 + c_2) * x / (1 + x)
    wanted = Quantiles(0.0, 0.0, 0.0, 3, True, True)
    ours = attenuation_at_quantile_db(60.0, d, 100.0, 10.0, 0.0, 1800.0, climate, wanted)
    assert 60.0 - ours == pytest.approx(median, abs=1e-9)


# The same for the spread in time: sigma at x_2 is (b1 + b2) x / (1 + x) times the frequency factor.
@pytest.mark.parametrize(
    ("climate", "side", "b_1", "b_2", "x_1_km", "x_2_km", "g"),
    [
        (1, -1, 2.13, 159.5, 762.2, 123.6, (1, 0, 0)),
        (2, -1, 2.66, 7.67, 100.4, 172.5, (1, 0, 0)),
        (3, -1, 6.11, 6.65, 138.2, 242.2, (1, 0, 0)),
        (4, -1, 1.98, 13.11, 139.1, 132.7, (1, 0, 0)),
        (5, -1, 2.68, 7.16, 93.7, 186.8, (0.92, 0.25, 1.77)),
        (6, -1, 6.86, 10.38, 187.8, 169.6, (1, 0, 0)),
        (7, -1, 8.51, 169.8, 609.8, 119.9, (1, 0, 0)),
        (1, 1, 2.11, 102.3, 636.9, 134.8, (1, 0, 0)),
        (2, 1, 6.87, 15.53, 138.7, 143.7, (0.93, 0.31, 2.00)),
        (3, 1, 10.08, 9.60, 165.3, 225.7, (1, 0, 0)),
        (4, 1, 3.68, 159.3, 464.4, 93.1, (0.93, 0.19, 1.79)),
        (5, 1, 4.75, 8.12, 93.2, 135.9, (0.93, 0.31, 2.00)),
        (6, 1, 8.58, 13.97, 216.0, 152.0, (1, 0, 0)),
        (7, 1, 8.43, 8.19, 136.2, 188.5, (1, 0, 0)),
    ],
)
def test_climate_spreads_at_the_peak_of_their_curves(
    climate: int, side: int, b_1: float, b_2: float, x_1_km: float, x_2_km: float, g: tuple[float, ...]
) -> None:
    k = 1800 / 47.7
    d_ex = math.sqrt(18e6 * 100) + math.sqrt(18e6 * 10) + (575.7e12 / k) ** (1 / 3)
    d = d_ex * x_2_km / 130 if x_2_km < 130 else x_2_km * 1e3 - 130e3 + d_ex
    x = (x_2_km / x_1_km) ** 2
    factor = g[0] + g[1] / ((g[2] * math.log(0.133 * k)) ** 2 + 1)
    sigma = (b_1 + b_2) * x / (1 + x) * factor

    def attenuation(z_T: float) -> float:
        wanted = Quantiles(z_T, 0.0, 0.0, 3, True, True)
        return attenuation_at_quantile_db(300.0, d, 100.0, 10.0, 0.0, 1800.0, climate, wanted)

    assert attenuation(0.0) - attenuation(side * 0.5) == pytest.approx(side * 0.5 * sigma, abs=1e-9)


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


def test_kernel_over_a_raster_equals_the_function_over_its_profile() -> None:
    rng = np.random.default_rng(3)
    terrain = np.cumsum(rng.normal(0, 3, (200, 200)), axis=1).astype(np.float32)
    variability, surroundings = itm.Variability(time_percent=10), itm.Surroundings()
    x_rx, y_rx = np.array([4515.0, 15.0, 3015.0]), np.array([5985.0, 15.0, 2985.0])
    loss_db = np.empty(3)
    itm_losses(
        terrain, 0.0, 6000.0, 30.0, 15.0, 5985.0, x_rx, y_rx, 30.0, 30.0, 1.5, 900.0, 360.0, True, 15.0,
        0.005, 1, variability.quantiles(), loss_db,
    )  # fmt: skip
    along_row, along_column = terrain[0, :151], terrain[:, 0]
    for ours, profile in zip(loss_db, (along_row, along_column), strict=False):
        expected = itm.point_to_point(
            profile, 30.0, **MHZ, surroundings=surroundings, variability=variability
        )
        assert ours == pytest.approx(expected.A_db, abs=1e-9)
    diagonal = math.ceil(math.hypot(100, 100))
    at = np.linspace(0, 100, diagonal + 1)
    i = np.minimum(at.astype(int), 198)
    u = at - i
    t = terrain.astype(float)
    read = (t[i, i] * (1 - u) + t[i, i + 1] * u) * (1 - u) + (t[i + 1, i] * (1 - u) + t[i + 1, i + 1] * u) * u
    step_m = math.hypot(3000, 3000) / diagonal
    expected = itm.point_to_point(read, step_m, **MHZ, surroundings=surroundings, variability=variability)
    assert loss_db[2] == pytest.approx(expected.A_db, abs=1e-3)  # terrain is float32


def test_a_point_at_the_antenna_has_no_loss_value() -> None:
    loss_db = np.zeros(1)
    itm_losses(
        np.zeros((9, 9)), 0.0, 270.0, 30.0, 100.0, 100.0, np.array([100.0]), np.array([100.0]), 30.0,
        30.0, 1.5, 900.0, 360.0, True, 15.0, 0.005, 1, itm.Variability().quantiles(), loss_db,
    )  # fmt: skip
    assert np.isnan(loss_db[0])


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
