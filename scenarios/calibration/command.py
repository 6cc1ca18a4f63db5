"""The command `phusong calibrate`; what it needs is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from phusong.scenarios.calibration.answer import Answer


def calibrate_command(
    scenario: Annotated[
        str, typer.Argument(help="Tên kịch bản có sẵn hoặc tệp .toml · a shipped scenario or a .toml file")
    ],
    measurements: Annotated[
        Path, typer.Argument(help="Tệp đo: lat, lon, time, operator, cell, RSRP · a file of measurements")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Thư mục kết quả · folder; default runs/calibration-<name>")
    ] = None,
    example: Annotated[
        bool,
        typer.Option("--example", help="Ghi tệp đo GIẢ LẬP để thử · write a SYNTHETIC file to try it with"),
    ] = False,
) -> None:
    """Hiệu chỉnh mô hình theo đo kiểm · calibrate the model on measurements."""
    from phusong.geodata.errors import InputError
    from phusong.scenarios.folder import check_target, whole_folder
    from phusong.scenarios.scenario_file import load_scenario

    asked = load_scenario(scenario)
    if example:
        if measurements.exists():
            raise InputError(f"{measurements}: tệp đã có · the file is there already; give another name")
        from phusong.scenarios.calibration.example import write_example

        rows = write_example(asked, measurements)
        typer.echo(f"{measurements}: {rows} dòng đo GIẢ LẬP · SYNTHETIC rows")
        return
    folder = out or Path("runs") / f"calibration-{asked.name}"
    check_target(folder, mark="calibration.json")
    from phusong.scenarios.calibration.answer import calibration_of
    from phusong.scenarios.calibration.outputs import write_answer

    answer = calibration_of(asked, measurements)
    with whole_folder(folder) as partial:
        write_answer(answer, partial)
    _tell(answer, folder)


def _tell(answer: Answer, folder: Path) -> None:
    """The calibration's headline on the terminal."""
    from phusong.scenarios.calibration.outputs import named, sector_table

    found, given = answer.found, answer.measurements
    typer.echo(
        f"{given.source} ({given.layout}): {len(given.table)}/{given.rows_read} dòng dùng được · rows used, "
        f"{int(found.used.sum())} ô · squares, {len(found.cells)} cell, {found.blocks} khối · blocks "
        f"({found.block_m:g} m)"
    )
    for line in (*(one.line() for one in given.dropped), *given.notes, *found.held):
        typer.echo(f"  {line}")
    if found.weak:
        typer.echo(
            f"  {found.weak} ô dự báo quá yếu, máy không ghi đủ · squares too weak for phones to report them all"
        )
    typer.echo(f"  {found.outliers} ô lệch hẳn, bị bỏ · outlying squares, left out")
    for one in found.coefficients:
        typer.echo(f"  {named(answer, one.name):<18} {one.value:8.2f}  [{one.low:.2f}; {one.high:.2f}] 90 %")
    for row in sector_table(answer).query("suspicious").head(5).to_dict("records"):
        typer.echo(
            f"  {row['sector_id']}: công suất như lệch · power seems off by {row['measured_offset_db']:+.1f} dB"
        )
    typer.echo(
        f"Sai số · error (r.m.s.): {found.before_rms_db:.2f} → {found.after_rms_db:.2f} dB ở khối chưa đo ·"
        f" in blocks left out; trạm chưa ai đo · stations nobody measured: {found.new_stations_rms_db:.2f} dB"
    )
    if found.accepted:
        typer.echo(f"Mô hình đã hiệu chỉnh · calibrated model: {folder / 'calibration.toml'}")
    else:
        typer.echo(f"GIỮ NGUYÊN mô hình · the model is LEFT AS IT IS: {found.why}")
    if answer.synthetic:
        typer.echo(f"Có phần giả lập · partly synthetic: {', '.join(answer.synthetic)}")
