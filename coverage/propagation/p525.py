"""Free-space loss and field strength, ITU-R P.525-4.

Every function here is one line of the recommendation's Annex 1: scalar, compiled, usable from any kernel.
"""

from __future__ import annotations

from math import log10, pi

from phusong.coverage.compiled import jit

SPEED_OF_LIGHT_M_S = 299_792_458.0


@jit()
def free_space_loss_db(distance_km: float, frequency_mhz: float) -> float:
    """Free-space basic transmission loss between isotropic antennas, dB.

    Both arguments above zero. P.525-4 (3), whose round form (4) is 32.4 + 20 log f + 20 log d: the exact
    constant is 32.4478, so the two differ by 0.048 dB. Models that print (4) as their own first line, such as
    P.1812, keep the rounded one.
    """
    wavelength_m = SPEED_OF_LIGHT_M_S / (frequency_mhz * 1e6)
    return 20.0 * log10(4.0 * pi * distance_km * 1e3 / wavelength_m)  # (3)


@jit()
def field_strength_dbuv_m(eirp_dbw: float, distance_km: float) -> float:
    """Free-space field strength of a transmitter of `eirp_dbw`, dB(µV/m). P.525-4 (8)."""
    return eirp_dbw - 20.0 * log10(distance_km) + 74.8  # (8)


@jit()
def received_power_dbw(field_dbuv_m: float, frequency_mhz: float) -> float:
    """Power an isotropic antenna takes from a field, dBW. P.525-4 (9), f in GHz there."""
    return field_dbuv_m - 20.0 * log10(frequency_mhz * 1e-3) - 167.2  # (9)


@jit()
def loss_from_field_db(eirp_dbw: float, field_dbuv_m: float, frequency_mhz: float) -> float:
    """Basic transmission loss that explains a field strength, dB. P.525-4 (10), f in GHz there."""
    return eirp_dbw - field_dbuv_m + 20.0 * log10(frequency_mhz * 1e-3) + 167.2  # (10)


@jit()
def power_flux_density_dbw_m2(field_dbuv_m: float) -> float:
    """Power flux-density of a plane wave, dB(W/m²). P.525-4 (11)."""
    return field_dbuv_m - 145.8  # (11)
