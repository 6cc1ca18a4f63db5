"""What a calibration adds to a model's loss; the one place where predictions ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.ground import Band, Ground

Floats = NDArray[np.float64]

MOST_DB = 60.0


@dataclass(frozen=True, slots=True)
class Correction:
    """Loss to add to one model's, dB: by distance, and by the clutter class around the receiver.

    offset + slope · lg(d / 1 km), d held within `distance_km` (what was measured), plus `clutter_db` of the
    receiver's class (0 for one that is not named). For SPM `coefficients` are K1 … K7 themselves and replace
    the default ones; offset and slope are then 0. `said` is how a map names the calibration.
    """

    model: str
    offset_db: float = 0.0
    slope_db: float = 0.0  # a decade of distance
    distance_km: tuple[float, float] = (0.05, 50.0)
    clutter_db: Mapping[int, float] = field(default_factory=dict)  # by class code
    coefficients: tuple[float, ...] | None = None
    said: str = ""

    def __post_init__(self) -> None:
        values = (self.offset_db, self.slope_db, *self.clutter_db.values(), *(self.coefficients or ()))
        if not np.isfinite(values).all():
            raise ValueError("a calibration's values must be finite")
        if any(abs(value) > MOST_DB for value in (self.offset_db, self.slope_db, *self.clutter_db.values())):
            raise ValueError(f"a calibration of more than {MOST_DB:g} dB is none: check the measurements")
        low, high = self.distance_km
        if not 0.0 < low < high:
            raise ValueError(f"distance_km of a calibration must rise from above 0: {low}, {high}")
        if (self.coefficients is not None) != (self.model == "spm"):
            raise ValueError("coefficients are given for spm, and for spm alone")
        if self.coefficients is not None and len(self.coefficients) != 7:
            raise ValueError(f"spm has seven coefficients, not {len(self.coefficients)}")

    def along_db(self, distance_m: Floats) -> Floats:
        """What the distance adds to the loss, dB."""
        d = np.clip(np.asarray(distance_m, np.float64) * 1e-3, *self.distance_km)
        return self.offset_db + self.slope_db * np.log10(d)

    def least_db(self) -> float:
        """What `at_points` is nowhere below, dB."""
        return float(self.along_db(1e3 * np.array(self.distance_km)).min()) + min(
            0.0, *self.clutter_db.values(), 0.0
        )

    def at_points(self, ground: Ground | Band, at: tuple[float, float], x: Floats, y: Floats) -> Floats:
        """What is added to the loss of paths from `at` to x, y (cells of the ground's grid), dB."""
        added = self.along_db(np.hypot(x - at[0], y - at[1]) * ground.grid.cell_m)
        if any(self.clutter_db.values()):
            table = np.zeros(1 + max(*self.clutter_db, *ground.clutter_height_m))
            for code, value_db in self.clutter_db.items():
                table[code] = value_db
            added = added + table[ground.class_at(x, y)]
        return added
