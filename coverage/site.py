"""What transmits: carriers and sectors, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carrier:
    """One radio carrier: technology ("3G", "4G" or "5G"), band name, centre frequency and bandwidth."""

    technology: str
    band: str
    frequency_mhz: float
    bandwidth_mhz: float


@dataclass(frozen=True, slots=True)
class Sector:
    """One sector of a site: where its antenna hangs, where it points, what it sends.

    `x_m`, `y_m` are coordinates in the run's projected CRS, `height_m` is above ground, `azimuth_deg` is
    clockwise from true north, downtilts are positive below the horizon, `power_dbm` is the carrier's total
    power into the feeder, `antenna` names an antenna pattern.
    """

    sector_id: str
    site_id: str
    operator: str
    x_m: float
    y_m: float
    height_m: float
    carrier: Carrier
    antenna: str
    azimuth_deg: float
    mechanical_downtilt_deg: float
    electrical_downtilt_deg: float
    power_dbm: float
    feeder_loss_db: float = 1.0
