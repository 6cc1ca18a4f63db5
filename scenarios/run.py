"""The main line: a scenario in, a run's folder out."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.scenarios.folder import check_target, whole_folder
from phusong.scenarios.phases import years_of
from phusong.scenarios.progress import Report, Stages
from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.workers import Engine, workers

if TYPE_CHECKING:
    from phusong.coverage.coverage_map import CoverageMap
    from phusong.coverage.ground import Ground
    from phusong.coverage.hearing import Hearing
    from phusong.coverage.reach import Reach
    from phusong.coverage.site import Sector
    from phusong.coverage.uncertainty.heard import Strongest
    from phusong.scenarios.inputs import Inputs

IN_MEMORY_BYTES = 1_000_000_000  # larger maps lie in files that go with the run
BYTES_PER_CELL_OF_LAYER = 18
BYTES_PER_CELL_AT_WORK = 42  # beside a layer's own arrays: while it is predicted, counted and written


def run(
    scenario: Scenario,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    stages: Stages | None = None,
    engine: Engine | None = None,
) -> RunResult:
    """The answer of a scenario, nothing written. InputError for what the data or the memory do not have.

    `jobs` and `cluster` say where predictions are made (`phusong.scenarios.workers`), unless an `engine` that
    is at hand is given.
    """
    if engine is None:
        with workers(jobs, cluster) as engine:
            return run(scenario, stages=stages, engine=engine)
    from phusong.coverage.roaming import with_roaming
    from phusong.scenarios.answer import answer
    from phusong.scenarios.busy_hour import busy_hour, rates_mbps
    from phusong.scenarios.gaps.causes import other_worlds
    from phusong.scenarios.gaps.other import other_gaps, people_by_kind
    from phusong.scenarios.inputs import ground_of, load_inputs
    from phusong.scenarios.networks.answer import other_networks, with_networks
    from phusong.scenarios.outages import check_cuts, hearing_of, outage_summary, outages
    from phusong.scenarios.quality import quality_levels
    from phusong.scenarios.rim import with_rim
    from phusong.scenarios.second_opinion import asked_of, opinion_summary, opinions
    from phusong.scenarios.targets import target_row, with_networks_reached
    from phusong.scenarios.uncertainty.answer import uncertainty, with_uncertainty
    from phusong.scenarios.uncertainty.ears import ears_of

    stages = stages or Stages(quiet=True)
    with stages.stage("inputs", "Dữ liệu đầu vào · inputs"):
        inputs = load_inputs(scenario)
        check_memory(scenario, inputs.grid)
        check_cuts(scenario, inputs)
        quality_levels(scenario)
    ground = ground_of(inputs.province)
    hearing = hearing_of(inputs) if scenario.outages else None
    ears = ears_of(scenario, inputs, ground)
    with stages.stage("predict", "Dự báo vùng phủ · predicting coverage") as report:
        lists = None if ears is None else ears.lists
        coverage, reach = predicted(scenario, inputs, ground, inputs.sectors, report, engine, hearing, lists)
    met = with_roaming(coverage, scenario.roaming)  # what subscribers meet
    second = None
    if scenario.radio.second_opinions:
        each = {scenario.radio.model: coverage}
        for model in scenario.radio.second_opinions:
            with stages.stage(f"predict_{model}", f"Ý kiến thứ hai · second opinion: {model}") as report:
                asked = asked_of(scenario, model)
                each[model], _ = predicted(asked, inputs, ground, inputs.sectors, report, engine)
        second = opinions(scenario, inputs, each)
    unlimited = None
    if inputs.unlimited:
        with stages.stage("unlimited", "Không giới hạn ở biên giới · without the border's limit") as report:
            free, _ = predicted(scenario, inputs, ground, inputs.unlimited, report, engine)
        unlimited = with_roaming(free, scenario.roaming)
    worlds = None
    if scenario.explain_gaps:
        with stages.stage("causes", "Vì sao lõm sóng · why gaps are gaps") as report:
            worlds = other_worlds(scenario, inputs, ground, met, report)
    with stages.stage("answer", "Thôn ấp, vùng lõm · hamlets and gaps"):
        # each network carries its own subscribers' traffic: guests' traffic is not known
        loaded = busy_hour(scenario, inputs, coverage)
        rates = rates_mbps(scenario, inputs, coverage, loaded)
        result = answer(scenario, inputs, met, worlds=worlds, unlimited=unlimited, rates=rates)
        result = with_rim(scenario, result)
        if second is not None:
            said = {**result.summary, "second_opinion": opinion_summary(second)}
            result = replace(result, second_opinion=second, summary=said)
    if ears is not None:
        with stages.stage("uncertainty", "Chắc chắn đến đâu · how sure") as report:
            sure = uncertainty(scenario, inputs, ground, ears, coverage, result, report)
        result = with_uncertainty(result, sure)
    if reach is not None:
        with stages.stage("outages", "Sự cố từng cột · every mast's outage"):
            found = outages(scenario, inputs, reach)
        result = replace(result, outages=found, summary={**result.summary, "outages": outage_summary(found)})
    with stages.stage("networks", "Cáp quang, loa, tải mạng · fibre, loudspeakers, load") as report:
        networks = other_networks(scenario, inputs, coverage, loaded)
        report(2, 3)
        result = with_networks(result, networks)
        gaps = other_gaps(scenario, inputs, met, networks.cells)
        targets = with_networks_reached(result.targets, result.summary)
        summary = {
            **result.summary,
            "other_gaps": people_by_kind(gaps),
            "targets": [target_row(target) for target in targets],
        }
        return replace(result, other_gaps=gaps, targets=targets, summary=summary)


def predicted(
    scenario: Scenario,
    inputs: Inputs,
    ground: Ground,
    sectors: Sequence[Sector],
    report: Report,
    engine: Engine,
    hearing: Hearing | None = None,
    strongest: Strongest | None = None,
) -> tuple[CoverageMap, Reach | None]:
    """The coverage of some sectors on the scenario's grid, and who is heard where if `hearing` asks for it.

    The lists of `strongest` are filled by the way. InputError for what its model cannot predict.
    """
    from phusong.geodata.raster import mapped
    from phusong.scenarios.inputs import options_of

    try:
        return engine(
            ground,
            sectors,
            grid=inputs.grid,
            options=options_of(scenario),
            where=inputs.asked(inputs.grid),
            hearing=hearing,
            strongest=strongest,
            progress=report,
            **({"allocate": mapped} if _in_files(scenario, inputs.grid) else {}),
        )
    except ValueError as error:  # what a model or the engine refuses at its door is the user's to change
        raise InputError(f"{scenario.name}: radio.model = {scenario.radio.model!r}: {error}") from None


def run_to_folder(
    scenario: Scenario,
    folder: Path,
    *,
    lang: str,
    jobs: int | None = None,
    cluster: str | None = None,
    stages: Stages,
) -> RunResult:
    """Runs every year of a scenario and writes its folder, whole or not at all; the last year's answer."""
    check_target(folder)
    with workers(jobs, cluster) as engine:
        results = [run(asked, stages=stages, engine=engine) for asked in years_of(scenario)]
    from phusong.scenarios.outputs import write_outputs

    with whole_folder(folder) as partial, stages.stage("write", "Ghi kết quả · writing"):
        parameters = _parameters(scenario, lang, jobs, stages)
        write_outputs(results, partial, lang=lang, parameters=parameters, tiles=scenario.tiles.online())
    return results[-1]


def check_memory(scenario: Scenario, grid: Grid) -> None:
    """InputError where the run would not fit into the memory, or its layers' files on the disk, that is free now.

    Layers that lie in files are predicted strip by strip and then gone through one by one.
    """
    cells, layers = grid.rows * grid.cols, _layers(scenario)
    needed = cells * layers * (BYTES_PER_CELL_OF_LAYER + BYTES_PER_CELL_AT_WORK)
    if _in_files(scenario, grid):
        from phusong.coverage.strips import CELLS_AT_A_TIME

        at_once = max(cells, min(cells, CELLS_AT_A_TIME) * layers)
        shared = cells * len(scenario.roaming) * len(scenario.technologies)
        needed = at_once * BYTES_PER_CELL_AT_WORK + shared * BYTES_PER_CELL_OF_LAYER
        folder = tempfile.gettempdir()
        _check_room(
            scenario,
            cells * layers * BYTES_PER_CELL_OF_LAYER,
            shutil.disk_usage(folder).free,
            f"room in {folder}",
        )
    free = _free_memory()
    if free is not None:
        _check_room(scenario, needed, free, "memory")


def _check_room(scenario: Scenario, needed: int, free: int, what: str) -> None:
    if needed > free:
        raise InputError(
            f"resolution_m = {scenario.resolution_m:g} needs about {needed / 1e9:.1f} GB of {what} and "
            f"{free / 1e9:.1f} GB are free; give a larger --resolution"
        )


def _layers(scenario: Scenario) -> int:
    return len(scenario.technologies) * (len(scenario.operators) + 1)


def _in_files(scenario: Scenario, grid: Grid) -> bool:
    """True where the layers are too large to lie in memory."""
    return grid.rows * grid.cols * _layers(scenario) * BYTES_PER_CELL_OF_LAYER > IN_MEMORY_BYTES


def _free_memory() -> int | None:
    """Bytes that a new program could use, None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def inputs_sha256(scenario: Scenario) -> dict[str, str]:
    """A fingerprint of every input that a scenario reads, by name."""
    prints = {}
    if scenario.data == "reference":
        from phusong.geodata.reference.cache import fingerprint

        prints["reference"] = fingerprint()
    else:
        folder = Path(scenario.data)
        for path in (folder / "project.toml", folder / "project.gpkg", *sorted(folder.glob("rasters/*.*"))):
            if path.is_file():
                prints[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    shapes = [*scenario.sites.off_inside, *(shape for cut in scenario.cuts for shape in cut.off_inside)]
    files = [
        scenario.sites.add_table,
        scenario.fixed.table,
        scenario.loudspeakers.table,
        scenario.quality.file,
        scenario.radio.calibration,
        scenario.plan.own,
        scenario.plan.points,
    ]
    for table in dict.fromkeys([*files, *(shape.file for shape in shapes)]):
        if table:
            prints[table] = hashlib.sha256(Path(table).read_bytes()).hexdigest()
    return prints


def _parameters(scenario: Scenario, lang: str, jobs: int | None, stages: Stages) -> dict[str, Any]:
    return {
        "scenario": scenario.model_dump(mode="json"),
        "lang": lang,
        "jobs": jobs,
        "seed": scenario.seed,
        "inputs_sha256": inputs_sha256(scenario),
        "seconds": dict(stages.seconds),
    }
