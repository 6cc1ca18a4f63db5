"""Traffic per person, rates by TR 36.942, and coupled loads against fixed points worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phusong.coverage.capacity import Places, _next, efficiency_bps_per_hz, solve_loads
from phusong.coverage.demand import Adoption, downlink_kbps_per_person, fiveg_share

ADOPTION = Adoption(
    telephone_per_100=125.0,
    broadband_per_100=110.0,
    smartphone_per_100=89.0,
    smartphone_gb_per_month=19.0,
    other_gb_per_month=0.0,
    reference_year=2024,
    growth_per_year=2.0 ** (1.0 / 6.0) - 1.0,
    voice_erlang=0.02,
    voice_kbps=24.0,
    busy_hour_share=0.08,
    downlink_share=0.9,
    fiveg_share=((2024, 0.05), (2030, 0.5)),
)


def test_traffic_per_person_by_hand() -> None:
    # 0.89 x 19 GB = 16.91 GB a month; a day 16.91e6 x 8 / 30 = 4 509 333 kbit; a busy hour's 8 %, a second's
    # 1/3600, downlink 90 %: 90.19 kbit/s; voice 1.25 x 0.02 x 24 = 0.6 kbit/s
    assert downlink_kbps_per_person(ADOPTION, 2024) == pytest.approx(90.187 + 0.6, abs=1e-3)


def test_data_double_by_2030_and_voice_does_not() -> None:
    now, then = (downlink_kbps_per_person(ADOPTION, year) - 0.6 for year in (2024, 2030))
    assert then == pytest.approx(2.0 * now)


def test_5g_share_is_linear_between_the_years_given() -> None:
    assert [fiveg_share(ADOPTION, year) for year in (2020, 2024, 2027, 2030, 2040)] == pytest.approx(
        [0.05, 0.05, 0.275, 0.5, 0.5]
    )
    assert fiveg_share(replace(ADOPTION, fiveg_share=()), 2030) == 0.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"smartphone_gb_per_month": -1.0}, "smartphone_gb_per_month must not be negative"),
        ({"busy_hour_share": 0.0}, "busy_hour_share"),
        ({"growth_per_year": -1.0}, "growth_per_year"),
        ({"fiveg_share": ((2024, 1.5),)}, "fiveg_share"),
    ],
)
def test_impossible_adoption_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(ADOPTION, **change)  # type: ignore[arg-type]


def test_rates_are_those_of_tr_36_942() -> None:
    # 0.6 log2(1 + SINR): 0 dB 0.6; the cap of 4.4 bit/s/Hz is reached at 22 dB (Table A.1: SNIR_max 22 dB)
    assert efficiency_bps_per_hz([1.0, 3.0]) == pytest.approx([0.6, 1.2])
    near = efficiency_bps_per_hz(10.0 ** (np.array([21.9, 22.1, 40.0]) / 10.0))
    assert near[0] < 4.4
    assert near[1:].tolist() == [4.4, 4.4]
    assert efficiency_bps_per_hz([1e-9])[0] == pytest.approx(efficiency_bps_per_hz([0.1])[0])


def _two_cells(traffic: tuple[float, float], power: tuple[float, float] = (1.0, 1.0)) -> Places:
    return Places(
        server=np.array([0, 1]),
        traffic_mbps=np.array(traffic),
        signal_mw=np.array([3.0, 3.0]),
        noise_mw=np.array([0.5, 0.5]),
        others=np.array([[1], [0]]),
        power_mw=np.array(power)[:, None],
    )


def test_two_equal_cells_by_hand() -> None:
    # at load 0.5: SINR = 3 / (0.5 x 1 + 0.5) = 3, 0.6 log2 4 = 1.2 bit/s/Hz, 6 Mbit/s / (10 MHz x 1.2) = 0.5
    solved = solve_loads(_two_cells((6.0, 6.0)), np.array([10.0, 10.0]), tolerance=1e-9)
    assert solved.load == pytest.approx([0.5, 0.5], abs=1e-8)
    assert solved.sinr == pytest.approx([3.0, 3.0], abs=1e-6)
    assert solved.error <= 1e-9


def test_two_unequal_cells_by_hand() -> None:
    # loads 0.25 and 0.75 with interference 1 on both: SINR_0 = 3 / (0.75 + 0.5) = 2.4, SINR_1 = 3 / 0.75 = 4
    traffic = 0.25 * 10.0 * 0.6 * np.log2(3.4), 0.75 * 10.0 * 0.6 * np.log2(5.0)
    solved = solve_loads(_two_cells(traffic), np.array([10.0, 10.0]), tolerance=1e-9)
    assert solved.load == pytest.approx([0.25, 0.75], abs=1e-8)


def test_an_overloaded_cell_sends_all_the_time_and_no_more() -> None:
    # cell 1 is asked for far too much: cell 0 sees it at full load, SINR = 3 / 1.5 = 2
    solved = solve_loads(_two_cells((3.0, 1000.0)), np.array([10.0, 10.0]), tolerance=1e-9)
    assert solved.load[0] == pytest.approx(0.3 / (0.6 * np.log2(3.0)))
    assert solved.load[1] > 1.0


def _random(seed: int, places: int = 300, cells: int = 20) -> tuple[Places, np.ndarray]:
    rng = np.random.default_rng(seed)
    server = rng.integers(0, cells, places)
    others = (server[:, None] + rng.integers(1, cells, (places, 6))) % cells
    return Places(
        server=server,
        traffic_mbps=rng.uniform(0.0, 2.0, places),
        signal_mw=rng.uniform(1.0, 50.0, places),
        noise_mw=np.full(places, 0.3),
        others=others,
        power_mw=rng.uniform(0.0, 2.0, (places, 6)),
    ), np.full(cells, 20.0)


@pytest.mark.parametrize("seed", range(10))
def test_f_is_a_standard_interference_function(seed: int) -> None:
    places, mhz = _random(seed)
    rng = np.random.default_rng(seed)
    load = rng.uniform(0.05, 1.5, mhz.size)
    f, _ = _next(places, mhz, load)
    assert (f > 0.0).all()
    more, _ = _next(places, mhz, load + rng.uniform(0.0, 0.5, mhz.size))
    assert (more >= f - 1e-12).all()
    for a in (1.01, 1.5, 4.0):
        scaled, _ = _next(places, mhz, a * load)
        assert (scaled < a * f).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_fixed_point_is_one_and_the_same_from_anywhere(seed: int) -> None:
    places, mhz = _random(seed)
    solved = solve_loads(places, mhz, tolerance=1e-10)
    again, _ = _next(places, mhz, solved.load)
    assert again == pytest.approx(solved.load, abs=1e-9)
    load = np.random.default_rng(99).uniform(0.0, 5.0, mhz.size)
    for _ in range(300):
        load, _ = _next(places, mhz, load)
    assert load == pytest.approx(solved.load, abs=1e-8)


def test_the_error_is_proven_when_iteration_is_cut_short() -> None:
    places, mhz = _random(1)
    exact = solve_loads(places, mhz, tolerance=1e-12).load
    short = solve_loads(places, mhz, tolerance=0.0, limit=2)
    assert short.iterations == 2
    assert 0.0 < np.abs(short.load - exact).max() <= short.error


def test_negative_traffic_is_named() -> None:
    with pytest.raises(ValueError, match="traffic must not be negative: -1 Mbit/s at place 1"):
        _two_cells((6.0, -1.0))
    with pytest.raises(ValueError, match="bandwidth"):
        solve_loads(_two_cells((6.0, 6.0)), np.array([10.0, 0.0]))
