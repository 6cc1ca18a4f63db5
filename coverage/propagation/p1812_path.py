"""Path profile analysis for P.1812-8: zones along the path, horizons, roughness (Annex 1 §3, Attachment 1).

Profiles are arrays over the samples from transmitter to receiver: distance in km from zero, bare terrain in
m above sea level. Horizons are those of bare terrain; clutter enters the diffraction model only.
"""

from __future__ import annotations

from math import atan, exp, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.propagation import p526
from phusong.coverage.propagation.p526 import NONE_YET, Profile

EARTH_RADIUS_KM = 6371.0
K_BETA = 3.0  # effective earth radius factor exceeded for beta_0 % of time, P.1812-8 §3.7

SEA, COASTAL_LAND, INLAND = 1, 3, 4  # radio-climatic zones, as the ITU-R validation profiles code them


class PathZones(NamedTuple):
    """How a path runs over land and sea: fraction over sea, longest stretches of land and inland, km."""

    omega: float
    dtm: float
    dlm: float


class Horizons(NamedTuple):
    """Radio horizons of both ends and the path's shape, in P.1812's letters: km, mrad, m."""

    dlt: float
    dlr: float
    theta_t: float
    theta_r: float
    theta: float
    hst_n: float
    hsr_n: float
    hst: float
    hsr: float
    hstd: float
    hsrd: float
    hte: float
    hre: float
    hm: float


@jit()
def time_percentage_beta0(phi_deg: float, dtm: float, dlm: float) -> float:
    """Percentage of time β0 with a lapse rate above 100 N-units/km in the lowest 100 m. P.1812-8 (2)-(5).

    phi_deg is the latitude of the path's centre.
    """
    tau = inland_factor_tau(dlm)
    mu1 = min((10.0 ** (-dtm / (16.0 - 6.6 * tau)) + 10.0 ** (-(2.48 + 1.77 * tau))) ** 0.2, 1.0)  # (2)
    phi = abs(phi_deg)
    if phi <= 70.0:
        mu4 = mu1 ** (-0.935 + 0.0176 * phi)  # (4)
        return 10.0 ** (-0.015 * phi + 1.67) * mu1 * mu4  # (5)
    return 4.17 * mu1 * mu1**0.3


@jit()
def inland_factor_tau(dlm: float) -> float:
    """Correction τ for the longest inland stretch of dlm km. P.1812-8 (3)."""
    return 1.0 - exp(-(4.12e-4 * dlm**2.41))


@jit()
def median_earth_radius_km(delta_n: float) -> float:
    """Median effective earth radius for a lapse rate below 157 N-units/km. P.1812-8 (6), (7a)."""
    return EARTH_RADIUS_KM * 157.0 / (157.0 - delta_n)


def zone_codes(zone: ArrayLike | None, size: int) -> NDArray[np.int64]:
    """Zone of each of `size` samples, inland throughout if None. Raises ValueError for other codes."""
    if zone is None:
        return np.full(size, INLAND, dtype=np.int64)
    codes = np.asarray(zone)
    if codes.shape != (size,):
        raise ValueError(f"zone has {codes.size} values for {size} distances")
    if not np.isin(codes, (SEA, COASTAL_LAND, INLAND)).all():
        raise ValueError("zone holds a code that is none of 1 (sea), 3 (coastal land), 4 (inland)")
    return codes.astype(np.int64)


def _lengths_km(distance_km: Profile) -> Profile:
    # a sample stands for the path half-way to its neighbours
    edges = np.concatenate([distance_km[:1], (distance_km[1:] + distance_km[:-1]) / 2, distance_km[-1:]])
    return np.diff(edges)


def share_of(distance_km: Profile, member: NDArray[np.bool_]) -> float:
    """Share of a path that runs over the samples in `member`, 0 to 1."""
    return float(_lengths_km(distance_km)[member].sum() / (distance_km[-1] - distance_km[0]))


def path_zones(distance_km: Profile, zone: NDArray[np.int64]) -> PathZones:
    """Fraction over sea and longest land stretches of a path. P.1812-8 (1) and §3.6."""
    length = _lengths_km(distance_km)

    def longest(member: NDArray[np.bool_]) -> float:
        best = run = 0.0
        for inside, part in zip(member, length, strict=True):
            run = run + part if inside else 0.0
            best = max(best, run)
        return float(best)

    return PathZones(share_of(distance_km, zone == SEA), longest(zone != SEA), longest(zone == INLAND))


@jit()
def _transmitter_horizon(
    distance_km: Profile, terrain_m: Profile, hts: float, ae: float
) -> tuple[float, int]:
    # tangent of the highest elevation angle in m/km, and the first sample that has it: (76), (77)
    best, where = NONE_YET, 1
    drop = 500.0 / ae
    for i in range(1, distance_km.size - 1):
        x = distance_km[i]
        slope = (terrain_m[i] - hts) / x - drop * x
        if slope > best:
            best, where = slope, i
    return best, where


@jit()
def _receiver_horizon(distance_km: Profile, terrain_m: Profile, hrs: float, ae: float) -> tuple[float, int]:
    # the same seen from the receiver, the sample nearest to it: (80)
    d = distance_km[distance_km.size - 1]
    drop = 500.0 / ae
    best, where = NONE_YET, 1
    for i in range(1, distance_km.size - 1):
        y = d - distance_km[i]
        slope = (terrain_m[i] - hrs) / y - drop * y
        if slope >= best:
            best, where = slope, i
    return best, where


@jit()
def _highest_intrusion(distance_km: Profile, terrain_m: Profile, hts: float, hrs: float, ae: float) -> int:
    # sample of the highest nu on a line-of-sight path, (78); its constant factor does not move the maximum
    d = distance_km[distance_km.size - 1]
    S_tr = (hrs - hts) / d
    bulge = 500.0 / ae
    best, where = NONE_YET, 1
    for i in range(1, distance_km.size - 1):
        x = distance_km[i]
        y = d - x
        nu = (terrain_m[i] + bulge * x * y - hts - S_tr * x) / sqrt(x * y)
        if nu >= best:
            best, where = nu, i
    return where


@jit()
def horizons(distance_km: Profile, terrain_m: Profile, htg: float, hrg: float, ae: float) -> Horizons:
    """Horizon distances and angles, smooth-surface and effective heights, roughness of a path.

    At least three samples; htg, hrg in m above ground; ae in km. P.1812-8 Attachment 1 to Annex 1, §5.
    """
    n = distance_km.size
    d = distance_km[n - 1]
    hts = terrain_m[0] + htg
    hrs = terrain_m[n - 1] + hrg
    slope_td = (hrs - hts) / d - 500.0 / ae * d  # (77a), m/km
    slope_t, lt = _transmitter_horizon(distance_km, terrain_m, hts, ae)
    if slope_t > slope_td:  # transhorizon
        slope_r, lr = _receiver_horizon(distance_km, terrain_m, hrs, ae)
    else:
        slope_t = slope_td
        slope_r = (hts - hrs) / d - 500.0 / ae * d  # (79)
        lt = lr = _highest_intrusion(distance_km, terrain_m, hts, hrs, ae)
    theta_t = 1000.0 * atan(1e-3 * slope_t)
    theta_r = 1000.0 * atan(1e-3 * slope_r)

    ob = p526.obstruction(distance_km, terrain_m, hts, hrs)
    hst_n, hsr_n = p526.smooth_surface_heights(ob.v1, ob.v2, d)
    hstd, hsrd = p526.diffraction_heights(
        hst_n, hsr_n, ob.hobs, ob.alpha_obt, ob.alpha_obr, terrain_m[0], terrain_m[n - 1]
    )
    hst = min(hst_n, terrain_m[0])  # (90a)
    hsr = min(hsr_n, terrain_m[n - 1])  # (90b)
    m = (hsr - hst) / d  # (91)
    hm = NONE_YET
    for i in range(lt, lr + 1):
        hm = max(hm, terrain_m[i] - (hst + m * distance_km[i]))  # (93)
    return Horizons(
        dlt=distance_km[lt],  # (78)
        dlr=d - distance_km[lr],  # (81a)
        theta_t=theta_t,
        theta_r=theta_r,
        theta=1000.0 * d / ae + theta_t + theta_r,  # (82)
        hst_n=hst_n,
        hsr_n=hsr_n,
        hst=hst,
        hsr=hsr,
        hstd=hstd,
        hsrd=hsrd,
        hte=hts - hst,  # (92a)
        hre=hrs - hsr,  # (92b)
        hm=hm,
    )
