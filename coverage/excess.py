"""Loss beyond free space from one mast to many points, by any model: what the path drivers share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log10

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.extra_losses import EXTRAS, Place, extra_loss_db
from phusong.coverage.ground import Band, Ground
from phusong.coverage.kernels.hata_paths import extended_hata_to_points
from phusong.coverage.kernels.itm_paths import itm_to_points
from phusong.coverage.kernels.p1546_paths import p1546_to_points
from phusong.coverage.kernels.p1812_points import p1812_to_points
from phusong.coverage.kernels.points import diffraction_to_points
from phusong.coverage.kernels.profile import Samples, terrain_at, terrain_m
from phusong.coverage.kernels.spm_paths import spm_at_points
from phusong.coverage.masts import EARTH_KM, Mast
from phusong.coverage.model import Conditions, conditions_for
from phusong.coverage.model_options import Value, extra_settings, settings
from phusong.coverage.models import (
    MODELS,
    itm_surroundings,
    itm_variability,
    p1546_environment,
    spm_coefficients,
)
from phusong.coverage.options import Options
from phusong.coverage.profile import PathProfile
from phusong.coverage.propagation import radioclimate
from phusong.coverage.propagation.hata import ENVIRONMENTS
from phusong.coverage.propagation.normal import inverse_complementary_normal
from phusong.coverage.propagation.p525 import free_space_loss_db
from phusong.coverage.propagation.p1546 import Clutter
from phusong.coverage.propagation.p1546_curves import curves
from phusong.coverage.propagation.p1812 import location_sd_db
from phusong.coverage.propagation.p1812_path import median_earth_radius_km

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

CLOSED = tuple(name for name, model in MODELS.items() if model.looks_at_en == "distance")
NAMES = tuple(MODELS)
HATA_ENVIRONMENT = {name: number for number, name in enumerate(ENVIRONMENTS)}
LOCATION_M = 100.0  # width of the square over which P.1812's location variability is meant


def title(model: str) -> str:
    """Name and edition of a model as maps print it."""
    return f"{MODELS[model].title} ({MODELS[model].edition})"


def label(options: Options) -> str:
    """The model as maps print it, with whatever differs from its defaults and what was added to it."""
    told = ", ".join(
        f"{key} = {value:g}"
        if isinstance(value, float | int) and not isinstance(value, bool)
        else f"{key} = {value}"
        for key, value in options.model_options.items()
    )
    text = title(options.model) + (f" [{told}]" if told else "")
    if options.model == "p1812" and not options.clear_air and settled(options)["time_percent"] == 50.0:
        text += ", không tán xạ và ống dẫn · without troposcatter and ducting"
    for kind, given in options.extras.items():
        method, found = extra_settings(kind, given)
        extra = EXTRAS[kind, method]
        words = ", ".join(
            f"{value:g}" if isinstance(value, float) else str(value) for value in found.values()
        )
        text += f" + {extra.title} ({words})"
    if options.calibration is not None:
        text += f" · {options.calibration.said or 'hiệu chỉnh · calibrated'}"
    return text


def settled(options: Options) -> dict[str, Value]:
    """Every option of the model, defaults included; SPM's coefficients are the calibration's if it has one."""
    told = settings(options.model, options.model_options)
    fitted = None if options.calibration is None else options.calibration.coefficients
    return told if fitted is None else {**told, **{f"K{k}": value for k, value in enumerate(fitted, start=1)}}


def conditions_of(options: Options, frequency_mhz: float) -> Conditions:
    """What the model is asked for at one frequency, at 50 % of locations, with every one of its options."""
    found = conditions_for(options.model, options.model_options, frequency_mhz=frequency_mhz)
    return replace(found, options={**settled(options), **found.options})


def nearest_km(options: Options) -> float:
    """Nearer than this the loss is that of free space."""
    return MODELS[options.model].distance_km[0]


def p1546_clutter(told: Mapping[str, Value]) -> Clutter:
    """What P.1546 is told of both ends."""
    built_up = p1546_environment(str(told["environment"])) != "rural"
    return Clutter(float(told["tx_clutter_m"]), float(told["rx_clutter_m"]), built_up, False)


def earth_radius_km(options: Options) -> float:
    """Effective earth radius, km: from the lapse rate for P.1812, from k for the others."""
    told = settled(options)
    if options.model == "p1812":
        return median_earth_radius_km(float(told["delta_n"]))
    return EARTH_KM * float(options.model_options.get("earth_radius_factor", options.earth_radius_factor))


def extra_db(frequency_mhz: float, options: Options) -> float:
    """What clutter, walls and trees around the receiver add everywhere, dB."""
    place = Place(frequency_mhz=frequency_mhz, rx_height_m=options.receiver_height_m)
    return extra_loss_db(options.extras, place)


def location_margin_db(frequency_mhz: float, options: Options) -> float:
    """What P.1812-8 §4.7 adds to the median for `location_percent` of places outdoors, dB; clutter around."""
    if options.location_percent == 50.0:
        return 0.0
    sigma = location_sd_db(frequency_mhz * 1e-3, LOCATION_M, 0.0, 0.0)
    return -inverse_complementary_normal(options.location_percent / 100.0) * sigma


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths over the ground from one mast to many points: x, y in cells of the ground's grid.

    `samples` are the ground's, or what a model is to take for them.
    """

    ground: Ground | Band
    samples: Samples
    mast: Mast
    x: F64
    y: F64

    @property
    def at(self) -> tuple[float, float]:
        """Where they begin, in the same cells."""
        return self.mast.at(self.ground.grid)

    @property
    def distance_m(self) -> F64:
        """How long each is on the map."""
        x0, y0 = self.at
        return np.hypot(self.x - x0, self.y - y0) * self.ground.grid.cell_m

    def terrain_m(self) -> F32:
        """Terrain height where each ends, NaN off the known ground."""
        heights = np.empty(self.x.size, np.float32)
        terrain_at(self.samples, self.x, self.y, heights)
        return heights

    def antenna_m(self) -> float:
        """Height of the mast's antenna above sea level."""
        return terrain_m(self.samples, *self.at) + self.mast.height_m


def excess_db(paths: Paths, options: Options) -> F64:
    """Loss beyond free space in dB, shape (bands, points), each point on its own path.

    Infinite where a path leaves the known ground. Location variability is not in it; what the ground's class
    losses and a calibration add is.
    """
    excess = _excess_db(paths, options)
    added = local_db(paths.ground, paths.at, paths.x, paths.y, options)
    return excess if added is None else excess + added


def local_db(ground: Ground | Band, at: tuple[float, float], x: F64, y: F64, options: Options) -> F64 | None:
    """What is added to the model's loss of each path from `at` to x, y: class losses of the ground, a calibration.

    dB, shape of x; None where nothing is.
    """
    found = ground.loss_db_at(x, y, receiver_height_m=options.receiver_height_m)
    if options.calibration is None:
        return found
    calibrated = options.calibration.at_points(ground, at, x, y)
    return calibrated if found is None else calibrated + found


def spm_terms(paths: Paths, options: Options) -> F64:
    """What SPM's K1 … K7 are multiplied by on each path, shape (bands, points, 7); 0 off the known ground."""
    plain = replace(options, model="delta-bullington", model_options={}, calibration=None)
    D = _excess_db(paths, plain)
    d_m = np.maximum(paths.distance_m, 1e3 * MODELS["spm"].distance_km[0])
    H = np.maximum(paths.antenna_m() - paths.terrain_m().astype(np.float64), paths.mast.height_m)
    known = np.isfinite(D) & np.isfinite(H)
    lg_d, lg_H, h = np.log10(d_m), np.log10(np.where(np.isfinite(H), H, 1.0)), options.receiver_height_m
    columns = np.broadcast_arrays(1.0, lg_d, lg_H, np.where(known, D, 0.0), lg_d * lg_H, h, log10(h))
    return np.where(known[..., None], np.stack(columns, axis=-1), 0.0)


def _excess_db(paths: Paths, options: Options) -> F64:
    samples, mast, at, x, y = paths.samples, paths.mast, paths.at, paths.x, paths.y
    for frequency_mhz in mast.frequencies_mhz:
        MODELS[options.model].check(frequency_mhz, mast.height_m, options.receiver_height_m)
    told, cell_m = settled(options), paths.ground.grid.cell_m
    heights_m = (mast.height_m, options.receiver_height_m)
    frequencies_mhz = np.array(mast.frequencies_mhz)
    out = np.empty((len(mast.frequencies_mhz), x.size))
    if options.model in ("delta-bullington", "spm"):
        diffraction_to_points(
            samples, cell_m, at, heights_m, x, y, options.terminal_clearance_m, earth_radius_km(options),
            told["polarization"] == "vertical", frequencies_mhz, out,
        )  # fmt: skip
    if options.model == "spm":
        K = spm_coefficients(told).as_tuple()
        spm_at_points(samples, cell_m, at, heights_m, x, y, nearest_km(options), K, frequencies_mhz, out)
    if options.model == "p1546":
        p1546_to_points(
            samples, cell_m, at, heights_m, x, y, nearest_km(options), curves("land"), curves("cold-sea"),
            float(told["time_percent"]), p1546_clutter(told), frequencies_mhz, out,
        )  # fmt: skip
    if options.model == "extended-hata":
        extended_hata_to_points(
            samples, cell_m, at, heights_m, x, y, nearest_km(options),
            HATA_ENVIRONMENT[str(told["environment"])], frequencies_mhz, out,
        )  # fmt: skip
    if options.model in ("delta-bullington", "spm", "p1546", "extended-hata"):
        return out
    return _less_free_space(paths, options)


def _less_free_space(paths: Paths, options: Options) -> F64:
    # models that give the whole loss, one frequency at a time
    samples, mast, at, x, y = paths.samples, paths.mast, paths.at, paths.x, paths.y
    cell_m, heights_m = paths.ground.grid.cell_m, (mast.height_m, options.receiver_height_m)
    out = np.empty((len(mast.frequencies_mhz), x.size))
    drop_m = paths.antenna_m() - options.receiver_height_m - paths.terrain_m()
    slant_m = np.maximum(np.hypot(paths.distance_m, drop_m), 1.0)
    for band, frequency_mhz in enumerate(mast.frequencies_mhz):
        if options.model in CLOSED:
            out[band] = _closed(options, mast, frequency_mhz, paths.distance_m)
            continue
        asked = conditions_of(options, frequency_mhz)
        if options.model == "p1812":
            told = asked.options
            climate = (float(told["delta_n"]), float(told["n_0"]), radioclimate.LATITUDE_DEG)
            p1812_to_points(
                samples, cell_m, at, heights_m, x, y, options.terminal_clearance_m, frequency_mhz,
                asked.polarization == "vertical", asked.time_percent, climate, 0.0, out[band],
            )  # fmt: skip
        else:
            itm_to_points(
                samples, cell_m, at, heights_m, x, y, frequency_mhz, itm_surroundings(asked).ground(),
                itm_variability(asked).quantiles(), out[band],
            )  # fmt: skip
        out[band] -= free_space_loss_db(1e-3, frequency_mhz) + 20.0 * np.log10(slant_m)
    return np.where(np.isnan(out), np.inf, out)


def _closed(options: Options, mast: Mast, frequency_mhz: float, distance_m: F64) -> F64:
    # a formula in distance alone: a table, held at its ends beyond the model's own range
    model = MODELS[options.model]
    low, high = model.distance_km[0] * 1e3, min(model.distance_km[1] * 1e3, max(mast.radius_m))
    table_m = np.geomspace(low, max(high, low * 1.001), 256)
    excess = [_closed_at(options, mast, frequency_mhz, float(d) * 1e-3) for d in table_m]
    return np.interp(np.log(np.maximum(distance_m, 1.0)), np.log(table_m), excess)


def _closed_at(options: Options, mast: Mast, frequency_mhz: float, distance_km: float) -> float:
    level = np.zeros(3)
    profile = PathProfile(
        np.array([0.0, 0.5, 1.0]) * distance_km, level, level, mast.height_m, options.receiver_height_m
    )
    loss = MODELS[options.model].loss(profile, conditions_of(options, frequency_mhz))
    return loss.loss_db - free_space_loss_db(1e-3, frequency_mhz) - 20.0 * log10(distance_km * 1e3)
