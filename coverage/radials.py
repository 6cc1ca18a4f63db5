"""Loss beyond free space along all radials of a mast, by the models that are computed so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.excess import (
    HATA_ENVIRONMENT,
    earth_radius_km,
    nearest_km,
    p1546_clutter,
    settled,
)
from phusong.coverage.kernels.hata_paths import extended_hata_along
from phusong.coverage.kernels.p1546_paths import p1546_along
from phusong.coverage.kernels.profile import Samples
from phusong.coverage.kernels.spm_paths import spm_along
from phusong.coverage.kernels.sweep import sweep
from phusong.coverage.models import MODELS, spm_coefficients
from phusong.coverage.options import Options
from phusong.coverage.propagation import radioclimate
from phusong.coverage.propagation.p1546_curves import curves

F32 = NDArray[np.float32]
Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Radials:
    """From where and how far: see kernels.sweep.sweep."""

    samples: Samples
    holes: bool
    cell_m: float
    position: tuple[float, float]
    heights_m: tuple[float, float]
    ends: Indices
    stride: int
    frequencies_mhz: NDArray[np.float64]


def along_radials(options: Options, mast_height_m: float) -> bool:
    """True where the model runs along radials as it is asked for; otherwise it runs path by path."""
    told = settled(options)
    if told.get("polarization", "vertical") != "vertical":
        return False
    if options.model == "p1812":
        return told["time_percent"] == 50.0
    if options.model == "extended-hata":
        return mast_height_m >= options.receiver_height_m  # the mast is the base
    return options.model in ("delta-bullington", "spm", "p1546")


def fill(at: Radials, options: Options, polar: F32, reach: Indices) -> None:
    """Fills polar[f, radial, k] and reach[radial], as kernels.sweep.sweep does, by the model asked for.

    Raises ValueError outside the model's range.
    """
    for frequency_mhz in at.frequencies_mhz:
        MODELS[options.model].check(float(frequency_mhz), *at.heights_m)
    told = settled(options)
    if options.model == "p1546":
        p1546_along(
            at.samples, at.holes, at.cell_m, at.position, at.heights_m, at.ends, at.stride,
            nearest_km(options), curves("land"), curves("cold-sea"), float(told["time_percent"]),
            p1546_clutter(told), at.frequencies_mhz, polar, reach,
        )  # fmt: skip
        return
    if options.model == "extended-hata":
        extended_hata_along(
            at.samples, at.holes, at.cell_m, at.position, at.heights_m, at.ends, at.stride,
            nearest_km(options), HATA_ENVIRONMENT[str(told["environment"])], at.frequencies_mhz,
            polar, reach,
        )  # fmt: skip
        return
    air = None
    if options.model == "p1812" and options.clear_air:
        air = (float(told["delta_n"]), float(told["n_0"]), radioclimate.LATITUDE_DEG)
    sweep(
        at.samples, at.holes, at.cell_m, at.position, at.heights_m, at.ends, at.stride,
        options.terminal_clearance_m, earth_radius_km(options), at.frequencies_mhz, air, polar,
        reach,
    )  # fmt: skip
    if options.model == "spm":
        spm_along(
            at.samples, at.cell_m, at.position, at.heights_m, at.stride, nearest_km(options),
            spm_coefficients(told).as_tuple(), at.frequencies_mhz, polar, reach,
        )  # fmt: skip
