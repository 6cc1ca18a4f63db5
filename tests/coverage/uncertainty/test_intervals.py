from __future__ import annotations

import numpy as np
import pytest

from phusong.coverage.uncertainty.chance import COORDINATE, keys_of, normals, spread_evenly
from phusong.coverage.uncertainty.intervals import interval, larger_than_noise
from phusong.coverage.uncertainty.sources import SOURCES, fitted, none, sources, stated


def test_an_interval_is_that_of_the_draws() -> None:
    found = interval(np.arange(101.0))
    assert (found.p5, found.p50, found.p95) == pytest.approx((4.1, 50.0, 95.9))
    with pytest.raises(ValueError, match="needs draws"):
        interval(np.zeros((0, 3)))


def test_no_signal_in_some_draws_is_the_lowest_level() -> None:
    found = interval(np.array([-np.inf] * 10 + [-90.0] * 90))
    assert found.p5 == -np.inf
    assert found.p50 == -90.0


def test_paired_differences_tell_what_unpaired_ones_cannot() -> None:
    shared = np.random.default_rng(1).normal(1000.0, 100.0, 200)
    small = np.random.default_rng(2).normal(0.0, 1.0, 200)
    found, beyond = larger_than_noise(shared, shared + 10.0 + small)
    assert beyond
    assert 5.0 < found.p5 < found.p95 < 15.0
    assert not larger_than_noise(shared, shared + small)[1]
    with pytest.raises(ValueError, match="paired"):
        larger_than_noise(shared, shared[:10])


def test_random_numbers_belong_to_names_not_to_their_order() -> None:
    first = normals(keys_of(["a", "b", "c"]), 5, 10, 3)
    other = normals(keys_of(["c", "new", "a"]), 5, 10, 3)
    assert first[0] == other[2]
    assert first[2] == other[0]
    many = normals(keys_of(str(k) for k in range(20_000)), 5, 10, 3)
    assert many.mean() == pytest.approx(0.0, abs=0.03)
    assert many.std() == pytest.approx(1.0, abs=0.03)


def test_what_the_province_shares_is_spread_evenly_over_draws() -> None:
    found = np.sort([spread_evenly(9, 2, k) for k in range(64)])
    assert found.mean() == pytest.approx(0.0, abs=0.1)
    assert np.quantile(found, [0.16, 0.84]) == pytest.approx([-1.0, 1.0], abs=0.1)
    assert spread_evenly(9, 2, COORDINATE + COORDINATE // 2) == pytest.approx(0.0, abs=1e-9)


def test_every_source_says_where_its_figure_comes_from() -> None:
    for one in stated().values():
        assert one.trust in ("published", "derived", "assumed")
        assert one.source
        assert one.vi
        assert one.en
    assert {name.split("_")[0] for name in stated()} == {"shadow", "terrain", "clutter", "stations", "model"}
    assert len(SOURCES) == len(set(SOURCES))


def test_sources_refuse_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="shadow_clear_db must be 0 or above, not -1"):
        sources({"shadow_clear_db": -1.0})
    with pytest.raises(ValueError, match="no source of uncertainty is called weather"):
        sources({"weather": 1.0})
    with pytest.raises(ValueError, match="at most 1"):
        sources({"shadow_site_correlation": 1.5})
    assert fitted(sources(), 1000.0).shadow_correlation_m == 1000.0
    assert none().model_factor == 0.0
