"""A plan's new sites on the map: a mark for each year, and each site's card."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from phusong.scenarios.maps.door import Fact, Mark, VectorLayer
from phusong.scenarios.plan.words import BACKHAUL, KINDS
from phusong.scenarios.result import RunResult

# one colour a year, from the first: dark enough for white rims, told apart by those who see few colours
COLOURS = ("#5e2b97", "#b5367a", "#e3593b", "#c98a00", "#3a7d2c", "#1f6f8b", "#35425b", "#7a4b1e")


def plan_layers(result: RunResult) -> Iterator[VectorLayer]:
    """The sites that a plan has built by the run's year, a mark for each year; none for any other run."""
    sites = result.plan_sites
    if not len(sites):
        return
    years = sorted({int(year) for year in sites["year"]})
    table = sites.assign(
        title=sites["site_id"]
        + np.where(sites["name"].astype(str) != "", " · " + sites["name"].astype(str), ""),
        capex=sites["capex_vnd"].astype(float) / 1e6,
        present=sites["present_cost_vnd"].astype(float) / 1e6,
        each=sites["vnd_per_person"].astype(float) / 1e3,
        hop=np.where(sites["backhaul"] == "microwave", sites["fresnel_free"].astype(float) * 100.0, np.nan),
        up=np.where(sites["backhaul"] == "microwave", sites["availability_percent"].astype(float), np.nan),
    )
    yield VectorLayer(
        key="plan",
        title=("Trạm mới theo phương án", "New stations of the plan"),
        group=("Phương án", "Plan"),
        table=table,
        marks=tuple(
            Mark((f"dựng năm {year}", f"built in {year}"), COLOURS[n % len(COLOURS)], "diamond", size=1.7)
            for n, year in enumerate(years)
        ),
        kind=[years.index(int(year)) for year in sites["year"]],
        name="title",
        facts=(
            Fact("rank", ("Thứ tự theo số dân thêm", "Rank by people added"), 0),
            Fact("kind", ("Vì sao ở đây", "Why here"), words=KINDS),
            Fact("people_added", ("Thêm (người)", "Adds (people)"), 0),
            Fact("serves_first", ("Phủ trước hết", "Serves first")),
            Fact("commune", ("Xã", "Commune")),
            Fact("capex", ("Vốn đầu tư (triệu đồng)", "Investment (million VND)"), 0),
            Fact(
                "present",
                ("Chi phí cả đời, hiện giá (triệu đồng)", "Life cost, present value (million VND)"),
                0,
            ),
            Fact(
                "each",
                ("Hiện giá mỗi người thêm (nghìn đồng)", "Present cost a person added (thousand VND)"),
                0,
            ),
            Fact("backhaul", ("Truyền dẫn", "Backhaul"), words=BACKHAUL),
            Fact("backhaul_km", ("Tuyến truyền dẫn", "Its length"), 1, "km"),
            Fact("hop", ("Đới Fresnel 1 thông thoáng ít nhất", "First Fresnel zone free at least"), 0, "%"),
            Fact("up", ("Sẵn sàng trong năm (P.530)", "Available in a year (P.530)"), 3, "%"),
            Fact("azimuths_deg", ("Phương vị các sector (độ)", "Sectors' azimuths (degrees)")),
            Fact("downtilts_deg", ("Độ cụp (độ)", "Downtilts (degrees)")),
            Fact("sinr_gain_person_db", ("SINR nhờ xoay hướng (người·dB)", "SINR by turning (person·dB)"), 0),
            Fact("height_m", ("Anten cao", "Antenna height"), 0, "m"),
        ),
        notes=(
            (
                "Giá là giả định để so sánh phương án, không phải dự toán.",
                "Costs are assumptions for comparing plans, not estimates for tender.",
            ),
        ),
        shown=True,
    )
