"""Solving: greedy, exchange and annealing from below, Lagrangian prices from above, HiGHS in between."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.siting import blocks, exact, search
from phusong.coverage.siting import bound as dual
from phusong.coverage.siting.checks import check
from phusong.coverage.siting.core import Core, core_of
from phusong.coverage.siting.plan import Plan, Prices, curve_of, weight_served
from phusong.coverage.siting.problem import MaximalCovering
from phusong.geodata.errors import InputError

BoolArray = NDArray[np.bool_]
_EXACT_PAIRS = 12_000  # HiGHS proves cores of this size in a second or so
_KERNEL_PAIRS = 60_000  # and finds good plans in cores of this size
_BLOCK_SITES = {1: 60, 2: 100, 3: 150}  # sites a block of the tighter bound may have, by round
_LONGER = 3.5  # times the steps of the annealing before, for three rounds
_REFINE_STEPS = 64  # steps of the dual between two looks at the gap


@dataclass(slots=True)
class _Hunt:
    """What is known so far while one problem is being solved."""

    problem: MaximalCovering
    core: Core
    stop: exact.Stop
    deadline: float
    gap_target: float
    whole: bool  # every weight is a whole number: so is every objective
    chosen: BoolArray | None = None  # best so far, over the core's sites
    value: float = -np.inf  # weight it serves in the core
    bound: float = np.inf
    elite: list[BoolArray] = field(default_factory=list)  # plans found, and the weight each serves
    worth: list[float] = field(default_factory=list)
    trail: dual.Prices | None = None  # where the method for prices last was
    anneal_rate_s: float = 0.0  # seconds a step of annealing takes here; 0 before the first

    def offer(self, chosen: BoolArray) -> None:
        """Keep a plan if it respects (6) and serves more; the searches keep (3)-(5) by themselves."""
        count = _row_counts(self.core, chosen)
        done = count >= self.core.inc.need
        if not _groups_met(self.core, done):
            return
        value = float(self.core.inc.weight[done].sum())
        if value not in self.worth:
            self.elite.append(chosen.copy())
            self.worth.append(value)
        if value > self.value + 1e-9:
            self.value, self.chosen = value, chosen.copy()

    def cap(self, bound: float) -> None:
        """Keep a bound if it is lower; whole weights let it be rounded down."""
        self.bound = min(self.bound, float(np.floor(bound + 1e-6)) if self.whole else bound)

    @property
    def gap(self) -> float:
        """Relative to what the new sites add: what stands already would only make a poor plan look good."""
        return (self.bound - self.value) / max(self.value, 1e-12) if np.isfinite(self.value) else np.inf

    @property
    def status(self) -> str:
        """Why to stop now; empty to go on."""
        if self.bound == -np.inf:
            return "infeasible"
        if self.gap <= 1e-9:
            return "optimal"
        if self.stop:
            return "interrupted"
        if self.gap <= self.gap_target:
            return "gap"
        return "time" if time.monotonic() > self.deadline else ""

    @property
    def left_s(self) -> float:
        return self.deadline - time.monotonic()


def solve(
    problem: MaximalCovering,
    *,
    seed: int = 20241231,
    gap_target: float = 0.0,
    time_limit_s: float = 120.0,
    rounds: int = 10,
    start: Plan | None = None,
) -> Plan:
    """A plan for a maximal covering problem and the proof of how good it is.

    Stops at a proven optimum, at `gap_target` (relative to what the new sites add), after `rounds` of search,
    at `time_limit_s` of wall time, or at Ctrl-C, with the best plan so far and a valid bound in every case.
    `start` is an earlier plan on the same sets: with `rounds=1` a re-plan then takes about a second. Raises
    InputError when there is no plan.
    """
    wall, cpu = time.monotonic(), time.process_time()
    check(problem)
    core = core_of(problem)
    whole = bool((problem.weight == np.round(problem.weight)).all())
    with exact.listening() as stop:
        hunt = _Hunt(problem, core, stop, wall + time_limit_s, gap_target, whole)
        hunt.cap(float(core.inc.weight.sum()))
        if core.rows and core.sites:
            prices, status = _hunted(hunt, seed, rounds, start)
        else:
            hunt.offer(np.zeros(core.sites, bool))
            prices, status = dual.Prices.neutral(core), "optimal"
        if hunt.chosen is None:
            raise InputError(_why_no_plan(hunt))
    sites = np.sort(np.concatenate((core.held, core.site[hunt.chosen])))
    objective = weight_served(problem, sites)
    return Plan(
        sites=sites,
        new_sites=np.setdiff1d(sites, list(problem.rules.existing)),
        objective=objective,
        bound=max(objective, core.base_weight + hunt.bound),
        weight_served=objective,
        weight_total=float(problem.weight.sum()),
        cost=float(problem.costs()[sites].sum()),
        status=status,
        seed=seed,
        wall_s=time.monotonic() - wall,
        cpu_s=time.process_time() - cpu,
        curve=curve_of(problem, sites),
        prices=_kept(core, prices, problem.sets.sites),
    )


def _hunted(hunt: _Hunt, seed: int, rounds: int, start: Plan | None) -> tuple[dual.Prices, str]:
    """The main line: a first plan, prices, a proof if small, then rounds of annealing and kernel search.

    Plans and bounds are looked for side by side: annealing has a thread of its own.
    """
    core = hunt.core
    prices = dual.Prices.neutral(core) if start is None else _warm(core, start)
    before = None if start is None else np.isin(core.site, start.sites)
    _first_plan(hunt, prices, before)
    prices = _priced(hunt, prices, most_steps=64 if start is not None else 1024)
    if _finished(hunt, prices):
        return prices, hunt.status
    random = np.random.default_rng(seed)
    with ThreadPoolExecutor(1) as aside:
        for number in range(rounds):
            most = 1e6 if start is None else 1e5
            plan = aside.submit(_annealed, hunt, prices, number, random, most_steps=most)
            if start is None:  # meanwhile the bound gets better
                if number:
                    prices = _priced(hunt, prices, most_steps=4096, open_share=0.01)
                if number in _BLOCK_SITES and not hunt.status:
                    _tightened(hunt, prices, _BLOCK_SITES[number])
            if hunt.status and not hunt.stop:
                hunt.stop.flag[1] = 1
                if hunt.status == "time":
                    hunt.offer(plan.result())
                return prices, hunt.status  # else half a plan is not taken: it would depend on the clock
            hunt.offer(plan.result())
            if start is None and not number and not hunt.status:
                prices = _priced(hunt, prices, most_steps=512)
            if _finished(hunt, prices):
                return prices, hunt.status
            if number and len(hunt.elite) > 1:
                _kernel(hunt)
                if _finished(hunt, prices):
                    return prices, hunt.status
    return prices, hunt.status or "work"


def _finished(hunt: _Hunt, prices: dual.Prices) -> bool:
    """True when there is a reason to stop; tries to prove what is left when that is small enough."""
    if not hunt.status:
        _proven(hunt, prices)
    return bool(hunt.status)


def _first_plan(hunt: _Hunt, prices: dual.Prices, before: BoolArray | None) -> None:
    """Greedy, then exchange; with (6) the weights of groups left short are raised until none is."""
    core = hunt.core
    chosen = np.zeros(core.sites, bool) if before is None else before
    raised = prices.raised.copy()
    for _ in range(1 if core.plain else 14):
        inc = core.inc._replace(weight=dual.row_weights(core, raised))
        if core.inc.cost[chosen].sum() > core.budget + 1e-9 or _clashing(core, chosen):
            chosen = np.zeros(core.sites, bool)
        state = search.start(inc, chosen)
        left = search.fill(inc, state, np.ones(core.sites, bool), core.budget)
        left = search.exchange(inc, state, left, 50)
        search.fill(inc, state, np.ones(core.sites, bool), core.budget)
        hunt.offer(state.chosen)
        short = _short_groups(core, state.covered >= core.inc.need)
        if not short.any() or hunt.stop:
            return
        raised = np.where(short, 2.0 * raised + 1.0, raised)


def _priced(hunt: _Hunt, prices: dual.Prices, *, most_steps: int, open_share: float = 0.05) -> dual.Prices:
    """Better prices, until what the LP itself leaves open is a small share of the gap.

    The method goes on from where it last was, which need not be where the bound was best.
    """
    core, done = hunt.core, 0
    chunk = int(np.clip(6e7 / len(core.inc.row_site), 4, _REFINE_STEPS))
    best, best_bound = prices, dual.bound_at(core, prices).value
    here = prices if hunt.trail is None else hunt.trail
    hunt.cap(best_bound)
    while done < most_steps and not hunt.status:
        steps = max(chunk, min(done, 32 * chunk))  # the method restarts after each call: ever later
        here, lp_value = dual.improved(core, here, steps)
        done += steps
        now = dual.bound_at(core, here).value
        hunt.cap(now)
        if now < best_bound:
            best, best_bound = here, now
        if core.plain and now - lp_value < max(open_share * (hunt.bound - hunt.value), 1e-9 * now):
            break
    hunt.trail = here
    return best


def _annealed(
    hunt: _Hunt, prices: dual.Prices, number: int, random: np.random.Generator, *, most_steps: float
) -> BoolArray:
    """One fresh plan by annealing from the LP's favourites, each round a few times longer than the last."""
    core = hunt.core
    inc = core.inc._replace(weight=dual.row_weights(core, prices.raised))
    everywhere = np.ones(core.sites, bool)
    state = search.start(inc, np.zeros(core.sites, bool))
    search.fill(inc, state, prices.x > 0.999, core.budget)
    search.fill(inc, state, prices.x > 1e-3, core.budget)
    left = search.fill(inc, state, everywhere, core.budget)
    steps = int(min(most_steps, 1e3 * core.sites, 4e12 / len(inc.row_site)) * _LONGER ** min(number, 3))
    if hunt.anneal_rate_s:
        steps = int(max(1000, min(steps, 0.8 * hunt.left_s / hunt.anneal_rate_s)))
    mean_cost = float(inc.cost[state.chosen].mean()) if state.chosen.any() else 1.0
    worth = dual.bound_at(core, prices).theta * mean_cost or float(inc.weight.mean())
    begun = time.monotonic()
    key = random.integers(2**63, size=1, dtype=np.uint64)
    best = search.anneal(inc, state, left, 0.1 * worth, 0.01 * worth, steps, key, hunt.stop.flag)
    hunt.anneal_rate_s = (time.monotonic() - begun) / max(steps, 1)
    state = search.start(inc, best)
    left = core.budget - float(inc.cost[best].sum())
    search.exchange(inc, state, left, 50)
    search.fill(inc, state, everywhere, core.budget)
    return np.asarray(state.chosen)


def _kernel(hunt: _Hunt) -> None:
    """The best plan that agrees wherever the good plans agree, from their sites only (kernel search)."""
    order = sorted(range(len(hunt.elite)), key=lambda k: -hunt.worth[k])
    for many in (10, 7, 5, 3, 2):
        good = np.array([hunt.elite[k] for k in order[:many]])
        if len(good) < many and many > 2:
            continue
        closed, held = hunt.core.site[~good.any(axis=0)], hunt.core.site[good.all(axis=0)]
        rest = core_of(hunt.problem, closed=closed, held=held)
        if len(rest.inc.row_site) <= _KERNEL_PAIRS:
            _asked(hunt, rest, limit_s=min(0.1 * hunt.left_s, 5.0), nodes=50)
            return


def _proven(hunt: _Hunt, prices: dual.Prices) -> None:
    """Decide sites by reduced cost (9) and give the rest to HiGHS if it is small."""
    if not np.isfinite(hunt.value):
        if hunt.core.plain or len(hunt.core.inc.row_site) > _KERNEL_PAIRS:
            return
        closed = held = np.empty(0, np.int64)
    else:
        here = dual.bound_at(hunt.core, prices)
        slack = here.value - hunt.value + 1e-9
        closed = hunt.core.site[here.reduced < -slack]
        held = hunt.core.site[here.reduced > slack]
    rest = core_of(hunt.problem, closed=closed, held=held)
    if len(rest.inc.row_site) > _EXACT_PAIRS and np.isfinite(hunt.value):
        return
    bound = _asked(hunt, rest, limit_s=hunt.left_s, nodes=-1)
    if bound is not None:
        hunt.cap(max(bound, hunt.value))


def _tightened(hunt: _Hunt, prices: dual.Prices, most_sites: int) -> None:
    """A tighter bound from whole numbers within neighbourhoods (10), in at most a third of the time left."""
    if hunt.chosen is None or not blocks.splittable(hunt.core):
        return
    deadline = time.monotonic() + min(0.35 * hunt.left_s, 60.0)
    bound, union = blocks.block_bound(
        hunt.core, prices, chosen=hunt.chosen, most_sites=most_sites, stop=hunt.stop, deadline=deadline
    )
    hunt.cap(bound)
    state = search.start(hunt.core.inc, union)
    left = search.trim(hunt.core.inc, state, hunt.core.budget)
    left = search.fill(hunt.core.inc, state, np.ones(hunt.core.sites, bool), hunt.core.budget)
    search.exchange(hunt.core.inc, state, left, 50)
    hunt.offer(state.chosen)


def _asked(hunt: _Hunt, rest: Core, *, limit_s: float, nodes: int) -> float | None:
    """Ask HiGHS for the best plan of a part of the core; its bound in the whole core's terms."""
    outside = np.zeros(hunt.problem.sets.sites, bool)
    outside[rest.held] = True
    warm = None
    if hunt.chosen is not None:
        mine = hunt.core.site[hunt.chosen]
        if (
            np.isin(np.setdiff1d(rest.held, hunt.core.held), mine).all()
            and np.isin(mine, np.concatenate((rest.site, rest.held))).all()
        ):
            warm = np.isin(rest.site, mine)
    offset = rest.base_weight - hunt.core.base_weight
    if not rest.rows:
        if rest.budget >= -1e-9:
            hunt.offer(np.isin(hunt.core.site, rest.held))
        return offset
    answer = exact.solved(rest, warm=warm, stop=hunt.stop, time_limit_s=limit_s, nodes=nodes)
    if answer.status == "infeasible":
        return -np.inf
    if answer.chosen is not None:
        hunt.offer(np.isin(hunt.core.site, np.concatenate((rest.held, rest.site[answer.chosen]))))
    return answer.bound + offset


def _why_no_plan(hunt: _Hunt) -> str:
    """In one line: the rules that cannot be met together and the least that has to give."""
    missed = exact.least_missed_share(hunt.core, stop=hunt.stop, time_limit_s=max(10.0, hunt.left_s))
    rules = hunt.problem.rules
    asked = float(rules.least_share.max()) if rules.least_share is not None else 0.0
    if missed <= 1e-9:
        return "equity: no plan was found in the time given; give more time or lower the least shares"
    part = "" if not hunt.core.cliques else f" at a spacing of {rules.spacing_m:g} m"
    return (
        f"equity: with a budget of {hunt.problem.budget:g}{part} the least shares (up to {asked:.1%}) "
        f"cannot all be reached; multiply them by {np.floor((1.0 - missed) * 1e3) / 1e3:.3f} "
        "or raise the budget"
    )


def _row_counts(core: Core, chosen: BoolArray) -> NDArray[np.int64]:
    rows = np.repeat(np.arange(core.rows), np.diff(core.inc.row_start))
    hits = chosen[core.inc.row_site]
    return np.bincount(rows[hits], minlength=core.rows)


def _short_groups(core: Core, done: BoolArray) -> BoolArray:
    """Which groups are served less than (6) asks."""
    inside = done & (core.row_group >= 0)
    have = np.bincount(
        core.row_group[inside], weights=core.inc.weight[inside], minlength=len(core.group_target)
    )
    return np.asarray(have < core.group_target - 1e-9 * np.maximum(1.0, np.abs(core.group_target)))


def _groups_met(core: Core, done: BoolArray) -> bool:
    return not _short_groups(core, done).any()


def _clashing(core: Core, chosen: BoolArray) -> bool:
    return any(chosen[clique].sum() > 1 for clique in core.cliques)


def _warm(core: Core, start: Plan) -> dual.Prices:
    """Prices of an earlier plan on this core: each row takes the mean of its points."""
    neutral = dual.Prices.neutral(core)
    known = (core.row_of_point >= 0) & np.isfinite(start.prices.point_price)
    row = core.row_of_point[known]
    size = np.bincount(row, minlength=core.rows)
    total = np.bincount(row, weights=start.prices.point_price[known], minlength=core.rows)
    v = np.divide(total, size, out=neutral.v.copy(), where=size > 0)
    share = start.prices.site_share[core.site]
    return dual.Prices(
        np.where(np.isnan(share), 0.0, share), v, neutral.mu, neutral.raised, start.prices.balance
    )


def _kept(core: Core, prices: dual.Prices, sites: int) -> Prices:
    share = np.full(sites, np.nan)
    share[core.site] = prices.x
    point = np.full(len(core.row_of_point), np.nan, np.float32)
    inside = core.row_of_point >= 0
    point[inside] = prices.v[core.row_of_point[inside]]
    return Prices(share, point, prices.balance)
