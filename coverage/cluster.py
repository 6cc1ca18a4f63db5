"""The same prediction on many machines: strips of the grid as tasks of a Dask cluster (extra `cluster`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from phusong.coverage.antenna import Antenna
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.ground import Ground
from phusong.coverage.options import Options
from phusong.coverage.predict import Progress, predict
from phusong.coverage.site import Sector
from phusong.geodata.grid import Grid

_ARRAYS = ("rsrp_dbm", "best_server", "second_dbm", "servers", "sinr_db")


def predict_on_cluster(
    client: Any,
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    strips: int = 16,
    progress: Progress | None = None,
) -> CoverageMap:
    """`predict`, in `strips` tasks of the cluster behind `client` (a `distributed.Client`): the same bytes.

    A strip sweeps the masts that reach it, so more strips cost more work altogether. A worker that dies costs
    its strips, which the scheduler gives to others. Workers need phusong installed, and one thread each:
    compiled loops bring their own. Raises what `predict` raises.
    """
    from distributed import as_completed

    strips = max(1, min(strips, grid.rows))
    ends = [grid.rows * k // strips for k in range(strips + 1)]
    area = client.scatter(ground, broadcast=True, hash=False)
    tasks = {
        client.submit(_strip, area, tuple(sectors), grid, options, antennas, rows, pure=False): rows[0]
        for rows in pairwise(ends)
    }
    found: dict[int, CoverageMap] = {}
    for done, task in enumerate(as_completed(tasks), start=1):
        found[tasks[task]] = task.result()
        if progress is not None:
            progress(done, strips)
    parts = [found[first] for first in sorted(found)]
    layers = {key: _together([part.layers[key] for part in parts]) for key in parts[0].layers}
    return replace(parts[0], layers=layers)


def _strip(
    ground: Ground,
    sectors: tuple[Sector, ...],
    grid: Grid,
    options: Options | None,
    antennas: Mapping[str, Antenna] | None,
    rows: tuple[int, int],
) -> CoverageMap:
    where = np.zeros(grid.shape, bool)
    where[rows[0] : rows[1]] = True
    whole = predict(ground, sectors, grid=grid, options=options, antennas=antennas, where=where)
    layers = {
        key: replace(layer, **{name: getattr(layer, name)[rows[0] : rows[1]].copy() for name in _ARRAYS})
        for key, layer in whole.layers.items()
    }
    return replace(whole, layers=layers)


def _together(parts: Sequence[Layer]) -> Layer:
    whole: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in parts]) for name in _ARRAYS}
    return replace(parts[0], **whole)
