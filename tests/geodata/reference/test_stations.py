"""Stations, sectors and places: the numbers of the parameters, nobody in the water, every hamlet on paper."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.geodata.province import Province
from phusong.geodata.reference import published

SETTINGS = published.parameters()


@pytest.fixture(scope="module")
def macro(province: Province) -> pd.DataFrame:
    return province.sites[province.sites["kind"] == "macro"]


def test_operator_counts_and_co_location(province: Province, macro: pd.DataFrame) -> None:
    wanted = SETTINGS["sites"]
    assert macro["operator"].value_counts().to_dict() == {
        "Viettel": wanted["viettel"], "VNPT": wanted["vnpt"], "MobiFone": wanted["mobifone"],
    }  # fmt: skip
    assert macro["mast_id"].nunique() == wanted["masts"]
    assert 1300 <= len(province.sites) <= 2000
    on_mast = macro.groupby("mast_id")
    assert (on_mast["operator"].nunique() == on_mast.size()).all()  # no operator twice on a mast
    assert (on_mast[["x_m", "y_m"]].nunique() == 1).all(axis=None)
    assert (macro["status"] == "on_air").all()
    assert (macro["on_air_year"] < 2024).all()


def test_54_border_sites_38_on_air_along_the_patrol_road(province: Province) -> None:
    border = province.sites[province.sites["kind"] == "border"]
    assert len(border) == 54
    on_air = border[border["status"] == "on_air"]
    assert len(on_air) == 38
    assert (on_air["on_air_year"] <= 2024).all()
    assert (border.loc[border["status"] == "planned", "on_air_year"] == 2025).all()
    points = shapely.points(border[["x_m", "y_m"]].to_numpy())
    assert shapely.distance(points, province.patrol_road).max() < 500
    along = np.sort(shapely.line_locate_point(province.patrol_road, points))
    assert np.diff(along).max() < 8000
    # "mostly in Lộc Ninh": more of that district's border sites are on air than of the others'
    district = border["commune_code"].map(province.communes.set_index("code")["district"])
    share = (border["status"] == "on_air").groupby(district == "Huyện Lộc Ninh").mean()
    assert share[True] > 0.9 > share[False]


def test_250_planned_5g_sites_at_centres_and_zones(province: Province, macro: pd.DataFrame) -> None:
    new = province.sites[province.sites["kind"] == "5g"]
    assert len(new) == sum(SETTINGS["sites_5g"][name] for name in ("viettel", "vnpt", "mobifone")) == 250
    assert (new["status"] == "planned").all()
    assert set(new["on_air_year"]) == {2024, 2025}
    own = set(zip(macro["mast_id"], macro["operator"], strict=True))
    on_own = np.mean([pair in own for pair in zip(new["mast_id"], new["operator"], strict=True)])
    assert on_own == pytest.approx(1.0 - SETTINGS["sites_5g"]["new_mast_share"], abs=0.02)
    points = shapely.points(new[["x_m", "y_m"]].to_numpy())
    seats = province.places[province.places["kind"] == "seat"].geometry.union_all()
    to_centre = np.minimum(
        shapely.distance(points, seats), shapely.distance(points, province.zones.union_all())
    )
    assert np.median(to_centre) < 2500
    for seat in province.places[province.places["kind"] == "seat"].geometry:
        assert shapely.distance(points, seat).min() < 6000


def test_every_hamlet_has_a_station_on_paper(macro: pd.DataFrame, hamlet_xy: NDArray[np.float64]) -> None:
    away_m = cKDTree(macro[["x_m", "y_m"]]).query(hamlet_xy)[0]
    assert away_m.max() < SETTINGS["sites"]["paper_reach_remote_m"] + 500
    assert np.mean(away_m < SETTINGS["sites"]["paper_reach_m"]) > 0.98


def test_masts_are_wider_apart_in_the_hills(province: Province, macro: pd.DataFrame) -> None:
    district = macro["commune_code"].map(province.communes.set_index("code")["district"])
    area = province.districts.set_index("name")["area_km2"]
    per_km2 = macro.groupby(district)["mast_id"].nunique() / area
    hills = per_km2[["Huyện Bù Gia Mập", "Huyện Bù Đăng"]].max()
    assert hills < 0.6 * per_km2[["Thị xã Chơn Thành", "Thị xã Bình Long"]].min()


def test_sites_stand_on_dry_ground_of_their_commune(province: Province) -> None:
    xy = province.sites[["x_m", "y_m"]].to_numpy()
    assert shapely.contains_xy(province.outline, *xy.T).all()
    assert not (province.clutter.at(*xy.T) == 1).any()
    shapes = province.communes.set_index("code").geometry.loc[province.sites["commune_code"]].to_numpy()
    assert shapely.distance(shapes, shapely.points(xy)).max() < 1.0
    assert province.sites["site_id"].is_unique
    assert province.sites["synthetic"].all()


def test_sectors(province: Province) -> None:
    sectors, sites = province.sectors, province.sites.set_index("site_id")
    assert sectors["sector_id"].is_unique
    assert (sectors.groupby(["site_id", "band"]).size() == 3).all()
    main = sectors[sectors["carrier_rank"] == 1].groupby(["site_id", "technology"]).size()
    assert (main == 3).all()
    kind = sectors["site_id"].map(sites["kind"])
    assert set(sectors.loc[kind == "5g", "technology"]) == {"5G"}
    carried = sectors[kind != "5g"].groupby("site_id")["technology"].agg(set)
    assert (carried == {"3G", "4G"}).all()
    assert set(carried.index) == set(sites.index[sites["kind"] != "5g"])
    assert sectors["height_m"].between(24, 60).all()
    assert sectors["azimuth_deg"].between(0, 360, inclusive="left").all()
    assert (sectors["mechanical_downtilt_deg"] + sectors["electrical_downtilt_deg"]).between(0, 10).all()
    for column in ("height_m", "status", "on_air_year"):
        assert (sectors[column] == sectors["site_id"].map(sites[column])).all()
    turn = sectors[sectors["carrier_rank"] == 1].sort_values("sector_id").groupby(["site_id", "band"])
    apart = turn["azimuth_deg"].agg(lambda a: np.sort(np.diff(np.sort(a), append=np.sort(a)[0] + 360.0))[0])
    assert apart.min() >= 120 - 2 * SETTINGS["radio"]["sector"]["azimuth_jitter_deg"] - 1


def test_carriers(province: Province) -> None:
    operator = province.sectors["site_id"].map(province.sites.set_index("site_id")["operator"])
    for band, carrier in SETTINGS["radio"]["carriers"].items():
        own = province.sectors[province.sectors["band"] == band]
        expected = operator[own.index].map(carrier["frequency_mhz"])
        assert (own["frequency_mhz"] == expected).all()
        assert set(own["power_dbm"]) == {carrier["power_dbm"]}
    bands = province.sectors.groupby(operator)["band"].agg(set)
    assert "N41" in bands["Viettel"]
    assert "N78" not in bands["Viettel"]
    assert "N78" in bands["VNPT"]
    assert "N78" in bands["MobiFone"]


def test_places_and_zones(province: Province) -> None:
    assert province.places["kind"].value_counts().to_dict() == {
        "zone": 18, "post": 15, "seat": 11, "gate": 3, "peak": 1,
    }  # fmt: skip
    assert len(province.zones) == 18
    assert province.outline.contains(province.zones.union_all())
    np.testing.assert_allclose(province.zones.geometry.area / 1e4, province.zones["area_ha"], rtol=1e-6)
    listed = published.table("industrial_zones").set_index("name")
    at = shapely.points(
        published.projected(
            listed.loc[province.zones["name"], "lon"], listed.loc[province.zones["name"], "lat"]
        )
    )
    assert np.median(shapely.distance(province.zones.geometry.to_numpy(), at)) < 1500
    assert set(province.roads[province.roads["kind"] == "national"]["name"]) == {"QL13", "QL14", "QL14C"}
