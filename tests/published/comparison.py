"""One quantity of one model against numbers that somebody else computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Comparison:
    """Our values beside the reference's, in its order; `tolerance` is the reference's printed precision."""

    model: str
    edition: str
    source: str
    quantity: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float]
    tolerance: float

    @property
    def differences(self) -> np.ndarray:
        return np.abs(np.asarray(self.ours, dtype=float) - np.asarray(self.theirs, dtype=float))

    def check(self) -> None:
        """Fails with the worst row unless every value is there and within the tolerance."""
        assert len(self.theirs) > 0, f"{self.source}: no values to compare"
        assert len(self.ours) == len(self.theirs)
        worst = int(np.argmax(np.nan_to_num(self.differences, nan=np.inf)))
        assert self.differences[worst] <= self.tolerance, (
            f"{self.model}, {self.quantity}, row {worst} of {self.source}: "
            f"{self.ours[worst]!r} against {self.theirs[worst]!r} {self.unit}"
        )
