"""What troposcatter and ducting take off the loss at the median, ITU-R P.1812-8: path by path, to be shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.excess import Paths, earth_radius_km, excess_db
from phusong.coverage.ground import Ground
from phusong.coverage.kernels.clear_air import ROUNDED_DB
from phusong.coverage.masts import EARTH_KM, Mast
from phusong.coverage.options import Options

F64 = NDArray[np.float64]


def clear_air_effect(
    ground: Ground,
    *,
    x_m: float,
    y_m: float,
    height_m: float,
    frequency_mhz: float,
    to_x_m: F64,
    to_y_m: F64,
    options: Options | None = None,
) -> tuple[F64, F64]:
    """Diffraction loss of each path, and by how much P.1812's other mechanisms lower it at 50 % of time, dB.

    From an antenna at (x_m, y_m), height_m above ground, to receivers at to_x_m, to_y_m in the ground's CRS;
    `options` say their height and the clearance of the ends. Both are infinite or NaN where a path leaves the
    known ground. Every path is its own: the full P.1812-8 against its §4.3 alone, the same samples for both.
    """
    asked = replace(options or Options(), model="p1812", model_options={}, calibration=None)
    plain = replace(
        asked,
        model="delta-bullington",
        model_options={"earth_radius_factor": earth_radius_km(asked) / EARTH_KM},
    )
    grid, samples = ground.grid, ground.samples_dm()

    x = (np.asarray(to_x_m, np.float64) - grid.west_m) / grid.cell_m - 0.5
    y = (grid.north_m - np.asarray(to_y_m, np.float64)) / grid.cell_m - 0.5
    paths = Paths(ground, samples, Mast(x_m, y_m, height_m, (), (frequency_mhz,), (1e5,)), x, y)
    diffraction_db = excess_db(paths, plain)[0]
    with np.errstate(invalid="ignore"):
        effect_db = diffraction_db - excess_db(paths, asked)[0] + ROUNDED_DB
    return diffraction_db, effect_db
