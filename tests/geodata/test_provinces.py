"""Provinces' bounding boxes by name and code."""

from __future__ import annotations

import geopandas as gpd
import pytest

from phusong.geodata import provinces, reference
from phusong.geodata.errors import InputError


def test_all_provinces_of_both_times_have_a_box_in_vietnam() -> None:
    table = provinces._table()
    assert len(table) == 63
    assert table["name_2025"].nunique() == 34
    for name in {*table["name"], *table["name_2025"]}:
        _, (west, south, east, north) = provinces.bounds_of(name)
        assert 102 <= west < east <= 117.5
        assert 7 <= south < north <= 23.5


def test_the_reference_province_lies_in_its_box() -> None:
    outline = gpd.GeoSeries([reference.load().outline], crs=reference.load().crs).to_crs(4326)
    west, south, east, north = outline.total_bounds
    for name in ("Bình Phước", "tinh binh phuoc", "70", "Tỉnh Đồng Nai"):
        _, box = provinces.bounds_of(name)
        assert box[0] <= west + 0.01
        assert box[1] <= south + 0.01
        assert box[2] >= east - 0.01
        assert box[3] >= north - 0.01


def test_a_name_of_both_times_is_the_new_province_and_its_code_the_old_one() -> None:
    assert provinces.bounds_of("Đồng Nai") == ("Đồng Nai", (106.4, 10.55, 107.6, 12.3))
    assert provinces.bounds_of("75") == ("Đồng Nai", (106.75, 10.55, 107.6, 11.6))
    assert provinces.bounds_of("TP Hồ Chí Minh")[0] == "Hồ Chí Minh"


def test_a_misspelt_province_is_answered_with_the_one_meant() -> None:
    with pytest.raises(InputError, match="did you mean Bình Phước"):
        provinces.bounds_of("Binh Phouc")
