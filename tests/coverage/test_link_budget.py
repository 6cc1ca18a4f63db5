"""Reference levels and noise against hand calculations from the 3GPP tables."""

from __future__ import annotations

import pytest

from phusong.coverage.antenna import catalogue
from phusong.coverage.link_budget import (
    level_without_path_dbm,
    noise_dbm,
    reference_power_dbm,
    resource_elements,
)
from phusong.coverage.options import Options
from phusong.coverage.site import Carrier, Sector


def sector(technology: str, frequency_mhz: float, bandwidth_mhz: float, power_dbm: float) -> Sector:
    carrier = Carrier(technology, "test", frequency_mhz, bandwidth_mhz)
    return Sector("a-1", "a", "A", 0.0, 0.0, 40.0, carrier, "3gpp-36814", 0.0, 0.0, 0.0, power_dbm)


def test_resource_elements() -> None:
    assert resource_elements(Carrier("4G", "B3", 1800.0, 20.0)) == 1200  # TS 36.101 Table 5.6-1: 100 blocks
    assert resource_elements(Carrier("5G", "n78", 3500.0, 100.0)) == 3276  # TS 38.101-1 Table 5.3.2-1: 273
    assert resource_elements(Carrier("5G", "n28", 700.0, 20.0)) == 1272  # 106 at 15 kHz
    with pytest.raises(ValueError, match="7 MHz"):
        resource_elements(Carrier("4G", "B3", 1800.0, 7.0))


def test_reference_power() -> None:
    # 46 dBm over 1200 elements: 46 - 30.79
    assert reference_power_dbm(sector("4G", 1800.0, 20.0, 46.0)) == pytest.approx(15.208, abs=1e-3)
    # a tenth of 43 dBm
    assert reference_power_dbm(sector("3G", 2100.0, 5.0, 43.0)) == pytest.approx(33.0, abs=1e-9)


def test_level_without_path() -> None:
    # 15.208 + 17 dBi - 1 dB feeder - 3 dB body
    level = level_without_path_dbm(sector("4G", 1800.0, 20.0, 46.0), catalogue()["3gpp-36814"], Options())
    assert level == pytest.approx(28.208, abs=1e-3)


def test_noise() -> None:
    # -174 + 10 log 15e3 + 9
    assert noise_dbm(Carrier("4G", "B3", 1800.0, 20.0), Options()) == pytest.approx(-123.24, abs=0.01)
    # -174 + 10 log 30e3 + 9
    assert noise_dbm(Carrier("5G", "n78", 3500.0, 100.0), Options()) == pytest.approx(-120.23, abs=0.01)
