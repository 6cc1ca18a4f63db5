"""Small lists of places that a question brings along, of its own candidates or schools, as a planner typed them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

from phusong.geodata.crs import LAT_RANGE_DEG, LON_RANGE_DEG
from phusong.geodata.errors import InputError
from phusong.geodata.importing import convert
from phusong.geodata.readers import read_source
from phusong.geodata.schema import Field, Table
from phusong.geodata.tables import ColumnMapping, columns_of, rows_of

_POSITION = (
    Field("lat", "Vĩ độ", "Latitude (WGS 84)", "lat", required=True, aliases=("lat", "vi do")),
    Field("lon", "Kinh độ", "Longitude (WGS 84)", "lon", required=True,
          aliases=("lon", "long", "lng", "kinh do")),
)  # fmt: skip
_NAMES = ("name", "tên", "địa điểm", "tên điểm", "tên trường", "vị trí")

CANDIDATES = Table("candidates", "Vị trí ứng viên", "Candidate sites", (
    Field("name", "Tên vị trí", "Candidate", required=True, aliases=_NAMES),
    *_POSITION,
), position_needed=True)  # fmt: skip

POINTS = Table("points", "Điểm cần phủ", "Points to serve", (
    Field("name", "Tên điểm", "Point", required=True, aliases=_NAMES),
    *_POSITION,
    Field("weight", "Trọng số (người)", "Weight (people)", "number", low=0, high=1_000_000,
          aliases=("trọng số", "số người", "số học sinh", "học sinh", "pupils", "people")),
    Field("times", "Số trạm phủ", "Stations needed", "whole", low=1, high=3,
          aliases=("số lần phủ", "cần mấy trạm", "need", "stations")),
), position_needed=True)  # fmt: skip


def read_places(file: Path, table: Table) -> gpd.GeoDataFrame:
    """The rows of a CSV or a workbook as points in EPSG:4326, with the columns of `table`.

    Headers may be Vietnamese or English and in any order; latitude and longitude of WGS 84. InputError, with
    the row, for anything that the table does not allow: of a short list nothing is left out silently.
    """
    rows = rows_of(read_source(file), table)
    mapping = ColumnMapping(table.key, columns=columns_of(rows, table))
    vietnam = shapely.box(LON_RANGE_DEG[0], LAT_RANGE_DEG[0], LON_RANGE_DEG[1], LAT_RANGE_DEG[1])
    found = convert(rows, mapping, table, area=vietnam, official=None)
    for problem in found.problems:
        if problem.severity in ("error", "warning"):
            raise InputError(problem.line())
    return found.frame
