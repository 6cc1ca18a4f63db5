"""Inverse normal distribution: the approximation the ITU-R propagation texts print, and the exact value."""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt

from phusong.coverage.compiled import jit


@jit()
def inverse_complementary_normal(x: float) -> float:
    """Value exceeded with probability x by a standard normal variable, within 0.00054.

    0.000001 ≤ x ≤ 0.999999. P.1812-8 Attachment 2 to Annex 1, (94)-(96).
    """
    tail = min(x, 1.0 - x)
    T = sqrt(-2.0 * log(tail))
    xi = ((0.010328 * T + 0.802853) * T + 2.515516698) / (
        ((0.001308 * T + 0.189269) * T + 1.432788) * T + 1.0
    )
    return T - xi if x <= 0.5 else xi - T


@jit()
def inverse_normal(x: float) -> float:
    """Value not exceeded with probability x by a standard normal variable, to rounding; 0 < x < 1."""
    tail = min(x, 1.0 - x)
    z = sqrt(-2.0 * log(tail))
    z -= ((0.010328 * z + 0.802853) * z + 2.515517) / (((0.001308 * z + 0.189269) * z + 1.432788) * z + 1.0)
    for _ in range(3):  # Halley's step on the upper tail; the second already reaches rounding
        error = (0.5 * erfc(z / sqrt(2.0)) - tail) * sqrt(2.0 * pi) * exp(0.5 * z * z)
        z += error / (1.0 + 0.5 * z * error)
    return -z if x < 0.5 else z
