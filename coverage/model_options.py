"""What each model, and each loss beside it, can be told: name, unit, range and default of every option.

Nothing here is compiled: a scenario file is checked against these tables before anything heavy loads.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from types import MappingProxyType

from phusong.coverage.propagation import radioclimate
from phusong.coverage.propagation.choices import (
    HATA_ENVIRONMENTS,
    ITM_CLIMATES,
    ITM_SITINGS,
    ITM_VARIABILITIES,
    P833_WOODLANDS,
    P2108_ENVIRONMENTS,
    P2109_BUILDINGS,
    POLARIZATIONS,
    SUI_TERRAINS,
    TR38901_BUILDINGS,
)

Value = float | str | bool
Given = Mapping[str, Value]


class OptionError(ValueError):
    """A wrong option: one line; `key` is the option's own name."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its default, what it may be (a range, a list of words, or true and false), what it means."""

    default: Value
    vi: str
    en: str
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    choices: tuple[str, ...] = ()

    def checked(self, key: str, value: Value) -> Value:
        """The value as a model takes it. OptionError for another type or out of range."""
        if isinstance(self.default, bool):
            if not isinstance(value, bool):
                raise OptionError(key, f"{key} = {value!r} is neither true nor false")
            return value
        if self.choices:
            if value not in self.choices:
                hint = near(value, self.choices)
                raise OptionError(key, f"{key} = {value!r} is none of {', '.join(self.choices)}{hint}")
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise OptionError(key, f"{key} = {value!r} is not a number")
        if not (isfinite(value) and self.low <= value <= self.high):
            raise OptionError(key, f"{key} = {value:g} is not from {self.allowed}")
        return float(value)

    @property
    def allowed(self) -> str:
        """What it may be, in words."""
        if isinstance(self.default, bool):
            return "true, false"
        return ", ".join(self.choices) or f"{self.low:.9g} to {self.high:.9g} {self.unit}".rstrip()


def near(word: object, known: tuple[str, ...]) -> str:
    """A suggestion for a misspelt word, beginning with a semicolon; empty where none is near."""
    close = difflib.get_close_matches(str(word), known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


_TIME = Option(
    50.0, "phần trăm thời gian suy hao không vượt", "share of time for which the loss is not exceeded",
    1.0, 50.0, "%",
)  # fmt: skip
_POLARIZATION = Option("vertical", "phân cực", "polarization", choices=POLARIZATIONS)
_ENVIRONMENT = Option("open", "môi trường quanh máy thu", "surroundings", choices=HATA_ENVIRONMENTS)
_LARGE_CITY = Option(False, "thành phố lớn", "a large city")
_K = Option(
    4.0 / 3.0, "bán kính hiệu dụng trên bán kính thật của Trái Đất", "effective over true earth radius",
    0.5, 10.0,
)  # fmt: skip
_ITM: dict[str, Option] = {
    "time_percent": replace(_TIME, low=0.01, high=99.99),
    "situation_percent": Option(
        50.0, "phần trăm tình huống suy hao không vượt", "share of situations", 0.01, 99.99, "%"
    ),
    "variability": Option(
        "broadcast", "cách tính biến thiên", "mode of variability", choices=ITM_VARIABILITIES
    ),
    "without_location": Option(False, "bỏ biến thiên vị trí", "leaves location variability out"),
    "without_situation": Option(False, "bỏ biến thiên tình huống", "leaves situation variability out"),
    "climate": Option("equatorial", "vùng khí hậu", "radio climate", choices=ITM_CLIMATES),
    "refractivity_n": Option(
        radioclimate.N_0,
        "độ khúc xạ mực nước biển N_0",
        "sea-level refractivity N_0",
        250.0,
        400.0,
        "N-units",
    ),
    "permittivity": Option(15.0, "hằng số điện môi của đất", "relative permittivity", 1.0, 100.0),
    "conductivity_s_per_m": Option(0.005, "độ dẫn điện của đất", "conductivity", 1e-5, 10.0, "S/m"),
    "polarization": _POLARIZATION,
}
_SITING = Option("random", "cách chọn chỗ đặt anten", "siting of the antenna", choices=ITM_SITINGS)
# COST 231-Hata for a medium town at 1800 MHz and 1.5 m, as spm.SpmCoefficients has it
_SPM_K = (21.91076339754278, 44.9, 5.83, 1.0, -6.55, 0.0, 0.0)

OPTIONS: Mapping[str, Mapping[str, Option]] = MappingProxyType(
    {
        "p1812": {
            "time_percent": _TIME,
            "polarization": _POLARIZATION,
            "delta_n": Option(
                radioclimate.DELTA_N, "độ dốc khúc xạ ΔN", "lapse rate of refractivity ΔN", 0.0, 150.0,
                "N-units/km",
            ),
            "n_0": Option(
                radioclimate.N_0, "độ khúc xạ mực nước biển N_0", "sea-level refractivity N_0", 200.0, 500.0,
                "N-units",
            ),
        },
        "itm": _ITM,
        "itm-area": {
            **_ITM,
            "irregularity_m": Option(
                90.0, "độ gồ ghề Δh: 0 phẳng, 30 đồng bằng, 90 đồi, 200 núi",
                "irregularity Δh: 0 smooth, 30 plains, 90 hills, 200 mountains", 0.0, 5000.0, "m",
            ),
            "tx_siting": _SITING,
            "rx_siting": _SITING,
        },
        "delta-bullington": {"earth_radius_factor": _K, "polarization": _POLARIZATION},
        "p1546": {
            "time_percent": _TIME,
            "environment": replace(_ENVIRONMENT, choices=(*HATA_ENVIRONMENTS, "dense-urban")),
            "tx_clutter_m": Option(0.0, "độ cao lớp phủ quanh trạm", "clutter around the mast", 0.0, 100.0, "m"),
            "rx_clutter_m": Option(
                10.0, "độ cao lớp phủ quanh máy thu", "clutter around the receiver", 0.0, 100.0, "m"
            ),
        },
        "extended-hata": {"environment": _ENVIRONMENT},
        "spm": {
            **{
                f"K{index}": Option(value, f"hệ số K{index}", f"coefficient K{index}", -1e4, 1e4)
                for index, value in enumerate(_SPM_K, start=1)
            },
            "earth_radius_factor": _K,
            "polarization": _POLARIZATION,
        },
        "okumura-hata": {"environment": _ENVIRONMENT, "large_city": _LARGE_CITY},
        "cost231-hata": {"large_city": _LARGE_CITY},
        "tr38901-rma": {
            "building_height_m": Option(5.0, "độ cao nhà trung bình", "mean height of buildings", 5.0, 50.0, "m"),
            "street_width_m": Option(20.0, "bề rộng đường phố", "width of streets", 5.0, 50.0, "m"),
        },
        "tr38901-uma": {
            "environment_height_m": Option(
                1.0, "độ cao môi trường hiệu dụng h_E", "effective environment height h_E", 0.0, 22.0, "m"
            ),
        },
        "tr38901-umi": {},
        "sui": {"terrain": Option("B", "loại địa hình", "kind of terrain", choices=SUI_TERRAINS)},
        "ecc33": {"large_city": _LARGE_CITY},
        "p1411-street": {},
        "p1411-rooftop": {
            "roof_height_m": Option(20.0, "độ cao mái nhà", "height of the roofs", 3.0, 50.0, "m"),
            "street_width_m": Option(20.0, "bề rộng đường phố", "width of streets", 5.0, 50.0, "m"),
            "street_angle_deg": Option(
                45.0, "góc giữa đường phố và tuyến", "angle of the street against the path", 0.0, 90.0, "°"
            ),
            "building_separation_m": Option(
                50.0, "khoảng cách giữa các dãy nhà", "distance between rows of houses", 10.0, 200.0, "m"
            ),
            "buildings_extent_m": Option(
                80.0, "chiều dài phần có nhà", "length of path over houses", 20.0, 5000.0, "m"
            ),
            "metropolitan": Option(False, "trung tâm đô thị lớn", "a metropolitan centre"),
        },
        "kun-2600": {},
        "free-space": {},
    }
)  # fmt: skip
NAMES = tuple(OPTIONS)

_PERCENT = Option(50.0, "phần trăm vị trí suy hao không vượt", "share of locations", 0.1, 99.9, "%")
# losses beside a model's, by what they are of and by recommendation
EXTRA_OPTIONS: Mapping[str, Mapping[str, Mapping[str, Option]]] = MappingProxyType(
    {
        "clutter": {
            "p2108": {
                "environment": Option(
                    "suburban", "môi trường quanh máy thu", "surroundings", choices=P2108_ENVIRONMENTS
                ),
                "clutter_height_m": Option(
                    0.0, "độ cao lớp phủ; 0: theo bảng 3", "clutter height; 0: table 3's", 0.0, 100.0, "m"
                ),
                "street_width_m": Option(27.0, "bề rộng đường phố", "width of streets", 1.0, 1000.0, "m"),
            },
            "p2108-statistical": {"percent": _PERCENT},
        },
        "building": {
            "p2109": {
                "kind": Option("traditional", "loại nhà", "kind of building", choices=P2109_BUILDINGS),
                "percent": replace(_PERCENT, low=1e-6, high=100.0 - 1e-6),
                "elevation_deg": Option(
                    0.0, "góc ngẩng của tuyến tại mặt nhà", "elevation of the path at the façade", -90.0, 90.0,
                    "°",
                ),
            },
            "tr38901": {
                "kind": Option("low-loss", "loại nhà", "kind of building", choices=TR38901_BUILDINGS),
                "indoor_distance_m": Option(
                    0.0, "khoảng cách trong nhà", "distance indoors", 0.0, 100.0, "m"
                ),
            },
        },
        "vegetation": {
            "p833": {
                "depth_m": Option(50.0, "bề dày cây phải xuyên qua", "depth of trees", 0.0, 10e3, "m"),
                "woodland": Option("tropical", "loại rừng", "kind of wood", choices=P833_WOODLANDS),
            },
        },
        "rain": {
            "p530": {
                "percent": Option(
                    0.01, "phần trăm của năm mưa vượt suy hao này", "share of the year in which it is exceeded",
                    0.001, 1.0, "%",
                ),
                "rain_001_mm_h": Option(
                    radioclimate.RAIN_RATE_001_MM_H, "cường độ mưa vượt 0,01 % của năm",
                    "rain rate exceeded for 0.01 % of the year", 0.1, 300.0, "mm/h",
                ),
                "fade_margin_db": Option(
                    0.0, "dự trữ pha-đinh; trên 0: tính cả gián đoạn", "fade margin; above 0: outage too", 0.0,
                    60.0, "dB",
                ),
            },
            "p838": {
                "rain_mm_h": Option(
                    50.0, "cường độ mưa trên cả tuyến", "rain on the whole path", 0.0, 300.0, "mm/h"
                ),
            },
        },
        "gases": {
            "p676": {
                "dry_pressure_hpa": Option(
                    radioclimate.DRY_PRESSURE_HPA, "áp suất không khí khô", "pressure of the dry air", 300.0,
                    1100.0, "hPa",
                ),
                "water_vapour_g_m3": Option(
                    radioclimate.WATER_VAPOUR_G_M3, "mật độ hơi nước", "water vapour density", 0.0, 60.0, "g/m³"
                ),
                "temperature_k": Option(
                    radioclimate.TEMPERATURE_K, "nhiệt độ", "temperature", 230.0, 330.0, "K"
                ),
            },
        },
    }
)  # fmt: skip
AREA_EXTRAS = {"clutter": ("p2108",), "building": ("p2109", "tr38901"), "vegetation": ("p833",)}
"""What may be added to every cell of a prediction: losses that depend on frequency alone."""
SURFACE_MODELS = ("p1812", "delta-bullington", "spm")  # their profiles hold the clutter already


def settings(model: str, given: Given) -> dict[str, Value]:
    """Every option of a model, the given ones checked. OptionError for an unknown or wrong one."""
    return _settled(model, OPTIONS.get(model, {}), given)


def extra_settings(kind: str, given: Given) -> tuple[str, dict[str, Value]]:
    """The method of an additional loss and every option of it, the given ones checked; OptionError else."""
    methods = EXTRA_OPTIONS[kind]
    method = given.get("method", next(iter(methods)))
    if not isinstance(method, str) or method not in methods:
        raise OptionError("method", f"{kind} by {method!r} is not known; there are {', '.join(methods)}")
    rest = {key: value for key, value in given.items() if key != "method"}
    return method, _settled(f"{kind} by {method}", methods[method], rest)


def check_area(model: str, options: Given, extras: Mapping[str, Given]) -> None:
    """OptionError for what a prediction over an area cannot be asked for."""
    settings(model, options)
    for kind, given in extras.items():
        if kind not in AREA_EXTRAS:
            raise OptionError(kind, f"no loss is called {kind!r}; there are {', '.join(AREA_EXTRAS)}")
        method, _ = extra_settings(kind, given)
        if method not in AREA_EXTRAS[kind]:
            raise OptionError(
                f"{kind}.method",
                f"{method} depends on the path; over an area {kind} goes by {', '.join(AREA_EXTRAS[kind])}",
            )
        if kind == "clutter" and model in SURFACE_MODELS:
            raise OptionError(
                kind, f"{model} has the clutter in its profiles already; leave out [radio.clutter]"
            )


def _settled(what: str, options: Mapping[str, Option], given: Given) -> dict[str, Value]:
    found = {key: option.default for key, option in options.items()}
    for key, value in given.items():
        if key not in options:
            known = f"it has {', '.join(options)}" if options else "it has none"
            raise OptionError(key, f"{what} has no option {key!r}{near(key, tuple(options)) or f'; {known}'}")
        found[key] = options[key].checked(key, value)
    return found
