"""Interactive maps in one self-contained HTML file that opens without a network."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phusong.scenarios.maps.document import OfflineMap
    from phusong.scenarios.maps.tiles import OnlineTiles
    from phusong.scenarios.result import RunResult

LANGUAGES = ("vi", "en")


def write_map(
    result: RunResult,
    path: str | os.PathLike[str],
    *,
    lang: str = "vi",
    tiles: OnlineTiles | None = None,
) -> None:
    """Write the map of one run to `path`, whole or not at all.

    With `tiles` its reader may turn on a background from the network; nothing else is ever asked for.
    """
    _write(_render([result], mode="single", lang=lang, tiles=tiles), Path(path))


def write_comparison(
    before: RunResult, after: RunResult, path: str | os.PathLike[str], *, lang: str = "vi"
) -> None:
    """Write one page with a handle that is dragged between the run `before` and the run `after`."""
    _write(_render([before, after], mode="compare", lang=lang), Path(path))


def write_years(
    results: Sequence[RunResult],
    path: str | os.PathLike[str],
    *,
    lang: str = "vi",
    tiles: OnlineTiles | None = None,
) -> None:
    """Write one page with a slider over runs of the same province, in the order given (a rollout's years)."""
    _write(_render(results, mode="years", lang=lang, tiles=tiles), Path(path))


def write_plan(results: Sequence[RunResult], path: str | os.PathLike[str], *, lang: str = "vi") -> None:
    """Write one page of a plan: what stands first, then each phase; a handle between the first and a phase,
    and a slider over the phases where there are several."""
    _write(_render(results, mode="plan", lang=lang), Path(path))


def render_map(result: RunResult, lang: str = "vi") -> str:
    """The map of one run as HTML text."""
    return _render([result], mode="single", lang=lang)


def build_map(
    results: Sequence[RunResult],
    *,
    mode: str = "single",
    lang: str = "vi",
    tiles: OnlineTiles | None = None,
) -> OfflineMap:
    """The folium.Map of the page, to add layers of one's own to; `to_html` then writes it out.

    `mode` is "single", "compare", "years" or "plan". ValueError for another language than LANGUAGES, and for runs
    whose hamlets are not the same.
    """
    from phusong.scenarios.maps.document import OfflineMap, Page
    from phusong.scenarios.maps.payload import payload

    if lang not in LANGUAGES:
        raise ValueError(f"lang must be one of {', '.join(LANGUAGES)}, not {lang!r}")
    if not results or (mode == "compare" and len(results) != 2) or (mode == "plan" and len(results) < 2):
        raise ValueError(
            "a comparison needs exactly two runs, a plan at least two, any other map at least one"
        )
    ids = list(results[0].hamlets["hamlet_id"])
    if any(list(result.hamlets["hamlet_id"]) != ids for result in results[1:]):
        raise ValueError("the runs' hamlets differ: only runs of the same province can share a map")
    data = payload(results, mode=mode, lang=lang)
    title = results[-1].title_vi if lang == "vi" else results[-1].title_en
    chart = OfflineMap(data["bounds"])
    Page(data, title=f"{title} · phusong", tiles=tiles).add_child(chart)
    return chart


def to_html(chart: OfflineMap) -> str:
    """The page of a map from `build_map`, self-contained. ValueError where an addition needs a network."""
    from phusong.scenarios.maps.document import self_contained

    return self_contained(chart.get_root().render())


def _render(results: Sequence[RunResult], *, mode: str, lang: str, tiles: OnlineTiles | None = None) -> str:
    return to_html(build_map(results, mode=mode, lang=lang, tiles=tiles))


def _write(text: str, path: Path) -> None:
    """Write beside the target first, then take its place: a reader never sees half a file."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
