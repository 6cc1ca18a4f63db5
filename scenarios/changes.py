"""A scenario's changes to the stations: what is built, switched off, changed and added."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pydantic import ValidationError

from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.scenarios.scenario import NewSite, Refarm, Scenario, SiteChange
from phusong.scenarios.switching import switched_off

REACH_KM = 30.0  # a new site farther than this from the province cannot be meant for it


def on_air(scenario: Scenario, province: Province) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The sites, and the sectors joined with them, that transmit in the scenario's year.

    A site that is only planned is on air where `sites.built` names its kind. The sectors carry operator,
    mast_id, x_m and y_m of their site. InputError names an id or unit that the data do not have.
    """
    asked = scenario.sites
    sites, sectors = _added(scenario, province)
    _check_operators(scenario, sites)
    there = (sites["on_air_year"] <= scenario.year) & (
        (sites["status"] == "on_air") | sites["kind"].isin(asked.built)
    )
    sites = sites[there & sites["operator"].isin(scenario.operators)]
    sectors = sectors[sectors["on_air_year"] <= scenario.year]
    joined = sectors.merge(sites[["site_id", "mast_id", "operator", "x_m", "y_m"]], on="site_id", how="inner")
    for refarm in asked.refarm:
        joined = _refarmed(joined, refarm)
    joined = joined[joined["technology"].isin(scenario.technologies)]
    _check_changed_once(asked.change, joined, scenario.name)
    for change in asked.change:
        joined = _changed(joined, change, scenario.name)
    joined = joined[
        ~switched_off(asked, province, sites, joined, whose=f"{scenario.name}: sites")
    ].reset_index(drop=True)
    if joined.empty:
        wanted = ", ".join(scenario.technologies)
        raise InputError(f"{scenario.name}: no sector with {wanted} is on air in {scenario.year}")
    return sites[sites["site_id"].isin(joined["site_id"])].reset_index(drop=True), joined


def _check_operators(scenario: Scenario, sites: pd.DataFrame) -> None:
    there = sorted(set(sites["operator"]))
    for operator in (*scenario.operators, *scenario.sites.off_operators):
        if operator not in there:
            raise InputError(
                f"{scenario.name}: no site of operator {operator!r}; there are {', '.join(there)}"
            )


def _refarmed(sectors: pd.DataFrame, refarm: Refarm) -> pd.DataFrame:
    mine = (sectors["technology"] == refarm.technology) & (sectors["band"] == refarm.from_band)
    if refarm.operator:
        mine &= sectors["operator"] == refarm.operator
    if not mine.any():
        whose = f"{refarm.operator} {refarm.technology}".strip()
        raise InputError(f"sites.refarm: no {whose} sector on air uses band {refarm.from_band!r}")
    new = refarm.model_dump(include={"band", "frequency_mhz", "bandwidth_mhz"})
    new["technology"] = refarm.to_technology or refarm.technology
    if refarm.antenna:
        new["antenna"] = refarm.antenna
    if refarm.power_dbm is not None:
        new["power_dbm"] = refarm.power_dbm
    moved = sectors[mine].assign(**new)
    if refarm.keep:
        moved["sector_id"] += f"-{refarm.band}"
        return pd.concat([sectors, moved], ignore_index=True)
    result = sectors.copy()
    result.loc[mine, list(new)] = moved[list(new)]
    return result


def _check_changed_once(changes: Iterable[SiteChange], sectors: pd.DataFrame, scenario: str) -> None:
    """InputError where a site and one of its own sectors are both changed: which one wins would be a guess."""
    ids = {change.id for change in changes}
    both = sectors[sectors["site_id"].isin(ids) & sectors["sector_id"].isin(ids)]
    if len(both):
        row = both.iloc[0]
        raise InputError(
            f"{scenario}: sites.change: {row['site_id']!r} and its own sector {row['sector_id']!r} are both "
            "changed; change the sectors one by one"
        )


def _changed(sectors: pd.DataFrame, change: SiteChange, scenario: str) -> pd.DataFrame:
    mine = (sectors["site_id"] == change.id) | (sectors["sector_id"] == change.id)
    if not mine.any():
        near = difflib.get_close_matches(change.id, sectors["site_id"], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"{scenario}: sites.change: {change.id!r} is no site or sector on air{hint}")
    result = sectors.copy()
    new = change.model_dump(exclude={"id", "power_change_db"}, exclude_none=True)
    for column, value in new.items():
        result.loc[mine, column] = value
    if change.power_change_db is not None:
        result.loc[mine, "power_dbm"] += change.power_change_db
    return result


def _added(scenario: Scenario, province: Province) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The data's sites and sectors with the scenario's own behind them."""
    new = [*scenario.sites.add, *_from_table(scenario.sites.add_table)]
    if not new:
        return province.sites, province.sectors
    points = gpd.GeoSeries.from_xy([one.lon for one in new], [one.lat for one in new], crs="EPSG:4326")
    points = points.to_crs(province.crs)
    taken = set(province.sites["site_id"])
    sites, sectors = [], []
    for one, point in zip(new, points, strict=True):
        if one.id in taken:
            raise InputError(f"sites.add: the id {one.id!r} is taken; give another")
        taken.add(one.id)
        if point.distance(province.outline) > REACH_KM * 1000.0:
            raise InputError(
                f"sites.add: {one.id!r} at {one.lat}, {one.lon} is more than {REACH_KM:g} km outside "
                f"{province.name}; check lat and lon, or the plan's province"
            )
        year = scenario.year if one.on_air_year is None else one.on_air_year
        sites.append(_site_row(one, point.x, point.y, year))
        sectors.extend(_sector_rows(one, province.sectors, year))
    return (
        pd.concat([province.sites, pd.DataFrame(sites)], ignore_index=True),
        pd.concat([province.sectors, pd.DataFrame(sectors)], ignore_index=True),
    )


def _site_row(one: NewSite, x_m: float, y_m: float, year: int) -> dict[str, object]:
    return {
        "site_id": one.id,
        "mast_id": one.id,
        "operator": one.operator,
        "name": one.id,
        "x_m": x_m,
        "y_m": y_m,
        "height_m": one.height_m,
        "kind": "added",
        "on_air_year": year,
        "status": "on_air",
        "commune_code": "",
        "synthetic": False,
    }


def _sector_rows(one: NewSite, known: pd.DataFrame, year: int) -> list[dict[str, object]]:
    alike = known.loc[known["technology"] == one.technology, "antenna"]
    antenna = one.antenna or (alike.mode().iloc[0] if len(alike) else "")
    tilts = one.downtilts_deg or (one.electrical_downtilt_deg,) * len(one.azimuths_deg)
    return [
        {
            "sector_id": f"{one.id}-{number}",
            "site_id": one.id,
            "technology": one.technology,
            "band": one.band,
            "frequency_mhz": one.frequency_mhz,
            "bandwidth_mhz": one.bandwidth_mhz,
            "azimuth_deg": azimuth_deg,
            "mechanical_downtilt_deg": 0.0,
            "electrical_downtilt_deg": tilt_deg,
            "antenna": antenna,
            "power_dbm": one.power_dbm,
            "height_m": one.height_m,
            "on_air_year": year,
            "status": "on_air",
        }
        for number, (azimuth_deg, tilt_deg) in enumerate(zip(one.azimuths_deg, tilts, strict=True), start=1)
    ]


def _from_table(path: str) -> list[NewSite]:
    """New sites from a CSV with the keys of `sites.add` as columns; InputError names file and row."""
    if not path:
        return []
    try:
        table = pd.read_csv(Path(path), dtype={"id": str, "operator": str, "band": str, "technology": str})
    except (OSError, ValueError) as error:
        raise InputError(f"sites.add_table: {path} cannot be read as CSV: {error}") from None
    sites = []
    for number, row in enumerate(table.to_dict("records"), start=2):
        given = {key: value for key, value in row.items() if not pd.isna(value)}
        for several in {"azimuths_deg", "downtilts_deg"} & given.keys():
            given[several] = tuple(float(part) for part in str(given[several]).split())
        try:
            sites.append(NewSite.model_validate(given))
        except ValidationError as error:
            problem = error.errors()[0]
            column = ".".join(str(part) for part in problem["loc"])
            raise InputError(f"{path} row {number}: {column}: {problem['msg'].lower()}") from None
    return sites
