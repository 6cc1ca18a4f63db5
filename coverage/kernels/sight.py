"""Line of sight: the smallest clearance over the records of the elevation angle.

ν is highest at a *record*: an earlier sample at an equal or higher angle has the larger ν whatever the
receiver, for |ν| grows with (s − a) √(x/(d − x)).
"""

from __future__ import annotations

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.vectors import VECTOR, Heights

BLOCK = 8  # records with one bound
SUPER = 64


@jit()
def _least_in_block(
    at: Heights, angle: Heights, first: int, last: int, slope: float, n: float, best: float
) -> float:
    for k in range(first, last):
        t = slope - angle[k]
        best = min(best, t * t * at[k] / (n - at[k]))
    return best


@jit(**VECTOR)
def _below(at: Heights, angle: Heights, count: int, slope: float, n: float, limit: float) -> int:
    # how many records are below the limit: counting, unlike searching, goes several at a time
    found = 0
    for k in range(count):
        t = slope - angle[k]
        found += t * t * at[k] < limit * (n - at[k])
    return found


@jit()
def least_clearance(at: Heights, angle: Heights, count: int, slope: float, n: float, limit: float) -> float:
    """Smallest (slope − a)² x / (n − x) over the records, in samples, or `limit` if none is below.

    Angles and distances of the records rise together, so a block's first distance with its last angle bounds
    all of it from below.
    """
    if _below(at, angle, count, slope, n, limit) == 0:
        return limit
    best = limit
    top = ((count - 1) // SUPER) * SUPER
    while top >= 0:
        end = min(top + SUPER, count)
        t = slope - angle[end - 1]
        if t * t * at[top] < best * (n - at[top]):
            block = top + ((end - 1 - top) // BLOCK) * BLOCK
            while block >= top:
                last = min(block + BLOCK, end)
                t = slope - angle[last - 1]
                if t * t * at[block] < best * (n - at[block]):
                    best = _least_in_block(at, angle, block, last, slope, n, best)
                block -= BLOCK
        top -= SUPER
    return best
