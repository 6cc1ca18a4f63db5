"""What if a station moved: a prediction kept so that changing some sectors costs only what they touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np

from phusong.coverage.antenna import Antenna
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.excess import label
from phusong.coverage.ground import Ground
from phusong.coverage.job import Job, job_of
from phusong.coverage.kernels import fold as folding
from phusong.coverage.kernels.gather import Received
from phusong.coverage.kernels.ranked import FORGOTTEN, UNITS_PER_MW, Ranked, nobody, rank
from phusong.coverage.layers import carriers_of, layer_of, layers_of
from phusong.coverage.masts import masts_of
from phusong.coverage.options import Options
from phusong.coverage.predict import Progress, levels_of_mast
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid

Window = tuple[int, int, int, int]  # rows and columns, ends not included


@dataclass(frozen=True, slots=True)
class Kept:
    """A prediction with the lists it was made from: about 50 bytes a cell and carrier."""

    job: Job
    carriers: tuple[tuple[str, Carrier], ...]
    ranked: Ranked
    coverage: CoverageMap


def keep(
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    progress: Progress | None = None,
) -> Kept:
    """`predict`, with what `changed` needs. SINR differs from `predict`'s by rounding of power sums alone."""
    job = job_of(ground, sectors, grid=grid, options=options, antennas=antennas, where=None)
    carriers = tuple(carriers_of(sectors))
    ranked = nobody(len(carriers), grid.shape)
    masts = masts_of(job.sectors, job.options)
    for done, mast in enumerate(masts, start=1):
        _rank(
            job, range(len(job.sectors)), mast.members, carriers, ranked, (0, grid.rows, 0, grid.cols), True
        )
        if progress is not None:
            progress(done, len(masts))
    everyone: dict[str, folding.Signal] = {}
    layers = {layer.key: layer for layer in layers_of(_received(ranked), carriers, job.options, everyone)}
    for technology, signal in sorted(everyone.items()):
        layer = layer_of("any", technology, signal, job.options)
        layers[layer.key] = layer
    return Kept(job, carriers, ranked, CoverageMap(grid, job.sectors, layers, label(job.options)))


def changed(kept: Kept, sectors: Sequence[Sector]) -> CoverageMap:
    """The coverage if these were the sectors: moved, switched off or new ones cost, the others do not.

    The same bytes as `keep` of those sectors gives, but for the numbers of servers: a moved sector keeps its
    place in `CoverageMap.sectors`, one switched off stays there, a new one is appended. Raises ValueError
    where so much has changed at one place that who is next there is not known, or for a new carrier: predict
    anew then.
    """
    places = {sector.sector_id: k for k, sector in enumerate(kept.job.sectors)}
    wanted = {sector.sector_id: sector for sector in sectors}
    gone = [k for k, old in enumerate(kept.job.sectors) if wanted.get(old.sector_id) != old]
    now = list(kept.job.sectors)
    come = []
    for sector in sectors:
        k = places.get(sector.sector_id, -1)
        if k >= 0 and kept.job.sectors[k] == sector:
            continue
        if (sector.operator, sector.carrier) not in kept.carriers:
            raise ValueError(f"sector {sector.sector_id} is on a carrier that nobody had: predict anew")
        if k >= 0:
            now[k] = sector
        else:
            k = len(now)
            now.append(sector)
        come.append(k)
    if not gone and not come:
        return kept.coverage
    return _repainted(kept, tuple(now), gone, come)


def _repainted(kept: Kept, now: tuple[Sector, ...], gone: list[int], come: list[int]) -> CoverageMap:
    touched = [*(kept.job.sectors[k] for k in gone), *(now[k] for k in come)]
    window = _window(kept.job, touched)
    rows, cols = slice(window[0], window[1]), slice(window[2], window[3])
    carriers = sorted({kept.carriers.index((s.operator, s.carrier)) for s in touched})
    # the carriers of a layer are folded together, so those of the touched layers are all taken
    layers = {(kept.carriers[c][0], kept.carriers[c][1].technology) for c in carriers}
    taken = [k for k, (who, carrier) in enumerate(kept.carriers) if (who, carrier.technology) in layers]
    ranked = kept.ranked
    part = Ranked(
        ranked.level_dbm[taken, :, rows, cols].copy(),
        ranked.server[taken, :, rows, cols].copy(),
        ranked.total[taken, rows, cols].copy(),
        ranked.servers[taken, rows, cols].copy(),
    )
    names = [kept.carriers[k] for k in taken]
    before = kept.job
    after = replace(before, sectors=now)
    for mast in masts_of([before.sectors[k] for k in gone], before.options):
        _rank(before, gone, mast.members, names, part, window, False)
    for mast in masts_of([now[k] for k in come], after.options):
        _rank(after, come, mast.members, names, part, window, True)
    if (part.server[:, :2] == FORGOTTEN).any():
        raise ValueError("too much has changed at one place: predict anew")
    found = dict(kept.coverage.layers)
    ignored: dict[str, folding.Signal] = {}
    for layer in layers_of(_received(part), names, before.options, ignored):
        found[layer.key] = _pasted(found[layer.key], layer, rows, cols)
    for technology in sorted({technology for _, technology in layers}):
        signal = folding.nothing((window[1] - window[0], window[3] - window[2]))
        for layer in found.values():
            if layer.technology == technology and layer.operator != "any":
                folding.fold_layer(signal, _part(layer, rows, cols))
        everyone = layer_of("any", technology, signal, before.options)
        found[everyone.key] = _pasted(found[everyone.key], everyone, rows, cols)
    return replace(kept.coverage, sectors=now, layers=found)


_NAMES = ("rsrp_dbm", "best_server", "second_dbm", "servers", "sinr_db")


def _part(layer: Layer, rows: slice, cols: slice) -> folding.Signal:
    return folding.Signal(
        layer.rsrp_dbm[rows, cols].copy(),
        layer.best_server[rows, cols].copy(),
        layer.second_dbm[rows, cols].copy(),
        layer.servers[rows, cols].copy(),
        layer.sinr_db[rows, cols].copy(),
    )


def _pasted(whole: Layer, part: Layer, rows: slice, cols: slice) -> Layer:
    arrays = {}
    for name in _NAMES:
        arrays[name] = getattr(whole, name).copy()
        arrays[name][rows, cols] = getattr(part, name)
    return replace(whole, **arrays)


def _window(job: Job, sectors: Sequence[Sector]) -> Window:
    # the cells that any of these sectors may reach
    grid = job.grid
    boxes = []
    for sector in sectors:
        reach = job.options.radius_km[sector.carrier.technology] * 1e3 / grid.cell_m
        x, y = (sector.x_m - grid.west_m) / grid.cell_m - 0.5, (grid.north_m - sector.y_m) / grid.cell_m - 0.5
        boxes.append((floor(y - reach), ceil(y + reach) + 1, floor(x - reach), ceil(x + reach) + 1))
    top, bottom = min(box[0] for box in boxes), max(box[1] for box in boxes)
    left, right = min(box[2] for box in boxes), max(box[3] for box in boxes)
    return max(0, top), min(grid.rows, bottom), max(0, left), min(grid.cols, right)


def _rank(
    job: Job, which: Sequence[int], members: Sequence[int], carriers: Sequence[tuple[str, Carrier]],
    ranked: Ranked, inside: Window, adds: bool,
) -> None:  # fmt: skip
    """Adds the sectors of one mast, or takes them out; `members` are positions in `which`."""
    numbers = [which[k] for k in members]
    own = [job.sectors[k] for k in numbers]
    window = _window(job, own)
    if window[0] >= window[1] or window[2] >= window[3]:
        return
    grid = job.grid
    part = Grid(
        crs=grid.crs,
        west_m=grid.west_m + window[2] * grid.cell_m,
        north_m=grid.north_m - window[0] * grid.cell_m,
        cell_m=grid.cell_m,
        rows=window[1] - window[0],
        cols=window[3] - window[2],
    )
    levels = levels_of_mast(job, own, part, job.heights_m[window[0] : window[1], window[2] : window[3]])
    rank(
        ranked, levels, np.array([carriers.index((s.operator, s.carrier)) for s in own], np.int32),
        np.array(numbers, np.int32),
        np.array([job.options.threshold_dbm[s.carrier.technology] for s in own], np.float32),
        window[0] - inside[0], window[2] - inside[2], adds,
    )  # fmt: skip


def _received(ranked: Ranked) -> Received:
    return Received(
        best_dbm=np.ascontiguousarray(ranked.level_dbm[:, 0]),
        second_dbm=np.ascontiguousarray(ranked.level_dbm[:, 1]),
        total_mw=(ranked.total / UNITS_PER_MW).astype(np.float32),
        best_server=np.ascontiguousarray(ranked.server[:, 0]),
        servers=ranked.servers.astype(np.uint16),  # a count, never below 0
    )
