"""From a department's messy Excel set to a run: init, import, check, mend, run; seeded against found."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from phusong.geodata import reference, store
from phusong.geodata.assemble import load_province
from phusong.geodata.checks import check, errors
from phusong.geodata.errors import InputError
from phusong.geodata.project import Project, import_file, open_project
from phusong.geodata.templates import init
from phusong.scenarios.__main__ import app


def _messy() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "messy.py"
    spec = importlib.util.spec_from_file_location("messy", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["messy"] = module
    spec.loader.exec_module(module)
    return module


def _project(folder: Path) -> Project:
    init(folder, name="Bình Phước", base="binh-phuoc", crs="EPSG:9212")
    return open_project(folder)


def _import_all(project: Project, files: dict[str, Path]) -> None:
    for table in ("hamlets", "stations", "sectors", "zones"):
        import_file(project, files[table], table)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Any]:
    """The messy set in a project, as it came."""
    folder = tmp_path_factory.mktemp("messy")
    messy = _messy().write(folder, reference.load())
    project = _project(folder / "du-an")
    _import_all(project, messy.files)
    return project, messy


def test_every_seeded_error_is_found_and_named(
    imported: tuple[Project, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    project, messy = imported
    found = check(project)
    there = {(problem.file, problem.row, problem.code) for problem in found}
    missed = [seed for seed in messy.seeded if seed not in there]
    with capsys.disabled():
        codes = len({code for _, _, code in messy.seeded})
        sys.stdout.write(
            f"\n  gieo {len(messy.seeded)} lỗi ({codes} loại), tìm thấy {len(messy.seeded) - len(missed)}"
            f" · seeded {len(messy.seeded)} ({codes} kinds), found {len(messy.seeded) - len(missed)}\n"
        )
    assert missed == []
    # no other row is named: the right forms pass in silence
    rows = {(file, row) for file, row, _ in messy.seeded}
    noise = [p.line() for p in found if p.row and (p.file, p.row) not in rows and p.code not in _FOLLOW]
    assert noise == []


# what follows from a seeded error: a station without its id has no sectors, and its sectors no station
_FOLLOW = {"no-sectors", "orphan-sector", "odd-household"}


def test_the_messy_lists_come_out_right(tmp_path: Path) -> None:
    province = reference.load()
    messy = _messy().write(tmp_path, province, clean=True)
    project = _project(tmp_path / "du-an")
    _import_all(project, messy.files)
    assert errors(check(project)) == []
    hamlets = store.read_layer(project.store, "hamlets")
    assert isinstance(hamlets, gpd.GeoDataFrame)
    assert list(hamlets["official_hamlet_id"]) == list(province.hamlets["hamlet_id"])
    assert list(hamlets["population"]) == list(province.hamlets["population"])
    moved_m = hamlets.to_crs(province.crs).geometry.distance(province.hamlets.geometry)
    assert moved_m.max() < 2.0  # five decimals of a degree
    stations = store.read_layer(project.store, "stations")
    assert isinstance(stations, gpd.GeoDataFrame)
    metric = stations.to_crs(province.crs).geometry
    here = province.sites.iloc[:1500]
    assert np.hypot(metric.x - here["x_m"].to_numpy(), metric.y - here["y_m"].to_numpy()).max() < 0.1
    assert list(stations["commune_code"]) == list(here["commune_code"])
    assert stations["name"].iloc[0].startswith("Trạm ")
    zones = store.read_layer(project.store, "zones")
    assert zones is not None
    assert zones["name"].iloc[2].casefold() == "khu công nghiệp đồng xoài"
    own, warnings = load_province(project.folder, antennas={"panel_1800"})
    assert (len(own.hamlets), len(own.sites), len(own.sectors)) == (843, 1500, 4500)
    assert not {"stations", "hamlet_positions", "hamlet_populations"} & set(own.synthetic)
    assert "terrain" in own.synthetic
    people = own.population.values.sum(dtype=np.float64)
    assert people == pytest.approx(own.hamlets["population"].sum(), rel=1e-4)
    assert not [problem for problem in warnings if problem.severity == "error"]


@pytest.mark.slow
def test_init_import_check_mend_run_on_the_command_line(tmp_path: Path) -> None:
    """The messy lists stop at the check; written again without their errors they replace themselves and run."""
    province = reference.load()
    messy = _messy().write(tmp_path, province)
    folder = tmp_path / "du-an"
    runner = CliRunner()

    def ok(*arguments: str) -> str:
        done = runner.invoke(app, list(arguments), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    ok("init", str(folder))
    for table, file in messy.files.items():
        ok("data", "import", str(file), "--as", table, "--project", str(folder))
    stopped = runner.invoke(app, ["data", "check", "--project", str(folder)])
    assert stopped.exit_code == 2, stopped.output
    sheet = openpyxl.load_workbook(folder / "check" / "check.xlsx", read_only=True).active
    told = {(str(row[2]), str(row[3])) for row in sheet.iter_rows(values_only=True)}
    assert [(file, row) for file, row, _ in messy.seeded if row and (file, str(row)) not in told] == []
    refused = runner.invoke(app, ["run", str(folder / "scenario.toml"), "--out", str(tmp_path / "no")])
    assert isinstance(refused.exception, InputError)
    assert "lỗi trong dữ liệu" in str(refused.exception)
    for table, file in _messy().write(tmp_path, province, clean=True).files.items():
        assert file == messy.files[table]
        ok("data", "import", str(file), "--as", table, "--project", str(folder))
    assert "0 lỗi" in ok("data", "check", "--project", str(folder))
    assert "Tram BTS.xlsx" in ok("data", "list", "--project", str(folder))
    _in_a_hurry(folder / "scenario.toml")
    _rename_one(open_project(folder), "<script>alert(1)</script><b>Ấp</b>")
    out = tmp_path / "run"
    ok("run", str(folder / "scenario.toml"), "--resolution", "1000", "--out", str(out))
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["hamlets_total"] == 843
    assert summary["sites_on_air"] > 1000
    assert "stations" not in summary["synthetic_inputs"]
    assert summary["layers"][-1]["population_served_share"] > 0.5
    for page in out.glob("*.html"):
        assert "<script>alert(1)" not in page.read_text("utf-8"), page.name


def _in_a_hurry(scenario: Path) -> None:
    """Without the predictions that only explain the answer."""
    text = scenario.read_text("utf-8")
    scenario.write_text(text + "explain_gaps = false\noutages = false\n", "utf-8")


def _rename_one(project: Project, name: str) -> None:
    """A hamlet's name as somebody hostile would write it, straight into the store."""
    frame = store.read_layer(project.store, "hamlets")
    assert frame is not None
    frame.loc[0, "name"] = name
    store.write_layers(project.store, {"hamlets": frame})


def test_errors_stop_a_run_and_say_so(imported: tuple[Project, Any]) -> None:
    project, _ = imported
    with pytest.raises(InputError, match=r"lỗi trong dữ liệu.*phusong data check"):
        load_province(project.folder, antennas=set())
    done = CliRunner().invoke(app, ["data", "check", "--project", str(project.folder)])
    assert done.exit_code == 2
    assert (project.folder / "check" / "check.html").is_file()
    assert (project.folder / "check" / "check.xlsx").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "level"), [("bp_communes_2025.geojson", "units_2025"), ("bp_communes_111.geojson", "communes")]
)
def test_the_reference_run_on_real_boundaries(
    tmp_path: Path, real_boundaries: Path, name: str, level: str
) -> None:
    folder = tmp_path / "du-an"
    project = _project(folder)
    _in_a_hurry(folder / "scenario.toml")
    runner = CliRunner()
    for arguments in (
        ["data", "import", str(real_boundaries / name), "--as", level, "--project", str(folder)],
        ["run", str(folder / "scenario.toml"), "--resolution", "1000", "--out", str(tmp_path / "run")],
    ):
        done = runner.invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    assert store.layers(project.store) == (level,)
    summary = json.loads((tmp_path / "run" / "summary.json").read_text("utf-8"))
    assert summary["hamlets_total"] == 843
    assert ("boundaries" in summary["synthetic_inputs"]) == (level == "units_2025")
    assert 0.5 < summary["layers"][-1]["population_served_share"] <= 1.0
