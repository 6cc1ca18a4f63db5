"""TR 38.901: ns-3's numbers, the tables' own figures, properties, doors."""

from __future__ import annotations

import math
from pathlib import Path

import hata_vectors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.propagation import tr38901

PLACES = {  # scenario: base, terminal, nearest and farthest m
    "RMa": (35.0, 1.5, 10.0, 10e3),
    "UMa": (25.0, 1.5, 10.0, 5e3),
    "UMi": (10.0, 1.5, 10.0, 5e3),
    "InH": (3.0, 1.0, 1.0, 150.0),
}


def _loss(scenario: str, d_m: float, f_mhz: float = 3500.0, **more: float) -> tr38901.PathLoss:
    h_bs, h_ut, _, _ = PLACES[scenario]
    heights = {"base_height_m": h_bs, "terminal_height_m": h_ut, **more}
    return tr38901.path_loss(scenario, frequency_mhz=f_mhz, distance_km=d_m / 1000.0, **heights)


def test_equals_ns3(oracles: Path) -> None:
    for comparison in hata_vectors.tr38901_losses(oracles):
        comparison.check()


# beyond the breakpoint, by hand from table 7.4.1-1 at 3.5 GHz with c = 3e8 m/s:
# UMa d'_BP = 4 * 24 * 0.5 * 3.5 / 0.3 = 560 m; 28 + 40 lg 1000.276 + 20 lg 3.5 - 9 lg(560^2 + 23.5^2)
# UMi d'_BP = 4 * 9 * 0.5 * 3.5 / 0.3 = 210 m; 32.4 + 40 lg 1000.036 + 20 lg 3.5 - 9.5 lg(210^2 + 8.5^2)
@pytest.mark.parametrize(
    ("scenario", "d_bp_m", "loss_db"),
    [
        ("UMa", 560.0, 28 + 120.004795 + 10.881361 - 49.474262),
        ("UMi", 210.0, 32.4 + 120.000628 + 10.881361 - 44.128920),
    ],
)
def test_dual_slope_beyond_the_breakpoint(scenario: str, d_bp_m: float, loss_db: float) -> None:
    loss = _loss(scenario, 1000.0)
    assert loss.d_BP_m == pytest.approx(d_bp_m, abs=1e-9)
    assert loss.PL_LOS_db == pytest.approx(loss_db, abs=1e-3)


def test_rma_beyond_its_breakpoint() -> None:
    # at 700 MHz d_BP = 2 pi 35 * 1.5 * 0.7 / 0.3 = 769.690 m; PL_1 there with h = 5 m:
    # 20 lg(40 pi d 0.7 / 3) + 0.03 * 5^1.72 lg d - 0.044 * 5^1.72 + 0.002 lg 5 * d, then 40 lg(d / d_BP)
    loss = _loss("RMa", 5000.0, 700.0)
    rough = 15.92982  # 5^1.72
    at_breakpoint = 20 * math.log10(40 * math.pi * 769.690 * 0.7 / 3) + 0.03 * rough * 2.886316
    at_breakpoint += -0.044 * rough + 0.002 * 0.698970 * 769.690
    slant = math.hypot(5000, 33.5)
    assert loss.PL_LOS_db == pytest.approx(at_breakpoint + 40 * math.log10(slant / 769.690), abs=1e-3)
    assert (loss.sigma_SF_LOS_db, _loss("RMa", 500.0, 700.0).sigma_SF_LOS_db) == (6.0, 4.0)


def test_rma_among_tall_buildings_meets_both_limits() -> None:
    # h = 50 m: 0.03 h^1.72 and 0.044 h^1.72 are above 10 and 14.77; 2.1 GHz, d_3D = 1000.561 m
    loss = _loss("RMa", 1000.0, 2100.0, building_height_m=50.0)
    expected = 20 * math.log10(40 * math.pi * 1000.561 * 2.1 / 3) + 10 * 3.000244 - 14.77
    assert loss.PL_LOS_db == pytest.approx(expected + 0.002 * 1.698970 * 1000.561, abs=1e-3)


def test_rma_out_of_sight_with_other_buildings_and_streets() -> None:
    # table 7.4.1-1 with W = 35 m, h = 10 m, h_BS = 60 m, h_UT = 2 m, 0.7 GHz, d_3D = 3000.561 m
    loss = _loss("RMa", 3000.0, 700.0, base_height_m=60.0, terminal_height_m=2.0, building_height_m=10.0,
                 street_width_m=35.0)  # fmt: skip
    expected = 161.04 - 7.1 * 1.544068 + 7.5 - (24.37 - 3.7 / 36) * 1.778151
    expected += (43.42 - 3.1 * 1.778151) * (3.477202 - 3) + 20 * -0.154902 - (3.2 * 1.371068**2 - 4.97)
    assert loss.PL_NLOS_db == pytest.approx(expected, abs=1e-3)


# table 7.4.2-1, worked by hand
@pytest.mark.parametrize(
    ("scenario", "d_m", "h_ut", "probability"),
    [
        ("RMa", 10.0, 1.5, 1.0),
        ("RMa", 1010.0, 1.5, 0.367879),
        ("UMi", 18.0, 1.5, 1.0),
        ("UMi", 100.0, 1.5, 0.18 + 0.062177 * 0.82),
        ("UMa", 100.0, 1.5, 0.18 + 0.204476 * 0.82),
        # C' = ((23 - 13) / 10)^1.5 = 1; 1 + 1.25 * exp(-100 / 150)
        ("UMa", 100.0, 22.99999, (0.18 + 0.204476 * 0.82) * (1 + 1.25 * 0.513417)),
        ("InH", 1.0, 1.0, 1.0),
        ("InH", 5.9, 1.0, 0.367879),
        ("InH", 39.1, 1.0, 0.32 * 0.367879),
    ],
)
def test_probability_of_line_of_sight(scenario: str, d_m: float, h_ut: float, probability: float) -> None:
    ours = tr38901.los_probability(tr38901.SCENARIOS.index(scenario), d_m, h_ut)
    assert ours == pytest.approx(probability, abs=2e-5)


# tables 7.4.3-1 and 7.4.3-2 at 3.5 GHz: glass 2.7, coated glass 24.05, concrete 19 dB
@pytest.mark.parametrize(
    ("building", "indoor_m", "loss_db"),
    [
        ("low-loss", 0.0, 5 - 10 * math.log10(0.3 * 10**-0.27 + 0.7 * 10**-1.9)),
        ("high-loss", 0.0, 5 - 10 * math.log10(0.7 * 10**-2.405 + 0.3 * 10**-1.9)),
        ("low-loss", 10.0, 10 - 10 * math.log10(0.3 * 10**-0.27 + 0.7 * 10**-1.9)),
    ],
)
def test_loss_into_buildings(building: str, indoor_m: float, loss_db: float) -> None:
    ours = tr38901.building_entry_loss(frequency_mhz=3500, building=building, indoor_distance_m=indoor_m)
    assert ours == pytest.approx(loss_db, abs=1e-9)


@pytest.mark.parametrize("scenario", PLACES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_loss_rises_with_distance_without_jumps(scenario: str, data: st.DataObject) -> None:
    _, _, nearest, farthest = PLACES[scenario]
    d_m = data.draw(st.floats(nearest, farthest / 1.001))
    f_mhz = data.draw(st.floats(500, 30000))
    near, far = _loss(scenario, d_m, f_mhz), _loss(scenario, d_m * 1.001, f_mhz)
    assert 0 <= far.PL_LOS_db - near.PL_LOS_db <= 0.1
    assert 0 <= far.PL_NLOS_db - near.PL_NLOS_db <= 0.1
    assert far.PL_NLOS_db >= far.PL_LOS_db
    assert far.Pr_LOS <= near.Pr_LOS or scenario == "UMa"  # 22 m up in UMa, sight first opens with distance
    assert min(near.PL_LOS_db, near.PL_NLOS_db) <= near.PL_mean_db <= max(near.PL_LOS_db, near.PL_NLOS_db)


@pytest.mark.parametrize("scenario", ["RMa", "UMa", "UMi"])
def test_no_jump_at_the_breakpoint(scenario: str) -> None:
    d_bp = _loss(scenario, 100.0).d_BP_m
    rise = _loss(scenario, d_bp * 1.0005).PL_LOS_db - _loss(scenario, d_bp * 0.9995).PL_LOS_db
    assert 0 <= rise <= 0.1


@pytest.mark.parametrize(
    ("scenario", "change", "words"),
    [
        ("RMa", {"d_m": 10001.0}, "distance_km = 10.001 is not from 0.01 to 10 km"),
        ("RMa", {"f_mhz": 30001.0}, "frequency_mhz"),
        ("RMa", {"base_height_m": 9.0}, "base_height_m = 9.0 is not from 10 to 150 m"),
        ("RMa", {"street_width_m": 4.0}, "street_width_m"),
        ("RMa", {"building_height_m": 51.0}, "building_height_m"),
        ("UMa", {"terminal_height_m": 1.4}, "terminal_height_m"),
        ("UMi", {"d_m": -1.0}, "distance_km = -0.001"),
        ("InH", {"d_m": 151.0}, "distance_km"),
    ],
)
def test_the_door(scenario: str, change: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        _loss(scenario, **{"d_m": 100.0, **change})


def test_unknown_scenario_and_building() -> None:
    with pytest.raises(ValueError, match="scenario = 'rural' is none of RMa, UMa, UMi, InH"):
        tr38901.path_loss("rural", frequency_mhz=700, distance_km=1, base_height_m=35, terminal_height_m=1.5)
    with pytest.raises(ValueError, match="building = 'hut'"):
        tr38901.building_entry_loss(frequency_mhz=700, building="hut")
