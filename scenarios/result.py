"""The answer of a run, as one value that maps, reports and tables are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.service import LEVELS
from phusong.coverage.targets import Target
from phusong.geodata.province import Province
from phusong.scenarios.networks.answer import NetworksAnswer
from phusong.scenarios.outages import Outages

if TYPE_CHECKING:
    from phusong.scenarios.second_opinion import SecondOpinion
    from phusong.scenarios.uncertainty.answer import UncertaintyAnswer

SERVICE_LEVELS = LEVELS  # from worst to best


@dataclass(frozen=True, slots=True)
class RunResult:
    """Everything one run found out, before it is written.

    - `hamlets` (points in the province's CRS): the columns of hamlets.csv (hamlet_id, name, commune_code,
      commune, district, lat, lon, population, synthetic_position, best_operator, technology, rsrp_dbm,
      sinr_db, service_level) and for every layer `rsrp_dbm:<layer>` and `service_level:<layer>`
    - `gaps` (polygons): gap_id, layer, lat and lon of the worst point, people, area_km2, hamlets, hamlets_count,
      communes, worst_dbm, cause, cause_share, own_cause, mend, lacking_db, severity (person-dB),
      nearest_site_id, nearest_operator, nearest_site_km; cause and mend are empty where they were not asked
      for. A wide gap is listed in pieces with one `joined_id`, the gap_id of the piece with most people;
      joined_people, joined_km2 and joined_pieces are of the whole
    - `other_gaps`: the same columns and `kind` (indoor | capacity), where people have signal outdoors
    - `units`: level (province | district | commune | unit_2025), code, name, layer, population,
      population_served_share, area_served_share, indoor_population_share
    - `summary`: what summary.json holds
    - `stretches` (lines along the border patrol road): layer, state (silent | one_server | served), from_km,
      to_km, length_km, worst_dbm
    - `road_places`: posts, gates and hamlets along that road: layer, name, kind, at_km, away_km, state
    - `border_stations` (points): the stations along the border, on air or planned, as `border_stations` gives them
    - `target_places`: the seats and zones that a target asks for, as `target_places` gives them
    - `service`: one row a hamlet and layer, as `hamlet_service` gives it
    - `targets`: the plan's targets, checked
    - `outages`: who loses service when masts, operators or districts fail; None where not asked for
    - `second_opinion`: what other models say; None where not asked for
    - `plan_sites` (points): new sites of a plan that stand by this year, with the columns of `SitePlan.sites`;
      empty for any other run
    - `networks`: fixed broadband, loudspeakers and the load of the cells
    - `uncertainty`: intervals and probabilities, which stand in the tables above too; None where not asked for
    """

    name: str
    title_vi: str
    title_en: str
    year: int
    province: Province
    coverage: CoverageMap
    hamlets: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    units: pd.DataFrame
    summary: Mapping[str, Any]
    other_gaps: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    stretches: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    road_places: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    border_stations: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    target_places: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    service: pd.DataFrame = field(default_factory=pd.DataFrame)
    targets: tuple[Target, ...] = ()
    outages: Outages | None = None
    networks: NetworksAnswer | None = None
    second_opinion: SecondOpinion | None = None
    uncertainty: UncertaintyAnswer | None = None
    plan_sites: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)

    def intervals(self, layer: str) -> dict[str, list[float]]:
        """Between what 90 % of a layer's draws lie, by figure; empty where the run drew nothing."""
        rows = (row for row in self.summary.get("layers", ()) if row.get("layer") == layer)
        row: Mapping[str, Any] = next(rows, {})
        found = row.get("intervals", {})
        return {figure: [one["p5"], one["p95"]] for figure, one in found.items()}

    def _repr_html_(self) -> str:
        from phusong.scenarios.notebook import result_html

        return result_html(self)
