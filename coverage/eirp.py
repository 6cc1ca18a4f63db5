"""Effective radiated power, and sectors turned down so that theirs stays below a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from phusong.coverage.antenna import Antenna
from phusong.coverage.site import Sector


def eirp_dbm(sector: Sector, antenna: Antenna) -> float:
    """Power over isotropic of a sector's whole carrier in its main direction, dBm: P − L_feeder + G."""
    return sector.power_dbm - sector.feeder_loss_db + antenna.gain_dbi


def capped(
    sectors: Sequence[Sector], antennas: Mapping[str, Antenna], limit_of_site: Mapping[str, float]
) -> tuple[Sector, ...]:
    """The sectors with the power of those on limited sites lowered until their EIRP is at most the limit, dBm.

    A sector below its limit stays as it is: a limit never turns anyone up.
    """
    return tuple(
        replace(sector, power_dbm=sector.power_dbm - over)
        if (over := _over_db(sector, antennas, limit_of_site)) > 0.0
        else sector
        for sector in sectors
    )


def _over_db(sector: Sector, antennas: Mapping[str, Antenna], limit_of_site: Mapping[str, float]) -> float:
    limit_dbm = limit_of_site.get(sector.site_id)
    if limit_dbm is None:
        return 0.0
    if sector.antenna not in antennas:
        raise ValueError(f"sector {sector.sector_id}: no antenna is called {sector.antenna}")
    return eirp_dbm(sector, antennas[sector.antenna]) - limit_dbm
