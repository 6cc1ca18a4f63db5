"""From a coverage layer to coupled cells: who serves whom with how much, and what the neighbours send there.

A *cell* is what one phone may use at once: all carriers of one operator and technology on one azimuth of a
site, loaded alike. A coverage layer knows at every place the serving sector, its level and the SINR at the
run's load, hence the sum of all interference, but not its senders one by one. The sum is kept as predicted
and divided among the cells nearby by distance and antenna direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.coverage.capacity import Places
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.link_budget import noise_dbm
from phusong.coverage.options import Options
from phusong.coverage.service import People
from phusong.coverage.site import Sector
from phusong.geodata.raster import Raster

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

DISTANCE_EXPONENT = 3.5  # of received power, between free space (2) and built-up land (4)
BEAM_DEG, FLOOR_DB = 65.0, 20.0  # TR 36.942 §4.2.1: A(θ) = -min(12 (θ / 65°)², 20 dB)


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of one layer: where they stand and point, and the bandwidth that carries their downlink."""

    site_id: tuple[str, ...]
    x_m: Floats
    y_m: Floats
    azimuth_deg: Floats
    capacity_mhz: Floats  # summed over carriers, times the efficiency factors
    cell_of_sector: Indices  # by index into CoverageMap.sectors, -1: other layer


@dataclass(frozen=True, slots=True)
class Spectrum:
    """What turns a carrier's bandwidth into downlink capacity at TR 36.942's rates.

    `factor_4g`, `factor_5g`: more antennas than the report's 1 x 2; `tdd_downlink_share` of the time is
    downlink where one frequency serves both ways, from `tdd_from_mhz` up.
    """

    factor_4g: float = 1.0
    factor_5g: float = 1.0
    tdd_downlink_share: float = 0.75
    tdd_from_mhz: float = 2300.0

    def __post_init__(self) -> None:
        if not (self.factor_4g > 0.0 and self.factor_5g > 0.0):
            raise ValueError("factor_4g and factor_5g must be above 0")
        if not 0.0 < self.tdd_downlink_share <= 1.0:
            raise ValueError(f"tdd_downlink_share must lie above 0 and at most 1: {self.tdd_downlink_share}")

    def capacity_mhz(self, sector: Sector) -> float:
        carrier = sector.carrier
        factor = self.factor_5g if carrier.technology == "5G" else self.factor_4g
        time = self.tdd_downlink_share if carrier.frequency_mhz >= self.tdd_from_mhz else 1.0
        return carrier.bandwidth_mhz * factor * time


def cells_of(sectors: Sequence[Sector], layer: Layer, spectrum: Spectrum) -> Cells:
    """The cells of a layer of one operator, in the order in which their sectors appear."""
    number: dict[tuple[str, float], int] = {}
    first: list[Sector] = []
    capacity: list[float] = []
    cell_of_sector = np.full(len(sectors), -1, np.int64)
    for index, sector in enumerate(sectors):
        if sector.operator != layer.operator or sector.carrier.technology != layer.technology:
            continue
        cell = number.setdefault((sector.site_id, sector.azimuth_deg), len(number))
        if cell == len(first):
            first.append(sector)
            capacity.append(0.0)
        capacity[cell] += spectrum.capacity_mhz(sector)
        cell_of_sector[index] = cell
    return Cells(
        site_id=tuple(sector.site_id for sector in first),
        x_m=np.array([sector.x_m for sector in first]),
        y_m=np.array([sector.y_m for sector in first]),
        azimuth_deg=np.array([sector.azimuth_deg for sector in first]),
        capacity_mhz=np.array(capacity),
        cell_of_sector=cell_of_sector,
    )


def places_of(
    coverage: CoverageMap,
    layer: Layer,
    cells: Cells,
    people: People,
    traffic_mbps: Floats,
    options: Options,
    *,
    neighbours: int = 12,
) -> tuple[Places, NDArray[np.bool_]]:
    """The places of a layer with traffic, and which points of people they are (those that a cell serves).

    `options` are those of the prediction: their load and noise figure tell interference and noise apart.
    Raises ValueError for a load of 0, which leaves interference unknown.
    """
    if not options.load > 0.0:
        raise ValueError("interference is unknown in a prediction at load 0; predict with a load above 0")
    sector = Raster(coverage.grid, layer.best_server).at(people.x_m, people.y_m).astype(np.int64)
    level_dbm = Raster(coverage.grid, layer.rsrp_dbm).at(people.x_m, people.y_m)
    served = (sector >= 0) & (level_dbm >= layer.threshold_dbm) & (traffic_mbps > 0.0)
    sector = sector[served]
    x_m, y_m = people.x_m[served], people.y_m[served]
    signal_mw = 10.0 ** (Raster(coverage.grid, layer.rsrp_dbm).at(x_m, y_m).astype(np.float64) / 10.0)
    sinr = 10.0 ** (Raster(coverage.grid, layer.sinr_db).at(x_m, y_m).astype(np.float64) / 10.0)
    carriers = [coverage.sectors[k].carrier for k in range(len(coverage.sectors))]
    noise = np.array([10.0 ** (noise_dbm(carrier, options) / 10.0) for carrier in carriers])[sector]
    total = np.maximum(signal_mw / sinr - noise, 0.0) / options.load
    server = cells.cell_of_sector[sector]
    others, share = _neighbours(cells, server, x_m, y_m, neighbours)
    return Places(
        server=server,
        traffic_mbps=traffic_mbps[served],
        signal_mw=signal_mw,
        noise_mw=noise,
        others=others,
        power_mw=total[:, None] * share,
    ), served


def _neighbours(
    cells: Cells, server: Indices, x_m: Floats, y_m: Floats, count: int
) -> tuple[Indices, Floats]:
    """The `count` cells that send most to each place beside its own, and their shares of the interference."""
    if cells.x_m.size < 2:
        return np.full((server.size, 1), -1, np.int64), np.zeros((server.size, 1))
    around = min(3 * count + 3, cells.x_m.size)
    away, near = cKDTree(np.column_stack([cells.x_m, cells.y_m])).query(np.column_stack([x_m, y_m]), k=around)
    dx, dy = x_m[:, None] - cells.x_m[near], y_m[:, None] - cells.y_m[near]
    off = np.degrees(np.arctan2(dx, dy)) - cells.azimuth_deg[near]
    off = np.abs((off + 180.0) % 360.0 - 180.0)
    power_db = -np.minimum(12.0 * (off / BEAM_DEG) ** 2, FLOOR_DB)
    power_db -= 10.0 * DISTANCE_EXPONENT * np.log10(np.maximum(away, 10.0))
    power_db[near == server[:, None]] = -np.inf
    kept = np.argsort(-power_db, axis=1, kind="stable")[:, : min(count, around - 1)]
    others = np.take_along_axis(near, kept, axis=1).astype(np.int64)
    power_db = np.take_along_axis(power_db, kept, axis=1)
    power = 10.0 ** ((power_db - power_db.max(axis=1, keepdims=True)) / 10.0)
    return others, np.asarray(power / power.sum(axis=1, keepdims=True))
