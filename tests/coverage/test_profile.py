"""Path profiles, their geometry, and the table of models."""

from __future__ import annotations

import math

import numpy as np
import pytest

from phusong.coverage.ground import Ground
from phusong.coverage.link import link_geometry
from phusong.coverage.models import MODELS, Conditions, model_named
from phusong.coverage.profile import PathProfile, profile_between
from phusong.coverage.propagation import itm, p1812, radioclimate
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster


def _profile(terrain_m, *, step_km: float = 0.5, tx: float = 30.0, rx: float = 1.5, clutter_m=None):
    terrain = np.asarray(terrain_m, float)
    return PathProfile(
        distance_km=step_km * np.arange(terrain.size),
        terrain_m=terrain,
        clutter_m=np.zeros(terrain.size) if clutter_m is None else np.asarray(clutter_m, float),
        tx_height_m=tx,
        rx_height_m=rx,
    )


def _ground() -> Ground:
    """A plane that rises 1 m a cell eastwards and 2 m southwards; forest of 20 m right of column 5."""
    grid = Grid(crs="EPSG:9212", west_m=1000.0, north_m=5000.0, cell_m=30.0, rows=40, cols=50)
    rows, cols = np.mgrid[0:40, 0:50]
    clutter = np.where(cols > 5, 5, 2).astype(np.uint8)
    return Ground(
        Raster(grid, (cols + 2.0 * rows).astype(np.float32)), Raster(grid, clutter), {2: 0.0, 5: 20.0}
    )


def test_profile_is_bilinear_with_steps_no_longer_than_a_cell_and_bare_ends() -> None:
    # from the centre of cell [10, 3] to that of [18, 9]: 8 and 6 cells, 10 cells or 300 m long
    start, end = (1000 + 3.5 * 30, 5000 - 10.5 * 30), (1000 + 9.5 * 30, 5000 - 18.5 * 30)
    profile = profile_between(_ground(), start, end, tx_height_m=20, rx_height_m=2)
    assert profile.distance_km == pytest.approx(np.linspace(0, 0.3, 11))
    assert profile.terrain_m == pytest.approx(23 + 2.2 * np.arange(11), abs=0.11)  # decimetres inside
    # forest from 2.5 cells east of the start; nothing within 50 m of either end
    assert profile.clutter_m == pytest.approx([0, 0, 0, 0, 0, 20, 20, 20, 20, 0, 0])
    assert profile.surface_m[5] == pytest.approx(profile.terrain_m[5] + 20)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ((900.0, 4500.0), (1500.0, 4500.0), "the transmitter lies outside the known terrain"),
        ((1500.0, 4500.0), (1500.0, 3000.0), "the receiver lies outside the known terrain"),
        ((1500.0, 4500.0), (1500.0, 4500.5), "at the same place"),
    ],
)
def test_no_profile_where_there_is_none(start, end, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        profile_between(_ground(), start, end, tx_height_m=20, rx_height_m=2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"distance_km": [0.0, 1.0]}, "at least three points, not 2"),
        ({"distance_km": [0.0, 2.0, 1.0]}, "distance_km does not rise at point 2: 2 then 1"),
        ({"distance_km": [0.0, math.nan, 1.0]}, "distance_km is not a number at point 1"),
        ({"terrain_m": [0.0, math.nan, 1.0]}, "terrain_m = nan at point 1"),
        ({"clutter_m": [0.0, -3.0, 1.0]}, "clutter_m = -3.0 at point 1"),
        ({"tx_height_m": -1.0}, "tx_height_m = -1.0: the antenna is below ground"),
        ({"rx_height_m": 0.0}, "rx_height_m = 0.0: the antenna lies on the ground"),
    ],
)
def test_a_profile_checks_itself(change: dict, words: str) -> None:
    good = {
        "distance_km": [0.0, 1.0, 2.0],
        "terrain_m": [5.0, 6.0, 7.0],
        "clutter_m": [0.0, 10.0, 0.0],
        "tx_height_m": 30.0,
        "rx_height_m": 1.5,
    }
    with pytest.raises(ValueError, match=words):
        PathProfile(**{**good, **change})


def test_uneven_profiles_are_made_even_between_their_samples() -> None:
    profile = PathProfile(np.array([0.0, 1.0, 4.0]), np.array([10.0, 20.0, 50.0]), np.zeros(3), 30.0, 2.0)
    even, step_m = profile.even_terrain_m()
    assert (step_m, list(even)) == (2000.0, [10.0, 30.0, 50.0])


def test_geometry_of_a_knife_edge_by_hand() -> None:
    # 10 km, antennas 50 m over flat ground at 0 m, an edge of 80 m in the middle, 1 GHz (0.2998 m)
    terrain = np.zeros(101)
    terrain[50] = 80.0
    profile = _profile(terrain, step_km=0.1, tx=50.0, rx=50.0)
    geometry = link_geometry(profile, 1000.0)
    k = 157 / (157 - radioclimate.DELTA_N)
    bulge = 5 * 5 / (2 * k * 6371) * 1000
    radius = math.sqrt(0.2998 * 5000 * 5000 / 10000)
    assert geometry.earth_radius_factor == pytest.approx(k)
    assert geometry.bulge_m[50] == pytest.approx(bulge, abs=1e-9)
    assert geometry.fresnel_m[50] == pytest.approx(radius, abs=1e-9)
    assert not geometry.line_of_sight
    assert geometry.least_clearance == pytest.approx(-(30 + bulge) / radius)
    assert geometry.least_clearance_km == pytest.approx(5.0)
    [edge] = geometry.edges
    assert edge.above_line_m == pytest.approx(30 + bulge)
    # v = h sqrt(2 d / (lambda d1 d2)), J = 6.9 + 20 lg(sqrt((v - 0.1)^2 + 1) + v - 0.1): P.526-15 (26), (31)
    v = (30 + bulge) * math.sqrt(2 * 10000 / (0.2998 * 5000 * 5000))
    assert edge.nu == pytest.approx(v)
    assert edge.loss_db == pytest.approx(6.9 + 20 * math.log10(math.hypot(v - 0.1, 1) + v - 0.1))


def test_string_touches_only_what_stands_out_and_clear_paths_have_no_edge() -> None:
    terrain = np.zeros(101)
    terrain[[20, 50, 70]] = 60.0, 90.0, 62.0
    blocked = link_geometry(_profile(terrain, step_km=0.1, tx=20.0, rx=20.0), 900.0)
    assert [edge.distance_km for edge in blocked.edges] == pytest.approx([2.0, 5.0, 7.0])
    clear = link_geometry(_profile(np.zeros(101), step_km=0.1, tx=80.0, rx=80.0), 900.0)
    assert clear.line_of_sight
    assert clear.edges == ()
    assert clear.least_clearance > 0.6


@pytest.fixture(scope="module")
def hills() -> PathProfile:
    x = np.arange(201)
    return _profile(100 + 40 * np.sin(x / 11.0), step_km=0.03, clutter_m=np.where(x % 7, 0.0, 12.0))


def test_models_are_run_with_the_profile_and_conditions(hills: PathProfile) -> None:
    asked = Conditions(frequency_mhz=1800.0, time_percent=10.0, location_percent=90.0, environment="suburban")
    p1812_parts = p1812.basic_transmission_loss(
        hills.distance_km, hills.terrain_m, hills.clutter_m, frequency_mhz=1800, tx_height_m=30,
        rx_height_m=1.5, time_percent=10, location_percent=90,
    )  # fmt: skip
    found = MODELS["p1812"].loss(hills, asked)
    assert found.loss_db == p1812_parts["Lb"]
    assert set(found.intermediates) == set(p1812_parts)
    expected = itm.point_to_point(
        hills.terrain_m, 30.0, frequency_mhz=1800, tx_height_m=30, rx_height_m=1.5,
        surroundings=itm.Surroundings(refractivity_n=radioclimate.N_0),
        variability=itm.Variability(time_percent=10, location_percent=90),
    )  # fmt: skip
    assert MODELS["itm"].loss(hills, asked).loss_db == pytest.approx(expected.A_db, abs=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_answers_within_its_range_with_finite_numbers(name: str, hills: PathProfile) -> None:
    model = MODELS[name]
    low, high = (max(value, 700.0) for value in model.frequency_mhz)
    base = {"tr38901-umi": 10.0, "tr38901-uma": 25.0}.get(name, 30.0)
    nearer = {"tr38901-umi": 0.02, "tr38901-uma": 0.02, "p1411-rooftop": 0.02, "kun-2600": 0.02}
    length = 0.004 if name == "p1411-street" else nearer.get(name, 0.03)
    mobile = 2.0 if name == "sui" else 1.5
    profile = _profile(hills.terrain_m, step_km=length, tx=base, rx=mobile)
    found = model.loss(profile, Conditions(frequency_mhz=min(max(low, 1900.0), high)))
    assert math.isfinite(found.loss_db)
    free_space = MODELS["free-space"].loss(profile, Conditions(frequency_mhz=min(max(low, 1900.0), high)))
    assert found.loss_db > free_space.loss_db - 6
    assert model.edition
    if name != "free-space":
        assert len(found.intermediates) > 2


@pytest.mark.parametrize("name", MODELS)
def test_every_model_refuses_what_lies_outside_its_range(name: str, hills: PathProfile) -> None:
    model = MODELS[name]
    low, high = model.frequency_mhz
    for frequency_mhz in (low * 0.99, high * 1.01):
        if 1.0 <= frequency_mhz <= 100e3:
            with pytest.raises(ValueError, match=r"frequency_mhz = .* is not from"):
                model.loss(hills, Conditions(frequency_mhz=frequency_mhz))
    if model.distance_km[0] > 0.005:
        short = _profile([1.0, 2.0, 3.0], step_km=0.4 * model.distance_km[0])
        with pytest.raises(ValueError, match="distance_km"):
            model.loss(short, Conditions(frequency_mhz=(low + high) / 2))


def test_unknown_model_and_conditions() -> None:
    with pytest.raises(ValueError, match="model = 'p1411' is none of p1812"):
        model_named("p1411")
    with pytest.raises(ValueError, match="time_percent = 0"):
        Conditions(frequency_mhz=900, time_percent=0)
    with pytest.raises(ValueError, match="environment = 'sea'"):
        Conditions(frequency_mhz=900, environment="sea")
    with pytest.raises(ValueError, match="polarization = 'circular'"):
        Conditions(frequency_mhz=900, polarization="circular")
