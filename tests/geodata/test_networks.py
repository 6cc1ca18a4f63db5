"""The networks' tables: what cannot be right is named, what is odd is a warning, the user's CSV comes in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from phusong.geodata import reference
from phusong.geodata.errors import InputError
from phusong.geodata.network_tables import with_tables
from phusong.geodata.networks import Networks, check
from phusong.geodata.province import Province
from phusong.geodata.reference import networks as built


@pytest.fixture(scope="module")
def province() -> Province:
    return reference.load()


@pytest.fixture(scope="module")
def networks(province: Province) -> Networks:
    return built.load(province)


def _changed(table: pd.DataFrame, row: int, **values: object) -> pd.DataFrame:
    table = table.copy()
    for column, value in values.items():
        table[column] = table[column].astype(object)
        table.loc[row, column] = value
    return table


def test_every_hamlet_has_fibre_and_a_loudspeaker_inside_the_province(
    province: Province, networks: Networks
) -> None:
    ids = province.hamlets["hamlet_id"]
    assert check(networks, province.outline, ids) == ()
    for table, there in ((networks.access_points, "in_service"), (networks.loudspeakers, "on_air")):
        standing = table[table["status"] == there]
        assert set(standing["hamlet_id"]) == set(ids)
        assert table["synthetic"].all()
    assert 2.6 <= networks.loudspeakers["horns"].mean() <= 3.0  # 28 clusters, 78 horns are published
    assert not networks.road_edges.loc[networks.road_edges["kind"] == "national", "synthetic"].any()


def test_the_networks_are_built_the_same_every_time(province: Province, networks: Networks) -> None:
    again = built.networks(province)
    for name in ("access_points", "loudspeakers", "road_nodes", "road_edges"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(networks, name), check_dtype=False)
    assert again.synthetic == networks.synthetic


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        ("access_points", {"x_m": 0.0}, r"access point AP-\S+ \(row 3\) lies outside the province"),
        ("access_points", {"x_m": float("nan")}, r"\(row 3\) lies outside the province"),
        ("access_points", {"hamlet_id": "x"}, r"no hamlet has the id 'x'"),
        ("loudspeakers", {"power_w": 0.0}, r"loudspeaker LOA-\S+ \(row 3\): power_w is 0.0; give the watts"),
        ("loudspeakers", {"power_w": None}, r"power_w is None"),
        ("loudspeakers", {"horns": 0}, r"horns is 0"),
        ("loudspeakers", {"link": "dây"}, r"link is 'dây'; it must be 4G or fibre"),
        ("loudspeakers", {"y_m": 0.0}, r"loudspeaker LOA-\S+ \(row 3\) lies outside"),
        ("road_edges", {"length_m": -5.0}, r"road 3: length_m is -5"),
        ("road_edges", {"a": 10**9}, r"road 3 ends at a node"),
    ],
)
def test_what_cannot_be_right_is_named(
    province: Province, networks: Networks, field: str, values: dict[str, object], message: str
) -> None:
    bad = replace(networks, **{field: _changed(getattr(networks, field), 2, **values)})
    with pytest.raises(InputError, match=message) as caught:
        check(bad, province.outline, province.hamlets["hamlet_id"])
    assert "\n" not in str(caught.value)


def test_an_id_that_stands_twice_is_named(province: Province, networks: Networks) -> None:
    first = networks.access_points["ap_id"].iloc[0]
    bad = replace(networks, access_points=_changed(networks.access_points, 1, ap_id=first))
    with pytest.raises(InputError, match="there twice"):
        check(bad, province.outline, province.hamlets["hamlet_id"])


def test_roads_in_parts_are_a_warning_in_both_languages(province: Province, networks: Networks) -> None:
    edges = networks.road_edges
    lonely = int(edges["a"].iloc[0])
    apart = edges[(edges["a"] != lonely) & (edges["b"] != lonely)]
    warnings = check(replace(networks, road_edges=apart), province.outline, province.hamlets["hamlet_id"])
    assert len(warnings) == 1
    assert "rời thành" in warnings[0]
    assert "parts (" in warnings[0]


def test_a_csv_takes_the_place_of_the_provinces_table(
    province: Province, networks: Networks, tmp_path: Path
) -> None:
    inside = province.outline.representative_point()
    at = _degrees(province, inside.x, inside.y)
    (tmp_path / "boxes.csv").write_text(f"ap_id;lat;lon\nHộp 1;{at[0]};{at[1]}\n", "utf-8-sig")
    (tmp_path / "loa.csv").write_text(f"cluster_id,lat,lon,power_w\nLoa 1,{at[0]},{at[1]},30\n", "utf-8")
    own = with_tables(
        networks, province, access_points=tmp_path / "boxes.csv", loudspeakers=tmp_path / "loa.csv"
    )
    assert own.access_points[["x_m", "y_m"]].to_numpy()[0] == pytest.approx([inside.x, inside.y], abs=0.1)
    assert own.access_points["hamlet_id"].isin(province.hamlets["hamlet_id"]).all()
    assert own.loudspeakers["power_w"].tolist() == [30.0]
    assert own.synthetic == ("local_roads",)
    assert check(own, province.outline, province.hamlets["hamlet_id"]) == ()


def _degrees(province: Province, x_m: float, y_m: float) -> tuple[float, float]:
    import geopandas as gpd

    point = gpd.GeoSeries(gpd.points_from_xy([x_m], [y_m]), crs=province.crs).to_crs("EPSG:4326").iloc[0]
    return round(point.y, 7), round(point.x, 7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cluster_id,lat,lon\nA,11.5,106.9\n", r"loa\.csv: column 'power_w' is missing"),
        ("cluster_id,lat,lon,power_w\nA,11.5,106.9,\n", r"line 2: power_w is ''; write a number"),
        ("cluster_id,lat,lon,power_w\nA,106.9,11.5,30\n", r"line 2: lat 106.9, lon 11.5 .*swapped"),
        ("cluster_id,lat,lon,power_w,status\nA,11.5,106.9,30,hỏng\n", r"line 2: status is 'hỏng'"),
        ("", r"is not a CSV file"),
    ],
)
def test_mistakes_in_a_csv_are_named_with_their_line(
    province: Province, networks: Networks, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "loa.csv").write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        with_tables(networks, province, loudspeakers=tmp_path / "loa.csv")


def test_a_file_that_is_not_there_is_named(province: Province, networks: Networks, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: cannot be read"):
        with_tables(networks, province, access_points=tmp_path / "none.csv")


def test_a_loudspeaker_of_the_users_without_power_is_refused(
    province: Province, networks: Networks, tmp_path: Path
) -> None:
    inside = province.outline.representative_point()
    at = _degrees(province, inside.x, inside.y)
    (tmp_path / "loa.csv").write_text(f"cluster_id,lat,lon,power_w\nLoa 1,{at[0]},{at[1]},0\n", "utf-8")
    own = with_tables(networks, province, loudspeakers=tmp_path / "loa.csv")
    with pytest.raises(InputError, match=r"loudspeaker Loa 1 \(row 1\): power_w is 0"):
        check(own, province.outline, province.hamlets["hamlet_id"])
