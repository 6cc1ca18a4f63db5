"""Sectors by mast: one sweep of the ground serves all that hang at the same place and height."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from phusong.coverage.antenna import Antenna, cut_db
from phusong.coverage.kernels.gather import STEPS, MastSectors
from phusong.coverage.link_budget import level_without_path_dbm
from phusong.coverage.options import Options
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid

EARTH_KM = 6371.0  # P.1812-8 §3.5


@dataclass(frozen=True, slots=True)
class Mast:
    """A place and height with the sectors there, as positions in the run's list of sectors.

    `radius_m[i]` is how far `frequencies_mhz[i]` is followed.
    """

    x_m: float
    y_m: float
    height_m: float
    members: tuple[int, ...]
    frequencies_mhz: tuple[float, ...]
    radius_m: tuple[float, ...]

    def at(self, grid: Grid) -> tuple[float, float]:
        """Where it stands in a grid, in cells: (0, 0) is the centre of the first one, y runs south."""
        return (self.x_m - grid.west_m) / grid.cell_m - 0.5, (grid.north_m - self.y_m) / grid.cell_m - 0.5


def masts_of(
    sectors: Sequence[Sector], options: Options, carriers: Collection[tuple[str, Carrier]] | None = None
) -> tuple[Mast, ...]:
    """The masts of these sectors, in the order in which they first appear; `carriers` leaves others out."""
    members: dict[tuple[float, float, float], list[int]] = {}
    for k, sector in enumerate(sectors):
        if carriers is not None and (sector.operator, sector.carrier) not in carriers:
            continue
        members.setdefault((sector.x_m, sector.y_m, sector.height_m), []).append(k)
    masts = []
    for (x_m, y_m, height_m), indices in members.items():
        radius_m: dict[float, float] = {}
        for k in indices:
            carrier = sectors[k].carrier
            reach_m = options.radius_km[carrier.technology] * 1e3
            radius_m[carrier.frequency_mhz] = max(reach_m, radius_m.get(carrier.frequency_mhz, 0.0))
        bands = tuple(sorted(radius_m))
        masts.append(Mast(x_m, y_m, height_m, tuple(indices), bands, tuple(radius_m[f] for f in bands)))
    return tuple(masts)


def sector_tables(
    mast: Mast,
    sectors: Sequence[Sector],
    carriers: Sequence[tuple[str, Carrier]],
    antennas: Mapping[str, Antenna],
    options: Options,
) -> MastSectors:
    """What the kernels need of a mast's sectors: levels, carriers and patterns turned to where they point."""
    numbers = {carrier: k for k, carrier in enumerate(carriers)}
    mine = [k for k in mast.members if (sectors[k].operator, sectors[k].carrier) in numbers]
    turn_deg = np.arange(361.0)
    down_deg = np.arange(360 * STEPS + 1) / STEPS - 180.0
    rows = [(sectors[k], antennas[sectors[k].antenna]) for k in mine]
    return MastSectors(
        number=np.array(mine, np.int32),
        carrier=np.array([numbers[s.operator, s.carrier] for s, _ in rows], np.int32),
        band=np.array([mast.frequencies_mhz.index(s.carrier.frequency_mhz) for s, _ in rows], np.int32),
        level_dbm=np.array([level_without_path_dbm(s, a, options) for s, a in rows], np.float32),
        threshold_dbm=np.array([options.threshold_dbm[s.carrier.technology] for s, _ in rows], np.float32),
        horizontal_db=np.array(
            [cut_db(a.horizontal_db, turn_deg - s.azimuth_deg) for s, a in rows], np.float32
        ),
        tilt_deg=np.array(
            [
                [s.mechanical_downtilt_deg * turn(radians(s.azimuth_deg)) for turn in (sin, cos)]
                for s, _ in rows
            ],
            np.float32,
        ).reshape(-1, 2),
        vertical_db=np.array(
            [cut_db(a.vertical_db, down_deg - (s.electrical_downtilt_deg - a.tilt_deg)) for s, a in rows],
            np.float32,
        ),
        floor_db=np.array([a.floor_db for _, a in rows], np.float32),
    )
