"""Where the sectors of chosen sites point: azimuths and tilts by coordinate descent on the people's SINR.

Sites are taken one after the other, and of each site one sector after the other gets the azimuth and tilt
that give the people around the best SINR while every other sector stays as it is. A move is made only when
it gains and loses nobody's service, so that what is found is never worse than where it began. Levels come
from the engine's own sweep of each mast; what is gained in the end is said by whole predictions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.antenna import Antenna
from phusong.coverage.capacity import LEAST_SINR_DB
from phusong.coverage.coverage_map import Layer
from phusong.coverage.ground import Ground
from phusong.coverage.kernels.gather import NEVER_DBM
from phusong.coverage.link_budget import interference_shares, noise_dbm
from phusong.coverage.options import Options
from phusong.coverage.predict import Job, job_of, levels_of_mast
from phusong.coverage.service import People
from phusong.coverage.site import Sector
from phusong.coverage.whatif import Kept, changed, keep
from phusong.geodata.grid import Grid

FloatArray = NDArray[np.float64]
Levels = NDArray[np.float32]

MOST_SINR_DB = 30.0  # 256-QAM at its highest rate: more of it serves nobody better
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be tried for a sector; two sectors of a site stay at least `least_apart_deg` apart."""

    azimuths_deg: tuple[float, ...] = tuple(float(a) for a in range(0, 360, 15))
    tilts_deg: tuple[float, ...] = (2.0, 4.0, 6.0, 8.0, 10.0)
    least_apart_deg: float = 60.0
    rounds: int = 2

    def __post_init__(self) -> None:
        if not self.azimuths_deg or not self.tilts_deg or self.rounds < 1:
            raise ValueError("give at least one azimuth, one tilt and one round")
        if not 0.0 <= self.least_apart_deg <= 180.0:
            raise ValueError(f"least_apart_deg must lie between 0 and 180, not {self.least_apart_deg}")


@dataclass(frozen=True, slots=True)
class Design:
    """Sectors with their new azimuths and tilts, in the order given, and what whole predictions say of them.

    `before_db` and `after_db` are the people's mean SINR (dB, held between -10 and 30; -10 for whoever has no
    service), `people_before` and `people_after` how many are served. `site_gain_db[site_id]` is what the mean
    of everyone would lose if that site alone went back to where it pointed at first.
    """

    sectors: tuple[Sector, ...]
    before_db: float
    after_db: float
    people_before: float
    people_after: float
    site_gain_db: Mapping[str, float]


def designed(
    ground: Ground,
    sectors: Sequence[Sector],
    people: People,
    *,
    grid: Grid,
    options: Options,
    others: Sequence[Sector] = (),
    choices: Choices | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    progress: Progress | None = None,
) -> Design:
    """The best azimuths and electrical tilts found for `sectors`, all of one operator and carrier.

    `others` stand beside them unchanged: those of the same operator and carrier serve and interfere. Where a
    whole prediction does not bear out a gain, the sectors come back as they were. Raises ValueError for
    sectors of several carriers.
    """
    choices = choices or Choices()
    if len({(sector.operator, sector.carrier) for sector in sectors}) > 1:
        raise ValueError("sectors to design must be of one operator and carrier")
    start = tuple(sectors)
    if not start or not people.people.sum() > 0:
        return Design(start, LEAST_SINR_DB, LEAST_SINR_DB, 0.0, 0.0, {})
    kept = keep(ground, [*others, *start], grid=grid, options=options, antennas=antennas)
    first = _judged(kept.coverage.layers[_key(start[0])], grid, people)
    job = job_of(ground, start, grid=grid, options=options, antennas=antennas, where=None)
    alike = [o for o in others if (o.operator, o.carrier) == (start[0].operator, start[0].carrier)]
    found = _descended(_Around.of(job, start, alike, people), choices, progress)
    new = keep(ground, [*others, *found], grid=grid, options=options, antennas=antennas)
    last = _judged(new.coverage.layers[_key(start[0])], grid, people)
    if last[0] < first[0] or last[1] < first[1]:  # a level on the very threshold, on a coarse grid
        found, new, last = start, kept, first
    return Design(found, first[0], last[0], first[1], last[1], _site_gains(new, start, found, others, people))


def mean_sinr_db(layer: Layer, grid: Grid, people: People) -> float:
    """The people's mean SINR in dB, held between -10 and 30; whoever has no service counts as -10."""
    return _judged(layer, grid, people)[0]


def _key(sector: Sector) -> str:
    return f"{sector.operator}-{sector.carrier.technology}".lower().replace(" ", "-")


def _judged(layer: Layer, grid: Grid, people: People) -> tuple[float, float]:
    """Mean SINR of the people, and how many are served."""
    row, col = grid.row_col(people.x_m, people.y_m)
    inside = grid.contains(row, col)
    row, col, heads = row[inside], col[inside], people.people[inside]
    on = layer.rsrp_dbm[row, col] >= layer.threshold_dbm
    sinr_db = np.clip(layer.sinr_db[row, col].astype(np.float64), LEAST_SINR_DB, MOST_SINR_DB)
    value = np.where(on, sinr_db, LEAST_SINR_DB)
    return float((value * heads).sum() / people.people.sum()), float(heads[on].sum())


def _site_gains(
    kept: Kept, start: Sequence[Sector], found: Sequence[Sector], others: Sequence[Sector], people: People
) -> dict[str, float]:
    """What the mean SINR owes to each site's new directions, by the engine's what-if."""
    grid, key = kept.job.grid, _key(found[0])
    whole = mean_sinr_db(kept.coverage.layers[key], grid, people)
    gains = {}
    for site in dict.fromkeys(sector.site_id for sector in found):
        back = [old if old.site_id == site else new for old, new in zip(start, found, strict=True)]
        if back == list(found):
            gains[site] = 0.0
            continue
        without = changed(kept, [*others, *back]).layers[key]
        gains[site] = whole - mean_sinr_db(without, grid, people)
    return gains


@dataclass(slots=True)
class _Around:
    """What people's cells receive while sectors turn: levels of every mast at the cells that it reaches."""

    job: Job
    sectors: list[Sector]
    weight: FloatArray  # people of each cell that has any
    cell: NDArray[np.int64]  # grid's flat number of those cells, rising
    base_dbm: Levels  # best level from sectors that stay
    base_mw: FloatArray
    masts: list[list[int]]  # numbers of the sectors of each mast
    at: list[NDArray[np.int64]]  # cells (positions in `weight`) that each mast may reach
    levels: list[Levels]  # (sectors of the mast, its cells)

    @classmethod
    def of(cls, job: Job, sectors: Sequence[Sector], alike: Sequence[Sector], people: People) -> _Around:
        grid = job.grid
        row, col = grid.row_col(people.x_m, people.y_m)
        ok = grid.contains(row, col)
        cell, place = np.unique(row[ok] * grid.cols + col[ok], return_inverse=True)
        masts: dict[tuple[float, float, float], list[int]] = {}
        for k, sector in enumerate(sectors):
            masts.setdefault((sector.x_m, sector.y_m, sector.height_m), []).append(k)
        self = cls(
            job=job, sectors=list(sectors), cell=cell,
            weight=np.bincount(place, weights=people.people[ok]).astype(np.float64),
            base_dbm=np.full(len(cell), NEVER_DBM, np.float32), base_mw=np.zeros(len(cell)),
            masts=list(masts.values()), at=[], levels=[],
        )  # fmt: skip
        self._stand(alike)
        for members in self.masts:
            at, levels = self.heard([self.sectors[k] for k in members])
            self.at.append(at)
            self.levels.append(levels)
        return self

    def _stand(self, alike: Sequence[Sector]) -> None:
        places: dict[tuple[float, float, float], list[Sector]] = {}
        for sector in alike:
            places.setdefault((sector.x_m, sector.y_m, sector.height_m), []).append(sector)
        for together in places.values():
            at, levels = self.heard(together)
            self.base_dbm[at] = np.maximum(self.base_dbm[at], levels.max(axis=0))
            self.base_mw[at] += _milliwatts(levels).sum(axis=0)

    def heard(self, sectors: Sequence[Sector]) -> tuple[NDArray[np.int64], Levels]:
        """The people's cells near one mast, and the level there of each of `sectors`, all on that mast."""
        grid, one = self.job.grid, sectors[0]
        reach = self.job.options.radius_km[one.carrier.technology] * 1e3 / grid.cell_m
        x, y = (one.x_m - grid.west_m) / grid.cell_m - 0.5, (grid.north_m - one.y_m) / grid.cell_m - 0.5
        top, bottom = max(0, floor(y - reach)), min(grid.rows, ceil(y + reach) + 1)
        left, right = max(0, floor(x - reach)), min(grid.cols, ceil(x + reach) + 1)
        row, col = np.divmod(self.cell, grid.cols)
        at = np.flatnonzero((row >= top) & (row < bottom) & (col >= left) & (col < right))
        if not len(at):
            return at, np.empty((len(sectors), 0), np.float32)
        part = replace(
            grid, west_m=grid.west_m + left * grid.cell_m, north_m=grid.north_m - top * grid.cell_m,
            rows=bottom - top, cols=right - left,
        )  # fmt: skip
        levels = levels_of_mast(self.job, sectors, part, self.job.heights_m[top:bottom, left:right])
        return at, np.ascontiguousarray(levels[:, row[at] - top, col[at] - left])

    def beside(self, mast: int) -> tuple[Levels, FloatArray]:
        """Best level and sum of power that the cells of a mast receive from everybody else."""
        mine = self.at[mast]
        best, total = self.base_dbm.copy(), self.base_mw.copy()
        reached = np.zeros(len(self.weight), bool)
        reached[mine] = True
        for other, (at, levels) in enumerate(zip(self.at, self.levels, strict=True)):
            if other == mast or not reached[at].any():
                continue
            best[at] = np.maximum(best[at], levels.max(axis=0))
            total[at] += _milliwatts(levels).sum(axis=0)
        return best[mine], total[mine]


def _descended(around: _Around, choices: Choices, progress: Progress | None) -> tuple[Sector, ...]:
    """Rounds over all masts until none moves."""
    masts, done = len(around.masts), 0
    for _ in range(choices.rounds):
        moved = False
        for mast in range(masts):
            moved = _turned(around, mast, choices) or moved
            done += 1
            if progress is not None:
                progress(done, choices.rounds * masts)
        if not moved:
            break
    return tuple(around.sectors)


def _turned(around: _Around, mast: int, choices: Choices) -> bool:
    """Gives each sector of one mast its best direction while that gains; True when any moved."""
    members, at = around.masts[mast], around.at[mast]
    if not len(at):
        return False
    mine = [around.sectors[k] for k in members]
    options = [(a, t) for a in choices.azimuths_deg for t in choices.tilts_deg]
    tried = [
        replace(mine[0], sector_id=str(n), azimuth_deg=a, electrical_downtilt_deg=t)
        for n, (a, t) in enumerate(options)
    ]
    # sectors of one mast may differ in power or antenna: each kind is swept for itself
    kinds = {(s.antenna, s.power_dbm, s.mechanical_downtilt_deg): s for s in mine}
    heard = {
        kind: around.heard([replace(one, antenna=s.antenna, power_dbm=s.power_dbm,
                                    mechanical_downtilt_deg=s.mechanical_downtilt_deg) for one in tried])[1]
        for kind, s in kinds.items()
    }  # fmt: skip
    beside_dbm, beside_mw = around.beside(mast)
    azimuths = np.array([a for a, _ in options])
    moved = False
    for _ in range(3):
        gained = False
        for k, number in enumerate(members):
            sector = around.sectors[number]
            levels = heard[sector.antenna, sector.power_dbm, sector.mechanical_downtilt_deg]
            rest = np.delete(around.levels[mast], k, axis=0)
            best = np.maximum(beside_dbm, rest.max(axis=0, initial=NEVER_DBM))
            total = beside_mw + _milliwatts(rest).sum(axis=0)
            now = _scores(around, at, around.levels[mast][k : k + 1], best, total)
            apart = np.full(len(options), True)
            for other in members:
                if other != number:
                    turn = np.abs((azimuths - around.sectors[other].azimuth_deg + 180.0) % 360.0 - 180.0)
                    apart &= turn >= choices.least_apart_deg - 1e-9
            value, people = _scores(around, at, levels, best, total)
            value[~(apart & (people >= now[1] - 1e-9))] = -np.inf
            top = int(value.argmax())
            if value[top] > now[0][0] + 1e-6 * around.weight.sum():
                around.levels[mast][k] = levels[top]
                around.sectors[number] = replace(
                    sector, azimuth_deg=options[top][0], electrical_downtilt_deg=options[top][1]
                )
                gained = moved = True
        if not gained:
            break
    return moved


def _scores(
    around: _Around, at: NDArray[np.int64], levels: Levels, beside_dbm: Levels, beside_mw: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """For each row of levels: people times SINR in dB over the cells `at`, and people served."""
    carrier, options = around.sectors[0].carrier, around.job.options
    others, own = interference_shares(carrier, options)
    noise_mw = 10.0 ** (noise_dbm(carrier, options) / 10.0)
    weight = around.weight[at]
    best = np.maximum(levels, beside_dbm[None, :])
    best_mw = _milliwatts(best)
    rest_mw = np.maximum(_milliwatts(levels) + beside_mw[None, :] - best_mw, 0.0)
    with np.errstate(divide="ignore"):
        sinr_db = best - 10.0 * np.log10(others * rest_mw + own * best_mw + noise_mw)
    on = best >= options.threshold_dbm[carrier.technology]
    value = np.where(on, np.clip(sinr_db, LEAST_SINR_DB, MOST_SINR_DB), LEAST_SINR_DB)
    return value @ weight, on @ weight


def _milliwatts(level_dbm: Levels) -> FloatArray:
    return np.asarray(10.0 ** (level_dbm.astype(np.float64) / 10.0))
