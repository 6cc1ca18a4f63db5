"""How sure a run is, in every output, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from phusong.geodata.raster import read_geotiff
from phusong.scenarios.compare import compare
from phusong.scenarios.compare_outputs import verdict_lines
from phusong.scenarios.phases import EARLIER_DRAWS, draw_targets, phase_table, target_table, years_of
from phusong.scenarios.report.sure import sure_sections
from phusong.scenarios.run import run
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import load_scenario
from phusong.scenarios.stored_run import read_run
from phusong.scenarios.uncertainty.keys import Uncertainty
from phusong.scenarios.wording import percent

DISTRICT_KM2 = 376.0  # Bù Đốp at 1 km cells
NOTHING = {
    "shadow": {"clear_db": 0.0, "obstructed_db": 0.0},
    "terrain": {"sigma_m": 0.0},
    "clutter": {"sigma_share": 0.0},
    "stations": {"power_db": 0.0, "azimuth_deg": 0.0, "tilt_deg": 0.0, "height_m": 0.0},
    "model": {"factor": 0.0},
}


def test_every_output_carries_intervals(small_runs: tuple[Path, Path]) -> None:
    folder, _ = small_runs
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    for layer in summary["layers"]:
        for figure in ("people_served_share", "people_indoor_share", "hamlets_served", "border_served_km"):
            found = layer["intervals"][figure]
            assert found["p5"] <= found["p50"] <= found["p95"]
    assert summary["uncertainty"]["draws"] == 20
    assert {row["trust"] for row in summary["uncertainty"]["sources"]} <= {"published", "derived", "assumed"}
    hamlets = pd.read_csv(folder / "hamlets.csv", encoding="utf-8-sig")
    assert hamlets["probability"].between(0.0, 1.0).all()
    known = hamlets[["rsrp_p5_dbm", "rsrp_p50_dbm", "rsrp_p95_dbm"]].dropna()
    assert (known.diff(axis=1).iloc[:, 1:] >= 0.0).all(axis=None)
    units = pd.read_csv(folder / "units.csv", encoding="utf-8-sig")
    assert (units["population_served_share_p5"] <= units["population_served_share_p95"]).all()
    service = pd.read_csv(folder / "hamlet_service.csv", encoding="utf-8-sig")
    assert {"probability", "rsrp_p5_dbm", "rsrp_p95_dbm"} <= set(service.columns)
    draws = pd.read_csv(folder / "draws.csv", encoding="utf-8-sig")
    assert draws.groupby("layer")["draw"].nunique().eq(20).all()
    raster = read_geotiff(folder / "probability_any-4g.tif")
    assert 0.0 <= pd.Series(raster.values.ravel()).min() <= pd.Series(raster.values.ravel()).max() <= 1.0
    assert "Xác suất có sóng" in (folder / "map.html").read_text("utf-8")
    report = (folder / "report.html").read_text("utf-8")
    main = next(layer["intervals"] for layer in summary["layers"] if layer["layer"] == "any-4g")
    ends = [percent(main["people_served_share"][end], "vi") for end in ("p5", "p95")]
    assert f"<small>{ends[0]} … {ends[1]}</small>" in report  # the headline too
    for said in ("Chắc chắn đến đâu", "Diện tích có sóng (km²)", "Dân trong ba vùng lõm đông nhất"):
        assert said in report


def test_the_run_s_own_figures_are_those_of_its_summary(small_runs: tuple[Path, Path]) -> None:
    """The totals counted beside the draws, without any error, are what the run says."""
    folder, _ = small_runs
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    totals = pd.read_csv(folder / "uncertainty.csv", encoding="utf-8-sig").set_index(["figure", "layer"])[
        "value"
    ]
    for layer in summary["layers"]:
        key = layer["layer"]
        assert totals["people_served_share", key] == layer["population_served_share"]
        assert totals["people_indoor_share", key] == layer["indoor_population_share"]
        assert totals["hamlets_served", key] == layer["hamlets_served"]
        assert totals["people_in_gaps", key] == pytest.approx(layer["people_in_gaps"], abs=0.1)
        area_km2 = totals["area_served_km2", key]
        assert area_km2 / layer["area_served_share"] == pytest.approx(DISTRICT_KM2, rel=0.05)
    for road in summary["border"]:
        served = road["served_share"] * road["road_km"]
        assert totals["border_served_km", road["layer"]] == pytest.approx(served, abs=0.01)


def test_without_errors_nothing_is_between(small_scenario: Scenario) -> None:
    known = Uncertainty.model_validate({"draws": 10, "sensitivity": 0, **NOTHING})
    result = run(small_scenario.model_copy(update={"uncertainty": known}), jobs=1)
    assert result.uncertainty is not None
    totals = result.uncertainty.totals
    for name in ("p5", "p50", "p95"):
        assert (totals[name] == totals["value"]).all()
    assert set(result.uncertainty.hamlets["probability"]) <= {0.0, 1.0}
    own = result.uncertainty.hamlets.set_index(["layer", "hamlet_id"])["rsrp_p50_dbm"]
    for key in result.coverage.layers:
        level = result.hamlets.set_index("hamlet_id")[f"rsrp_dbm:{key}"]
        assert own[key].loc[level.index].fillna(-999).tolist() == level.fillna(-999).tolist()
    assert next(sure_sections(result, "en")).title == "How sure is this"
    assert not list(sure_sections(replace(result, uncertainty=None), "en"))


def test_compare_tells_a_difference_from_noise_by_paired_draws(small_runs: tuple[Path, Path]) -> None:
    first, other = (read_run(folder) for folder in small_runs)
    table = compare(first, other).layers.set_index("layer")
    found = table.loc["viettel-4g"]
    assert found["people_difference_p5"] <= found["people_difference_p50"] <= found["people_difference_p95"]
    assert found["beyond_noise"] == (found["people_difference_p5"] > 0 or found["people_difference_p95"] < 0)
    own = [run.draws().query("layer == 'viettel-4g'")["people_served"].to_numpy() for run in (first, other)]
    assert (own[1] - own[0]).std() < own[0].std()  # most of what is not known cancels out
    same = compare(first, first).layers
    assert not same["beyond_noise"].any()
    lines = verdict_lines(compare(first, other), "en")
    assert any("noise" in line for line in lines) or not table["real"].any()


def test_runs_with_other_draws_are_not_paired(small_runs: tuple[Path, Path]) -> None:
    first, other = (read_run(folder) for folder in small_runs)
    changed = other.scenario.model_copy(
        update={"uncertainty": other.scenario.uncertainty.model_copy(update={"draws": 21})}
    )
    assert "beyond_noise" not in compare(first, replace(other, scenario=changed)).layers


def test_gaps_say_who_of_their_people_is_without_signal(small_runs: tuple[Path, Path]) -> None:
    folder, _ = small_runs
    gaps = pd.read_csv(folder / "gaps.csv", encoding="utf-8-sig")
    assert len(gaps) > 3
    assert (gaps["people_p5"] <= gaps["people_p50"]).all()
    assert (gaps["people_p50"] <= gaps["people_p95"]).all()
    assert (gaps["people_p95"] <= gaps["people"] + 0.1).all()
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    for layer in summary["layers"]:
        found = layer["intervals"]
        assert found["largest_gap_people"]["p95"] <= found["three_largest_gaps_people"]["p95"]
        assert found["three_largest_gaps_people"]["p95"] <= found["people_in_gaps"]["p95"]
        assert found["area_served_km2"]["p5"] < found["area_served_km2"]["p95"]


def test_every_year_of_a_lot_is_drawn_the_last_one_most() -> None:
    years = years_of(load_scenario("5g-2030"))
    assert all(one.uncertainty.enabled for one in years)
    drawn = [one.uncertainty.draws for one in years]
    assert drawn == [EARLIER_DRAWS] * (len(years) - 1) + [load_scenario("5g-2030").uncertainty.draws]
    assert [one.uncertainty.sensitivity > 0 for one in years] == [False] * (len(years) - 1) + [True]


@pytest.mark.slow
def test_phases_have_bands(small_scenario: Scenario, tmp_path: Path) -> None:
    result = run(small_scenario, jobs=1)
    later = replace(result, year=result.year + 1)
    table = phase_table([result, later])
    people = table[table["layer"] == "any-4g"]
    assert (people["population_served_share_p5"] < people["population_served_share_p95"]).all()
    assert (people["hamlets_served_p5"] <= people["hamlets_served_p95"]).all()
    targets = target_table([result, later]).set_index("key")
    assert targets.loc["hamlets-mobile-broadband", "reached_p5"].notna().all()
    assert targets.loc["border-road-4g", "reached_p95"].le(1.0).all()
    assert targets.loc["hamlets-fixed-broadband", "reached_p5"].isna().all()
    draw_targets(targets.reset_index(), tmp_path / "bands.png", lang="vi")
    plain = targets.assign(reached_p5=np.nan, reached_p95=np.nan).reset_index()
    draw_targets(plain, tmp_path / "plain.png", lang="vi")
    assert (tmp_path / "bands.png").read_bytes() != (tmp_path / "plain.png").read_bytes()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("draws = 0", "uncertainty.draws: input should be greater than or equal to 10, not 0"),
        ("shadow.clear_db = -1.0", "uncertainty.shadow.clear_db: input should be greater than or equal to 0"),
        ("weather.sigma_db = 1.0", "'uncertainty.weather' is not known"),
        ("shadow.correlation_m = 50.0", "correlation_m = 50 lies below the grid step of 1000 m"),
        ("sensitivity = 12", "must be 0 or a power of two"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from phusong.scenarios.__main__ import main

    file = tmp_path / "mine.toml"
    file.write_text(
        f'base = "baseline-2024"\nname = "mine"\nresolution_m = 1000\narea = ["Huyện Bù Đốp"]\n'
        f"[uncertainty]\n{text}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("sys.argv", ["phusong", "run", str(file), "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    error = [line for line in capsys.readouterr().err.splitlines() if line.startswith("phusong: ")]
    assert len(error) == 1
    assert said in error[0]
    assert not (tmp_path / "out").exists()
