"""The second opinion on the map: how many of the models serve each cell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from phusong.coverage.models import MODELS
from phusong.scenarios.maps.door import RasterLayer
from phusong.scenarios.result import RunResult

_NONE, _ALL = (177, 16, 26), (31, 111, 120)  # as gaps and service are drawn elsewhere
_SPLIT = ((242, 193, 78), (168, 190, 120))


def opinion_layers(result: RunResult) -> Iterator[RasterLayer]:
    """One raster a network, where the run asked several models."""
    found = result.second_opinion
    if found is None:
        return
    count = len(found.names)
    names = ", ".join(MODELS[name].title for name in found.names)
    for key, serving in found.counts.items():
        yield RasterLayer(
            key="models",
            title=("Đồng thuận", "Agreement"),
            of=key,
            values=serving.astype(np.float32),
            lowest=0,
            step=1,
            lows=tuple(float(k) for k in range(1, count + 1)),
            colours=_colours(count),
            labels=(
                ("không mô hình nào", "no model"),
                *((f"{k} trong {count}", f"{k} of {count}") for k in range(1, count)),
                ("mọi mô hình", "all models"),
            ),
            note=(
                f"Các mô hình: {names}. Nơi chúng bất đồng nên đi đo.",
                f"Models: {names}. Measure where they disagree.",
            ),
        )


def _colours(count: int) -> tuple[str, ...]:
    """From none over some to all."""
    between = [
        tuple(round(a + (b - a) * k / max(count - 2, 1)) for a, b in zip(*_SPLIT, strict=True))
        for k in range(count - 1)
    ]
    return tuple("#{:02x}{:02x}{:02x}".format(*colour) for colour in (_NONE, *between, _ALL))
