"""What one realisation of each source does to every entry's level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.antenna import Antenna
from phusong.coverage.kernels.draws import (
    add_clutter,
    add_combined,
    add_fading,
    add_of_group,
    add_pointing,
    add_scaled,
)
from phusong.coverage.masts import masts_of
from phusong.coverage.options import Options
from phusong.coverage.site import Sector
from phusong.coverage.uncertainty.chance import generator, keys_of, normals, scattered, spread_evenly
from phusong.coverage.uncertainty.entries import Entries, patterns_of
from phusong.coverage.uncertainty.fields import Torus, torus, two_fields
from phusong.coverage.uncertainty.heard import LayerName, Places
from phusong.coverage.uncertainty.sources import SOURCES, Sources

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
LOCAL = 10.0  # correlation distance of the weights between other terrains, in those of the terrain's errors
_STREAM = {name: 10 * (k + 1) for k, name in enumerate(SOURCES)}


@dataclass(frozen=True, slots=True)
class Patterns:
    """Antennas of the sectors, as `patterns_of` gives them."""

    antenna: I32
    horizontal_db: F32
    vertical_db: F32
    floor_db: F32
    tilts_deg: F32


@dataclass(frozen=True, slots=True)
class Lattice:
    """Fields of one kind, and the point of them at which each place lies."""

    torus: Torus
    at: tuple[I32, I32]


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same for every draw."""

    seed: int
    sources: Sources
    layers: tuple[LayerName, ...]
    places: int
    entries: Entries
    patterns: Patterns
    fading: Lattice
    clutter: Lattice
    weights: Lattice
    mast_keys: NDArray[np.uint64]
    sector_keys: NDArray[np.uint64]
    panel_keys: NDArray[np.uint64]  # of the antenna that a sector hangs on: its carriers point alike


def setting_of(
    sectors: Sequence[Sector],
    places: Places,
    layers: tuple[LayerName, ...],
    entries: Entries,
    known: Sources,
    options: Options,
    *,
    seed: int,
    antennas: Mapping[str, Antenna] | None = None,
) -> Setting:
    """What draws of these entries need. ValueError for a correlation distance below the grid step."""
    cell_m = places.grid.cell_m
    extent_m = max(places.grid.rows, places.grid.cols) * cell_m

    def lattice(correlation_m: float, step_m: float) -> Lattice:
        on = torus(extent_m, cell_m=step_m, correlation_m=correlation_m)
        return Lattice(on, (on.at(places.y_m), on.at(places.x_m)))

    weights_m = max(LOCAL * known.terrain_correlation_m, cell_m)
    return Setting(
        seed=seed,
        sources=known,
        layers=layers,
        places=places.row.size,
        entries=entries,
        patterns=Patterns(*patterns_of(sectors, antennas)),
        fading=lattice(known.shadow_correlation_m, cell_m),
        clutter=lattice(known.clutter_correlation_m, cell_m),
        weights=lattice(weights_m, cell_m),
        mast_keys=keys_of(f"{m.x_m:.1f} {m.y_m:.1f} {m.height_m:.1f}" for m in masts_of(sectors, options)),
        sector_keys=keys_of(sector.sector_id for sector in sectors),
        panel_keys=keys_of(f"{sector.site_id} {sector.azimuth_deg:g}" for sector in sectors),
    )


def thinned(setting: Setting, every: int) -> Setting:
    """The same at one of `every` places; the others have nobody who serves them."""
    own = setting.entries
    kept = (np.arange(setting.places) % every == 0)[own.place]
    counts = np.add.reduceat(np.append(kept, False), own.start[:-1]) * (np.diff(own.start) > 0)
    columns = {name: getattr(own, name)[kept] for name in Entries.__dataclass_fields__ if name != "start"}
    entries = Entries(start=np.concatenate(([0], np.cumsum(counts))), **columns)
    return replace(setting, entries=entries)


def change_db(setting: Setting, source: str, number: int) -> F32:
    """What realisation `number` of a source adds to the level of every entry, dB."""
    out = np.zeros(setting.entries.size, np.float32)
    _PARTS[source](setting, _STREAM[source], number, out)
    return out


def every_change_db(setting: Setting, number: int) -> F32:
    """What all sources together add in one draw."""
    out = np.zeros(setting.entries.size, np.float32)
    for source in SOURCES:
        _PARTS[source](setting, _STREAM[source], number, out)
    return out


def _shadow(setting: Setting, stream: int, number: int, out: F32) -> None:
    own, known = setting.entries, setting.sources
    if known.shadow_clear_db == known.shadow_obstructed_db == 0.0:
        return
    shared, alone = two_fields(setting.fading.torus, generator(setting.seed, stream, number))
    scattered_at = scattered(setting.mast_keys, setting.seed, stream, number)
    size = np.uint64(setting.fading.torus.size)
    offset = (
        ((scattered_at >> np.uint64(32)) % size).astype(np.int32),
        ((scattered_at & np.uint64(0xFFFFFFFF)) % size).astype(np.int32),
    )
    add_fading(
        out, own.fading_db, own.place, own.mast, shared, alone, setting.fading.at, offset,
        known.shadow_site_correlation,
    )  # fmt: skip


def _terrain(setting: Setting, stream: int, number: int, out: F32) -> None:
    own = setting.entries
    grounds = own.terrain_db.shape[1]
    if grounds == 0:
        return
    source = generator(setting.seed, stream, number)
    pairs = [two_fields(setting.weights.torus, source) for _ in range((grounds + 1) // 2)]
    weights = np.stack([one for pair in pairs for one in pair][:grounds])
    add_combined(out, own.terrain_db, own.place, weights, setting.weights.at)


def _clutter(setting: Setting, stream: int, number: int, out: F32) -> None:
    own, share = setting.entries, setting.sources.clutter_sigma_share
    if share == 0.0:
        return
    local, _ = two_fields(setting.clutter.torus, generator(setting.seed, stream, number))
    common = spread_evenly(setting.seed, 3, number)
    change = np.float32(share * np.sqrt(0.5)) * (np.float32(common) + local)
    add_clutter(out, own.clutter_db, own.place, change, setting.clutter.at)


def _power(setting: Setting, stream: int, number: int, out: F32) -> None:
    if (sigma := setting.sources.stations_power_db) > 0.0:
        errors = np.float32(sigma) * normals(setting.sector_keys, setting.seed, stream, number)
        add_of_group(out, setting.entries.sector, errors)


def _pointing(setting: Setting, stream: int, number: int, out: F32) -> None:
    own, known, look = setting.entries, setting.sources, setting.patterns
    if known.stations_azimuth_deg == known.stations_tilt_deg == 0.0:
        return
    azimuth = normals(setting.panel_keys, setting.seed, stream, number)
    tilt = normals(setting.panel_keys, setting.seed, stream + 1, number)
    add_pointing(
        out, own.turn_deg, own.below_deg, own.sector, look.antenna, look.horizontal_db, look.vertical_db,
        look.floor_db, look.tilts_deg, np.float32(known.stations_azimuth_deg) * azimuth,
        np.float32(known.stations_tilt_deg) * tilt,
    )  # fmt: skip


def _height(setting: Setting, stream: int, number: int, out: F32) -> None:
    if (sigma := setting.sources.stations_height_m) > 0.0:
        errors = np.float32(-sigma) * normals(setting.mast_keys, setting.seed, stream, number)
        add_scaled(out, setting.entries.height_db_per_m, setting.entries.mast, errors)


def _model(setting: Setting, _: int, number: int, out: F32) -> None:
    if setting.sources.model_factor > 0.0:
        out += np.float32(spread_evenly(setting.seed, 2, number)) * setting.entries.model_db


_PARTS = {
    "shadow": _shadow,
    "terrain": _terrain,
    "clutter": _clutter,
    "power": _power,
    "pointing": _pointing,
    "height": _height,
    "model": _model,
}
