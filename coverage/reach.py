"""Which sectors reach which points: the sparse result that outages and siting work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Reach:
    """Every pair of a point and a sector whose RSRP there is at or above a threshold, sorted by point.

    `point` and `sector` are indices, `rsrp_dbm` the level of the pair; all three have one length.
    """

    point: NDArray[np.int64]
    sector: NDArray[np.int64]
    rsrp_dbm: NDArray[np.float32]
    points: int
    sectors: int

    def __post_init__(self) -> None:
        if not self.point.size == self.sector.size == self.rsrp_dbm.size:
            raise ValueError("point, sector and rsrp_dbm must have one length")
        if self.point.size and (np.diff(self.point) < 0).any():
            raise ValueError("the pairs must be sorted by point")
