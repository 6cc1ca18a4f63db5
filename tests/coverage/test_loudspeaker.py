"""Loudspeakers: the speech index, directions, who hears, what is still needed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phusong.coverage import iso9613
from phusong.coverage.loudspeaker import (
    Air,
    Cluster,
    clusters_needed,
    foliage_between_m,
    index_at,
    link_works,
    open_reach_m,
    source_level_db,
    speech_levels_db,
    who_hears,
)
from phusong.coverage.service import People
from phusong.coverage.speech import VOICE_DB, noise_bands_db, transmission_index
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster

POLE = Cluster("A", 0.0, 0.0, height_m=8.0, horns=1, power_w=25.0)


def test_the_index_is_1_without_noise_and_half_at_equal_level() -> None:
    # IEC 60268-16: an apparent signal-to-noise ratio of +15 dB is 1, of -15 dB 0, of 0 dB 0.5
    speech = np.full(8, 60.0)
    for snr, index in ((15.0, 1.0), (40.0, 1.0), (0.0, 0.5), (-15.0, 0.0), (7.5, 0.75)):
        assert float(transmission_index(speech, speech - snr)) == pytest.approx(index)


def test_voice_and_noise_have_the_level_they_are_named_by() -> None:
    # the voice's spectrum is printed to 0.1 dB for a total of 0 dB(A)
    assert float(iso9613.a_weighted_db(VOICE_DB)) == pytest.approx(0.0, abs=0.1)
    assert iso9613.a_weighted_db(noise_bands_db(np.array([40.0, 55.0]), -3.0)) == pytest.approx([40.0, 55.0])


def test_a_horn_is_6_db_quieter_at_half_its_beam_and_has_a_back() -> None:
    on, half, back = source_level_db(POLE, np.array([0.0, 45.0, 180.0]))
    assert on - half == pytest.approx(6.0)
    assert on - back == pytest.approx(20.0)
    # 106 dB at 1 m for 1 W: 25 W bring 14 dB, and A_div takes 11 dB on the first metre
    assert on - 11.0 == pytest.approx(106.0 + 13.98, abs=0.01)


def test_four_horns_are_the_same_in_every_direction_that_they_face() -> None:
    four = replace(POLE, horns=4)
    levels = source_level_db(four, np.array([0.0, 90.0, 180.0, 270.0, 45.0]))
    assert np.ptp(levels[:4]) == pytest.approx(0.0, abs=1e-9)
    assert levels[0] - levels[4] == pytest.approx(3.0, abs=0.2)  # two horns at -6 dB each


def test_a_level_worked_by_hand() -> None:
    # hard ground, 300 m, ISO 9613-2 (4) at 1 kHz, 10 °C and 70 % (3.7 dB/km in Table 2):
    # A_div = 20 lg 300 + 11 = 60.54, A_atm = 3.7 * 0.3 = 1.11,
    # A_gr = -1.5 - 1.5 - 3 (1 - 30 * 9.5 / 300) = -3.15
    air = Air(temperature_c=10.0, humidity_percent=70.0, ground_factor=0.0)
    level = speech_levels_db(np.array([131.0]), np.array([300.0]), np.array([0.0]), 8.0, air)[0, 4]
    assert level == pytest.approx(131.0 - 6.8 - 60.54 - 1.11 + 3.15, abs=0.03)


def test_reach_shrinks_with_noise_and_trees_and_grows_with_power() -> None:
    air = Air()
    reach = open_reach_m(POLE, air)
    assert 100.0 < reach < 1500.0
    assert open_reach_m(POLE, replace(air, noise_dba=60.0)) < reach
    assert open_reach_m(replace(POLE, power_w=100.0), air) > reach
    at = np.array([0.0]), np.array([reach])
    bare, _ = index_at(POLE, *at, np.array([0.0]), air)
    trees, _ = index_at(POLE, *at, np.array([150.0]), air)
    assert bare[0] >= air.least_index > trees[0]


def _row_of_people(count: int = 40, step_m: float = 50.0) -> People:
    return People(
        x_m=np.zeros(count),
        y_m=step_m * np.arange(1, count + 1),
        people=np.full(count, 10.0),
        hamlet=np.zeros(count, np.int64),
    )


def test_who_hears_stands_within_reach_and_houses_hear_less() -> None:
    air, people = Air(), _row_of_people()
    heard = who_hears([POLE], people, [air], None)
    assert (people.y_m[heard.outdoors] <= open_reach_m(POLE, air)).all()
    assert heard.outdoors.sum() > heard.indoors.sum() > 0
    assert heard.people_of_cluster.tolist() == [10.0 * heard.outdoors.sum()]


def test_trees_count_only_where_they_are_higher_than_the_sound_path() -> None:
    grid = Grid("EPSG:9212", -500.0, 500.0, 100.0, 10, 10)
    at = np.array([0.0]), np.array([400.0])
    for canopy_m, share in ((0.0, 0.0), (4.75, 0.5), (20.0, 1.0)):
        trees = Raster(grid, np.full(grid.shape, canopy_m))
        assert foliage_between_m(POLE, *at, trees, 1.5)[0] == pytest.approx(400.0 * share)
    # outside the raster nothing is known and no tree is assumed
    far = Raster(Grid("EPSG:9212", 5e4, 5e4, 100.0, 10, 10), np.full((10, 10), 20.0))
    assert foliage_between_m(POLE, *at, far, 1.5)[0] == 0.0


def test_clusters_needed_reach_the_asked_share_and_no_fewer_would() -> None:
    air, people = Air(), _row_of_people(80)
    omni = replace(POLE, horns=4)
    reach = open_reach_m(omni, air, quietest=True)
    nobody = np.zeros(80, bool)
    needed, places = clusters_needed(people, nobody, 1, omni, [air], share=1.0)
    away = np.abs(people.y_m[:, None] - people.y_m[places]).min(axis=1)
    assert (away <= reach).all()
    # on a line, each cluster reaches 2 * floor(reach / step) + 1 points: a lower bound for any rule
    assert needed[0] >= np.ceil(80 / (2 * np.floor(reach / 50.0) + 1))
    fewer, _ = clusters_needed(people, nobody, 1, omni, [air], share=0.5)
    assert fewer[0] < needed[0]
    none, _ = clusters_needed(people, ~nobody, 1, omni, [air], share=1.0)
    assert none.tolist() == [0]


def test_a_cluster_needs_its_own_link() -> None:
    assert link_works(-100.0, -110.0, 9e9, 300.0, "4G")
    assert not link_works(-112.0, -110.0, 0.0, 300.0, "4G")
    assert link_works(-200.0, -110.0, 299.0, 300.0, "fibre")
    with pytest.raises(ValueError, match="4G or fibre"):
        link_works(-100.0, -110.0, 0.0, 300.0, "dây")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"power_w": 0.0}, "loudspeaker A has no power"),
        ({"power_w": float("nan")}, "loudspeaker A has no power"),
        ({"horns": 0}, "no horn"),
        ({"height_m": -1.0}, "height_m"),
    ],
)
def test_a_speaker_without_power_is_named(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(POLE, **change)  # type: ignore[arg-type]
