"""Clutter loss at a terminal, ITU-R P.2108-1.

§3.1 corrects one terminal below the clutter that surrounds it, for a model that ends at the clutter's top;
§3.2 is a statistical loss for a terminal in town whose surroundings are not known. Do not add either to a
model whose profile holds the same clutter already (P.1812 with clutter heights).
"""

from __future__ import annotations

from math import atan, log10, pi, sqrt

from phusong.coverage.compiled import jit
from phusong.coverage.propagation.choices import P2108_ENVIRONMENTS
from phusong.coverage.propagation.door import in_range, one_of
from phusong.coverage.propagation.normal import inverse_normal
from phusong.coverage.propagation.p526 import knife_edge_loss_db

# Table 3: representative clutter height in m; True where the loss is diffraction over it, (2a)
ENVIRONMENTS = dict(
    zip(
        P2108_ENVIRONMENTS,
        ((10.0, False), (10.0, False), (10.0, True), (15.0, True), (15.0, True), (20.0, True)),
        strict=True,
    )
)


@jit()
def height_gain_loss_db(f: float, h: float, R: float, street_m: float, over_clutter: bool) -> float:
    """Loss A_h of a terminal h m high among clutter R m high, dB; f GHz, 0 at h ≥ R. P.2108-1 (1), (2)."""
    if h >= R:
        return 0.0  # (1)
    if not over_clutter:
        return -(21.8 + 6.2 * log10(f)) * log10(h / R)  # (2b), (2g)
    h_dif = R - h  # (2d)
    theta_clut = atan(h_dif / street_m) * 180.0 / pi  # (2e)
    nu = 0.342 * sqrt(f) * sqrt(h_dif * theta_clut)  # (2c), (2f)
    return knife_edge_loss_db(nu) - 6.03  # (2a)


@jit()
def _one_distance_db(f: float, d: float, quantile: float) -> float:
    log_f = log10(f)
    L_l = -2.0 * log10(10.0 ** (-5.0 * log_f - 12.5) + 10.0**-16.5)  # (4a)
    L_s = 32.98 + 23.9 * log10(d) + 3.0 * log_f  # (5a)
    w_l = 10.0 ** (-0.2 * L_l)
    w_s = 10.0 ** (-0.2 * L_s)
    sigma_cb = sqrt((16.0 * w_l + 36.0 * w_s) / (w_l + w_s))  # (3b), (4b), (5b)
    return -5.0 * log10(w_l + w_s) - sigma_cb * quantile  # (3a)


@jit()
def statistical_loss_db(f: float, d: float, probability: float) -> float:
    """Loss L_ctt not exceeded at a share of locations (0 to 1), dB; f GHz, d km. P.2108-1 (3)-(6)."""
    quantile = -inverse_normal(probability)
    return min(_one_distance_db(f, d, quantile), _one_distance_db(f, 2.0, quantile))  # (6)


def terminal_clutter_loss(
    environment: str,
    *,
    frequency_mhz: float,
    height_m: float,
    clutter_height_m: float | None = None,
    street_width_m: float = 27.0,
) -> float:
    """Loss of one terminal below the clutter around it, dB.

    environment "water", "open", "suburban", "urban", "forest" or "dense-urban"; frequency_mhz 30-3000;
    height_m of the antenna 0.1-3000; clutter_height_m 0.1-100, Table 3's if left out; street_width_m 1-1000.
    Raises ValueError outside. ITU-R P.2108-1 §3.1.
    """
    default_m, over_clutter = ENVIRONMENTS[one_of("environment", environment, tuple(ENVIRONMENTS))]
    return height_gain_loss_db(
        in_range("frequency_mhz", frequency_mhz, 30.0, 3000.0, "MHz") * 1e-3,
        in_range("height_m", height_m, 0.1, 3000.0, "m"),
        in_range(
            "clutter_height_m", default_m if clutter_height_m is None else clutter_height_m, 0.1, 100.0, "m"
        ),
        in_range("street_width_m", street_width_m, 1.0, 1000.0, "m"),
        over_clutter,
    )


def statistical_clutter_loss(
    distance_km: float, *, frequency_mhz: float, location_percent: float = 50.0
) -> float:
    """Clutter loss of one terminal in town, not exceeded at a share of locations, dB.

    distance_km from 0.25 (from 1 if both ends are corrected); frequency_mhz 500-67 000; location_percent 0.1
    to 99.9. Raises ValueError outside. ITU-R P.2108-1 §3.2.
    """
    return statistical_loss_db(
        in_range("frequency_mhz", frequency_mhz, 500.0, 67_000.0, "MHz") * 1e-3,
        in_range("distance_km", distance_km, 0.25, 1e5, "km"),
        in_range("location_percent", location_percent, 0.1, 99.9, "%") / 100.0,
    )
