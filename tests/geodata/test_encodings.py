"""Text as it arrives. Golden pairs: field notes on Vietnamese data, TCVN 5712 and VNI-Windows tables."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.geodata import encodings
from phusong.geodata.errors import InputError

TCVN3 = [
    ("B×nh Ph\xadíc", "Bình Phước"),
    ("§ån Biªn phßng", "Đồn Biên phòng"),
    ("X· Léc Th¹nh", "Xã Lộc Thạnh"),
    ("Êp 3", "ấp 3"),  # all-capitals .VnTimeH uses the lower-case codes
]
VNI = [
    ("Bình Phöôùc", "Bình Phước"),
    ("Xaõ Loäc Thaïnh", "Xã Lộc Thạnh"),
    ("Ñoàn Bieân phoøng", "Đồn Biên phòng"),
    ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
    ("AÁp 3", "Ấp 3"),
    ("ÑAÉK ÔÙ", "ĐẮK Ớ"),
]


@pytest.mark.parametrize(("typed", "meant"), TCVN3)
def test_tcvn3_golden(typed: str, meant: str) -> None:
    assert encodings.from_tcvn3(typed) == meant


@pytest.mark.parametrize(("typed", "meant"), VNI)
def test_vni_golden(typed: str, meant: str) -> None:
    assert encodings.from_vni(typed) == meant


def test_tables_have_the_length_of_the_standards() -> None:
    # 67 lower-case and 7 capital letters; a copy with one character too many shifts every later letter
    assert len(encodings.TCVN3_CODES) == len(encodings.TCVN3_LETTERS) == 74
    assert len(set(encodings.TCVN3_CODES)) == len(set(encodings.TCVN3_LETTERS)) == 74
    assert encodings.TCVN3_CODES[encodings.TCVN3_LETTERS.index("ư")] == "\u00ad"
    letters = {encodings.from_vni(code) for code in encodings._VNI}
    assert len(letters) == 134 - 4  # í, ì, Í, Ì are themselves


def test_a_column_is_judged_as_a_whole() -> None:
    assert encodings.detect_column([typed for typed, _ in TCVN3]) == "tcvn3"
    assert encodings.detect_column([typed for typed, _ in VNI]) == "vni"
    assert encodings.detect_column(["Xã Lộc Thạnh", "§ån Biªn phßng"]) == "unicode"  # has U+1ED9
    assert encodings.detect_column(["Ấp 1", "Thôn 2", None, 3.5]) == "unicode"
    assert encodings.detect_column(["Hà Nam", "Tân Hưng", "Bù Đăng", "Long Hà"]) == "unicode"
    assert encodings.detect_column(["café", "señor", "Köln"]) == "unicode"
    assert encodings.detect_column(["Lá»™c Tháº¡nh", "BÃ¹ Gia Máº\xadp"]) == "utf8-as-cp1252"
    assert encodings.detect_column([]) == "unicode"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_unicode_forms_become_one(form: str) -> None:
    name = unicodedata.normalize(form, "Lộc Thạnh")
    assert encodings.to_unicode(name, "unicode") == "Lộc Thạnh"
    assert (
        encodings.to_unicode("Lô\u0323c Thạnh", "unicode") == "Lộc Thạnh"
    )  # composed circumflex + loose dot


def test_nfd_text_is_not_mistaken_for_an_old_font() -> None:
    column = [unicodedata.normalize("NFD", name) for name in ("Xã Lộc Thạnh", "Bù Đốp", "Ấp 3")]
    assert encodings.detect_column(column) == "unicode"


def test_unicode_letters_are_never_converted() -> None:
    assert encodings.to_unicode("Xã Lộc Thạnh · µ", "tcvn3") == "Xã Lộc Thạnh · µ"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Xã Lộc Thạnh".encode("utf-8-sig"), "utf-8-sig"),
        ("Xã Lộc Thạnh".encode(), "utf-8"),
        ("Xã Lộc Thạnh".encode("utf-16"), "utf-16"),
        ("ten;Xã Lộc Thạnh;so".encode("utf-16-le"), "utf-16-le"),
        ("ten;Xã Lộc Thạnh;so".encode("utf-16-be"), "utf-16-be"),
        (b"Xa\xde L\xf4\xf2c Tha\xf2nh", "cp1258"),
        (b"X\xb7 L\xe9c Th\xb9nh", "cp1252"),
    ],
)
def test_bytes_are_read_in_their_encoding(data: bytes, encoding: str) -> None:
    decoded = encodings.decode_bytes(data, source="x.csv")
    assert decoded.encoding == encoding
    if not encoding.startswith("cp"):
        assert "Xã Lộc Thạnh" in decoded.text


def test_a_file_cut_inside_a_letter_loses_that_letter_only() -> None:
    assert encodings.decode_bytes("Xã Lộ".encode()[:-1], source="x.csv").text == "Xã L"


@pytest.mark.parametrize("data", [b"a\0b;c\n1;2\n", b"PK\x03\x04\0\0\0\0abc", b"\xff\xfea\0\0"])
def test_nul_bytes_are_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(InputError, match=r"x\.csv: .*"):
        encodings.decode_bytes(data, source="x.csv")


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_an_input_error(data: bytes) -> None:
    try:
        decoded = encodings.decode_bytes(data, source="x")
    except InputError:
        return
    assert isinstance(decoded.text, str)


@given(st.lists(st.text(max_size=30), max_size=10))
def test_detection_never_fails_and_conversion_is_settled_after_one_pass(texts: list[str]) -> None:
    encoding = encodings.detect_column(texts)
    for text in texts:
        assert isinstance(encodings.to_unicode(text, encoding), str)
