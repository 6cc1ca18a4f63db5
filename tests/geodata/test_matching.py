"""Headers, unit names and hamlet names as people write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phusong.geodata import matching, schema

UNITS = matching.UnitIndex(
    [
        matching.Unit("691", "Huyện Bù Gia Mập", "district", valid_to="2025-06-30"),
        matching.Unit("25222", "Xã Bù Gia Mập", "commune", "Huyện Bù Gia Mập", successors=("25222",)),
        matching.Unit("25225", "Xã Đăk Ơ", "commune", "Huyện Bù Gia Mập", successors=("25225",)),
        matching.Unit("25267", "Xã Lộc Thạnh", "commune", "Huyện Lộc Ninh", successors=("25270",)),
        matching.Unit("25340", "Xã Tân Lợi", "commune", "Huyện Hớn Quản", successors=("25345",)),
        matching.Unit("25375", "Xã Tân Lợi", "commune", "Huyện Đồng Phú", successors=("25378",)),
        matching.Unit("25270", "Xã Lộc Thạnh", "unit_2025", valid_from="2025-07-01"),
        matching.Unit("25378", "Xã Tân Lợi", "unit_2025", valid_from="2025-07-01"),
        matching.Unit(
            "25217", "Phường Phước Long", "unit_2025", valid_from="2025-07-01", other_names=("Phường Bà Rá",)
        ),
    ]
)


@pytest.mark.parametrize(
    "written",
    ["Xã Đăk Ơ", "Đắk Ơ", "dak o", "XÃ ĐAK Ơ", unicodedata.normalize("NFD", "Xã Đắk Ơ"), "x. Đăk  Ơ"],
)
def test_spellings_of_one_commune(written: str) -> None:
    assert UNITS.match(written).code == "25225"


def test_d_with_stroke_is_a_d() -> None:
    assert matching.plain("Đon Đak Ơ") == "don dak o"  # NFD alone would leave the Đ


@pytest.mark.parametrize(("one", "other"), [("Hoà Bình", "Hòa Bình"), ("Thuỷ", "Thủy"), ("Khoẻ", "Khỏe")])
def test_where_the_tone_sits_does_not_matter(one: str, other: str) -> None:
    assert unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", other)
    assert matching.name_key(one) == matching.name_key(other)


@pytest.mark.parametrize("written", ["Ấp 1", "ấp 01", "Thôn 1", "AP 1", "KP1", "Ấp1", "1"])
def test_numbered_hamlets_share_a_key(written: str) -> None:
    assert matching.hamlet_key(written) == "1"


def test_i_and_y() -> None:
    assert matching.hamlet_key("Ấp Mỹ Hoà") == matching.hamlet_key("ấp Mĩ Hòa")


def test_names_that_repeat_need_their_district() -> None:
    alone = UNITS.match("Xã Tân Lợi", levels=("commune",))
    assert (alone.code, alone.how) == (None, "ambiguous")
    assert alone.suggestions == ("Xã Tân Lợi (Huyện Hớn Quản)", "Xã Tân Lợi (Huyện Đồng Phú)")
    assert UNITS.match("Tân Lợi", levels=("commune",), within="huyện Đồng Phú").code == "25375"
    assert UNITS.match("tan loi", levels=("commune",), within="HON QUAN").code == "25340"
    assert UNITS.match("Xã Tân Lợi", levels=("unit_2025",)).code == "25378"


def test_old_and_new_times() -> None:
    assert UNITS.successors("25340") == ("25345",)
    assert UNITS.predecessors("25378") == ("25375",)
    assert UNITS.match("Phường Bà Rá").code == "25217"  # the name it got later
    assert UNITS.match("Xã Lộc Thạnh", within="Huyện Lộc Ninh").code == "25267"  # a district: the old time
    assert UNITS.match("Xã Lộc Thạnh").how == "ambiguous"


def test_did_you_mean() -> None:
    found = UNITS.match("Xã Bù Gia Mâp 2", levels=("commune",))
    assert (found.code, found.suggestions) == (None, ("Xã Bù Gia Mập (Huyện Bù Gia Mập)",))
    assert UNITS.match("Hà Nội").suggestions == ()
    assert UNITS.match("").how == "none"


def test_hamlets_of_a_commune() -> None:
    known = {"a": "Ấp 1", "b": "Thôn 1", "c": "Ấp Thạnh Phú", "d": "Ấp Thạnh Tây"}
    assert matching.match_hamlet("Ấp 1", known).code == "a"
    assert matching.match_hamlet("ấp 01", known).code == "a"
    assert matching.match_hamlet("thon 01", known).code == "b"
    assert matching.match_hamlet("1", known).how == "ambiguous"
    assert matching.match_hamlet("thanh phu", known).code == "c"
    missing = matching.match_hamlet("Ấp Thạnh Phúc", known)
    assert (missing.code, missing.suggestions[0]) == (None, "Ấp Thạnh Phú")


def test_vietnamese_headers_are_known() -> None:
    headers = ["STT", "Tên trạm BTS", "Mã trạm", "Doanh nghiệp", "Xã/Phường", "Huyện", "X (m)", "Y (m)"]
    found = {m.key: (m.header, m.exact) for m in matching.match_headers(headers, schema.STATIONS)}
    assert found == {
        "site_id": ("Mã trạm", True),
        "operator": ("Doanh nghiệp", True),
        "name": ("Tên trạm BTS", True),
        "unit": ("Xã/Phường", True),
        "district": ("Huyện", True),
        "x": ("X (m)", True),
        "y": ("Y (m)", True),
    }


def test_english_and_accentless_headers_are_known() -> None:
    headers = ["SITE ID", "operator", "LATITUDE", "Long", "Do cao anten (m)"]
    found = {m.key: m.header for m in matching.match_headers(headers, schema.STATIONS)}
    assert found == {
        "site_id": "SITE ID",
        "operator": "operator",
        "lat": "LATITUDE",
        "lon": "Long",
        "height_m": "Do cao anten (m)",
    }


def test_a_close_spelling_is_only_a_guess() -> None:
    (found,) = matching.match_headers(["Tên thôn/âp/khu phô cũ"], schema.HAMLETS)
    assert (found.key, found.exact) == ("name", False)


@pytest.mark.parametrize("table", list(schema.TABLES.values()), ids=lambda table: table.key)
def test_every_template_header_finds_its_own_column(table: schema.Table) -> None:
    for attribute in ("vi", "en", "key"):
        headers = [getattr(field, attribute) for field in table.fields]
        found = {m.key: m for m in matching.match_headers(headers, table)}
        assert {key: m.header for key, m in found.items()} == {
            field.key: getattr(field, attribute) for field in table.fields
        }
        assert all(m.exact for m in found.values())


@pytest.mark.parametrize(
    ("frequency_mhz", "band"),
    [(1842.5, "1800"), (947.0, "900"), (2140, "2100"), (2100, "2100"), (3750, "3700"), (2550, "2600"),
     (773, "700"), (1500, None), (5800, None), (470, None)],
)  # fmt: skip
def test_bands_assigned_in_vietnam(frequency_mhz: float, band: str | None) -> None:
    assert schema.band_of(frequency_mhz) == band


@given(st.lists(st.text(max_size=25), max_size=12, unique=True))
def test_any_headers_are_mapped_without_taking_one_twice(headers: list[str]) -> None:
    found = matching.match_headers(headers, schema.STATIONS)
    assert len({m.header for m in found}) == len(found) == len({m.key for m in found})
    UNITS.match(headers[0] if headers else "")
