"""Classes and colours, said once: the rasters, the legend, the tables and QGIS all take them from here.

Served classes darken with the signal (lightness falls from class to class, so they stay apart for people who
do not see red or green, and in grey print); what is below the threshold has a warm colour of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STRONG_DBM = (-85.0, -75.0)  # above any service threshold: how much is to spare
BELOW_COLOUR = "#f1c6cc"
SERVED_COLOURS = ("#eaf0a0", "#8cc985", "#43a38f", "#237b8c", "#2f5a97", "#321a63")
LEVEL_COLOURS = {"none": "#c4161c", "outdoor": "#ef8f00", "in_car": "#7fb7d6", "indoor": "#ffffff"}
SHARE_EDGES = (0.5, 0.8, 0.9, 0.95, 0.99)  # population served in a unit, shown as choropleth
SHARE_COLOURS = ("#a63603", "#ec8b3c", "#fdd49e", "#d3e8c8", "#74b9a0", "#1f6f78")
OPERATOR_COLOURS = ("#b5179e", "#0b57a4", "#1b1b1b", "#7a4b00", "#006d2c")
# twelve quiet, well separated fills for the areas of neighbouring best servers
SERVER_COLOURS = (
    "#8dd3c7", "#ffffb3", "#bebada", "#fb8072", "#80b1d3", "#fdb462",
    "#b3de69", "#fccde5", "#c9c9c9", "#bc80bd", "#ccebc5", "#ffed6f",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignalClass:
    """One class of signal level: from `low_dbm` (inclusive) to below `high_dbm`; None is open."""

    key: str  # below | outdoor | in_car | indoor | good | strong: names a line of the legend
    low_dbm: float | None
    high_dbm: float | None
    colour: str


def signal_classes(thresholds_dbm: Mapping[str, float]) -> tuple[SignalClass, ...]:
    """The classes of a layer, from weak to strong, cut at its service thresholds and at STRONG_DBM.

    `thresholds_dbm` has `outdoor` and may have `in_car` and `indoor`, rising.
    """
    edges = [("outdoor", thresholds_dbm["outdoor"])]
    edges += [(key, thresholds_dbm[key]) for key in ("in_car", "indoor") if key in thresholds_dbm]
    top = edges[-1][1]
    edges += [(key, dbm) for key, dbm in zip(("good", "strong"), STRONG_DBM, strict=True) if dbm > top]
    lows = [dbm for _, dbm in edges]
    if sorted(set(lows)) != lows:
        raise ValueError(f"thresholds must rise from outdoor over in_car to indoor, not {lows}")
    highs = [*lows[1:], None]
    step = (len(SERVED_COLOURS) - 1) / max(len(edges) - 1, 1)
    served = [
        SignalClass(key, low, high, SERVED_COLOURS[round(index * step)])
        for index, ((key, low), high) in enumerate(zip(edges, highs, strict=True))
    ]
    return (SignalClass("below", None, lows[0], BELOW_COLOUR), *served)


def classify(rsrp_dbm: NDArray[np.floating], classes: tuple[SignalClass, ...]) -> NDArray[np.uint8]:
    """0 where there is no value, else 1 + the position of the class that holds each level."""
    lows = np.array([item.low_dbm for item in classes[1:]])
    code = np.searchsorted(lows, np.nan_to_num(rsrp_dbm, nan=-np.inf), side="right") + 1
    return np.where(np.isnan(rsrp_dbm), 0, code).astype(np.uint8)


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
