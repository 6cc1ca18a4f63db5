"""The second opinion in reports: what each model says, and how many people hang on which one is right."""

from __future__ import annotations

from collections.abc import Iterator

from phusong.scenarios.report.section import Paragraph, Section
from phusong.scenarios.report.tables import Column, Table
from phusong.scenarios.report.words import layer_name, words
from phusong.scenarios.result import RunResult
from phusong.scenarios.wording import percent


def opinion_sections(result: RunResult, lang: str) -> Iterator[Section]:
    """One section, where the run asked several models."""
    found = result.second_opinion
    if found is None:
        return
    vi, say = lang == "vi", words(lang)
    served = found.models.pivot(index="layer", columns="model", values="population_served_share")
    rows = []
    for row in found.layers.to_dict("records"):
        layer = result.coverage.layers[row["layer"]]
        rows.append(
            {
                **{str(key): value for key, value in row.items()},
                "layer": layer_name(say, layer.operator, layer.technology),
                **{name: float(served.loc[row["layer"], name]) for name in found.names},
            }
        )
    columns = (
        Column("layer", say("layer"), "text", 20),
        Column("all_models_share", "Mọi mô hình: có sóng" if vi else "All models: served", "share"),
        Column("no_model_share", "Mọi mô hình: không" if vi else "All models: not served", "share"),
        Column("split_share", "Bất đồng" if vi else "They disagree", "share"),
        *(Column(name, name, "share") for name in found.names),
    )
    worst = max(rows, key=lambda row: row["split_share"])
    share = percent(worst["split_share"], lang)
    text = (
        f"Cùng một câu hỏi cho {len(found.names)} mô hình: {'; '.join(found.titles)}. Chúng bất đồng nhiều nhất ở "
        f"{worst['layer']}: {share} dân. Mô hình không phải phép đo; nơi bất đồng là nơi nên đi đo trước."
        if vi
        else f"The same question to {len(found.names)} models: {'; '.join(found.titles)}. They disagree most for "
        f"{worst['layer']}: {share} of people. Models are not measurements; measure first where they disagree."
    )
    short = "Các mô hình có đồng ý" if vi else "Do the models agree"
    title = "Ý kiến thứ hai: các mô hình có đồng ý không" if vi else "A second opinion: do the models agree"
    yield Section("models", title, (Paragraph(text),), (Table("models", short, columns, rows, shown=40),))
