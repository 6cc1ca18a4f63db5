"""P.1812 against the ITU-R validation profiles and against two independent implementations."""

from __future__ import annotations

from pathlib import Path

import p1812_vectors
import pytest
from p1812_vectors import LOGGED, predict_logged, read_log, read_profile

from phusong.coverage.propagation import p526, p1812_path


def test_every_logged_quantity_of_the_itu_validation_set(oracles: Path) -> None:
    logs = sorted((oracles / "itu-p1812" / "validation_results").glob("*_log.csv"))
    assert len(logs) >= 30
    for file in logs:
        name = file.stem.rsplit("_", 2)[0]
        profile = read_profile(oracles / "itu-p1812" / "validation_profiles" / f"{name}.csv")
        log = read_log(file)
        ours = predict_logged(profile, log)
        for key, symbol in LOGGED.items():
            # the log prints ten digits, of its inputs too
            assert ours[symbol] == pytest.approx(log[key], rel=1e-9, abs=1e-7), (file.name, symbol)
        assert ours["hts"] - ours["hstd"] == pytest.approx(log["htc (m)", "Eq (37a)"], rel=1e-9, abs=1e-8)
        assert ours["hrs"] - ours["hsrd"] == pytest.approx(log["hrc (m)", "Eq (37b)"], rel=1e-9, abs=1e-8)
        # where (61) changes L_bda, the log's line for (43) prints L_bda over it; (43) is L_b0p + L_dp
        assert ours["Lbd"] == pytest.approx(ours["Lb0p"] + ours["Ldp"], abs=1e-12)
        assert log["Lbd (dB)", "Eq (43)"] == pytest.approx(ours["Lbda"], rel=1e-9)


def test_diffraction_alone_gives_the_logged_median_loss(oracles: Path) -> None:
    folder = oracles / "itu-p1812"
    for file in sorted((folder / "validation_results").glob("rburg*_log.csv")):
        profile = read_profile(folder / "validation_profiles" / f"{file.stem.rsplit('_', 2)[0]}.csv")
        log = read_log(file)
        surface = profile.terrain_m + profile.clutter_m
        surface[[0, -1]] = profile.terrain_m[[0, -1]]
        loss = p526.delta_bullington(
            profile.distance_km,
            profile.terrain_m,
            surface,
            log["hts (m)", ""],
            log["hrs (m)", ""],
            log["ae (km)", "Eq (7a)"],
            1e3 * log["f (GHz)", ""],
            log["w", "Table 5"],
            log["pol", ""] == 2,
        )
        # the log's earth radius has ten digits
        assert loss.Ld == pytest.approx(log["Ld50 (dB)", "Eq (39)"], abs=1e-6)


def test_generated_set_of_two_implementations() -> None:
    for comparison in p1812_vectors.generated():
        comparison.check()


def test_zones_of_a_path_over_sea(oracles: Path) -> None:
    profile = read_profile(oracles / "itu-p1812" / "validation_profiles" / "b2iseac.csv")
    run = p1812_path.path_zones(profile.distance_km, profile.zone)
    # printed in b2iseac_0_log.csv
    assert run.omega == pytest.approx(0.9096129307, abs=1e-9)
    assert (run.dtm, run.dlm) == (pytest.approx(17.5), pytest.approx(12.5))
