"""Problems without a plan: one line that names the conflict and the smallest relaxation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from phusong.coverage.siting.problem import MaximalCovering, Rules
from phusong.coverage.siting.sets import CoverageSets
from phusong.coverage.siting.solve import solve
from phusong.geodata.errors import InputError

SETS = CoverageSets.of_sites(5, [np.array([0, 1]), np.array([1, 2]), np.array([3])])
ON_A_LINE = np.array([[0.0, 0.0], [300.0, 0.0], [5000.0, 0.0]])
PROBLEM = MaximalCovering(SETS, np.ones(5), 2.0)


def refused(problem: MaximalCovering) -> str:
    with pytest.raises(InputError) as caught:
        solve(problem)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_more_sites_than_candidates() -> None:
    assert refused(replace(PROBLEM, budget=4.0)) == (
        "4 sites are wanted but there are only 3 candidates; ask for 3"
    )


def test_no_demand() -> None:
    assert refused(replace(PROBLEM, weight=np.zeros(5))).startswith("demand: no point has weight")


def test_a_weight_that_is_no_number_is_named_by_its_row() -> None:
    assert "row 2" in refused(replace(PROBLEM, weight=np.array([1, 1, np.nan, 1, 1.0])))


def test_must_sites_too_close() -> None:
    rules = Rules(must=(0, 1), spacing_m=1000.0, sites_m=ON_A_LINE, site_names=("Lộc Ninh", "Bù Đốp", "X"))
    assert refused(replace(PROBLEM, rules=rules)) == (
        "spacing 1000 m: must-sites Lộc Ninh and Bù Đốp stand 300 m apart; "
        "lower the spacing to 300 m or drop one"
    )


def test_must_sites_beyond_the_budget() -> None:
    rules = Rules(must=(0, 1, 2))
    assert "raise it to 3" in refused(replace(PROBLEM, rules=rules))


def test_a_site_wanted_and_refused() -> None:
    assert "both wanted and refused" in refused(replace(PROBLEM, rules=Rules(must=(0,), never=(0,))))


def test_a_must_site_that_is_no_candidate() -> None:
    assert "site no. 9 is not one of the 3 candidates" in refused(replace(PROBLEM, rules=Rules(must=(9,))))


def test_equity_that_no_candidate_reaches() -> None:
    rules = Rules(group=np.array([0, 0, 0, 1, 1]), least_share=np.array([0.5, 0.6]), group_names=("A", "B"))
    assert refused(replace(PROBLEM, rules=rules)) == (
        "equity: all candidates together serve 50.0% of B, less than the 60.0% asked; "
        "lower it to 0.5000 or add candidates"
    )


def test_equity_that_the_budget_does_not_reach() -> None:
    # each group can be served, but not both by one site: whatever is asked of them, one gets nothing
    rules = Rules(group=np.array([0, 0, 0, 1, -1]), least_share=np.array([2 / 3, 1.0]))
    text = refused(replace(PROBLEM, budget=1.0, rules=rules))
    assert "cannot all be reached; multiply them by 0.000" in text


def test_relaxing_equity_as_told_gives_a_plan() -> None:
    rules = Rules(group=np.array([0, 0, 0, 1, 1]), least_share=np.array([1.0, 0.5]))
    text = refused(replace(PROBLEM, budget=1.0 + 1e-9, rules=rules))
    factor = float(text.split("multiply them by ")[1].split()[0])
    eased = replace(rules, least_share=rules.least_share * factor)
    assert solve(replace(PROBLEM, budget=1.0, rules=eased)).objective == 2.0


def test_spacing_is_kept_by_the_plan() -> None:
    rules = Rules(spacing_m=1000.0, sites_m=ON_A_LINE)
    assert solve(replace(PROBLEM, rules=rules)).sites.tolist() in ([0, 2], [1, 2])
