"""Searching by exchange: compiled moves on a set of chosen sites, each gain kept exact at every step.

`gain[j]` is what an unchosen site would add, `loss[j]` what a chosen one would take away. Moving one site
touches only the rows it covers (the fast interchange of Resende and Werneck 2007, here for needs above one).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.compiled import jit


class State(NamedTuple):
    """What is chosen and everything derived from it; changed in place by the kernels of this module only."""

    chosen: NDArray[np.bool_]
    covered: NDArray[np.int32]  # chosen sites that cover each row
    owner: NDArray[np.int64]  # sum of their numbers: the one site where count is 1
    gain: NDArray[np.float64]
    loss: NDArray[np.float64]
    clashes: NDArray[np.int32]  # chosen sites too close to each site


@jit()
def start(inc, chosen):  # type: ignore[no-untyped-def]
    """The state of a set of chosen sites."""
    rows, sites = len(inc.weight), len(chosen)
    state = State(
        chosen.copy(),
        np.zeros(rows, np.int32),
        np.zeros(rows, np.int64),
        np.zeros(sites),
        np.zeros(sites),
        np.zeros(sites, np.int32),
    )
    for j in range(sites):
        if chosen[j]:
            for k in range(inc.site_start[j], inc.site_start[j + 1]):
                state.covered[inc.site_row[k]] += 1
                state.owner[inc.site_row[k]] += j
            for k in range(inc.clash_start[j], inc.clash_start[j + 1]):
                state.clashes[inc.clash_site[k]] += 1
    for j in range(sites):
        for k in range(inc.site_start[j], inc.site_start[j + 1]):
            i = inc.site_row[k]
            if chosen[j] and state.covered[i] == inc.need[i]:
                state.loss[j] += inc.weight[i]
            elif not chosen[j] and state.covered[i] == inc.need[i] - 1:
                state.gain[j] += inc.weight[i]
    return state


@jit()
def objective(inc, state):  # type: ignore[no-untyped-def]
    """Weight served (1)."""
    total = 0.0
    for i in range(len(inc.weight)):
        if state.covered[i] >= inc.need[i]:
            total += inc.weight[i]
    return total


@jit()
def _change(inc, state, i, gain, loss):  # type: ignore[no-untyped-def]
    """Add to the gain of the unchosen and the loss of the chosen sites of a row."""
    for k in range(inc.row_start[i], inc.row_start[i + 1]):
        j = inc.row_site[k]
        if state.chosen[j]:
            state.loss[j] += loss
        else:
            state.gain[j] += gain


@jit()
def add(inc, state, j):  # type: ignore[no-untyped-def]
    """Choose site j."""
    lost = 0.0
    state.chosen[j] = True
    state.loss[j] = 0.0
    for k in range(inc.site_start[j], inc.site_start[j + 1]):
        i = inc.site_row[k]
        w, n, c = inc.weight[i], inc.need[i], state.covered[i] + 1
        state.covered[i] = c
        state.owner[i] += j
        if c == n:  # served from now on
            if n == 1:
                _change(inc, state, i, -w, 0.0)
                lost += w
            else:
                _change(inc, state, i, -w, w)
        elif c == n - 1:  # one more would do
            _change(inc, state, i, w, 0.0)
        elif c == n + 1:  # none is needed alone any more
            if n == 1:
                state.loss[state.owner[i] - j] -= w
            else:
                state.loss[j] += w
                _change(inc, state, i, 0.0, -w)
    state.loss[j] += lost
    state.gain[j] = 0.0
    for k in range(inc.clash_start[j], inc.clash_start[j + 1]):
        state.clashes[inc.clash_site[k]] += 1


@jit()
def drop(inc, state, j):  # type: ignore[no-untyped-def]
    """Choose site j no more."""
    state.chosen[j] = False
    state.gain[j] = 0.0
    for k in range(inc.site_start[j], inc.site_start[j + 1]):
        i = inc.site_row[k]
        w, n, c = inc.weight[i], inc.need[i], state.covered[i] - 1
        state.covered[i] = c
        state.owner[i] -= j
        if c == n - 1:  # served no more
            if n == 1:
                _change(inc, state, i, w, 0.0)
            else:
                _change(inc, state, i, w, -w)
        elif c == n - 2:  # one more would not do now
            state.gain[j] += w
            _change(inc, state, i, -w, 0.0)
        elif c == n:  # each of the rest is needed
            if n == 1:
                state.loss[state.owner[i]] += w
            else:
                _change(inc, state, i, 0.0, w)
    state.loss[j] = 0.0
    for k in range(inc.clash_start[j], inc.clash_start[j + 1]):
        state.clashes[inc.clash_site[k]] -= 1


@jit()
def _shared(inc, state, coming, going):  # type: ignore[no-untyped-def]
    """What gain[coming] - loss[going] counts wrongly because both cover the same rows."""
    total = 0.0
    for k in range(inc.site_start[coming], inc.site_start[coming + 1]):
        i = inc.site_row[k]
        n, c = inc.need[i], state.covered[i]
        if n == 1:
            if c == 1 and state.owner[i] == going:
                total += inc.weight[i]
        elif c == n or c == n - 1:
            for q in range(inc.row_start[i], inc.row_start[i + 1]):
                if inc.row_site[q] == going:
                    total += inc.weight[i] if c == n else -inc.weight[i]
    return total


@jit()
def _clash(inc, a, b):  # type: ignore[no-untyped-def]
    for k in range(inc.clash_start[a], inc.clash_start[a + 1]):
        if inc.clash_site[k] == b:
            return 1
    return 0


@jit()
def fill(inc, state, allowed, budget):  # type: ignore[no-untyped-def]
    """Choose greedily, by gain for the cost, while the budget lasts; what is left of the budget.

    A row that needs several sites counts a part for each, or the first of them would never be worth anything.
    """
    sites = len(state.chosen)
    left = budget
    for j in range(sites):
        if state.chosen[j]:
            left -= inc.cost[j]
    part = np.zeros(sites)
    for i in range(len(inc.weight)):
        if inc.need[i] > 1 and state.covered[i] < inc.need[i] - 1:
            for k in range(inc.row_start[i], inc.row_start[i + 1]):
                part[inc.row_site[k]] += inc.weight[i] / inc.need[i]
    while True:
        best, best_rate = -1, 0.0
        for j in range(sites):
            if allowed[j] and not state.chosen[j] and state.clashes[j] == 0 and inc.cost[j] <= left + 1e-9:
                rate = (state.gain[j] + part[j]) / max(inc.cost[j], 1e-9)
                if rate > best_rate:
                    best, best_rate = j, rate
        if best < 0:
            return left
        for k in range(inc.site_start[best], inc.site_start[best + 1]):
            i = inc.site_row[k]
            if inc.need[i] > 1 and state.covered[i] == inc.need[i] - 2:
                for q in range(inc.row_start[i], inc.row_start[i + 1]):
                    part[inc.row_site[q]] -= inc.weight[i] / inc.need[i]
        add(inc, state, best)
        left -= inc.cost[best]


@jit()
def trim(inc, state, budget):  # type: ignore[no-untyped-def]
    """Drop the sites that lose least for their cost until the rest fits the budget; what is left of it."""
    left = budget
    for j in range(len(state.chosen)):
        if state.chosen[j]:
            left -= inc.cost[j]
    while left < -1e-9:
        worst, worst_rate = -1, np.inf
        for j in range(len(state.chosen)):
            if state.chosen[j] and inc.cost[j] > 0.0 and state.loss[j] / inc.cost[j] < worst_rate:
                worst, worst_rate = j, state.loss[j] / inc.cost[j]
        drop(inc, state, worst)
        left += inc.cost[worst]
    return left


@jit()
def exchange(inc, state, left, rounds):  # type: ignore[no-untyped-def]
    """Exchange one site for another while that serves more; what is left of the budget."""
    sites = len(state.chosen)
    mend = np.zeros(sites)
    for _ in range(rounds):
        moved = False
        for j in range(sites):
            if state.chosen[j]:
                continue
            for k in range(inc.site_start[j], inc.site_start[j + 1]):
                i = inc.site_row[k]
                if state.covered[i] == inc.need[i] or (
                    inc.need[i] > 1 and state.covered[i] == inc.need[i] - 1
                ):
                    _mend(inc, state, i, mend, 1.0)
            best, best_delta = -1, 1e-9
            for o in range(sites):
                if state.chosen[o] and inc.cost[j] - inc.cost[o] <= left + 1e-9:
                    delta = state.gain[j] - state.loss[o] + mend[o]
                    if delta > best_delta and state.clashes[j] == _clash(inc, j, o):
                        best, best_delta = o, delta
            for k in range(inc.site_start[j], inc.site_start[j + 1]):
                i = inc.site_row[k]
                if state.covered[i] == inc.need[i] or (
                    inc.need[i] > 1 and state.covered[i] == inc.need[i] - 1
                ):
                    _mend(inc, state, i, mend, 0.0)
            if best >= 0:
                drop(inc, state, best)
                add(inc, state, j)
                left += inc.cost[best] - inc.cost[j]
                moved = True
        if not moved:
            break
    return left


@jit()
def _mend(inc, state, i, mend, keep):  # type: ignore[no-untyped-def]
    """Add a row's correction for each chosen site that covers it; with keep 0, forget it."""
    if inc.need[i] == 1:
        o = state.owner[i]
        mend[o] = keep * (mend[o] + inc.weight[i])
        return
    sign = 1.0 if state.covered[i] == inc.need[i] else -1.0
    for k in range(inc.row_start[i], inc.row_start[i + 1]):
        o = inc.row_site[k]
        if state.chosen[o]:
            mend[o] = keep * (mend[o] + sign * inc.weight[i])


@jit()
def _random(seed):  # type: ignore[no-untyped-def]
    """Uniform in [0, 1), stepping the one-element state: splitmix64 (Steele, Lea and Flood 2014)."""
    seed[0] += np.uint64(0x9E3779B97F4A7C15)
    z = seed[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@jit(nogil=True)
def anneal(inc, state, left, hot, cold, steps, seed, stop):  # type: ignore[no-untyped-def]
    """The best set met while exchanging sites at falling temperature, from `hot` to `cold` (weight units).

    Ends early when an entry of `stop` is no longer 0.
    """
    sites = len(state.chosen)
    listed = np.flatnonzero(state.chosen)
    place = np.full(sites, -1, np.int64)
    for k in range(len(listed)):
        place[listed[k]] = k
    value = objective(inc, state)
    best_value, best = value, state.chosen.copy()
    if len(listed) == 0:
        return best
    heat, cool = hot, (cold / hot) ** (1.0 / max(1, steps))
    for step in range(steps):
        if step % 4096 == 0 and stop.any():
            break
        heat *= cool
        o = listed[int(_random(seed) * len(listed))]
        size = inc.site_start[o + 1] - inc.site_start[o]
        near = size > 0 and _random(seed) < 0.8
        if near:  # a site that shares a row with the one that goes
            i = inc.site_row[inc.site_start[o] + int(_random(seed) * size)]
            j = inc.row_site[
                inc.row_start[i] + int(_random(seed) * (inc.row_start[i + 1] - inc.row_start[i]))
            ]
        else:
            j = int(_random(seed) * sites)
        least = heat * np.log(max(1e-300, _random(seed)))
        if state.chosen[j] or inc.cost[j] - inc.cost[o] > left + 1e-9:
            continue
        delta = state.gain[j] - state.loss[o]
        if not near and delta < least:
            continue
        if state.clashes[j] > 0 and state.clashes[j] != _clash(inc, j, o):
            continue
        delta += _shared(inc, state, j, o)
        if delta >= least:
            drop(inc, state, o)
            add(inc, state, j)
            left += inc.cost[o] - inc.cost[j]
            listed[place[o]], place[j], place[o] = j, place[o], -1
            value += delta
            if value > best_value + 1e-9:
                best_value = value
                best[:] = state.chosen
    return best


@jit()
def ordered(inc, allowed, more):  # type: ignore[no-untyped-def]
    """The allowed sites by falling marginal gain for their cost, then `more` of the rest: sites and gains."""
    sites = len(allowed)
    state = start(inc, np.zeros(sites, np.bool_))
    total = min(sites, int(allowed.sum()) + more)
    order = np.empty(total, np.int64)
    gain = np.empty(total)
    for n in range(total):
        rest = n >= allowed.sum()
        best, best_rate = -1, -1.0
        for j in range(sites):
            if not state.chosen[j] and (rest or allowed[j]) and (not rest or state.clashes[j] == 0):
                rate = state.gain[j] / max(inc.cost[j], 1e-9)
                if rate > best_rate:
                    best, best_rate = j, rate
        if best < 0:
            return order[:n], gain[:n]
        order[n], gain[n] = best, state.gain[best]
        add(inc, state, best)
    return order, gain
