"""A department's Excel set as it comes: 843 hamlets, 1,500 stations, their sectors, every trap at least once.

`write` makes the files and says what was seeded: (file, row, code of the finding). Rows are those that the
user sees in the file.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from pyproj import Transformer

from phusong.geodata import encodings
from phusong.geodata.province import Province

TCVN3_OF = dict(zip(encodings.TCVN3_LETTERS, encodings.TCVN3_CODES, strict=True))
VNI_OF = {letter: code for code, letter in encodings._vni_table().items() if code == code.lower()}
ZONE_9212, ZONE_5899 = "EPSG:9212", "EPSG:5899"


@dataclass
class Messy:
    """The files written, by table, and what was seeded in them."""

    files: dict[str, Path] = field(default_factory=dict)
    seeded: list[tuple[str, int, str]] = field(default_factory=list)

    def seed(self, file: str, row: int, code: str) -> None:
        self.seeded.append((file, row, code))


def to_tcvn3(text: str) -> str:
    return "".join(TCVN3_OF.get(c, TCVN3_OF.get(c.lower(), c)) for c in unicodedata.normalize("NFC", text))


def to_vni(text: str) -> str:
    return "".join(VNI_OF.get(c, VNI_OF.get(c.lower(), c)) for c in unicodedata.normalize("NFC", text))


def without_accents(text: str) -> str:
    marks = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(mark for mark in marks if not unicodedata.combining(mark))


def comma(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def dms(value: float) -> str:
    whole = int(value)
    minutes = int((value - whole) * 60)
    return f"{whole}°{minutes:02d}'{(value - whole - minutes / 60) * 3600:05.2f}\""


def write(folder: Path, province: Province, *, clean: bool = False) -> Messy:
    """The set in `folder`; with `clean` the same lists after the planner has mended every error."""
    messy = Messy()
    _hamlets(folder / "Danh sách thôn ấp.xlsx", province, messy, clean)
    ids = _stations(folder / "Tram BTS.xlsx", province, messy, clean)
    _sectors(folder / "sector.csv", ids, messy, clean)
    _zones(folder / "KCN.xlsx", messy)
    return messy


def _hamlets(path: Path, province: Province, messy: Messy, clean: bool) -> None:
    to_wgs = Transformer.from_crs(province.crs, "EPSG:4326", always_xy=True)
    table = province.hamlets
    lon, lat = to_wgs.transform(table.geometry.x.to_numpy(), table.geometry.y.to_numpy())
    rows: list[list[object]] = []
    codes: dict[int, str] = {}
    bare = [without_accents(name) for name in province.units_2025["name"]]
    ambiguous = {name for name in bare if bare.count(name) > 1}
    for n, row in enumerate(table.itertuples(index=False)):
        name, unit = row.name, row.unit_2025
        cells: list[object] = [n + 1, name, unit, row.population, comma(lat[n], 5), comma(lon[n], 5)]
        match n % 12:  # forms that are right and must pass without a word
            case 1:
                cells[1] = unicodedata.normalize("NFD", name)
            case 2:
                cells[4], cells[5] = dms(lat[n]), dms(lon[n])
            case 3:
                cells[3] = f"{row.population:,}".replace(",", ".")
            case 4:
                cells[4], cells[5] = float(lat[n]), float(lon[n])
            case 5:
                cells[4] = comma(lat[n], 5).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
            case 6:
                cells[2] = unit.upper()
            case 7:
                cells[2] = unicodedata.normalize("NFD", unit)
            case 8:
                cells[4] = f"{lat[n]:.5f}"
            case 9:
                cells[1] = name.replace("òa", "oà").replace("ủy", "uỷ").replace("úy", "uý")
            case 10 if without_accents(unit) not in ambiguous:
                cells[2] = without_accents(unit)
            case 10 if not clean:  # Lộc Thạnh and Lộc Thành are one without accents: must be asked for
                cells[2] = without_accents(unit)
                codes[n] = "ambiguous-unit"
            case 11:
                cells[1] = re.sub(r"\b(\d)\b", r"0\1", name).lower()
        rows.append(cells)
    if not clean:
        for n, (column, value, code) in {
            20: (3, None, "no-population"), 21: (3, 0, "no-population"), 22: (3, "không rõ", "not-a-number"),
            23: (3, 9_999_999, "out-of-range"), 30: (4, 1175321.0, "unreadable-coordinate"),
            31: (5, None, "missing-coordinate"), 32: (4, "xem bản đồ", "unreadable-coordinate"),
            33: (4, "21,02850", "outside-province"), 40: (2, "Xã Bù Gia Mâpp", "unknown-unit"),
            41: (2, "Xã Không Có", "unknown-unit"), 50: (1, rows[50][1] + "q", "unknown-hamlet"),
            51: (1, "Ấp Chưa Từng Có", "unknown-hamlet"),
        }.items():  # fmt: skip
            rows[n][column] = value
            codes[n] = code
        for n in (60, 61, 62):
            rows[n][4], rows[n][5] = rows[n][5], rows[n][4]
            codes[n] = "swapped-axes"
        for n in (70, 71):  # the same again
            rows.append(list(rows[n]))
            codes[len(rows) - 1] = "duplicate-merged"
        rows.append([*rows[72][:3], 99_999, *rows[72][4:]])
        codes[len(rows) - 1] = "duplicate-conflict"
    head: list[list[object]] = [
        ["UBND TỈNH BÌNH PHƯỚC"],
        [None, "DANH SÁCH THÔN, ẤP, KHU PHỐ"],
        [],
        ["STT", "Tên thôn/ấp", "Xã, phường", "Dân số (người)", "Vĩ độ", "Kinh độ"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
    ]
    for n, code in codes.items():
        messy.seed(path.name, n + 1 + len(head), code)
    messy.seed(path.name, len(head), "number-row")
    rows.append(["Tổng cộng", None, None, int(table["population"].sum()), None, None])
    messy.seed(path.name, len(head) + len(rows), "total-row")
    book = openpyxl.Workbook()
    for cells in (*head, *rows):
        book.active.append(cells)
    book.save(path)
    messy.files["hamlets"] = path


def _stations(path: Path, province: Province, messy: Messy, clean: bool) -> list[str]:
    """1,500 stations in VN-2000, northing under X as surveyors do, names typed in .VnTime, old districts."""
    sites = province.sites.iloc[:1500]
    communes = province.communes.set_index("code")
    to_5899 = Transformer.from_crs(province.crs, ZONE_5899, always_xy=True)
    rows: list[list[object]] = []
    for n, row in enumerate(sites.itertuples(index=False)):
        unit = communes.loc[row.commune_code]
        northing: object = f"{row.y_m:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
        easting: object = float(row.x_m) if n % 2 else comma(row.x_m, 3)
        rows.append(
            [row.site_id, {"Viettel": "VTL", "VNPT": "Vinaphone", "MobiFone": "mobi"}[row.operator],
             to_tcvn3(f"Trạm {unit['name']} số {n}"), unit["name"], unit["district"], northing, easting,
             comma(row.height_m, 1), f"15/0{1 + n % 9}/{row.on_air_year}", None]
        )  # fmt: skip
    codes: dict[int, str] = {}
    if not clean:
        for n, (column, value, code) in {
            100: (7, 450, "out-of-range"), 101: (7, "cao", "not-a-number"), 102: (7, None, "no-height"),
            103: (1, "Beeline", "unknown-value"), 104: (1, None, "missing-value"),
            105: (8, "hôm qua", "bad-date"), 106: (0, None, "missing-value"),
            107: (5, None, "missing-coordinate"), 108: (6, "???", "unreadable-coordinate"),
            109: (5, "2.326.000,00", "outside-province"), 110: (3, "Xã Tân Lợii", "unknown-unit"),
        }.items():  # fmt: skip
            rows[n][column] = value
            codes[n] = code
        for n in (120, 121):
            rows[n][5], rows[n][6] = rows[n][6], rows[n][5]
            codes[n] = "swapped-axes"
        for n in (130, 131, 132):  # after the merger: the neighbour's meridian, not said
            x, y = to_5899.transform(sites["x_m"].iloc[n], sites["y_m"].iloc[n])
            rows[n][5], rows[n][6] = float(y), float(x)
            codes[n] = "outside-province"
        rows.append(list(rows[140]))
        codes[len(rows) - 1] = "duplicate-merged"
        rows.append([*rows[141][:7], "77", *rows[141][8:]])
        codes[len(rows) - 1] = "duplicate-conflict"
        rows.append(["SAO-CHEP-1", *rows[142][1:]])
        codes[len(rows) - 1] = "same-place"
    for n in (150, 151):  # said in the row's own column: right, and silent
        x, y = to_5899.transform(sites["x_m"].iloc[n], sites["y_m"].iloc[n])
        rows[n][5], rows[n][6], rows[n][9] = float(y), float(x), "107°45'"
    head: list[list[object]] = [
        ["DANH SÁCH TRẠM BTS (Hệ toạ độ VN-2000, kinh tuyến trục 106°15', múi 3°)"],
        ["Mã trạm", "Doanh nghiệp", "Tên trạm", "Xã", "Huyện", "Toạ độ", None, "Độ cao cột (m)",
         "Ngày phát sóng", "Hệ toạ độ"],
        [None, None, None, None, None, "X (m)", "Y (m)", None, None, None],
    ]  # fmt: skip
    for n, code in codes.items():
        messy.seed(path.name, n + 1 + len(head), code)
    messy.seed(path.name, 0, "old-font")
    book = openpyxl.Workbook()
    for cells in (*head, *rows):
        book.active.append(cells)
    book.active.merge_cells("F2:G2")
    book.create_sheet("Ghi chú").append(["Số liệu của Sở"])
    book.save(path)
    messy.files["stations"] = path
    return [str(code) for code in sites["site_id"]]


def _sectors(path: Path, ids: list[str], messy: Messy, clean: bool) -> None:
    """Three sectors a station, as UTF-16 with semicolons and decimal commas, as Excel's Unicode text is."""
    header = ["Mã trạm", "Công nghệ", "Tần số (MHz)", "Băng thông (MHz)", "Góc phương vị", "Tilt điện",
              "Công suất phát (dBm)", "Loại anten"]  # fmt: skip
    rows: list[list[str]] = []
    for n, code in enumerate(ids):
        radio = ("4G", "LTE", "4g")[n % 3]
        for azimuth in (0, 120, 240):
            turned = str((azimuth + n) % 360)
            rows.append([code, radio, "1842,5", "20", turned, "4,0", "46,0", "panel_1800"])
    codes: dict[int, str] = {}
    if not clean:
        for n, (column, value, code) in {
            1000: (0, "KHONG-CO-1", "orphan-sector"), 1001: (0, "KHONG-CO-2", "orphan-sector"),
            1010: (4, "400", "out-of-range"), 1011: (4, "bắc", "not-a-number"), 1020: (6, "20", "low-power"),
            1021: (6, "75", "out-of-range"), 1030: (2, "1500", "band-not-assigned"),
            1031: (2, "18425", "band-not-assigned"), 1040: (1, "", "missing-value"),
            1041: (1, "WiMAX", "unknown-value"), 1050: (5, "cụp", "not-a-number"),
        }.items():  # fmt: skip
            rows[n][column] = value
            codes[n] = code
        rows[1061] = list(rows[1060])
        codes[1061] = "same-azimuth"
    for n, code in codes.items():
        messy.seed(path.name, n + 2, code)
    with path.open("w", encoding="utf-16", newline="") as out:
        csv.writer(out, delimiter=";").writerows([header, *rows])
    messy.files["sectors"] = path


def _zones(path: Path, messy: Messy) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Tên KCN", "Diện tích (ha)", "Toạ độ"])
    for name, area, place in (
        ("Khu công nghiệp Chơn Thành I", "125", "11,39000; 106,60000"),
        ("Khu công nghiệp Minh Hưng – Hàn Quốc", "193", "11.49, 106.62"),
        ("Khu công nghiệp Đồng Xoài", "163,5", "11°31'12\" 106°53'24\""),
    ):
        book.active.append([to_vni(name), area, place])
    book.save(path)
    messy.seed(path.name, 0, "old-font")
    messy.files["zones"] = path
