"""P.1812 against the ITU-R validation profiles and against two independent implementations."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from math import atan2, cos, degrees, hypot, radians, sin
from pathlib import Path
from typing import NamedTuple

import numpy as np
from comparison import Comparison
from numpy.typing import NDArray

from phusong.coverage.propagation import p1812

Floats = NDArray[np.float64]
MODEL, EDITION = "ITU-R P.1812", "P.1812-8 (2023)"
GENERATED = Path(__file__).parent / "generated-p1812"

# name and equation in the reference log -> our name. Two lines share a name there and differ by equation.
LOGGED = {
    ("dlt (km)", "Eq (78)"): "dlt",
    ("dlr (km)", "Eq (81a)"): "dlr",
    ("th_t (mrad)", "Eqs (76-78)"): "theta_t",
    ("th_r (mrad)", "Eqs (79-81)"): "theta_r",
    ("th (mrad)", "Eq (82)"): "theta",
    ("hts (m)", ""): "hts",
    ("hrs (m)", ""): "hrs",
    ("w", "Table 5"): "omega",
    ("dtm (km)", "Sec 3.6"): "dtm",
    ("dlm (km)", "Sec 3.6"): "dlm",
    ("b0 (%)", "Eq (5)"): "b0",
    ("ae (km)", "Eq (7a)"): "ae",
    ("hst (m)", "Eq (85)"): "hst_n",
    ("hsr (m)", "Eq (86)"): "hsr_n",
    ("hst (m)", "Eq (90a)"): "hst",
    ("hsr (m)", "Eq (90b)"): "hsr",
    ("hstd (m)", "Eq (89)"): "hstd",
    ("hsrd (m)", "Eq (89)"): "hsrd",
    ("hte (m)", "Eq (92a)"): "hte",
    ("hre (m)", "Eq (92b)"): "hre",
    ("hm (m)", "Eq (93)"): "hm",
    ("Fi", "Eq (40)"): "Fi",
    ("Fj", "Eq (57)"): "Fj",
    ("Fk", "Eq (58)"): "Fk",
    ("Lbfs", "Eq (8)"): "Lbfs",
    ("Lb0p", "Eq (10)"): "Lb0p",
    ("Lb0b", "Eq (11)"): "Lb0b",
    # the log's Bullington and spherical parts are those of the beta_0 earth
    ("Lbulla (dB)", "Eq (21)"): "Lbullab",
    ("Lbulls (dB)", "Eq (21)"): "Lbullsb",
    ("Ldsph (dB)", "Eq (27)"): "Ldsphb",
    ("Ld50 (dB)", "Eq (39)"): "Ld50",
    ("Ldb (dB)", "Eq (39)"): "Ldb",
    ("Ldp (dB)", "Eq (41)"): "Ldp",
    ("Lbd50 (dB)", "Eq (42)"): "Lbd50",
    ("Lminb0p (dB)", "Eq (59)"): "Lminb0p",
    ("Lba (dB)", "Eq (46)"): "Lba",
    ("Lminbap (dB)", "Eq (60)"): "Lminbap",
    ("Lbda (dB)", "Eq (61)"): "Lbda",
    ("Lbam (dB)", "Eq (62)"): "Lbam",
    ("Lbs (dB)", "Eq (44)"): "Lbs",
    ("Lbc (dB)", "Eq (63)"): "Lbc",
    ("Lb (dB)", "Eq (69)"): "Lb",
    ("Ep (dBuV/m)", "Eq (70)"): "Ep",
}


class ItuProfile(NamedTuple):
    distance_km: Floats
    terrain_m: Floats
    clutter_m: Floats
    zone: NDArray[np.int64]


def read_profile(path: Path) -> ItuProfile:
    lines = path.read_text(encoding="latin1").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Number of Points")) + 1
    stop = next(i for i, line in enumerate(lines) if line.startswith("{End of Profile"))
    table = np.array([[float(cell) for cell in line.split(",")[:5]] for line in lines[start:stop]])
    return ItuProfile(table[:, 0], table[:, 1], table[:, 3], table[:, 4].astype(np.int64))


def read_log(path: Path) -> dict[tuple[str, str], float]:
    values = {}
    for cells in csv.reader(path.read_text(encoding="latin1").splitlines()):
        if len(cells) > 3 and cells[3] and not cells[0].startswith("#"):
            values[cells[0].strip(), cells[1].strip()] = float(cells[3])
    return values


def predict_logged(profile: ItuProfile, log: dict[tuple[str, str], float]) -> dict[str, float]:
    return p1812.basic_transmission_loss(
        profile.distance_km,
        profile.terrain_m,
        profile.clutter_m,
        frequency_mhz=1e3 * log["f (GHz)", ""],
        tx_height_m=log["htg (m)", ""],
        rx_height_m=log["hrg (m)", ""],
        polarization=p1812.POLARIZATIONS[int(log["pol", ""]) - 1],
        time_percent=log["p (%)", ""],
        location_percent=log["pL (%)", ""],
        location_sd=log["sigmaL (dB)", ""],
        delta_n=log["DN", ""],
        n_0=log["N0", ""],
        latitude_deg=log["phi (deg)", "Eq (4)"],
        zone=profile.zone,
        dct_km=log["dct (km)", ""],
        dcr_km=log["dcr (km)", ""],
    )


def published(oracles: Path) -> Iterator[Comparison]:
    """Every quantity of every ITU-R validation log."""
    folder = oracles / "itu-p1812"
    ours: dict[tuple[str, str], list[float]] = {key: [] for key in LOGGED}
    theirs: dict[tuple[str, str], list[float]] = {key: [] for key in LOGGED}
    for file in sorted((folder / "validation_results").glob("*_log.csv")):
        log = read_log(file)
        profile = read_profile(folder / "validation_profiles" / f"{file.stem.rsplit('_', 2)[0]}.csv")
        values = predict_logged(profile, log)
        for key, symbol in LOGGED.items():
            ours[key].append(values[symbol])
            theirs[key].append(log[key])
    for (name, _), symbol in LOGGED.items():
        unit = name[name.index("(") + 1 : name.index(")")] if "(" in name else ""
        key = next(key for key, value in LOGGED.items() if value == symbol)
        largest = max(abs(value) for value in theirs[key])
        # the log prints ten digits, of its inputs too
        tolerance = 1e-9 * largest + 1e-7
        yield Comparison(
            MODEL, EDITION, "ITU-R validation profiles", symbol, unit, ours[key], theirs[key], tolerance
        )


def generated_rows() -> Iterator[tuple[dict[str, str], Floats, Floats, Floats]]:
    arrays: dict[tuple[str, str], Floats] = {}
    for cells in csv.reader((GENERATED / "profiles.csv").read_text().splitlines()):
        if cells[0] != "id":
            arrays[cells[0], cells[1]] = np.array(cells[2:], dtype=np.float64)
    for row in csv.DictReader((GENERATED / "expected.csv").read_text().splitlines()):
        yield row, arrays[row["id"], "d"], arrays[row["id"], "h"], arrays[row["id"], "R"]


def middle_latitude_deg(row: dict[str, str]) -> float:
    phi_t, lam_t, phi_r, lam_r = (radians(float(row[key])) for key in ("phi_t", "lam_t", "phi_r", "lam_r"))
    x = cos(phi_r) * cos(lam_r - lam_t)
    y = cos(phi_r) * sin(lam_r - lam_t)
    return degrees(atan2(sin(phi_t) + sin(phi_r), hypot(cos(phi_t) + x, y)))


def generated() -> Iterator[Comparison]:
    """L_b beside Py1812's and crc-covlib's over synthetic terrain."""
    ours, py1812, pairs = [], [], []
    for row, d, h, R in generated_rows():
        Lb = p1812.basic_transmission_loss(
            d,
            h,
            R,
            frequency_mhz=1e3 * float(row["f_ghz"]),
            tx_height_m=float(row["htg_m"]),
            rx_height_m=float(row["hrg_m"]),
            polarization=p1812.POLARIZATIONS[int(row["pol(1=H 2=V)"]) - 1],
            time_percent=float(row["p_pct"]),
            location_percent=float(row["pL_pct"]),
            location_sd=float(row["sigmaL_db"]),
            delta_n=float(row["DN"]),
            n_0=float(row["N0"]),
            latitude_deg=middle_latitude_deg(row),
        )["Lb"]
        ours.append(Lb)
        py1812.append(float(row["Lb_py1812_db"]))
        if row["Lb_crc_covlib_patched_db"]:
            pairs.append((Lb, float(row["Lb_crc_covlib_patched_db"])))
    # the table's coordinates and distances are rounded
    yield Comparison(MODEL, EDITION, "Py1812, synthetic paths", "Lb", "dB", ours, py1812, 1e-4)
    # crc-covlib measures distance on another earth
    yield Comparison(
        MODEL,
        EDITION,
        "crc-covlib (P.1812-7), synthetic paths",
        "Lb",
        "dB",
        [pair[0] for pair in pairs],
        [pair[1] for pair in pairs],
        0.05,
    )
