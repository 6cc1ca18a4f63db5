"""Logarithm, power and arc tangent in single precision, written so that loops over them become vector code.

The library functions behind `math` are called one value at a time; these are a few multiplications each, good
to about one part in ten million. The polynomials are fitted at Chebyshev nodes when the module is read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from phusong.coverage.compiled import jit

f32 = np.float32
i32 = np.int32

INLINE: dict[str, Any] = {"fastmath": {"contract", "nsz", "arcp"}, "forceinline": True}


def _fit(function: Any, low: float, high: float, degree: int) -> tuple[np.float32, ...]:
    series = Chebyshev.interpolate(function, degree, domain=[low, high])
    return tuple(np.float32(c) for c in series.convert(kind=Polynomial).coef)


# log2(1 + m) / m on the mantissa's range, and 2^r on [-1/2, 1/2]
L0, L1, L2, L3, L4, L5, L6, L7, L8 = _fit(lambda m: np.log1p(m) / m / np.log(2.0), -0.3334, 0.335, 8)
E0, E1, E2, E3, E4, E5, E6 = _fit(np.exp2, -0.5, 0.5, 6)
# atan(x) / x as a polynomial in x² on [0, 1]
A0, A1, A2, A3, A4, A5, A6, A7, A8 = _fit(lambda s: np.arctan(np.sqrt(s)) / np.sqrt(s), 1e-9, 1.0, 8)

_TWO_THIRDS_BITS = i32(0x3F2AAAAB)  # of 2/3: mantissas are taken between 2/3 and 4/3
_BIAS = i32(127)
_MANTISSA = i32(23)
QUARTER_TURN = f32(np.pi / 2.0)
HALF_TURN = f32(np.pi)


@jit(**INLINE)
def log2(x: Any) -> Any:
    """Binary logarithm of a positive normal float32."""
    bits = f32(x).view(i32)
    exponent = (bits - _TWO_THIRDS_BITS) >> _MANTISSA
    m = i32(bits - (exponent << _MANTISSA)).view(f32) - f32(1.0)
    series = L0 + m * (L1 + m * (L2 + m * (L3 + m * (L4 + m * (L5 + m * (L6 + m * (L7 + m * L8)))))))
    return f32(exponent) + m * series


@jit(**INLINE)
def exp2(x: Any) -> Any:
    """Two to the power of a float32, clipped to the range of normal numbers."""
    x = max(f32(-126.0), min(f32(x), f32(126.0)))
    whole = i32(np.floor(x + f32(0.5)))
    r = x - f32(whole)
    series = E0 + r * (E1 + r * (E2 + r * (E3 + r * (E4 + r * (E5 + r * E6)))))
    return series * i32((whole + _BIAS) << _MANTISSA).view(f32)


@jit(**INLINE)
def atan2(y: Any, x: Any) -> Any:
    """Angle of (x, y) in radians, −π to π, float32; 0 at the origin."""
    ax, ay = abs(x), abs(y)
    high = max(max(ax, ay), f32(1e-20))
    t = min(ax, ay) / high
    s = t * t
    a = t * (A0 + s * (A1 + s * (A2 + s * (A3 + s * (A4 + s * (A5 + s * (A6 + s * (A7 + s * A8))))))))
    a = QUARTER_TURN - a if ay > ax else a
    a = HALF_TURN - a if x < f32(0.0) else a
    return -a if y < f32(0.0) else a
