"""The land curves of P.1546-6 and how to read between them (Annex 1, Annex 5 §§4-7).

Field strength in dB(µV/m) for 1 kW effective radiated power, exceeded at half of the locations, with the
receiver at the height of the clutter around it. Curves up to 300 km are carried here.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from math import atan, log10, pi

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.normal import inverse_complementary_normal_p1546
from phusong.coverage.propagation.p526 import knife_edge_loss_db

Curves = NDArray[np.float64]  # (frequency, time, distance, height)

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
def land_curves() -> Curves:
    """Tabulated values of P.1546-6's land figures 1-3, 9-11 and 17-19, to 300 km."""
    text = files(__package__).joinpath("p1546_land.csv").read_text()
    rows = np.array([[float(cell) for cell in line.split(",")] for line in text.splitlines()[1:]])
    order = np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))
    return np.ascontiguousarray(rows[order, 3:].reshape(3, 3, DISTANCE_KM.size, HEIGHT_M.size))


@jit()
def maximum_field_dbuv_m(d: float) -> float:
    """Field strength that no prediction over land exceeds, dB(µV/m): free space. P.1546-6 Annex 5 (2)."""
    return 106.9 - 20.0 * log10(d)


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
def _one_curve(curve: NDArray[np.float64], k_nu: float, h1: float, d: float, E_max: float) -> float:
    if h1 >= 10.0:
        j = _lower(HEIGHT_M, h1)
        E = _between(
            h1, HEIGHT_M[j], HEIGHT_M[j + 1], _at_height(curve, d, j), _at_height(curve, d, j + 1)
        )  # (8)
        return min(E, E_max)
    E_10, E_20 = _at_height(curve, d, 0), _at_height(curve, d, 1)
    E_zero = E_10 + 0.5 * (E_10 - E_20 + _low_height_correction_db(k_nu, -10.0))  # (9a), (9b)
    if h1 >= 0.0:
        return E_zero + 0.1 * h1 * (E_10 - E_zero)  # (9)
    return E_zero + _low_height_correction_db(k_nu, h1)  # (12), §4.3 b)


@jit()
def _one_time(curves: Curves, k: int, f: float, h1: float, d: float, E_max: float) -> float:
    i = _lower(FREQUENCY_MHZ, f)
    low = _one_curve(curves[i, k], K_NU[i], h1, d, E_max)
    high = _one_curve(curves[i + 1, k], K_NU[i + 1], h1, d, E_max)
    E = _between(f, FREQUENCY_MHZ[i], FREQUENCY_MHZ[i + 1], low, high)  # (14)
    return min(E, E_max) if f > 2000.0 else E


@jit()
def land_field_dbuv_m(curves: Curves, f: float, t: float, h1: float, d: float, E_max: float) -> float:
    """Field strength over land read from the curves, dB(µV/m): f MHz, t % of time, h1 m, d km.

    f 30-4000, t 1-50, h1 up to 3000 (it may be negative), d up to 300; nearer than 1 km the value at 1 km.
    P.1546-6 Annex 6 steps 6-10.
    """
    k = _lower(TIME_PERCENT, t)
    if t == TIME_PERCENT[k]:
        return _one_time(curves, k, f, h1, d, E_max)
    if t == TIME_PERCENT[k + 1]:
        return _one_time(curves, k + 1, f, h1, d, E_max)
    Q_inf = inverse_complementary_normal_p1546(TIME_PERCENT[k] / 100.0)
    Q_sup = inverse_complementary_normal_p1546(TIME_PERCENT[k + 1] / 100.0)
    Q_t = inverse_complementary_normal_p1546(t / 100.0)
    E_inf = _one_time(curves, k, f, h1, d, E_max)
    E_sup = _one_time(curves, k + 1, f, h1, d, E_max)
    return E_sup * (Q_inf - Q_t) / (Q_inf - Q_sup) + E_inf * (Q_t - Q_sup) / (Q_inf - Q_sup)  # (16)
