"""Writes the CSV files beside it with ITU-Rpy: pip install itur==0.4.0, then python make.py.

ITU-Rpy is no dependency of the tests: it brings 160 MB of maps, none of which is used here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from itur.models import itu530, itu676, itu838

HERE = Path(__file__).resolve().parent
LATITUDE, LONGITUDE = 11.6, 106.9


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[float]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows([f"{value:.12g}" for value in row] for row in rows)


def rain() -> Iterable[Sequence[float]]:
    for f in (
        1.0,
        2.5,
        4.0,
        6.0,
        7.0,
        8.5,
        11.0,
        15.0,
        18.0,
        23.0,
        32.0,
        38.0,
        60.0,
        80.0,
        150.0,
        400.0,
        1000.0,
    ):
        for tilt in (0.0, 30.0, 45.0, 90.0):
            for elevation in (0.0, 20.0):
                k, alpha = (
                    float(x) for x in itu838.rain_specific_attenuation_coefficients(f, elevation, tilt)
                )
                for rate in (5.0, 50.0, 99.9):
                    gamma = itu838.rain_specific_attenuation(rate, f, elevation, tilt).value
                    yield f, tilt, elevation, rate, k, alpha, float(gamma)


def links() -> Iterable[Sequence[float]]:
    for d in (0.5, 1.0, 3.0, 8.0, 15.0, 30.0, 55.0):
        for f in (4.0, 7.5, 9.5, 10.0, 15.0, 23.0, 38.0, 80.0):
            for tilt in (0.0, 90.0):
                for rate in (40.0, 99.9):
                    for p in (0.001, 0.01, 0.1, 1.0):
                        A = itu530.rain_attenuation(LATITUDE, LONGITUDE, d, f, 0.0, p, tilt, R001=rate)
                        yield d, f, tilt, rate, p, float(A.value)


def gases() -> Iterable[Sequence[float]]:
    for f in (
        1.0,
        3.5,
        6.0,
        11.0,
        15.0,
        18.7,
        22.3,
        23.0,
        38.0,
        50.0,
        57.3,
        60.0,
        62.5,
        70.0,
        80.0,
        119.0,
        183.3,
        250.0,
        350.0,
    ):
        for P, rho, T in ((1013.25, 7.5, 288.15), (972.0, 19.6, 299.4), (900.0, 0.5, 260.0)):
            yield (
                f, P, rho, T,
                float(itu676.gamma0_exact(f, P, rho, T).value), float(itu676.gammaw_exact(f, P, rho, T).value),
            )  # fmt: skip


if __name__ == "__main__":
    write(
        "p838.csv", ("f_ghz", "tilt_deg", "elevation_deg", "rain_mm_h", "k", "alpha", "gamma_db_km"), rain()
    )
    write("p530.csv", ("d_km", "f_ghz", "tilt_deg", "rain_001_mm_h", "p", "a_p_db"), links())
    write("p676.csv", ("f_ghz", "p_hpa", "rho_g_m3", "t_k", "gamma_o_db_km", "gamma_w_db_km"), gases())
