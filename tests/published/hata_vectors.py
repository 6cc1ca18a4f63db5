"""Hata's family and TR 38.901 against WinnForum's, NTIA's and ns-3's numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from comparison import Comparison

from phusong.coverage.propagation import hata, tr38901
from phusong.coverage.propagation.extended_hata import OPEN, SUBURBAN, URBAN, ExtendedHata, extended_hata_loss

# NLCD classes 22, 23 and 24: developed, low, medium and high intensity
ENVIRONMENT_OF_NLCD = {"22": SUBURBAN, "23": URBAN, "24": URBAN}
SCENARIO_OF_NS3 = {"Rma": "RMa", "Uma": "UMa", "Umi": "UMi", "IndoorOffice": "InH"}


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def extended_hata_results(oracles: Path) -> list[tuple[dict[str, str], ExtendedHata]]:
    """Every row of WinnForum's table with our result; frequencies beyond the fit are the table's own."""
    folder = oracles / "winnforum-ehata"
    results = []
    for row in read_rows(folder / "test-inputs-wfmod.csv"):
        text = (folder / "pfls" / row["pfl file name"]).read_text("utf-8").replace("\n", ",")
        _, step_m, *terrain_m = (float(value) for value in text.split(",") if value.strip())
        result = extended_hata_loss(
            np.asarray(terrain_m),  # stored from the mobile to the base, as the compiled function wants it
            step_m,
            float(row["hb"]),
            float(row["hm"]),
            float(row["f"]),
            ENVIRONMENT_OF_NLCD.get(row["env"], OPEN),
            0.0,
        )
        results.append((row, result))
    return results


def extended_hata(oracles: Path) -> Iterator[Comparison]:
    """WinnForum's revision of NTIA's eHata vectors."""
    results = extended_hata_results(oracles)
    yield Comparison(
        "Extended Hata",
        "NTIA TR-15-517 (2015)",
        "WinnForum/ITS test-inputs-wfmod.csv",
        "L",
        "dB",
        [result.L_db for _, result in results],
        [float(row["Path Loss(dB)"]) for row, _ in results],
        1e-4,
    )


def tr38901_losses(oracles: Path) -> Iterator[Comparison]:
    """ns-3's numbers for RMa, UMa, UMi and InH."""
    rows = read_rows(oracles / "ns3" / "tr38901_pathloss.csv")
    for name, scenario in SCENARIO_OF_NS3.items():
        ours, theirs = [], []
        for row in rows:
            if row["scenario"] != name:
                continue
            loss = tr38901.path_loss(
                scenario,
                frequency_mhz=float(row["f_mhz"]),
                distance_km=float(row["d2d_m"]) / 1000.0,
                base_height_m=float(row["h_bs_m"]),
                terminal_height_m=float(row["h_ut_m"]),
            )
            ours.append(loss.PL_LOS_db if row["los"] == "true" else loss.PL_NLOS_db)
            theirs.append(float(row["pathloss_db"]))
        yield Comparison(
            f"TR 38.901 {scenario}", "3GPP TR 38.901 V18.0.0", "ns-3", "PL", "dB", ours, theirs, 5.1e-5
        )


def hata_rows(oracles: Path) -> list[tuple[dict[str, str], float]]:
    """ns-3's Hata and COST 231 rows with our loss; 2114 MHz lies beyond COST 231's own range."""
    results = []
    for row in read_rows(oracles / "ns3" / "hata_cost231.csv"):
        f, d, h_b, h_m = (float(row[name]) for name in ("f_mhz", "d_m", "h_b_m", "h_m_m"))
        large = row["city"] == "large"
        if row["model"] == "okumura-hata":
            environment = hata.ENVIRONMENTS.index(row["environment"])
            results.append((row, hata.okumura_hata_db(f, h_b, h_m, d / 1000.0, environment, large)))
        else:
            large &= row["environment"] == "urban"
            results.append((row, hata.cost231_hata_db(f, h_b, h_m, d / 1000.0, large)))
    return results


# ns-3 leaves the constant of Hata's (16) out of its COST 231 loss for large cities
NS3_LEAVES_OUT_DB = 4.97


def hata_losses(oracles: Path) -> Iterator[Comparison]:
    """ns-3's numbers, its COST 231 rows of large cities as the text has them."""
    for model, edition in (("okumura-hata", "Hata (1980)"), ("cost231-hata", "COST 231 (1999)")):
        ours, theirs = [], []
        for row, loss in hata_rows(oracles):
            if row["model"] == model:
                missing = NS3_LEAVES_OUT_DB if model == "cost231-hata" and row["city"] == "large" else 0.0
                ours.append(loss)
                theirs.append(float(row["pathloss_db"]) + missing)
        name = {"okumura-hata": "Okumura–Hata", "cost231-hata": "COST 231-Hata"}[model]
        yield Comparison(name, edition, "ns-3", "L", "dB", ours, theirs, 0.1)
