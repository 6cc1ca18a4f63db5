"""From a sector's power to the level of its reference signal, and the noise it is held against."""

from __future__ import annotations

from math import log10

from phusong.coverage.antenna import Antenna
from phusong.coverage.options import Options
from phusong.coverage.site import Carrier, Sector

THERMAL_DBM_HZ = -174.0  # kT at 290 K
PILOT_SHARE = 0.1  # of a 3G carrier's power, TS 25.942 §5.1.1.2
CHIP_RATE_HZ = 3.84e6

# resource blocks by bandwidth in MHz: TS 36.101 Table 5.6-1; TS 38.101-1 Table 5.3.2-1 at 15 and 30 kHz
_LTE_BLOCKS: dict[float, int] = {1.4: 6, 3.0: 15, 5.0: 25, 10.0: 50, 15.0: 75, 20.0: 100}
_NR_BLOCKS_15: dict[float, int] = {5: 25, 10: 52, 15: 79, 20: 106, 25: 133, 30: 160, 40: 216, 50: 270}
_NR_BLOCKS_30: dict[float, int] = {
    5: 11, 10: 24, 15: 38, 20: 51, 25: 65, 30: 78, 40: 106, 50: 133, 60: 162, 70: 189, 80: 217,
    90: 245, 100: 273,
}  # fmt: skip


def subcarrier_hz(carrier: Carrier) -> float:
    """Width of one resource element, Hz: 15 kHz, and 30 kHz for 5G above 2.4 GHz (the TDD bands)."""
    return 30e3 if carrier.technology == "5G" and carrier.frequency_mhz > 2400.0 else 15e3


def resource_elements(carrier: Carrier) -> int:
    """Subcarriers that share a 4G or 5G carrier's power. ValueError for a bandwidth 3GPP does not list."""
    table = _LTE_BLOCKS
    if carrier.technology == "5G":
        table = _NR_BLOCKS_30 if subcarrier_hz(carrier) > 15e3 else _NR_BLOCKS_15
    blocks = table.get(carrier.bandwidth_mhz)
    if blocks is None:
        raise ValueError(f"no {carrier.technology} carrier is {carrier.bandwidth_mhz:g} MHz wide")
    return 12 * blocks


def reference_power_dbm(sector: Sector) -> float:
    """Power of the reference signal into the feeder, dBm: per resource element, or of 3G's pilot."""
    if sector.carrier.technology == "3G":
        return sector.power_dbm + 10.0 * log10(PILOT_SHARE)
    return sector.power_dbm - 10.0 * log10(resource_elements(sector.carrier))


def level_without_path_dbm(sector: Sector, antenna: Antenna, options: Options) -> float:
    """Reference level a phone would get over a path without loss, in the antenna's main direction, dBm.

    P + G_t − L_feeder + G_r − L_body, plus the stated beam gain for 5G.
    """
    beam_db = options.ssb_gain_db if sector.carrier.technology == "5G" else 0.0
    return (
        reference_power_dbm(sector)
        + antenna.gain_dbi
        + beam_db
        - sector.feeder_loss_db
        + options.receiver_gain_dbi
        - options.body_loss_db
    )


def noise_dbm(carrier: Carrier, options: Options) -> float:
    """Noise in the bandwidth of the reference signal, dBm: one resource element, or 3G's chip rate."""
    bandwidth_hz = CHIP_RATE_HZ if carrier.technology == "3G" else subcarrier_hz(carrier)
    return THERMAL_DBM_HZ + 10.0 * log10(bandwidth_hz) + options.noise_figure_db


def interference_shares(carrier: Carrier, options: Options) -> tuple[float, float]:
    """How much of the others' and of the own reference level counts as interference, as factors.

    4G and 5G: others while they send, nothing of one's own cell. 3G: SINR is the pilot's Ec/Io, and every
    cell, the own one too, sends its pilot and, at `load`, the rest of its power.
    """
    if carrier.technology == "3G":
        total = 1.0 + options.load * (1.0 / PILOT_SHARE - 1.0)
        return total, total
    return options.load, 0.0
