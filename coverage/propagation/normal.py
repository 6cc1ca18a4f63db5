"""Inverse normal distribution: the approximation the ITU-R propagation texts print, and the exact value."""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt

from phusong.coverage.compiled import jit


@jit()
def _upper_tail(tail: float, c_0: float) -> float:
    T = sqrt(-2.0 * log(tail))
    return T - ((0.010328 * T + 0.802853) * T + c_0) / (((0.001308 * T + 0.189269) * T + 1.432788) * T + 1.0)


@jit()
def inverse_complementary_normal(x: float) -> float:
    """Value exceeded with probability x by a standard normal variable, within 0.00054.

    0.000001 ≤ x ≤ 0.999999. P.1812-8 Attachment 2 to Annex 1, (94)-(96).
    """
    return _upper_tail(x, 2.515516698) if x <= 0.5 else -_upper_tail(1.0 - x, 2.515516698)


@jit()
def inverse_complementary_normal_p1546(x: float) -> float:
    """The same with the constant as P.1546-6 prints it, 2.515517. Annex 5 §16 (39)."""
    return _upper_tail(x, 2.515517) if x <= 0.5 else -_upper_tail(1.0 - x, 2.515517)


@jit()
def inverse_normal(x: float) -> float:
    """Value not exceeded with probability x by a standard normal variable, to rounding; 0 < x < 1."""
    tail = min(x, 1.0 - x)
    z = _upper_tail(tail, 2.515517)
    for _ in range(3):  # Halley's step on the upper tail; the second already reaches rounding
        error = (0.5 * erfc(z / sqrt(2.0)) - tail) * sqrt(2.0 * pi) * exp(0.5 * z * z)
        z += error / (1.0 + 0.5 * z * error)
    return -z if x < 0.5 else z
