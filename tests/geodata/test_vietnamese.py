"""Vietnamese text: one form, one match key, the dictionary's order."""

from __future__ import annotations

import unicodedata

import pytest

from phusong.geodata.vietnamese import fold, nfc, sort_key

MIXED = "L" + "ô\u0323" + "c Thạnh"  # ô with a combining dot below, as some keyboards write it


@pytest.mark.parametrize(
    "text", ["Lộc Thạnh", unicodedata.normalize("NFD", "Lộc Thạnh"), MIXED, "  Lộc \u00a0Thạnh\n"]
)
def test_every_form_becomes_one(text: str) -> None:
    assert nfc(text) == "Lộc Thạnh"
    assert len(nfc(text)) == 9


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lộc Thạnh", "loc thanh"),
        ("Đắk Ơ", "Đăk Ơ"),
        ("Đak Ơ", "dak o"),
        ("hoà", "hòa"),
        ("thuỷ", "thủy"),
        ("Khoẻ", "Khỏe"),
        ("Ấp 1", "ấp 01"),
        ("Ấp 1", "Ấp  1."),
        ("Bù Gia Mập", unicodedata.normalize("NFD", "Bù Gia Mập")),
        ("Mỹ Lý", "Mĩ Lí"),
        ("Quy Nhơn", "Qui Nhơn"),
        ("Tân Hiệp – Khu 2", "Tân Hiệp - khu 2"),
    ],
)
def test_spellings_of_one_name_match(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Ấp 1", "Ấp 10"), ("Ấp 3", "Ấp 3B"), ("Thôn Tây", "Thôn Tai"), ("Thủy", "Thúi")]
)
def test_different_names_do_not_match(one: str, other: str) -> None:
    assert fold(one) != fold(other)


# field order of a Vietnamese dictionary: a ă â b c d đ …; tones second; numbers by value
ORDERED = ["An Lộc", "Ăn", "Ân Phú", "Ấp 1", "Ấp 2", "Ấp 10", "Bù Đăng", "Bù Gia Mập", "Dân Chủ", "Đa Kia"]


def test_dictionary_order() -> None:
    shuffled = sorted(ORDERED, key=len)
    assert shuffled != ORDERED
    assert sorted(shuffled, key=sort_key) == ORDERED


def test_letters_come_before_tones_and_tones_in_their_order() -> None:
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma", "mb"], key=sort_key) == [
        "ma", "mà", "mả", "mã", "má", "mạ", "mb",
    ]  # fmt: skip
    assert sorted(["ở", "o", "ô", "ơ", "p", "ư", "u"], key=sort_key) == ["o", "ô", "ơ", "ở", "p", "u", "ư"]


def test_composed_and_decomposed_sort_alike() -> None:
    for name in ORDERED:
        assert sort_key(unicodedata.normalize("NFD", name)) == sort_key(name)
