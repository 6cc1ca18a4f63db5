"""Diffraction against the recommendation's own figures and hand calculation."""

from __future__ import annotations

from math import log10, pi, sqrt

import numpy as np
import pytest

from phusong.coverage.propagation import p525, p526


def test_free_space_loss_is_the_definition() -> None:
    # 1 km at 1 GHz, P.525-4 (3) with c = 299 792 458 m/s
    assert p525.free_space_loss_db(1.0, 1000.0) == pytest.approx(
        20 * log10(4 * pi * 1000 / 0.299792458), abs=1e-9
    )
    # the rounded form (4) lies 0.048 dB below
    assert p525.free_space_loss_db(7.0, 1800.0) - (32.4 + 20 * log10(1800) + 20 * log10(7)) == pytest.approx(
        0.0478, abs=1e-4
    )


def test_knife_edge_at_grazing_and_far_above() -> None:
    # J(0) = 6.9 + 20 log(sqrt(1.01) - 0.1) by hand
    assert p526.knife_edge_loss_db(0.0) == pytest.approx(6.9 + 20 * log10(sqrt(1.01) - 0.1), abs=1e-12)
    # nu = 2: 6.9 + 20 log(sqrt(1.9**2 + 1) + 1.9) = 6.9 + 20 log 4.047091 = 19.0428
    assert p526.knife_edge_loss_db(2.0) == pytest.approx(19.0428, abs=1e-4)
    assert p526.knife_edge_loss_db(-0.79) == 0.0


def test_knife_edge_parameter_of_a_ridge() -> None:
    # 30 m above the line, 2 and 3 km from the ends, 0.5 m wave: 30 sqrt(0.002 * 5 / (0.5 * 6)) = 1.732051
    assert p526.knife_edge_nu(30.0, 2.0, 3.0, 0.5) == pytest.approx(sqrt(3.0), abs=1e-12)


def test_smooth_bullington_looks_at_every_sample() -> None:
    rng = np.random.default_rng(1812)
    for _ in range(300):
        inner = np.sort(rng.uniform(0.01, 0.99, rng.integers(1, 200)))
        d = np.concatenate([[0.0], inner, [1.0]]) * rng.uniform(0.3, 120.0)
        htc, hrc = rng.uniform(0.5, 400.0, 2)
        lam_m = rng.uniform(0.05, 5.0)
        level = np.zeros_like(d)
        whole = p526.bullington_finish_db(p526.bullington_nu(d, level, htc, hrc, 8500.0, lam_m), d[-1])
        assert p526.smooth_bullington_loss_db(d, 8500.0, lam_m, htc, hrc) == pytest.approx(whole, abs=1e-9)
