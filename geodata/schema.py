"""The tables a planner fills in: columns with their names in Vietnamese and English, units and limits."""

from __future__ import annotations

from dataclasses import dataclass

from phusong.geodata.errors import InputError

KINDS = ("text", "code", "number", "whole", "year", "choice", "lat", "lon", "pair", "x", "y", "crs")


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its key, its names, what it holds and which values are possible."""

    key: str
    vi: str
    en: str
    kind: str = "text"
    required: bool = False
    low: float = 0.0
    high: float = 0.0
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()  # value, and what people write for it
    aliases: tuple[str, ...] = ()
    example: str | float | int = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every header that stands for this column."""
        return (self.key, self.vi, self.en, *self.aliases)


@dataclass(frozen=True, slots=True)
class Table:
    """One list of the project: what a row is, its columns, and the key that tells two rows apart."""

    key: str
    vi: str
    en: str
    fields: tuple[Field, ...]
    located: bool = True  # rows have coordinates
    position_needed: bool = False  # and none may lack them: a station is nowhere without
    identity: tuple[str, ...] = ()  # columns that name a row

    def field(self, key: str) -> Field:
        """The column called `key`; KeyError if there is none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)


_OPERATORS = (
    ("Viettel", ("viettel", "vtl", "vt", "viettel telecom")),
    ("VNPT", ("vnpt", "vinaphone", "vina", "vnp", "vnpt vinaphone")),
    ("MobiFone", ("mobifone", "mobi", "mbf", "vms")),
    ("Vietnamobile", ("vietnamobile", "vnm", "vnmobile")),
    ("Gmobile", ("gmobile", "gtel", "gtel mobile")),
)
_TECHNOLOGIES = (
    ("2G", ("2g", "gsm")),
    ("3G", ("3g", "umts", "wcdma", "hspa", "nodeb")),
    ("4G", ("4g", "lte", "enodeb", "4g lte")),
    ("5G", ("5g", "nr", "gnodeb", "5g nr")),
)
_STATUS = (
    ("on_air", ("on air", "onair", "dang phat song", "da phat song", "hoat dong", "dang hoat dong", "co")),
    ("planned", ("planned", "ke hoach", "du kien", "quy hoach", "chua phat song", "dang xay dung")),
)
_COORDINATES = (
    Field("lat", "Vĩ độ", "Latitude (WGS 84)", "lat", low=8, high=24, aliases=("vi do", "lat", "vĩ độ (N)"),
          example=11.75321),
    Field("lon", "Kinh độ", "Longitude (WGS 84)", "lon", low=102, high=118,
          aliases=("kinh do", "long", "lng", "lon", "kinh độ (E)"), example=106.90654),
    Field("position", "Toạ độ (vĩ độ, kinh độ)", "Coordinates (latitude, longitude)", "pair",
          aliases=("toa do", "vị trí", "lat/long", "lat long", "lat,lon", "coordinates", "toạ độ gps")),
    Field("x", "X (VN-2000)", "X (northing or easting)", "x",
          aliases=("x", "toa do x", "x (m)", "x vn2000", "toạ độ x (m)")),
    Field("y", "Y (VN-2000)", "Y (easting or northing)", "y",
          aliases=("y", "toa do y", "y (m)", "y vn2000", "toạ độ y (m)")),
    Field("crs", "Hệ toạ độ", "Coordinate system", "crs",
          aliases=("kinh tuyến trục", "ktt", "múi chiếu", "epsg", "he toa do")),
)  # fmt: skip
_PLACE = (
    Field("unit_code", "Mã xã", "Commune code", "code",
          aliases=("ma xa phuong", "mã đơn vị hành chính", "mã đvhc", "ward code", "ma phuong xa"),
          example="25267"),
    Field("unit", "Xã/Phường", "Commune", aliases=(
        "xã", "phường", "xã phường", "xã, phường, thị trấn", "tên xã", "phường/xã", "đơn vị hành chính",
        "địa bàn xã", "thuộc xã", "ward", "xã/phường/thị trấn"), example="Xã Lộc Thạnh"),
    Field("district", "Huyện (cũ)", "District (until 30 June 2025)", aliases=(
        "huyện", "huyện/thị xã/thành phố", "quận huyện", "huyện thị", "tên huyện", "huyện, thị xã"),
        example="Huyện Lộc Ninh"),
)  # fmt: skip

HAMLETS = Table("hamlets", "Thôn, ấp, khu phố", "Hamlets", (
    Field("hamlet_id", "Mã thôn ấp", "Hamlet id", "code",
          aliases=("mã thôn", "mã ấp", "mã khu phố", "id thôn"), example="25267-01"),
    Field("name", "Tên thôn/ấp/khu phố", "Hamlet", required=True, aliases=(
        "tên thôn", "tên ấp", "thôn", "ấp", "thôn ấp", "thôn, ấp, khu phố", "khu phố", "tên thôn ấp",
        "thôn/ấp/khu phố", "tên thôn, ấp", "khu dân cư", "ten ap"), example="Ấp Thạnh Phú"),
    *_PLACE,
    Field("population", "Dân số", "Population", "whole", low=0, high=100_000, aliases=(
        "số dân", "nhân khẩu", "số nhân khẩu", "dân số (người)", "số khẩu", "khẩu", "inhabitants"),
        example=1234),
    Field("households", "Số hộ", "Households", "whole", low=0, high=30_000,
          aliases=("hộ", "số hộ dân", "hộ dân", "tổng số hộ"), example=310),
    *_COORDINATES,
), identity=("unit_code", "name"))  # fmt: skip

STATIONS = Table("stations", "Trạm phát sóng", "Stations", (
    Field("site_id", "Mã trạm", "Site id", "code", required=True, aliases=(
        "site", "site name", "mã bts", "id trạm", "mã nhà trạm", "station id", "mã vị trí", "cell site",
        "site code", "enodeb name", "enb name", "gnodeb name", "gnb name", "nodeb name", "bts name",
        "base station name", "ne name"),
        example="VTL-LN-001"),
    Field("operator", "Nhà mạng", "Operator", "choice", choices=_OPERATORS, required=True,
          aliases=("doanh nghiệp", "dn", "mạng", "đơn vị khai thác", "chủ đầu tư", "dnvt"),
          example="Viettel"),
    Field("name", "Tên trạm", "Site name", aliases=("tên bts", "ten tram bts", "địa điểm", "địa chỉ"),
          example="Đồn Biên phòng Lộc Thạnh"),
    *_PLACE,
    Field("height_m", "Độ cao cột (m)", "Mast height (m)", "number", low=3, high=150, aliases=(
        "chiều cao cột", "độ cao anten", "chiều cao anten", "độ cao", "cao độ anten", "height", "chiều cao",
        "antenna height", "độ cao cột anten (m)"), example=42),
    Field("kind", "Loại trạm", "Kind", "choice", choices=(
        ("macro", ("macro", "bts", "tram macro", "thường")), ("border", ("border", "bien gioi", "tuan tra")),
        ("5g", ("5g",)), ("small", ("small cell", "pico", "micro", "trong nha", "ibs", "inbuilding"))),
        aliases=("loại", "loại nhà trạm"), example="macro"),
    Field("on_air_year", "Năm phát sóng", "On-air year", "year", low=1993, high=2040, aliases=(
        "ngày phát sóng", "thời gian phát sóng", "on air date", "năm hoạt động", "ngày on air", "năm"),
        example=2019),
    Field("status", "Tình trạng", "Status", "choice", choices=_STATUS, aliases=("trạng thái", "hiện trạng"),
          example="on_air"),
    *_COORDINATES,
), position_needed=True, identity=("operator", "site_id"))  # fmt: skip

SECTORS = Table("sectors", "Sector (ô phủ sóng)", "Sectors", (
    Field("sector_id", "Mã sector", "Sector id", "code", aliases=(
          "mã cell", "cell name", "tên cell", "sector name", "cell", "local cell name", "cell id"),
          example="VTL-LN-001-4G-1"),
    Field("site_id", "Mã trạm", "Site id", "code", required=True, aliases=STATIONS.field("site_id").aliases,
          example="VTL-LN-001"),
    Field("operator", "Nhà mạng", "Operator", "choice", choices=_OPERATORS,
          aliases=STATIONS.field("operator").aliases, example="Viettel"),
    Field("technology", "Công nghệ", "Technology", "choice", choices=_TECHNOLOGIES, required=True,
          aliases=("rat", "radio", "thế hệ", "loại mạng", "tech", "hệ thống"), example="4G"),
    Field("band", "Băng tần", "Band", aliases=("băng", "band name"), example="B3 (1800)"),
    Field("frequency_mhz", "Tần số (MHz)", "Frequency (MHz)", "number", low=400, high=30_000,
          aliases=("tần số", "tần số phát", "freq", "frequency", "tần số dl (mhz)"), example=1842.5),
    Field("channel", "Số kênh (EARFCN)", "Channel number (EARFCN, NR-ARFCN, UARFCN)", "whole", low=0,
          high=2_100_000, aliases=("earfcn", "earfcn dl", "dl earfcn", "nr-arfcn", "nrarfcn", "uarfcn",
          "arfcn", "ssb arfcn", "kênh", "số kênh"), example=1575),
    Field("bandwidth_mhz", "Băng thông (MHz)", "Bandwidth (MHz)", "number", low=0.1, high=400,
          aliases=("băng thông", "bw", "bandwidth", "độ rộng băng"), example=20),
    Field("azimuth_deg", "Hướng (độ)", "Azimuth (deg)", "number", required=True, low=0, high=360, aliases=(
        "azimuth", "góc phương vị", "phương vị", "hướng anten", "hướng", "góc hướng"), example=120),
    Field("mechanical_downtilt_deg", "Cụp cơ (độ)", "Mechanical tilt (deg)", "number", low=-15, high=30,
          aliases=("m-tilt", "mechanical tilt", "tilt cơ", "góc cụp cơ", "mtilt"), example=2),
    Field("electrical_downtilt_deg", "Cụp điện (độ)", "Electrical tilt (deg)", "number", low=-15, high=30,
          aliases=("e-tilt", "electrical tilt", "tilt điện", "góc cụp điện", "etilt", "tilt"), example=4),
    Field("antenna", "Loại anten", "Antenna", aliases=("anten", "antenna type", "kiểu anten"),
          example="panel-65"),
    Field("power_dbm", "Công suất (dBm)", "Power (dBm)", "number", low=0, high=60, aliases=(
        "công suất", "công suất phát", "tx power", "power", "công suất phát (dbm)",
        "max tx power", "max power", "transmit power"),
        example=46),
    Field("height_m", "Độ cao anten (m)", "Antenna height (m)", "number", low=3, high=150, aliases=(
        "chiều cao anten", "độ cao", "height", "antenna height", "chiều cao"), example=38),
    Field("on_air_year", "Năm phát sóng", "On-air year", "year", low=1993, high=2040,
          aliases=STATIONS.field("on_air_year").aliases, example=2019),
    Field("status", "Tình trạng", "Status", "choice", choices=_STATUS, aliases=("trạng thái",),
          example="on_air"),
), located=False, identity=("operator", "sector_id"))  # fmt: skip

ZONES = Table("zones", "Khu công nghiệp, cửa khẩu", "Zones", (
    Field("name", "Tên khu", "Name", required=True, aliases=(
        "khu công nghiệp", "tên kcn", "kcn", "tên khu công nghiệp", "cụm công nghiệp"),
        example="KCN Chơn Thành I"),
    Field("type", "Loại khu", "Type", aliases=("loại", "loại hình"), example="KCN"),
    *_PLACE,
    Field("area_ha", "Diện tích (ha)", "Area (ha)", "number", low=0.1, high=50_000,
          aliases=("diện tích", "area"), example=125),
    *_COORDINATES,
), identity=("name",))  # fmt: skip

FIXED = Table("fixed_broadband", "Băng rộng cố định", "Fixed broadband", (
    *_PLACE,
    Field("name", "Tên thôn/ấp/khu phố", "Hamlet", required=True, aliases=HAMLETS.field("name").aliases,
          example="Ấp Thạnh Phú"),
    Field("operator", "Nhà mạng", "Operator", "choice", choices=(
        *_OPERATORS, ("FPT", ("fpt", "fpt telecom")), ("SCTV", ("sctv",)), ("CMC", ("cmc",))),
        aliases=STATIONS.field("operator").aliases, example="VNPT"),
    Field("technology", "Công nghệ", "Technology", "choice", choices=(
        ("FTTH", ("ftth", "cap quang", "gpon", "fttx", "quang")), ("xDSL", ("adsl", "xdsl", "cap dong")),
        ("cable", ("cable", "hfc", "truyen hinh cap")), ("wireless", ("fwa", "vo tuyen", "wireless"))),
        example="FTTH"),
    Field("households_passed", "Số hộ có hạ tầng", "Households passed", "whole", low=0, high=30_000,
          aliases=("hộ có cáp quang", "homepass", "home pass"), example=280),
    Field("subscribers", "Số thuê bao", "Subscribers", "whole", low=0, high=100_000,
          aliases=("thuê bao", "số thuê bao băng rộng"), example=210),
), located=False, identity=("unit_code", "name", "operator"))  # fmt: skip

LOUDSPEAKERS = Table("loudspeakers", "Loa truyền thanh", "Loudspeakers", (
    Field("loudspeaker_id", "Mã cụm loa", "Loudspeaker id", "code", aliases=("mã loa", "id loa"),
          example="L-25267-01"),
    *_PLACE,
    Field("name", "Tên thôn/ấp/khu phố", "Hamlet", aliases=HAMLETS.field("name").aliases,
          example="Ấp Thạnh Phú"),
    Field("type", "Loại loa", "Type", "choice", choices=(
        ("IP", ("ip", "thong minh", "ung dung cntt-vt", "cntt", "4g")), ("FM", ("fm", "khong day")),
        ("wired", ("co day", "huu tuyen", "wired"))), aliases=("loại đài", "công nghệ"), example="IP"),
    Field("power_w", "Công suất (W)", "Power (W)", "number", low=1, high=1000, aliases=("công suất",),
          example=50),
    Field("height_m", "Độ cao (m)", "Height (m)", "number", low=1, high=60, example=8,
          aliases=("chiều cao",)),
    *_COORDINATES,
), identity=("loudspeaker_id",))  # fmt: skip

BORDER_POSTS = Table("border_posts", "Đồn, trạm, chốt biên phòng", "Border posts", (
    Field("name", "Tên đồn/chốt", "Post", required=True, aliases=(
        "tên đồn", "đồn biên phòng", "đồn", "chốt", "tên chốt", "chốt dân quân"),
        example="Đồn Biên phòng Lộc Thạnh"),
    Field("kind", "Loại", "Kind", "choice", choices=(
        ("post", ("don", "don bien phong", "post")), ("guard", ("chot", "chot dan quan", "guard")),
        ("gate", ("cua khau", "gate", "tram kiem soat"))), aliases=("loại hình",), example="post"),
    *_PLACE,
    *_COORDINATES,
), position_needed=True, identity=("name",))  # fmt: skip

TABLES: dict[str, Table] = {
    table.key: table for table in (HAMLETS, STATIONS, SECTORS, ZONES, FIXED, LOUDSPEAKERS, BORDER_POSTS)
}

# Assigned for public land mobile in Vietnam, MHz (low, high). Ministry circulars on the 700, 850, 900, 1800,
# 2100, 2300, 2600 and 3560-4000 MHz bands, and the awards of 2024 (2500-2600, 3700-3800, 3800-3900) and
# 2025 (700 MHz); both directions of a paired band count, because lists name either.
BANDS_MHZ: dict[str, tuple[tuple[float, float], ...]] = {
    "700": ((703, 733), (758, 788)),
    "850": ((824, 835), (869, 880)),
    "900": ((880, 915), (925, 960)),
    "1800": ((1710, 1785), (1805, 1880)),
    "2100": ((1920, 1980), (2110, 2170)),
    "2300": ((2300, 2390),),
    "2600": ((2500, 2690),),
    "3700": ((3560, 4000),),
}


def table_named(key: str) -> Table:
    """The table called `key`. Raises InputError that lists the tables there are."""
    if key not in TABLES:
        known = ", ".join(f"{table.key} ({table.vi})" for table in TABLES.values())
        raise InputError(f"--as {key}: không có bảng này · no such table; có · known: {known}")
    return TABLES[key]


def band_of(frequency_mhz: float) -> str | None:
    """Name of the band that holds the frequency; None outside every band assigned in Vietnam.

    A round number that names a band (900, 1800, 2100 …) counts as being in it.
    """
    for name, ranges in BANDS_MHZ.items():
        if frequency_mhz == float(name) or any(low <= frequency_mhz <= high for low, high in ranges):
            return name
    return None
