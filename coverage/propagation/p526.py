"""Diffraction, ITU-R P.526-15: knife edge, Bullington, spherical earth, delta-Bullington.

The functions that hold a formula take scalars, so that a radial sweep can feed them from running sums and
tangents; the ones that walk a profile are below them. P.1812-8 §4.3 is the same method with a profile of
terrain plus clutter for the Bullington part, and its equation numbers stand at the lines; distances in km,
heights in m above sea level unless a name says otherwise.
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.elementary import INLINE, cos_of_third, exp, log10, power

Profile = NDArray[np.float64]

# Loops over a profile look for maxima: without NaN (checked at the door) they may run four samples at a time.
SEARCH: dict[str, Any] = {"fastmath": {"nnan", "nsz", "reassoc", "contract"}}

LAND = (22.0, 0.003)  # relative permittivity, conductivity in S/m, P.1812-8 §4.3.3
SEA = (80.0, 5.0)
NONE_YET = -1e300


class DeltaBullington(NamedTuple):
    """Delta-Bullington diffraction loss in dB and the parts it was made from, in P.1812's letters."""

    Lbulla: float
    Lbulls: float
    Ldsph: float
    Ld: float


class Obstruction(NamedTuple):
    """What bare terrain does to a path: least-squares sums and highest obstruction, P.1812-8 §5.6."""

    v1: float
    v2: float
    hobs: float
    alpha_obt: float
    alpha_obr: float


@jit(**INLINE)
def wavelength_m(frequency_mhz: float) -> float:
    """Wavelength in m, with the speed of light rounded as P.1812-8 rounds it (2.998e8 m/s)."""
    return 299.8 / frequency_mhz


@jit(**INLINE)
def knife_edge_loss_db(nu: float) -> float:
    """Loss J(ν) of one knife edge, dB; zero where ν ≤ −0.78. P.526-15 (31), P.1812-8 (12)."""
    if nu <= -0.78:
        return 0.0
    return 6.9 + 20.0 * log10(sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)  # (12)


@jit(**INLINE)
def knife_edge_nu(height_m: float, d1_km: float, d2_km: float, lam_m: float) -> float:
    """Diffraction parameter ν of an edge `height_m` above the line between two ends. P.526-15 (26)."""
    return height_m * sqrt(0.002 * (d1_km + d2_km) / (lam_m * d1_km * d2_km))


@jit(**INLINE)
def bullington_finish_db(nu: float, d: float) -> float:
    """Bullington loss of a path of d km whose equivalent edge has parameter ν, dB. P.1812-8 (20), (21)."""
    Luc = knife_edge_loss_db(nu)
    return Luc + (1.0 - exp(-Luc / 6.0)) * (10.0 + 0.02 * d)  # (21)


@jit(**INLINE)
def bullington_point_nu(S_tim: float, S_rim: float, htc: float, hrc: float, d: float, lam_m: float) -> float:
    """Parameter ν of the Bullington point of a blocked path, from its two horizon slopes in m/km."""
    d_bp = (hrc - htc + S_rim * d) / (S_tim + S_rim)  # (18)
    return (htc + S_tim * d_bp - (htc * (d - d_bp) + hrc * d_bp) / d) * sqrt(
        0.002 * d / (lam_m * d_bp * (d - d_bp))
    )  # (19)


@jit(**INLINE)
def first_term_loss_db(
    d: float, a_dft: float, f_ghz: float, hte: float, hre: float, eps_r: float, sigma: float, vertical: bool
) -> float:
    """First term of spherical-earth diffraction over one kind of ground, dB (may be negative).

    d km, effective radius a_dft km, antenna heights above the smooth earth in m, ground permittivity and
    conductivity (S/m). P.526-15 §3.1.1, P.1812-8 (29)-(36).
    """
    loss_factor = (18.0 * sigma / f_ghz) ** 2
    K = 0.036 * power(a_dft * f_ghz, -1.0 / 3.0) / sqrt(sqrt((eps_r - 1.0) ** 2 + loss_factor))  # (30a)
    if vertical:
        K *= sqrt(eps_r**2 + loss_factor)  # (30b)
    K2 = K * K
    beta = (1.0 + 1.6 * K2 + 0.67 * K2 * K2) / (1.0 + 4.5 * K2 + 1.53 * K2 * K2)  # (31)
    X = 21.88 * beta * power(f_ghz / (a_dft * a_dft), 1.0 / 3.0) * d  # (32)
    Y = 0.9575 * beta * power(f_ghz * f_ghz / a_dft, 1.0 / 3.0)  # (33)
    near = X < 1.6
    log_X = log10(X)
    F_X = -20.0 * log_X - 5.6488 * power(X, 1.425) if near else 11.0 + 10.0 * log_X - 17.6 * X  # (34)
    floor = 2.0 + 20.0 * log10(K)
    return -F_X - _height_gain_db(beta * Y * hte, floor) - _height_gain_db(beta * Y * hre, floor)  # (36)


@jit(**INLINE)
def _height_gain_db(B: float, floor: float) -> float:
    # P.1812-8 (35): B is beta times the normalised height
    high = B > 2.0
    log_B = log10(B - 1.1 if high else B + 0.1 * B * B * B)
    return max(17.6 * sqrt(max(B - 1.1, 0.0)) - 5.0 * log_B - 8.0 if high else 20.0 * log_B, floor)


@jit(**INLINE)
def first_term_land_sea_db(
    d: float, a_dft: float, f_ghz: float, hte: float, hre: float, omega: float, vertical: bool
) -> float:
    """First-term loss of a path of which the fraction `omega` runs over sea, dB. P.1812-8 (29)."""
    loss = 0.0
    if omega > 0.0:
        loss += omega * first_term_loss_db(d, a_dft, f_ghz, hte, hre, SEA[0], SEA[1], vertical)
    if omega < 1.0:
        loss += (1.0 - omega) * first_term_loss_db(d, a_dft, f_ghz, hte, hre, LAND[0], LAND[1], vertical)
    return loss


@jit(**INLINE)
def smooth_clearance_share(d: float, ap: float, lam_m: float, hte: float, hre: float) -> float:
    """Which share of the first-term loss is left on a path over a smooth earth, 0 to 1.

    1 beyond the horizon, 0 where the clearance is that of (25) or better. P.526-15 §3.2, (22)-(25), (27).
    """
    d_los = sqrt(2.0 * ap) * (sqrt(0.001 * hte) + sqrt(0.001 * hre))  # (22)
    c = (hte - hre) / (hte + hre)  # (24d)
    m = 250.0 * d * d / (ap * (hte + hre))  # (24e)
    inner = 1.5 * c * sqrt(3.0 * m / ((m + 1.0) * (m + 1.0) * (m + 1.0)))
    # rounding may push the argument of the arc cosine a hair past one
    b = 2.0 * sqrt((m + 1.0) / (3.0 * m)) * cos_of_third(min(max(inner, -1.0), 1.0))  # (24c)
    d1 = 0.5 * d * (1.0 + b)  # (24a)
    d2 = d - d1  # (24b)
    h_se = ((hte - 500.0 * d1 * d1 / ap) * d2 + (hre - 500.0 * d2 * d2 / ap) * d1) / d  # (23)
    h_req = 17.456 * sqrt(d1 * d2 * lam_m / d)  # (25)
    return 1.0 if d >= d_los else max(1.0 - h_se / h_req, 0.0)


@jit(**INLINE)
def spherical_earth_loss_db(
    d: float, ap: float, f_ghz: float, lam_m: float, hte: float, hre: float, omega: float, vertical: bool
) -> float:
    """Diffraction loss of a smooth earth of effective radius ap km, dB, never below zero.

    hte and hre are heights above the smooth earth, both above zero. P.526-15 §3.2, P.1812-8 (22)-(28).
    """
    d_los = sqrt(2.0 * ap) * (sqrt(0.001 * hte) + sqrt(0.001 * hre))  # (22)
    a_em = 500.0 * (d / (sqrt(hte) + sqrt(hre))) ** 2  # (26)
    L_dft = first_term_land_sea_db(d, ap if d >= d_los else a_em, f_ghz, hte, hre, omega, vertical)
    return smooth_clearance_share(d, ap, lam_m, hte, hre) * max(L_dft, 0.0)  # (27)


@jit()
def smooth_bullington_loss_db(distance_km: Profile, ap: float, lam_m: float, htc: float, hrc: float) -> float:
    """Bullington loss of the sampled path if its terrain were at height zero, dB. P.1812-8 §4.3.4 b).

    Over a smooth earth both slopes and ν have one maximum along the path, so the highest sample is found by
    halving; the result is that of looking at every sample.
    """
    n = distance_km.size
    d = distance_km[n - 1]
    bulge = 500.0 / ap
    # slope to the horizon is bulge (d - x) - h/x, highest where x = sqrt(h / bulge)
    i = _last_sample_before(distance_km, sqrt(htc / bulge))
    j = min(i + 1, n - 2)
    S_tim = max(
        bulge * (d - distance_km[i]) - htc / distance_km[i],
        bulge * (d - distance_km[j]) - htc / distance_km[j],
    )
    if S_tim > (hrc - htc) / d:
        i = _last_sample_before(distance_km, d - sqrt(hrc / bulge))
        j = min(i + 1, n - 2)
        S_rim = max(
            bulge * distance_km[i] - hrc / (d - distance_km[i]),
            bulge * distance_km[j] - hrc / (d - distance_km[j]),
        )
        return bullington_finish_db(bullington_point_nu(S_tim, S_rim, htc, hrc, d, lam_m), d)
    low, high = 1, n - 2
    while low < high:
        middle = (low + high) // 2
        here = nu_over_smooth(distance_km[middle], d, bulge, htc, hrc)
        if here < nu_over_smooth(distance_km[middle + 1], d, bulge, htc, hrc):
            low = middle + 1
        else:
            high = middle
    nu = nu_over_smooth(distance_km[low], d, bulge, htc, hrc) * sqrt(0.002 * d / lam_m)
    return bullington_finish_db(nu, d)


@jit(**INLINE)
def nu_over_smooth(x: float, d: float, bulge: float, htc: float, hrc: float) -> float:
    """ν at x km over a smooth earth, without its constant sqrt(0.002 d / λ). P.1812-8 (15)."""
    return (bulge * x * (d - x) - (htc * (d - x) + hrc * x) / d) / sqrt(x * (d - x))


@jit()
def _last_sample_before(distance_km: Profile, x: float) -> int:
    # index in 1 .. n-2 of the last inner sample not beyond x, or 1
    low, high = 1, distance_km.size - 2
    while low < high:
        middle = (low + high + 1) // 2
        if distance_km[middle] <= x:
            low = middle
        else:
            high = middle - 1
    return low


@jit(**SEARCH)
def bullington_nu(
    distance_km: Profile, height_m: Profile, hts: float, hrs: float, ap: float, lam_m: float
) -> float:
    """Parameter ν of Bullington's equivalent edge for a profile on an earth of ap km. P.1812-8 (13)-(19)."""
    n = distance_km.size
    d = distance_km[n - 1]
    bulge = 500.0 / ap
    S_tr = (hrs - hts) / d  # (14)
    S_tim = NONE_YET
    S_rim = NONE_YET
    for i in range(1, n - 1):
        x = distance_km[i]
        y = d - x
        h = height_m[i] + bulge * x * y
        share = 1.0 / (x * y)  # one division serves both slopes
        S_tim = max(S_tim, (h - hts) * y * share)  # (13)
        S_rim = max(S_rim, (h - hrs) * x * share)  # (17)
    if S_tim > S_tr:
        return bullington_point_nu(S_tim, S_rim, hts, hrs, d, lam_m)
    return line_of_sight_nu(distance_km, height_m, hts, hrs, ap, lam_m)


@jit(**SEARCH)
def line_of_sight_nu(
    distance_km: Profile, height_m: Profile, hts: float, hrs: float, ap: float, lam_m: float
) -> float:
    """Highest ν along a profile that does not block the path. P.1812-8 (15)."""
    n = distance_km.size
    d = distance_km[n - 1]
    bulge = 500.0 / ap
    S_tr = (hrs - hts) / d
    nu = NONE_YET
    for i in range(1, n - 1):
        x = distance_km[i]
        y = d - x
        nu = max(nu, (height_m[i] + bulge * x * y - hts - S_tr * x) / sqrt(x * y))
    return nu * sqrt(0.002 * d / lam_m)


@jit(**SEARCH)
def obstruction(distance_km: Profile, terrain_m: Profile, hts: float, hrs: float) -> Obstruction:
    """Sums of the smooth-earth fit and highest obstruction of the line of sight. P.1812-8 (83)-(87)."""
    n = distance_km.size
    d = distance_km[n - 1]
    S_tr = (hrs - hts) / d
    v1 = 0.0
    v2 = 0.0
    hobs = NONE_YET
    alpha_obt = NONE_YET
    alpha_obr = NONE_YET
    for i in range(1, n):
        x0 = distance_km[i - 1]
        x1 = distance_km[i]
        h0 = terrain_m[i - 1]
        h1 = terrain_m[i]
        v1 += (x1 - x0) * (h1 + h0)  # (83)
        v2 += (x1 - x0) * (h1 * (2.0 * x1 + x0) + h0 * (x1 + 2.0 * x0))  # (84)
    for i in range(1, n - 1):
        x = distance_km[i]
        H = terrain_m[i] - hts - S_tr * x  # (87d)
        hobs = max(hobs, H)  # (87a)
        share = H / (x * (d - x))
        alpha_obt = max(alpha_obt, share * (d - x))  # (87b)
        alpha_obr = max(alpha_obr, share * x)  # (87c)
    return Obstruction(v1, v2, hobs, alpha_obt, alpha_obr)


@jit(**INLINE)
def smooth_surface_heights(v1: float, v2: float, d: float) -> tuple[float, float]:
    """Heights of the least-squares smooth surface at both ends, m above sea level. P.1812-8 (85), (86)."""
    return (2.0 * v1 * d - v2) / (d * d), (v2 - v1 * d) / (d * d)


@jit(**INLINE)
def diffraction_heights(
    hst: float, hsr: float, hobs: float, alpha_obt: float, alpha_obr: float, h_1: float, h_n: float
) -> tuple[float, float]:
    """Smooth-surface heights for diffraction at both ends, m above sea level. P.1812-8 (88), (89)."""
    if hobs > 0.0:
        g_t = alpha_obt / (alpha_obt + alpha_obr)  # (88d)
        hst -= hobs * g_t  # (88b)
        hsr -= hobs * (1.0 - g_t)  # (88c), (88e)
    return min(hst, h_1), min(hsr, h_n)  # (89)


@jit()
def delta_bullington_finish(
    Lbulla: float,
    distance_km: Profile,
    ap: float,
    f_ghz: float,
    lam_m: float,
    hte: float,
    hre: float,
    omega: float,
    vertical: bool,
) -> DeltaBullington:
    """Adds the spherical-earth part to the Bullington loss of the actual profile. P.1812-8 (37)-(39).

    hte and hre are the antennas' heights above the smooth surface for diffraction.
    """
    n = distance_km.size
    Ldsph = spherical_earth_loss_db(distance_km[n - 1], ap, f_ghz, lam_m, hte, hre, omega, vertical)
    Lbulls = smooth_bullington_loss_db(distance_km, ap, lam_m, hte, hre)
    return DeltaBullington(Lbulla, Lbulls, Ldsph, Lbulla + max(Ldsph - Lbulls, 0.0))  # (39)


@jit()
def delta_bullington(
    distance_km: Profile,
    terrain_m: Profile,
    surface_m: Profile,
    hts: float,
    hrs: float,
    ap: float,
    frequency_mhz: float,
    omega: float,
    vertical: bool,
) -> DeltaBullington:
    """Diffraction loss of a path in dB with its parts, over an earth of effective radius ap km.

    `surface_m` is what the Bullington part sees (terrain plus clutter; give the terrain again for P.526
    proper), `terrain_m` bare ground for the smooth surface; hts, hrs are the antennas in m above sea level,
    omega the fraction of the path over sea. At least three samples, distance rising from zero; antennas
    above ground. P.526-15 §4.5.3, P.1812-8 §4.3.4.
    """
    n = distance_km.size
    lam_m = wavelength_m(frequency_mhz)
    nu = bullington_nu(distance_km, surface_m, hts, hrs, ap, lam_m)
    ob = obstruction(distance_km, terrain_m, hts, hrs)
    hst, hsr = smooth_surface_heights(ob.v1, ob.v2, distance_km[n - 1])
    hstd, hsrd = diffraction_heights(
        hst, hsr, ob.hobs, ob.alpha_obt, ob.alpha_obr, terrain_m[0], terrain_m[n - 1]
    )
    return delta_bullington_finish(
        bullington_finish_db(nu, distance_km[n - 1]),
        distance_km,
        ap,
        frequency_mhz * 1e-3,
        lam_m,
        hts - hstd,
        hrs - hsrd,
        omega,
        vertical,
    )
