"""What moves the answer most: Sobol' indices of groups of inputs, by SALib.

A source of uncertainty (a whole field of fading, the errors of all stations) is one input: its coordinate between
0 and 1 picks a realisation. Total indices say what share of the answer's variance would go if a source were known,
together with all it takes part in (Saltelli et al., Comput. Phys. Commun. 181, 2010; Jansen 1999).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.uncertainty.chance import COORDINATE
from phusong.coverage.uncertainty.draws import Asked, in_order, levels_of
from phusong.coverage.uncertainty.parts import Setting, change_db, thinned
from phusong.coverage.uncertainty.sources import SOURCES

Floats = NDArray[np.float64]
THINNED = 8  # places are asked one in so many: shares of variance need fewer than totals do


@dataclass(frozen=True, slots=True)
class Ranking:
    """Inputs by total index, greatest first: shares of the answer's variance, with 95 % half widths."""

    name: tuple[str, ...]
    first: Floats
    total: Floats
    first_error: Floats
    total_error: Floats


def rank_inputs(
    answer: Callable[[Floats], Floats],
    names: Sequence[str],
    *,
    bounds: Sequence[tuple[float, float]] | None = None,
    samples: int,
    seed: int,
) -> Ranking:
    """First-order and total Sobol' indices of a function of several inputs.

    `answer` takes a matrix of samples · (inputs + 2) rows, in Saltelli's order: of each inputs + 2 rows the
    first is a sample of A, the last of B, and those between take one input from B. Inputs lie between 0 and 1
    unless `bounds` say otherwise. Raises ValueError where `samples` is not a power of two of at least 2.
    """
    if samples < 2 or samples & (samples - 1):
        raise ValueError(f"samples must be a power of two of at least 2, not {samples}")
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    problem = {
        "num_vars": len(names),
        "names": list(names),
        "bounds": [list(pair) for pair in bounds or [(0.0, 1.0)] * len(names)],
    }
    points = sampling.sample(problem, samples, calc_second_order=False, seed=seed)
    values = np.asarray(answer(points), np.float64)
    if np.ptp(values) == 0.0:  # nothing moves the answer
        zeros = np.zeros(len(names))
        return Ranking(tuple(names), zeros, zeros, zeros, zeros)
    found = analysis.analyze(problem, values, calc_second_order=False, seed=seed)
    order = np.argsort(-found["ST"], kind="stable")
    return Ranking(
        tuple(names[k] for k in order),
        found["S1"][order],
        found["ST"][order],
        found["S1_conf"][order],
        found["ST_conf"][order],
    )


def rank_sources(setting: Setting, asked: Asked, *, layer: int, samples: int, workers: int = 1) -> Ranking:
    """The sources by how much they move the number of people served outdoors in a layer."""
    few = thinned(setting, THINNED)
    kept = asked.place % THINNED == 0
    place, people = asked.place[kept], asked.people[kept]
    heard = np.flatnonzero(asked.members[layer])
    threshold = asked.thresholds_dbm[layer, 0]

    def served(change: NDArray[np.float32]) -> float:
        level = levels_of(few, change)[heard].max(axis=0)
        return float(people[level[place] >= threshold].sum())

    def answer(points: Floats) -> Floats:
        inputs = points.shape[1]

        def block(number: int) -> list[float]:
            # the rows of a block have two values of each input between them
            rows = points[number * (inputs + 2) : (number + 1) * (inputs + 2)]
            a, b = (
                [
                    change_db(few, source, COORDINATE + int(row[k] * COORDINATE))
                    for k, source in enumerate(SOURCES)
                ]
                for row in (rows[0], rows[-1])
            )
            values = [served(_sum(a))]
            values += [served(_sum([b[j] if j == k else a[j] for j in range(inputs)])) for k in range(inputs)]
            return [*values, served(_sum(b))]

        blocks = in_order(block, range(points.shape[0] // (inputs + 2)), workers)
        return np.array([value for values in blocks for value in values])

    return rank_inputs(answer, SOURCES, samples=samples, seed=setting.seed)


def _sum(parts: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total
