"""Rates against the 3GPP text they follow and against hand calculations."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.service_rate import (
    LTE_DOWNLINK,
    LTE_UPLINK,
    downlink_mbit_s,
    rsrq_db,
    spectral_efficiency,
    uplink_mbit_s,
)
from phusong.coverage.site import Carrier

LTE = Carrier("4G", "B3", 1800.0, 20.0)


def test_bound_of_tr_36942() -> None:
    # Annex A.2: 0.6 log2(1 + 10) at 10 dB, 4.4 bit/s/Hz at most, nothing below -10 dB
    np.testing.assert_allclose(
        spectral_efficiency([10.0, 40.0, -10.01, np.nan], LTE_DOWNLINK), [2.0757, 4.4, 0.0, 0.0], atol=1e-4
    )
    assert spectral_efficiency(40.0, LTE_UPLINK) == 2.0


def test_downlink_of_20_mhz() -> None:
    # 100 blocks of 180 kHz at 4.4 bit/s/Hz
    assert downlink_mbit_s(40.0, LTE) == pytest.approx(79.2)
    assert downlink_mbit_s(40.0, LTE, share=0.25) == pytest.approx(19.8)
    with pytest.raises(ValueError, match="Ec/Io"):
        downlink_mbit_s(0.0, Carrier("3G", "B8", 900.0, 5.0))


def test_uplink_by_hand() -> None:
    # 1.8 MHz: -174 + 62.55 + 5 + 3 = -103.45 dBm; 23 - 126.45 + 103.45 = 0 dB; 0.4 · 1 bit/s/Hz
    assert uplink_mbit_s(126.447, LTE) == pytest.approx(0.72, abs=0.001)


def test_rsrq_at_its_known_ends() -> None:
    # full load alone: 1/12 = -10.79 dB; empty: 1/2 of it is two reference elements, -3.01 dB
    assert rsrq_db(-80.0, 200.0, load=1.0) == pytest.approx(-10.79, abs=0.01)
    assert rsrq_db(-80.0, 200.0, load=0.0) == pytest.approx(-3.01, abs=0.01)
    assert np.isnan(rsrq_db(np.nan, 5.0, load=0.5))
