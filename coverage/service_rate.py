"""What a phone can do with the signal it gets: data rates and reference signal quality.

Rates follow the attenuated and truncated Shannon bound of 3GPP TR 36.942 V17, Annex A.2 (equation A.2), with
the parameters of its Table A.1 and A.2; for 5G the same bound with a higher ceiling (256QAM, TS 38.214 Table
5.1.3.1-2: 7.4063 bit/s/Hz) and the same attenuation, an assumption of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.coverage.link_budget import resource_elements, subcarrier_hz
from phusong.coverage.site import Carrier


@dataclass(frozen=True, slots=True)
class RateBound:
    """Attenuated Shannon bound: S = α log2(1 + SINR) between two SINRs, nothing below, its ceiling above."""

    alpha: float
    lowest_sinr_db: float
    highest_bit_s_hz: float


# TR 36.942 Table A.1 (downlink, 1x2, adaptive modulation and coding) and Table A.2 (uplink)
LTE_DOWNLINK = RateBound(alpha=0.6, lowest_sinr_db=-10.0, highest_bit_s_hz=4.4)
LTE_UPLINK = RateBound(alpha=0.4, lowest_sinr_db=-10.0, highest_bit_s_hz=2.0)
NR_DOWNLINK = RateBound(alpha=0.6, lowest_sinr_db=-10.0, highest_bit_s_hz=7.4063)


def spectral_efficiency(sinr_db: ArrayLike, bound: RateBound) -> NDArray[np.float64]:
    """Bit/s/Hz at these SINRs, TR 36.942 (A.2); 0 below the lowest SINR and where there is no signal."""
    sinr = np.asarray(sinr_db, np.float64)
    shannon = bound.alpha * np.log2(1.0 + 10.0 ** (np.nan_to_num(sinr, nan=-200.0) / 10.0))
    usable = np.nan_to_num(sinr, nan=-200.0) >= bound.lowest_sinr_db
    return np.where(usable, np.minimum(shannon, bound.highest_bit_s_hz), 0.0)


def downlink_mbit_s(sinr_db: ArrayLike, carrier: Carrier, *, share: float = 1.0) -> NDArray[np.float64]:
    """Downlink rate of a phone that gets `share` (0 to 1) of a 4G or 5G carrier, Mbit/s.

    The band is that of the carrier's resource blocks. One layer: MIMO multiplies, and is not assumed. TDD
    carriers give the downlink a part of the time: put it into `share`. Raises ValueError for 3G, whose SINR
    here is the pilot's Ec/Io.
    """
    if carrier.technology not in ("4G", "5G"):
        raise ValueError(f"no rate is derived for {carrier.technology}: its SINR is the pilot's Ec/Io")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share lies between 0 and 1, not {share}")
    bound = NR_DOWNLINK if carrier.technology == "5G" else LTE_DOWNLINK
    band_hz = resource_elements(carrier) * subcarrier_hz(carrier)
    return spectral_efficiency(sinr_db, bound) * band_hz * share * 1e-6


def uplink_mbit_s(
    loss_db: ArrayLike, carrier: Carrier, *, noise_figure_db: float = 5.0, rise_db: float = 3.0,
    power_dbm: float = 23.0, blocks: int = 10,
) -> NDArray[np.float64]:  # fmt: skip
    """Uplink rate of a 4G phone at full power on `blocks` resource blocks, Mbit/s.

    `loss_db` is from the phone's connector to the station's, gains included; the station's noise figure and
    the interference's rise over noise (TR 36.942 Table 4.6: 5 dB) are given. `power_dbm` is a class 3 phone.
    """
    band_hz = blocks * 12 * subcarrier_hz(carrier)
    noise_dbm = -174.0 + 10.0 * np.log10(band_hz) + noise_figure_db + rise_db
    sinr_db = power_dbm - np.asarray(loss_db, np.float64) - noise_dbm
    return spectral_efficiency(sinr_db, LTE_UPLINK) * band_hz * 1e-6


def rsrq_db(rsrp_dbm: ArrayLike, sinr_db: ArrayLike, *, load: float) -> NDArray[np.float64]:
    """Reference signal received quality of 4G, dB: N RSRP / RSSI over the carrier (TS 36.214 §5.1.3).

    The cell's own data fill `load` of its elements; two of twelve are reference signals of one port. RSSI per
    element is own power, interference and noise: RSRP (load + (1 − load)/6 + 1/SINR); RSRQ is 1/12 of its
    inverse, −10.8 dB at full load without interference.
    """
    sinr = 10.0 ** (np.asarray(sinr_db, np.float64) / 10.0)
    own = load + (1.0 - load) / 6.0
    quality: NDArray[np.float64] = -10.0 * np.log10(12.0 * (own + 1.0 / sinr))
    return np.where(np.isfinite(np.asarray(rsrp_dbm, np.float64)), quality, np.nan)
