"""`phusong plan`: where the next stations go, with proof of how good the answer is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.geodata.errors import InputError

if TYPE_CHECKING:
    from phusong.scenarios.plan import SitePlan
    from phusong.scenarios.progress import Stages
    from phusong.scenarios.scenario import Scenario


def plan_command(
    scenario: Annotated[
        str, typer.Argument(help="Tên kịch bản có sẵn hoặc tệp .toml · a shipped scenario or a .toml file")
    ] = "plan-5g-250",
    sites: Annotated[int | None, typer.Option(min=1, help="Số trạm mới · how many new stations")] = None,
    target: Annotated[
        float | None, typer.Option(help="Tỉ lệ dân cần phủ, 0–1 · share to reach with the fewest stations")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Thư mục kết quả · folder; default runs/<name>")] = None,
    map_page: Annotated[
        bool,
        typer.Option("--map/--no-map", help="Vẽ bản đồ trước/sau, từng pha · before/after and phase maps"),
    ] = True,
    pareto: Annotated[
        bool, typer.Option("--pareto/--no-pareto", help="Đường người–chi phí · people against cost")
    ] = True,
    lang: Annotated[str, typer.Option(help="Ngôn ngữ · language: vi, en")] = "vi",
) -> None:
    """Chọn vị trí trạm mới, kèm chứng minh · choose new sites, with a proof of how good they are."""
    from phusong.scenarios.folder import check_target, whole_folder
    from phusong.scenarios.plan import make_plan
    from phusong.scenarios.plan_outputs import MARK, write_plan
    from phusong.scenarios.plan_pareto import pareto_table
    from phusong.scenarios.progress import Stages
    from phusong.scenarios.scenario_file import load_scenario

    if lang not in ("vi", "en"):
        raise InputError(f"--lang {lang}: choose vi or en")
    asked = _asked(load_scenario(scenario), sites, target)
    folder = out or Path("runs") / asked.name
    check_target(folder, mark=MARK)
    stages = Stages()
    plan = make_plan(asked, stages=stages)
    table = pareto_table(plan, stages=stages) if pareto and asked.plan.sites else None
    with whole_folder(folder) as partial:
        write_plan(plan, partial, lang=lang, pareto=table)
        if map_page:
            _write_maps(plan, partial, lang=lang, stages=stages)
    _tell(plan, folder, lang)


def _asked(scenario: Scenario, sites: int | None, target: float | None) -> Scenario:
    if sites is not None and target is not None:
        raise InputError("--sites and --target exclude each other; give one")
    change: dict[str, object] = {}
    if sites is not None:
        change = {"sites": sites, "target_share": 0.0}
    elif target is not None:
        if not 0 < target <= 1:
            raise InputError(f"--target {target}: give a share above 0 and up to 1")
        change = {"sites": 0, "target_share": target}
    return scenario.model_copy(update={"plan": scenario.plan.model_copy(update=change)})


def _write_maps(plan: SitePlan, folder: Path, *, lang: str, stages: Stages) -> None:
    """map.html: before | after, or a slider over the phases' years; each is a run of its own."""
    from phusong.scenarios.maps import write_comparison, write_map, write_years
    from phusong.scenarios.phases import years_of
    from phusong.scenarios.plan import with_plan
    from phusong.scenarios.run import run

    quick = {"explain_gaps": False, "outages": False}
    years = sorted({phase.year for phase in plan.scenario.plan.phases})
    after = with_plan(plan.scenario, plan, years).model_copy(update=quick)
    results = [run(one, stages=stages) for one in years_of(after)]
    path = folder / "map.html"
    if len(results) > 1:
        write_years(results, path, lang=lang)
    elif any(s.carrier.technology == plan.scenario.plan.technology for s in plan.inputs.sectors):
        before = run(plan.scenario.model_copy(update={**quick, "years": ()}), stages=stages)
        write_comparison(before, results[0], path, lang=lang)
    else:
        write_map(results[0], path, lang=lang)


def _tell(plan: SitePlan, folder: Path, lang: str) -> None:
    from phusong.scenarios.plan_outputs import next_gain
    from phusong.scenarios.wording import percent

    proof = plan.proof
    more = next_gain(plan)
    typer.echo(
        f"{len(plan.sites)} trạm mới · new stations: {plan.people_before:,.0f} → {plan.claimed_people:,.0f} "
        f"/ {plan.people_total:,.0f} người · people"
    )
    typer.echo(
        f"Chứng minh · proof: {proof.objective:,.0f} ≤ {proof.bound:,.0f}, "
        f"gap {percent(proof.gap, lang, digits=3)} ({proof.status}, seed {proof.seed}, {proof.wall_s:.1f} s)"
    )
    if len(plan.sites) < plan.scenario.plan.sites:
        typer.echo(
            "Ít hơn số yêu cầu: không còn chỗ hoặc không còn ai để phủ · "
            "fewer than asked: the spacing leaves no room, or nobody more can be served"
        )
    if more is not None:
        typer.echo(f"Trạm tiếp theo thêm · one more station adds: {more:,.0f}")
    typer.echo(
        f"Dự báo lại · predicted again: {plan.predicted_people:,.0f} người "
        f"(lệch · differs {percent(plan.disagreement, lang, digits=3)})"
    )
    if plan.inputs.province.synthetic:
        typer.echo("Dữ liệu mô phỏng một phần, không phải số đo · partly synthetic data, not measurements")
    typer.echo(f"Kết quả · results: {folder}")
