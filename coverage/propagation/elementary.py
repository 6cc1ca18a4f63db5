"""Logarithm, power and arc cosine in double precision, written so that loops over them become vector code.

The functions behind `math` are called one value at a time; these are a few multiplications each, good to a
few parts in 10^15. Arguments must be finite, and positive where a logarithm is taken.
"""

from __future__ import annotations

from math import factorial, pi, sqrt
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from phusong.coverage.compiled import jit

# no reassociation: the rounding trick below and the order of sums must stay
INLINE: dict[str, Any] = {"fastmath": {"contract", "nsz", "arcp"}, "forceinline": True}

f64 = np.float64
i64 = np.int64

_LOG10_2 = float(np.log10(2.0))
_LOG2_E = float(np.log2(np.e))
_ROUND = 1.5 * 2.0**52  # adding it leaves the nearest whole number in the low bits
_ROUND_BITS = i64(np.float64(_ROUND).view(np.int64))
_SQRT_HALF_BITS = i64(np.float64(np.sqrt(0.5)).view(np.int64))
_MANTISSA = i64(52)

# log2(m) = 2/ln 2 (s + s³/3 + …), s = (m − 1)/(m + 1); 2^r as a Taylor series
_L0, _L1, _L2, _L3, _L4, _L5, _L6, _L7, _L8, _L9 = (2.0 / np.log(2.0) / (2 * k + 1) for k in range(10))
_E2, _E3, _E4, _E5, _E6, _E7, _E8, _E9, _E10, _E11, _E12 = (
    float(np.log(2.0)) ** k / factorial(k) for k in range(2, 13)
)
_E1 = float(np.log(2.0))


def _acos_series() -> tuple[float, ...]:
    # acos(x) / sqrt(1 − x) has no edge on [0, 1]; its limit at 1 is sqrt(2)
    def smooth(x: Any) -> Any:
        near = np.maximum(1.0 - x, 1e-300)
        return np.arcsin(np.sqrt(near / 2.0)) * 2.0 / np.sqrt(near)

    series = Chebyshev.interpolate(smooth, 18, domain=[0.0, 1.0])
    return tuple(float(c) for c in series.convert(kind=Polynomial).coef)


_ACOS = _acos_series()


@jit(**INLINE)
def log2(x: float) -> float:
    """Binary logarithm of a positive normal number."""
    bits = f64(x).view(i64)
    exponent = (bits - _SQRT_HALF_BITS) >> _MANTISSA
    m = i64(bits - (exponent << _MANTISSA)).view(f64)
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    high = _L5 + q * (_L6 + q * (_L7 + q * (_L8 + q * _L9)))
    series = _L0 + q * (_L1 + q * (_L2 + q * (_L3 + q * (_L4 + q * high))))
    return (i64(exponent + _ROUND_BITS).view(f64) - _ROUND) + s * series


@jit(**INLINE)
def exp2(x: float) -> float:
    """Two to a power, clipped to the range of normal numbers."""
    x = max(-1022.0, min(x, 1023.0))
    shifted = x + _ROUND
    r = x - (shifted - _ROUND)
    high = _E6 + r * (_E7 + r * (_E8 + r * (_E9 + r * (_E10 + r * (_E11 + r * _E12)))))
    series = 1.0 + r * (_E1 + r * (_E2 + r * (_E3 + r * (_E4 + r * (_E5 + r * high)))))
    return i64(f64(series).view(i64) + (f64(shifted).view(i64) << _MANTISSA)).view(f64)


@jit(**INLINE)
def log10(x: float) -> float:
    """Decimal logarithm of a positive normal number."""
    return _LOG10_2 * log2(x)


@jit(**INLINE)
def exp(x: float) -> float:
    """Exponential function, clipped to the range of normal numbers."""
    return exp2(x * _LOG2_E)


@jit(**INLINE)
def power(x: float, p: float) -> float:
    """x to the power p, for positive x."""
    return exp2(p * log2(x))


@jit(**INLINE)
def cos_of_third(x: float) -> float:
    """cos(π/3 + acos(x)/3), for x between −1 and 1: the middle root of a cubic in Viète's form."""
    c = _ACOS
    a = abs(x)
    high = c[10] + a * (
        c[11] + a * (c[12] + a * (c[13] + a * (c[14] + a * (c[15] + a * (c[16] + a * (c[17] + a * c[18]))))))
    )
    middle = c[5] + a * (c[6] + a * (c[7] + a * (c[8] + a * (c[9] + a * high))))
    angle = sqrt(max(1.0 - a, 0.0)) * (c[0] + a * (c[1] + a * (c[2] + a * (c[3] + a * (c[4] + a * middle)))))
    angle = pi - angle if x < 0.0 else angle
    # π/3 + angle/3 = π/2 + t, and cos(π/2 + t) = −sin t with |t| ≤ π/6
    t = (angle - 0.5 * pi) / 3.0
    q = t * t
    tail = -1.0 / 39916800.0 + q / 6227020800.0
    series = 1.0 + q * (
        -1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362880.0 + q * tail)))
    )
    return -t * series
