"""Which coefficients measurements can tell: the columns of the regression, and why others are left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.calibration.observe import Predicted

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

LEAST_SPREAD = 3.0  # farthest over nearest distance (95 % over 5 %) from which a slope is asked for
CLASS_BINS, CLASS_BLOCKS, CLASS_CELLS = 20, 5, 2  # that a clutter class needs for a correction of its own
_INDEPENDENT = 1e-6  # of a column's variance that the columns before it must leave


@dataclass(frozen=True, slots=True)
class Terms:
    """Columns of one candidate: `X`, and by `names` what their coefficients are.

    "offset", "slope" (dB a decade of distance from 1 km), "K1" … "K7" (changes of SPM's coefficients),
    "clutter:<code>" (against the class with most bins, whose code is `reference`).
    """

    title: str
    names: tuple[str, ...]
    X: Floats
    reference: int | None = None
    shares: tuple[tuple[int, float], ...] = ()  # of the bins, by class with a correction

    def reported(self) -> tuple[tuple[str, ...], Floats]:
        """Names of what is reported and the matrix that makes it of β.

        Corrections of classes are made to average 0 over the bins, the common part goes into the offset.
        """
        rows = np.eye(len(self.names))
        if self.reference is None:
            return self.names, rows
        mean = np.zeros(len(self.names))
        for code, share in self.shares:
            if code != self.reference:
                mean[self.names.index(f"clutter:{code}")] = share
        for k, name in enumerate(self.names):
            if k == 0:
                rows[k] += mean
            elif name.startswith("clutter:"):
                rows[k] -= mean
        return (*self.names, f"clutter:{self.reference}"), np.vstack([rows, -mean])


def candidates(
    predicted: Predicted, clutter: Indices, block: Indices, cell: Indices
) -> tuple[tuple[Terms, ...], tuple[str, ...]]:
    """The candidates, simplest first, and what the measurements do not support, in both languages."""
    held: list[str] = []
    base = _of_spm(predicted, held) if predicted.terms.shape[1] else _of_distance(predicted, held)
    classes = _classes(clutter, block, cell, held)
    found = list(base)
    if len(classes) > 1:
        found += [_with_classes(terms, clutter, classes) for terms in base]
    return tuple(found), tuple(held)


def _of_distance(predicted: Predicted, held: list[str]) -> list[Terms]:
    lg_d = np.log10(predicted.distance_m * 1e-3)
    ones = np.ones(lg_d.size)
    found = [Terms("offset", ("offset",), ones[:, None])]
    low, high = np.percentile(predicted.distance_m, (5, 95))
    if high >= LEAST_SPREAD * low:
        found.append(Terms("offset + slope", ("offset", "slope"), np.stack([ones, lg_d], axis=1)))
    else:
        held.append(
            f"khoảng cách chỉ từ {low:.0f} đến {high:.0f} m: không ước lượng độ dốc · distances span too little"
            " for a slope"
        )
    return found


def _of_spm(predicted: Predicted, held: list[str]) -> list[Terms]:
    """K1 alone, with K2 and K4, and with every coefficient whose term is not made of the others'."""
    groups: tuple[tuple[int, ...], ...] = ((1,), (1, 2, 4), (1, 2, 4, 3, 5, 6, 7))
    found: list[Terms] = []
    for wanted in groups:
        taken: list[int] = []
        for number in wanted:
            columns = predicted.terms[:, [k - 1 for k in taken]]
            if _adds(predicted.terms[:, number - 1], columns):
                taken.append(number)
        names = tuple(f"K{number}" for number in sorted(taken))
        X = predicted.terms[:, [int(name[1:]) - 1 for name in names]]
        if not found or names != found[-1].names:
            found.append(Terms(" ".join(names), names, X))
    missing = [f"K{k}" for k in range(1, 8) if f"K{k}" not in found[-1].names]
    if missing:
        held.append(
            f"{', '.join(missing)} giữ nguyên: số hạng không đổi hoặc trùng số hạng khác · kept: their terms do not"
            " vary on their own"
        )
    return found


def _adds(column: Floats, before: Floats) -> bool:
    if before.shape[1] == 0:
        return True
    answer, *_ = np.linalg.lstsq(before, column, rcond=None)
    left = column - before @ answer
    return float(left.var()) > _INDEPENDENT * max(float((column**2).mean()), 1e-12)


def _classes(clutter: Indices, block: Indices, cell: Indices, held: list[str]) -> list[int]:
    """Codes of the classes with enough bins, blocks and cells, the most measured first."""
    codes, counts = np.unique(clutter, return_counts=True)
    good: list[int] = []
    poor: list[int] = []
    for code, count in sorted(zip(codes.tolist(), counts.tolist(), strict=True), key=lambda item: -item[1]):
        at = clutter == code
        enough = (
            count >= CLASS_BINS
            and np.unique(block[at]).size >= CLASS_BLOCKS
            and np.unique(cell[at]).size >= CLASS_CELLS
        )
        (good if enough else poor).append(code)
    if poor or len(good) < 2:
        listed = ", ".join(f"clutter:{code}" for code in poor) or "-"
        held.append(
            f"lớp phủ đo quá ít để hiệu chỉnh riêng · too few measurements for a correction of their own: {listed}"
            if poor
            else "chỉ đo trên một lớp phủ · one clutter class only was measured"
        )
    return good


def _with_classes(terms: Terms, clutter: Indices, classes: list[int]) -> Terms:
    reference = classes[0]
    others = classes[1:]
    columns = [(clutter == code).astype(np.float64) for code in others]
    return replace(
        terms,
        title=f"{terms.title} + clutter",
        names=(*terms.names, *(f"clutter:{code}" for code in others)),
        X=np.column_stack([terms.X, *columns]),
        reference=reference,
        shares=tuple((code, float((clutter == code).mean())) for code in classes),
    )
