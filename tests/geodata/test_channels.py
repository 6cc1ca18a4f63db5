"""Channel numbers against the centre frequencies that the specifications' tables and examples give."""

from __future__ import annotations

import pytest

from phusong.geodata.channels import downlink_mhz
from phusong.geodata.schema import band_of


@pytest.mark.parametrize(
    ("technology", "channel", "frequency_mhz"),
    [
        ("4G", 300, 2140.0), ("4G", 1575, 1842.5), ("4G", 3625, 942.5), ("4G", 2525, 881.5),
        ("4G", 9435, 780.5), ("4G", 39150, 2350.0), ("4G", 40620, 2593.0), ("4G", 3100, 2655.0),
        ("5G", 516000, 2580.0), ("5G", 650000, 3750.0), ("5G", 632628, 3489.42), ("5G", 156100, 780.5),
        ("3G", 10700, 2140.0), ("3G", 3013, 942.6), ("3G", 4400, 880.0),
    ],
)  # fmt: skip
def test_known_channels(technology: str, channel: int, frequency_mhz: float) -> None:
    found = downlink_mhz(technology, channel)
    assert found == pytest.approx(frequency_mhz)


@pytest.mark.parametrize(
    ("technology", "channel"), [("4G", 5999), ("4G", -1), ("3G", 1), ("5G", 3_000_000), ("2G", 60)]
)
def test_no_channel(technology: str, channel: int) -> None:
    assert downlink_mhz(technology, channel) is None


def test_every_channel_of_the_bands_is_one_that_vietnam_assigns_but_for_the_rim() -> None:
    inside = [band_of(downlink_mhz("4G", n) or 0.0) for n in (1200, 1949, 3450, 3799, 9210, 9510, 38650)]
    assert inside == ["1800", "1800", "900", "900", "700", "700", "2300"]
