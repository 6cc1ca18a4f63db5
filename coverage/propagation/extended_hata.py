"""Extended Hata (eHata) over a terrain profile, NTIA Technical Report TR-15-517 (2015), appendix A.

Hata's formulas stretched to 3 GHz and 100 km by a refit of Okumura's curves, with Okumura's corrections for
rolling hills, slopes, an isolated ridge and mixed land-sea paths. [Okumura] is Y. Okumura et al., Review of
the Electrical Communication Laboratory 16 (1968); [Hata] is M. Hata, IEEE Trans. VT-29 (1980).

Held against NTIA's own program and its revised vectors, which it follows in three points that the geometry
would do differently: the height of a ridge is taken above a line whose ends are weighed crosswise
(`h_ridge_m`; `h_ridge_geometric_m` beside it is the height above the line of sight), quantiles of a path
below 10 km are stretched as absolute heights, and below Δh = 10 m there is no fine correction, which makes
the loss jump by up to 2 dB there.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.choices import HATA_ENVIRONMENTS
from phusong.coverage.propagation.door import in_range, one_of
from phusong.coverage.propagation.extended_hata_terrain import Terrain, Undulation, terrain_of_path
from phusong.coverage.propagation.itm_variability import deviate

ENVIRONMENTS = HATA_ENVIRONMENTS
URBAN, SUBURBAN, OPEN = 0, 1, 2
# the report's own speed of light, from a permittivity rounded to 8.854 pF/m: 1e-4 dB against the exact one
_C_M_S = 1.0 / math.sqrt(4e-7 * math.pi * 8.854e-12)


def _through(points: tuple[tuple[float, float], ...]) -> tuple[float, float, float]:
    """Coefficients a, b, c of a + b lg x + c lg² x through three points (x, value)."""
    a, b, c = np.polynomial.polynomial.polyfit(
        [math.log10(x) for x, _ in points], [value for _, value in points], 2
    )
    return float(a), float(b), float(c)


# read off Okumura's curves: attenuation relative to free space, antennas at 200 m and 3 m, dB over MHz
_URBAN_1_KM = _through(((1500.0, 22.0), (2000.0, 23.5), (3000.0, 25.85)))
_URBAN_100_KM = _through(((1500.0, 63.5), (2000.0, 65.75), (3000.0, 69.5)))
_SUBURBAN_GAIN = _through(((1500.0, 11.5), (2000.0, 12.4), (3000.0, 14.0)))
_OPEN_GAIN = (40.94, -18.33, 4.78)  # [Hata 22]
_HALF_EXPONENT = _through(((24.5, 2.5), (70.0, 3.0), (200.0, 3.22)))  # over base height, [Okumura fig. 12]
_SIGMA_URBAN = (4.0976291, -1.2255656, 0.68350345)  # 7.1, 7.5, 8.1 dB at 1.5, 2, 3 GHz
_MEDIAN_HILLS = (-1.5072013, 8.458676, -6.102538)  # over Δh, [Okumura fig. 28]
_FINE_HILLS = (-11.728795, 15.544272, -1.8154766)  # [Okumura fig. 29]

# [Okumura fig. 31]: gain behind a ridge of 200 m, dB, at 0, 1 … 8 km from the mobile, for a ridge at 15, 30
# and 60 km from the base
_RIDGE_KM = (15.0, 30.0, 60.0)
_RIDGE_DB = np.array(
    [
        (4.0, -13.0, -17.5, -17.5, -15.0, -12.5, -10.0, -8.0, -6.0),
        (12.0, -8.5, -13.0, -12.0, -10.0, -8.0, -6.5, -5.0, -4.0),
        (20.0, -4.0, -6.5, -6.0, -4.5, -3.5, -2.5, -2.0, -1.0),
    ]
)


class ExtendedHata(NamedTuple):
    """Loss and everything on the way to it; gains K reduce the loss. dB, m, km, mrad."""

    L_db: float
    L_median_db: float  # quasi-smooth terrain
    h_b_eff_m: float
    h_m_eff_m: float
    d_bp_km: float  # where the long-distance exponent takes over
    delta_h_m: float
    theta_m_mrad: float
    single_horizon: bool
    h_ridge_m: float
    h_ridge_geometric_m: float
    K_hills_db: float
    K_fine_hills_db: float
    K_slope_db: float
    K_ridge_db: float
    K_sea_db: float
    sigma_db: float  # location variability


@jit()
def _quadratic(c: tuple[float, float, float], x: float) -> float:
    return c[0] + x * (c[1] + c[2] * x)


@jit()
def median_loss_db(f: float, h_b: float, h_m: float, d: float, environment: int) -> tuple[float, float]:
    """Median loss over quasi-smooth terrain, dB, and its breakpoint distance, km; MHz, m, km."""
    lg_f, lg_h, lg_d = math.log10(f), math.log10(h_b), math.log10(d)
    two_k = 4e6 * math.pi * f / _C_M_S
    reference_heights = 13.82 * math.log10(200.0) + 3.2 * math.log10(11.75 * 3.0) ** 2 - 4.97
    heights = reference_heights - 13.82 * lg_h - 3.2 * math.log10(11.75 * h_m) ** 2 + 4.97
    A_1, A_100 = _quadratic(_URBAN_1_KM, lg_f), _quadratic(_URBAN_100_KM, lg_f)
    n_l = 0.1 * (44.9 - 6.55 * lg_h) - 2.0
    n_h = 2.0 * (_quadratic(_HALF_EXPONENT, lg_h) - 1.0)
    d_bp = 10.0 ** ((2.0 * n_h + 0.1 * (A_1 - A_100)) / (n_h - n_l))
    if d <= d_bp:
        # free space of Okumura's reference geometry at 1 km, then Hata's own exponent
        slant = math.hypot(1000.0, 200.0 - 3.0)
        L = A_1 + heights + 20.0 * math.log10(two_k * slant) + (44.9 - 6.55 * lg_h) * lg_d
    else:
        slant = math.hypot(1000.0 * d, h_b - h_m)
        L = A_100 + heights + 20.0 * math.log10(two_k * slant) + 10.0 * n_h * (lg_d - 2.0)
    if environment == SUBURBAN:
        L -= _quadratic(_SUBURBAN_GAIN, lg_f)
    elif environment == OPEN:
        L -= _quadratic(_OPEN_GAIN, lg_f)
    return L, d_bp


@jit()
def location_sigma_db(f: float, environment: int) -> float:
    """Standard deviation over locations, dB: 2 dB more outside the town."""
    return _quadratic(_SIGMA_URBAN, math.log10(f)) + (0.0 if environment == URBAN else 2.0)


@jit()
def hills_gain_db(delta_h: float) -> float:
    """Median correction for rolling hills, dB."""
    return _quadratic(_MEDIAN_HILLS, math.log10(max(delta_h, 15.0)))


@jit()
def fine_hills_gain_db(terrain: Undulation, ground_m: float) -> float:
    """Correction for a mobile on the top or in the trough of the undulation, dB; 0 below Δh = 10 m."""
    if terrain.delta_h < 10.0:
        return 0.0
    K = _quadratic(_FINE_HILLS, math.log10(terrain.delta_h))
    if ground_m >= terrain.h_10:
        return K
    if ground_m <= terrain.h_90:
        return -K
    if ground_m >= terrain.h_50:
        return K * (ground_m - terrain.h_50) / (terrain.h_10 - terrain.h_50)
    return -K * (terrain.h_50 - ground_m) / (terrain.h_50 - terrain.h_90)


@jit()
def slope_gain_db(theta_m: float, d: float) -> float:
    """Correction for a general slope, dB, [Okumura fig. 34]; theta in mrad, d in km."""
    if theta_m <= 0.0:
        return theta_m * (0.25 + 0.55 * min(max((d - 10.0) / 20.0, 0.0), 1.0))
    near = 0.225 * min(max((d - 10.0) / 20.0, 0.0), 1.0)
    far = 0.25 * min(max((d - 30.0) / 30.0, 0.0), 1.0)
    return theta_m * (0.125 + near + far)


@jit()
def ridge_gain_db(d_1: float, d_2: float, h_ridge: float) -> float:
    """Correction behind one ridge, dB: d_1 km from the base, d_2 km from the mobile, h above the line, m."""
    i = 1 if d_1 >= _RIDGE_KM[1] else 0
    j = min(max(math.ceil(d_2) - 1, 0), 7)
    near = _RIDGE_DB[i, j] + (_RIDGE_DB[i, j + 1] - _RIDGE_DB[i, j]) * (d_2 - j)
    far = _RIDGE_DB[i + 1, j] + (_RIDGE_DB[i + 1, j + 1] - _RIDGE_DB[i + 1, j]) * (d_2 - j)
    share = (d_1 - _RIDGE_KM[i]) / (_RIDGE_KM[i + 1] - _RIDGE_KM[i])
    return math.sqrt(h_ridge / 200.0) * (near + (far - near) * share)  # [Okumura 1]


@jit()
def loss_over_terrain(
    path: Terrain, h_b: float, h_m: float, f: float, environment: int, z_location: float
) -> ExtendedHata:
    """Loss over terrain that has been looked at, with its parts; nothing is checked here."""
    h_b_eff = min(max(h_b + path.gain_b, 30.0), 200.0)
    h_m_eff = min(max(h_m + path.gain_m, 1.0), 10.0)
    L_median, d_bp = median_loss_db(f, h_b_eff, h_m_eff, path.d, environment)
    sigma = location_sigma_db(f, environment)
    ridge = path.ridge
    single = ridge.d_b > 0.0
    K_ridge = ridge_gain_db(ridge.d_b, ridge.d_m, ridge.h) if single else 0.0
    K_hills = 0.0 if single else hills_gain_db(path.undulation.delta_h)
    K_fine = 0.0 if single else fine_hills_gain_db(path.undulation, path.ground)
    K_slope = 0.0 if single else slope_gain_db(path.theta_m, path.d)
    L = L_median - z_location * sigma - path.K_sea - K_ridge - K_hills - K_fine - K_slope
    return ExtendedHata(
        L, L_median, h_b_eff, h_m_eff, d_bp, path.undulation.delta_h, path.theta_m, single, ridge.h,
        ridge.h_geometric, K_hills, K_fine, K_slope, K_ridge, path.K_sea, sigma,
    )  # fmt: skip


@jit()
def extended_hata_loss(
    z: NDArray[np.float64],
    step_m: float,
    h_b: float,
    h_m: float,
    f: float,
    environment: int,
    z_location: float,
) -> ExtendedHata:
    """Loss over a profile that runs from the mobile to the base, with its parts; nothing is checked here."""
    path = terrain_of_path(z, step_m, h_b, h_m)
    return loss_over_terrain(path, h_b, h_m, f, environment, z_location)


def extended_hata(
    terrain_m: ArrayLike,
    step_m: float,
    *,
    frequency_mhz: float,
    base_height_m: float,
    mobile_height_m: float,
    environment: str = "urban",
    location_percent: float = 50.0,
) -> ExtendedHata:
    """Basic transmission loss from a base station to a mobile over terrain, dB, and its parts.

    `terrain_m` holds at least three heights above the sea at equal steps from the base to the mobile, up to
    100 km; frequency 1500 to 3000 MHz; base 30 to 200 m and mobile 1 to 10 m above ground are the fit's
    range, 0.5 to 1000 m are taken and clamped after terrain is added;
    environment "urban", "suburban" or "open".
    Raises ValueError outside. Source: see the module.
    """
    z = np.ascontiguousarray(terrain_m, dtype=np.float64)
    if z.ndim != 1 or z.size < 3:
        raise ValueError(f"a terrain profile needs at least three points, not {z.size}")
    if not np.isfinite(z).all():
        raise ValueError("a terrain profile must not hold NaN or infinity")
    step = in_range("step_m", step_m, 0.1, 10e3, "m")
    in_range("distance_km", (z.size - 1) * step / 1000.0, 0.1, 100.0, "km")
    return extended_hata_loss(
        z[::-1].copy(),
        step,
        in_range("base_height_m", base_height_m, 0.5, 1000.0, "m"),
        in_range("mobile_height_m", mobile_height_m, 0.5, 1000.0, "m"),
        in_range("frequency_mhz", frequency_mhz, 1500.0, 3000.0, "MHz"),
        ENVIRONMENTS.index(one_of("environment", environment, ENVIRONMENTS)),
        deviate(in_range("location_percent", location_percent, 0.01, 99.99, "%") / 100.0),
    )
