"""Predicts coverage: from ground and sectors to signal levels on a grid, or at points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, pi

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.antenna import Antenna, catalogue
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.ground import Ground
from phusong.coverage.kernels import fold as folding
from phusong.coverage.kernels.gather import NEVER_DBM, MastView, Received, gather
from phusong.coverage.kernels.points import add_to_points, diffraction_to_points
from phusong.coverage.kernels.profile import Samples, inside, terrain_m, terrain_on_grid
from phusong.coverage.kernels.sweep import sweep
from phusong.coverage.link_budget import interference_shares, noise_dbm
from phusong.coverage.masts import EARTH_KM, Mast, masts_of, sector_tables
from phusong.coverage.options import TECHNOLOGIES, Options
from phusong.coverage.propagation.p525 import free_space_loss_db
from phusong.coverage.site import Carrier, Sector
from phusong.geodata.grid import Grid

MODELS = {"delta-bullington": "ITU-R P.526-15 delta-Bullington + P.525-4"}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Job:
    """What stays the same for every mast of a run."""

    samples: Samples
    holes: bool
    ground: Grid
    grid: Grid
    heights_m: NDArray[np.float32]
    sectors: tuple[Sector, ...]
    antennas: Mapping[str, Antenna]
    options: Options


def predict(
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    grid: Grid,
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    progress: Progress | None = None,
) -> CoverageMap:
    """Signal of every operator and technology on `grid`, with the layers "any-3g" … over all operators.

    `ground` must hold every sector; what lies outside it is not covered. `antennas` adds to, or replaces, the
    ones that come with phusong. `progress(done, total)` is called after every mast. The same arguments give
    the same bytes on any number of threads. Raises ValueError for what cannot be predicted.
    """
    options = options or Options()
    antennas = {**catalogue(), **(antennas or {})}
    _check(ground, sectors, grid, options, antennas)
    samples = ground.samples_dm()
    heights_m = np.zeros(grid.shape, np.float32)
    terrain_on_grid(samples, *_origin(ground.grid, grid), heights_m)
    job = _Job(samples, ground.holes, ground.grid, grid, heights_m, tuple(sectors), antennas, options)
    carriers = _carriers(sectors)
    received = _nobody((len(carriers), *grid.shape))
    masts = masts_of(job.sectors, options)
    for done, mast in enumerate(masts, start=1):
        _add_mast(job, mast, carriers, received)
        if progress is not None:
            progress(done, len(masts))
    layers = {layer.key: layer for layer in _layers(received, carriers, options)}
    return CoverageMap(grid=grid, sectors=job.sectors, layers=layers, model=MODELS[options.model])


def predict_points(
    ground: Ground,
    sectors: Sequence[Sector],
    *,
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    options: Options | None = None,
    antennas: Mapping[str, Antenna] | None = None,
    progress: Progress | None = None,
) -> Mapping[str, Layer]:
    """The same layers as `predict`, at points: arrays of shape (points,), each from its own terrain profile.

    Coordinates are in the ground's CRS; a point outside the ground is served by nobody. This is the reference
    that rasters are held against.
    """
    options = options or Options()
    antennas = {**catalogue(), **(antennas or {})}
    _check(ground, sectors, ground.grid, options, antennas)
    x_m, y_m = np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)
    if x_m.shape != y_m.shape or x_m.ndim != 1 or not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        raise ValueError("x_m and y_m must be finite and of one length")
    samples = ground.samples_dm()
    x = (x_m - ground.grid.west_m) / ground.grid.cell_m - 0.5
    y = (ground.grid.north_m - y_m) / ground.grid.cell_m - 0.5
    known = np.array([inside(samples, *at) for at in zip(x, y, strict=True)], bool)
    heights_m = np.array(
        [
            terrain_m(samples, *at) if ok else 0.0
            for at, ok in zip(zip(x, y, strict=True), known, strict=True)
        ],
        np.float32,
    )
    job = _Job(samples, ground.holes, ground.grid, ground.grid, heights_m, tuple(sectors), antennas, options)
    carriers = _carriers(sectors)
    received = _nobody((len(carriers), 1, x.size))
    masts = masts_of(job.sectors, options)
    for done, mast in enumerate(masts, start=1):
        near = np.flatnonzero(known & (np.hypot(x_m - mast.x_m, y_m - mast.y_m) <= max(mast.radius_m)))
        if near.size:
            _add_mast_to_points(job, mast, carriers, received, near, x[near], y[near])
        if progress is not None:
            progress(done, len(masts))
    return {layer.key: _of_points(layer) for layer in _layers(received, carriers, options)}


def _of_points(layer: Layer) -> Layer:
    names = ("rsrp_dbm", "best_server", "second_dbm", "servers", "sinr_db")
    return replace(layer, **{name: getattr(layer, name)[0] for name in names})


def _nobody(shape: tuple[int, int, int]) -> Received:
    return Received(
        best_dbm=np.full(shape, NEVER_DBM, np.float32),
        second_dbm=np.full(shape, NEVER_DBM, np.float32),
        total_mw=np.zeros(shape, np.float32),
        best_server=np.full(shape, -1, np.int32),
        servers=np.zeros(shape, np.uint8),
    )


def _check(
    ground: Ground, sectors: Sequence[Sector], grid: Grid, options: Options, antennas: Mapping[str, Antenna]
) -> None:
    if options.model not in MODELS:
        raise ValueError(f"no model is called {options.model}; there are {', '.join(sorted(MODELS))}")
    if grid.crs != ground.grid.crs:
        raise ValueError(f"the output grid is in {grid.crs}, the ground in {ground.grid.crs}")
    west, south, east, north = ground.grid.bounds_m
    for sector in sectors:
        if sector.carrier.technology not in TECHNOLOGIES:
            raise ValueError(f"sector {sector.sector_id}: technology {sector.carrier.technology} is unknown")
        if sector.antenna not in antennas:
            raise ValueError(
                f"sector {sector.sector_id}: no antenna is called {sector.antenna}; "
                f"there are {', '.join(sorted(antennas))}"
            )
        if not (west < sector.x_m < east and south < sector.y_m < north):
            raise ValueError(f"sector {sector.sector_id} stands outside the ground")
        if not 1.0 <= sector.height_m <= 3000.0:
            raise ValueError(f"sector {sector.sector_id}: height_m must lie between 1 and 3000")


def _origin(ground: Grid, grid: Grid) -> tuple[float, float, float]:
    # where the output grid's first centre lies in cells of the ground, and its cell in those
    x = (grid.west_m + 0.5 * grid.cell_m - ground.west_m) / ground.cell_m - 0.5
    y = (ground.north_m - (grid.north_m - 0.5 * grid.cell_m)) / ground.cell_m - 0.5
    return x, y, grid.cell_m / ground.cell_m


def _carriers(sectors: Sequence[Sector]) -> list[tuple[str, Carrier]]:
    return sorted(
        {(sector.operator, sector.carrier) for sector in sectors},
        key=lambda item: (
            item[0],
            item[1].technology,
            item[1].frequency_mhz,
            item[1].bandwidth_mhz,
            item[1].band,
        ),
    )


def _layers(received: Received, carriers: Sequence[tuple[str, Carrier]], options: Options) -> Iterator[Layer]:
    """Every operator's layers, then those over all operators."""
    shape = received.best_dbm.shape[1:]
    everyone: dict[str, folding.Signal] = {}
    for operator, technology in sorted({(operator, carrier.technology) for operator, carrier in carriers}):
        signal = folding.nothing(shape)
        for k, (who, carrier) in enumerate(carriers):
            if (who, carrier.technology) == (operator, technology):
                others, own = interference_shares(carrier, options)
                noise_mw = 10.0 ** (noise_dbm(carrier, options) / 10.0)
                folding.fold_carrier(signal, received, k, noise_mw, others, own)
        folding.fold_layer(everyone.setdefault(technology, folding.nothing(shape)), signal)
        yield _layer(operator, technology, signal, options)
    for technology, signal in sorted(everyone.items()):
        yield _layer("any", technology, signal, options)


def _layer(operator: str, technology: str, signal: folding.Signal, options: Options) -> Layer:
    return Layer(
        key=f"{operator}-{technology}".lower().replace(" ", "-"),
        operator=operator,
        technology=technology,
        threshold_dbm=options.threshold_dbm[technology],
        rsrp_dbm=signal.rsrp_dbm,
        best_server=signal.best_server,
        second_dbm=signal.second_dbm,
        servers=signal.servers,
        sinr_db=signal.sinr_db,
    )


def _view(job: _Job, mast: Mast, polar_m: float) -> MastView:
    grid, options = job.grid, job.options
    x, y = _cells(job.ground, mast)
    out_x, out_y = _cells(grid, mast)
    reach_cells = max(mast.radius_m) / grid.cell_m
    return MastView(
        x=out_x,
        y=out_y,
        cell_m=grid.cell_m,
        polar_m=polar_m,
        antenna_m=terrain_m(job.samples, x, y) + mast.height_m,
        bulge_m=0.5e-3 / (EARTH_KM * options.earth_radius_factor),
        receiver_m=options.receiver_height_m,
        first_row=max(0, ceil(out_y - reach_cells)),
        last_row=min(grid.rows - 1, int(out_y + reach_cells)),
        reach_cells=reach_cells,
    )


def _cells(grid: Grid, mast: Mast) -> tuple[float, float]:
    return (mast.x_m - grid.west_m) / grid.cell_m - 0.5, (grid.north_m - mast.y_m) / grid.cell_m - 0.5


def _constants(mast: Mast) -> NDArray[np.float32]:
    return np.array([free_space_loss_db(1e-3, f) for f in mast.frequencies_mhz], np.float32)


def _add_mast(job: _Job, mast: Mast, carriers: Sequence[tuple[str, Carrier]], received: Received) -> None:
    cell_m, options = job.ground.cell_m, job.options
    stride = max(1, int(job.grid.cell_m / cell_m + 1e-9))
    view = _view(job, mast, cell_m * stride)
    if view.first_row > view.last_row or not inside(job.samples, *_cells(job.ground, mast)):
        return
    kept = ceil(max(mast.radius_m) / view.polar_m) + 1
    radials = ceil(2.0 * pi * max(mast.radius_m) / job.grid.cell_m)
    polar = np.empty((len(mast.frequencies_mhz), radials, kept + 1), np.float32)
    reach = np.empty(radials, np.int32)
    sweep(
        job.samples, job.holes, cell_m, _cells(job.ground, mast),
        (mast.height_m, options.receiver_height_m), radials,
        kept * stride, stride, options.terminal_clearance_m, EARTH_KM * options.earth_radius_factor,
        np.array(mast.frequencies_mhz), polar, reach,
    )  # fmt: skip
    tables = sector_tables(mast, job.sectors, carriers, job.antennas, options)
    limits = np.array([int(radius / view.polar_m) for radius in mast.radius_m], np.int32)
    gather(received, tables, view, polar, reach, limits, _constants(mast), job.heights_m)


def _add_mast_to_points(
    job: _Job, mast: Mast, carriers: Sequence[tuple[str, Carrier]], received: Received,
    near: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64],
) -> None:  # fmt: skip
    options = job.options
    excess_db = np.empty((len(mast.frequencies_mhz), near.size))
    diffraction_to_points(
        job.samples, job.ground.cell_m, _cells(job.ground, mast), (mast.height_m, options.receiver_height_m),
        x, y, options.terminal_clearance_m, EARTH_KM * options.earth_radius_factor,
        np.array(mast.frequencies_mhz), excess_db,
    )  # fmt: skip
    tables = sector_tables(mast, job.sectors, carriers, job.antennas, options)
    add_to_points(
        received, tables, _view(job, mast, job.ground.cell_m), near, x, y, job.heights_m[near], excess_db,
        np.array(mast.radius_m, np.float32), _constants(mast),
    )  # fmt: skip
