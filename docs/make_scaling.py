"""Measures how a prediction grows: memory with the area, time with sites and cores, and a large region by workers.

Part of docs/make_performance.py. The region is made up: the same hills again and again, with ten stations of
three operators to 110 x 110 km.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import measure_engine as engine

ROOT = Path(__file__).resolve().parents[1]
CELL_M = 100.0
SMALL, LARGE = 1100, 3480  # cells a side: 110 x 110 km and ten times that
STRIP_CELLS = 600_000
CORES = 2
MASTS = 30  # in the small region


def region(cells: int) -> tuple[Any, list[Any]]:
    """Ground of `cells` a side, in files and not in memory, and its sectors."""
    import numpy as np

    from phusong.coverage.ground import Ground
    from phusong.geodata.grid import Grid
    from phusong.geodata.raster import Raster, mapped

    block = engine.hills(300.0, cells=550)
    grid = Grid("EPSG:32648", 600_000.0, 1_400_000.0, CELL_M, cells, cells)
    terrain, clutter = mapped(grid.shape, np.float32), mapped(grid.shape, np.uint8)
    for into, values in ((terrain, block.terrain.values), (clutter, block.clutter.values)):
        for row in range(cells):
            into[row] = np.resize(values[row % 550], cells)
    rng = np.random.default_rng(20241231)
    masts = round(MASTS * (cells / SMALL) ** 2)
    west, south, east, north = grid.bounds_m
    sectors = [
        replace(sector, operator="ABC"[n % 3])
        for n in range(masts)
        for sector in engine.site(rng.uniform(west, east), rng.uniform(south, north), number=n)
    ]
    return Ground(Raster(grid, terrain), Raster(grid, clutter), block.clutter_height_m), sectors


def digest(coverage: Any) -> str:
    """A fingerprint of every layer's levels and servers."""
    import hashlib

    found = hashlib.sha256()
    for layer in coverage.layers.values():
        for values in (layer.rsrp_dbm, layer.best_server, layer.sinr_db):
            found.update(values.tobytes())
    return found.hexdigest()


@contextmanager
def peak_mb() -> Iterator[list[float]]:
    """Peak of this process's memory that no file stands behind, MB, looked at every 10 ms; one number."""
    import threading

    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.01):
            lines = Path("/proc/self/status").read_text("ascii").splitlines()
            now = next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024
            peak[0] = max(peak[0], now)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def cpu_s() -> float:
    """Processor time of this process and its ended workers, s."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measure(cells: int, workers: int) -> dict[str, Any]:
    """Peak memory, seconds on two cores and fingerprint of one region's prediction, strip by strip."""
    from phusong.coverage.strips import predict_strips, strips_of
    from phusong.geodata.raster import mapped
    from phusong.scenarios.workers import workers as engines

    ground, sectors = region(cells)
    rows = strips_of(ground.grid, cells=STRIP_CELLS)
    predict_strips(
        ground, sectors[:3], grid=ground.grid.part(slice(0, 9), slice(0, 9))
    )  # compiled code is read
    with peak_mb() as peak:
        begun = cpu_s()
        if workers:
            with engines(jobs=workers) as engine:
                coverage, _ = engine(ground, sectors, grid=ground.grid, strips=len(rows), allocate=mapped)
        else:
            coverage, _ = predict_strips(ground, sectors, grid=ground.grid, rows=rows, allocate=mapped)
        seconds = (cpu_s() - begun) / CORES
    return {"peak_mb": peak[0], "seconds": seconds, "digest": digest(coverage), "masts": len(sectors) // 3}


def measured(cells: int, workers: int = 0) -> dict[str, Any]:
    """`measure` in a process of its own."""
    code = (
        "import json, sys\n"
        "if __name__ == '__main__':\n"
        "    sys.path.insert(0, 'docs')\n"
        "    import make_scaling\n"
        f"    print(json.dumps(make_scaling.measure({cells}, {workers})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def rows() -> list[tuple[str, float, str, float]]:
    """Name, value, unit and goal (at most) of every row of the table."""
    small, large, spread = measured(SMALL), measured(LARGE), measured(LARGE, workers=2)
    if spread["digest"] != large["digest"]:
        raise AssertionError("the workers' answer differs from that of one process")
    return [
        ("peak memory, 110 x 110 km at 100 m strip by strip", small["peak_mb"], "MB", 1000.0),
        ("peak memory, ten times that area", large["peak_mb"], "MB", 1000.0),
        ("memory of ten times the area over that of one", large["peak_mb"] / small["peak_mb"], "x", 1.5),
        (f"ten times the area, {large['masts']} masts, one process, 2 cores", large["seconds"], "s", 120.0),
        ("the same by a local cluster of 2 workers, the same bytes", spread["seconds"], "s", 120.0),
    ]


def growth() -> dict[str, list[tuple[float, float]]]:
    """Processor seconds by number of masts, and wall seconds of the same masts by number of cores (100 m)."""
    import numba
    import numpy as np

    from phusong.coverage.compiled import use_cores
    from phusong.coverage.predict import predict
    from phusong.geodata.grid import Grid

    ground = engine.hills(300.0)
    rng = np.random.default_rng(7)
    west, south, east, north = ground.grid.bounds_m
    every = [
        sector
        for n in range(40)
        for sector in engine.site(rng.uniform(west, east), rng.uniform(south, north), number=n)
    ]
    grid = Grid.covering(ground.grid.bounds_m, cell_m=100.0, crs=ground.grid.crs)
    by_sites = [
        (float(n), engine.cpu_s(lambda n=n: predict(ground, every[: 3 * n], grid=grid), 2))
        for n in (5, 10, 20, 40)
    ]
    by_cores = []
    for cores in (1, 2):
        use_cores(cores)
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            predict(ground, every[:60], grid=grid)
            times.append(time.perf_counter() - begun)
        by_cores.append((float(cores), min(times)))
    use_cores(numba.config.NUMBA_NUM_THREADS)
    return {"sites": by_sites, "cores": by_cores}
