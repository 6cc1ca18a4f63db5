"""Station and sector lists as the tables a run reads; what a list leaves open is filled in and said."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from phusong.geodata.matching import plain
from phusong.geodata.problems import blank
from phusong.geodata.schema import band_of

_SAME_MAST_M = 15.0
_HEIGHT_M = 42.0  # the usual guyed or self-supporting mast of a rural station
_LONG_AGO = 2000  # a station without a year has been there all along

# what a band means where a list gives its name only: downlink centre and bandwidth in MHz, antenna.
# Centres of the downlink of each band (3GPP TS 36.101, 38.101-1); bandwidths usual in Vietnam.
_BANDS: dict[str, tuple[float, float, str]] = {
    "700": (773.0, 10.0, "panel_900"),
    "850": (874.5, 5.0, "panel_900"),
    "900": (942.5, 5.0, "panel_900"),
    "1800": (1842.5, 20.0, "panel_1800"),
    "2100": (2140.0, 10.0, "panel_2100"),
    "2300": (2350.0, 20.0, "panel_2100"),
    "2600": (2550.0, 100.0, "massive_mimo_2600"),
    "3700": (3750.0, 100.0, "massive_mimo_3500"),
}
_USUAL_BAND = {"2G": "900", "3G": "2100", "4G": "1800", "5G": "2600"}
_BY_NUMBER = {"b1": "2100", "b3": "1800", "b5": "850", "b8": "900", "b28": "700", "b40": "2300",
              "b41": "2600", "n1": "2100", "n3": "1800", "n28": "700", "n40": "2300", "n41": "2600",
              "n77": "3700", "n78": "3700"}  # fmt: skip
_RUN_TECHNOLOGIES = ("3G", "4G", "5G")
_DEFAULT_AZIMUTHS_DEG = (0.0, 120.0, 240.0)
SECTOR_COLUMNS = [
    "sector_id", "site_id", "technology", "band", "frequency_mhz", "bandwidth_mhz", "azimuth_deg",
    "mechanical_downtilt_deg", "electrical_downtilt_deg", "antenna", "power_dbm", "height_m", "on_air_year",
    "status", "carrier_rank", "synthetic",
]  # fmt: skip


def sites_of(stations: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """The sites table of a Province from a list of stations with points in metres."""
    here = stations[stations.geometry.notna()].reset_index(drop=True)
    points = here.geometry.representative_point()
    xy = np.column_stack([points.x, points.y])
    unit = gpd.sjoin_nearest(gpd.GeoDataFrame(geometry=points), communes[["code", "geometry"]])
    unit = unit[~unit.index.duplicated()]["code"].reindex(here.index)
    given = _texts(here, "commune_code")
    names = _texts(here, "name")
    ids = here["site_id"].astype(str)
    return pd.DataFrame(
        {
            "site_id": ids,
            "mast_id": _masts(xy),
            "operator": here["operator"],
            "name": names.where(~names.map(blank), ids),
            "x_m": xy[:, 0],
            "y_m": xy[:, 1],
            "height_m": _numbers(here, "height_m").fillna(_HEIGHT_M),
            "kind": _texts(here, "kind").fillna("macro"),
            "on_air_year": _numbers(here, "on_air_year").fillna(_LONG_AGO).astype(np.int64),
            "status": _texts(here, "status").fillna("on_air"),
            "commune_code": given.where(~given.map(blank), unit),
            "synthetic": False,
        }
    )


def _numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame:
        return pd.Series(np.nan, index=frame.index)
    return pd.to_numeric(frame[column], errors="coerce").astype(np.float64)


def _texts(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame:
        return pd.Series([None] * len(frame), index=frame.index, dtype=object)
    return frame[column].astype(object).where(frame[column].notna(), None)


def _masts(xy: NDArray[np.float64]) -> list[str]:
    """One id for stations that share a mast: each within 15 m of another of them."""
    pairs = cKDTree(xy).query_pairs(_SAME_MAST_M, output_type="ndarray")
    linked = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(xy), len(xy)))
    return [f"COT-{group + 1:04d}" for group in connected_components(linked, directed=False)[1]]


def sectors_of(
    sites: pd.DataFrame, sectors: pd.DataFrame | None, antennas: Collection[str]
) -> tuple[pd.DataFrame, bool]:
    """The sectors table of a Province, and whether any of its directions or carriers is made up.

    A station without sectors gets three of 4G on its usual band, marked synthetic.
    """
    by_id = {plain(code): row for code, row in zip(sites["site_id"], sites.to_dict("records"), strict=True)}
    rows: list[dict[str, Any]] = []
    served = set()
    for number, row in enumerate([] if sectors is None else sectors.to_dict("records"), start=1):
        site = by_id.get(plain(row["site_id"]))
        if site is None or row["technology"] not in _RUN_TECHNOLOGIES:
            continue
        served.add(site["site_id"])
        rows.append(_sector(row, site, number, antennas, synthetic=False))
    for site in sites.to_dict("records"):
        if site["site_id"] not in served:
            for number, azimuth_deg in enumerate(_DEFAULT_AZIMUTHS_DEG, start=1):
                made_up = {"technology": "5G" if site["kind"] == "5g" else "4G", "azimuth_deg": azimuth_deg}
                rows.append(_sector(made_up, site, number, antennas, synthetic=True))
    table = pd.DataFrame(rows, columns=SECTOR_COLUMNS)
    table["sector_id"] = _distinct(table["sector_id"])
    table["carrier_rank"] = _ranks(table)
    return table, bool(table["synthetic"].any())


def _sector(
    row: dict[Any, Any], site: dict[Any, Any], number: int, antennas: Collection[str], *, synthetic: bool
) -> dict[str, Any]:
    band = _band(row)
    centre_mhz, bandwidth_mhz, antenna = _BANDS[band]
    given = row.get("antenna")

    def value(key: str, otherwise: Any) -> Any:
        return otherwise if blank(row.get(key)) else row[key]

    return {
        "sector_id": value("sector_id", f"{site['site_id']}-{row['technology']}-{number}"),
        "site_id": site["site_id"],
        "technology": row["technology"],
        "band": value("band", f"{ {'3G': 'U', '4G': 'L', '5G': 'N'}[row['technology']] }{band}"),
        "frequency_mhz": float(value("frequency_mhz", centre_mhz)),
        "bandwidth_mhz": float(value("bandwidth_mhz", 5.0 if row["technology"] == "3G" else bandwidth_mhz)),
        "azimuth_deg": float(value("azimuth_deg", 0.0)) % 360.0,
        "mechanical_downtilt_deg": float(value("mechanical_downtilt_deg", 0.0)),
        "electrical_downtilt_deg": float(value("electrical_downtilt_deg", 4.0)),
        "antenna": given if given in antennas else antenna,
        "power_dbm": float(value("power_dbm", 46.0)),
        "height_m": float(value("height_m", site["height_m"])),
        "on_air_year": int(value("on_air_year", site["on_air_year"])),
        "status": value("status", site["status"]),
        "carrier_rank": 1,
        "synthetic": synthetic,
    }


def _band(row: dict[Any, Any]) -> str:
    """Name of the band: by frequency, by its number or name, else the technology's usual one."""
    frequency: Any = row.get("frequency_mhz")
    if not blank(frequency) and (found := band_of(float(frequency))):
        return found
    if not blank(row.get("band")):
        words = plain(row["band"]).split()
        for word in words:
            if word in _BY_NUMBER:
                return _BY_NUMBER[word]
            digits = "".join(c for c in word if c.isdigit())
            if digits in _BANDS:
                return digits
    return _USUAL_BAND[row["technology"]]


def _distinct(ids: pd.Series) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for code in ids.astype(str):
        seen[code] = seen.get(code, 0) + 1
        out.append(code if seen[code] == 1 else f"{code}~{seen[code]}")
    return out


def _ranks(table: pd.DataFrame) -> pd.Series:
    """1 for the lowest carrier of a technology in one direction of a site, 2 for a further one."""
    order = table.groupby(["site_id", "technology", "azimuth_deg"])["frequency_mhz"].rank(method="dense")
    return order.clip(upper=2).fillna(1).astype(np.int64)
