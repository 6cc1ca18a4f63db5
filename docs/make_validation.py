"""Writes docs/validation.md and docs/validation.png: every model beside other people's numbers.

    python docs/make_validation.py

reads the reference sets in tests/published and in the folder that PHUSONG_ORACLES names (or
../shared/oracles), runs the models, and fails where a difference is larger than the reference's precision.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent / "tests" / "published"))

import hata_vectors  # noqa: E402
import itm_vectors  # noqa: E402
import itu_vectors  # noqa: E402
import p1812_vectors  # noqa: E402
import part_vectors  # noqa: E402
from comparison import Comparison  # noqa: E402

from phusong.coverage.model_options import EXTRA_OPTIONS, OPTIONS  # noqa: E402
from phusong.coverage.models import MODELS  # noqa: E402

INTRODUCTION = """# Đối chiếu mô hình truyền sóng · Propagation models held against other people's numbers

Bảng do `python docs/make_validation.py` lập ra; không sửa tay. Mỗi dòng là một bộ số do người khác tính,
đặt cạnh kết quả của phusong; "sai số in" là độ chính xác mà bộ số đó được công bố.

Made by `python docs/make_validation.py`; not edited by hand. Each line is a set of numbers that somebody else
computed, beside ours; "printed precision" is that with which the set was published. A difference above it
fails the tests and this program.

![|difference| of every value, by reference set](validation.png)
"""

HAND_CHECKED = """
## Không có bộ số độc lập · No independent numbers

SUI, ECC-33, SPM, Kun's model, P.2108, P.833, the multipath part of P.530 and the parts of TR 38.901 beyond
ns-3's rows (line-of-sight probability, dual slopes, loss into buildings) have no reference set here: their
tests work the published formulas and tables by hand. SPM's default coefficients reproduce COST 231-Hata
exactly; as a model it is only as good as the measurements it is fitted to.

P.1546's paths over sea use the curves for cold sea; those for warm sea are not carried, and no path of the
validation set needs them. In a scenario every path is one over land.

## Chỗ mô hình tự nhảy · Where the models themselves jump

A change of input by 0.1 % moves the loss by less than 0.1 dB, except where the source itself jumps:

- ITM point to point: when the horizon moves from one profile sample to another, when the line fitted to the
  foreground takes in one sample more (whole steps of 0.9 d_L), and when the two horizons together pass 1.5
  times the path (one fitted line instead of two). Its area mode is continuous.
- ITM: F(θd) of the scatter mode has coefficients that miss each other by 0.31 dB at θd = 70 km.
- Extended Hata: single horizon or not (ridge correction against rolling hills), the fine correction below
  Δh = 10 m, quantiles and averages over whole profile steps, and the horizon's next sample.
- P.1411 over rooftops: where the houses stop filling the path (settled field or not), by some dB.
- Okumura–Hata in a large city: 300 MHz, between the two published corrections for the mobile's height.
"""


def oracles() -> Path:
    folder = Path(os.environ.get("PHUSONG_ORACLES") or DOCS.parents[1] / "shared" / "oracles")
    if not folder.is_dir():
        sys.exit("reference values not found: set PHUSONG_ORACLES to the folder that holds them")
    return folder


def comparisons(folder: Path) -> list[Comparison]:
    """Every comparison there is, those of one model and source side by side."""
    return [
        *p1812_vectors.published(folder),
        *p1812_vectors.generated(),
        *itm_vectors.generated(),
        *itm_vectors.published(folder),
        *itm_vectors.driver_examples(folder),
        *part_vectors.free_space(),
        *part_vectors.diffraction(folder),
        *itu_vectors.p1546_paths(folder),
        *itu_vectors.tables(folder),
        *part_vectors.rain_and_gases(),
        *hata_vectors.extended_hata(folder),
        *hata_vectors.hata_losses(folder),
        *hata_vectors.tr38901_losses(folder),
        *part_vectors.town(folder),
    ]


def grouped(found: Sequence[Comparison]) -> list[list[Comparison]]:
    """Comparisons by model and source; the driver's four examples are one source."""
    return [list(group) for _, group in groupby(found, key=lambda c: (c.model, c.edition, source_of(c)))]


def source_of(comparison: Comparison) -> str:
    return comparison.source.partition(", ")[0] if "driver" in comparison.source else comparison.source


def summary_table(found: Sequence[Comparison]) -> str:
    lines = [
        " | ".join(
            (
                "| Mô hình · model",
                "Ấn bản · edition",
                "Nguồn số · reference",
                "Đại lượng · quantities",
                "Số trị · values",
                "Trung vị · median",
                "Lớn nhất · worst",
                "Sai số in · printed precision |",
            )
        ),
        "|---|---|---|--:|--:|--:|--:|--:|",
    ]
    for group in grouped(found):
        in_db = [c for c in group if c.unit.startswith("dB")] or group
        differences = np.concatenate([c.differences for c in in_db])
        tolerances = sorted({c.tolerance for c in in_db})
        printed = (
            f"{tolerances[0]:.1g}" if len(tolerances) == 1 else f"{tolerances[0]:.1g} … {tolerances[-1]:.1g}"
        )
        lines.append(
            f"| {group[0].model} | {group[0].edition} | {source_of(group[0])} | {len(group)} "
            f"| {sum(len(c.ours) for c in group)} | {shown(np.median(differences))} {in_db[0].unit} "
            f"| **{shown(differences.max())} {in_db[0].unit}** | {printed} |"
        )
    return "\n".join(lines)


def detail_tables(found: Sequence[Comparison]) -> str:
    parts = ["\n## Từng đại lượng · Quantity by quantity\n"]
    for group in grouped(found):
        if len(group) < 2:
            continue
        parts.append(
            f"<details><summary>{group[0].model}, {source_of(group[0])}: {len(group)} đại lượng · quantities"
            "</summary>\n\n"
            "| | Số trị · values | Trung vị · median | Lớn nhất · worst | Sai số in · precision |\n"
            "|---|--:|--:|--:|--:|"
        )
        for c in group:
            name = f"{c.quantity} ({c.source.partition(', ')[2]})" if "driver" in c.source else c.quantity
            name += f", {c.unit}" if c.unit else ""
            median, worst = shown(np.median(c.differences)), shown(c.differences.max())
            parts.append(f"| {name} | {len(c.ours)} | {median} | {worst} | {c.tolerance:.1g} |")
        parts.append("\n</details>\n")
    return "\n".join(parts)


def disagreements(folder: Path) -> str:
    """Where a reference and the text, or the geometry, differ: both numbers."""
    lines = [
        "\n## Chỗ nguồn số và văn bản khác nhau · Where reference and text disagree\n",
        "**COST 231-Hata, large city.** The text takes Hata's correction 3.2 lg²(11.75 h_m) − 4.97;",
        "ns-3 leaves out the −4.97. We follow the text.\n",
        "| f, MHz | d, m | ours, text (dB) | ns-3 (dB) | difference (dB) |",
        "|--:|--:|--:|--:|--:|",
    ]
    for row, loss in hata_vectors.hata_rows(folder):
        if row["model"] == "cost231-hata" and row["city"] == "large":
            theirs = float(row["pathloss_db"])
            lines.append(
                f"| {row['f_mhz']} | {row['d_m']} | {loss:.2f} | {theirs:.2f} | {loss - theirs:+.2f} |"
            )
    lines += [
        "\n**Extended Hata, one ridge.** NTIA's program weighs the two ends crosswise when it puts the",
        "line under the ridge. TR-15-517's own text was not at hand; we follow the program and its",
        "vectors, and show what the height above the line of sight would give.\n",
        " | ".join(
            (
                "| path",
                "height, program (m)",
                "height, geometry (m)",
                "loss, program (dB)",
                "reference (dB)",
                "loss, geometry (dB) |",
            )
        ),
        "|---|--:|--:|--:|--:|--:|",
    ]
    for row, result in hata_vectors.extended_hata_results(folder):
        if result.single_horizon:
            scale = np.sqrt(result.h_ridge_geometric_m / result.h_ridge_m) if result.h_ridge_m > 0 else np.nan
            geometric = result.L_db + result.K_ridge_db * (1 - scale)
            other = f"{geometric:.2f}" if np.isfinite(geometric) else "–"
            lines.append(
                f"| {row['Scenario Title']} | {result.h_ridge_m:.1f} | {result.h_ridge_geometric_m:.1f} "
                f"| {result.L_db:.4f} | {row['Path Loss(dB)']} | {other} |"
            )
    lines += [
        "\n**Extended Hata, flat ground.** Below Δh = 10 m ITS's first program kept ±2 dB of fine",
        "correction; WinnForum's revised vectors have none, and neither have we.\n",
        "**P.1812, crc-covlib.** It implements P.1812-7 and takes the distance from latitude and longitude",
        "on another earth: its larger difference above is that of the path's length.",
        "\n**P.1411 over rooftops.** Later editions smooth the change between settled and grazing field over",
        "the houses; ns-3 does not, and neither do we.\n",
        "**P.525.** The exact constant is 32.4478 dB; NTIA's 32.45 and P.1812's 32.4 are rounded. The row above",
        "has NTIA's made exact.\n",
        "**P.530, rain above 10 GHz.** (36a) can be read with the exponent 0.8 at f/10 (ours) or at the logarithm",
        "(ITU-Rpy). At 10 GHz and below, and in everything before (36a), the two agree.\n",
        "| d, km | f, GHz | p, % | ours, dB | ITU-Rpy, dB |",
        "|--:|--:|--:|--:|--:|",
    ]
    for row in part_vectors.links():
        d, f, tilt, rate, p, theirs = row
        if (d, tilt, rate) == (8.0, 90.0, 99.9) and f in (15.0, 23.0, 80.0) and p in (0.001, 0.01, 0.1):
            ours = part_vectors.rain_attenuation_db(d, f, tilt, rate, p)
            lines.append(f"| {d:g} | {f:g} | {p:g} | {ours:.2f} | {theirs:.2f} |")
    return "\n".join(lines) + "\n"


def models_table() -> str:
    """The models that `phusong pathloss` and `phusong link` run, with their ranges."""
    lines = [
        "\n## Phạm vi của từng mô hình · Ranges\n",
        "| `--model` | Ấn bản · edition | Dựa trên · looks at | MHz | km | phát · tx, m | thu · rx, m |",
        "|---|---|---|--:|--:|--:|--:|",
    ]
    for model in MODELS.values():
        ranges = (model.frequency_mhz, model.distance_km, model.tx_height_m, model.rx_height_m)
        cells = " | ".join(f"{low:g} – {high:g}" for low, high in ranges)
        lines.append(
            f"| {model.name} | {model.edition} | {model.looks_at_vi} · {model.looks_at_en} | {cells} |"
        )
    lines.append(
        "\nOutside its range a model raises `ValueError` in one line; it never extrapolates silently."
    )
    lines += options_table()
    return "\n".join(lines) + "\n"


def options_table() -> list[str]:
    """What models and additional losses can be told."""
    lines = [
        "\n## Tùy chọn · Options\n",
        "Trong kịch bản: `[radio.model_options]`, `[radio.clutter]`, `[radio.building]`, `[radio.vegetation]`;",
        "dòng lệnh: `phusong pathloss --set KHÓA=GIÁ_TRỊ`. In a scenario and on the command line.\n",
        "| mô hình · model | khóa · key | cho phép · allowed | mặc định · default | nghĩa · meaning |",
        "|---|---|---|--:|---|",
    ]
    tables = {name: ("", options) for name, options in OPTIONS.items()}
    for kind, methods in EXTRA_OPTIONS.items():
        tables |= {name: (f"{kind}.", options) for name, options in methods.items()}
    for name, (prefix, options) in tables.items():
        for key, option in options.items():
            default = option.default
            if isinstance(default, bool):
                default = str(default).lower()
            elif isinstance(default, float):
                default = f"{default:.6g}"
            lines.append(
                f"| {name} | `{prefix}{key}` | {option.allowed} | {default} | {option.vi} · {option.en} |"
            )
    return lines


def shown(value: float) -> str:
    """A difference; below 1e-12 it is rounding, which another processor would do otherwise."""
    return f"{value:.1e}" if value >= 1e-12 else "< 1e-12"


def draw(found: Sequence[Comparison], path: Path) -> None:
    """|difference| of every value in dB, one row a reference set, with the printed precision as a bar."""
    from matplotlib.figure import Figure

    rows = [[c for c in group if c.unit.startswith("dB")] for group in grouped(found)]
    rows = [group for group in rows if group]
    figure = Figure(figsize=(11, 0.46 * len(rows) + 1.2), dpi=120, layout="constrained")
    axes = figure.subplots()
    for y, group in enumerate(rows):
        differences = np.maximum(np.concatenate([c.differences for c in group]), 1e-15)
        spread = y + 0.6 * (np.arange(differences.size) * 0.618034 % 1 - 0.5)
        axes.plot(differences, spread, ".", markersize=3, alpha=0.6, color="#24618e")
        for tolerance in {c.tolerance for c in group}:
            axes.plot([tolerance] * 2, [y - 0.42, y + 0.42], color="#b3261e", linewidth=2)
    axes.set_xscale("log")
    axes.set_yticks(
        range(len(rows)), [f"{group[0].model} — {source_of(group[0])}" for group in rows], fontsize=8
    )
    axes.invert_yaxis()
    axes.set_xlabel("|phusong − nguồn số · reference|, dB (đỏ · red: sai số in · printed precision)")
    axes.grid(axis="x", alpha=0.3)
    figure.savefig(path, metadata={"Software": None})


def main() -> None:
    folder = oracles()
    found = comparisons(folder)
    for comparison in found:
        comparison.check()
    draw(found, DOCS / "validation.png")
    text = (
        f"{INTRODUCTION}\n{summary_table(found)}\n{disagreements(folder)}{HAND_CHECKED}{models_table()}"
        f"{detail_tables(found)}"
    )
    (DOCS / "validation.md").write_text(text.rstrip() + "\n", "utf-8")


if __name__ == "__main__":
    main()
