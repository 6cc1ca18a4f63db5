"""P.1411 and Kun: ns-3's numbers, figures by hand, properties, doors."""

from __future__ import annotations

from math import log10
from pathlib import Path

import part_vectors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.propagation import kun, p1411


def test_equals_ns3(oracles: Path) -> None:
    for comparison in part_vectors.town(oracles):
        comparison.check()


def test_street_by_hand() -> None:
    # 2 GHz: λ = 0.149896229 m; 10 m and 1.5 m: R_bp = 60 / λ = 400.277 m, L_bp = |20 lg(λ² / (120 π))|
    near, far = p1411.street_loss(2000.0, 200.0, 10.0, 1.5), p1411.street_loss(2000.0, 800.0, 10.0, 1.5)
    L_bp = abs(20 * log10(0.149896229**2 / 376.9911184))
    assert near.R_bp == pytest.approx(400.2769, abs=1e-3)
    assert near.L_bp == pytest.approx(L_bp, abs=1e-6)
    lg = log10(200.0 / 400.2769)
    assert near.L_lower == pytest.approx(L_bp + 20 * lg, abs=1e-5)
    assert near.L_upper == pytest.approx(L_bp + 20 + 25 * lg, abs=1e-5)
    assert far.L_lower == pytest.approx(L_bp + 40 * log10(800.0 / 400.2769), abs=1e-5)
    assert far.L_upper == pytest.approx(far.L_lower + 20.0)
    assert near.L_mean == pytest.approx((near.L_lower + near.L_upper) / 2)


@pytest.mark.parametrize(
    ("phi", "loss_db"), [(0.0, -10.0), (20.0, -2.92), (35.0, 2.5), (50.0, 3.625), (55.0, 4.0), (90.0, 0.01)]
)
def test_orientation_of_the_street(phi: float, loss_db: float) -> None:
    assert p1411.orientation_loss_db(phi) == pytest.approx(loss_db, abs=1e-9)


def test_rooftops_by_hand() -> None:
    # 900 MHz, 1 km, 10 m over the roofs, rows 40 m apart: lg 900 = 2.9542425, lg 11 = 1.0413927
    k_f = 900.0 / 925.0 - 1.0
    for metropolitan, factor in ((False, 0.7), (True, 1.5)):
        by_hand = -18 * 1.0413927 + 54.0 + (-4.0 + factor * k_f) * 2.9542425 - 9 * log10(40.0)
        assert p1411.settled_loss_db(900.0, 1000.0, 10.0, 40.0, metropolitan) == pytest.approx(
            by_hand, abs=1e-5
        )
    high = -18 * 1.0413927 + 71.4 - 8.0 * log10(2600.0) - 9 * log10(40.0)
    assert p1411.settled_loss_db(2600.0, 1000.0, 10.0, 40.0, False) == pytest.approx(high, abs=1e-5)
    # grazing: λ = 0.333102731, Q = 2.35 (0.01 sqrt(40 / λ))^0.9; at roof height b / d = 0.04
    Q = 2.35 * (0.01 * (40.0 / 0.333102731) ** 0.5) ** 0.9
    assert p1411.grazing_loss_db(900.0, 1000.0, 10.0, 40.0) == pytest.approx(-20 * log10(Q), abs=1e-6)
    assert p1411.grazing_loss_db(900.0, 1000.0, 0.01, 40.0) == pytest.approx(-20 * log10(0.04), abs=1e-9)
    whole = p1411.rooftop_loss(900.0, 1000.0, 30.0, 1.5, 20.0, 16.0, 35.0, 40.0, 100.0, False)
    # 32.4 + 20 lg 900 = 91.48485; -8.2 - 10 lg 16 + 10 lg 900 + 20 lg 18.5 + 2.5; d_s = 3331 m
    assert whole.L_bf == pytest.approx(91.48485, abs=1e-5)
    assert whole.L_rts == pytest.approx(-8.2 - 12.0412 + 29.542425 + 25.343434 + 2.5, abs=1e-4)
    assert whole.d_s == pytest.approx(3331.02731, abs=1e-4)
    assert pytest.approx(whole.L_bf + whole.L_rts - 20 * log10(Q), abs=1e-6) == whole.L


def test_kun_by_hand() -> None:
    assert kun.kun_2600(frequency_mhz=2620.0, distance_km=2.0) == pytest.approx(36 + 26 * 3.30103, abs=1e-4)
    with pytest.raises(ValueError, match=r"^frequency_mhz = 900 is not from 2500 to 2690 MHz$"):
        kun.kun_2600(frequency_mhz=900, distance_km=2.0)
    with pytest.raises(ValueError, match="distance_km"):
        kun.kun_2600(frequency_mhz=2600, distance_km=-2.0)


@given(st.floats(300, 3000), st.floats(0.01, 0.99), st.floats(2, 60), st.floats(1, 20))
@settings(max_examples=60, deadline=None)
def test_a_street_is_reciprocal_rises_and_has_no_step(f: float, d: float, h_1: float, h_2: float) -> None:
    def loss(km: float, a: float, b: float) -> float:
        found = p1411.street(frequency_mhz=f, distance_km=km, base_height_m=a, mobile_height_m=b)
        assert found.L_lower <= found.L_mean <= found.L_upper
        return found.L_mean

    assert loss(d, h_1, h_2) == pytest.approx(loss(d, h_2, h_1), abs=1e-9)
    assert -1e-9 <= loss(d * 1.001, h_1, h_2) - loss(d, h_1, h_2) < 0.1


@given(st.floats(800, 5000), st.floats(0.02, 4.9), st.floats(21.5, 55), st.floats(1, 3), st.booleans())
@settings(max_examples=60, deadline=None)
def test_rooftops_rise_and_step_only_between_their_fields(
    f: float, d: float, h_1: float, h_2: float, metropolitan: bool
) -> None:
    near, far = (
        p1411.over_rooftops(
            frequency_mhz=f, distance_km=km, base_height_m=h_1, mobile_height_m=h_2, metropolitan=metropolitan
        )
        for km in (d, d * 1.001)
    )
    assert near.L_bf <= near.L
    if (near.d_s < 80.0) == (far.d_s < 80.0):
        assert -1e-9 <= far.L - near.L < 0.1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frequency_mhz": 700.0}, "frequency_mhz = 700.0 is not from 800 to 5000 MHz"),
        ({"distance_km": -1.0}, "distance_km = -1.0 is not from 0.02 to 5 km"),
        ({"base_height_m": 20.5}, "roof_height_m = 20.0 is not from 3.5 to 19.5 m"),
        ({"mobile_height_m": 4.0}, "mobile_height_m = 4.0 is not from 1 to 3 m"),
        ({"street_angle_deg": 91.0}, "street_angle_deg = 91.0 is not from 0 to 90"),
    ],
)
def test_the_door(change: dict[str, float], words: str) -> None:
    usual = {"frequency_mhz": 1800.0, "distance_km": 1.0, "base_height_m": 30.0, "mobile_height_m": 1.5}
    with pytest.raises(ValueError, match=words.replace(".", r"\.")) as found:
        p1411.over_rooftops(**{**usual, **change})
    assert "\n" not in str(found.value)
