"""The main line of `phusong plan`: a scenario in, a plan with its proof, order, cost and check out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.coverage.site import Sector
from phusong.coverage.siting.cover import solve_cover
from phusong.coverage.siting.phasing import Phases, phased
from phusong.coverage.siting.plan import Plan
from phusong.coverage.siting.problem import MaximalCovering, served
from phusong.coverage.siting.sectors import Design
from phusong.coverage.siting.solve import solve
from phusong.scenarios.inputs import Inputs, load_inputs
from phusong.scenarios.plan.inputs import BILLION, Asked, asked, sectors_now, station_of
from phusong.scenarios.plan.money import money_of
from phusong.scenarios.plan.sites import ranked, site_table, with_directions
from phusong.scenarios.plan.stages import design_of, people_served, phase_table, sectors_of
from phusong.scenarios.plan.sure import Sure, chance_of, margin_of, raised
from phusong.scenarios.progress import Stages
from phusong.scenarios.scenario import NewSite, Scenario

ROUNDS = 3  # of a plan with a probability: its own stations' paths may err more than those of sample stations
ENOUGH_DB = 0.5


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A plan, its sites as a table in the order of their worth, and the check by a new prediction.

    `sites` (points): site_id, rank, year, kind, mast_id, name, lat, lon, ground_m, height_m, commune,
    people_added, weight_added, serves_first, road_m, fibre_km, backhaul, backhaul_km, fresnel_free,
    availability_percent, capex_vnd, present_cost_vnd, vnd_per_person, why_vi, why_en, azimuths_deg,
    downtilts_deg, sinr_gain_person_db. `years`: see `phase_table`. `curve`: rank, people_added (weighted),
    people_served, planned, capex_vnd. `claimed_people` are served by the plan's own sets, `checked_people`
    by predicting the existing and the new sectors together as the sets were made, before any was turned;
    `predicted_people` with the directions that the plan gives them. All three are counted at thresholds
    raised by `sure.margin_db` where a probability of service was asked for; `sure` is None where not.
    """

    scenario: Scenario
    inputs: Inputs
    question: Asked
    proof: Plan
    phases: Phases
    sites: gpd.GeoDataFrame
    sectors: tuple[Sector, ...]
    design: Design | None  # None where sectors point as every station does at first
    years: pd.DataFrame
    curve: pd.DataFrame
    people_total: float
    people_before: float
    claimed_people: float
    checked_people: float
    sure: Sure | None = None

    @property
    def predicted_people(self) -> float:
        return float(self.years["people_served"].iloc[-1])

    @property
    def disagreement(self) -> float:
        """Relative difference between the plan's claim and the prediction of the same sectors."""
        return abs(self.checked_people - self.claimed_people) / max(self.claimed_people, 1e-9)

    @property
    def points(self) -> pd.DataFrame:
        """The user's own points: name, x_m, y_m, weight, times, served_before and served_with_plan."""
        problem, first, own = self.question.problem, self.question.people_points, self.question.own_points
        mine = slice(first, first + len(own))
        existing = np.array(problem.rules.existing, dtype=np.int64)
        return own.assign(
            served_before=served(problem, existing)[mine],
            served_with_plan=served(problem, self.proof.sites)[mine],
        )

    @property
    def weight_before(self) -> float:
        """Weight that what stands serves already: no plan can be credited with it."""
        return _weight_before(self.question)

    @property
    def gap_of_added(self) -> float | None:
        """Distance between bound and objective, relative to what the plan adds; None for a target's plan."""
        if not isinstance(self.question.problem, MaximalCovering):
            return None
        added = self.proof.objective - self.weight_before
        return (self.proof.bound - self.proof.objective) / added if added > 0 else None

    @property
    def next_gain(self) -> float | None:
        """What one more station would add; None when no candidate adds anything."""
        after = self.curve.loc[~self.curve["planned"], "people_added"]
        return float(after.iloc[0]) if len(after) else None


def make_plan(scenario: Scenario, *, stages: Stages | None = None) -> SitePlan:
    """The plan that a scenario's [plan] asks for, solved, phased, costed and predicted again.

    Whoever must be served with a probability above one half is so only above a raised threshold.
    """
    wanted = scenario
    stages = stages or Stages(quiet=True)
    with stages.stage("inputs", "Dữ liệu đầu vào · inputs"):
        inputs = load_inputs(scenario)
    scenario, margin_db, question, proof = _solved_surely(wanted, inputs, stages)
    with stages.stage("phases", "Lộ trình và chi phí · phases and costs"):
        order, _ = ranked(proof)
        money = money_of(scenario, inputs, question.places.iloc[order])
        phases = _phased(scenario, question, proof, money)
        sites = site_table(scenario, inputs, question, proof, phases, money)
    sectors, design = sectors_of(question, sites), None
    if scenario.plan.design_sectors and sectors:
        with stages.stage("sectors", "Hướng và độ cụp anten · azimuths and tilts") as report:
            design = design_of(scenario, inputs, sectors, report)
            sectors = design.sectors
    with stages.stage("check", "Dự báo lại từng giai đoạn · predicting every phase again"):
        years = phase_table(scenario, inputs, sites, sectors, phases)
        checked = float(years["people_served"].iloc[-1])
        if design is not None:
            checked = people_served(scenario, inputs, sectors_of(question, sites))
    people = inputs.people.people
    sure = None
    if wanted.plan.probability > 0.5:
        with stages.stage("sure", "Thử lại với sai số · drawing what is not known"):
            sure = _sure(wanted, inputs, sectors, margin_db)
    gain = None
    if design is not None:
        gain = {key: value * float(people.sum()) for key, value in design.site_gain_db.items()}
    return SitePlan(
        scenario=wanted,
        inputs=inputs,
        question=question,
        proof=proof,
        phases=phases,
        sites=with_directions(sites, sectors, gain),
        sectors=sectors,
        design=design,
        years=years,
        curve=_curve_table(question, proof, sites),
        people_total=float(people.sum()),
        people_before=float(people[question.served_before].sum()),
        claimed_people=float(people[served(question.problem, proof.sites)[: question.people_points]].sum()),
        checked_people=checked,
        sure=sure,
    )


def _solved_surely(wanted: Scenario, inputs: Inputs, stages: Stages) -> tuple[Scenario, float, Asked, Plan]:
    """The scenario at the thresholds that its plan's probability asks for, their margin in dB, and the solution.

    Paths of the plan's own stations may err more than those that the margin was taken from: then it is solved
    again with their margin.
    """
    margin_db, where = 0.0, None
    for number in range(ROUNDS):
        higher = margin_of(wanted, inputs, station_of(wanted), where)
        if number and higher < margin_db + ENOUGH_DB:
            break
        margin_db, scenario = higher, raised(wanted, higher)
        with stages.stage("sets", "Vị trí ứng viên phủ ai · whom each candidate serves") as report:
            question = asked(scenario, inputs, progress=report)
        with stages.stage("solve", "Tìm phương án và chứng minh · solving, with proof"):
            proof = _solved(scenario, question)
        if wanted.plan.probability == 0.5:
            break
        where = question.places.iloc[list(proof.new_sites)]
    return scenario, margin_db, question, proof


def _sure(scenario: Scenario, inputs: Inputs, sectors: tuple[Sector, ...], margin_db: float) -> Sure:
    """Who is served with the plan's probability when everything uncertain is drawn."""
    wanted, draws = scenario.plan.probability, scenario.uncertainty.draws
    chance = chance_of(scenario, inputs, [*sectors_now(scenario, inputs), *sectors], draws=draws)
    return Sure(wanted, margin_db, float(inputs.people.people[chance >= wanted].sum()), draws)


def _solved(scenario: Scenario, question: Asked) -> Plan:
    keys, problem = scenario.plan, question.problem
    if isinstance(problem, MaximalCovering):
        return solve(problem, seed=scenario.seed, gap_target=keys.gap_target, time_limit_s=keys.time_limit_s)
    return solve_cover(problem, seed=scenario.seed, time_limit_s=keys.time_limit_s)


def _phased(scenario: Scenario, question: Asked, proof: Plan, money: pd.DataFrame) -> Phases:
    """The years of the plan's sites, by number or by money; all in the scenario's year without phases."""
    problem, total = question.problem, len(proof.new_sites)
    budgets = [(scenario.year, float(total))]
    cost = np.ones(problem.sets.sites)
    if scenario.plan.phases:
        budgets = [(phase.year, float(phase.sites)) for phase in scenario.plan.phases]
    if any(phase.budget_vnd for phase in scenario.plan.phases):
        budgets = [(phase.year, phase.budget_vnd / BILLION) for phase in scenario.plan.phases]
        order, _ = ranked(proof)
        cost[order] = money["capex_vnd"].to_numpy(float) / BILLION
    return phased(
        MaximalCovering(problem.sets, problem.weight, float(cost.sum()), cost, problem.rules),
        proof, budgets, seed=scenario.seed,
    )  # fmt: skip


def _weight_before(question: Asked) -> float:
    existing = np.array(question.problem.rules.existing, dtype=np.int64)
    return float(question.problem.weight[served(question.problem, existing)].sum())


def _curve_table(question: Asked, proof: Plan, sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """rank, people_added, people_served, planned: the plan's sites and the next best after them."""
    gain = proof.curve.gain
    spent = np.full(len(gain), np.nan)
    known = min(proof.curve.planned, len(sites))
    spent[:known] = np.cumsum(sites["capex_vnd"].to_numpy(float)[:known])
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(gain) + 1),
            "people_added": gain.round(1),
            "people_served": (_weight_before(question) + np.cumsum(gain)).round(1),
            "planned": np.arange(len(gain)) < proof.curve.planned,
            "capex_vnd": spent,
        }
    )


def with_plan(scenario: Scenario, plan: SitePlan, years: Sequence[int] = ()) -> Scenario:
    """The scenario with the plan's sites as ordinary sites of their years: what `run` takes."""
    keys, operator = scenario.plan, plan.question.station.operator
    added = tuple(
        NewSite(
            id=row.site_id, operator=operator, lat=float(row.lat), lon=float(row.lon),
            height_m=float(keys.height_m), technology=keys.technology, band=keys.band,
            frequency_mhz=keys.frequency_mhz, bandwidth_mhz=keys.bandwidth_mhz, power_dbm=keys.power_dbm,
            antenna=keys.antenna, azimuths_deg=_degrees(row.azimuths_deg),
            downtilts_deg=_degrees(row.downtilts_deg), on_air_year=int(row.year),
        )
        for row in plan.sites.itertuples(index=False)
    )  # fmt: skip
    operators = scenario.operators if operator in scenario.operators else (*scenario.operators, operator)
    technologies = tuple(sorted({*scenario.technologies, keys.technology}))
    return scenario.model_copy(
        update={
            "sites": scenario.sites.model_copy(update={"add": (*scenario.sites.add, *added)}),
            "operators": operators,
            "technologies": technologies,
            "years": tuple(years),
            "year": max(years) if years else max([scenario.year, *plan.sites["year"].tolist()]),
        }
    )


def _degrees(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split())
