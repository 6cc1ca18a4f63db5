"""Fixed broadband: groups of homes, the choice between cable and radio, and its cost."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from phusong.coverage.fixed import MODES, Prices, Roads, group_homes, nearest_m, plan_fibre
from phusong.coverage.service import People

PRICES = Prices(
    cable_vnd_per_km=50e6,
    access_point_vnd=5e6,
    drop_vnd_per_home=1e6,
    wireless_vnd_per_home=4e6,
    people_per_home=4.0,
)


def _people(x: list[float], y: list[float], people: list[float]) -> People:
    return People(np.array(x), np.array(y), np.array(people), np.zeros(len(x), np.int64))


def _roads(x: list[float], y: list[float], edges: list[tuple[int, int]]) -> Roads:
    xs, ys = np.array(x), np.array(y)
    a, b = np.array(edges).T
    return Roads(xs, ys, a, b, np.hypot(xs[a] - xs[b], ys[a] - ys[b]))


def _plan(people: People, roads: Roads, wireless: bool, prices: Prices = PRICES):  # type: ignore[no-untyped-def]
    return plan_fibre(
        people,
        np.ones(people.x_m.size, bool),
        drop_m=100.0,
        roads=roads,
        fibre_x_m=np.array([0.0]),
        fibre_y_m=np.array([0.0]),
        prices=prices,
        wireless=np.full(people.x_m.size, wireless),
    )


def test_groups_hold_everyone_without_fibre_once_and_within_a_drop() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 3000, (2, 400))
    people = People(x, y, rng.uniform(1, 9, 400), np.zeros(400, np.int64))
    unserved = nearest_m(people, np.array([1500.0]), np.array([1500.0])) > 700.0
    centre, group = group_homes(people, unserved, 300.0)
    assert ((group >= 0) == unserved).all()
    own = centre[group[unserved]]
    assert (np.hypot(x[unserved] - x[own], y[unserved] - y[own]) <= 300.0).all()
    assert unserved[centre].all()


def test_a_line_of_cable_costs_what_it_costs_by_hand() -> None:
    # 8 people (2 homes) 1 km along the road, 4 people (1 home) another 1 km on, 10 m beside it
    people = _people([1000.0, 2000.0], [0.0, 10.0], [8.0, 4.0])
    roads = _roads([0.0, 1000.0, 2000.0], [0.0, 0.0, 0.0], [(0, 1), (1, 2)])
    plan = _plan(people, roads, wireless=False)
    assert [MODES[mode] for mode in plan.mode] == ["fibre", "fibre"]
    assert plan.cable_km == pytest.approx(2.0)
    # the first km is shared by 3 homes, the second is the last home's own
    assert plan.trunk_vnd == pytest.approx([50e6 * 2 / 3, 50e6 / 3 + 50e6])
    assert plan.local_vnd == pytest.approx([5e6 + 2e6, 5e6 + 1e6 + 1.3 * 0.01 * 50e6])
    assert plan.trunk_bound_vnd == pytest.approx(100e6)
    assert plan.cost_vnd == pytest.approx(plan.bound_vnd)


def test_radio_takes_the_far_home_and_cable_the_village() -> None:
    people = _people([1000.0, 2000.0], [0.0, 0.0], [400.0, 4.0])
    roads = _roads([0.0, 1000.0, 2000.0], [0.0, 0.0, 0.0], [(0, 1), (1, 2)])
    plan = _plan(people, roads, wireless=True)
    assert [MODES[mode] for mode in plan.mode] == ["fibre", "wireless"]
    assert plan.cable_km == pytest.approx(1.0)
    assert plan.local_vnd[1] == pytest.approx(4e6)


def test_the_choice_is_the_cheapest_of_all_on_roads_without_loops() -> None:
    rng = np.random.default_rng(11)
    for _ in range(25):
        nodes = 7
        spine = [(int(rng.integers(i)), i) for i in range(1, nodes)]
        x, y = rng.uniform(0, 4000, (2, nodes))
        x[0] = y[0] = 0.0
        roads = _roads(x.tolist(), y.tolist(), spine)
        people = _people(x[1:].tolist(), y[1:].tolist(), (4.0 * rng.integers(1, 60, nodes - 1)).tolist())
        centre, _ = group_homes(people, np.ones(nodes - 1, bool), 100.0)
        if centre.size < nodes - 1:
            continue
        plan = _plan(people, roads, wireless=True)
        assert plan.cost_vnd == pytest.approx(_cheapest(roads, spine, people))


def _cheapest(roads: Roads, spine: list[tuple[int, int]], people: People) -> float:
    """All ways to choose cable or radio for every home, on a tree of roads."""
    up = {child: (parent, k) for k, (parent, child) in enumerate(spine)}
    best = np.inf
    for cable in product((False, True), repeat=people.x_m.size):
        used: set[int] = set()
        cost = 0.0
        for i, chosen in enumerate(cable):
            homes = people.people[i] / PRICES.people_per_home
            cost += PRICES.access_point_vnd + PRICES.drop_vnd_per_home * homes if chosen else 4e6 * homes
            node = i + 1
            while chosen and node in up:
                node, edge = up[node]
                used.add(edge)
        cost += sum(roads.length_m[k] for k in used) / 1000.0 * PRICES.cable_vnd_per_km
        best = min(best, cost)
    return float(best)


@pytest.mark.parametrize(("wireless", "mode"), [(False, "none"), (True, "wireless")])
def test_homes_that_no_road_joins_are_listed(wireless: bool, mode: str) -> None:
    people = _people([1000.0, 5000.0], [0.0, 0.0], [400.0, 400.0])
    roads = _roads([0.0, 1000.0, 4900.0, 5000.0], [0.0] * 4, [(0, 1), (2, 3)])
    plan = _plan(people, roads, wireless)
    order = np.argsort(people.x_m[plan.centre])
    assert plan.cut_off[order].tolist() == [False, True]
    assert [MODES[k] for k in plan.mode[order]] == ["fibre", mode]


def test_with_no_fibre_anywhere_nothing_is_dug() -> None:
    people = _people([1000.0], [0.0], [8.0])
    roads = _roads([0.0, 1000.0], [0.0, 0.0], [(0, 1)])
    plan = plan_fibre(
        people,
        np.array([True]),
        drop_m=100.0,
        roads=roads,
        fibre_x_m=np.zeros(0),
        fibre_y_m=np.zeros(0),
        prices=PRICES,
        wireless=np.array([False]),
    )
    assert plan.cut_off.tolist() == [True]
    assert (plan.cost_vnd, plan.cable_km) == (0.0, 0.0)


def test_prices_must_be_positive() -> None:
    with pytest.raises(ValueError, match="cable_vnd_per_km must be above 0"):
        replace(PRICES, cable_vnd_per_km=0.0)
    with pytest.raises(ValueError, match="drop_m"):
        group_homes(_people([0.0], [0.0], [1.0]), np.array([True]), 0.0)
