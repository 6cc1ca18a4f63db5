"""The engine measured: processor seconds, memory, accuracy, on made-up ground that is the same at every run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from math import pi
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
CORES = 2
GROUND_CELLS = 1400  # 42 km: a disc of 20 km fits


def hills(relief_m: float, *, cells: int = GROUND_CELLS) -> Any:
    """Fractal ground with patches of clutter."""
    from phusong.coverage.ground import Ground
    from phusong.geodata.grid import Grid
    from phusong.geodata.raster import Raster

    rng = np.random.default_rng(20241231)
    k = np.hypot(np.fft.rfftfreq(cells)[None, :], np.fft.fftfreq(cells)[:, None])

    def field(longest_m: float) -> Any:
        noise = rng.standard_normal(k.shape) + 1j * rng.standard_normal(k.shape)
        z = np.fft.irfft2((k * k + (30.0 / longest_m) ** 2) ** -0.9 * noise, s=(cells, cells))
        return (z - z.min()) / np.ptp(z)

    terrain = 20.0 + relief_m * field(25_000.0) ** 1.8
    patches = field(2_000.0)
    codes = np.digitize(patches, np.quantile(patches, [0.4, 0.6, 0.75, 0.95])).astype(np.uint8)
    grid = Grid("EPSG:32648", 600_000.0, 1_300_000.0, 30.0, cells, cells)
    heights = {0: 0.0, 1: 4.0, 2: 8.0, 3: 15.0, 4: 20.0}
    return Ground(Raster(grid, terrain.astype(np.float32)), Raster(grid, codes), heights)


def site(x_m: float, y_m: float, *, technology: str = "4G", number: int = 0) -> list[Any]:
    """Three sectors in the middle of nowhere."""
    from phusong.coverage.site import Carrier, Sector

    carrier = Carrier("4G", "B3", 1800.0, 20.0) if technology == "4G" else Carrier("5G", "n78", 3500.0, 100.0)
    antenna = "panel_1800" if technology == "4G" else "massive_mimo_3500"
    return [
        Sector(f"{number}-{a}", str(number), "A", x_m, y_m, 45.0, carrier, antenna, a, 0.0, 3.0, 46.0)
        for a in (0.0, 120.0, 240.0)
    ]


def tiled(ground: Any, times: int) -> Any:
    """The same hills again and again: a large area without a large computation."""
    from phusong.coverage.ground import Ground
    from phusong.geodata.raster import Raster

    grid = replace(ground.grid, rows=ground.grid.rows * times, cols=ground.grid.cols * times)
    terrain, clutter = (np.tile(r.values, (times, times)) for r in (ground.terrain, ground.clutter))
    return Ground(Raster(grid, terrain), Raster(grid, clutter), ground.clutter_height_m)


def cpu_s(work: Callable[[], object], repeats: int = 3) -> float:
    """Least processor time of a few warm runs, s."""
    work()
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def path_us(ground: Any, *, points: int = 3000, radius_m: float = 20e3) -> float:
    """Processor time of our own path kernel per point of a disc, µs."""
    from phusong.coverage.kernels.points import diffraction_to_points

    rng = np.random.default_rng(1)
    turn, far = rng.uniform(0, 2 * pi, points), radius_m / 30.0 * np.sqrt(rng.uniform(0, 1, points))
    at = (ground.grid.cols / 2, ground.grid.rows / 2)
    x, y = at[0] + far * np.sin(turn), at[1] - far * np.cos(turn)
    samples, out = ground.samples_dm(), np.empty((1, points))
    f = np.array([1800.0])
    heights_m = (45.0, 1.5)
    seconds = cpu_s(
        lambda: diffraction_to_points(samples, 30.0, at, heights_m, x, y, 50.0, 8495.0, True, f, out)
    )
    return seconds / points * 1e6


def mast_s(ground: Any, *, cell_m: float = 30.0, radius_km: float = 20.0, technology: str = "4G") -> float:
    """Processor time of one mast more: sweep and gather of three sectors, s."""
    from phusong.coverage.options import Options
    from phusong.coverage.predict import predict
    from phusong.geodata.grid import Grid

    west, south, east, north = ground.grid.bounds_m
    one = site((west + east) / 2 + 7.0, (south + north) / 2 + 5.0, technology=technology)
    many = [
        replace(s, sector_id=f"{n}-{s.sector_id}", site_id=str(n), x_m=s.x_m + 61.0 * n)
        for n in range(5)
        for s in one
    ]
    grid = Grid.covering(ground.grid.bounds_m, cell_m=cell_m, crs=ground.grid.crs)
    options = Options(radius_km={"3G": radius_km, "4G": radius_km, "5G": radius_km})
    base = cpu_s(lambda: predict(ground, one, grid=grid, options=options), 2)
    return (cpu_s(lambda: predict(ground, many, grid=grid, options=options), 2) - base) / 4.0


def accuracy(ground: Any, *, pixels: int = 20_000) -> tuple[float, float]:
    """Bias of the raster against the path kernel, dB, and its rms over that of moving targets 0.35 cells."""
    from phusong.coverage.options import Options
    from phusong.coverage.predict import predict, predict_points

    west, south, east, north = ground.grid.bounds_m
    sectors = [replace(s, antenna="omni") for s in site((west + east) / 2 + 7.0, (south + north) / 2)[:1]]
    options = Options()
    layer = predict(ground, sectors, grid=ground.grid, options=options).layers["any-4g"]
    rng = np.random.default_rng(2)
    turn, far = rng.uniform(0, 2 * pi, pixels), 19.9e3 * np.sqrt(rng.uniform(0, 1, pixels))
    row, col = ground.grid.row_col(sectors[0].x_m + far * np.sin(turn), sectors[0].y_m + far * np.cos(turn))
    x, y = ground.grid.x_m()[col], ground.grid.y_m()[row]
    moved = rng.uniform(0, 2 * pi, pixels)
    exact = predict_points(ground, sectors, x_m=x, y_m=y, options=options)["any-4g"].rsrp_dbm
    shifted = predict_points(
        ground, sectors, x_m=x + 10.5 * np.cos(moved), y_m=y + 10.5 * np.sin(moved), options=options
    )["any-4g"].rsrp_dbm
    difference = (layer.rsrp_dbm[row, col] - exact).astype(np.float64)
    yardstick = (shifted - exact).astype(np.float64)
    known = np.isfinite(difference) & np.isfinite(yardstick)
    rms = np.sqrt((difference[known] ** 2).mean() / (yardstick[known] ** 2).mean())
    return abs(float(difference[known].mean())), float(rms)


def against_formula(ground: Any) -> float:
    """Greatest difference between the sweep and the recommendation's formula on the same samples, dB."""
    from phusong.coverage.kernels.profile import read_radial
    from phusong.coverage.kernels.sweep import sweep
    from phusong.coverage.propagation.p526 import delta_bullington

    samples, most, radials = ground.samples_dm(), 660, 24
    at = (ground.grid.cols / 2 + 0.3, ground.grid.rows / 2 - 0.2)
    frequencies = np.array([700.0, 1800.0, 3800.0])
    loss, reach = np.zeros((3, radials, most + 2), np.float32), np.empty(radials, np.int32)
    sweep(
        samples,
        False,
        30.0,
        at,
        (45.0, 1.5),
        np.full(radials, most, np.int32),
        1,
        50.0,
        8495.0,
        frequencies,
        None,
        loss,
        reach,
    )
    worst = 0.0
    h, c = np.empty(most + 2), np.empty(most + 2)
    d = np.arange(most + 2) * 0.03
    for r in range(radials):
        last = read_radial(samples, *at, 2 * pi * r / radials, most, False, h, c)
        for n in range(2, last + 1, 11):
            near = np.minimum(np.arange(n + 1), n - np.arange(n + 1))
            surface = h[: n + 1] + np.where(near < 2, 0.0, c[: n + 1])
            for f, frequency in enumerate(frequencies):
                exact = delta_bullington(
                    d[: n + 1],
                    h[: n + 1].copy(),
                    surface,
                    h[0] + 45.0,
                    h[n] + 1.5,
                    8495.0,
                    frequency,
                    0.0,
                    True,
                ).Ld
                worst = max(worst, abs(float(loss[f, r, n]) - float(exact)))
    return worst


def startup_s() -> float:
    """Wall time of a fresh process that predicts one small site with the compiled code at hand, s."""
    code = (
        "import sys; sys.path.insert(0, 'docs'); import measure_engine as m\n"
        "from phusong.coverage.predict import predict\n"
        "g = m.hills(300.0, cells=120)\n"
        "predict(g, m.site(601800.0, 1298200.0), grid=g.grid)\n"
    )
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def province_memory_mb() -> float:
    """Peak memory of layers of three operators over 110 x 110 km at 30 m, dropped as they come, MB."""
    code = (
        "import sys; sys.path.insert(0, 'docs'); import measure_engine as m\n"
        "from dataclasses import replace\n"
        "from phusong.coverage.predict import predict_layers\n"
        "g = m.tiled(m.hills(300.0, cells=925), 4)\n"
        "s = m.site(655000.0, 1245000.0)\n"
        "s = [replace(x, operator=o, sector_id=o + x.sector_id) for o in 'ABC' for x in s]\n"
        "for layer in predict_layers(g, s, grid=g.grid, memory_mb=300.0): del layer\n"
        "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def update_s() -> float:
    """Processor time of moving one 4G station in a province's kept prediction at 100 m, all layers, s."""
    from phusong.coverage.whatif import changed, keep
    from phusong.geodata.grid import Grid

    ground = tiled(hills(300.0, cells=925), 4)
    west, south, east, north = ground.grid.bounds_m
    x_m, y_m = (west + east) / 2, (south + north) / 2
    sectors = [
        replace(s, operator=who, sector_id=f"{who}{s.sector_id}")
        for k, who in enumerate("ABCA")
        for s in site(x_m + 900.0 * k, y_m, number=k)
    ]
    grid = Grid.covering(ground.grid.bounds_m, cell_m=100.0, crs=ground.grid.crs)
    kept = keep(ground, sectors, grid=grid)
    moved = [replace(s, x_m=s.x_m + 500.0) if s.site_id == "3" else s for s in sectors]
    return cpu_s(lambda: changed(kept, moved))


def draws_s(draws: int = 200) -> float:
    """Processor time of draws of the reference province's 4G at 100 m, its prediction being there, s."""
    from phusong.coverage.predict import predict
    from phusong.scenarios.answer import answer
    from phusong.scenarios.inputs import ground_of, load_inputs, options_of
    from phusong.scenarios.scenario_file import load_scenario
    from phusong.scenarios.uncertainty.answer import uncertainty
    from phusong.scenarios.uncertainty.ears import ears_of

    asked = load_scenario("baseline-2024")
    sure = asked.uncertainty.model_copy(update={"draws": 10, "sensitivity": 0})
    warm = asked.model_copy(update={"uncertainty": sure})
    inputs = load_inputs(asked)
    ground = ground_of(inputs.province)
    ears = ears_of(asked, inputs, ground)
    coverage: Any = predict(
        ground, inputs.sectors, grid=inputs.grid, options=options_of(asked), where=inputs.asked(inputs.grid),
        listen=ears.lists.hear,
    )  # fmt: skip
    result = answer(asked, inputs, coverage)

    def quiet(*_: int) -> None:
        """Nobody waits for news."""

    uncertainty(warm, inputs, ground, ears, coverage, result, quiet)
    full = asked.model_copy(update={"uncertainty": sure.model_copy(update={"draws": draws})})
    start = time.process_time()
    uncertainty(full, inputs, ground, ears, coverage, result, quiet)
    return time.process_time() - start
