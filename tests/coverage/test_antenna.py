"""Patterns against the 3GPP tables they are taken from."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.antenna import Antenna, catalogue, parse_msi


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


def _msi(gain: str = "15.35 dBd", skipped: int | None = None) -> str:
    horizontal = [f"{a} {min(12 * ((a + 180) % 360 - 180) ** 2 / 4225, 25):.2f}" for a in range(360)]
    vertical = [f"{a}.0 {min(12 * ((a - 4 + 180) % 360 - 180) ** 2 / 49, 22):.2f}" for a in range(360)]
    if skipped is not None:
        vertical[skipped] = f"{skipped + 1}.0 1.00"
    head = ["NAME a panel", "FREQUENCY 1800", f"GAIN {gain}", "TILT ELECTRICAL", "ELECTRICAL_TILT 4"]
    return "\n".join([*head, "HORIZONTAL 360", *horizontal, "VERTICAL 360", *vertical])


def test_an_msi_file_is_read() -> None:
    antenna = parse_msi(_msi())
    assert antenna.name == "a panel"
    assert antenna.gain_dbi == pytest.approx(17.5)  # dBd + 2.15
    assert antenna.tilt_deg == 4.0
    assert antenna.loss_db(65.0, 4.0, tilt_deg=4.0) == pytest.approx(12.0, abs=0.005)
    assert antenna.loss_db(0.0, 4.0, tilt_deg=4.0) == pytest.approx(0.0, abs=0.005)
    # told to tilt 6 degrees, the beam of a pattern tilted 4 goes down by two more
    assert antenna.loss_db(0.0, 6.0, tilt_deg=6.0) == pytest.approx(0.0, abs=0.005)
    assert antenna.loss_db(180.0, 4.0, tilt_deg=4.0) == 25.0
    assert parse_msi(_msi("17.5 dBi")).gain_dbi == 17.5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("NAME x\nGAIN 15", "no HORIZONTAL"),
        (_msi().replace("GAIN 15.35 dBd", "COLOUR red"), "no GAIN"),
        (_msi("loud"), "GAIN is followed by loud"),
        (_msi(skipped=9), "lacks the angle 9"),
        ("HORIZONTAL 12\n0 0", "12 lines|1 lines"),
    ],
)
def test_a_broken_msi_file_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_msi(text)
