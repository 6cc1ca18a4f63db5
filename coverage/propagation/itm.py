"""Irregular Terrain Model (Longley-Rice), NTIA ITM 1.4 of 2024: basic transmission loss, 20 MHz to 20 GHz.

Point-to-point mode over a terrain profile and area mode over statistically described ground. The scalar
functions are in itm_terrain, itm_diffraction, itm_scatter, itm_reference and itm_variability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.choices import ITM_CLIMATES, ITM_SITINGS, ITM_VARIABILITIES
from phusong.coverage.propagation.door import in_range, one_of
from phusong.coverage.propagation.itm_diffraction import Medium
from phusong.coverage.propagation.itm_reference import medium_of, reference_attenuation
from phusong.coverage.propagation.itm_terrain import (
    MOST_SAMPLES,
    Path,
    mean_height_m,
    path_of_area,
    path_of_profile,
)
from phusong.coverage.propagation.itm_variability import (
    BROADCAST,
    INDIVIDUAL,
    MOBILE,
    SINGLE_MESSAGE,
    Quantiles,
    attenuation_at_quantile_db,
    deviate,
)

CLIMATES, SITINGS = ITM_CLIMATES, ITM_SITINGS
MODES = ("", "within_horizon", "diffraction", "scatter")  # the horizon of a smooth earth, not sight
_VARIABILITIES = dict(zip(ITM_VARIABILITIES, (SINGLE_MESSAGE, INDIVIDUAL, MOBILE, BROADCAST), strict=True))
# one bit each, in the order of NTIA's flags
WARNINGS = (
    "tx_height is below 1 m or above 1000 m",
    "rx_height is below 1 m or above 1000 m",
    "frequency is below 40 MHz or above 10 GHz",
    "distance is above 1000 km",
    "distance is above 2000 km",
    "distance is short for the difference of the effective heights",
    "distance is below 1 km",
    "horizon angle at the transmitter is above 200 mrad",
    "horizon angle at the receiver is above 200 mrad",
    "horizon of the transmitter is nearer than a tenth of a smooth earth's",
    "horizon of the receiver is nearer than a tenth of a smooth earth's",
    "horizon of the transmitter is farther than three times a smooth earth's",
    "horizon of the receiver is farther than three times a smooth earth's",
    "a percentage lies far in the tail of its distribution",
    "surface refractivity is below 250 N-units",
)


class Ground(NamedTuple):
    """Radio climate and ground as the compiled model takes them: N-units, S/m, climate 1 to 7."""

    N_0: float
    vertical: bool
    epsilon: float
    sigma: float
    climate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Radio climate and ground.

    The default is the equatorial climate with the refractivity that NTIA Report 82-100 pairs with it, over
    average ground. `refractivity_n` is N_0, reduced to sea level, 250 to 400 N-units; `permittivity` is
    relative, 1 to 100; `conductivity_s_per_m` 1e-5 to 10; `polarization` "vertical" or "horizontal".
    """

    climate: str = "equatorial"
    refractivity_n: float = 360.0
    permittivity: float = 15.0
    conductivity_s_per_m: float = 0.005
    polarization: Literal["vertical", "horizontal"] = "vertical"

    def __post_init__(self) -> None:
        one_of("climate", self.climate, CLIMATES)
        in_range("refractivity_n", self.refractivity_n, 250.0, 400.0, "N-units")
        in_range("permittivity", self.permittivity, 1.0, 100.0)
        in_range("conductivity_s_per_m", self.conductivity_s_per_m, 1e-5, 10.0, "S/m")
        one_of("polarization", self.polarization, ("vertical", "horizontal"))

    def ground(self) -> Ground:
        """The same as numbers."""
        return Ground(
            float(self.refractivity_n),
            self.polarization == "vertical",
            float(self.permittivity),
            float(self.conductivity_s_per_m),
            CLIMATES.index(self.climate) + 1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variability:
    """For what share of time, locations and situations the loss is not exceeded, in percent, 0.01 to 99.99.

    `kind` says whose experience is described (NTIA Report 82-100, section 6): "single_message", "individual"
    (also called accidental), "mobile" or "broadcast". `without_location` leaves location variability out, as
    between two well-sited fixed ends; `without_situation` the situation's, as for interference.
    """

    time_percent: float = 50.0
    location_percent: float = 50.0
    situation_percent: float = 50.0
    kind: str = "broadcast"
    without_location: bool = False
    without_situation: bool = False

    def __post_init__(self) -> None:
        one_of("kind", self.kind, tuple(_VARIABILITIES))
        in_range("time_percent", self.time_percent, 0.01, 99.99, "%")
        in_range("location_percent", self.location_percent, 0.01, 99.99, "%")
        in_range("situation_percent", self.situation_percent, 0.01, 99.99, "%")

    def quantiles(self) -> Quantiles:
        """The same as normal deviates."""
        return Quantiles(
            deviate(self.time_percent / 100.0),
            deviate(self.location_percent / 100.0),
            deviate(self.situation_percent / 100.0),
            _VARIABILITIES[self.kind],
            self.without_location,
            self.without_situation,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItmResult:
    """Basic transmission loss A and what led to it, in the letters of the model; metres, radians, dB."""

    A_db: float
    A_fs_db: float
    A_ref_db: float
    delta_h_m: float
    d_km: float
    N_s: float
    theta_hzn_tx_rad: float
    theta_hzn_rx_rad: float
    d_hzn_tx_m: float
    d_hzn_rx_m: float
    h_e_tx_m: float
    h_e_rx_m: float
    mode: str
    warnings: tuple[str, ...]


class Loss(NamedTuple):
    """What the compiled model gives back: losses in dB, mode and warnings as numbers."""

    A: float
    A_fs: float
    A_ref: float
    mode: int
    warnings: int


@jit()
def loss_of_path(path: Path, medium: Medium, known_profile: bool, climate: int, wanted: Quantiles) -> Loss:
    """Basic transmission loss over a path and its parts, dB."""
    reference = reference_attenuation(path, medium, known_profile)
    A_fs = 32.45 + 20.0 * math.log10(medium.f) + 20.0 * math.log10(path.d / 1000.0)
    A = attenuation_at_quantile_db(
        reference.A_ref, path.d, path.h_e1, path.h_e2, path.delta_h, medium.f, climate, wanted
    )
    return Loss(A + A_fs, A_fs, reference.A_ref, reference.mode, _warnings(path, medium, wanted))


@jit()
def refractivity_at(N_0: float, height_m: float) -> float:
    """Surface refractivity N_s at a height above the sea, N-units [Alg 1.2]."""
    return N_0 * math.exp(-height_m / 9460.0)


@jit()
def point_to_point_loss(
    z: NDArray[np.float64],
    step_m: float,
    h_g1: float,
    h_g2: float,
    f: float,
    ground: Ground,
    wanted: Quantiles,
    work: NDArray[np.float64],
) -> tuple[Loss, Path, float]:
    """Loss over a terrain profile, the path that was found on it, and N_s; `work` has MOST_SAMPLES values."""
    N_s = refractivity_at(ground.N_0, mean_height_m(z))
    medium = medium_of(f, N_s, ground.vertical, ground.epsilon, ground.sigma)
    path = path_of_profile(z, step_m, h_g1, h_g2, 1.0 / medium.a_e, work)
    return loss_of_path(path, medium, True, ground.climate, wanted), path, N_s


@jit()
def _warnings(path: Path, medium: Medium, wanted: Quantiles) -> int:
    """The bits of WARNINGS that hold."""
    smooth_1 = math.sqrt(2.0 * path.h_e1 * medium.a_e)
    smooth_2 = math.sqrt(2.0 * path.h_e2 * medium.a_e)
    z_T, z_L, z_S = wanted.z_T, wanted.z_L, wanted.z_S
    if wanted.mode == SINGLE_MESSAGE:
        z_T = z_L = z_S
    elif wanted.mode == INDIVIDUAL:
        z_L = z_S
    elif wanted.mode == MOBILE:
        z_L = z_T
    found = (
        path.h_g1 < 1.0 or path.h_g1 > 1000.0,
        path.h_g2 < 1.0 or path.h_g2 > 1000.0,
        medium.f < 40.0 or medium.f > 10000.0,
        path.d > 1000e3,
        path.d > 2000e3,
        path.d < abs(path.h_e1 - path.h_e2) / 200e-3,
        path.d < 1e3,
        abs(path.theta_e1) > 200e-3,
        abs(path.theta_e2) > 200e-3,
        path.d_L1 < 0.1 * smooth_1,
        path.d_L2 < 0.1 * smooth_2,
        path.d_L1 > 3.0 * smooth_1,
        path.d_L2 > 3.0 * smooth_2,
        abs(z_T) > 3.1 or abs(z_L) > 3.1 or abs(z_S) > 3.1,
        medium.N_s < 250.0,
    )
    bits = 0
    for i in range(len(found)):
        if found[i]:
            bits |= 1 << i
    return bits


def point_to_point(
    terrain_m: ArrayLike,
    step_m: float,
    *,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    surroundings: Surroundings = Surroundings(),
    variability: Variability = Variability(),
) -> ItmResult:
    """Basic transmission loss over a terrain profile, dB, with every intermediate quantity.

    `terrain_m` holds at least three ground heights above the sea at equal steps of `step_m`, antenna to
    antenna; antenna heights are above ground, 0.5 to 3000 m; frequency 20 to 20,000 MHz. Warnings are part of
    the result. Raises ValueError for anything outside the model. Source: see the module.
    """
    z = np.ascontiguousarray(terrain_m, dtype=np.float64)
    if z.ndim != 1 or z.size < 3:
        raise ValueError(f"a terrain profile needs at least three points, not {z.size}")
    if not np.isfinite(z).all():
        raise ValueError("a terrain profile must not hold NaN or infinity")
    in_range("step_m", step_m, 0.1, 10e3, "m")
    check_terminals(frequency_mhz, tx_height_m, rx_height_m)
    N_s = refractivity_at(surroundings.refractivity_n, mean_height_m(z))
    medium = _medium(frequency_mhz, N_s, surroundings)
    work = np.empty(MOST_SAMPLES)
    path = path_of_profile(z, float(step_m), float(tx_height_m), float(rx_height_m), 1.0 / medium.a_e, work)
    return _result(path, medium, True, surroundings, variability)


def area(
    distance_km: float,
    *,
    irregularity_m: float,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    tx_siting: str = "random",
    rx_siting: str = "random",
    surroundings: Surroundings = Surroundings(),
    variability: Variability = Variability(),
) -> ItmResult:
    """Basic transmission loss over ground known only by its irregularity Δh (area mode), dB, and its parts.

    `distance_km` 0.001 to 10,000; `irregularity_m` from 0 (smooth) over 90 (hills) to 500 (mountains); both
    sitings "random", "careful" or "very_careful"; the rest as `point_to_point`. Raises ValueError outside the
    model.
    """
    in_range("distance_km", distance_km, 1e-3, 10000.0, "km")
    in_range("irregularity_m", irregularity_m, 0.0, 5000.0, "m")
    one_of("tx_siting", tx_siting, SITINGS)
    one_of("rx_siting", rx_siting, SITINGS)
    check_terminals(frequency_mhz, tx_height_m, rx_height_m)
    medium = _medium(frequency_mhz, surroundings.refractivity_n, surroundings)
    path = path_of_area(
        1000.0 * distance_km,
        float(tx_height_m),
        float(rx_height_m),
        SITINGS.index(tx_siting),
        SITINGS.index(rx_siting),
        float(irregularity_m),
        1.0 / medium.a_e,
    )
    return _result(path, medium, False, surroundings, variability)


def check_terminals(frequency_mhz: float, tx_height_m: float, rx_height_m: float) -> None:
    """Raises ValueError for a frequency or an antenna height outside the model."""
    in_range("frequency_mhz", frequency_mhz, 20.0, 20000.0, "MHz")
    in_range("tx_height_m", tx_height_m, 0.5, 3000.0, "m")
    in_range("rx_height_m", rx_height_m, 0.5, 3000.0, "m")


def _medium(frequency_mhz: float, N_s: float, surroundings: Surroundings) -> Medium:
    medium = medium_of(
        float(frequency_mhz),
        float(N_s),
        surroundings.polarization == "vertical",
        float(surroundings.permittivity),
        float(surroundings.conductivity_s_per_m),
    )
    if N_s < 150.0:
        raise ValueError(f"surface refractivity is {N_s:.0f} N-units, below 150: the terrain is too high")
    return medium


def _result(
    path: Path, medium: Medium, known_profile: bool, surroundings: Surroundings, variability: Variability
) -> ItmResult:
    climate = CLIMATES.index(surroundings.climate) + 1
    loss = loss_of_path(path, medium, known_profile, climate, variability.quantiles())
    return ItmResult(
        A_db=loss.A,
        A_fs_db=loss.A_fs,
        A_ref_db=loss.A_ref,
        delta_h_m=path.delta_h,
        d_km=path.d / 1000.0,
        N_s=medium.N_s,
        theta_hzn_tx_rad=path.theta_e1,
        theta_hzn_rx_rad=path.theta_e2,
        d_hzn_tx_m=path.d_L1,
        d_hzn_rx_m=path.d_L2,
        h_e_tx_m=path.h_e1,
        h_e_rx_m=path.h_e2,
        mode=MODES[loss.mode],
        warnings=tuple(text for bit, text in enumerate(WARNINGS) if loss.warnings >> bit & 1),
    )
