"""P.1546, Extended Hata and SPM along radials against the path functions on the same samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from phusong.coverage.excess import Paths, conditions_of, excess_db
from phusong.coverage.ground import Ground
from phusong.coverage.kernels.profile import terrain_m
from phusong.coverage.masts import Mast
from phusong.coverage.models import MODELS
from phusong.coverage.options import Options
from phusong.coverage.profile import PathProfile
from phusong.coverage.propagation.p525 import free_space_loss_db
from phusong.coverage.radials import Radials, along_radials, fill

FREQUENCY_MHZ = 1800.0
RECEIVER_M = 1.5
RADIALS, STRIDE = 24, 3


@pytest.fixture(scope="module")
def hills(fractal_ground: Callable[..., Ground]) -> Ground:
    return fractal_ground(1500)


def _filled(
    ground: Ground, options: Options, mast_m: float, position: tuple[float, float], reach_cells: int
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    kept = reach_cells // STRIDE
    polar = np.empty((1, RADIALS, kept + 1), np.float32)
    reach = np.empty(RADIALS, np.int32)
    at = Radials(
        ground.samples_dm(), False, ground.grid.cell_m, position, (mast_m, options.receiver_height_m),
        np.full(RADIALS, kept * STRIDE, np.int32), STRIDE, np.array([FREQUENCY_MHZ]),
    )  # fmt: skip
    fill(at, options, polar, reach)
    return polar, reach


def _by_formula(
    ground: Ground, options: Options, mast_m: float, position: tuple[float, float], r: int, n: int
) -> float:
    """The public function over the samples of one radial, less free space."""
    samples, cell_m = ground.samples_dm(), ground.grid.cell_m
    turn = 2.0 * np.pi * r / RADIALS
    steps = np.arange(n + 1)
    x, y = position[0] + steps * np.sin(turn), position[1] - steps * np.cos(turn)
    terrain = np.array([terrain_m(samples, *at) for at in zip(x, y, strict=True)])
    clutter = samples[(y + 0.5).astype(int), (x + 0.5).astype(int), 1] * 0.1
    near = np.minimum(steps, n - steps) * cell_m < options.terminal_clearance_m - 1e-6
    clutter[near] = 0.0
    profile = PathProfile(steps * cell_m / 1e3, terrain, clutter, mast_m, options.receiver_height_m)
    loss = MODELS[options.model].loss(profile, conditions_of(options, FREQUENCY_MHZ)).loss_db
    drop = terrain[0] + mast_m - options.receiver_height_m - terrain[-1]
    return loss - free_space_loss_db(1e-3, FREQUENCY_MHZ) - 20 * np.log10(np.hypot(n * cell_m, drop))


ASKED: tuple[tuple[str, Mapping[str, float | str]], ...] = (
    ("p1546", {}),
    ("p1546", {"environment": "urban", "time_percent": 10.0, "rx_clutter_m": 15.0, "tx_clutter_m": 20.0}),
    ("extended-hata", {}),
    ("extended-hata", {"environment": "urban"}),
    ("spm", {}),
    ("spm", {"K1": 12.0, "K2": 38.0, "K3": 4.0, "K4": 0.7, "K5": -5.0, "K6": 0.3, "K7": 1.1}),
)


@pytest.mark.parametrize(("model", "told"), ASKED, ids=lambda value: str(value))
@pytest.mark.parametrize("mast_m", [18.0, 60.0])
def test_radials_equal_the_path_functions(
    hills: Ground, model: str, told: Mapping[str, float | str], mast_m: float
) -> None:
    options = Options(model=model, model_options=told)
    assert along_radials(options, mast_m)
    position = (750.0, 750.0)
    polar, reach = _filled(hills, options, mast_m, position, 690)
    assert (reach == 230).all()
    checked = 0
    for r, k in [
        (0, 2),
        (1, 9),
        (3, 30),
        (5, 55),
        (6, 60),
        (9, 110),
        (13, 111),
        (17, 166),
        (20, 168),
        (23, 229),
    ]:
        theirs = _by_formula(hills, options, mast_m, position, r, k * STRIDE)
        # SPM's diffraction comes from the sweep, in which one sample of each stride stands for the others
        assert polar[0, r, k] == pytest.approx(theirs, abs=0.6 if model == "spm" else 1e-3), (r, k)
        checked += 1
    assert checked == 10


@pytest.mark.parametrize(("model", "told"), ASKED, ids=lambda value: str(value))
def test_points_equal_the_path_functions(hills: Ground, model: str, told: Mapping[str, float | str]) -> None:
    options = Options(model=model, model_options=told)
    grid = hills.grid
    position = (750.0, 750.0)
    mast = Mast(
        grid.west_m + 750.5 * grid.cell_m,
        grid.north_m - 750.5 * grid.cell_m,
        42.0,
        (0,),
        (FREQUENCY_MHZ,),
        (30e3,),
    )
    turn = 2.0 * np.pi * np.arange(RADIALS) / RADIALS
    n = np.linspace(4, 690, RADIALS).astype(int)
    x, y = position[0] + n * np.sin(turn), position[1] - n * np.cos(turn)
    found = excess_db(Paths(hills, hills.samples_dm(), mast, x, y), options)[0]
    theirs = [_by_formula(hills, options, 42.0, position, r, int(n[r])) for r in range(RADIALS)]
    # Extended Hata takes whole steps, where the last bit of a step's length decides which sample is the first
    np.testing.assert_allclose(found, theirs, atol=0.1 if model == "extended-hata" else 1e-6)
    assert np.median(np.abs(found - theirs)) < 1e-5


@pytest.mark.parametrize("model", ["p1546", "extended-hata", "spm"])
def test_nearer_than_the_range_is_free_space_and_off_the_ground_is_nothing(hills: Ground, model: str) -> None:
    options = Options(model=model)
    position = (5.0, 5.0)
    polar, reach = _filled(hills, options, 30.0, position, 300)
    assert (polar[0, :, 0] == 0.0).all()
    assert reach[0] == 1  # northwards the ground ends after five cells
    assert reach[9] == 100
    mast = Mast(hills.grid.west_m + 165.0, hills.grid.north_m - 165.0, 30.0, (0,), (FREQUENCY_MHZ,), (30e3,))
    x, y = np.array([5.0, 5.3, -9.0, 100.0]), np.array([5.0, 5.0, 5.0, 100.0])
    found = excess_db(Paths(hills, hills.samples_dm(), mast, x, y), options)[0]
    assert found[0] == found[1] == 0.0
    assert found[2] == np.inf
    assert np.isfinite(found[3])


def test_what_does_not_run_along_radials() -> None:
    assert along_radials(Options(model="p1812"), 30.0)
    assert not along_radials(Options(model="p1812", model_options={"time_percent": 10.0}), 30.0)
    assert not along_radials(Options(model="spm", model_options={"polarization": "horizontal"}), 30.0)
    assert not along_radials(Options(model="extended-hata", receiver_height_m=40.0), 30.0)
    assert not along_radials(Options(model="itm"), 30.0)


def test_a_band_outside_the_range_is_refused_in_one_line(hills: Ground) -> None:
    options = Options(model="extended-hata")
    at = Radials(
        hills.samples_dm(), False, 30.0, (700.0, 700.0), (30.0, RECEIVER_M),
        np.full(4, 30, np.int32), 3, np.array([900.0]),
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"^frequency_mhz = 900\.0 is not from 1500 to 3000 MHz$"):
        fill(at, options, np.empty((1, 4, 11), np.float32), np.empty(4, np.int32))
