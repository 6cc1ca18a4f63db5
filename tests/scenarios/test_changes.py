"""What a scenario changes about the stations, on the reference province."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from phusong.geodata import reference
from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.scenarios.changes import on_air
from phusong.scenarios.scenario import Scenario, Sites
from phusong.scenarios.scenario_file import load_scenario
from phusong.scenarios.switching import units_named


@pytest.fixture(scope="module")
def province() -> Province:
    return reference.load()


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load_scenario("baseline-2024")


def _with(baseline: Scenario, **sites: Any) -> Scenario:
    return baseline.model_copy(update={"sites": Sites.model_validate(sites)})


def test_planned_sites_are_on_air_only_where_their_kind_is_built(province: Province) -> None:
    sites, sectors = on_air(load_scenario("baseline-2024"), province)
    assert (sites["kind"] == "border").sum() == 38
    assert set(sectors["technology"]) == {"4G"}
    border, _ = on_air(load_scenario("border"), province)
    assert (border["kind"] == "border").sum() == 54
    five, sectors = on_air(load_scenario("5g-2025"), province)
    assert (five["kind"] == "border").sum() == 38
    assert (five["kind"] == "5g").sum() == 250
    assert set(sectors["technology"]) == {"4G", "5G"}


def test_switching_off_takes_exactly_what_is_named(province: Province, baseline: Scenario) -> None:
    sites, sectors = on_air(baseline, province)
    mast = sites["mast_id"].value_counts().index[0]
    one = sectors["sector_id"].iloc[-1]
    _, left = on_air(_with(baseline, off=[mast, one]), province)
    gone = sectors[~sectors["sector_id"].isin(left["sector_id"])]
    assert set(gone["sector_id"]) == set(sectors.loc[sectors["mast_id"] == mast, "sector_id"]) | {one}


def test_a_power_cut_takes_a_district_and_a_storm_a_circle(province: Province, baseline: Scenario) -> None:
    district = province.districts.iloc[3]
    _, left = on_air(_with(baseline, off_units=[district["name"]]), province)
    inside = district.geometry
    points = list(zip(left["x_m"], left["y_m"], strict=True))
    assert not any(inside.contains_properly(_point(x, y)) for x, y in points[::7])
    _, sectors = on_air(baseline, province)
    assert 0 < len(left) < len(sectors)
    _, storm = on_air(load_scenario("storm"), province)
    lost = sectors[~sectors["sector_id"].isin(storm["sector_id"])]
    assert len(lost) > 0
    # two sectors of one storm are at most its diameter apart
    assert np.ptp(lost["x_m"]) <= 50_000
    assert np.ptp(lost["y_m"]) <= 50_000


def _point(x_m: float, y_m: float) -> Any:
    from shapely.geometry import Point

    return Point(x_m, y_m)


def test_changes_touch_their_site_only(province: Province, baseline: Scenario) -> None:
    _, before = on_air(baseline, province)
    site = before["site_id"].iloc[10]
    change = {"id": site, "electrical_downtilt_deg": 9.0, "power_change_db": -3.0}
    _, after = on_air(_with(baseline, change=[change]), province)
    mine = before["site_id"] == site
    assert (after.loc[mine, "electrical_downtilt_deg"] == 9.0).all()
    assert (after.loc[mine, "power_dbm"] == before.loc[mine, "power_dbm"] - 3.0).all()
    assert after[~mine].equals(before[~mine])


def test_refarming_moves_a_band(province: Province, baseline: Scenario) -> None:
    refarm = {
        "technology": "4G", "from_band": "L1800", "band": "L700", "frequency_mhz": 763.0, "bandwidth_mhz": 10.0
    }  # fmt: skip
    _, before = on_air(baseline, province)
    _, after = on_air(_with(baseline, refarm=[refarm]), province)
    moved = before["band"] == "L1800"
    assert (after.loc[moved, "frequency_mhz"] == 763.0).all()
    assert after[~moved].equals(before[~moved])


NEW = {
    "id": "NEW-1", "operator": "Viettel", "lat": 12.1, "lon": 107.0, "height_m": 45.0, "technology": "4G",
    "band": "L1800", "frequency_mhz": 1835.0, "bandwidth_mhz": 20.0,
}  # fmt: skip


def test_new_sites_stand_where_they_are_put(province: Province, baseline: Scenario, tmp_path: Path) -> None:
    table = tmp_path / "plan.csv"
    table.write_text(
        ",".join([*NEW, "azimuths_deg"]) + "\n" + ",".join(map(str, [*NEW.values(), "10 130 250"])) + "\n",
        "utf-8",
    )
    added = _with(baseline, add=[{**NEW, "id": "NEW-2"}], add_table=str(table))
    sites, sectors = on_air(added, province)
    assert {"NEW-1", "NEW-2"} <= set(sites["site_id"])
    mine = sectors[sectors["site_id"] == "NEW-1"]
    assert mine["azimuth_deg"].tolist() == [10.0, 130.0, 250.0]
    # EPSG:9212 has its meridian at 106.25 E: 0.75 degrees at 12.1 N are 81.64 km on the ellipsoid, and VN-2000
    # puts the same place about 190 m farther west than WGS 84
    assert mine["x_m"].iloc[0] == pytest.approx(581_640 - 190, abs=50)


@pytest.mark.parametrize(
    ("sites", "message"),
    [
        ({"off": ["VTL-9999"]}, "'VTL-9999' is no site, mast or sector"),
        ({"off_operators": ["Vietel"]}, "no site of operator 'Vietel'; there are"),
        ({"off_units": ["Huyện Bù Gia Map"]}, "did you mean 'Huyện Bù Gia Mập'"),
        ({"change": [{"id": "MBF-9999", "height_m": 30.0}]}, "'MBF-9999' is no site or sector on air; did"),
        ({"add": [{**NEW, "lat": 21.0, "lon": 105.8}]}, "more than 30 km outside"),
        ({"add": [{**NEW, "id": "MBF-0001"}]}, "'MBF-0001' is taken"),
        ({"add_table": "none.csv"}, "none.csv cannot be read"),
        ({"refarm": [{"technology": "4G", "from_band": "B3", "band": "B28", "frequency_mhz": 763.0,
                      "bandwidth_mhz": 10.0}]}, "no 4G sector on air uses band 'B3'"),
    ],
)  # fmt: skip
def test_what_the_data_do_not_have_is_named(
    province: Province, baseline: Scenario, sites: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        on_air(_with(baseline, **sites), province)


def test_two_changes_to_one_site_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(
        'base = "baseline-2024"\n'
        '[[sites.change]]\nid = "A"\nheight_m = 30\n[[sites.change]]\nid = "A"\nheight_m = 40\n',
        "utf-8",
    )
    with pytest.raises(InputError, match="'A' stands twice"):
        load_scenario(str(path))


def test_a_site_and_its_own_sector_are_not_both_changed(province: Province, baseline: Scenario) -> None:
    _, sectors = on_air(baseline, province)
    site, sector = sectors[["site_id", "sector_id"]].iloc[0]
    changes = [{"id": site, "height_m": 50.0}, {"id": sector, "height_m": 60.0}]
    with pytest.raises(InputError, match=f"{site!r} and its own sector {sector!r} are both changed"):
        on_air(_with(baseline, change=changes), province)


def test_units_are_found_by_code_and_name(province: Province) -> None:
    commune = province.communes.iloc[0]
    assert len(units_named(province, [commune["code"]])) >= 1
    assert units_named(province, []).empty


def test_refarming_may_keep_the_old_carrier_and_change_the_technology(province: Province) -> None:
    _, before = on_air(load_scenario("baseline-2024"), province)
    _, low = on_air(load_scenario("700mhz"), province)
    old = low["sector_id"].isin(before["sector_id"])
    assert (before["band"] == "L1800").sum() == (~old).sum() == (low["band"] == "L700").sum()
    assert low["sector_id"].is_unique
    assert low[old].reset_index(drop=True).equals(before.reset_index(drop=True))
    blocks = low[~old].groupby("operator")["frequency_mhz"].unique()
    assert {name: value.tolist() for name, value in blocks.items()} == {
        "Viettel": [763.0], "VNPT": [773.0], "MobiFone": [783.0]
    }  # fmt: skip
    _, upgraded = on_air(load_scenario("4g-upgrade"), province)
    new = upgraded[~upgraded["sector_id"].isin(before["sector_id"])]
    three = province.sectors[(province.sectors["technology"] == "3G") & (province.sectors["band"] == "U900")]
    assert len(new) > 0
    assert set(new["sector_id"]) <= set(three["sector_id"])
    assert set(new["technology"]) == {"4G"}
    assert set(new["band"]) == {"L900"}
