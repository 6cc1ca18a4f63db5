"""Antenna patterns: how much weaker a sector is away from the direction it points to.

A pattern is two cuts around the antenna. The parametric ones come from 3GPP TR 36.814 V9.2.0, Table
A.2.1.1-2 (macro base station) and TR 38.901 V17, Table 7.3-1 (antenna element); a maker's MSI/Planet file is
read by `parse_msi`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

DEGREES = 360
DIPOLE_DBI = 2.15  # gain of a half-wave dipole over an isotropic antenna
_FINE = 10  # entries per degree of a cut that comes from a formula


@dataclass(frozen=True, slots=True)
class Antenna:
    """Gain in dBi and losses in dB below it, in two cuts of 360 · n entries, n to a degree.

    `horizontal_db` runs clockwise from the boresight, `vertical_db` from the horizon downwards (180° looks
    backwards). The loss in a direction is the two cuts' sum, at most `floor_db` (the front-to-back ratio).
    `tilt_deg` is the electrical downtilt already inside `vertical_db`.
    """

    name: str
    gain_dbi: float
    horizontal_db: NDArray[np.float64]
    vertical_db: NDArray[np.float64]
    floor_db: float
    tilt_deg: float = 0.0

    def __post_init__(self) -> None:
        for cut in (self.horizontal_db, self.vertical_db):
            if cut.ndim != 1 or not cut.size or cut.size % DEGREES:
                raise ValueError(f"antenna {self.name}: a cut has 360 entries or a multiple of it")
            if not np.isfinite(cut).all() or (cut < 0.0).any():
                raise ValueError(f"antenna {self.name}: a cut holds losses in dB, none below 0")

    def loss_db(self, azimuth_offset_deg: float, below_horizon_deg: float, *, tilt_deg: float = 0.0) -> float:
        """Loss below the maximum gain, dB, in one direction; `tilt_deg` is the downtilt to apply."""
        horizontal = cut_db(self.horizontal_db, np.asarray(azimuth_offset_deg))
        vertical = cut_db(self.vertical_db, np.asarray(below_horizon_deg - (tilt_deg - self.tilt_deg)))
        return float(np.minimum(horizontal + vertical, self.floor_db))


def parametric(
    name: str,
    *,
    gain_dbi: float,
    horizontal_width_deg: float,
    vertical_width_deg: float,
    floor_db: float,
    side_lobe_db: float,
) -> Antenna:
    """The parabolic pattern of 3GPP TR 36.814 Table A.2.1.1-2 and TR 38.901 Table 7.3-1.

    A_H(φ) = min(12 (φ/φ_3dB)², A_m), A_V(θ) = min(12 (θ/θ_3dB)², SLA_V), together at most A_m; widths are the
    3 dB beam widths in degrees, above 0.
    """
    if not (horizontal_width_deg > 0.0 and vertical_width_deg > 0.0):
        raise ValueError("beam widths must be above 0 degrees")
    angle_deg = (np.arange(DEGREES * _FINE) / _FINE + 180.0) % DEGREES - 180.0
    return Antenna(
        name=name,
        gain_dbi=gain_dbi,
        horizontal_db=np.minimum(12.0 * (angle_deg / horizontal_width_deg) ** 2, floor_db),
        vertical_db=np.minimum(12.0 * (angle_deg / vertical_width_deg) ** 2, side_lobe_db),
        floor_db=floor_db,
    )


def omnidirectional(name: str = "omni", *, gain_dbi: float = 0.0) -> Antenna:
    """Equal in all directions."""
    return Antenna(name, gain_dbi, np.zeros(DEGREES), np.zeros(DEGREES), 0.0)


# name, gain dBi, beam widths in degrees, floor and side lobe dB
_PARAMETRIC = (
    # TR 36.814 Table A.2.1.1-2: 70°, A_m 25 dB, 10°, SLA_V 20 dB; Table A.2.1.1.3-1: 17 dBi
    ("3gpp-36814", 17.0, 70.0, 10.0, 25.0, 20.0),
    # TR 38.901 Table 7.3-1: 8 dBi, 65°, A_max 30 dB, 65°, SLA_V 30 dB
    ("3gpp-38901", 8.0, 65.0, 65.0, 30.0, 30.0),
    # panels two metres high with the same formula: gains and widths usual in makers' data sheets
    ("panel_900", 15.5, 65.0, 10.0, 25.0, 18.0),
    ("panel_1800", 17.5, 65.0, 7.0, 25.0, 18.0),
    ("panel_2100", 18.0, 63.0, 6.5, 25.0, 18.0),
    # envelope of the beams that carry synchronisation signals: 5 dB below a 64-element traffic beam's 25 dBi
    ("massive_mimo_2600", 20.0, 105.0, 10.0, 30.0, 20.0),
    ("massive_mimo_3500", 20.0, 105.0, 8.0, 30.0, 20.0),
)


def catalogue() -> Mapping[str, Antenna]:
    """The antennas that come with phusong, by name."""
    antennas = [
        parametric(
            name,
            gain_dbi=gain_dbi,
            horizontal_width_deg=horizontal_deg,
            vertical_width_deg=vertical_deg,
            floor_db=floor_db,
            side_lobe_db=side_lobe_db,
        )
        for name, gain_dbi, horizontal_deg, vertical_deg, floor_db, side_lobe_db in _PARAMETRIC
    ]
    return MappingProxyType({antenna.name: antenna for antenna in (*antennas, omnidirectional())})


def parse_msi(text: str) -> Antenna:
    """The antenna of an MSI (Planet) pattern file, given as its text.

    Lines NAME, GAIN (dBd unless it says dBi), TILT or ELECTRICAL_TILT in degrees, then HORIZONTAL 360 and
    VERTICAL 360 with a line `degree loss` each; the vertical cut runs from the horizon downwards. Raises
    ValueError, one line, for what is missing or not a number.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    header: dict[str, list[str]] = {}
    cuts: dict[str, NDArray[np.float64]] = {}
    at = 0
    while at < len(lines):
        key, *rest = lines[at]
        at += 1
        if key.upper() in ("HORIZONTAL", "VERTICAL"):
            count = int(_number(key, rest))
            cuts[key.upper()] = _msi_cut(key, lines[at : at + count], count)
            at += count
        else:
            header.setdefault(key.upper(), rest)
    for needed in ("HORIZONTAL", "VERTICAL"):
        if needed not in cuts:
            raise ValueError(f"the pattern has no {needed} cut")
    if "GAIN" not in header:
        raise ValueError("the pattern has no GAIN")
    over_isotropic = any(word.lower() == "dbi" for word in header["GAIN"])
    gain_dbi = _number("GAIN", header["GAIN"]) + (0.0 if over_isotropic else DIPOLE_DBI)
    tilt = header.get("ELECTRICAL_TILT") or header.get("TILT") or ["0"]
    tilt_deg = float(tilt[0]) if tilt[0].lstrip("+-").replace(".", "", 1).isdigit() else 0.0
    horizontal, vertical = cuts["HORIZONTAL"], cuts["VERTICAL"]
    return Antenna(
        name=" ".join(header.get("NAME", ["msi"])),
        gain_dbi=gain_dbi,
        horizontal_db=horizontal,
        vertical_db=vertical,
        floor_db=float(max(horizontal.max(), vertical.max())),
        tilt_deg=tilt_deg,
    )


def _number(key: str, words: list[str]) -> float:
    try:
        return float(words[0].replace(",", "."))
    except (IndexError, ValueError):
        raise ValueError(f"{key} is followed by {' '.join(words) or 'nothing'}, not by a number") from None


def _msi_cut(key: str, lines: list[list[str]], count: int) -> NDArray[np.float64]:
    if count != DEGREES or len(lines) != DEGREES:
        raise ValueError(f"{key} has {min(count, len(lines))} lines, not {DEGREES}")
    cut = np.full(DEGREES, np.nan)
    for words in lines:
        degree = _number(key, words)
        if degree % 1.0 or not 0 <= degree < DEGREES:
            raise ValueError(f"{key} has an angle of {words[0]}; whole degrees from 0 to 359 are read")
        cut[int(degree)] = _number(key, words[1:])
    if np.isnan(cut).any():
        raise ValueError(f"{key} lacks the angle {int(np.flatnonzero(np.isnan(cut))[0])}")
    return cut


def cut_db(cut: NDArray[np.float64], angle_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Losses of a cut in dB at any angles, between its entries in straight lines."""
    at = (np.asarray(angle_deg, np.float64) % DEGREES) * (cut.size // DEGREES)
    below = np.floor(at).astype(np.int64)
    low, high = cut[below % cut.size], cut[(below + 1) % cut.size]
    result: NDArray[np.float64] = low + (high - low) * (at - below)
    return result
