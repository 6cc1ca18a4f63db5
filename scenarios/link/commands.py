"""The commands `phusong pathloss` and `phusong link`; what they need is imported when they run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from phusong.geodata.errors import InputError

Frequency = Annotated[float, typer.Option("--frequency-mhz", "-f", help="Tần số, MHz · frequency")]
Time = Annotated[float, typer.Option(help="Phần trăm thời gian không vượt · % of time not exceeded")]
Location = Annotated[float, typer.Option(help="Phần trăm vị trí không vượt · % of locations not exceeded")]
Environment = Annotated[
    str, typer.Option(help="urban, suburban, open: cho công thức Hata · for closed formulas")
]
Polarization = Annotated[str, typer.Option(help="vertical, horizontal: phân cực · polarization")]


def pathloss_command(
    profile: Annotated[
        Path, typer.Option(help="CSV: distance_km,terrain_m[,clutter_m], từ máy phát · from the transmitter")
    ],
    frequency_mhz: Frequency,
    tx_height_m: Annotated[float, typer.Option(help="Độ cao anten phát, m trên mặt đất · above ground")],
    rx_height_m: Annotated[float, typer.Option(help="Độ cao anten thu, m trên mặt đất · above ground")] = 1.5,
    model: Annotated[str, typer.Option(help="Mô hình · model: p1812, itm, okumura-hata …")] = "p1812",
    time_percent: Time = 50.0,
    location_percent: Location = 50.0,
    environment: Environment = "open",
    polarization: Polarization = "vertical",
    clutter_loss: Annotated[
        str,
        typer.Option(help="Suy hao lớp phủ quanh máy thu · clutter loss: p2108, p2108-statistical"),
    ] = "",
    building: Annotated[
        str, typer.Option(help="Suy hao vào nhà · loss into a building: p2109, tr38901")
    ] = "",
    vegetation: Annotated[str, typer.Option(help="Suy hao qua cây · loss through trees: p833")] = "",
    rain: Annotated[str, typer.Option(help="Suy hao mưa · rain: p530, p838 (từ · from 1 GHz)")] = "",
    gases: Annotated[str, typer.Option(help="Suy hao khí quyển · gases: p676 (từ · from 1 GHz)")] = "",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Tùy chọn KHÓA=GIÁ_TRỊ · option of the model or, as building.kind, of a loss; may be repeated",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json/--table", help="JSON hay bảng chữ · JSON or lines of text")
    ] = True,
) -> None:
    """Suy hao của một mặt cắt, kèm mọi đại lượng trung gian · loss of one profile, intermediates."""
    from phusong.scenarios.link.pathloss import answer, read_profile
    from phusong.scenarios.link.pathloss_options import asked

    losses = {
        "clutter": clutter_loss, "building": building, "vegetation": vegetation, "rain": rain, "gases": gases,
    }  # fmt: skip
    options, extras = asked(model, losses, settings or [])
    path = read_profile(profile, tx_height_m=tx_height_m, rx_height_m=rx_height_m)
    conditions = _conditions(frequency_mhz, polarization, time_percent, location_percent, environment)
    found = answer(model, path, conditions, options=options, extras=extras)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False))
        return
    typer.echo(f"{found['title']} ({found['edition']}): {found['loss_db']:.2f} dB")
    _tell(found["intermediates"])
    for loss in found["extra_losses"]:
        typer.echo(f"{loss['title']} ({loss['edition']}): {loss['loss_db']:.2f} dB")
        _tell(loss["intermediates"])
    if found["extra_losses"]:
        typer.echo(f"Tổng · total: {found['total_loss_db']:.2f} dB")


def _tell(intermediates: Mapping[str, Any]) -> None:
    for key, value in intermediates.items():
        typer.echo(f"  {key:>18}  {value:.6g}" if isinstance(value, float) else f"  {key:>18}  {value}")


def link_command(
    start: Annotated[
        str, typer.Option("--from", help="Máy phát · transmitter: LAT,LON,H (độ, độ, m trên mặt đất)")
    ],
    end: Annotated[str, typer.Option("--to", help="Máy thu · receiver: LAT,LON,H")],
    frequency_mhz: Frequency = 1800.0,
    time_percent: Time = 50.0,
    location_percent: Location = 50.0,
    environment: Environment = "open",
    polarization: Polarization = "vertical",
    out: Annotated[Path, typer.Option(help="Thư mục kết quả · folder for PNG, HTML and JSON")] = Path("link"),
) -> None:
    """Mặt cắt một tuyến, suy hao theo từng mô hình · one link: profile, Fresnel zone, losses."""
    from phusong.coverage.models import Conditions
    from phusong.geodata import reference
    from phusong.scenarios.folder import check_target, whole_folder
    from phusong.scenarios.link.analysis import SYNTHETIC_EN, SYNTHETIC_VI, End, analyse, link_json
    from phusong.scenarios.link.page import link_html
    from phusong.scenarios.link.picture import link_png

    ends = End.parse(start, "--from"), End.parse(end, "--to")
    try:
        conditions = Conditions(
            **_conditions(frequency_mhz, polarization, time_percent, location_percent, environment)
        )
    except ValueError as error:
        raise InputError(str(error)) from None
    check_target(out, mark="link.json")
    link = analyse(reference.load(), *ends, conditions)
    png = link_png(link)
    with whole_folder(out) as folder:
        (folder / "link.png").write_bytes(png)
        (folder / "link.html").write_text(link_html(link, png), "utf-8")
        (folder / "link.json").write_text(
            json.dumps(link_json(link), ensure_ascii=False, indent=1, allow_nan=False), "utf-8"
        )
    for model, loss in link.answered:
        typer.echo(f"{loss.loss_db:8.2f} dB  {model.title} ({model.edition})")
    if link.synthetic:
        typer.echo(f"{SYNTHETIC_VI} · {SYNTHETIC_EN}")
    typer.echo(f"Kết quả · results: {out / 'link.html'}")


def _conditions(
    frequency_mhz: float, polarization: str, time_percent: float, location_percent: float, environment: str
) -> dict[str, Any]:
    return {
        "frequency_mhz": frequency_mhz,
        "polarization": polarization,
        "time_percent": time_percent,
        "location_percent": location_percent,
        "environment": environment,
    }
