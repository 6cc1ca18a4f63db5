"""Numbers and angles as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.geodata import numerals


@pytest.mark.parametrize(
    ("cell", "low", "high", "meant"),
    [
        ("11,75321", 8, 24, 11.75321),
        ("11.75", 8, 24, 11.75),  # read with thousands='.' it would silently be 1175.0
        ("１１,７５", 8, 24, 11.75),  # full-width digits
        ("1.299.493,30", 8e5, 2.7e6, 1299493.30),
        ("1,299,493.30", 8e5, 2.7e6, 1299493.30),
        ("1 299 493,3", 8e5, 2.7e6, 1299493.3),
        ("570.650", 1e5, 9e5, 570650.0),
        ("570650,042", 1e5, 9e5, 570650.042),
        ("2.100", 400, 6000, 2100.0),
        ("45.000", 1, 400, 45.0),
        ("46,5 dBm", 0, 60, 46.5),
        ("45m", 1, 400, 45.0),
        (" −3 ", -10, 10, -3.0),
        (12.5, 0, 20, 12.5),
        ("abc", 0, 9, None),
        (True, 0, 9, None),
        (float("nan"), 0, 9, None),
        (float("inf"), 0, 9e9, None),
        ("999999", 0, 9, None),
        ("1.2.3", 0, 9, None),
        ("12.34.567", 0, 1e9, None),
    ],
)
def test_the_range_settles_the_reading(cell: object, low: float, high: float, meant: float | None) -> None:
    assert numerals.number(cell, low=low, high=high) == meant


def test_a_mixed_column_keeps_every_coordinate() -> None:
    column = ["11,75321", "11.75", "11,8", 11.9]
    assert [numerals.number(cell, low=8, high=24) for cell in column] == [11.75321, 11.75, 11.8, 11.9]


def test_people_come_whole() -> None:
    assert numerals.number("1.234", low=0, high=1e6, whole=True) == 1234
    assert numerals.number("1,234,567", low=0, high=1e8, whole=True) == 1234567
    assert numerals.number("1.234", low=0, high=1e6) is None  # two readings: told, not guessed
    assert numerals.is_ambiguous("1.234", low=0, high=1e6)
    assert not numerals.is_ambiguous("1.234", low=0, high=1e6, whole=True)


@pytest.mark.parametrize(
    ("cell", "angle"),
    [
        ("11°45'12\"", 11 + 45 / 60 + 12 / 3600),
        ("106 54 30", 106 + 54 / 60 + 30 / 3600),
        ("11°45.2'N", 11 + 45.2 / 60),
        ("11º45’12,5”", 11 + 45 / 60 + 12.5 / 3600),
        ("N 11°45'12\"", 11 + 45 / 60 + 12 / 3600),
        ("106 độ 54 phút 30 giây", 106 + 54 / 60 + 30 / 3600),
        ("11°45'12''", 11 + 45 / 60 + 12 / 3600),
        ("11°45'12\"S", -(11 + 45 / 60 + 12 / 3600)),
        ("11,75N", 11.75),
        ("106.906", 106.906),
        ("106,906°", 106.906),
        (106.9, 106.9),
        ("11°75'12\"", None),  # 75 minutes
        ("không rõ", None),
        ("", None),
        (None, None),
    ],
)
def test_angles(cell: object, angle: float | None) -> None:
    read = numerals.degrees(cell)
    assert read is None if angle is None else read == pytest.approx(angle, abs=1e-12)


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.none(), st.booleans()))
def test_no_cell_breaks_the_readers_of_numbers(cell: object) -> None:
    for value in (numerals.number(cell, low=-1e9, high=1e9), numerals.degrees(cell)):
        assert value is None or abs(value) <= 1e9


@given(st.floats(min_value=8, max_value=24, allow_nan=False))
def test_a_decimal_comma_is_a_decimal_point(value: float) -> None:
    text = f"{value:.6f}"
    assert numerals.number(text.replace(".", ","), low=8, high=24.1) == float(text)
