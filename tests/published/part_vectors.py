"""P.525, P.526, P.838, P.530 and P.676 against logs and programs of others; P.1411 and Kun against ns-3."""

from __future__ import annotations

from collections.abc import Iterator
from math import log10, pi, radians
from pathlib import Path

import hata_vectors
import itm_vectors
import numpy as np
import p1812_vectors
from comparison import Comparison

from phusong.coverage.propagation import kun, p525, p526, p530, p676, p838, p1411

GENERATED = Path(__file__).parent / "generated-itur"
ITU_RPY = "ITU-Rpy 0.4.0"


def town(oracles: Path) -> Iterator[Comparison]:
    """ns-3's numbers for P.1411, its rows without a city's size taken as suburbs."""
    rows = hata_vectors.read_rows(oracles / "ns3" / "itu_r_p1411_kun26.csv")
    for model in ("p1411-los", "p1411-nlos-rooftop", "kun26"):
        ours, theirs = [], []
        for row in (row for row in rows if row["model"].startswith(model)):
            f, d_km = float(row["f_mhz"]), float(row["d_m"]) / 1000.0
            ends = {} if model == "kun26" else {
                "base_height_m": float(row["h_b_m"]), "mobile_height_m": float(row["h_m_m"]),
            }  # fmt: skip
            if model == "p1411-los":
                loss = p1411.street(frequency_mhz=f, distance_km=d_km, **ends).L_mean
            elif model == "kun26":
                loss = kun.kun_2600_db(1000.0 * d_km)
            else:
                loss = p1411.over_rooftops(
                    frequency_mhz=f, distance_km=d_km, **ends, street_width_m=float(row["street_width_m"]),
                    street_angle_deg=float(row["street_orient_deg"]), metropolitan=row["city"] == "large",
                ).L  # fmt: skip
            ours.append(loss)
            theirs.append(float(row["pathloss_db"]))
        if ours:  # no row of Kun's model is at hand
            name = {"p1411-los": "P.1411, street", "p1411-nlos-rooftop": "P.1411, rooftops"}.get(model, "Kun")
            yield Comparison(
                name, "P.1411" if "1411" in model else "2008", "ns-3", "L", "dB", ours, theirs, 0.1
            )


def free_space() -> Iterator[Comparison]:
    """The exact formula beside NTIA's, whose constant is rounded to 32.45 dB."""
    rows = [row for row, _ in itm_vectors.generated_results()]
    exact = 20.0 * log10(4.0 * pi * 1e9 / 299_792_458.0) - 32.45
    ours = [p525.free_space_loss_db(float(row["d_km"]), float(row["f_mhz"])) for row in rows]
    theirs = [float(row["A_fs_db"]) + exact for row in rows]
    source = "NTIA's C++ 1.4, its 32.45 made exact"
    yield Comparison("ITU-R P.525", "P.525-4", source, "Lbf", "dB", ours, theirs, 5.1e-9 + 2e-7)


def diffraction(oracles: Path) -> Iterator[Comparison]:
    """P.526's delta-Bullington on the paths of the P.1812 validation set, from its own heights and radii."""
    folder = oracles / "itu-p1812"
    names = {"Ld50 (dB)": "Ld", "Lbulla (dB)": "Lbulla", "Lbulls (dB)": "Lbulls", "Ldsph (dB)": "Ldsph"}
    ours: dict[str, list[float]] = {symbol: [] for symbol in names.values()}
    theirs: dict[str, list[float]] = {symbol: [] for symbol in names.values()}
    for file in sorted((folder / "validation_results").glob("*_log.csv")):
        log = p1812_vectors.read_log(file)
        profile = p1812_vectors.read_profile(
            folder / "validation_profiles" / f"{file.stem.rsplit('_', 2)[0]}.csv"
        )
        surface = profile.terrain_m + profile.clutter_m
        surface[0], surface[-1] = profile.terrain_m[0], profile.terrain_m[-1]
        vertical = int(log["pol", ""]) == 2
        for symbol, radius_km in (("Ld", log["ae (km)", "Eq (7a)"]), ("rest", 6371.0 * 3.0)):
            parts = p526.delta_bullington(
                profile.distance_km, profile.terrain_m, surface, log["hts (m)", ""], log["hrs (m)", ""],
                radius_km, 1e3 * log["f (GHz)", ""], log["w", "Table 5"], vertical,
            )._asdict()  # fmt: skip
            for name, own in names.items():
                if (own == "Ld") == (symbol == "Ld"):
                    ours[own].append(parts[own])
                    theirs[own].append(next(value for key, value in log.items() if key[0] == name))
    for symbol in names.values():
        yield Comparison(
            "ITU-R P.526", "P.526-15 §4.5", "ITU-R validation profiles of P.1812", symbol, "dB",
            ours[symbol], theirs[symbol], 3e-7,
        )  # fmt: skip


def rain_and_gases() -> Iterator[Comparison]:
    """ITU-Rpy's P.838, P.530 up to 10 GHz, and P.676."""
    rain = np.loadtxt(GENERATED / "p838.csv", delimiter=",", skiprows=1)
    found = [p838.rain_coefficients(f, radians(el), radians(tilt)) for f, tilt, el, *_ in rain]
    for column, symbol in ((4, "k"), (5, "alpha")):
        ours = [getattr(one, symbol) for one in found]
        yield Comparison("ITU-R P.838", "P.838-3", ITU_RPY, symbol, "", ours, rain[:, column], 1e-10)
    ours = [
        p838.specific_attenuation_db_km(f, rate, radians(el), radians(tilt)) for f, tilt, el, rate, *_ in rain
    ]
    yield Comparison("ITU-R P.838", "P.838-3", ITU_RPY, "gamma_R", "dB/km", ours, rain[:, 6], 1e-9)
    rows = [row for row in links() if row[1] <= 10.0]
    ours = [rain_attenuation_db(*row[:5]) for row in rows]
    yield Comparison(
        "ITU-R P.530", "P.530-18 §2.4.1", f"{ITU_RPY}, to 10 GHz", "A_p", "dB", ours, [row[5] for row in rows],
        1e-8,
    )  # fmt: skip
    gases = np.loadtxt(GENERATED / "p676.csv", delimiter=",", skiprows=1)
    attenuation = np.array([p676.specific_attenuation(*row[:4]) for row in gases])
    for column, symbol in enumerate(("gamma_o", "gamma_w")):
        yield Comparison(
            "ITU-R P.676", "P.676-13", ITU_RPY, symbol, "dB/km", attenuation[:, column],
            gases[:, 4 + column], 1e-9,
        )  # fmt: skip


def links() -> list[tuple[float, ...]]:
    """Rows of p530.csv: km, GHz, degrees of tilt, mm/h, %, dB."""
    return [tuple(row) for row in np.loadtxt(GENERATED / "p530.csv", delimiter=",", skiprows=1).tolist()]


def rain_attenuation_db(d: float, f: float, tilt_deg: float, rain_001_mm_h: float, p: float) -> float:
    """Attenuation exceeded for p % of the year as P.530 finds it, dB."""
    A_001 = p530.rain_attenuation_001_db(d, f, rain_001_mm_h, radians(tilt_deg))
    return A_001 * p530.rain_attenuation_ratio(p, f)
