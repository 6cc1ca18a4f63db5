"""`phusong init` and `phusong data …`: a planner's own lists into a checked project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.geodata.errors import InputError

if TYPE_CHECKING:
    from phusong.geodata.project import ImportReport, Project

data = typer.Typer(no_args_is_help=True, help="Dữ liệu của bạn: nhập, kiểm tra, tải, xuất · your own data")

_Folder = Annotated[
    Path, typer.Option("--project", help="Thư mục dự án · the project's folder", show_default=True)
]
_SHOWN = 40  # findings on the terminal; all of them go into the files


def init_command(
    folder: Annotated[Path, typer.Argument(help="Thư mục mới · the new folder")],
    name: Annotated[str, typer.Option(help="Tên tỉnh · the province's name")] = "Bình Phước",
    base: Annotated[
        str,
        typer.Option(help="binh-phuoc: dùng danh sách chính thức có sẵn; none: tỉnh khác · another province"),
    ] = "binh-phuoc",
    crs: Annotated[str, typer.Option(help="Hệ toạ độ mét để tính · system in metres")] = "EPSG:9212",
) -> None:
    """Tạo thư mục dự án với bảng Excel mẫu · make a project folder with Excel templates."""
    from phusong.geodata.templates import init

    if base not in ("binh-phuoc", "none"):
        raise InputError(f"--base {base}: binh-phuoc hoặc · or none")
    written = init(folder, name=name, base="" if base == "none" else base, crs=crs)
    for path in written:
        typer.echo(f"  {path}")
    typer.echo(
        f"Điền bảng trong {folder / 'templates'}, rồi: phusong data import TỆP --as BẢNG --project {folder}"
        "\nFill in the templates, then import them."
    )


@data.command("import")
def import_command(
    files: Annotated[list[Path], typer.Argument(help="Tệp xlsx, xls, csv, gpkg, shp, zip, geojson, kml, …")],
    table: Annotated[
        str,
        typer.Option(
            "--as",
            help="hamlets, stations, sectors, zones, fixed_broadband, loudspeakers, border_posts, cells,"
            " boundaries (communes, units_2025, districts, province), terrain, landcover, population",
        ),
    ],
    project: _Folder = Path(),
    crs: Annotated[str, typer.Option(help="Hệ toạ độ nếu đã biết, như EPSG:9212 · if known")] = "",
    sheet: Annotated[str | None, typer.Option(help="Trang tính hoặc lớp · sheet or layer")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Tệp ánh xạ cột · column mapping file")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Nhận cột phỏng đoán · accept guessed columns")] = False,
    classes: Annotated[
        Path | None, typer.Option(help="Bảng lớp phủ TOML · land-cover class table (landcover)")
    ] = None,
) -> None:
    """Nhập tệp vào dự án · import files into the project."""
    from phusong.geodata.crs import from_text
    from phusong.geodata.project import import_file, open_project

    opened = open_project(project)
    if table in ("terrain", "landcover", "population"):
        _import_rasters(opened, files, table, classes)
        return
    if table in ("boundaries", "communes", "units_2025", "districts", "province"):
        for file in files:
            _import_boundaries(opened, file, None if table == "boundaries" else table)
        return
    stated = ""
    if crs:
        stated = from_text(crs) or ""
        if not stated:
            raise InputError(
                f"--crs {crs}: không hiểu, gõ như EPSG:9212 · not understood, type it like EPSG:9212"
            )
    for file in files:
        if table == "cells":
            from phusong.geodata.cell_dumps import import_cells

            reports = import_cells(opened, file, crs=stated, accept_guesses=yes)
        else:
            reports = [
                import_file(
                    opened, file, table, crs=stated, sheet=sheet, mapping_file=mapping, accept_guesses=yes
                )
            ]
        for report in reports:
            _tell_import(report)


def _tell_import(report: ImportReport) -> None:
    from phusong.geodata.check_report import headline
    from phusong.geodata.schema import TABLES

    typer.echo(
        f"{report.source} → {TABLES[report.table].vi}: {report.rows_kept}/{report.rows_read} dòng · rows"
    )
    if report.crs:
        typer.echo(f"  Toạ độ · coordinates: {report.crs}")
    for key, header in report.columns.items():
        guess = "  (phỏng đoán · guess)" if key in report.unsure else ""
        typer.echo(f"  {key:<24} ← {header}{guess}")
    typer.echo(f"  Ánh xạ · mapping: {report.mapping}")
    _tell_problems(report.problems)
    typer.echo(f"  {headline(report.problems)}")


def _tell_problems(problems: object) -> None:
    from phusong.geodata.problems import SEVERITIES

    found = sorted(problems, key=lambda p: SEVERITIES.index(p.severity))  # type: ignore[call-overload]
    for problem in found[:_SHOWN]:
        typer.echo(f"  {problem.line()}")
    if len(found) > _SHOWN:
        typer.echo(f"  … và {len(found) - _SHOWN} mục nữa, xem báo cáo · and more, see the report")


def _import_boundaries(project: Project, file: Path, level: str | None) -> None:
    from datetime import UTC, datetime

    from phusong.geodata import store
    from phusong.geodata.boundaries import read_boundaries

    found, table, problems = read_boundaries(file, level=level, official=project.official(), crs=project.crs)
    origin = store.Origin(
        found, file.name, store.sha256_of(file), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), len(table),
        "EPSG:4326", "{}",
    )  # fmt: skip
    store.put(project.store, found, table, origin, problems)
    typer.echo(f"{file.name} → {found}: {len(table)} ranh giới · boundaries")
    _tell_problems(problems)


def _import_rasters(project: Project, files: list[Path], kind: str, classes: Path | None) -> None:
    from phusong.geodata import rasters
    from phusong.geodata.assemble import grids
    from phusong.geodata.atomic import write_text

    terrain, population, outline, clutter_classes = grids(project)
    if kind == "terrain":
        raster, report = rasters.import_terrain(files, terrain, needed=outline)
    elif kind == "landcover":
        raster, report, kinds = rasters.import_landcover(files, terrain, clutter_classes, table=classes)
        write_text(project.folder / "rasters" / "clutter_classes.csv", kinds.to_csv(index=False))
    else:
        raster, report = rasters.import_population(files, population)
    rasters.write_raster(raster, project.folder / "rasters" / f"{kind}.tif")
    typer.echo(report.line())


@data.command("check")
def check_command(
    project: _Folder = Path(),
    out: Annotated[
        Path | None, typer.Option(help="Thư mục báo cáo · folder of the report; default PROJECT/check")
    ] = None,
) -> None:
    """Tìm mọi chỗ sai, ghi báo cáo HTML và XLSX; mã 2 nếu còn lỗi · find all that is wrong."""
    from phusong.geodata.check_report import headline, write_html, write_xlsx
    from phusong.geodata.checks import check, errors
    from phusong.geodata.project import open_project

    opened = open_project(project)
    found = check(opened)
    folder = out or project / "check"
    write_html(found, folder / "check.html", title=f"Kiểm tra dữ liệu: {opened.name} · data check")
    write_xlsx(found, folder / "check.xlsx")
    _tell_problems(found)
    typer.echo(headline(found))
    typer.echo(f"Báo cáo · report: {folder / 'check.html'}, {folder / 'check.xlsx'}")
    if errors(found):
        raise typer.Exit(2)


@data.command("list")
def list_command(project: _Folder = Path()) -> None:
    """Liệt kê các lớp và nguồn gốc · list the layers and where they came from."""
    from phusong.geodata import store
    from phusong.geodata.project import open_project

    opened = open_project(project)
    for origin in store.origins(opened.store):
        typer.echo(
            f"{origin.layer:<16} {origin.rows:>7} dòng · rows  {origin.source_file}  {origin.imported_at}"
            f"  sha256 {origin.sha256[:12]}  {origin.crs}"
        )
    for path in sorted((opened.folder / "rasters").glob("*.tif")):
        typer.echo(f"{path.stem:<16} raster  {path}")


@data.command("fetch")
def fetch_command(
    kind: Annotated[str, typer.Argument(help="terrain, landcover, population, boundaries")],
    project: _Folder = Path(),
    bbox: Annotated[str, typer.Option(help="TÂY,NAM,ĐÔNG,BẮC theo độ · in degrees")] = "",
    province: Annotated[
        str, typer.Option(help="Tên tỉnh, cũ hay mới, hoặc mã · a province's name, old or new, or its code")
    ] = "",
    url: Annotated[str, typer.Option(help="Địa chỉ khác · another address")] = "",
    sha256: Annotated[str, typer.Option(help="Mã kiểm tra mong đợi · the expected checksum")] = "",
) -> None:
    """Tải dữ liệu công khai, tiếp tục được khi đứt mạng · fetch public data, resumable."""
    import dataclasses

    from phusong.geodata import download
    from phusong.geodata.project import open_project

    known = download.datasets()
    if kind not in known:
        raise InputError(f"{kind}: chọn · choose {', '.join(known)}")
    dataset = known[kind]
    if url:
        dataset = dataclasses.replace(dataset, url=url, tile_deg=0)
    if bbox and province:
        raise InputError("--bbox và --province: chỉ cho một · give one of them only")
    urls = download.urls_for(dataset, _bbox(bbox, province, project))
    typer.echo(f"{dataset.title}: {len(urls)} tệp · files, ~{len(urls) * dataset.size_mb:.0f} MB")
    typer.echo(f"Giấy phép · licence: {dataset.licence}")
    folder = open_project(project).folder / "downloads"
    missing = 0
    for address in urls:
        try:
            fetched = download.fetch(address, folder / address.rsplit("/", 1)[-1], sha256=sha256 or None)
        except download.NoSuchFileError:
            missing += 1  # a tile wholly in the sea is not published
            if missing == len(urls):
                raise
            typer.echo(
                f"  {address.rsplit('/', 1)[-1]}  nguồn không có, thường là biển · not published; sea?"
            )
            continue
        how = "đã có · cached" if fetched.from_cache else f"{fetched.size / 1e6:.1f} MB"
        agreed = (
            f"khớp {fetched.agreed} · agrees" if fetched.agreed else "nguồn không công bố mã · none stated"
        )
        typer.echo(f"  {fetched.path}  {how}  sha256 {fetched.sha256}  ({agreed})")
    typer.echo(f"Tiếp theo · next: phusong data import {folder}/… --as {kind} --project {project}")


def _bbox(text: str, province: str, project: Path) -> tuple[float, float, float, float]:
    if text:
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            raise InputError(f"--bbox {text}: cần TÂY,NAM,ĐÔNG,BẮC · needs WEST,SOUTH,EAST,NORTH") from None
        return west, south, east, north
    if province:
        from phusong.geodata.provinces import bounds_of

        name, (west, south, east, north) = bounds_of(province)
        typer.echo(f"{name}: {west:g}, {south:g}, {east:g}, {north:g}")
        return west, south, east, north
    from phusong.geodata.project import open_project

    area = open_project(project).area()
    if area is None:
        raise InputError(
            "hãy cho --province hoặc --bbox: dự án chưa có ranh giới"
            " · give --province or --bbox: the project has no boundary"
        )
    west, south, east, north = area.bounds
    return west - 0.1, south - 0.1, east + 0.1, north + 0.1


@data.command("export")
def export_command(
    target: Annotated[str, typer.Argument(help="postgresql://người:mật_khẩu@máy/csdl · database address")],
    project: _Folder = Path(),
    schema: Annotated[str, typer.Option(help="Schema trong CSDL · schema in the database")] = "phusong",
    replace: Annotated[bool, typer.Option("--replace", help="Ghi đè bảng cũ · replace tables")] = False,
) -> None:
    """Xuất các lớp sang PostGIS · export the layers to PostGIS."""
    from phusong.geodata.postgis import export
    from phusong.geodata.project import open_project

    for table, rows in export(open_project(project).store, target, schema=schema, replace=replace).items():
        typer.echo(f"{schema}.{table}: {rows} dòng · rows")
