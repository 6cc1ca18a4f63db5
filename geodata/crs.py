"""Coordinate reference systems of Vietnamese lists: VN-2000 in its 3° zones, UTM, WGS 84, swapped axes.

What a file means is decided by evidence (a stated zone, or that only one system puts the points into the
province) and never silently: if two systems fit, the user is asked. Survey tables call the northing X.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.aoi import AreaOfInterest
from shapely.geometry.base import BaseGeometry

from phusong.geodata.errors import InputError

Floats = NDArray[np.float64]

WGS84 = "EPSG:4326"
VN2000_GEOGRAPHIC = "EPSG:4756"
LON_RANGE_DEG = (102.0, 118.0)  # Vietnam with its islands
LAT_RANGE_DEG = (8.0, 24.0)

# EPSG code → central meridian and what a planner calls it (EPSG registry, VN-2000 / TM-3 zones)
TM3_ZONES: dict[str, str] = {
    "EPSG:5896": "102°00'",
    "EPSG:9205": "103°00'",
    "EPSG:9206": "104°00'",
    "EPSG:9207": "104°30'",
    "EPSG:9208": "104°45'",
    "EPSG:5897": "105°00'",
    "EPSG:9209": "105°30'",
    "EPSG:9210": "105°45'",
    "EPSG:9211": "106°00'",
    "EPSG:9212": "106°15'",
    "EPSG:9213": "106°30'",
    "EPSG:9214": "107°00'",
    "EPSG:9215": "107°15'",
    "EPSG:9216": "107°30'",
    "EPSG:5899": "107°45'",
    "EPSG:5898": "108°00'",
    "EPSG:9217": "108°15'",
    "EPSG:9218": "108°30'",
}
NAMES: dict[str, str] = {
    WGS84: "WGS 84, độ · degrees",
    VN2000_GEOGRAPHIC: "VN-2000, độ · degrees",
    **{code: f"VN-2000, kinh tuyến trục {meridian}, múi 3°" for code, meridian in TM3_ZONES.items()},
    "EPSG:3405": "VN-2000 / UTM 48N, múi 6°",
    "EPSG:3406": "VN-2000 / UTM 49N, múi 6°",
    "EPSG:32648": "WGS 84 / UTM 48N",
    "EPSG:32649": "WGS 84 / UTM 49N",
}
_PROJECTED = tuple(code for code in NAMES if code not in (WGS84, VN2000_GEOGRAPHIC))


@dataclass(frozen=True, slots=True)
class Fit:
    """A reading of two coordinate columns: the system, whether the axes are swapped, and how well it fits."""

    crs: str
    swapped: bool
    inside_share: float

    def describe(self) -> str:
        order = ", hai cột bị đổi chỗ (swapped)" if self.swapped else ""
        return f"{self.crs} ({NAMES.get(self.crs, 'EPSG')}{order}): {self.inside_share:.0%}"


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    vietnam = AreaOfInterest(LON_RANGE_DEG[0], LAT_RANGE_DEG[0], 110.0, LAT_RANGE_DEG[1])
    return Transformer.from_crs(source, target, always_xy=True, area_of_interest=vietnam)


def transform(x: Floats, y: Floats, *, source: str, target: str) -> tuple[Floats, Floats]:
    """Easting/longitude and northing/latitude in `target`; NaN where a point cannot be transformed.

    Axis order is always x = easting or longitude, whatever the registry says.
    """
    out_x, out_y = _transformer(source, target).transform(
        np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    )
    bad = ~(np.isfinite(out_x) & np.isfinite(out_y))
    return np.where(bad, np.nan, out_x), np.where(bad, np.nan, out_y)


def from_text(text: object) -> str | None:
    """The system that a header, a sheet title or a cell states, or None: "KTT 106°15'", "UTM 48N", "9212".

    "VN-2000" alone does not state a zone.
    """
    if not isinstance(text, (str, int, float)) or isinstance(text, bool):
        return None
    plain = str(text).removesuffix(".0").upper().replace("º", "°").replace("’", "'").replace("′", "'").strip()
    code = re.search(r"EPSG\D{0,3}(\d{4,5})\b", plain) or re.fullmatch(r"(\d{4,5})", plain)
    if code and f"EPSG:{code[1]}" in NAMES:
        return f"EPSG:{code[1]}"
    datum = re.search(r"VN\s*-?\s*2000|WGS\s*-?\s*84", plain)
    utm = re.search(r"UTM\D{0,8}(48|49)", plain)
    if utm and datum:
        zones = ("EPSG:3405", "EPSG:3406") if datum[0].startswith("VN") else ("EPSG:32648", "EPSG:32649")
        return zones[utm[1] == "49"]
    # in running text "105" may count stations: only a meridian that is called one is taken
    deg = r"\b(10[2-8])\s*(?:°|ĐỘ|-|\s|D)\s*(00|15|30|45)?\b"
    called = r"(?:KTT|KINH TUYẾN|MERIDIAN|VN\s*-?\s*2000)\D{0,25}"
    meridian = re.search(called + deg, plain) or re.fullmatch(deg + r"'?", plain)
    if meridian:
        wanted = f"{meridian[1]}°{meridian[2] or '00'}'"
        return next((code for code, cm in TM3_ZONES.items() if cm == wanted), None)
    return WGS84 if datum and datum[0].startswith("WGS") and not utm else None


def inside(x: Floats, y: Floats, area: BaseGeometry, *, crs: str) -> NDArray[np.bool_]:
    """True where a point of `crs` lies in `area` (longitude and latitude); False where it is NaN."""
    lon, lat = (x, y) if crs == WGS84 else transform(x, y, source=crs, target=WGS84)
    good = np.isfinite(lon) & np.isfinite(lat)
    shapely.prepare(area)
    answer = np.zeros(good.shape, dtype=np.bool_)
    answer[good] = shapely.contains_xy(area, lon[good], lat[good])
    return answer


def fits(first: Floats, second: Floats, area: BaseGeometry) -> tuple[Fit, ...]:
    """Every reading of the two columns (first as x) that puts a point into `area`, best first."""
    known = np.isfinite(first) & np.isfinite(second)
    a, b = first[known], second[known]
    if a.size == 0:
        return ()
    in_degrees = float(np.median(np.maximum(np.abs(a), np.abs(b)))) <= 360
    found = []
    for crs in (WGS84,) if in_degrees else _PROJECTED:
        for swapped in (False, True):
            x, y = (b, a) if swapped else (a, b)
            share = float(inside(x, y, area, crs=crs).mean())
            if share > 0:
                found.append(Fit(crs, swapped, share))
    return tuple(sorted(found, key=lambda fit: (-fit.inside_share, fit.swapped, fit.crs)))


def detect(
    first: Floats, second: Floats, area: BaseGeometry, *, source: str, stated: str | None = None
) -> Fit:
    """The one system that puts the points into `area`; `first` is read as x unless the axes prove swapped.

    `stated` is the system given by the user or by the file itself: then only the axes are left to find.
    Raises InputError if no system fits half of the points, or if two fit about equally well (within five
    in a hundred points, or three points): their points differ by 225 m to 270 km, which nobody may guess.
    """
    known = int((np.isfinite(first) & np.isfinite(second)).sum())
    if known == 0:
        raise InputError(
            f"{source}: không có dòng nào có đủ hai toạ độ · no row has both coordinates;"
            " chọn lại cột trong tệp ánh xạ · choose the columns in the mapping file"
        )
    found = _stated_fits(first, second, area, stated) if stated else fits(first, second, area)
    if not found or found[0].inside_share < 0.5:
        seen = f"; hợp nhất · best: {found[0].describe()}" if found else ""
        raise InputError(
            f"{source}: toạ độ không nằm trong tỉnh với hệ nào đã biết{' ' + stated if stated else ''}{seen};"
            " hãy ghi rõ bằng --crs · the coordinates fall outside the province in every known system;"
            " say which with --crs"
        )
    best = found[0]
    slack = max(0.05, 3 / known)
    rivals = [fit for fit in found if fit.crs != best.crs and fit.inside_share >= best.inside_share - slack]
    if rivals:
        listed = "; ".join(fit.describe() for fit in (best, *rivals)[:4])
        raise InputError(
            f"{source}: nhiều hệ toạ độ cùng hợp ({listed}); hãy chọn bằng --crs EPSG:… hoặc trong tệp ánh xạ"
            " · more than one system fits; choose with --crs EPSG:… or in the mapping file"
        )
    return best


def _stated_fits(first: Floats, second: Floats, area: BaseGeometry, stated: str) -> tuple[Fit, ...]:
    known = np.isfinite(first) & np.isfinite(second)
    both = []
    for swapped in (False, True):
        x, y = (second, first) if swapped else (first, second)
        both.append(Fit(stated, swapped, float(inside(x[known], y[known], area, crs=stated).mean())))
    return tuple(sorted(both, key=lambda fit: (-fit.inside_share, fit.swapped)))
