"""How sure the map is: the probability of service where people live and along the border road."""

from __future__ import annotations

from collections.abc import Iterator

from phusong.scenarios.maps.door import RasterLayer
from phusong.scenarios.result import RunResult

# from hardly to almost surely; told apart in grey and by the colour-blind
COLOURS = ("#7f2704", "#d9601a", "#f6c667", "#b9d9c7", "#5aa6a6", "#14505c")
LOWS = (10.0, 50.0, 80.0, 90.0, 95.0)


def sure_layers(result: RunResult) -> Iterator[RasterLayer]:
    """A raster of every layer; none where the run drew nothing."""
    if result.uncertainty is None:
        return
    for key, probability in result.uncertainty.probability.items():
        yield RasterLayer(
            key="probability",
            title=("Xác suất có sóng", "Probability of service"),
            of=key,
            values=100.0 * probability,
            unit="%",
            lowest=0.0,
            step=1.0,
            lows=LOWS,
            colours=COLOURS,
            note=(
                "Ở nơi có người ở và dọc đường biên; nơi khác để trống.",
                "Where people live and along the border road; empty elsewhere.",
            ),
        )
