"""Antenna patterns: how much weaker a sector is away from the direction it points to.

A pattern is two cuts in whole degrees. The parametric ones come from 3GPP TR 36.814 V9.2.0, Table
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


@dataclass(frozen=True, slots=True)
class Antenna:
    """Gain in dBi and losses in dB below it: `horizontal_db[φ]` at φ degrees clockwise from the boresight,
    `vertical_db[θ]` at θ degrees below the horizon (θ = 180 looks backwards), both of shape (360,).

    The loss in a direction is the two cuts' sum, at most `floor_db` (the front-to-back ratio).
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
            if cut.shape != (DEGREES,) or not np.isfinite(cut).all() or (cut < 0.0).any():
                raise ValueError(f"antenna {self.name}: a cut needs 360 losses in dB, none below 0")

    def loss_db(self, azimuth_offset_deg: float, below_horizon_deg: float, *, tilt_deg: float = 0.0) -> float:
        """Loss below the maximum gain, dB, in one direction; `tilt_deg` is the downtilt to apply."""
        horizontal = _between_degrees(self.horizontal_db, azimuth_offset_deg)
        vertical = _between_degrees(self.vertical_db, below_horizon_deg - (tilt_deg - self.tilt_deg))
        return float(min(horizontal + vertical, self.floor_db))


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
    angle_deg = (np.arange(DEGREES) + 180.0) % DEGREES - 180.0
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


def catalogue() -> Mapping[str, Antenna]:
    """The antennas that come with phusong, by name."""
    antennas = (
        # TR 36.814 Table A.2.1.1-2: 70°, A_m 25 dB; 10°, SLA_V 20 dB; Table A.2.1.1.3-1: 17 dBi
        parametric(
            "macro-65",
            gain_dbi=17.0,
            horizontal_width_deg=65.0,
            vertical_width_deg=8.0,
            floor_db=25.0,
            side_lobe_db=20.0,
        ),
        parametric(
            "3gpp-36814",
            gain_dbi=17.0,
            horizontal_width_deg=70.0,
            vertical_width_deg=10.0,
            floor_db=25.0,
            side_lobe_db=20.0,
        ),
        # TR 38.901 Table 7.3-1: 65°, A_max 30 dB; 65°, SLA_V 30 dB; 8 dBi
        parametric(
            "3gpp-38901",
            gain_dbi=8.0,
            horizontal_width_deg=65.0,
            vertical_width_deg=65.0,
            floor_db=30.0,
            side_lobe_db=30.0,
        ),
        omnidirectional(),
    )
    return MappingProxyType({antenna.name: antenna for antenna in antennas})


def _between_degrees(cut: NDArray[np.float64], angle_deg: float) -> float:
    at = angle_deg % DEGREES
    below = int(at) % DEGREES
    return float(cut[below] + (cut[(below + 1) % DEGREES] - cut[below]) * (at - int(at)))
