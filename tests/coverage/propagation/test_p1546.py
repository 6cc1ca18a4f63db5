"""P.1546 against the ITU-R validation set's land paths, and its steps by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from phusong.coverage.propagation import p1546

ENVIRONMENT = {"Rural": "rural", "Suburban": "suburban", "Urban": "urban", "Dense Urban": "dense-urban"}


def read_log(path: Path) -> dict[str, str]:
    rows = csv.reader(path.read_text(encoding="latin1").splitlines())
    return {cells[0].strip(): cells[3] for cells in rows if len(cells) > 3 and cells[3]}


def read_profile(path: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    lines = path.read_text(encoding="latin1").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Number of Points")) + 1
    stop = next(i for i, line in enumerate(lines) if line.startswith("{End of Profile"))
    return np.array([[float(cell) for cell in line.split(",")[:2]] for line in lines[start:stop]])


def test_every_logged_step_of_the_land_paths(oracles: Path) -> None:
    folder = oracles / "itu-p1546"
    seen = 0
    for file in sorted((folder / "validation_results").glob("*_log.csv")):
        log = read_log(file)
        if float(log["See path (km)"]) > 0.0:
            continue
        seen += 1
        profile = read_profile(folder / "validation_profiles" / f"{file.stem.rsplit('_', 2)[0]}.csv")
        ours = p1546.field_strength(
            profile[:, 0],
            profile[:, 1],
            frequency_mhz=float(log["Frequency f (MHz)"]),
            tx_height_m=float(log["Tx antenna height a. g. ha (m)"]),
            rx_height_m=float(log["Rx antenna height a. g. h2 (m)"]),
            environment=ENVIRONMENT[log["Rx clutter type"]],
            tx_clutter_m=float(log["Tx clutter height R1 (m)"]),
            rx_clutter_m=float(log["Rx clutter height R2 (m)"]),
            time_percent=float(log["Percentage time t (%)"]),
        )
        for key, ours_key in {
            "Tx antenna height h1 (m)": "h1",
            "Tx effective TCA  theta_eff1 (deg)": "theta_eff1",
            "Terrain clearance angle tca (deg)": "theta_tca",
            "Maximum field strength Emax (dBuV/m)": "Emax",
            "Field strength (dBuV/m)": "E_curves",
            "TCA correction (dB)": "C_tca",
            "Trop. Scatt. field strength Ets (dBuV/m)": "Ets",
            "Rx antenna height correction (dB)": "C_h2",
            "Tx clutter correction (dB)": "C_h1",
            "Rx slope-path correction (dB)": "C_slope",
        }.items():
            # the steps are printed with six digits
            assert ours[ours_key] == pytest.approx(float(log[key]), rel=1e-5, abs=1e-6), (file.name, key)
        key = "Resulting field strength for Ptx = 1kW (dBuV/m)"
        assert ours["E"] == pytest.approx(float(log[key]), abs=1.1e-8), file.name
        assert ours["Lb"] == pytest.approx(float(log["Resulting basic transmission loss (dB)"]), abs=1.1e-8)
    assert seen >= 15
