"""ITM against NTIA's program and its classic test path."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from comparison import Comparison

from phusong.coverage.propagation import itm
from phusong.coverage.propagation.itm_terrain import mean_height_m

MODEL, EDITION = "ITM (Longley–Rice)", "NTIA ITM 1.4 (2024)"
GENERATED = Path(__file__).parent / "generated-ntia-itm"
KINDS = ("single_message", "individual", "mobile", "broadcast")  # NTIA's mdvar 0 to 3
INTERMEDIATES = {  # attribute and column: unit, half of the last printed digit
    "A_db": ("dB", 5.1e-9),
    "A_fs_db": ("dB", 5.1e-9),
    "A_ref_db": ("dB", 5.1e-9),
    "delta_h_m": ("m", 5.1e-7),
    "d_km": ("km", 5.1e-9),
    "N_s": ("N", 5.1e-7),
    "theta_hzn_tx_rad": ("rad", 1e-11),
    "theta_hzn_rx_rad": ("rad", 1e-11),
    "d_hzn_tx_m": ("m", 5.1e-5),
    "d_hzn_rx_m": ("m", 5.1e-5),
    "h_e_tx_m": ("m", 5.1e-7),
    "h_e_rx_m": ("m", 5.1e-7),
}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _numbers(path: Path) -> list[list[float]]:
    with path.open(encoding="utf-8") as file:
        return [[float(text) for text in line.split(",")] for line in file if line.strip()]


def _surroundings(row: Mapping[str, str], conductivity: str) -> itm.Surroundings:
    return itm.Surroundings(
        climate=itm.CLIMATES[int(row["climate"]) - 1],
        refractivity_n=float(row["N_0"]),
        permittivity=float(row["epsilon"]),
        conductivity_s_per_m=float(row[conductivity]),
        polarization="vertical" if row["pol"] == "1" else "horizontal",
    )


def _variability(row: Mapping[str, str], suffix: str) -> itm.Variability:
    mdvar = int(row["mdvar"])
    return itm.Variability(
        time_percent=float(row["time" + suffix]),
        location_percent=float(row["location" + suffix]),
        situation_percent=float(row["situation" + suffix]),
        kind=KINDS[mdvar % 10],
        without_location=mdvar // 10 in (1, 3),
        without_situation=mdvar // 10 in (2, 3),
    )


def generated_results() -> list[tuple[dict[str, str], itm.ItmResult]]:
    """Every row of the generated set with our result."""
    profiles = {row[0]: row[2:] for row in _numbers(GENERATED / "pfls.csv")}
    results = []
    for row in _rows(GENERATED / "expected.csv"):
        step_m, *terrain_m = profiles[float(row["id"])]
        result = itm.point_to_point(
            terrain_m,
            step_m,
            frequency_mhz=float(row["f_mhz"]),
            tx_height_m=float(row["h_tx_m"]),
            rx_height_m=float(row["h_rx_m"]),
            surroundings=_surroundings(row, "sigma_S_m"),
            variability=_variability(row, "_pct"),
        )
        results.append((row, result))
    return results


def generated() -> Iterator[Comparison]:
    """NTIA's own C++ over synthetic terrain, every intermediate quantity."""
    results = generated_results()
    source = f"NTIA's C++ 1.4 on {len(results)} synthetic paths"
    for name, (unit, tolerance) in INTERMEDIATES.items():
        ours = [getattr(result, name) for _, result in results]
        theirs = [float(row[name]) for row, _ in results]
        yield Comparison(MODEL, EDITION, source, name, unit, ours, theirs, tolerance)


def published(oracles: Path) -> Iterator[Comparison]:
    """NTIA's published vectors, both modes, and Crystal Palace to Mursley."""
    folder = oracles / "ntia-itm"
    ours, theirs = [], []
    for row, (_, step_m, *terrain_m) in zip(
        _rows(folder / "p2p.csv"), _numbers(folder / "pfls.csv"), strict=True
    ):
        result = itm.point_to_point(
            terrain_m,
            step_m,
            frequency_mhz=float(row["f__mhz"]),
            tx_height_m=float(row["h_tx__meter"]),
            rx_height_m=float(row["h_rx__meter"]),
            surroundings=_surroundings(row, "sigma"),
            variability=_variability(row, ""),
        )
        ours.append(result.A_db)
        theirs.append(float(row["A__db"]))
    yield Comparison(MODEL, EDITION, "NTIA p2p.csv", "A, point to point", "dB", ours, theirs, 0.005)

    ours, theirs = [], []
    for row in _rows(folder / "area.csv"):
        result = itm.area(
            float(row["d__km"]),
            irregularity_m=float(row["delta_h__meter"]),
            frequency_mhz=float(row["f__mhz"]),
            tx_height_m=float(row["h_tx__meter"]),
            rx_height_m=float(row["h_rx__meter"]),
            tx_siting=itm.SITINGS[int(row["tx_siting_criteria"])],
            rx_siting=itm.SITINGS[int(row["rx_siting_criteria"])],
            surroundings=_surroundings(row, "sigma"),
            variability=_variability(row, ""),
        )
        ours.append(result.A_db)
        theirs.append(float(row["A__db"]))
    yield Comparison(MODEL, EDITION, "NTIA area.csv", "A, area mode", "dB", ours, theirs, 0.05)

    folder = oracles / "qkpfl-itm"
    [(_, step_m, *terrain_m)] = _numbers(folder / "profile_pfl.csv")
    heights = np.asarray(terrain_m)
    # the set gives the final surface refractivity: a profile of mean height 0 leaves it as it is
    heights -= mean_height_m(heights)
    rows = _rows(folder / "expected.csv")
    ours = [
        itm.point_to_point(
            heights,
            step_m,
            frequency_mhz=float(row["f_mhz"]),
            tx_height_m=float(row["h_tx_m"]),
            rx_height_m=float(row["h_rx_m"]),
            surroundings=itm.Surroundings(
                climate="continental_temperate",
                refractivity_n=float(row["N_s_final"]),
                permittivity=float(row["epsilon"]),
                conductivity_s_per_m=float(row["sigma_S_m"]),
                polarization="horizontal",
            ),
            variability=itm.Variability(
                time_percent=float(row["reliability_pct"]),
                situation_percent=float(row["confidence_pct"]),
                kind="mobile",
                without_location=True,
            ),
        ).A_db
        for row in rows
    ]
    theirs = [float(row["loss_db"]) for row in rows]
    yield Comparison(MODEL, EDITION, "Crystal Palace–Mursley", "A", "dB", ours, theirs, 0.05)


def driver_examples(oracles: Path) -> Iterator[Comparison]:
    """Inputs and printed intermediates of NTIA's command-line driver."""
    folder = oracles / "ntia-itm" / "cmd_examples"
    [(_, step_m, *terrain_m)] = _numbers(folder / "pfl.txt")
    for name in ("p2ptls", "p2pcr", "areatls", "areacr"):
        given = dict(
            line.split(",") for line in (folder / f"i_{name}.txt").read_text("utf-8").split() if "," in line
        )
        # confidence and reliability are situation and time, at the median location
        percentages = {
            "time": given.get("time", given.get("reliability", "")),
            "location": given.get("location", "50"),
            "situation": given.get("situation", given.get("confidence", "")),
        }
        terminals = {
            "frequency_mhz": float(given["f__mhz"]),
            "tx_height_m": float(given["h_tx__meter"]),
            "rx_height_m": float(given["h_rx__meter"]),
        }
        surroundings = _surroundings(given, "sigma")
        variability = _variability({**given, **percentages}, "")
        if name.startswith("p2p"):
            result = itm.point_to_point(
                terrain_m, step_m, **terminals, surroundings=surroundings, variability=variability
            )
        else:
            result = itm.area(
                float(given["d__km"]),
                irregularity_m=float(given["delta_h__meter"]),
                **terminals,
                surroundings=surroundings,
                variability=variability,
            )
        for key, value, tolerance in (
            ("Basic Transmission Loss", result.A_db, 0.05),
            ("Free Space", result.A_fs_db, 0.05),
            ("theta_hzn_tx", result.theta_hzn_tx_rad * 1e3, 5e-4),
            ("theta_hzn_rx", result.theta_hzn_rx_rad * 1e3, 5e-4),
            ("d_hzn_tx__meter", result.d_hzn_tx_m, 0.5),
            ("d_hzn_rx__meter", result.d_hzn_rx_m, 0.5),
            ("h_e_tx__meter", result.h_e_tx_m, 0.05),
            ("h_e_rx__meter", result.h_e_rx_m, 0.05),
            ("N_s", result.N_s, 0.05),
            ("A_ref__db", result.A_ref_db, 0.05),
        ):
            theirs = _printed(folder / f"o_{name}.txt", key)
            unit = "dB" if tolerance == 0.05 and "_meter" not in key else ""
            yield Comparison(MODEL, EDITION, f"NTIA driver, {name}", key, unit, [value], [theirs], tolerance)


def _printed(path: Path, key: str) -> float:
    """The last value printed after `key`."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line.startswith(key + " ")]
    return float(lines[-1][len(key) :].split()[0])
