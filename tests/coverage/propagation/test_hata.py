"""Closed-form models: other people's numbers, identities by hand, properties, doors."""

from __future__ import annotations

import math
from pathlib import Path

import hata_vectors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.coverage.propagation.ecc33 import ecc33
from phusong.coverage.propagation.hata import cost231_hata, mobile_gain_db, okumura_hata
from phusong.coverage.propagation.spm import SpmCoefficients, spm, terms
from phusong.coverage.propagation.sui import sui


def test_hata_and_cost231_equal_ns3(oracles: Path) -> None:
    for comparison in hata_vectors.hata_losses(oracles):
        comparison.check()


# Hata (1980) prints no table: his formulas with the logarithms written out, at 900 MHz, 30 m, 1.5 m, where
# lg 900 = 2.9542425 and lg 30 = 1.4771213
SMALL_CITY_DB = (1.1 * 2.9542425 - 0.7) * 1.5 - (1.56 * 2.9542425 - 0.8)
LARGE_CITY_DB = 3.2 * 1.2461291**2 - 4.97  # lg 17.625
HATA_1_KM_DB = 69.55 + 26.16 * 2.9542425 - 13.82 * 1.4771213


@pytest.mark.parametrize(
    ("environment", "large_city", "distance_km", "loss_db"),
    [
        ("urban", False, 1.0, HATA_1_KM_DB - SMALL_CITY_DB),
        ("urban", False, 10.0, HATA_1_KM_DB - SMALL_CITY_DB + 44.9 - 6.55 * 1.4771213),
        ("urban", True, 1.0, HATA_1_KM_DB - LARGE_CITY_DB),
        ("suburban", False, 1.0, HATA_1_KM_DB - SMALL_CITY_DB - 2 * 1.5070845**2 - 5.4),  # lg 32.142857
        ("open", False, 1.0, HATA_1_KM_DB - SMALL_CITY_DB - 4.78 * 8.7275488 + 18.33 * 2.9542425 - 40.94),
    ],
)
def test_hata_by_hand(environment: str, large_city: bool, distance_km: float, loss_db: float) -> None:
    ours = okumura_hata(
        frequency_mhz=900,
        base_height_m=30,
        mobile_height_m=1.5,
        distance_km=distance_km,
        environment=environment,
        large_city=large_city,
    )
    assert ours == pytest.approx(loss_db, abs=2e-5)


def test_hatas_correction_for_a_large_city_below_300_mhz() -> None:
    # [Hata 15] at 3 m: lg 4.62 = 0.6646420
    assert mobile_gain_db(150.0, 3.0, True) == pytest.approx(8.29 * 0.6646420**2 - 1.1, abs=1e-5)


# lg 1800 = 3.2552725, lg 50 = 1.6989700, lg 5 = 0.6989700, lg 23.5 = 1.3710679
COST231_DB = 46.3 + 33.9 * 3.2552725 - 13.82 * 1.6989700 + (44.9 - 6.55 * 1.6989700) * 0.6989700


@pytest.mark.parametrize(
    ("large_city", "loss_db"),
    [
        (False, COST231_DB - ((1.1 * 3.2552725 - 0.7) * 2 - (1.56 * 3.2552725 - 0.8))),
        (True, COST231_DB - (3.2 * 1.3710679**2 - 4.97) + 3),
    ],
)
def test_cost231_by_hand(large_city: bool, loss_db: float) -> None:
    ours = cost231_hata(
        frequency_mhz=1800, base_height_m=50, mobile_height_m=2, distance_km=5, large_city=large_city
    )
    assert ours == pytest.approx(loss_db, abs=2e-5)


# IEEE 802.16.3c-01/29r4 at 3.5 GHz, 30 m, 6 m, 2.5 km: free space over 100 m is 32.4478 + 20 lg 3500 - 20,
# lg 25 = 1.3979400, lg 1.75 = 0.2430380, lg 3 = 0.4771213; gamma = a - 30 b + c / 30
@pytest.mark.parametrize(
    ("terrain", "gamma", "per_height"), [("A", 4.795, 10.8), ("B", 4.375, 10.8), ("C", 4.1166667, 20.0)]
)
def test_sui_by_hand(terrain: str, gamma: float, per_height: float) -> None:
    ours = sui(frequency_mhz=3500, base_height_m=30, mobile_height_m=6, distance_km=2.5, terrain=terrain)
    free_space = 32.447783 + 20 * 3.5440680 - 20
    expected = free_space + 10 * gamma * 1.3979400 + 6 * 0.2430380 - per_height * 0.4771213
    assert ours == pytest.approx(expected, abs=2e-5)


# ECC Report 33 at 3.5 GHz, 30 m, 6 m, 5 km: lg 3.5 = 0.5440680, lg 5 = 0.6989700, lg 0.15 = -0.8239087
@pytest.mark.parametrize(
    ("large_city", "G_r"),
    [(False, (42.57 + 13.7 * 0.5440680) * (0.7781513 - 0.585)), (True, 0.759 * 6 - 1.862)],
)
def test_ecc33_by_hand(large_city: bool, G_r: float) -> None:
    ours = ecc33(
        frequency_mhz=3500, base_height_m=30, mobile_height_m=6, distance_km=5, large_city=large_city
    )
    A_fs = 92.4 + 20 * 0.6989700 + 20 * 0.5440680
    A_bm = 20.41 + 9.83 * 0.6989700 + 7.894 * 0.5440680 + 9.56 * 0.5440680**2
    G_b = -0.8239087 * (13.958 + 5.8 * 0.6989700**2)
    assert ours == pytest.approx(A_fs + A_bm - G_b - G_r, abs=2e-5)


@settings(deadline=None)
@given(d=st.floats(1, 20), h_b=st.floats(30, 200))
def test_spms_default_coefficients_are_cost231(d: float, h_b: float) -> None:
    expected = cost231_hata(frequency_mhz=1800, base_height_m=h_b, mobile_height_m=1.5, distance_km=d)
    ours = spm(distance_km=d, tx_effective_height_m=h_b, rx_height_m=1.5)
    assert ours == pytest.approx(expected, abs=1e-9)


def test_spm_is_linear_in_each_coefficient() -> None:
    arguments = {"distance_km": 3.0, "tx_effective_height_m": 40.0, "rx_height_m": 2.0, "diffraction_db": 7.0}
    base = SpmCoefficients(10, 20, 3, 0.5, -1, 0.2, 4)
    multiplied = terms(3000.0, 40.0, 7.0, 2.0)
    assert multiplied == pytest.approx(
        (1, math.log10(3000), math.log10(40), 7, math.log10(3000) * math.log10(40), 2, math.log10(2))
    )
    for index, term in enumerate(multiplied):
        changed = list(base.as_tuple())
        changed[index] += 1
        rise = spm(**arguments, coefficients=SpmCoefficients(*changed)) - spm(**arguments, coefficients=base)
        assert rise == pytest.approx(term, abs=1e-9)


MODELS = {
    "okumura_hata": (okumura_hata, (150, 1500), (30, 200), (1, 10), (1, 20)),
    "cost231_hata": (cost231_hata, (1500, 2000), (30, 200), (1, 10), (1, 20)),
    "sui": (sui, (1900, 3500), (10, 80), (2, 10), (0.1, 8)),
    "ecc33": (ecc33, (700, 3800), (20, 200), (1.5, 10), (1, 10)),
}


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_loss_rises_with_distance_without_jumps(name: str, data: st.DataObject) -> None:
    model, f, h_b, h_m, d = MODELS[name]
    arguments = {
        "frequency_mhz": data.draw(st.floats(*f)),
        "base_height_m": data.draw(st.floats(*h_b)),
        "mobile_height_m": data.draw(st.floats(*h_m)),
    }
    near = data.draw(st.floats(d[0], d[1] / 1.001))
    step = model(**arguments, distance_km=near * 1.001) - model(**arguments, distance_km=near)
    assert 0.0 < step <= 0.1


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("which", range(4))
@pytest.mark.parametrize("side", [0, 1])
def test_doors_are_where_the_docstrings_say(name: str, which: int, side: int) -> None:
    model, *ranges = MODELS[name]
    names = ("frequency_mhz", "base_height_m", "mobile_height_m", "distance_km")
    inside = {key: sum(limits) / 2 for key, limits in zip(names, ranges, strict=True)}
    limit = ranges[which][side]
    assert math.isfinite(model(**{**inside, names[which]: limit}))
    beyond = limit * (1.01 if side else 0.99)
    with pytest.raises(ValueError, match=f"{names[which]} = .* is not from"):
        model(**{**inside, names[which]: beyond})
    with pytest.raises(ValueError, match=names[which]):
        model(**{**inside, names[which]: math.nan})


def test_spms_door() -> None:
    with pytest.raises(ValueError, match="distance_km = -1"):
        spm(distance_km=-1, tx_effective_height_m=30, rx_height_m=1.5)
    with pytest.raises(ValueError, match="k3 = nan"):
        SpmCoefficients(k3=math.nan)
