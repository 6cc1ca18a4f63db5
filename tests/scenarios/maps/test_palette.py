"""The colours tell the classes apart for every reader, and hold what the legend says."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.scenarios.maps.palette import (
    LEVEL_COLOURS,
    SHARE_COLOURS,
    classify,
    rgb,
    signal_classes,
)

THRESHOLDS = {"outdoor": -110.0, "in_car": -102.0, "indoor": -96.0}
# Machado, Oliveira, Fernandes (2009), severity 1.0, applied to linear RGB
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def _lab(colour: str, deficiency: NDArray[np.float64]) -> NDArray[np.float64]:
    encoded = np.array(rgb(colour)) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    linear = np.clip(deficiency @ linear, 0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = (to_xyz @ linear) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def delta_e_2000(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """CIEDE2000 colour difference, as Sharma, Wu and Dalal (2005) write it."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    c_mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(c_mean**7 / (c_mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    dl, dc = l2 - l1, c2 - c1
    dh = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dh_big = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh) / 2)
    l_mean, c_mean = (l1 + l2) / 2, (c1 + c2) / 2
    if c1 * c2 == 0:
        h_mean = h1 + h2
    else:
        h_mean = (h1 + h2) / 2 if abs(h1 - h2) <= 180 else (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    t = (
        1
        - 0.17 * math.cos(math.radians(h_mean - 30))
        + 0.24 * math.cos(math.radians(2 * h_mean))
        + 0.32 * math.cos(math.radians(3 * h_mean + 6))
        - 0.20 * math.cos(math.radians(4 * h_mean - 63))
    )
    s_l = 1 + 0.015 * (l_mean - 50) ** 2 / math.sqrt(20 + (l_mean - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c_mean, 1 + 0.015 * c_mean * t
    turn = 60 * math.exp(-(((h_mean - 275) / 25) ** 2))
    r_t = -math.sin(math.radians(turn)) * 2 * math.sqrt(c_mean**7 / (c_mean**7 + 25**7))
    return math.sqrt(
        (dl / s_l) ** 2 + (dc / s_c) ** 2 + (dh_big / s_h) ** 2 + r_t * (dc / s_c) * (dh_big / s_h)
    )


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [  # Sharma, Wu, Dalal (2005), table 1: pairs 1, 7, 17, 25
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_colour_difference_is_the_published_one(
    one: tuple[float, ...], two: tuple[float, ...], expected: float
) -> None:
    assert delta_e_2000(np.array(one), np.array(two)) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_signal_classes_stay_apart_for_every_eye(deficiency: str) -> None:
    colours = [item.colour for item in signal_classes(THRESHOLDS)]
    lab = [_lab(colour, DEFICIENCIES[deficiency]) for colour in colours]
    for one, two in itertools.combinations(range(len(colours)), 2):
        assert delta_e_2000(lab[one], lab[two]) > 10, (colours[one], colours[two])


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_served_classes_darken_with_the_signal(deficiency: str) -> None:
    lightness = [_lab(item.colour, DEFICIENCIES[deficiency])[0] for item in signal_classes(THRESHOLDS)[1:]]
    assert all(weak > strong + 8 for weak, strong in itertools.pairwise(lightness))


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
@pytest.mark.parametrize("colours", [SHARE_COLOURS, tuple(LEVEL_COLOURS.values())])
def test_other_scales_stay_apart_for_every_eye(colours: tuple[str, ...], deficiency: str) -> None:
    lab = [_lab(colour, DEFICIENCIES[deficiency]) for colour in colours]
    for one, two in itertools.pairwise(lab):
        assert delta_e_2000(one, two) > 8


def test_a_level_falls_into_the_class_whose_lower_bound_it_reaches() -> None:
    classes = signal_classes(THRESHOLDS)
    levels = np.array([np.nan, -140.0, -110.1, -110.0, -102.0, -96.0, -85.0, -75.0, -40.0])
    keys = [None if code == 0 else classes[code - 1].key for code in classify(levels, classes)]
    assert keys == [None, "below", "below", "outdoor", "in_car", "indoor", "good", "strong", "strong"]


def test_classes_have_no_hole_and_no_overlap() -> None:
    classes = signal_classes(THRESHOLDS)
    assert classes[0].low_dbm is None
    assert classes[-1].high_dbm is None
    assert all(one.high_dbm == two.low_dbm for one, two in itertools.pairwise(classes))


def test_a_layer_with_one_threshold_only_and_thresholds_out_of_order() -> None:
    assert [item.key for item in signal_classes({"outdoor": -110.0})] == [
        "below",
        "outdoor",
        "good",
        "strong",
    ]
    with pytest.raises(ValueError, match="rise"):
        signal_classes({"outdoor": -100.0, "in_car": -105.0})
