"""The words of maps and reports: one list for both, Vietnamese and English."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from phusong.scenarios.result import RunResult

# what only reports say: key -> (Vietnamese, English)
_OWN: dict[str, tuple[str, str]] = {
    "report": ("Báo cáo vùng phủ sóng", "Coverage report"),
    "made_by": ("Lập bằng phusong {version}", "Made by phusong {version}"),
    "synthetic_notice": (
        "Một phần dữ liệu là mô phỏng ({list}). Vùng lõm là kết quả tính toán, không phải số đo.",
        "Part of the data is synthetic ({list}). Gaps are computed, not measured.",
    ),
    "headline": ("Kết quả chính", "Main results"),
    "layer": ("Lớp", "Layer"),
    "served_hamlets": ("Thôn, ấp có sóng", "Hamlets with signal"),
    "served_people": ("Dân có sóng", "People with signal"),
    "served_indoor": ("Dân có sóng trong nhà", "People with signal indoors"),
    "served_area": ("Diện tích có sóng", "Area with signal"),
    "people_in_gaps": ("Dân trong vùng lõm", "People in gaps"),
    "gaps_number": ("Số vùng lõm", "Gaps"),
    "targets": ("Mục tiêu", "Targets"),
    "target": ("Mục tiêu", "Target"),
    "due": ("Hạn", "Due"),
    "wanted": ("Cần đạt", "Wanted"),
    "reached": ("Đạt được", "Reached"),
    "missing": ("Còn thiếu", "Missing"),
    "met": ("Kết quả", "Met"),
    "met_yes": ("đạt", "met"),
    "met_no": ("chưa đạt", "not met"),
    "met_unknown": ("không xét trong phương án này", "not asked in this scenario"),
    "source": ("Nguồn", "Source"),
    "districts": ("Huyện, thị xã", "Districts"),
    "worst_gaps": ("Vùng lõm đông dân nhất", "Gaps with most people"),
    "worst_gaps_note": ("{n} trong {all} vùng lõm của {layer}", "{n} of {all} gaps of {layer}"),
    "communes_worst": ("Xã, phường thiếu sóng nhất", "Communes with least signal"),
    "hamlets": ("Thôn, ấp", "Hamlets"),
    "gaps": ("Vùng lõm", "Gaps"),
    "communes": ("Xã, phường", "Communes"),
    "stations": ("Trạm", "Stations"),
    "plan": ("Kế hoạch", "Plan"),
    "assumptions": ("Giả định", "Assumptions"),
    "assumption": ("Giả định", "Assumption"),
    "value": ("Giá trị", "Value"),
    "threshold": (
        "Ngưỡng {technology}: ngoài trời / trong xe / trong nhà",
        "Threshold {technology}: outdoors / in a car / indoors",
    ),
    "map_of": ("Mức tín hiệu {layer}", "Signal level, {layer}"),
    "no_layer_gap": ("Không có vùng lõm đủ lớn để liệt kê.", "No gap large enough to list."),
    "severity": ("Mức nặng (người × dB)", "Severity (people × dB)"),
    "latitude": ("Vĩ độ", "Latitude"),
    "longitude": ("Kinh độ", "Longitude"),
    "rank": ("Thứ", "Rank"),
    "where": ("Thôn, ấp (xã, phường)", "Hamlets (communes)"),
    "why_and_mend": ("Nguyên nhân → cách khắc phục", "Cause → mend"),
    "lacking_db": ("Thiếu (dB)", "Lacking (dB)"),
    "gap_id": ("Mã", "Id"),
    "area_km2": ("Diện tích (km²)", "Area (km²)"),
    "people_p5": ("Dân, 5 % lần thử thấp hơn", "People, 5% of draws lie below"),
    "people_p95": ("Dân, 5 % lần thử cao hơn", "People, 5% of draws lie above"),
    "between_note": (
        "Con số nhỏ: 90 % khả năng nằm trong khoảng này; xem mục Chắc chắn đến đâu.",
        "The small figures: with 90% probability the figure lies between them; see How sure is this.",
    ),
    "people_between": ("khoảng 90 %", "90% interval"),
    "worst_dbm": ("Yếu nhất (dBm)", "Weakest (dBm)"),
    "nearest": ("Trạm gần nhất", "Nearest station"),
    "distance_km": ("Cách (km)", "Away (km)"),
    "sectors": ("Sector", "Sectors"),
    "in_run": ("Phát sóng trong phương án", "On air in the scenario"),
    "site_id": ("Mã trạm", "Station id"),
    "year_on_air": ("Năm phát sóng", "On air since"),
    "legal": (
        "Dự báo bằng mô hình; không dùng để cấp phép, không thay cho đo kiểm.",
        "A model's prediction; not for licensing, no substitute for measurements.",
    ),
    "title": ("Phương án", "Scenario"),
    "more_rows": (
        "{n} trong {all} dòng; còn lại ở trang tính “{sheet}”.",
        "{n} of {all} rows; the rest is in sheet “{sheet}”.",
    ),
    "year": ("Năm", "Year"),
}  # fmt: skip

Words = Callable[..., str]


def words(lang: str) -> Words:
    """`say(key, **values)` in `lang` ("vi" or "en"). KeyError for a key that nobody says."""
    position = 0 if lang == "vi" else 1

    def say(key: str, **values: Any) -> str:
        text = _OWN[key][position] if key in _OWN else _page_words()[lang][key]
        return text.format(**values) if values else text

    return say


@cache
def _page_words() -> dict[str, dict[str, str]]:
    file = resources.files("phusong.scenarios.maps") / "page" / "strings.json"
    found: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    return found


def known(say: Words, prefix: str, code: object) -> str:
    """A code in words ("cause", "terrain"), or the code itself where there are none for it."""
    if not isinstance(code, str) or not code:
        return ""
    try:
        return say(f"{prefix}_{code}")
    except KeyError:
        return code


def layer_name(say: Words, operator: str, technology: str) -> str:
    """A layer as readers know it."""
    return f"{technology} · {say('any') if operator == 'any' else operator}"


def title_of(result: RunResult, lang: str) -> str:
    """The run's title in `lang`."""
    return result.title_vi if lang == "vi" else result.title_en


def main_layer(result: RunResult) -> str:
    """The layer that headlines are about: all operators together, else the first."""
    keys = list(result.coverage.layers)
    together = [key for key in keys if result.coverage.layers[key].operator == "any"]
    return (together or keys)[0]
