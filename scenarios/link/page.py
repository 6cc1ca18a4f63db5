"""A link as one HTML page that needs no network: picture, verdict, edges, losses, intermediates."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from phusong.scenarios.link.analysis import SYNTHETIC_EN, SYNTHETIC_VI, Link
from phusong.scenarios.link.pathloss import plain
from phusong.scenarios.wording import number

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:76rem;margin:1.5rem auto;padding:0 1rem;color:#1b1b1b}
img{max-width:100%;height:auto}table{border-collapse:collapse;margin:.5rem 0 1.5rem}
th,td{border-bottom:1px solid #ccc;padding:.25rem .75rem .25rem 0;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}small,.en{color:#555}
.notice{border-left:.4rem solid #b3261e;padding:.4rem .8rem;background:#fbeae9}
details{margin:.3rem 0}summary{cursor:pointer}
"""


def link_html(link: Link, png: bytes) -> str:
    """The page; `png` is the link's picture."""
    parts = [
        "<!doctype html><html lang=vi><head><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width,initial-scale=1'>",
        f"<title>Tuyến truyền sóng · radio link</title><style>{_STYLE}</style></head><body>",
        "<h1>Mặt cắt và suy hao một tuyến <span class=en>· path profile and loss</span></h1>",
    ]
    if link.synthetic:
        parts.append(f"<p class=notice>{SYNTHETIC_VI}. <span class=en>{SYNTHETIC_EN}.</span></p>")
    parts += [_facts(link), f"<img alt='{_alt(link)}' src='data:image/png;base64,{b64encode(png).decode()}'>"]
    parts += [_losses(link), _edges(link), _intermediates(link), "</body></html>"]
    return "\n".join(parts)


def _alt(link: Link) -> str:
    return f"Mặt cắt địa hình dài {number(link.profile.length_km, 'vi', digits=2)} km · terrain profile"


def _facts(link: Link) -> str:
    a, b, asked, seen = link.start, link.end, link.conditions, link.geometry
    sight = "có · yes" if seen.line_of_sight else "không · no"
    length = number(link.profile.length_km, "vi", digits=3)
    percentages = (
        f"{asked.time_percent:g} % thời gian · of time, {asked.location_percent:g} % vị trí · of locations"
    )
    rows = (
        ("Từ · from", f"{a.latitude_deg:.5f}, {a.longitude_deg:.5f}; anten {a.height_m:g} m"),
        ("Đến · to", f"{b.latitude_deg:.5f}, {b.longitude_deg:.5f}; anten {b.height_m:g} m"),
        ("Dài, phương vị · length, azimuth", f"{length} km, {number(link.azimuth_deg, 'vi', digits=1)}°"),
        (
            "Điều kiện · conditions",
            f"{asked.frequency_mhz:g} MHz, {percentages}, {asked.environment}, {asked.polarization}",
        ),
        ("Nhìn thấy nhau · line of sight", sight),
        (
            "Khoảng hở nhỏ nhất · least clearance",
            (
                f"{number(seen.least_clearance, 'vi', digits=2)} × F1, "
                f"km {number(seen.least_clearance_km, 'vi', digits=2)}"
            ),
        ),
        ("Hệ số bán kính Trái Đất k", number(seen.earth_radius_factor, "vi", digits=3)),
    )
    body = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{body}</table>"


def _losses(link: Link) -> str:
    rows = [
        f"<tr><td>{escape(model.title)}</td><td>{escape(model.edition)}</td>"
        f"<td class=n>{number(loss.loss_db, 'vi', digits=2)}</td>"
        f"<td>{model.looks_at_vi} <span class=en>· {model.looks_at_en}</span></td></tr>"
        for model, loss in link.answered
    ]
    rows += [
        f"<tr><td>{escape(model.title)}</td><td>{escape(model.edition)}</td><td class=n>–</td>"
        f"<td><small>không áp dụng · not applicable: {escape(reason)}</small></td></tr>"
        for model, reason in link.refused
    ]
    # free space is a floor, and an unfitted SPM no prediction: neither tells how far models disagree
    spread = [loss.loss_db for model, loss in link.answered if model.name not in ("free-space", "spm")]
    between = number(max(spread, default=0.0) - min(spread, default=0.0), "vi", digits=1)
    return (
        "<h2>Suy hao theo từng mô hình <span class=en>· loss by model</span></h2>"
        f"<p>Các mô hình lệch nhau đến {between} dB: luôn ghi tên mô hình bên con số. <span class=en>"
        f"The models differ by up to {between} dB: name the model beside the number.</span></p>"
        "<table><tr><th>Mô hình · model</th><th>Ấn bản · edition</th><th class=n>dB</th>"
        f"<th>Dựa trên · looks at</th></tr>{''.join(rows)}</table>"
    )


def _edges(link: Link) -> str:
    heading = "<h2>Đỉnh nhiễu xạ <span class=en>· diffraction edges</span></h2>"
    if not link.geometry.edges:
        return f"{heading}<p>Không có. <span class=en>None.</span></p>"
    rows = "".join(
        f"<tr><td class=n>{number(edge.distance_km, 'vi', digits=3)}</td>"
        f"<td class=n>{number(edge.height_m, 'vi', digits=1)}</td>"
        f"<td class=n>{number(edge.above_line_m, 'vi', digits=1)}</td>"
        f"<td class=n>{number(edge.nu, 'vi', digits=3)}</td>"
        f"<td class=n>{number(edge.loss_db, 'vi', digits=2)}</td>"
        f"<td>{'lớp phủ · clutter' if edge.is_clutter else 'địa hình · terrain'}</td></tr>"
        for edge in link.geometry.edges
    )
    return (
        f"{heading}<table><tr><th class=n>km</th><th class=n>m</th><th class=n>cao hơn · above, m</th>"
        f"<th class=n>ν</th><th class=n>J(ν), dB</th><th></th></tr>{rows}</table>"
    )


def _intermediates(link: Link) -> str:
    parts = ["<h2>Đại lượng trung gian <span class=en>· intermediate quantities</span></h2>"]
    for model, loss in link.answered:
        rows = "".join(
            f"<tr><td>{escape(key)}</td><td class=n>{escape(_shown(value))}</td></tr>"
            for key, value in loss.intermediates.items()
        )
        parts.append(f"<details><summary>{escape(model.title)}</summary><table>{rows}</table></details>")
    return "".join(parts)


def _shown(value: object) -> str:
    value = plain(value)
    if isinstance(value, bool):
        return "có · yes" if value else "không · no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value) or "–"
    return "–" if value is None else str(value)
