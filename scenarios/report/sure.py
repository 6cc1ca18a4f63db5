"""How sure a run is, in reports: intervals of the headline figures, what moves them, what was assumed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from phusong.scenarios.report.section import Paragraph, Section
from phusong.scenarios.report.tables import Column, Table
from phusong.scenarios.report.words import layer_name, words
from phusong.scenarios.result import RunResult
from phusong.scenarios.uncertainty.answer import UncertaintyAnswer
from phusong.scenarios.wording import number, percent

SOURCE_WORDS = {
    "shadow": ("Che khuất cục bộ", "Shadow fading"),
    "terrain": ("Sai số địa hình", "Terrain errors"),
    "clutter": ("Chiều cao cây, nhà", "Heights of trees and houses"),
    "power": ("Công suất trạm", "Transmit power"),
    "pointing": ("Hướng và góc ngẩng anten", "Azimuth and tilt"),
    "height": ("Độ cao anten", "Antenna height"),
    "model": ("Chọn mô hình truyền sóng", "Choice of propagation model"),
}
TRUST_WORDS = {
    "published": ("đã công bố", "published"),
    "derived": ("suy ra từ nguồn", "derived from the source"),
    "assumed": ("giả định", "assumed"),
    "given": ("kịch bản cho", "given by the scenario"),
}
FIGURE_WORDS = {
    "people_served_share": ("Dân có sóng ngoài trời", "People served outdoors"),
    "people_in_car_share": ("Dân có sóng trong xe", "People served in cars"),
    "people_indoor_share": ("Dân có sóng trong nhà", "People served indoors"),
    "hamlets_served": ("Thôn, ấp có sóng", "Hamlets served"),
    "border_served_km": ("Đường tuần tra có sóng (km)", "Border road served (km)"),
    "area_served_km2": ("Diện tích có sóng (km²)", "Area served (km²)"),
    "people_in_gaps": ("Dân trong vùng lõm", "People in gaps"),
    "largest_gap_people": ("Dân trong vùng lõm đông nhất", "People in the gap of most people"),
    "three_largest_gaps_people": (
        "Dân trong ba vùng lõm đông nhất",
        "People in the three gaps of most people",
    ),
}
LIKELY = 0.9  # of a hamlet that may be called served


def sure_sections(result: RunResult, lang: str) -> Iterator[Section]:
    """One section, where the run asked how sure it is."""
    found = result.uncertainty
    if found is None:
        return
    vi = lang == "vi"
    yield Section(
        key="sure",
        title="Chắc chắn đến đâu" if vi else "How sure is this",
        paragraphs=tuple(_paragraphs(found, lang)),
        tables=(_intervals(result, found, lang), _ranking(found, lang), _sources(found, lang)),
        picture=_picture(result, found, lang),
        picture_words="Khoảng 90 % của dân số có sóng, từng mạng"
        if vi
        else "90% interval of people served, network by network",
    )


def _paragraphs(found: UncertaintyAnswer, lang: str) -> Iterator[Paragraph]:
    vi = lang == "vi"
    key = found.ranked_layer
    people = _row(found, key, "people_served_share")
    own = found.hamlets[found.hamlets["layer"] == key]["probability"]
    sure, never = int((own >= LIKELY).sum()), int((own < 1 - LIKELY).sum())
    between = len(own) - sure - never
    value, low, high = (percent(people[name], lang) for name in ("value", "p5", "p95"))
    yield Paragraph(
        f"Lần chạy này cho {value} dân có sóng. Mô hình, địa hình, cây cối và danh sách trạm đều có sai số; thử "
        f"{found.draws_made} lần với các sai số ấy, 90 % số lần cho kết quả từ {low} đến {high}."
        if vi
        else f"This run says that {value} of people have signal. Model, terrain, trees and the list of stations "
        f"all err; in {found.draws_made} trials with such errors, 90% gave between {low} and {high}."
    )
    yield Paragraph(
        f"{number(sure, lang)} thôn, ấp gần như chắc chắn có sóng (xác suất từ 90 %), {number(never, lang)} "
        f"gần như chắc chắn không (dưới 10 %); {number(between, lang)} thôn, ấp ở giữa cần đo tại chỗ "
        "trước khi kết luận."
        if vi
        else f"{number(sure, lang)} hamlets almost surely have signal (probability 90% or more), "
        f"{number(never, lang)} almost surely do not (below 10%); the {number(between, lang)} between need a "
        "measurement on the spot before anything is concluded."
    )
    if found.ranking is not None:
        most = SOURCE_WORDS[found.ranking.name[0]][0 if vi else 1].lower()
        yield Paragraph(
            f"Điều làm kết quả thay đổi nhiều nhất: {most}. Đo kiểm và hiệu chỉnh sẽ thu hẹp phần này."
            if vi
            else f"What moves the answer most: {most}. Measuring and calibrating narrows it."
        )
    yield Paragraph(
        "Trung vị của các lần thử thường cao hơn con số của lần chạy: nơi nhiều trạm tới, trạm này bị che thì còn "
        "trạm khác. Một vùng lõm ở đây là cả vùng liền nhau, không chia mảnh. Không tính: dân số, vị trí trạm sai, "
        "nhiễu và tốc độ, quá tải, mất điện, thời tiết."
        if vi
        else "The middle of the trials often lies above the run's own figure: where several stations reach, one "
        "stands in for another that is shadowed. A gap is here the whole connected area, not its pieces. Not in "
        "it: population, stations in wrong places, interference and rates, overload, power cuts, weather.",
        heading="Cách đọc" if vi else "How to read this",
    )


def _row(found: UncertaintyAnswer, layer: str, figure: str) -> dict[str, Any]:
    totals = found.totals
    row = totals[(totals["layer"] == layer) & (totals["figure"] == figure)].iloc[0]
    return {str(key): value for key, value in row.items()}


def _intervals(result: RunResult, found: UncertaintyAnswer, lang: str) -> Table:
    vi, say = lang == "vi", words(lang)
    layers = result.coverage.layers
    rows: list[dict[str, Any]] = []
    order = sorted(layers, key=lambda key: layers[key].operator != "any")
    for figure, named in FIGURE_WORDS.items():
        own = found.totals[found.totals["figure"] == figure].set_index("layer")
        for key in order if len(own) else ():
            row = own.loc[[key]].to_dict("records")[0]
            share = figure.endswith("_share")
            rows.append(
                {
                    "figure": named[0 if vi else 1],
                    "layer": layer_name(say, layers[key].operator, layers[key].technology),
                    **{name: float(row[name]) for name in ("value", "p5", "p50", "p95")},
                    "kind": "share" if share else "count",
                }
            )
    columns = (
        Column("figure", "Con số" if vi else "Figure", "text", 30),
        Column("layer", say("layer"), "text", 20),
        Column("value", "Lần chạy" if vi else "This run", "share"),
        Column("p5", "5 % thấp hơn" if vi else "5% lie below", "share"),
        Column("p50", "Giữa" if vi else "Middle", "share"),
        Column("p95", "5 % cao hơn" if vi else "5% lie above", "share"),
    )
    return Table("sure", "Khoảng 90 %" if vi else "90% intervals", columns, rows, shown=len(rows))


def _ranking(found: UncertaintyAnswer, lang: str) -> Table:
    vi = lang == "vi"
    ranking = found.ranking
    rows: list[dict[str, Any]] = []
    if ranking is not None:
        rows = [
            {
                "source": SOURCE_WORDS[name][0 if vi else 1],
                "total": round(float(total), 4),
                "error": round(float(error), 4),
            }
            for name, total, error in zip(ranking.name, ranking.total, ranking.total_error, strict=True)
        ]
    columns = (
        Column("source", "Nguồn sai số" if vi else "Source", "text", 32),
        Column("total", "Chỉ số Sobol toàn phần" if vi else "Total Sobol' index", "decimal", 16),
        Column("error", "± (95 %)" if vi else "± (95%)", "decimal", 12),
    )
    title = "Điều gì làm kết quả thay đổi nhiều nhất" if vi else "What moves the answer most"
    return Table("sensitivity", title, columns, rows, shown=10)


def _sources(found: UncertaintyAnswer, lang: str) -> Table:
    vi = lang == "vi"
    rows = [
        {
            "what": row["vi" if vi else "en"],
            "value": _quantity(row["value"], row["unit"], lang),
            "trust": TRUST_WORDS[row["trust"]][0 if vi else 1],
            "source": row["source"],
        }
        for row in found.sources.to_dict("records")
    ]
    columns = (
        Column("what", "Điều chưa chắc" if vi else "What is uncertain", "text", 40),
        Column("value", "Độ lệch chuẩn, khoảng cách" if vi else "Standard deviation, distance", "text", 18),
        Column("trust", "Độ tin" if vi else "Trust", "text", 18),
        Column("source", "Nguồn" if vi else "Source", "text", 70),
    )
    return Table(
        "uncertain",
        "Đã coi điều gì là chưa chắc" if vi else "What was taken for uncertain",
        columns,
        rows,
        shown=20,
    )


def _quantity(value: float, unit: str, lang: str) -> str:
    text = number(value, lang, digits=0 if value >= 10 else 2)
    return text if unit == "1" else f"{text} {unit}"


def _picture(result: RunResult, found: UncertaintyAnswer, lang: str) -> bytes:
    """A bar from p5 to p95 a layer, with the middle of the draws and the run's own figure."""
    from matplotlib.figure import Figure

    vi, say = lang == "vi", words(lang)
    own = found.totals[found.totals["figure"] == "people_served_share"]
    figure = Figure(figsize=(7.2, 0.9 + 0.42 * len(own)), layout="constrained")
    axes = figure.add_subplot()
    layers = result.coverage.layers
    labels = [layer_name(say, layers[key].operator, layers[key].technology) for key in own["layer"]]
    rows = range(len(own))
    axes.barh(rows, 100 * (own["p95"] - own["p5"]), left=100 * own["p5"], height=0.5, color="#b9d9c7")
    axes.plot(100 * own["p50"], rows, "|", color="#14505c", markersize=14, label="giữa" if vi else "middle")
    axes.plot(100 * own["value"], rows, "o", color="#b3541e", label="lần chạy này" if vi else "this run")
    axes.set_yticks(list(rows), labels)
    axes.set_xlabel(
        "% dân có sóng ngoài trời, 90 % số lần thử" if vi else "% of people served outdoors, 90% of trials"
    )
    axes.legend(fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=140, metadata={"Software": None})
    return stream.getvalue()
