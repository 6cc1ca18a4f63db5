"""Pictures of a calibration: error against distance, on the map, and as a histogram, before and after."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from phusong.scenarios.calibration.answer import Answer

_BEFORE, _AFTER, _LINE = "#b3261e", "#24618e", "#1f1f1f"
_ERROR = "đo − dự báo, dB · measured − predicted"


def draw(answer: Answer, folder: Path) -> None:
    """Writes residual_distance.png, residual_map.png and residual_histogram.png; the same bytes every time."""
    for name, paint, size in (
        ("residual_distance", _against_distance, (9.0, 5.0)),
        ("residual_map", _on_the_map, (11.0, 5.6)),
        ("residual_histogram", _histogram, (8.0, 4.6)),
    ):
        _save(answer, folder / f"{name}.png", paint, size)


def _save(answer: Answer, path: Path, paint: Any, size: tuple[float, float]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=120, layout="constrained")
    paint(figure, answer)
    if answer.synthetic:
        said = f"Có phần giả lập · partly synthetic: {', '.join(answer.synthetic)}"
        figure.supxlabel(fill(said, int(12 * size[0])), fontsize=8, color=_BEFORE)
    figure.savefig(path, format="png", metadata={"Software": None})


def _labels(answer: Answer) -> tuple[str, str]:
    found = answer.found
    return (
        f"trước · before: {found.before_rms_db:.1f} dB (r.m.s.)",
        f"sau, ở ô chưa dùng để khớp · after, in blocks left out: {found.after_rms_db:.1f} dB",
    )


def _against_distance(figure: Any, answer: Answer) -> None:
    found, km = answer.found, answer.predicted.distance_m[answer.found.used] * 1e-3
    axes = figure.subplots()
    for errors, colour, label in zip(
        (found.before, found.after), (_BEFORE, _AFTER), _labels(answer), strict=True
    ):
        values = errors[found.used]
        axes.scatter(km, values, s=6, color=colour, alpha=0.35, linewidths=0, label=label)
        edges = np.unique(np.quantile(km, np.linspace(0.0, 1.0, 9)))
        place = np.clip(np.digitize(km, edges) - 1, 0, edges.size - 2)
        middle = [np.median(values[place == k]) for k in range(edges.size - 1)]
        axes.plot(np.sqrt(edges[:-1] * edges[1:]), middle, color=colour, linewidth=2.0)
    axes.axhline(0.0, color=_LINE, linewidth=0.8)
    axes.set(xscale="log", xlabel="khoảng cách, km · distance", ylabel=_ERROR)
    axes.set_title("Sai số theo khoảng cách · error against distance")
    axes.legend(fontsize=8)


def _on_the_map(figure: Any, answer: Answer) -> None:
    found, used = answer.found, answer.found.used
    x, y = answer.bins.x_m[used] * 1e-3, answer.bins.y_m[used] * 1e-3
    far = max(6.0, float(np.nanpercentile(np.abs(found.before[used]), 95)))
    pair = figure.subplots(1, 2, sharex=True, sharey=True)
    shown = None
    for axes, errors, title in zip(
        pair, (found.before, found.after), ("trước · before", "sau · after"), strict=True
    ):
        shown = axes.scatter(x, y, c=errors[used], s=7, cmap="RdBu", vmin=-far, vmax=far, linewidths=0)
        axes.set_aspect("equal")
        axes.set(title=title, xlabel="x, km")
    pair[0].set_ylabel("y, km")
    figure.colorbar(shown, ax=pair, label=_ERROR)


def _histogram(figure: Any, answer: Answer) -> None:
    found, axes = answer.found, figure.subplots()
    both = np.concatenate([found.before[found.used], found.after[found.used]])
    low, high = np.percentile(both, (0.5, 99.5))
    edges = np.arange(np.floor(low), np.ceil(high) + 1.0, 1.0)
    for errors, colour, label in zip(
        (found.before, found.after), (_BEFORE, _AFTER), _labels(answer), strict=True
    ):
        axes.hist(np.clip(errors[found.used], low, high), edges, color=colour, alpha=0.5, label=label)
    axes.axvline(0.0, color=_LINE, linewidth=0.8)
    axes.set(xlabel=_ERROR, ylabel="ô đo · squares", title="Sai số trước và sau · error before and after")
    axes.legend(fontsize=8)
