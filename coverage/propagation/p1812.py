"""Basic transmission loss between two points over terrain and clutter, ITU-R P.1812-8.

30-6000 MHz, 0.25-3000 km, antennas 1-3000 m above ground, 1-50 % of time, 1-99 % of locations. This module
joins the mechanisms (`p1812_parts`), the path's shape (`p1812_path`) and diffraction (`p526`); result names
are the recommendation's symbols.

Two readings of the text are ours. Horizon angles, effective heights and roughness use bare terrain, only the
Bullington part of diffraction sees terrain plus clutter. For an indoor receiver, L_be is the P.2109 loss at
50 % and σ_be half the distance between its 15.87 % and 84.13 % quantiles: P.1812 names P.2109 without saying
how to condense its distribution.
"""

from __future__ import annotations

from math import log10, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from phusong.coverage.compiled import jit
from phusong.coverage.propagation import p526, p1812_parts, p1812_path, p2109, radioclimate
from phusong.coverage.propagation.door import distances, heights, in_range, one_of
from phusong.coverage.propagation.normal import inverse_complementary_normal
from phusong.coverage.propagation.p526 import Profile
from phusong.coverage.propagation.p1812_parts import Climate

POLARIZATIONS = ("horizontal", "vertical")


class PathLoss(NamedTuple):
    """Every quantity on the way to L_b, in the recommendation's symbols: dB, km, mrad, m, dB(µV/m)."""

    Lb: float
    Lbc: float
    Lbfs: float
    Lb0p: float
    Lb0b: float
    Lbs: float
    Lba: float
    Lbd50: float
    Lbd: float
    Lminb0p: float
    Lminbap: float
    Lbda: float
    Lbam: float
    Ld50: float
    Ldb: float
    Ldp: float
    Lbulla50: float
    Lbulls50: float
    Ldsph50: float
    Lbullab: float
    Lbullsb: float
    Ldsphb: float
    Fi: float
    Fj: float
    Fk: float
    ae: float
    path: p1812_path.Horizons


@jit()
def _diffraction(
    distance_km: Profile,
    surface_m: Profile,
    hts: float,
    hrs: float,
    path: p1812_path.Horizons,
    ap: float,
    frequency_mhz: float,
    omega: float,
    vertical: bool,
) -> p526.DeltaBullington:
    # §4.3.4 on an earth of effective radius ap, the smooth surface being known already
    lam_m = p526.wavelength_m(frequency_mhz)
    nu = p526.bullington_nu(distance_km, surface_m, hts, hrs, ap, lam_m)
    Lbulla = p526.bullington_finish_db(nu, distance_km[distance_km.size - 1])
    hte, hre = hts - path.hstd, hrs - path.hsrd  # (37)
    return p526.delta_bullington_finish(
        Lbulla, distance_km, ap, frequency_mhz * 1e-3, lam_m, hte, hre, omega, vertical
    )


@jit()
def path_loss(
    distance_km: Profile,
    terrain_m: Profile,
    surface_m: Profile,
    frequency_mhz: float,
    htg: float,
    hrg: float,
    vertical: bool,
    p: float,
    climate: Climate,
    location_db: float,
) -> PathLoss:
    """Basic transmission loss of one path and all its intermediates; nothing is checked here.

    `surface_m` is terrain plus clutter between the ends and bare terrain at both ends, `p` % of time,
    `location_db` what location variability and building entry add, L_loc − I(p_L) σ_loc.
    """
    f = frequency_mhz * 1e-3
    n = distance_km.size
    d = distance_km[n - 1]
    hts = terrain_m[0] + htg
    hrs = terrain_m[n - 1] + hrg
    ae = p1812_path.median_earth_radius_km(climate.delta_n)
    ab = p1812_path.EARTH_RADIUS_KM * p1812_path.K_BETA  # (7b)
    path = p1812_path.horizons(distance_km, terrain_m, htg, hrg, ae)

    Lbfs = p1812_parts.free_space_db(f, d, hts, hrs)
    Lb0p = Lbfs + p1812_parts.multipath_focusing_db(p, path.dlt, path.dlr)  # (10)
    Lb0b = Lbfs + p1812_parts.multipath_focusing_db(climate.beta_0, path.dlt, path.dlr)  # (11)

    median = _diffraction(distance_km, surface_m, hts, hrs, path, ae, frequency_mhz, climate.omega, vertical)
    beta = _diffraction(distance_km, surface_m, hts, hrs, path, ab, frequency_mhz, climate.omega, vertical)
    Fi = p1812_parts.time_interpolation(p, climate.beta_0)
    Ldp = median.Ld + (beta.Ld - median.Ld) * Fi  # (41)
    Lbd50 = Lbfs + median.Ld  # (42)
    Lbd = Lb0p + Ldp  # (43)

    Lbs = p1812_parts.troposcatter_db(f, d, path.theta, climate.n_0, p)
    Lba = p1812_parts.ducting_db(f, d, p, hts, hrs, ae, path, climate)

    Fj = p1812_parts.angular_interpolation(path.theta)
    Fk = p1812_parts.distance_interpolation(d)
    if p < climate.beta_0:
        Lminb0p = Lb0p + (1.0 - climate.omega) * Ldp  # (59)
    else:
        Lminb0p = Lbd50 + (Lb0b + (1.0 - climate.omega) * Ldp - Lbd50) * Fi
    Lminbap, Lbda, Lbam, Lbc = p1812_parts.combined_db(Lbd, Lb0p, Lminb0p, Lba, Lbs, path.theta, d)
    return PathLoss(
        max(Lb0p, Lbc + location_db),  # (69)
        Lbc, Lbfs, Lb0p, Lb0b, Lbs, Lba, Lbd50, Lbd, Lminb0p, Lminbap, Lbda, Lbam, median.Ld, beta.Ld, Ldp,
        median.Lbulla, median.Lbulls, median.Ldsph, beta.Lbulla, beta.Lbulls, beta.Ldsph,
        Fi, Fj, Fk, ae, path,
    )  # fmt: skip


@jit()
def location_sd_db(f: float, resolution_m: float, hrg: float, clutter_m: float) -> float:
    """Standard deviation of outdoor location variability over squares of `resolution_m`, dB. P.1812-8 §4.7.

    It falls to zero over the ten metres above the clutter at the receiver; f in GHz.
    """
    u_h = min(max(1.0 - (hrg - clutter_m) / 10.0, 0.0), 1.0)
    return u_h * (0.52 + 0.024 * f) * resolution_m**0.28


@jit()
def field_strength_dbuv_m(f: float, Lb: float) -> float:
    """Field strength at 1 kW effective radiated power for a loss of Lb, dB(µV/m); f in GHz. P.1812-8 (70)."""
    return 199.36 + 20.0 * log10(f) - Lb  # (70)


def building_statistics_db(f: float, building: str, elevation_deg: float) -> tuple[float, float]:
    """Median and standard deviation of building entry loss for P.1812's location statistics, dB; f in GHz."""
    low, median, high = (
        p2109.building_entry_loss(
            frequency_mhz=1e3 * f, probability_percent=q, building=building, elevation_deg=elevation_deg
        )
        for q in (15.865525393145708, 50.0, 84.1344746068543)
    )
    return median, (high - low) / 2.0


def basic_transmission_loss(
    distance_km: ArrayLike,
    terrain_m: ArrayLike,
    clutter_m: ArrayLike | None = None,
    *,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    polarization: str = "vertical",
    time_percent: float = 50.0,
    location_percent: float = 50.0,
    location_sd: float | None = None,
    resolution_m: float = 100.0,
    building: str | None = None,
    elevation_deg: float = 0.0,
    delta_n: float = radioclimate.DELTA_N,
    n_0: float = radioclimate.N_0,
    latitude_deg: float = radioclimate.LATITUDE_DEG,
    zone: ArrayLike | None = None,
    dct_km: float = 500.0,
    dcr_km: float = 500.0,
) -> dict[str, float]:
    """Loss L_b in dB not exceeded for p % of time and p_L % of locations, with every intermediate.

    The profile runs from transmitter to receiver: distance_km rising from zero to 0.25-3000 km, terrain_m
    above sea level, clutter_m the representative clutter height (at the two ends it blocks nothing;
    the receiver's sets its location variability). frequency_mhz 30-6000; tx_height_m and rx_height_m 1-3000
    above ground; polarization "horizontal" or "vertical"; time_percent 1-50; location_percent 1-99.
    `location_sd` (dB) overrides §4.7's outdoor value for `resolution_m`; `building` ("traditional" or
    "thermally-efficient") puts the receiver indoors (from 80 MHz), at a façade that sees the path at
    `elevation_deg`.
    delta_n, n_0 and latitude_deg are those of the path's centre; `zone` codes each sample 1 sea, 3 coastal
    land, 4 inland (inland throughout if left out); dct_km, dcr_km are each end's land distance to the coast.
    Raises ValueError, one line, for anything outside. ITU-R P.1812-8.
    """
    d = distances(distance_km)
    h = heights("terrain_m", terrain_m, d.size, -500.0, 9000.0)
    R = np.zeros_like(h) if clutter_m is None else heights("clutter_m", clutter_m, d.size, 0.0, 1000.0)
    in_range("path length", d[-1], 0.25, 3000.0, "km")
    f = in_range("frequency_mhz", frequency_mhz, 30.0, 6000.0, "MHz") * 1e-3
    htg = in_range("tx_height_m", tx_height_m, 1.0, 3000.0, "m")
    hrg = in_range("rx_height_m", rx_height_m, 1.0, 3000.0, "m")
    p = in_range("time_percent", time_percent, 1.0, 50.0, "%")
    p_L = in_range("location_percent", location_percent, 1.0, 99.0, "%")
    vertical = one_of("polarization", polarization, POLARIZATIONS) == "vertical"
    zones = p1812_path.zone_codes(zone, d.size)
    at_sea = zones[-1] == p1812_path.SEA
    run = p1812_path.path_zones(d, zones)
    climate = Climate(
        delta_n=in_range("delta_n", delta_n, 0.0, 150.0, "N-units/km"),
        n_0=in_range("n_0", n_0, 200.0, 500.0, "N-units"),
        beta_0=p1812_path.time_percentage_beta0(
            in_range("latitude_deg", latitude_deg, -90.0, 90.0, "°"), run.dtm, run.dlm
        ),
        omega=run.omega,
        dlm=run.dlm,
        dct=0.0 if zones[0] == p1812_path.SEA else in_range("dct_km", dct_km, 0.0, 20000.0, "km"),
        dcr=0.0 if at_sea else in_range("dcr_km", dcr_km, 0.0, 20000.0, "km"),
    )
    if location_sd is None:
        width = in_range("resolution_m", resolution_m, 1.0, 1000.0, "m")
        sigma_loc = 0.0 if at_sea else location_sd_db(f, width, hrg, R[-1])
    else:
        sigma_loc = 0.0 if at_sea else in_range("location_sd", location_sd, 0.0, 30.0, "dB")
    L_loc = 0.0  # (67a)
    if building is not None:
        L_loc, sigma_be = building_statistics_db(f, building, elevation_deg)  # (67b)
        sigma_loc = sqrt(sigma_loc**2 + sigma_be**2)  # (68b)
    location_db = L_loc - inverse_complementary_normal(p_L / 100.0) * sigma_loc
    g = h + R
    g[0], g[-1] = h[0], h[-1]
    loss = path_loss(d, h, g, 1e3 * f, htg, hrg, vertical, p, climate, location_db)
    named = loss._asdict()
    path = named.pop("path")._asdict()
    named["Ep"] = field_strength_dbuv_m(f, loss.Lb)
    return {
        **{key: float(value) for key, value in {**named, **path}.items()},
        **{"hts": h[0] + htg, "hrs": h[-1] + hrg, "d": float(d[-1]), "dtm": run.dtm, "b0": climate.beta_0},
        **climate._asdict(),
        **{"Lloc": L_loc, "sigma_loc": sigma_loc},
    }
