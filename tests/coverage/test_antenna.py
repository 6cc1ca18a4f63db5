"""Patterns against the 3GPP tables they are taken from."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.antenna import Antenna, catalogue


def test_macro_pattern_of_tr_36814() -> None:
    antenna = catalogue()["3gpp-36814"]
    # TR 36.814 Table A.2.1.1-2: half the 3 dB width off boresight costs 3 dB, in both planes
    assert antenna.loss_db(35.0, 0.0) == pytest.approx(3.0, abs=1e-9)
    assert antenna.loss_db(0.0, 5.0) == pytest.approx(3.0, abs=1e-9)
    # 12 (60 / 70)² and 12 (2 / 10)²
    assert antenna.loss_db(-60.0, 0.0) == pytest.approx(8.816, abs=1e-3)
    assert antenna.loss_db(0.0, -2.0) == pytest.approx(0.48, abs=1e-9)
    assert antenna.loss_db(180.0, 0.0) == 25.0  # A_m
    assert antenna.loss_db(0.0, 90.0) == 20.0  # SLA_V
    assert antenna.loss_db(180.0, 90.0) == 25.0  # together at most A_m


def test_element_pattern_of_tr_38901() -> None:
    antenna = catalogue()["3gpp-38901"]
    # TR 38.901 Table 7.3-1: 65° and 30 dB in both planes
    assert antenna.gain_dbi == 8.0
    assert antenna.loss_db(32.5, 0.0) == pytest.approx(3.0, abs=1e-9)
    assert antenna.loss_db(0.0, 32.5) == pytest.approx(3.0, abs=1e-9)
    assert antenna.loss_db(180.0, 0.0) == 30.0


def test_electrical_tilt_moves_the_beam_down() -> None:
    antenna = catalogue()["3gpp-36814"]
    assert antenna.loss_db(0.0, 6.0, tilt_deg=6.0) == pytest.approx(0.0, abs=1e-9)
    assert antenna.loss_db(0.0, 0.0, tilt_deg=6.0) == pytest.approx(12.0 * 0.36, abs=1e-9)


def test_a_cut_must_be_losses_all_around() -> None:
    with pytest.raises(ValueError, match="360 entries"):
        Antenna("short", 10.0, np.zeros(10), np.zeros(360), 25.0)
    with pytest.raises(ValueError, match="none below 0"):
        Antenna("gain", 10.0, np.full(360, -3.0), np.zeros(360), 25.0)
