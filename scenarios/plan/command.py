"""`phusong plan`: where the next stations go, with proof of how good the answer is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.geodata.errors import InputError

if TYPE_CHECKING:
    from phusong.scenarios.plan.keys import Phase
    from phusong.scenarios.plan.make import SitePlan
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
    budget: Annotated[
        float | None, typer.Option(help="Vốn đầu tư, tỉ đồng · investment, billion VND, instead of a number")
    ] = None,
    resolution: Annotated[
        float | None, typer.Option(help="Cạnh ô lưới, mét · side of a cell in metres")
    ] = None,
    design_sectors: Annotated[
        bool | None,
        typer.Option("--design-sectors/--no-design-sectors", help="Hướng, độ cụp anten · azimuths and tilts"),
    ] = None,
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
    from phusong.scenarios.plan.make import make_plan
    from phusong.scenarios.plan.outputs import MARK, write_plan
    from phusong.scenarios.plan.pareto import pareto_table
    from phusong.scenarios.progress import Stages
    from phusong.scenarios.scenario_file import load_scenario, with_resolution

    if lang not in ("vi", "en"):
        raise InputError(f"--lang {lang}: choose vi or en")
    asked = load_scenario(scenario)
    if resolution is not None:
        asked = with_resolution(asked, resolution)
    asked = _asked(asked, sites, target, budget, design_sectors)
    folder = out or Path("runs") / asked.name
    check_target(folder, mark=MARK)
    stages = Stages()
    plan = make_plan(asked, stages=stages)
    table = pareto_table(plan, stages=stages) if pareto and not asked.plan.target_share else None
    with whole_folder(folder) as partial:
        write_plan(plan, partial, lang=lang, pareto=table)
        if map_page:
            from phusong.scenarios.plan.map import write_plan_map

            with stages.stage("map", "Bản đồ · map") as report:
                write_plan_map(plan, partial / "map.html", lang=lang, report=report)
    _tell(plan, folder, lang)


def _asked(
    scenario: Scenario, sites: int | None, target: float | None, budget: float | None, design: bool | None
) -> Scenario:
    """The scenario with what the command line says in place of its own; phases go with another size."""
    if sum(given is not None for given in (sites, target, budget)) > 1:
        raise InputError("--sites, --target and --budget exclude each other; give one")
    if target is not None and not 0 < target <= 1:
        raise InputError(f"--target {target}: give a share above 0 and up to 1")
    if budget is not None and not budget > 0:
        raise InputError(f"--budget {budget}: give billions of VND above 0")
    change: dict[str, object] = {} if design is None else {"design_sectors": design}
    if (sites, target, budget) != (None, None, None):
        change |= {"sites": sites or 0, "target_share": target or 0.0, "budget_vnd": (budget or 0.0) * 1e9}
    if sites is not None and sum(phase.sites for phase in scenario.plan.phases) > sites:
        change["phases"] = _first_phases(scenario, sites)
    return scenario.model_copy(update={"plan": scenario.plan.model_copy(update=change)})


def _first_phases(scenario: Scenario, sites: int) -> tuple[Phase, ...]:
    """The scenario's phases in order until so many sites are built."""
    left, phases = sites, []
    for phase in scenario.plan.phases:
        many = min(left, phase.sites)
        phases.append(phase.model_copy(update={"sites": many}))
        left -= many
    return tuple(phases)


def _tell(plan: SitePlan, folder: Path, lang: str) -> None:
    from phusong.scenarios.wording import number, percent

    proof = plan.proof
    more = plan.next_gain
    typer.echo(
        f"{len(plan.sites)} trạm mới · new stations: {plan.people_before:,.0f} → {plan.claimed_people:,.0f} "
        f"/ {plan.people_total:,.0f} người · people"
    )
    typer.echo(
        f"Chứng minh · proof: {proof.objective:,.0f} ≤ {proof.bound:,.0f}, "
        f"gap {percent(proof.gap, lang, digits=3)} ({proof.status}, seed {proof.seed}, {proof.wall_s:.1f} s)"
    )
    if plan.gap_of_added is not None and plan.weight_before > 0:
        typer.echo(
            f"Phần thêm · of what is added: {proof.objective - plan.weight_before:,.0f} ≤ "
            f"{proof.bound - plan.weight_before:,.0f}, gap {percent(plan.gap_of_added, lang, digits=2)}"
        )
    if len(plan.sites) < plan.scenario.plan.sites:
        typer.echo(
            "Ít hơn số yêu cầu: không còn chỗ hoặc không còn ai để phủ · "
            "fewer than asked: the spacing leaves no room, or nobody more can be served"
        )
    if more is not None:
        typer.echo(f"Trạm tiếp theo thêm · one more station adds: {more:,.0f}")
    if len(points := plan.points):
        typer.echo(
            f"Điểm của bạn · your points: {points['served_before'].sum():,} → {points['served_with_plan'].sum():,} "
            f"/ {len(points):,}"
        )
    if plan.design is not None:
        typer.echo(
            f"Hướng anten · sectors: SINR {plan.design.before_db:.2f} → {plan.design.after_db:.2f} dB, "
            f"{plan.design.people_before:,.0f} → {plan.design.people_after:,.0f} người · people"
        )
    phases = plan.years[plan.years["year"] > 0]
    if len(phases) > 1:
        for year, many, people, share in zip(
            phases["year"], phases["sites"], phases["people_served"], phases["people_share"], strict=True
        ):
            typer.echo(
                f"{year}: {many} trạm · stations, {people:,.0f} người · people ({percent(share, lang)})"
            )
    typer.echo(
        f"Dự báo lại · predicted again: {plan.checked_people:,.0f} người "
        f"(lệch · differs {percent(plan.disagreement, lang, digits=3)})"
    )
    if plan.sure is not None:
        sure = plan.sure
        typer.echo(
            f"Chắc chắn · sure: ngưỡng cao thêm · thresholds raised by {number(sure.margin_db, lang, digits=1)} "
            f"dB; {sure.draws} lần thử · draws: {sure.people:,.0f} người có sóng với xác suất từ · people with "
            f"service at a probability of {percent(sure.probability, lang)} or more"
        )
    if plan.inputs.province.synthetic:
        typer.echo("Dữ liệu mô phỏng một phần, không phải số đo · partly synthetic data, not measurements")
    typer.echo(f"Kết quả · results: {folder}")
