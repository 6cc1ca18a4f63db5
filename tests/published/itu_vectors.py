"""P.1546, P.2109 and P.676 against ITU-R's logs and tables of other implementations."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from phusong.coverage.propagation import p676, p1546, p2109

ENVIRONMENT = {
    "Rural": "rural",
    "Suburban": "suburban",
    "Urban": "urban",
    "Dense Urban": "dense-urban",
    "Sea": "sea",
}


def read_log(path: Path) -> dict[str, str]:
    rows = csv.reader(path.read_text(encoding="latin1").splitlines())
    return {cells[0].strip(): cells[3] for cells in rows if len(cells) > 3 and cells[3]}


def read_profile(path: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    lines = path.read_text(encoding="latin1").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Number of Points")) + 1
    stop = next(i for i, line in enumerate(lines) if line.startswith("{End of Profile"))
    return np.array([[float(cell) for cell in line.split(",")[:5]] for line in lines[start:stop]])


def p1546_logged(oracles: Path) -> Iterator[tuple[str, dict[str, str], dict[str, float]]]:
    """Every path of the ITU-R validation set: its file, its log, and our values with all steps."""
    folder = oracles / "itu-p1546"
    for file in sorted((folder / "validation_results").glob("*_log.csv")):
        log = read_log(file)
        profile = read_profile(folder / "validation_profiles" / f"{file.stem.rsplit('_', 2)[0]}.csv")
        values = p1546.field_strength(
            profile[:, 0],
            profile[:, 1],
            frequency_mhz=float(log["Frequency f (MHz)"]),
            tx_height_m=float(log["Tx antenna height a. g. ha (m)"]),
            rx_height_m=float(log["Rx antenna height a. g. h2 (m)"]),
            environment=ENVIRONMENT[log["Rx clutter type"]],
            tx_clutter_m=float(log["Tx clutter height R1 (m)"]),
            rx_clutter_m=float(log["Rx clutter height R2 (m)"]),
            time_percent=float(log["Percentage time t (%)"]),
            zone=profile[:, 4].astype(int),
        )
        yield file.name, log, values


def p1546_paths(oracles: Path) -> Iterator[Comparison]:
    """Loss on every path of the ITU-R validation set: over land alone, and over sea or with a coast."""
    found: dict[bool, tuple[list[float], list[float]]] = {True: ([], []), False: ([], [])}
    for _, log, values in p1546_logged(oracles):
        ours, theirs = found[float(log["See path (km)"]) > 0.0]
        ours.append(values["Lb"])
        theirs.append(float(log["Resulting basic transmission loss (dB)"]))
    for at_sea, where in ((False, "over land"), (True, "over cold sea or mixed")):
        ours, theirs = found[at_sea]
        source = f"ITU-R validation profiles {where}"
        yield Comparison("ITU-R P.1546", "P.1546-6", source, "Lb", "dB", ours, theirs, 1.1e-8)


def tables(oracles: Path) -> Iterator[Comparison]:
    """Building entry loss and gaseous attenuation, tabulated by crc-covlib."""
    entry = np.loadtxt(oracles / "crc-p2109" / "validation.csv", delimiter=",", skiprows=1)
    ours = [p2109.building_entry_loss_db(f, p / 100.0, int(kind), el) for f, p, kind, el, _ in entry]
    yield Comparison("ITU-R P.2109", "P.2109-2", "crc-covlib's table", "L", "dB", ours, entry[:, 4], 1e-6)
    gases = np.loadtxt(oracles / "crc-p676" / "validation.csv", delimiter=",", skiprows=1)
    attenuation = np.array([p676.specific_attenuation(*row[:4]) for row in gases])
    for column, symbol in enumerate(("gamma_o", "gamma_w")):
        yield Comparison(
            "ITU-R P.676",
            "P.676-13",
            "ITU-R code, tabulated by crc-covlib",
            symbol,
            "dB/km",
            attenuation[:, column],
            gases[:, 4 + column],
            1e-9,
        )
