"""Everything that draws need, one entry a sector that may serve a place: levels, geometry, sensitivities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.antenna import Antenna, catalogue
from phusong.coverage.excess import earth_radius_km
from phusong.coverage.ground import Ground
from phusong.coverage.kernels.path_changes import Paths, path_changes
from phusong.coverage.kernels.profile import Samples, terrain_at
from phusong.coverage.masts import masts_of
from phusong.coverage.models import MODELS
from phusong.coverage.options import Options
from phusong.coverage.site import Sector
from phusong.coverage.uncertainty.chance import generator
from phusong.coverage.uncertainty.fields import torus, two_fields
from phusong.coverage.uncertainty.heard import Heard, Places
from phusong.coverage.uncertainty.model_spread import ModelSpread, model_spread, no_spread
from phusong.coverage.uncertainty.sources import Sources

SPAN_DB = 20.0  # a sector further below the best is left out: it would need three standard deviations
BLOCK_M = 200.0  # what another ground would change is asked once in a square as wide as this
SCALES = (0.7, 1.3)  # of clutter heights, at which the loss is computed
RAISE_M = 5.0
GROUNDS = 4  # other terrains that are predicted
OBSTRUCTED_DB = 6.0  # of diffraction: a path that only just touches the ground

F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Entries:
    """The sectors that may serve, by layer and place: those of place p in layer l stand from
    start[l · places + p] on. Losses are in dB, and more loss is less level."""

    start: NDArray[np.int64]
    level_dbm: F32
    sector: NDArray[np.int32]
    mast: NDArray[np.int32]
    place: NDArray[np.int32]
    turn_deg: F32  # of the place from the boresight
    below_deg: F32  # of the place below the antenna's horizon
    fading_db: F32  # standard deviation
    clutter_db: F32  # (entries, 2): a and b of the loss a c + b c² added by clutter (1 + c) times as high
    height_db_per_m: F32  # loss added by an antenna a metre higher
    terrain_db: F32  # (entries, GROUNDS): loss added by other terrains, the mean taken off
    model_db: F32  # standard deviation between models

    @property
    def size(self) -> int:
        return self.level_dbm.size


def entries_of(
    ground: Ground,
    sectors: Sequence[Sector],
    heard: Heard,
    known: Sources,
    options: Options,
    *,
    seed: int,
) -> tuple[Entries, ModelSpread]:
    """The entries of what was heard, and the spread of the models on this ground.

    Other grounds are asked with delta-Bullington on each block's own paths, for models that look at the ground.
    """
    best = heard.level_dbm[:, :, :1]
    used = (heard.sector >= 0) & (heard.level_dbm > best - SPAN_DB)
    start = np.concatenate(([0], np.cumsum(used.sum(axis=2).ravel())))
    _, place, _ = np.nonzero(used)
    sector = heard.sector[used]
    masts = masts_of(sectors, options)
    mast_of_sector = np.empty(len(sectors), np.int64)
    for number, one in enumerate(masts):
        mast_of_sector[list(one.members)] = number
    samples = ground.samples_dm()
    turn, below, away_m = _geometry(ground, samples, sectors, heard.places, sector, place, options)
    blocks, which = _blocks(sectors, mast_of_sector, heard.places, sector, place)
    change = _changes(
        ground, samples, sectors, heard.places, sector[blocks], place[blocks], known, options, seed
    )
    looks = MODELS[options.model].looks_at_en
    obstruction = change[:, 0].copy()
    if "terrain" not in looks:
        change[:] = 0.0
    if "clutter" not in looks:
        change[:, 1:3] = 0.0
    low, high, raised, grounds = change[:, 1], change[:, 2], change[:, 3], change[:, 4:]
    step = SCALES[1] - 1.0
    bends = np.stack([(high - low) / (2.0 * step), (high + low) / (2.0 * step**2)], axis=1)
    spread = no_spread()
    if known.model_factor > 0.0:
        x, y = heard.places.x_m[place[blocks]], heard.places.y_m[place[blocks]]
        own = mast_of_sector[sector[blocks]]
        spread = model_spread(ground, samples, masts, own, x, y, obstruction.astype(np.float64), options)
    blocked = obstruction[which]
    fading = np.where(blocked > OBSTRUCTED_DB, known.shadow_obstructed_db, known.shadow_clear_db)
    anomalies = grounds - grounds.mean(axis=1, keepdims=True) if grounds.shape[1] else grounds
    return Entries(
        start=start,
        level_dbm=heard.level_dbm[used],
        sector=sector,
        mast=mast_of_sector[sector].astype(np.int32),
        place=place.astype(np.int32),
        turn_deg=turn,
        below_deg=below,
        fading_db=fading.astype(np.float32),
        clutter_db=bends.astype(np.float32)[which],
        height_db_per_m=(raised / RAISE_M).astype(np.float32)[which],
        terrain_db=(anomalies / np.sqrt(max(1, grounds.shape[1] - 1))).astype(np.float32)[which],
        model_db=(known.model_factor * spread.of(away_m, blocked.astype(np.float64))).astype(np.float32),
    ), spread


def _column(sectors: Sequence[Sector], name: str) -> NDArray[np.float64]:
    return np.array([getattr(sector, name) for sector in sectors], np.float64)


def _geometry(
    ground: Ground, samples: Samples, sectors: Sequence[Sector], places: Places, sector: NDArray[np.int32],
    place: NDArray[np.int64], options: Options,
) -> tuple[F32, F32, NDArray[np.float64]]:  # fmt: skip
    """Degrees from the boresight and below the horizon, and metres, from each entry's sector to its place."""
    x_m, y_m = _column(sectors, "x_m"), _column(sectors, "y_m")
    foot = terrain_of(ground, samples, x_m, y_m)
    floor = terrain_of(ground, samples, places.x_m, places.y_m)
    east, north = places.x_m[place] - x_m[sector], places.y_m[place] - y_m[sector]
    away = np.hypot(east, north)
    azimuth = np.degrees(np.arctan2(east, north)) - _column(sectors, "azimuth_deg")[sector]
    drop = (foot + _column(sectors, "height_m"))[sector] - options.receiver_height_m - floor[place]
    below = np.degrees(np.arctan2(drop + away**2 * 0.5e-3 / earth_radius_km(options), away))
    return azimuth.astype(np.float32), below.astype(np.float32), away


def terrain_of(
    ground: Ground, samples: Samples, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Terrain at points, m; 0 where it is not known, as the rasters have it."""
    grid = ground.grid
    out = np.empty(x_m.size, np.float32)
    terrain_at(
        samples, (x_m - grid.west_m) / grid.cell_m - 0.5, (grid.north_m - y_m) / grid.cell_m - 0.5, out
    )
    return np.nan_to_num(out)


def _blocks(
    sectors: Sequence[Sector], mast_of_sector: NDArray[np.int64], places: Places, sector: NDArray[np.int32],
    place: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    """One entry of every mast, frequency and block of places, and each entry's number among those."""
    frequencies, band = np.unique([one.carrier.frequency_mhz for one in sectors], return_inverse=True)
    side = max(1, round(BLOCK_M / places.grid.cell_m))
    across = places.grid.cols // side + 1
    block = (places.row // side).astype(np.int64) * across + places.col // side
    rows = places.grid.rows // side + 1
    key = (mast_of_sector[sector] * frequencies.size + band[sector]) * (rows * across) + block[place]
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return first, which


def _changes(
    ground: Ground, samples: Samples, sectors: Sequence[Sector], places: Places, sector: NDArray[np.int32],
    place: NDArray[np.int64], known: Sources, options: Options, seed: int,
) -> F32:  # fmt: skip
    """Diffraction loss of each path, then what each of SCALES, RAISE_M and other terrains add to it, dB."""
    grid = ground.grid
    extent_m = max(grid.rows, grid.cols) * grid.cell_m
    on = torus(extent_m, cell_m=grid.cell_m, correlation_m=max(known.terrain_correlation_m, grid.cell_m))
    errors = np.zeros((0, 1, 1), np.float32)
    if known.terrain_sigma_m > 0.0:
        pairs = [two_fields(on, generator(seed, 1, number)) for number in range(GROUNDS // 2)]
        errors = np.float32(known.terrain_sigma_m) * np.stack([one for pair in pairs for one in pair])
    paths = Paths(
        mast_x=(_column(sectors, "x_m")[sector] - grid.west_m) / grid.cell_m - 0.5,
        mast_y=(grid.north_m - _column(sectors, "y_m")[sector]) / grid.cell_m - 0.5,
        height_m=_column(sectors, "height_m")[sector],
        x=(places.x_m[place] - grid.west_m) / grid.cell_m - 0.5,
        y=(grid.north_m - places.y_m[place]) / grid.cell_m - 0.5,
        frequency_mhz=np.array([one.carrier.frequency_mhz for one in sectors])[sector],
    )
    change = np.zeros((sector.size, 4 + errors.shape[0]), np.float32)
    path_changes(
        samples, grid.cell_m, paths, options.receiver_height_m, options.terminal_clearance_m,
        earth_radius_km(options), np.array(SCALES), RAISE_M, errors, on.step_m / grid.cell_m, change,
    )  # fmt: skip
    return change


def patterns_of(
    sectors: Sequence[Sector], antennas: Mapping[str, Antenna] | None = None
) -> tuple[NDArray[np.int32], F32, F32, F32, F32]:
    """Each sector's antenna, the antennas' cuts and floors, and each sector's mechanical and electrical tilt
    as the pattern has yet to be tilted."""
    known = {**catalogue(), **(antennas or {})}
    names = sorted({sector.antenna for sector in sectors})
    used = [known[name] for name in names]
    entries = max(antenna.horizontal_db.size for antenna in used), max(one.vertical_db.size for one in used)

    def spread_out(cut: NDArray[np.float64], size: int) -> NDArray[np.float64]:
        return np.interp(np.arange(size) * (cut.size / size), np.arange(cut.size), cut, period=cut.size)

    tilts = [
        (sector.mechanical_downtilt_deg, sector.electrical_downtilt_deg - known[sector.antenna].tilt_deg)
        for sector in sectors
    ]
    return (
        np.array([names.index(sector.antenna) for sector in sectors], np.int32),
        np.stack([spread_out(one.horizontal_db, entries[0]) for one in used]).astype(np.float32),
        np.stack([spread_out(one.vertical_db, entries[1]) for one in used]).astype(np.float32),
        np.array([one.floor_db for one in used], np.float32),
        np.array(tilts, np.float32),
    )
