"""VN-2000 and its traps. Golden coordinates: field notes, made with PROJ through pyproj 3.7.2."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from phusong.geodata import crs
from phusong.geodata.errors import InputError

PROVINCE = box(106.42, 11.29, 107.46, 12.29)
GOLDEN = [
    ("EPSG:9212", 570650.042, 1299493.303),
    ("EPSG:5899", 407159.483, 1299552.464),
    ("EPSG:3405", 706859.860, 1299720.101),
]


def _points(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(7)
    return generator.uniform(106.45, 107.43, n), generator.uniform(11.32, 12.26, n)


@pytest.mark.parametrize(("code", "x_m", "y_m"), GOLDEN)
def test_golden_coordinates(code: str, x_m: float, y_m: float) -> None:
    x, y = crs.transform(np.array([106.9]), np.array([11.75]), source=crs.WGS84, target=code)
    assert x[0] == pytest.approx(x_m, abs=5e-4)
    assert y[0] == pytest.approx(y_m, abs=5e-4)
    lon, lat = crs.transform(x, y, source=code, target=crs.WGS84)
    assert (lon[0], lat[0]) == (pytest.approx(106.9, abs=1e-8), pytest.approx(11.75, abs=1e-8))


def test_the_wrong_meridian_is_163_km_and_the_missing_datum_225_m() -> None:
    lon, _ = crs.transform(
        np.array([570650.042]), np.array([1299493.303]), source="EPSG:5899", target=crs.WGS84
    )
    east_km = (lon[0] - 106.9) * 111.32 * math.cos(math.radians(11.75))
    assert east_km == pytest.approx(163, abs=1)
    x, y = crs.transform(np.array([106.9]), np.array([11.75]), source=crs.WGS84, target="EPSG:3405")
    u, v = crs.transform(np.array([106.9]), np.array([11.75]), source=crs.WGS84, target="EPSG:32648")
    assert math.hypot(x[0] - u[0], y[0] - v[0]) == pytest.approx(225, abs=1)


@pytest.mark.parametrize("code", ["EPSG:9212", "EPSG:5899", "EPSG:9210", "EPSG:9218"])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_3_degree_zone_is_found_with_its_axes(code: str, swapped: bool) -> None:
    x, y = crs.transform(*_points(), source=crs.WGS84, target=code)
    first, second = (y, x) if swapped else (x, y)
    found = crs.detect(first, second, PROVINCE, source="x.xlsx")
    assert (found.crs, found.swapped) == (code, swapped)


def test_degrees_are_found_in_either_order() -> None:
    lon, lat = _points()
    assert crs.detect(lon, lat, PROVINCE, source="x") == crs.Fit(crs.WGS84, False, 1.0)
    assert crs.detect(lat, lon, PROVINCE, source="x") == crs.Fit(crs.WGS84, True, 1.0)


def test_two_fitting_zones_are_never_guessed() -> None:
    # a few stations in the middle of the province: the neighbouring meridians fit as well
    x, y = crs.transform(
        np.array([106.9, 106.91]), np.array([11.75, 11.76]), source=crs.WGS84, target="EPSG:9212"
    )
    with pytest.raises(InputError, match=r"EPSG:9212.*--crs"):
        crs.detect(x, y, PROVINCE, source="x.xlsx")
    assert crs.detect(x, y, PROVINCE, source="x.xlsx", stated="EPSG:9212").crs == "EPSG:9212"


def test_utm_of_two_datums_is_always_asked_for() -> None:
    x, y = crs.transform(*_points(), source=crs.WGS84, target="EPSG:3405")
    with pytest.raises(InputError, match="EPSG:32648"):
        crs.detect(x, y, PROVINCE, source="x.xlsx")


def test_a_stated_zone_that_misses_the_province_is_refused() -> None:
    x, y = crs.transform(*_points(), source=crs.WGS84, target="EPSG:9212")
    with pytest.raises(InputError, match=r"EPSG:5899.*--crs"):
        crs.detect(x, y, PROVINCE, source="x.xlsx", stated="EPSG:5899")


def test_nothing_to_go_by_is_refused() -> None:
    empty = np.array([np.nan, 1.0])
    with pytest.raises(InputError, match="no row has both"):
        crs.detect(empty, np.array([1.0, np.nan]), PROVINCE, source="x")
    with pytest.raises(InputError, match="outside the province"):
        crs.detect(np.array([2.0] * 5), np.array([48.0] * 5), PROVINCE, source="x")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("VN-2000 KTT 106°15' múi 3", "EPSG:9212"),
        ("Toạ độ VN2000 (kinh tuyến trục 107 độ 45)", "EPSG:5899"),
        ("kinh tuyến trục 106°15′", "EPSG:9212"),
        ("EPSG:9212", "EPSG:9212"),
        (9212.0, "EPSG:9212"),
        ("VN-2000 / UTM zone 48N", "EPSG:3405"),
        ("WGS84 UTM 48N", "EPSG:32648"),
        ("UTM 48N", None),  # which datum?
        ("WGS-84", "EPSG:4326"),
        ("VN-2000", None),  # which zone?
        ("X (m)", None),
        ("Danh sách 105 trạm, 9212 hộ", None),
        ("106°15'", "EPSG:9212"),
        (None, None),
    ],
)
def test_a_stated_zone_is_read(text: object, code: str | None) -> None:
    assert crs.from_text(text) == code


@given(st.lists(st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True)), min_size=1, max_size=20))
def test_no_coordinates_break_the_detection(pairs: list[tuple[float, float]]) -> None:
    first, second = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    try:
        found = crs.detect(first, second, PROVINCE, source="x")
    except InputError:
        return
    assert 0.5 <= found.inside_share <= 1
