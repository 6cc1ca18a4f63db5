"""Coverage as it grows: one prediction, looked at whenever some more of the sectors have been built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from phusong.coverage.antenna import Antenna
from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.excess import title
from phusong.coverage.ground import Ground
from phusong.coverage.kernels import fold as folding
from phusong.coverage.layers import carriers_of, layers_of, layers_of_all, nobody
from phusong.coverage.masts import masts_of
from phusong.coverage.options import Options
from phusong.coverage.predict import Progress, add_mast, job_of
from phusong.coverage.site import Sector
from phusong.geodata.grid import Grid


def predict_stages(
    ground: Ground,
    stages: Sequence[Sequence[Sector]],
    *,
    grid: Grid,
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    progress: Progress | None = None,
) -> Iterator[CoverageMap]:
    """The coverage after each stage, what earlier stages built included: every mast is swept once.

    The same bytes as `predict` of all sectors up to that stage in this order, but that layers of sectors yet
    to come are there from the beginning, empty. ValueError as `predict`.
    """
    sectors = [sector for stage in stages for sector in stage]
    job = job_of(ground, sectors, grid=grid, options=options, antennas=antennas, where=None)
    carriers = carriers_of(sectors)
    received = nobody((len(carriers), *grid.shape))
    label = title(job.options.model)
    first, done = 0, 0
    for stage in stages:
        for mast in masts_of(job.sectors[first : first + len(stage)], job.options):
            there = tuple(first + k for k in mast.members)
            add_mast(job, replace(mast, members=there), carriers, received)
            done += len(there)
            if progress is not None:
                progress(done, len(sectors))
        first += len(stage)
        everyone: dict[str, folding.Signal] = {}
        layers = [*layers_of(received, carriers, job.options, everyone)]
        layers += layers_of_all(everyone, job.options)
        yield CoverageMap(grid, job.sectors, {layer.key: layer for layer in layers}, label)
