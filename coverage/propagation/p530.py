"""Line-of-sight microwave links: rain and multipath fading, ITU-R P.530.

Rain follows §2.4.1 of P.530-18 (as in P.530-17). Multipath follows §2.3 of P.530-17, whose geoclimatic
factor has a formula (refractivity gradient and terrain roughness); P.530-18 reads its own from a digital map
that is no part of this package. (36a) can be read two ways: here the exponent 0.8 belongs to f/10, not to the
logarithm. The other reading (ITU-Rpy 0.4) gives 86.6 dB instead of 89.1 dB for 3 km, 38 GHz, 99.9 mm/h and
0.001 %. ITU-Rpy's curve of shallow fades and crc-covlib's yearly factor (ΔG at least, not at most, 10.8 dB)
also part from the text, which is followed.

Wet antennas, frequency-selective fading and diversity are not covered.
"""

from __future__ import annotations

from math import cos, exp, log, log10, pi

from phusong.coverage.compiled import jit
from phusong.coverage.propagation import p838, radioclimate
from phusong.coverage.propagation.door import in_range, one_of

POLARIZATIONS = ("horizontal", "vertical")


@jit()
def effective_rain_length_km(d: float, f: float, rain_001_mm_h: float, alpha: float) -> float:
    """Effective path length in rain of a path of d km at f GHz, km. P.530-18 (32), (33)."""
    shrink = 0.477 * d**0.633 * rain_001_mm_h ** (0.073 * alpha) * f**0.123 - 10.579 * (1.0 - exp(-0.024 * d))
    r = 2.5 if shrink < 0.4 else 1.0 / shrink  # (32), at most 2.5
    return d * r


@jit()
def rain_attenuation_001_db(d: float, f: float, rain_001_mm_h: float, tilt_rad: float) -> float:
    """Rain attenuation exceeded for 0.01 % of the year on a path of d km at f GHz, dB. P.530-18 (34)."""
    c = p838.rain_coefficients(f, 0.0, tilt_rad)
    return c.k * rain_001_mm_h**c.alpha * effective_rain_length_km(d, f, rain_001_mm_h, c.alpha)


@jit()
def rain_attenuation_ratio(p: float, f: float) -> float:
    """Rain attenuation exceeded for p % of the year over that for 0.01 %. P.530-18 (35), (36)."""
    C0 = 0.12 + 0.4 * log10((f / 10.0) ** 0.8) if f >= 10.0 else 0.12  # (36a)
    C1 = 0.07**C0 * 0.12 ** (1.0 - C0)  # (36b)
    C2 = 0.855 * C0 + 0.546 * (1.0 - C0)  # (36c)
    C3 = 0.139 * C0 + 0.043 * (1.0 - C0)  # (36d)
    return C1 * p ** -(C2 + C3 * log10(p))  # (35)


@jit()
def rain_outage_percent(A_001: float, margin_db: float, f: float) -> float:
    """Share of the year, %, in which rain takes more than the fade margin; within 0.001 … 1 %.

    Solves P.530-18 (35) for p by halving; a margin outside what the formula covers gives its nearer end.
    """
    low, high = -3.0, 0.0  # log10 of p
    if A_001 * rain_attenuation_ratio(1e-3, f) <= margin_db:
        return 1e-3
    if A_001 * rain_attenuation_ratio(1.0, f) >= margin_db:
        return 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if A_001 * rain_attenuation_ratio(10.0**middle, f) > margin_db:
            low = middle
        else:
            high = middle
    return 10.0 ** (0.5 * (low + high))


@jit()
def geoclimatic_factor(dn1: float, roughness_m: float) -> float:
    """Geoclimatic factor K from the gradient dN1 and the terrain roughness s_a. P.530-17 (4)."""
    return 10.0 ** (-4.4 - 0.0027 * dn1) * (10.0 + roughness_m) ** -0.46


@jit()
def multipath_occurrence_percent(d: float, f: float, h_e: float, h_r: float, K: float) -> float:
    """Multipath occurrence factor p_0 of the average worst month, %. P.530-17 (5), (7) at A = 0.

    d km, f GHz, antenna heights in m above sea level.
    """
    eps_p = abs(h_r - h_e) / d  # (5), mrad
    return K * d**3.4 * (1.0 + eps_p) ** -1.03 * f**0.8 * 10.0 ** (-0.00076 * min(h_e, h_r))  # (7)


@jit()
def multipath_outage_percent(p_0: float, A: float) -> float:
    """Share of the average worst month, %, in which multipath fades by more than A dB. P.530-17 §2.3.2."""
    A_t = 25.0 + 1.2 * log10(p_0)  # (10)
    if A_t <= A:
        return p_0 * 10.0 ** (-A / 10.0)  # (11)
    p_t = p_0 * 10.0 ** (-A_t / 10.0)  # (12)
    qa_t = -20.0 * log10(-log((100.0 - p_t) / 100.0)) / A_t  # (13)
    q_t = (qa_t - 2.0) / ((1.0 + 0.3 * 10.0 ** (-A_t / 20.0)) * 10.0 ** (-0.016 * A_t)) - 4.3 * (
        10.0 ** (-A_t / 20.0) + A_t / 800.0
    )  # (14)
    q_a = 2.0 + (1.0 + 0.3 * 10.0 ** (-A / 20.0)) * 10.0 ** (-0.016 * A) * (
        q_t + 4.3 * (10.0 ** (-A / 20.0) + A / 800.0)
    )  # (16)
    return 100.0 * (1.0 - exp(-(10.0 ** (-q_a * A / 20.0))))  # (15)


@jit()
def worst_month_to_year(d: float, h_e: float, h_r: float, latitude_rad: float) -> float:
    """Factor from a multipath share of the worst month to one of the year. P.530-17 (26), (27)."""
    sign = 1.0 if abs(latitude_rad) <= pi / 4.0 else -1.0
    eps_p = abs(h_r - h_e) / d
    bracket = 1.1 + sign * abs(cos(2.0 * latitude_rad)) ** 0.7
    delta_G = 10.5 - 5.6 * log10(bracket) - 2.7 * log10(d) + 1.7 * log10(1.0 + eps_p)  # (26)
    return 10.0 ** (-min(delta_G, 10.8) / 10.0)  # (27)


def link_outage(
    distance_km: float,
    *,
    frequency_mhz: float,
    fade_margin_db: float,
    tx_height_asl_m: float,
    rx_height_asl_m: float,
    polarization: str = "vertical",
    rain_001_mm_h: float = radioclimate.RAIN_RATE_001_MM_H,
    dn1: float = radioclimate.DN_65M_1_PERCENT,
    roughness_m: float = radioclimate.TERRAIN_ROUGHNESS_M,
    latitude_deg: float = radioclimate.LATITUDE_DEG,
) -> dict[str, float]:
    """Shares of an average year, %, in which a microwave hop fails, with the quantities behind them.

    distance_km 0.1-60 of a clear line of sight; frequency_mhz 1000-100 000 for rain, of which multipath is
    given between 15/distance GHz and 45 GHz and is nil below 5 km; fade_margin_db 1-60; antenna heights
    above sea level. Keys: gamma_R (dB/km), d_eff (km), A_001 (dB), p_rain, p_0 and p_multipath of the worst
    month, p_multipath_year, outage (rain plus multipath), availability. Raises ValueError outside. ITU-R
    P.530-18 §2.4.1, P.530-17 §2.3.
    """
    d = in_range("distance_km", distance_km, 0.1, 60.0, "km")
    f = in_range("frequency_mhz", frequency_mhz, 1e3, 1e5, "MHz") * 1e-3
    margin = in_range("fade_margin_db", fade_margin_db, 1.0, 60.0, "dB")
    h_e = in_range("tx_height_asl_m", tx_height_asl_m, -500.0, 9000.0, "m")
    h_r = in_range("rx_height_asl_m", rx_height_asl_m, -500.0, 9000.0, "m")
    tilt = 0.0 if one_of("polarization", polarization, POLARIZATIONS) == "horizontal" else pi / 2.0
    rain = in_range("rain_001_mm_h", rain_001_mm_h, 0.1, 300.0, "mm/h")
    c = p838.rain_coefficients(f, 0.0, tilt)
    A_001 = rain_attenuation_001_db(d, f, rain, tilt)
    p_rain = rain_outage_percent(A_001, margin, f)
    K = geoclimatic_factor(
        in_range("dn1", dn1, -1000.0, 100.0, "N-units/km"),
        in_range("roughness_m", roughness_m, 0.0, 3000.0, "m"),
    )
    latitude = in_range("latitude_deg", latitude_deg, -90.0, 90.0, "°") * pi / 180.0
    p_0 = p_multipath = p_year = 0.0
    if d >= 5.0 and f * d >= 15.0 and f <= 45.0:
        p_0 = multipath_occurrence_percent(d, f, h_e, h_r, K)
        p_multipath = multipath_outage_percent(p_0, margin)
        p_year = p_multipath * worst_month_to_year(d, h_e, h_r, latitude)
    return {
        "gamma_R": float(c.k * rain**c.alpha),
        "d_eff": float(effective_rain_length_km(d, f, rain, c.alpha)),
        "A_001": float(A_001),
        "p_rain": float(p_rain),
        "K": float(K),
        "p_0": float(p_0),
        "p_multipath": float(p_multipath),
        "p_multipath_year": float(p_year),
        "outage": float(p_rain + p_year),
        "availability": float(100.0 - p_rain - p_year),
    }
