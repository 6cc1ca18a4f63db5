"""What is wrong with a siting problem before anything is solved, in one line for people."""

from __future__ import annotations

import numpy as np

from phusong.coverage.siting.problem import MaximalCovering, Problem, group_weights, served, spacing_pairs
from phusong.geodata.errors import InputError


def check(problem: Problem) -> None:
    """Raise InputError, with the conflict and the smallest relaxation, for a problem without any plan."""
    _check_sizes(problem)
    _check_named_sites(problem)
    _check_budget(problem)
    _check_spacing_of_named(problem)
    _check_reach(problem)


def _check_sizes(problem: Problem) -> None:
    sets, weight, rules = problem.sets, problem.weight, problem.rules
    if weight.shape != (sets.points,):
        raise InputError(f"demand: {len(weight)} weights for {sets.points} points; give one each")
    if not np.isfinite(weight).all() or weight.min() < 0:
        row = int(np.flatnonzero(~(np.isfinite(weight) & (weight >= 0)))[0])
        raise InputError(f"demand row {row}: weight {weight[row]} must be a number of at least 0")
    if not weight.sum() > 0:
        raise InputError("demand: no point has weight; give at least one point with people to serve")
    for name, given, size in (("need", rules.need, sets.points), ("group", rules.group, sets.points)):
        if given is not None and given.shape != (size,):
            raise InputError(f"{name}: {len(given)} values for {size} points; give one each")
    if rules.need is not None and rules.need.min() < 1:
        raise InputError("need: a point needs at least 1 site to be served")
    if (rules.group is None) != (rules.least_share is None):
        raise InputError("equity: `group` and `least_share` go together; give both or none")
    if rules.least_share is not None and not ((rules.least_share >= 0) & (rules.least_share <= 1)).all():
        raise InputError("equity: a least share must lie between 0 and 1")
    cost = problem.costs()
    if cost.shape != (sets.sites,) or not np.isfinite(cost).all() or cost.min() < 0:
        raise InputError("cost: give one number of at least 0 for every site")
    if rules.spacing_m > 0 and (rules.sites_m is None or rules.sites_m.shape != (sets.sites, 2)):
        raise InputError("spacing: a least distance needs the position of every site")


def _check_named_sites(problem: Problem) -> None:
    rules = problem.rules
    for rule, named in (("existing", rules.existing), ("must", rules.must), ("never", rules.never)):
        wrong = [site for site in named if not 0 <= site < problem.sets.sites]
        if wrong:
            raise InputError(f"{rule}: site no. {wrong[0]} is not one of the {problem.sets.sites} candidates")
    both = sorted(set(rules.never) & {*rules.must, *rules.existing})
    if both:
        raise InputError(f"site {rules.site_name(both[0])} is both wanted and refused; take it off one list")


def _check_budget(problem: Problem) -> None:
    if not isinstance(problem, MaximalCovering):
        if not 0 < problem.target_share <= 1:
            raise InputError(f"target share: {problem.target_share} must lie above 0 and up to 1")
        return
    rules, cost, budget = problem.rules, problem.costs(), problem.budget
    if not (np.isfinite(budget) and budget >= 0):
        raise InputError(f"budget: {budget} must be a number of at least 0")
    must = sorted(set(rules.must))
    if cost[must].sum() > budget + 1e-9:
        raise InputError(
            f"budget {budget:g} is less than the {cost[must].sum():g} that the {len(must)} must-sites cost; "
            f"raise it to {cost[must].sum():g} or drop must-sites"
        )
    if problem.cost is None:
        free = problem.sets.sites - len(set(rules.existing) | set(rules.never))
        if budget > free:
            raise InputError(
                f"{budget:g} sites are wanted but there are only {free} candidates; ask for {free}"
            )


def _check_spacing_of_named(problem: Problem) -> None:
    rules, pairs = problem.rules, spacing_pairs(problem.rules)
    held = np.zeros(problem.sets.sites, bool)
    held[[*rules.existing, *rules.must]] = True
    clash = pairs[held[pairs[:, 0]] & held[pairs[:, 1]]]
    if len(clash) and rules.sites_m is not None:
        apart_m = np.hypot(*(rules.sites_m[clash[:, 0]] - rules.sites_m[clash[:, 1]]).T)
        a, b = clash[int(apart_m.argmin())]
        raise InputError(
            f"spacing {rules.spacing_m:g} m: must-sites {rules.site_name(a)} and {rules.site_name(b)} stand "
            f"{apart_m.min():.0f} m apart; lower the spacing to {np.floor(apart_m.min()):.0f} m or drop one"
        )


def _check_reach(problem: Problem) -> None:
    """(6) and (8) against everything that the candidates could ever serve."""
    rules = problem.rules
    allowed = np.setdiff1d(np.arange(problem.sets.sites), list(rules.never))
    reachable = served(problem, allowed)
    if not isinstance(problem, MaximalCovering):
        most = problem.weight[reachable].sum() / problem.weight.sum()
        if most < problem.target_share - 1e-12:
            raise InputError(
                f"target share {problem.target_share:.4g}: all candidates together reach {most:.4f}; "
                f"lower it to {np.floor(most * 1e4) / 1e4:.4f} or add candidates"
            )
    if rules.least_share is None:
        return
    have, total = group_weights(problem, reachable)
    short = np.flatnonzero(have < rules.least_share * total - 1e-9)
    if len(short):
        worst = int(short[(have[short] / total[short]).argmin()])
        most = have[worst] / total[worst]
        raise InputError(
            f"equity: all candidates together serve {most:.1%} of {rules.group_name(worst)}, less than the "
            f"{rules.least_share[worst]:.1%} asked; lower it to {np.floor(most * 1e4) / 1e4:.4f} "
            "or add candidates"
        )
