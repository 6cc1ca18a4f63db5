"""By how much a level must pass a threshold to be there in most draws."""

from __future__ import annotations

import numpy as np

from phusong.coverage.uncertainty.parts import Setting, every_change_db

TRUE_SHARE = 0.97  # of the paths above the margin


def margin_db(setting: Setting, threshold_dbm: float, probability: float, *, draws: int) -> float:
    """What one station's level must have above the threshold to reach it with this probability, dB.

    Paths differ in how far they may err. Above the margin lie the strongest of them, TRUE_SHARE of which reach the
    threshold with the probability in `draws` draws of every source; a second station that stands in is not
    credited. ValueError for a probability out of 0.5 to 0.999, and where no path is above the threshold.
    """
    if not 0.5 <= probability <= 0.999:
        raise ValueError(f"probability must lie between 0.5 and 0.999, not {probability:g}")
    level = setting.entries.level_dbm
    above = level >= threshold_dbm
    if not above.any():
        raise ValueError("a margin needs paths above the threshold")
    changes = np.stack([every_change_db(setting, number)[above] for number in range(draws)])
    reaches = level[above] + np.quantile(changes, 1.0 - probability, axis=0) >= threshold_dbm
    order = np.argsort(-level[above], kind="stable")
    share = np.cumsum(reaches[order]) / np.arange(1, order.size + 1)
    kept = np.flatnonzero(share >= TRUE_SHARE)
    weakest = order[kept[-1] if kept.size else 0]
    return float(level[above][weakest]) - threshold_dbm
