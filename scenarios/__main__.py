"""The `phusong` command. Everything heavy is imported inside the commands, so that --help answers at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.geodata.errors import InputError
from phusong.scenarios.calibration.command import calibrate_command
from phusong.scenarios.data_commands import data, init_command
from phusong.scenarios.link.commands import link_command, pathloss_command
from phusong.scenarios.plan.command import plan_command
from phusong.scenarios.report.command import report_command

if TYPE_CHECKING:
    from phusong.scenarios.result import RunResult

INTERRUPTED = 130  # exit code after Ctrl-C
UsageError: Any = (
    typer.BadParameter.__base__
)  # Click's own; releases of Typer differ in where they keep Click

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(data, name="data")
app.command("init")(init_command)
app.command("calibrate")(calibrate_command)
app.command("link")(link_command)
app.command("pathloss")(pathloss_command)
app.command("plan")(plan_command)
app.command("report")(report_command)


@app.callback()
def phusong(
    context: typer.Context,
    debug: Annotated[
        bool, typer.Option("--debug", help="In cả dấu vết lỗi · show the traceback of a failure")
    ] = False,
) -> None:
    """Phủ sóng: mô phỏng vùng phủ sóng của một tỉnh · model a province's telecom coverage."""
    context.obj = debug


@app.command("run")
def run_command(
    scenario: Annotated[
        str, typer.Argument(help="Tên kịch bản có sẵn hoặc tệp .toml · a shipped scenario or a .toml file")
    ] = "baseline-2024",
    out: Annotated[
        Path | None, typer.Option(help="Thư mục kết quả · the run's folder; default runs/<name>")
    ] = None,
    resolution: Annotated[
        float | None, typer.Option(help="Cạnh ô lưới, mét · side of a cell in metres")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1, help="Số tiến trình, mỗi tiến trình một nhân · worker processes; default: one on all cores"
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(help="Địa chỉ cụm Dask đang chạy · a running Dask cluster, such as tcp://10.0.0.5:8786"),
    ] = None,
    lang: Annotated[str, typer.Option(help="Ngôn ngữ của bản đồ · language of the map: vi, en")] = "vi",
    models: Annotated[
        str, typer.Option(help="Hỏi nhiều mô hình · ask several models, as p1812,itm; the first answers")
    ] = "",
    replay: Annotated[
        Path | None, typer.Option(help="Chạy lại đúng như một run.json · repeat the run of a run.json")
    ] = None,
) -> None:
    """Chạy một kịch bản, ghi bản đồ và bảng · run a scenario, write map and tables."""
    from phusong.scenarios.folder import check_target
    from phusong.scenarios.scenario_file import load_scenario, with_resolution

    if lang not in ("vi", "en"):
        raise InputError(f"--lang {lang}: choose vi or en")
    if replay is not None:
        _replay(replay, out, jobs, cluster)
        return
    asked = load_scenario(scenario)
    if resolution is not None:
        asked = with_resolution(asked, resolution)
    if models:
        from phusong.scenarios.second_opinion import with_models

        asked = with_models(asked, models)
    folder = out or Path("runs") / asked.name
    check_target(folder)
    # heavy: only for those who asked for something that can be done
    from phusong.scenarios.progress import Stages
    from phusong.scenarios.run import run_to_folder

    result = run_to_folder(asked, folder, lang=lang, jobs=jobs, cluster=cluster, stages=Stages())
    _tell(result, folder)


def _tell(result: RunResult, folder: Path) -> None:
    """The run's headline on the terminal."""
    from phusong.scenarios.networks.words import network_sentences

    for layer in result.summary["layers"]:
        typer.echo(
            f"{layer['layer']:>14}: {layer['population_served_share']:7.2%} dân · people, "
            f"{layer['area_served_share']:7.2%} diện tích · area, "
            f"{layer['hamlets_served']}/{result.summary['hamlets_total']} thôn ấp · hamlets"
        )
    for row in result.summary.get("second_opinion", {}).get("layers", ()):
        typer.echo(
            f"{row['layer']:>14}: mọi mô hình có sóng · all models serve {row['all_models_share']:.2%}, "
            f"không · none {row['no_model_share']:.2%}, bất đồng · they disagree {row['split_share']:.2%}"
        )
    for lang in ("vi", "en"):
        for heading, sentences in network_sentences(result.summary, lang):
            typer.echo(f"{heading}: {sentences}")
    for warning in result.summary.get("warnings", ()):
        typer.echo(f"phusong: {warning}", err=True)
    if result.summary["synthetic_inputs"]:
        typer.echo("Dữ liệu mô phỏng một phần, không phải số đo · partly synthetic data, not measurements")
    typer.echo(f"Bản đồ · map: {folder / 'map.html'}")


def _replay(recipe_path: Path, out: Path | None, jobs: int | None, cluster: str | None) -> None:
    """Repeats a run and names what differs from then; exit code 1 where a file does."""
    from phusong.scenarios.outputs import environment
    from phusong.scenarios.progress import Stages
    from phusong.scenarios.replay import differences, hashes, read_recipe
    from phusong.scenarios.run import inputs_sha256, run_to_folder

    recipe = read_recipe(recipe_path)
    folder = out or Path("runs") / f"{recipe.scenario.name}-replay"
    for line in (
        *differences("input", recipe.inputs_sha256, inputs_sha256(recipe.scenario)),
        *differences("version", recipe.environment, environment()),
    ):
        typer.echo(f"phusong: khác trước · differs: {line}", err=True)
    run_to_folder(recipe.scenario, folder, lang=recipe.lang, jobs=jobs, cluster=cluster, stages=Stages())
    changed = differences("file", recipe.outputs_sha256, hashes(folder))
    for line in changed:
        typer.echo(f"phusong: khác trước · differs: {line}", err=True)
    if changed:
        raise typer.Exit(1)
    typer.echo(f"Giống từng byte · the same bytes, {len(recipe.outputs_sha256)} files: {folder}")


@app.command("compare")
def compare_command(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Hai thư mục kết quả trở lên · two run folders or more, first the base"),
    ],
    out: Annotated[Path | None, typer.Option(help="Thư mục so sánh · folder of the comparison")] = None,
    lang: Annotated[str, typer.Option(help="Ngôn ngữ · language: vi, en")] = "vi",
) -> None:
    """So sánh các lần chạy: ai thêm sóng, ai mất · compare runs: who gains, who loses."""
    from phusong.scenarios.compare import compare_all
    from phusong.scenarios.compare_outputs import verdict_lines, write_comparisons
    from phusong.scenarios.folder import check_target, whole_folder
    from phusong.scenarios.stored_run import read_run

    if len(runs) < 2:
        raise InputError("compare needs at least two run folders; make them with `phusong run`")
    stored = [read_run(folder) for folder in runs]
    target = out or Path("runs") / ("compare-" + "-".join(run.scenario.name for run in stored))
    check_target(target, mark="compare.json")
    comparisons = compare_all(stored)
    with whole_folder(target) as folder:
        write_comparisons(comparisons, folder, lang=lang)
    for one in comparisons:
        typer.echo(f"{one.first.scenario.name} → {one.other.scenario.name}")
        for line in verdict_lines(one, lang):
            typer.echo(f"  {line}")
    typer.echo(f"Bản đồ · map: {target}")


@app.command("schema")
def schema_command() -> None:
    """In JSON Schema của tệp kịch bản · print the JSON Schema of scenario files, for editors."""
    import json

    from phusong.scenarios.scenario_file import schema

    typer.echo(json.dumps(schema(), ensure_ascii=False, indent=2))


@app.command("list")
def list_command() -> None:
    """Liệt kê kịch bản có sẵn · list the shipped scenarios."""
    from phusong.scenarios.scenario_file import load_scenario, shipped

    for name in shipped():
        scenario = load_scenario(name)
        typer.echo(f"{name:<18} {scenario.title_vi} · {scenario.title_en}")


def main() -> None:
    """Run the command line; exit 0 done, 2 the user's input is wrong, 1 our fault."""
    try:
        code = app(standalone_mode=False)
    except UsageError as error:
        said = error.format_message().strip()
        if said:  # empty where no command was given: the help, printed already, is the answer
            asked = f" ({error.ctx.command_path} --help)" if error.ctx else ""
            typer.echo(f"phusong: gõ sai lệnh · usage: {said}{asked}", err=True)
        sys.exit(2)
    except InputError as error:
        typer.echo(f"phusong: {error}", err=True)
        sys.exit(2)
    except Exception as error:
        if "--debug" in sys.argv or os.environ.get("PHUSONG_DEBUG"):
            raise
        kind = type(error).__name__
        typer.echo(
            f"phusong: lỗi của chương trình · our fault: {kind}: {error} (run again with --debug)", err=True
        )
        sys.exit(1)
    if code == INTERRUPTED:  # everything is cleaned up: do not take Python down piece by piece
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    sys.exit(code)


if __name__ == "__main__":
    main()
