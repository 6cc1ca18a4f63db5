"""The picture of a link: what stands in its way above, what every model says below."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from phusong.scenarios.link.analysis import SYNTHETIC_EN, SYNTHETIC_VI, Link
from phusong.scenarios.wording import number

_GROUND, _CLUTTER, _SIGHT, _ZONE, _EDGE, _BAR, _LEAD = (
    "#b59f7b", "#5d8f52", "#b3261e", "#f2c14e", "#37246b", "#7fb7d6", "#24618e",
)  # fmt: skip


def link_png(link: Link) -> bytes:
    """The picture as PNG, 1800 pixels wide."""
    from matplotlib.figure import Figure

    rows = len(link.answered)
    figure = Figure(figsize=(12.0, 5.9 + 0.34 * rows), dpi=150, layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=(5.0, 0.34 * rows + 0.5))
    figure.suptitle(_title(link), fontsize=13, fontweight="bold")
    _draw_profile(above, link)
    _draw_losses(below, link)
    if link.synthetic:
        figure.supxlabel(f"{SYNTHETIC_VI} · {SYNTHETIC_EN}", fontsize=10, color=_SIGHT)
    buffer = BytesIO()
    # no version or date in the file: the same link gives the same bytes
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _title(link: Link) -> str:
    a, b = link.start, link.end
    return (
        f"Tuyến {a.latitude_deg:.4f}, {a.longitude_deg:.4f} ({a.height_m:g} m) → "
        f"{b.latitude_deg:.4f}, {b.longitude_deg:.4f} ({b.height_m:g} m)\n"
        f"{number(link.profile.length_km, 'vi', digits=2)} km, {link.conditions.frequency_mhz:g} MHz · "
        f"path profile and loss by model"
    )


def _draw_profile(axes: Any, link: Link) -> None:
    d, geometry, profile = link.profile.distance_km, link.geometry, link.profile
    ground = profile.terrain_m + geometry.bulge_m
    floor = float(ground.min()) - 0.08 * float(np.ptp(np.append(geometry.line_m, geometry.surface_m)) + 10)
    axes.fill_between(d, floor, ground, color=_GROUND, label="Địa hình · terrain", linewidth=0)
    axes.fill_between(
        d, ground, geometry.surface_m, color=_CLUTTER, label="Lớp phủ · clutter", linewidth=0, step=None
    )
    axes.fill_between(
        d,
        geometry.line_m - geometry.fresnel_m,
        geometry.line_m + geometry.fresnel_m,
        color=_ZONE,
        alpha=0.3,
        linewidth=0,
        label="Vùng Fresnel thứ nhất · first Fresnel zone",
    )
    axes.plot(d, geometry.line_m - 0.6 * geometry.fresnel_m, color=_ZONE, linewidth=0.9, linestyle="--",
              label="60 % vùng Fresnel · 60 % of it")  # fmt: skip
    axes.plot(d, geometry.line_m, color=_SIGHT, linewidth=1.4, label="Đường thẳng nối anten · line of sight")
    k = number(geometry.earth_radius_factor, "vi", digits=2)
    axes.plot(d, geometry.bulge_m + floor, color="#555555", linewidth=0.9, linestyle=":",
              label=f"Độ cong Trái Đất, k = {k} · earth's bulge")  # fmt: skip
    for x, base, top in (
        (d[0], profile.terrain_m[0], profile.tx_asl_m),
        (d[-1], profile.terrain_m[-1], profile.rx_asl_m),
    ):
        axes.plot([x, x], [base, top], color="black", linewidth=3, solid_capstyle="butt")
    _draw_edges(axes, link)
    axes.set_xlim(0, profile.length_km)
    axes.set_ylim(floor, axes.get_ylim()[1] + 0.05 * (axes.get_ylim()[1] - floor))
    axes.set_xlabel("Khoảng cách, km · distance")
    axes.set_ylabel("Độ cao trên mực nước biển, m\nheight above sea level")
    axes.set_title(_verdict(link), fontsize=10.5, loc="left")
    axes.legend(fontsize=8, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False)
    axes.grid(alpha=0.25)


def _draw_edges(axes: Any, link: Link) -> None:
    worst = sorted(link.geometry.edges, key=lambda edge: -edge.loss_db)[:4]
    if not worst:
        return
    x = [edge.distance_km for edge in worst]
    bulge = np.interp(x, link.profile.distance_km, link.geometry.bulge_m)
    y = [edge.height_m + lift for edge, lift in zip(worst, bulge, strict=True)]
    axes.plot(x, y, "^", color=_EDGE, markersize=8, label="Đỉnh nhiễu xạ · diffraction edges")
    for edge, at, height in zip(worst, x, y, strict=True):
        axes.annotate(
            f"{number(edge.loss_db, 'vi', digits=1)} dB",
            (at, height),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            color=_EDGE,
        )


def _verdict(link: Link) -> str:
    geometry = link.geometry
    times = number(geometry.least_clearance, "vi", digits=2)
    where = number(geometry.least_clearance_km, "vi", digits=2)
    if not geometry.line_of_sight:
        sight = "Bị che khuất · blocked"
    elif geometry.least_clearance < 0.6:
        sight = "Nhìn thấy nhau, vùng Fresnel bị lấn · in sight, Fresnel zone obstructed"
    else:
        sight = "Thông thoáng · clear"
    return f"{sight}: khoảng hở nhỏ nhất · least clearance {times} × F1, km {where}"


def _draw_losses(axes: Any, link: Link) -> None:
    ranked = list(reversed(link.answered))
    losses = [loss.loss_db for _, loss in ranked]
    names = [model.title for model, _ in ranked]
    colours = [_LEAD if model.name == "p1812" else _BAR for model, _ in ranked]
    bars = axes.barh(names, losses, color=colours)
    texts = [
        f"{number(loss.loss_db, 'vi', digits=1)} dB — {model.edition}; "
        f"{model.looks_at_vi} · {model.looks_at_en}"
        for model, loss in ranked
    ]
    axes.bar_label(bars, labels=texts, padding=4, fontsize=8.5)
    low, high = min(losses), max(losses)
    axes.set_xlim(max(0.0, low - 25), high + 1.05 * (high - low + 25))
    axes.set_xlabel("Suy hao truyền sóng cơ bản, dB · basic transmission loss")
    axes.tick_params(axis="y", labelsize=8.5)
    axes.grid(axis="x", alpha=0.25)
    axes.set_axisbelow(True)
