"""`phusong report`: the report and the workbook of a stored run written again, in either language, and as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report_command(
    run: Annotated[Path, typer.Argument(help="Thư mục kết quả · a run's folder")],
    pdf: Annotated[bool, typer.Option("--pdf", help="In thêm ra PDF · print it as PDF too")] = False,
    lang: Annotated[str | None, typer.Option(help="Ngôn ngữ · language: vi, en")] = None,
) -> None:
    """Viết lại báo cáo, bảng tính từ kết quả đã lưu · write a stored run's report and workbook again."""
    from phusong.geodata.errors import InputError
    from phusong.scenarios.inputs import load_inputs
    from phusong.scenarios.maps import LANGUAGES
    from phusong.scenarios.phases import years_of
    from phusong.scenarios.report.page import write_report
    from phusong.scenarios.report.pdf import print_pdf
    from phusong.scenarios.report.xlsx import write_workbook
    from phusong.scenarios.stored_run import read_run

    stored = read_run(run)
    own = str(stored.parameters.get("lang", "vi"))
    chosen = lang or own
    if chosen not in LANGUAGES:
        raise InputError(f"--lang must be one of {', '.join(LANGUAGES)}, not {chosen}")
    result = stored.whole_result(load_inputs(years_of(stored.scenario)[-1]))
    name = "report" if chosen == own else f"report-{chosen}"
    page = run / f"{name}.html"
    write_report(result, page, lang=chosen)
    write_workbook(result, run / f"{name}.xlsx", lang=chosen)
    typer.echo(f"Báo cáo · report: {page}")
    if pdf:
        print_pdf(page, run / f"{name}.pdf")
        typer.echo(f"PDF: {run / f'{name}.pdf'}")
