"""What transmits: carriers and sectors, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


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


def sectors_from_tables(sites: pd.DataFrame, sectors: pd.DataFrame) -> tuple[Sector, ...]:
    """The sectors of a province's tables as values, in the table's order (columns: `geodata.province`).

    Only rows on the air are taken where there is a column `status`. Raises ValueError for a sector without
    its site.
    """
    places = sites.set_index("site_id")[["operator", "x_m", "y_m"]]
    if "status" in sectors.columns:
        sectors = sectors[sectors["status"] == "on_air"]
    homeless = sectors.loc[~sectors["site_id"].isin(places.index), "sector_id"]
    if len(homeless):
        raise ValueError(f"sector {homeless.iloc[0]} belongs to no site in the table")
    rows: list[dict[str, Any]] = sectors.join(places, on="site_id").to_dict("records")  # type: ignore[assignment]
    return tuple(sector_from_row(row) for row in rows)


def sector_from_row(row: Mapping[Any, Any]) -> Sector:
    """The sector of one row that carries its site's operator, x_m and y_m beside a sector table's columns."""
    return Sector(
        sector_id=str(row["sector_id"]),
        site_id=str(row["site_id"]),
        operator=str(row["operator"]),
        x_m=float(row["x_m"]),
        y_m=float(row["y_m"]),
        height_m=float(row["height_m"]),
        carrier=Carrier(
            str(row["technology"]), str(row["band"]), float(row["frequency_mhz"]), float(row["bandwidth_mhz"])
        ),
        antenna=str(row["antenna"]),
        azimuth_deg=float(row["azimuth_deg"]),
        mechanical_downtilt_deg=float(row["mechanical_downtilt_deg"]),
        electrical_downtilt_deg=float(row["electrical_downtilt_deg"]),
        power_dbm=float(row["power_dbm"]),
    )
