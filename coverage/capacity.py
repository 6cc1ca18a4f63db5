"""Load of every cell, coupled through interference, and which cells are overloaded.

A cell's load is the share of its resource blocks that its traffic needs at the rates its phones get; those
rates fall with the load of the cells around. Following Siomina and Yuan (2012), with cells i, j, places p
served by i with traffic d_p, received powers g and noise N,

    SINR_p(load) = g_ip / (sum over j != i of min(load_j, 1) g_jp + N)                  (1)
    load_i = f_i(load) = sum over p of d_p / (B_i e(SINR_p(load)))                      (2)

f is a standard interference function (Yates 1995): it is positive, rises with every load, and f(a load) <
a f(load) for a > 1. Since interference stops growing at full load, f is bounded, so a fixed point exists, is
unique, and is approached from below when iterating from 0 and from above when iterating from f(full load).
Both are iterated here until they meet: the difference is a proven error, not a hope.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

# TR 36.942 Annex A.1, downlink, Table A.1
ALPHA = 0.6
LEAST_SINR_DB = -10.0
MOST_BPS_PER_HZ = 4.4


def efficiency_bps_per_hz(sinr: ArrayLike) -> Floats:
    """Spectral efficiency in bit/s/Hz: attenuated and truncated Shannon bound, 3GPP TR 36.942 Annex A.1.

    `sinr` is a power ratio. Below -10 dB, where the report gives 0, the rate of -10 dB is kept: such a place
    costs a cell most, and f stays monotonous.
    """
    least = 10.0 ** (LEAST_SINR_DB / 10.0)
    shannon = ALPHA * np.log2(1.0 + np.maximum(np.asarray(sinr, dtype=np.float64), least))
    return np.asarray(np.minimum(shannon, MOST_BPS_PER_HZ))


def phone_rate_mbps(bandwidth_mhz: ArrayLike, sinr_db: ArrayLike, *, load: float) -> Floats:
    """Downlink rate in Mbit/s that one more phone gets from a sector: B e(SINR) (1 - load).

    What the sector's other traffic leaves, `load` in [0, 1]; SINR in dB at that load; 0 where nothing reaches.
    """
    if not 0.0 <= load <= 1.0:
        raise ValueError(f"load is a share between 0 and 1, not {load}")
    given = np.asarray(sinr_db, dtype=np.float64)
    ratio = 10.0 ** (np.where(np.isfinite(given), given, LEAST_SINR_DB) / 10.0)
    rate = np.asarray(bandwidth_mhz, dtype=np.float64) * efficiency_bps_per_hz(ratio) * (1.0 - load)
    return np.where(np.isfinite(given), rate, 0.0)


@dataclass(frozen=True, slots=True)
class Places:
    """Traffic and what is received where it arises: one entry a place, `others` and `power_mw` (places, K).

    `server` is the serving cell, `traffic_mbps` what the place asks for, `signal_mw` and `noise_mw` in one
    bandwidth, `others` the interfering cells (-1: none), `power_mw` what arrives of them at full load.
    """

    server: Indices
    traffic_mbps: Floats
    signal_mw: Floats
    noise_mw: Floats
    others: Indices
    power_mw: Floats

    def __post_init__(self) -> None:
        if not (self.traffic_mbps >= 0.0).all():
            worst = int(np.flatnonzero(~(self.traffic_mbps >= 0.0))[0])
            raise ValueError(
                f"traffic must not be negative: {self.traffic_mbps[worst]:g} Mbit/s at place {worst}"
            )
        if not (self.signal_mw > 0.0).all() or not (self.noise_mw > 0.0).all():
            raise ValueError("signal and noise must be above 0")
        if not (self.power_mw >= 0.0).all():
            raise ValueError("received powers must not be negative")


@dataclass(frozen=True, slots=True)
class Loads:
    """The load of every cell (1: all resource blocks, above 1: overloaded), its proven error, and SINR."""

    load: Floats
    error: float  # no load is farther than this from the fixed point
    sinr: Floats  # of each place at these loads, as a ratio
    iterations: int


def solve_loads(places: Places, capacity_mhz: Floats, *, tolerance: float = 1e-4, limit: int = 500) -> Loads:
    """The fixed point of (2), to within `tolerance`; `capacity_mhz` is B of each cell, above 0."""
    if not (capacity_mhz > 0.0).all():
        raise ValueError("every cell needs a bandwidth above 0")
    cells = capacity_mhz.size
    low = np.zeros(cells)
    high, _ = _next(places, capacity_mhz, np.ones(cells))
    sinr = places.signal_mw / places.noise_mw
    error, iterations = np.inf, 0
    while error > tolerance and iterations < limit:
        low, _ = _next(places, capacity_mhz, low)
        high, sinr = _next(places, capacity_mhz, high)
        error = float(np.max(high - low, initial=0.0))
        iterations += 1
    return Loads((low + high) / 2.0, error / 2.0, sinr, iterations)


def _next(places: Places, capacity_mhz: Floats, load: Floats) -> tuple[Floats, Floats]:
    """f(load) of (2), and the SINR of (1) that it used."""
    sending = np.append(np.minimum(load, 1.0), 0.0)  # index -1: no cell
    interference = np.einsum("pk,pk->p", sending[places.others], places.power_mw)
    sinr = places.signal_mw / (interference + places.noise_mw)
    needed_mhz = places.traffic_mbps / efficiency_bps_per_hz(sinr)
    used = np.bincount(places.server, weights=needed_mhz, minlength=capacity_mhz.size)
    return np.asarray(used / capacity_mhz), sinr
