"""Sectors: three per site, with the carriers, heights and tilts that are usual for the place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.geodata.reference.sites import TOWN_DENSITY

_MAIN, _SECOND = 1, 2


def heights_m(
    sites: pd.DataFrame, settings: Mapping[str, Any], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Antenna height of every site above ground: co-located operators hang 3 m below one another."""
    shape = settings["sector"]
    town = sites["density"].to_numpy() >= TOWN_DENSITY
    kind = np.select(
        [sites["kind"] == "border", town, sites["remote"] > 0.6],
        ["border", "town", "remote"],
        default="rural",
    )
    low, high = np.array([shape[f"height_{k}_m"] for k in kind]).T
    top = (
        pd.Series(low + (high - low) * rng.random(len(sites)))
        .groupby(sites["mast"].to_numpy())
        .transform("first")
    )
    place = sites.groupby("mast").cumcount().to_numpy()
    return np.asarray(np.maximum(np.round(top.to_numpy() - 3.0 * place), 24.0))


def sectors(sites: pd.DataFrame, settings: Mapping[str, Any], rng: np.random.Generator) -> pd.DataFrame:
    """One row per sector and carrier. `carrier_rank` is 1 for the carrier a layer needs, 2 for a further one.

    4G is 1 800 MHz, 20 MHz wide; towns have 2 100 MHz too, some rural sites a narrow 900 MHz carrier. 3G is
    on 900 MHz or, in towns, 2 100 MHz.
    """
    shape = settings["sector"]
    n = len(sites)
    town = sites["density"].to_numpy() >= TOWN_DENSITY
    base = rng.uniform(0.0, 120.0, n)[:, None] + np.array([0.0, 120.0, 240.0])
    azimuth = np.round(base + rng.uniform(-1.0, 1.0, (n, 3)) * shape["azimuth_jitter_deg"]) % 360.0
    low, high = shape["mechanical_downtilt_deg"]
    mechanical = np.round(rng.uniform(low, high, (n, 3)))
    electrical = np.where(town, shape["electrical_downtilt_town_deg"], shape["electrical_downtilt_rural_deg"])
    tilt = electrical[:, None] + rng.integers(-1, 2, (n, 3))
    parts = []
    for band, rank, which in _plan(sites, town, shape, rng):
        carrier = settings["carriers"][band]
        for k in range(3):
            own = sites[which]
            parts.append(
                pd.DataFrame(
                    {
                        "sector_id": own["site_id"] + f"-{k + 1}-{band}",
                        "site_id": own["site_id"],
                        "technology": carrier["technology"],
                        "band": band,
                        "frequency_mhz": own["operator"].map(carrier["frequency_mhz"]),
                        "bandwidth_mhz": carrier["bandwidth_mhz"],
                        "azimuth_deg": azimuth[which, k],
                        "mechanical_downtilt_deg": mechanical[which, k],
                        "electrical_downtilt_deg": tilt[which, k].astype(np.float64),
                        "antenna": carrier["antenna"],
                        "power_dbm": carrier["power_dbm"],
                        "height_m": own["height_m"],
                        "on_air_year": own["on_air_year"],
                        "status": own["status"],
                        "carrier_rank": rank,
                        "synthetic": True,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True).sort_values("sector_id", ignore_index=True)


def _plan(
    sites: pd.DataFrame, town: NDArray[np.bool_], shape: Mapping[str, Any], rng: np.random.Generator
) -> list[tuple[str, int, NDArray[np.bool_]]]:
    """Which sites carry which band, and its rank among the site's carriers of that technology."""
    new_radio = (sites["kind"] == "5g").to_numpy()
    viettel = (sites["operator"] == "Viettel").to_numpy()
    umts_900 = rng.random(len(sites)) < sites["operator"].map(shape["umts_900_share"]).to_numpy()
    lte_900 = rng.random(len(sites)) < shape["lte_900_share"]
    macro = ~new_radio
    return [
        ("L1800", _MAIN, macro),
        ("L2100", _SECOND, macro & town),
        ("L900", _SECOND, macro & ~town & lte_900),
        ("U900", _MAIN, macro & ~town & umts_900),
        ("U2100", _MAIN, macro & (town | ~umts_900)),
        ("N41", _MAIN, new_radio & viettel),
        ("N78", _MAIN, new_radio & ~viettel),
    ]
