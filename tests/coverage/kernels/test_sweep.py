"""The sweep against the recommendation's own formula, sample by sample."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, pi

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.coverage.ground import Ground
from phusong.coverage.kernels.profile import read_radial
from phusong.coverage.kernels.sweep import sweep
from phusong.coverage.propagation import radioclimate
from phusong.coverage.propagation.p525 import free_space_loss_db
from phusong.coverage.propagation.p526 import delta_bullington
from phusong.coverage.propagation.p1812 import path_loss
from phusong.coverage.propagation.p1812_parts import Climate
from phusong.coverage.propagation.p1812_path import median_earth_radius_km, time_percentage_beta0
from phusong.geodata.raster import Raster

EARTH_KM = 8500.0


def _swept(
    ground: Ground, at: tuple[float, float], heights_m: tuple[float, float], frequencies: NDArray[np.float64],
    *, radials: int, most: int, stride: int = 1, clearance_m: float = 50.0,
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:  # fmt: skip
    loss = np.full((frequencies.size, radials, most // stride + 1), np.nan, np.float32)
    reach = np.full(radials, -9, np.int32)
    sweep(
        ground.samples_dm(), ground.holes, ground.grid.cell_m, at, heights_m,
        np.full(radials, most, np.int32), stride, clearance_m, EARTH_KM, frequencies, None, loss, reach,
    )  # fmt: skip
    return loss, reach


def _direct(
    ground: Ground, at: tuple[float, float], heights_m: tuple[float, float], frequency_mhz: float,
    azimuth: float, most: int, samples: list[int], clearance_m: float = 50.0,
) -> NDArray[np.float64]:  # fmt: skip
    terrain, clutter = np.empty(most + 1), np.empty(most + 1)
    read_radial(ground.samples_dm(), *at, azimuth, most, ground.holes, terrain, clutter)
    cell_m = ground.grid.cell_m
    distance_km = np.arange(most + 1) * cell_m * 1e-3
    out = []
    for n in samples:
        k = np.arange(n + 1)
        near_m = np.minimum(k, n - k) * cell_m
        surface = terrain[: n + 1] + np.where(near_m < clearance_m - 1e-9, 0.0, clutter[: n + 1])
        surface[0], surface[n] = terrain[0], terrain[n]
        loss = delta_bullington(
            distance_km[: n + 1], terrain[: n + 1].copy(), surface, terrain[0] + heights_m[0],
            terrain[n] + heights_m[1], EARTH_KM, frequency_mhz, 0.0, True,
        )  # fmt: skip
        out.append(loss.Ld)
    return np.array(out, np.float64)


@pytest.mark.parametrize(("relief_m", "clearance_m"), [(720.0, 50.0), (60.0, 0.0), (5.0, 200.0), (0.0, 50.0)])
def test_every_sample_equals_the_direct_formula(
    relief_m: float, clearance_m: float, fractal_ground: Callable[..., Ground]
) -> None:
    ground = fractal_ground(500, relief_m=relief_m)
    at, heights_m = (250.3, 240.8), (45.0, 1.5)
    frequencies = np.array([700.0, 1800.0, 3800.0])
    radials, most = 16, 220
    loss, reach = _swept(
        ground, at, heights_m, frequencies, radials=radials, most=most, clearance_m=clearance_m
    )
    assert (reach == most).all()
    samples = list(range(2, most + 1, 7))
    for f, frequency in enumerate(frequencies):
        for r in range(radials):
            azimuth = 2.0 * pi * r / radials
            direct = _direct(ground, at, heights_m, frequency, azimuth, most, samples, clearance_m)
            np.testing.assert_allclose(loss[f, r, samples], direct, atol=1e-4, rtol=0.0)


@pytest.mark.parametrize("relief_m", [15.0, 120.0, 720.0])
def test_with_clear_air_every_sample_is_p1812(relief_m: float, fractal_ground: Callable[..., Ground]) -> None:
    ground = fractal_ground(1300, relief_m=relief_m)
    at, heights_m, frequency, radials, most = (650.3, 649.8), (45.0, 1.5), 900.0, 12, 640
    loss, reach = np.empty((1, radials, most + 1), np.float32), np.empty(radials, np.int32)
    earth_km = median_earth_radius_km(radioclimate.DELTA_N)
    climate = (radioclimate.DELTA_N, radioclimate.N_0, radioclimate.LATITUDE_DEG)
    sweep(
        ground.samples_dm(), False, 30.0, at, heights_m, np.full(radials, most, np.int32), 1,
        50.0, earth_km, np.array([frequency]), climate, loss, reach,
    )  # fmt: skip
    terrain, clutter = np.empty(most + 1), np.empty(most + 1)
    swept, direct, Ld = [], [], []
    for r in range(radials):
        read_radial(ground.samples_dm(), *at, 2.0 * pi * r / radials, most, False, terrain, clutter)
        for n in range(20, most + 1, 31):
            k = np.arange(n + 1)
            surface = terrain[: n + 1] + np.where(np.minimum(k, n - k) * 30.0 < 50.0, 0.0, clutter[: n + 1])
            d = 0.03 * n
            beta_0 = time_percentage_beta0(climate[2], d, d)
            found = path_loss(
                0.03 * k, terrain[: n + 1].copy(), surface, frequency, *heights_m, True, 50.0,
                Climate(climate[0], climate[1], beta_0, 0.0, d, 500.0, 500.0), 0.0,
            )  # fmt: skip
            swept.append(loss[0, r, n])
            direct.append(found.Lb - found.Lbfs + 92.4 - free_space_loss_db(1.0, 1000.0))
            Ld.append(found.Ld50)
    away = np.array(swept) - np.array(direct)
    # what is left out: a bound of 0.05 dB on ducting, and 0.5 % of the loss on paths the ground does not cut
    assert np.abs(away).max() < 0.06 + 0.005 * max(Ld)
    assert np.abs(away).mean() < 0.01
    # and what is put in is more than that
    assert (np.array(Ld) - np.array(direct)).max() > 0.3


def test_a_stride_changes_little(fractal_ground: Callable[..., Ground]) -> None:
    ground = fractal_ground(300)
    frequencies = np.array([900.0])
    fine, _ = _swept(ground, (150.0, 150.0), (30.0, 1.5), frequencies, radials=40, most=120)
    coarse, reach = _swept(ground, (150.0, 150.0), (30.0, 1.5), frequencies, radials=40, most=120, stride=3)
    assert (reach == 40).all()
    difference = coarse - fine[:, :, ::3]
    assert abs(difference.mean()) < 0.05
    assert np.sqrt((difference**2).mean()) < 0.3


def test_a_radial_ends_where_the_ground_does(fractal_ground: Callable[..., Ground]) -> None:
    ground = fractal_ground(200)
    heights = ground.terrain.values.copy()
    heights[:60] = np.nan
    holed = Ground(Raster(ground.grid, heights), ground.clutter, ground.clutter_height_m)
    loss, reach = _swept(holed, (100.0, 100.0), (30.0, 1.5), np.array([900.0]), radials=4, most=150)
    # north meets the hole below row 59, the others the edge of the grid
    assert reach.tolist() == [40, 98, 98, 100]
    assert all(np.isfinite(loss[0, r, : reach[r] + 1]).all() for r in range(4))


def test_one_ridge_is_a_knife_edge(flat_ground: Callable[..., Ground]) -> None:
    # a bare wall 60 m high, 3 km from a 30 m mast, 6 km of path, hardly any curvature: P.526-15 (31) by hand
    ground = flat_ground(420, wall=(310, 60.0))
    loss = np.zeros((1, 4, 301), np.float32)
    reach = np.zeros(4, np.int32)
    sweep(
        ground.samples_dm(), False, 30.0, (210.0, 210.0), (30.0, 30.0),
        np.full(4, 200, np.int32), 1, 0.0, 1e9, np.array([900.0]), None, loss, reach,
    )  # fmt: skip
    lam = 299.8 / 900.0
    nu = 30.0 * np.sqrt(2.0 * 6000.0 / (lam * 3000.0 * 3000.0))
    knife = 6.9 + 20.0 * np.log10(np.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)
    bullington = knife + (1.0 - np.exp(-knife / 6.0)) * (10.0 + 0.02 * 6.0)
    assert loss[0, 1, 200] == pytest.approx(bullington, abs=0.02)  # east, over the wall
    assert loss[0, 3, 200] < 0.01  # west, over nothing


def test_number_of_workers_does_not_matter(fractal_ground: Callable[..., Ground]) -> None:
    import numba

    ground = fractal_ground(300)
    radials, most = ceil(2.0 * pi * 120), 120
    found = []
    threads = numba.get_num_threads()
    try:
        for count in {1, threads}:
            numba.set_num_threads(count)
            loss, _ = _swept(
                ground, (150.0, 150.0), (30.0, 1.5), np.array([900.0]), radials=radials, most=most
            )
            found.append(loss.tobytes())
    finally:
        numba.set_num_threads(threads)
    assert len(set(found)) == 1
