"""Measures what the engine's speed, memory and accuracy are, against the goals set for them.

    python docs/make_performance.py            the table and build/bench.json
    python docs/make_performance.py --growth   docs/performance.md and its plot too

Times are processor time divided by the cores that would share it, so that a busy machine changes them little;
ratios are taken within one run. Terrain is made up, the same at every run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from math import pi
from pathlib import Path

import make_scaling
from measure_engine import (
    CORES,
    accuracy,
    against_formula,
    draws_s,
    hills,
    mast_s,
    path_us,
    province_memory_mb,
    startup_s,
    update_s,
)
from measure_maps import measured

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Row:
    """One measured number and its goal; `at_least` says which side of it is good."""

    name: str
    value: float
    unit: str
    target: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target


def rows() -> list[Row]:
    """Every row of the table."""
    rugged, plain = hills(720.0), hills(15.0)
    pixels = pi * (20e3 / 30.0) ** 2
    fine, coarse = mast_s(rugged), mast_s(rugged, cell_m=100.0)
    small, small_coarse = (
        mast_s(rugged, radius_km=8.0, technology="5G", cell_m=cell_m) for cell_m in (30.0, 100.0)
    )
    found = [
        Row("sweep and gather against path by path, rugged",
            path_us(rugged) * pixels / fine / 1e6, "x", 60, True),
        Row("sweep and gather against path by path, near-flat",
            path_us(plain) * pixels / mast_s(plain) / 1e6, "x", 40, True),
        Row("667 4G sites at 20 km and 250 5G at 8 km, 30 m, 2 cores, from one of each",
            (667 * fine + 250 * small) / CORES, "s", 60),
        Row("the same at 100 m", (667 * coarse + 250 * small_coarse) / CORES, "s", 8),
        Row("peak memory, 110 x 110 km at 30 m, layer by layer", province_memory_mb(), "MB", 1000),
        Row("moving one station, all layers of three operators at 100 m, 2 cores",
            update_s() / CORES, "s", 0.3),
        Row("200 draws of the reference province's uncertainty at 100 m, 2 cores", draws_s() / CORES, "s", 120),
        Row("start with compiled code at hand", startup_s(), "s", 2),
    ]  # fmt: skip
    page = measured()
    found += [
        Row("map of the reference province at 100 m written, processor time", page["write"], "s", 5),
        Row("its size", page["megabytes"], "MB", 6),
        Row("its first paint in headless Chromium", page["paint"] / 1000, "s", 1.5),
        Row("a frame while it is moved, 2 cores, no graphics card", page["pan"], "ms", 50),
        Row("a frame while it is zoomed, 2 cores, no graphics card", page["zoom"], "ms", 50),
    ]
    bias_db, rms_ratio = accuracy(rugged)
    found += [
        Row("bias of the raster against the path kernel, 20 000 pixels", bias_db, "dB", 0.05),
        Row("its rms over that of moving the target 0.35 pixel", rms_ratio, "x", 1.0),
        Row(
            "sweep against the formula on the same samples, 700-3800 MHz", against_formula(rugged), "dB", 1e-4
        ),
    ]
    return found + [Row(*row) for row in make_scaling.rows()]


def siting_rows() -> list[Row]:
    """The rows of tests/benchmarks/siting_rows.py, measured in a process of their own for its peak memory."""
    code = ROOT / "tests" / "benchmarks" / "siting_rows.py"
    done = subprocess.run([sys.executable, code], cwd=ROOT, check=True, capture_output=True, text=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return [Row(one["name"], one["value"], one["unit"], one["target"]) for one in told]


def growth() -> dict[str, list[tuple[float, float]]]:
    """Processor seconds of one mast by radius (30 m) and cell size (20 km), of many; wall seconds by cores."""
    ground = hills(720.0)
    return {
        "radius_km": [(r, mast_s(ground, radius_km=r)) for r in (5.0, 10.0, 15.0, 20.0)],
        "cell_m": [(c, mast_s(ground, cell_m=c)) for c in (30.0, 60.0, 100.0, 200.0)],
        **make_scaling.growth(),
    }


def machine() -> str:
    """The machine the numbers belong to, in words."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return f"{model}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}"


def table(found: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| what | value | goal | met |", "|---|---|---|---|"]
    for row in found:
        goal = f"{'≥' if row.at_least else '≤'} {row.target:g} {row.unit}"
        lines.append(f"| {row.name} | {row.value:.3g} {row.unit} | {goal} | {'yes' if row.met else 'no'} |")
    return "\n".join(lines)


def write_page(found: list[Row], grown: dict[str, list[tuple[float, float]]]) -> None:
    """docs/performance.md and its plot."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(9, 6), layout="constrained")
    labels = {
        "radius_km": ("radius, km (30 m cells)", "processor s a mast"),
        "cell_m": ("cell, m (20 km radius)", "processor s a mast"),
        "sites": ("masts (100 m cells, 20 km radius)", "processor s"),
        "cores": ("cores (20 such masts)", "wall s"),
    }
    parts = []
    for axis, (name, points) in zip(axes.flat, grown.items(), strict=True):
        what, unit = labels[name]
        axis.loglog(*zip(*points, strict=True), marker="o")
        axis.set_xlabel(what)
        axis.set_ylabel(unit)
        axis.grid(visible=True, which="both", alpha=0.3)
        parts.append(f"| {what} | {unit} |\n|---|---|")
        parts[-1] += "".join(f"\n| {x:g} | {y:.3f} |" for x, y in points)
    figure.savefig(ROOT / "docs" / "performance.svg", metadata={"Date": None})
    text = (
        "# Performance\n\nMade by `python docs/make_performance.py --growth`. Times are processor time over "
        "the cores that share it; terrain is made up.\n\n"
        f"Machine: {machine()}.\n\n{table(found)}\n\n## How cost grows\n\n"
        + "\n\n".join(parts)
        + "\n\n![cost against radius, cell size, masts and cores](performance.svg)\n\n"
        "Memory does not grow with the area: strips of rows are predicted one after the other, each with the "
        "ground its paths touch, and their answers lie in files. What is left grows with the width of the area. "
        "Workers take strips too, and sweep the masts near an edge for both sides; on one machine the threads of "
        "one process, which share every sweep, need less work than as many worker processes.\n\n"
        "Cost grows with the square of the radius and with the number of masts: masts share nothing but "
        "the ground. A sweep walks the profile at the terrain's own step whatever the output's cell, so cost "
        "falls more slowly than the number of cells.\n"
    )
    (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")


def main() -> None:
    """Prints the table and writes build/bench.json, and the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--growth", action="store_true", help="write docs/performance.md and its plot too")
    asked = parser.parse_args()
    found = [*rows(), *siting_rows()]
    sys.stdout.write(f"{machine()}\n{table(found)}\n")
    (ROOT / "build").mkdir(exist_ok=True)
    kept = [
        {"name": row.name, "value": row.value, "unit": row.unit, "target": row.target, "met": row.met}
        for row in found
    ]
    (ROOT / "build" / "bench.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    if asked.growth:
        write_page(found, growth())


if __name__ == "__main__":
    main()
