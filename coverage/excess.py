"""Loss beyond free space from one mast to many points, by any model: what the path drivers share."""

from __future__ import annotations

from math import hypot, log10

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.ground import Band, Ground
from phusong.coverage.kernels.itm_paths import itm_to_points
from phusong.coverage.kernels.p1812_points import p1812_to_points
from phusong.coverage.kernels.points import diffraction_to_points
from phusong.coverage.kernels.profile import Samples, inside, read_path, terrain_at, terrain_m
from phusong.coverage.masts import EARTH_KM, Mast
from phusong.coverage.models import MODELS, Conditions
from phusong.coverage.options import Options
from phusong.coverage.profile import PathProfile
from phusong.coverage.propagation import itm, radioclimate
from phusong.coverage.propagation.normal import inverse_complementary_normal
from phusong.coverage.propagation.p525 import free_space_loss_db
from phusong.coverage.propagation.p1812 import location_sd_db
from phusong.coverage.propagation.p1812_path import median_earth_radius_km

F64 = NDArray[np.float64]

SWEPT = ("delta-bullington", "p1812")  # models that the radial sweep computes
CLOSED = tuple(name for name, model in MODELS.items() if model.looks_at_en == "distance")
NAMES = (*SWEPT, "itm", *(name for name in MODELS if name not in (*SWEPT, "itm")))
LOCATION_M = 100.0  # width of the square over which P.1812's location variability is meant


def title(model: str, *, swept: bool) -> str:
    """Name and edition of a model as maps print it; `swept` where the radial sweep made them."""
    known = MODELS[model]
    # at 50 % of time troposcatter and ducting can only lower the loss, in deep shadow
    short = (
        " · không tính tán xạ đối lưu, ống sóng · without troposcatter and ducting"
        if swept and model == "p1812"
        else ""
    )
    return f"{known.title} ({known.edition}){short}"


def earth_radius_km(options: Options) -> float:
    """Effective earth radius, km: from the lapse rate for P.1812, from k for the others."""
    if options.model == "p1812":
        return median_earth_radius_km(radioclimate.DELTA_N)
    return EARTH_KM * options.earth_radius_factor


def location_margin_db(frequency_mhz: float, options: Options) -> float:
    """What P.1812-8 §4.7 adds to the median for `location_percent` of places outdoors, dB; clutter around."""
    if options.location_percent == 50.0:
        return 0.0
    sigma = location_sd_db(frequency_mhz * 1e-3, LOCATION_M, 0.0, 0.0)
    return -inverse_complementary_normal(options.location_percent / 100.0) * sigma


def excess_db(
    ground: Ground | Band,
    samples: Samples,
    mast: Mast,
    at: tuple[float, float],
    x: F64,
    y: F64,
    options: Options,
) -> F64:
    """Loss beyond free space in dB, shape (bands, points), each point on its own path.

    `at` and x, y are cells of the ground's grid; infinite where a path leaves the known ground. Location
    variability is not in it.
    """
    heights_m = (mast.height_m, options.receiver_height_m)
    cell_m = ground.grid.cell_m
    out = np.empty((len(mast.frequencies_mhz), x.size))
    if options.model == "delta-bullington":
        diffraction_to_points(
            samples, cell_m, at, heights_m, x, y, options.terminal_clearance_m, earth_radius_km(options),
            np.array(mast.frequencies_mhz), out,
        )  # fmt: skip
        return out
    heights = np.empty(x.size, np.float32)
    terrain_at(samples, x, y, heights)
    distance_m = np.hypot(x - at[0], y - at[1]) * cell_m
    drop_m = terrain_m(samples, *at) + mast.height_m - options.receiver_height_m - heights
    slant_m = np.maximum(np.hypot(distance_m, drop_m), 1.0)
    for band, frequency_mhz in enumerate(mast.frequencies_mhz):
        if options.model == "p1812":
            climate = (radioclimate.DELTA_N, radioclimate.N_0, radioclimate.LATITUDE_DEG)
            p1812_to_points(
                samples, cell_m, at, heights_m, x, y, options.terminal_clearance_m, frequency_mhz, True,
                50.0, climate, 0.0, out[band],
            )  # fmt: skip
        elif options.model == "itm":
            air = itm.Surroundings(refractivity_n=radioclimate.N_0)
            itm_to_points(
                samples, cell_m, at, heights_m, x, y, frequency_mhz, air.ground(),
                itm.Variability().quantiles(), out[band],
            )  # fmt: skip
        elif options.model in CLOSED:
            out[band] = _closed(options, mast, frequency_mhz, distance_m)
            continue
        else:
            _one_by_one(samples, cell_m, at, mast, x, y, frequency_mhz, options, out[band])
        out[band] -= free_space_loss_db(1e-3, frequency_mhz) + 20.0 * np.log10(slant_m)
    return np.where(np.isnan(out), np.inf, out)


def _one_by_one(
    samples: Samples, cell_m: float, at: tuple[float, float], mast: Mast, x: F64, y: F64,
    frequency_mhz: float, options: Options, out: F64,
) -> None:  # fmt: skip
    """Fills `out` with the loss of a model that has no loop of its own, path by path: for small areas.

    Nearer than the model's range the loss is that of free space, farther there is no signal.
    """
    model, conditions = MODELS[options.model], Conditions(frequency_mhz=frequency_mhz)
    room = int(hypot(samples.shape[0], samples.shape[1])) + 4
    distance_km, terrain_m_, surface_m = np.empty(room), np.empty(room), np.empty(room)
    for k in range(x.size):
        out[k] = np.inf
        length_km = hypot(x[k] - at[0], y[k] - at[1]) * cell_m * 1e-3
        if length_km > model.distance_km[1] or not (inside(samples, *at) and inside(samples, x[k], y[k])):
            continue
        if length_km < model.distance_km[0]:
            out[k] = free_space_loss_db(max(length_km, 1e-3), frequency_mhz)
            continue
        ends = (at[0], at[1], x[k], y[k])
        n = read_path(samples, ends, cell_m, options.terminal_clearance_m, distance_km, terrain_m_, surface_m)
        if n >= 3:
            profile = PathProfile(
                distance_km[:n].copy(), terrain_m_[:n].copy(), (surface_m - terrain_m_)[:n],
                mast.height_m, options.receiver_height_m,
            )  # fmt: skip
            out[k] = model.loss(profile, conditions).loss_db


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
    loss = MODELS[options.model].loss(profile, Conditions(frequency_mhz=frequency_mhz))
    return loss.loss_db - free_space_loss_db(1e-3, frequency_mhz) - 20.0 * log10(distance_km * 1e3)
