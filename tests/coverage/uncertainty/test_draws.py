"""Draws of a small network: exact without errors, the same on any number of workers, right about the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from phusong.coverage.service import value_of_most
from phusong.coverage.site import Sector
from phusong.coverage.uncertainty.draws import Draws, count, levels_of, monte_carlo
from phusong.coverage.uncertainty.intervals import interval
from phusong.coverage.uncertainty.margin import margin_db
from phusong.coverage.uncertainty.parts import change_db, thinned
from phusong.coverage.uncertainty.sensitivity import rank_sources
from phusong.coverage.uncertainty.sources import SOURCES, Sources, none, sources

Built = Callable[..., Any]


def only(**changes: float) -> Sources:
    return replace(none(), **changes)


def bytes_of(drawn: Draws) -> bytes:
    return b"".join(getattr(drawn, one.name).tobytes() for one in fields(Draws))


def test_without_errors_every_draw_is_the_run_itself(built: Built) -> None:
    coverage, _, setting, asked = built(none())
    drawn = monte_carlo(setting, asked, draws=5)
    grid, places = coverage.grid, np.unique(asked.place)
    assert places.size == setting.places
    for k, key in enumerate(("a-4g", "b-4g", "any-4g")):
        level = np.nan_to_num(coverage.layers[key].rsrp_dbm, nan=-np.inf)
        best, answered = count(asked, levels_of(setting, np.zeros(setting.entries.size, np.float32)))
        cell = np.unique(_cells(asked, setting, grid))
        mine = level.ravel()[cell]
        assert np.array_equal(np.where(answered[k] < -1e6, -np.inf, answered[k]), mine)
        served = mine[asked.place] >= -100.0
        assert (drawn.people[:, k, 0] == asked.people[served].sum()).all()
        hamlet = np.repeat(np.arange(20), np.diff(asked.hamlet_start))
        expected = value_of_most(mine[asked.place].astype(float), asked.people, hamlet, 20, 0.8)
        assert np.array_equal(drawn.hamlet_dbm[:, k], np.tile(expected, (5, 1)).astype(np.float32))
        assert set(np.unique(drawn.probability[k])) <= {0.0, 1.0}
        assert best.road_km[k] == drawn.road_km[0, k]


def _cells(asked: Any, setting: Any, grid: Any) -> np.ndarray:
    rng = np.random.default_rng(4)  # the fixture's own points
    row, col = grid.row_col(
        600_000.0 + rng.uniform(500.0, 15_500.0, 600), 1_300_000.0 - rng.uniform(500.0, 15_500.0, 600)
    )
    assert row.size == asked.place.size
    assert setting.places <= row.size
    return row * grid.cols + col


def test_the_same_bytes_on_any_number_of_workers(built: Built) -> None:
    _, _, setting, asked = built(sources())
    one = bytes_of(monte_carlo(setting, asked, draws=12, workers=1))
    assert one == bytes_of(monte_carlo(setting, asked, draws=12, workers=3))
    _, _, other, _ = built(sources(), seed=2)
    assert one != bytes_of(monte_carlo(other, asked, draws=12, workers=3))


def test_no_draws_are_refused(built: Built) -> None:
    _, _, setting, asked = built(none())
    with pytest.raises(ValueError, match="draws must be 1 or more, not 0"):
        monte_carlo(setting, asked, draws=0)


@pytest.mark.parametrize(
    "name", ["shadow_clear_db", "clutter_sigma_share", "model_factor", "stations_power_db"]
)
def test_more_error_never_narrows_the_interval(built: Built, name: str) -> None:
    widths = []
    for size in (0.0, 0.5, 1.0, 2.0):
        known = only(**{name: size * getattr(sources(), name)})
        if name == "shadow_clear_db":
            known = replace(known, shadow_obstructed_db=size * 8.0)
        _, _, setting, asked = built(known)
        found = interval(monte_carlo(setting, asked, draws=60).people[:, 2, 0])
        widths.append(float(found.p95 - found.p5))
    assert widths[0] == 0.0
    assert widths == sorted(widths)
    assert widths[-1] > 0.0


def test_each_source_has_the_size_that_it_says(built: Built) -> None:
    _, entries, setting, _ = built(sources())
    for name, low, high in (("shadow", 5.5, 8.5), ("power", 0.5, 1.5), ("model", 0.0, 20.0)):
        spread = np.std([change_db(setting, name, k) for k in range(60)], axis=0)
        assert low <= np.median(spread) <= high
    terrain = np.std([change_db(setting, "terrain", k) for k in range(100)], axis=0)
    assert terrain.mean() == pytest.approx(np.sqrt((entries.terrain_db**2).sum(axis=1)).mean(), rel=0.15)
    assert set(SOURCES) == {"shadow", "terrain", "clutter", "power", "pointing", "height", "model"}


def test_fading_of_two_masts_correlates_as_told(built: Built) -> None:
    _, entries, setting, _ = built(only(shadow_clear_db=1.0, shadow_obstructed_db=1.0))
    draws = np.stack([change_db(setting, "shadow", k) for k in range(300)])
    place = entries.place
    same, other = [], []
    for k in range(1, entries.size):
        if place[k] == place[k - 1]:
            (same if entries.mast[k] == entries.mast[k - 1] else other).append(
                (draws[:, k] * draws[:, k - 1]).mean()
            )
    assert np.mean(same) == pytest.approx(1.0, abs=0.1)  # sectors of one mast fade together
    assert np.mean(other) == pytest.approx(0.5, abs=0.1)


def test_taller_clutter_and_other_terrain_do_what_a_new_prediction_does(built: Built, hills: Any) -> None:
    _, entries, _, _ = built(sources())
    # the loss at 0.7 and 1.3 is met exactly by a c + b c², and rises with the height
    assert (entries.clutter_db[:, 0] >= -0.5).all()
    assert entries.clutter_db[:, 0].max() > 3.0
    assert np.abs(entries.terrain_db.sum(axis=1)).max() < 1e-4  # the mean is taken off
    assert hills.grid.cell_m == 100.0


def test_stations_that_two_plans_share_err_alike(built: Built, sectors: tuple[Sector, ...]) -> None:
    """Common random numbers: a new mast changes nothing of what the old ones do."""
    moved = replace(sectors[-1], sector_id="new", site_id="new", x_m=sectors[-1].x_m + 4_000.0)
    known = only(stations_power_db=1.0, shadow_clear_db=6.0, shadow_obstructed_db=6.0)
    _, few, first, asked = built(known)
    _, many, second, _ = built(known, own=(*sectors, moved))
    a = {(p, s): v for p, s, v in zip(few.place, few.sector, change_db(first, "shadow", 4), strict=True)}
    b = {(p, s): v for p, s, v in zip(many.place, many.sector, change_db(second, "shadow", 4), strict=True)}
    shared = set(a) & set(b)
    assert len(shared) > 1000
    assert all(a[key] == b[key] for key in shared)
    lone, both = (monte_carlo(one, asked, draws=80).people[:, 2, 0] for one in (first, second))
    assert np.std(both - lone) < 0.8 * np.hypot(np.std(both), np.std(lone))


@pytest.mark.slow
def test_intervals_hold_the_truth_nine_times_in_ten(built: Built) -> None:
    """200 truths from another generator: fading by the Cholesky factor of its whole covariance."""
    sigma, correlation_m = 6.0, 1000.0
    known = only(shadow_clear_db=sigma, shadow_obstructed_db=sigma, shadow_correlation_m=correlation_m)
    _, entries, setting, asked = built(known)
    grid_x, grid_y = (
        index.astype(float) * setting.fading.torus.step_m for index in reversed(setting.fading.at)
    )
    away = np.hypot(grid_x[:, None] - grid_x[None, :], grid_y[:, None] - grid_y[None, :])
    factor = np.linalg.cholesky(np.exp(-away / correlation_m) + 1e-6 * np.eye(away.shape[0]))
    masts = entries.mast.max() + 1
    held = np.zeros(5)
    for repetition in range(200):
        rng = np.random.default_rng(1000 + repetition)
        shared = factor @ rng.standard_normal(away.shape[0])
        own = factor @ rng.standard_normal((away.shape[0], masts))
        fading = sigma * (
            np.sqrt(0.5) * shared[entries.place] + np.sqrt(0.5) * own[entries.place, entries.mast]
        )
        truth, _ = count(asked, levels_of(setting, fading.astype(np.float32)))
        drawn = monte_carlo(replace(setting, seed=repetition), asked, draws=39)
        found = interval(_figures(drawn.people, drawn.area_km2, drawn.gap_sizes))
        true = _figures(truth.people[None], truth.area_km2[None], truth.gap_sizes[None])[0]
        held += (found.p5 <= true) & (true <= found.p95)
    assert ((held >= 0.85 * 200) & (held <= 0.95 * 200)).all(), held


def _figures(people: np.ndarray, area_km2: np.ndarray, gap_sizes: np.ndarray) -> np.ndarray:
    """Three layers' people served, and the area and the people in gaps of the last, by draw."""
    return np.column_stack([people[:, :, 0], area_km2[:, 2], gap_sizes[:, 2, 0]])


def test_the_ranking_finds_the_source_that_is_there(built: Built) -> None:
    _, _, setting, asked = built(only(model_factor=1.0, stations_power_db=0.3))
    found = rank_sources(setting, asked, layer=2, samples=32, workers=2)
    assert found.name[0] == "model"
    assert found.total[0] > 0.8
    few = thinned(setting, 4)
    assert few.entries.size < setting.entries.size / 2
    assert few.entries.start[-1] == few.entries.size


def test_a_margin_is_the_normal_quantile_of_the_errors_together(built: Built) -> None:
    _, entries, setting, _ = built(only(shadow_clear_db=6.0, shadow_obstructed_db=6.0, stations_power_db=3.0))
    found = margin_db(setting, -100.0, 0.9, draws=200)
    assert found == pytest.approx(1.2816 * np.hypot(6.0, 3.0), abs=1.0)
    assert margin_db(setting, -100.0, 0.5, draws=200) == pytest.approx(0.0, abs=1.0)
    assert margin_db(setting, -100.0, 0.9, draws=200) > margin_db(setting, -100.0, 0.8, draws=200)
    more = built(sources())[2]
    assert margin_db(more, -100.0, 0.9, draws=100) > 1.2816 * 6.0  # ground and model are in it
    with pytest.raises(ValueError, match="above the threshold"):
        margin_db(setting, float(entries.level_dbm.max()) + 1.0, 0.9, draws=10)
    with pytest.raises(ValueError, match=r"between 0\.5 and"):
        margin_db(setting, -100.0, 0.2, draws=10)
