"""The curves of P.1546-6 and how to read between them (Annexes 2-4, Annex 5 §§2-8 and 18).

Field strength in dB(µV/m) for 1 kW effective radiated power, exceeded at half of the locations, with the
receiver at the height of the clutter around it. Land and cold sea, up to 300 km, are carried here.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from math import atan, exp, log10, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.normal import inverse_complementary_normal_p1546
from phusong.coverage.propagation.p526 import knife_edge_loss_db

Curves = NDArray[np.float64]  # (frequency, time, distance, height) of one surface

FREQUENCY_MHZ = np.array([100.0, 600.0, 2000.0])
TIME_PERCENT = np.array([1.0, 10.0, 50.0])
HEIGHT_M = np.array([10.0, 20.0, 37.5, 75.0, 150.0, 300.0, 600.0, 1200.0])
DISTANCE_KM = np.concatenate(
    [
        np.arange(1.0, 21.0),
        np.arange(25.0, 101.0, 5.0),
        np.arange(110.0, 201.0, 10.0),
        np.arange(225.0, 301.0, 25.0),
    ]
)
K_NU = np.array([1.35, 3.31, 6.00])  # for h1 below zero, at the three frequencies: P.1546-6 (12c)


@cache
def curves(surface: str) -> Curves:
    """Tabulated values to 300 km over "land" (figures 1-3, 9-11, 17-19) or "cold-sea" (4-6, 12-14, 20-22)."""
    text = files(__package__).joinpath("p1546_curves.csv").read_text()
    cells = [line.split(",") for line in text.splitlines() if line.startswith(surface + ",")]
    values = np.array([[float(cell) for cell in row[4:]] for row in cells])
    return np.ascontiguousarray(values.reshape(3, 3, DISTANCE_KM.size, HEIGHT_M.size))


@jit()
def maximum_field_dbuv_m(t: float, d: float, d_sea: float) -> float:
    """Field strength that no prediction exceeds on d km, d_sea of them over sea, dB(µV/m). (2), (3), (42)."""
    E_fs = 106.9 - 20.0 * log10(d)  # (2)
    E_se = 2.38 * (1.0 - exp(-d / 8.94)) * log10(50.0 / t)  # (3)
    return E_fs + d_sea * E_se / d  # (42)


@jit()
def clearance_distance_km(f: float, h1: float, h2: float) -> float:
    """Path length D06 that just clears 0.6 of the first Fresnel zone, km; f MHz. Annex 5 (41)."""
    h = max(h1, 0.0)
    D_f = 0.0000389 * f * h * h2  # (41a)
    D_h = 4.1 * (sqrt(h) + sqrt(h2))  # (41b)
    return max(D_f * D_h / (D_f + D_h), 0.001)


@jit()
def _between(x: float, x0: float, x1: float, y0: float, y1: float) -> float:
    # logarithmic, (8), (13), (14); the lower value itself where x is tabulated
    return y0 if x == x0 else y0 + (y1 - y0) * log10(x / x0) / log10(x1 / x0)


@jit()
def _lower(table: NDArray[np.float64], x: float) -> int:
    # index of the nominal value at or below x, leaving room for one above
    i = 0
    while i < table.size - 2 and table[i + 1] <= x:
        i += 1
    return i


@jit()
def _at_height(curve: NDArray[np.float64], d: float, j: int) -> float:
    # nearer than 1 km the curve is held at 1 km; a later step extrapolates
    x = max(d, 1.0)
    i = _lower(DISTANCE_KM, x)
    return _between(x, DISTANCE_KM[i], DISTANCE_KM[i + 1], curve[i, j], curve[i + 1, j])  # (13)


@jit()
def _low_height_correction_db(k_nu: float, h1: float) -> float:
    nu = k_nu * atan(-h1 / 9000.0) * 180.0 / pi  # (12b), (12c)
    return 6.03 - knife_edge_loss_db(nu)  # (12)


@jit()
def _low_over_land(curve: NDArray[np.float64], k_nu: float, h1: float, d: float) -> float:
    E_10, E_20 = _at_height(curve, d, 0), _at_height(curve, d, 1)
    E_zero = E_10 + 0.5 * (E_10 - E_20 + _low_height_correction_db(k_nu, -10.0))  # (9a), (9b)
    if h1 >= 0.0:
        return E_zero + 0.1 * h1 * (E_10 - E_zero)  # (9)
    return E_zero + _low_height_correction_db(k_nu, h1)  # (12), §4.3 b)


@jit()
def _low_over_sea(curve: NDArray[np.float64], i: int, h1: float, d: float, t: float, E_max: float) -> float:
    D_h1 = clearance_distance_km(FREQUENCY_MHZ[i], h1, 10.0)  # (10a)
    D_20 = clearance_distance_km(FREQUENCY_MHZ[i], 20.0, 10.0)  # (10b)
    if d <= D_h1:
        return E_max  # (11a)
    at = max(d, D_20)
    E_10, E_20 = _at_height(curve, at, 0), _at_height(curve, at, 1)
    E_1 = E_10 + (E_20 - E_10) * log10(h1 / 10.0) / log10(2.0)
    if d < D_20:
        E_near = maximum_field_dbuv_m(t, D_h1, D_h1)
        return E_near + (E_1 - E_near) * log10(d / D_h1) / log10(D_20 / D_h1)  # (11b)
    F_s = (d - D_20) / d
    return E_1 * (1.0 - F_s) + _low_over_land(curve, K_NU[i], h1, d) * F_s  # (11c)


@jit()
def _one_curve(
    curve: NDArray[np.float64], i: int, sea: bool, h1: float, d: float, t: float, E_max: float
) -> float:
    if h1 < 10.0:
        if sea:
            return _low_over_sea(curve, i, h1, d, t, E_max)
        return _low_over_land(curve, K_NU[i], h1, d)
    j = _lower(HEIGHT_M, h1)
    low, high = _at_height(curve, d, j), _at_height(curve, d, j + 1)
    return min(_between(h1, HEIGHT_M[j], HEIGHT_M[j + 1], low, high), E_max)  # (8)


@jit()
def _one_time(
    curves: Curves, k: int, sea: bool, f: float, h1: float, d: float, t: float, E_max: float
) -> float:
    i = _lower(FREQUENCY_MHZ, f)
    low = _one_curve(curves[i, k], i, sea, h1, d, t, E_max)
    high = _one_curve(curves[i + 1, k], i + 1, sea, h1, d, t, E_max)
    E = _between(f, FREQUENCY_MHZ[i], FREQUENCY_MHZ[i + 1], low, high)  # (14)
    return min(E, E_max) if f > 2000.0 else E


@jit()
def _one_time_any_frequency(
    curves: Curves, k: int, sea: bool, f: float, h1: float, d: float, t: float, E_max: float
) -> float:
    # below 100 MHz over sea the curves are not extrapolated near the transmitter, §6
    d_600 = clearance_distance_km(600.0, h1, 10.0)
    if not sea or f >= 100.0 or d >= d_600:
        return _one_time(curves, k, sea, f, h1, d, t, E_max)
    d_f = clearance_distance_km(f, h1, 10.0)
    if d <= d_f:
        return maximum_field_dbuv_m(t, d, d)  # (15a)
    E_f = maximum_field_dbuv_m(t, d_f, d_f)
    E_600 = _one_time(curves, k, sea, f, h1, d_600, t, E_max)
    return E_f + (E_600 - E_f) * log10(d / d_f) / log10(d_600 / d_f)  # (15b)


@jit()
def field_dbuv_m(curves: Curves, sea: bool, f: float, t: float, h1: float, d: float, E_max: float) -> float:
    """Field strength over one surface read from its curves, dB(µV/m): f MHz, t % of time, h1 m, d km.

    f 30-4000, t 1-50, h1 up to 3000 (over land it may be negative, over sea at least 3), d up to 300; nearer
    than 1 km the value at 1 km. P.1546-6 Annex 6 steps 6-10.
    """
    k = _lower(TIME_PERCENT, t)
    if t == TIME_PERCENT[k]:
        return _one_time_any_frequency(curves, k, sea, f, h1, d, t, E_max)
    if t == TIME_PERCENT[k + 1]:
        return _one_time_any_frequency(curves, k + 1, sea, f, h1, d, t, E_max)
    Q_inf = inverse_complementary_normal_p1546(TIME_PERCENT[k] / 100.0)
    Q_sup = inverse_complementary_normal_p1546(TIME_PERCENT[k + 1] / 100.0)
    Q_t = inverse_complementary_normal_p1546(t / 100.0)
    E_inf = _one_time_any_frequency(curves, k, sea, f, h1, d, t, E_max)
    E_sup = _one_time_any_frequency(curves, k + 1, sea, f, h1, d, t, E_max)
    return E_sup * (Q_inf - Q_t) / (Q_inf - Q_sup) + E_inf * (Q_t - Q_sup) / (Q_inf - Q_sup)  # (16)


@jit()
def mixed_field_dbuv_m(E_land: float, E_sea: float, sea_share: float) -> float:
    """Field strength of a path partly over sea from those over each surface, dB(µV/m). §8 (23)-(26)."""
    V = max(1.0, 1.0 + (E_sea - E_land) / 40.0)  # (26)
    A = (1.0 - (1.0 - sea_share) ** (2.0 / 3.0)) ** V  # (24), (25)
    return (1.0 - A) * E_land + A * E_sea  # (23)
