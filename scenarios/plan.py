"""The main line of `phusong plan`: a scenario in, a plan with its proof, order, cost and check out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.predict import predict
from phusong.coverage.service import signal_at
from phusong.coverage.siting.backhaul import Connection, Terms, connection
from phusong.coverage.siting.cover import solve_cover
from phusong.coverage.siting.money import Prices, investment_vnd, present_cost_vnd
from phusong.coverage.siting.phasing import Phases, phased
from phusong.coverage.siting.plan import Plan
from phusong.coverage.siting.problem import MaximalCovering, served
from phusong.coverage.siting.solve import solve
from phusong.scenarios.inputs import Inputs, ground_of, load_inputs, options_of
from phusong.scenarios.plan_inputs import Asked, asked
from phusong.scenarios.progress import Stages
from phusong.scenarios.scenario import NewSite, Scenario


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A plan, its sites as a table in the order of their worth, and the check by a new prediction.

    `sites` (points): site_id, rank, year, kind, mast_id, name, lat, lon, ground_m, height_m, commune,
    people_added, serves_first, backhaul, backhaul_km, capex_vnd, present_cost_vnd, vnd_per_person, why_vi,
    why_en. `curve`: rank, people_added, people_served, planned, capex_vnd. `claimed_people` are served by the
    plan's own sets, `predicted_people` by predicting the existing and the new sectors together.
    """

    scenario: Scenario
    inputs: Inputs
    proof: Plan
    phases: Phases
    sites: gpd.GeoDataFrame
    curve: pd.DataFrame
    people_total: float
    people_before: float
    claimed_people: float
    predicted_people: float

    @property
    def disagreement(self) -> float:
        """Relative difference between the plan's claim and the prediction."""
        return abs(self.predicted_people - self.claimed_people) / max(self.claimed_people, 1e-9)


def make_plan(scenario: Scenario, *, stages: Stages | None = None) -> SitePlan:
    """The plan that a scenario's [plan] asks for, solved, phased, costed and predicted again."""
    stages = stages or Stages(quiet=True)
    with stages.stage("inputs", "Dữ liệu đầu vào · inputs"):
        inputs = load_inputs(scenario)
    with stages.stage("sets", "Vị trí ứng viên phủ ai · whom each candidate serves") as report:
        question = asked(scenario, inputs, progress=report)
    with stages.stage("solve", "Tìm phương án và chứng minh · solving, with proof"):
        proof = _solved(scenario, question)
    with stages.stage("phases", "Lộ trình và chi phí · phases and costs"):
        phases = _phased(scenario, question, proof)
        sites = _site_table(scenario, inputs, question, proof, phases)
    with stages.stage("check", "Dự báo lại để kiểm tra · predicting the plan again"):
        predicted = _predicted_people(scenario, inputs, question, sites)
    people = inputs.people.people
    claimed = served(question.problem, proof.sites)[: question.people_points]
    return SitePlan(
        scenario=scenario,
        inputs=inputs,
        proof=proof,
        phases=phases,
        sites=sites,
        curve=_curve_table(question, proof, sites),
        people_total=float(people.sum()),
        people_before=float(people[question.served_before].sum()),
        claimed_people=float(people[claimed].sum()),
        predicted_people=predicted,
    )


def _solved(scenario: Scenario, question: Asked) -> Plan:
    keys, problem = scenario.plan, question.problem
    if isinstance(problem, MaximalCovering):
        return solve(problem, seed=scenario.seed, gap_target=keys.gap_target, time_limit_s=keys.time_limit_s)
    return solve_cover(problem, seed=scenario.seed, time_limit_s=keys.time_limit_s)


def _phased(scenario: Scenario, question: Asked, proof: Plan) -> Phases:
    """The years of the plan's sites; all in the scenario's year where it names no phases."""
    problem = question.problem
    fixed = MaximalCovering(
        problem.sets, problem.weight, float(len(proof.new_sites)), problem.cost, problem.rules
    )
    asked_years = [(phase.year, float(phase.sites)) for phase in scenario.plan.phases]
    return phased(
        fixed, proof, asked_years or [(scenario.year, float(len(proof.new_sites)))], seed=scenario.seed
    )


def _site_table(
    scenario: Scenario, inputs: Inputs, question: Asked, proof: Plan, phases: Phases
) -> gpd.GeoDataFrame:
    """One row a new site, the worthiest first."""
    keys, places, province = scenario.plan, question.places, inputs.province
    order, gains = _order(question, proof)
    picked = places.iloc[order].reset_index(drop=True)
    points = gpd.GeoSeries.from_xy(picked["x_m"], picked["y_m"], crs=province.crs)
    degrees = points.to_crs("EPSG:4326")
    commune = inputs.commune_of_cell[inputs.grid.row_col(picked["x_m"].to_numpy(), picked["y_m"].to_numpy())]
    links = _connections(scenario, inputs, picked)
    prices = Prices(**{name: getattr(keys.cost, name) for name in Prices.__dataclass_fields__})
    on_mast = (picked["kind"] == "mast").to_numpy()
    money = list(zip(on_mast.tolist(), [link.cost_vnd for link in links], strict=True))
    present = np.array([present_cost_vnd(prices, on_mast=own, connection_vnd=link) for own, link in money])
    first = _first_served(inputs, question, order)
    table = gpd.GeoDataFrame(
        {
            "site_id": [f"KH-{rank:04d}" for rank in range(1, len(order) + 1)],
            "rank": range(1, len(order) + 1),
            "year": [phases.year_of_site[int(site)] for site in order],
            "kind": picked["kind"],
            "mast_id": picked["mast_id"],
            "name": picked["name"],
            "lat": degrees.y.round(7),
            "lon": degrees.x.round(7),
            "ground_m": picked["ground_m"].astype(float).round(1),
            "height_m": keys.height_m,
            "commune": ["" if row < 0 else province.communes["name"].iat[row] for row in commune],
            "people_added": gains.round(1),
            "serves_first": first,
            "backhaul": [link.kind for link in links],
            "backhaul_km": [round(link.length_km, 2) for link in links],
            "fresnel_free": [round(link.clearance, 2) for link in links],
            "availability_percent": [round(link.availability_percent, 4) for link in links],
            "capex_vnd": [
                round(investment_vnd(prices, on_mast=own, connection_vnd=link)) for own, link in money
            ],
            "present_cost_vnd": present.round(),
            "vnd_per_person": np.divide(
                present, gains, out=np.full(len(gains), np.nan), where=gains > 0
            ).round(),
            "synthetic": bool(province.synthetic),
        },
        geometry=points,
        crs=province.crs,
    )
    reasons = [_why(row) for row in table.itertuples(index=False)]
    return table.assign(why_vi=[vi for vi, _ in reasons], why_en=[en for _, en in reasons])


_KIND_VI = {
    "own": "vị trí do người dùng đề xuất", "mast": "dùng chung cột có sẵn", "centre": "trung tâm dân cư",
    "hilltop": "đỉnh đồi nhìn xa", "people": "giữa khu dân cư", "road": "ven đường",
}  # fmt: skip
_KIND_EN = {
    "own": "the user's own place", "mast": "on a mast that stands", "centre": "a centre",
    "hilltop": "a hilltop that sees far", "people": "amid people", "road": "by a road",
}  # fmt: skip


def _why(row: object) -> tuple[str, str]:
    kind, added, first = (row.__getattribute__(name) for name in ("kind", "people_added", "serves_first"))
    number = f"{added:,.0f}"
    return (
        f"{_KIND_VI[kind]}; thêm {number.replace(',', '.')} người, trước hết: {first or 'không có ấp nào'}",
        f"{_KIND_EN[kind]}; adds {number} people, first: {first or 'no hamlet'}",
    )


def _order(question: Asked, proof: Plan) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The plan's new sites by falling marginal gain, and the people that each adds."""
    people = np.zeros(question.problem.sets.points)
    people[: question.people_points] = 1.0
    order = proof.curve.site[: proof.curve.planned]
    missing = np.setdiff1d(proof.new_sites, order)  # they add nothing to the rest
    return np.append(order, missing), np.append(
        proof.curve.gain[: proof.curve.planned], np.zeros(len(missing))
    )


def _first_served(inputs: Inputs, question: Asked, order: NDArray[np.int64]) -> list[str]:
    """The three hamlets in which each site, built after those before it, serves most people anew."""
    served_now = question.served_before.copy()
    names = inputs.province.hamlets["name"].to_numpy()
    texts = []
    for site in order:
        points = question.problem.sets.covered_by(int(site))
        new = points[points < question.people_points]
        new = new[~served_now[new]]
        served_now[new] = True
        by_hamlet = np.bincount(
            inputs.people.hamlet[new], weights=inputs.people.people[new], minlength=len(names)
        )
        best = np.argsort(-by_hamlet, kind="stable")[:3]
        texts.append(", ".join(f"{names[h]} ({by_hamlet[h]:.0f})" for h in best if by_hamlet[h] >= 0.5))
    return texts


def _connections(scenario: Scenario, inputs: Inputs, picked: pd.DataFrame) -> list[Connection]:
    cost, province = scenario.plan.cost, inputs.province
    masts = province.sites[province.sites["status"] == "on_air"].drop_duplicates("mast_id")
    terms = Terms(cost.fibre_vnd_per_km, cost.fibre_fixed_vnd, cost.hop_vnd)
    ground, masts_m = ground_of(province), masts[["x_m", "y_m"]].to_numpy()
    return [
        connection(ground, (x, y), scenario.plan.height_m, masts_m, terms)
        for x, y in zip(picked["x_m"], picked["y_m"], strict=True)
    ]


def _predicted_people(scenario: Scenario, inputs: Inputs, question: Asked, sites: gpd.GeoDataFrame) -> float:
    """People served when the existing and the new sectors are predicted together, on the scenario's grid."""
    keys = scenario.plan
    new = [
        sector
        for row in sites.itertuples(index=False)
        for sector in question.station.sectors(row.site_id, row.geometry.x, row.geometry.y)
    ]
    mine = [
        sector
        for sector in inputs.sectors
        if sector.carrier.technology == keys.technology and keys.operator in ("", sector.operator)
    ]
    if not new and not mine:
        return 0.0
    coverage = predict(
        ground_of(inputs.province), [*mine, *new], grid=inputs.grid, options=options_of(scenario)
    )
    key = f"any-{keys.technology}".lower()
    on = signal_at(coverage.raster(key), inputs.people) >= coverage.layers[key].threshold_dbm
    return float(inputs.people.people[on].sum())


def _curve_table(question: Asked, proof: Plan, sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """rank, people_added, people_served, planned: the plan's sites and the next best after them."""
    gain = proof.curve.gain
    before = float(
        question.problem.weight[served(question.problem, np.array(question.problem.rules.existing))].sum()
    )
    spent = np.full(len(gain), np.nan)
    known = min(proof.curve.planned, len(sites))
    spent[:known] = np.cumsum(sites["capex_vnd"].to_numpy(float)[:known])
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(gain) + 1),
            "people_added": gain.round(1),
            "people_served": (before + np.cumsum(gain)).round(1),
            "planned": np.arange(len(gain)) < proof.curve.planned,
            "capex_vnd": spent,
        }
    )


def with_plan(scenario: Scenario, plan: SitePlan, years: Sequence[int] = ()) -> Scenario:
    """The scenario with the plan's sites as ordinary sites of their years: what `run` takes."""
    keys = scenario.plan
    operator = keys.operator or "Chung"
    added = tuple(
        NewSite(
            id=row.site_id, operator=operator, lat=float(row.lat), lon=float(row.lon),
            height_m=float(keys.height_m), technology=keys.technology, band=keys.band,
            frequency_mhz=keys.frequency_mhz, bandwidth_mhz=keys.bandwidth_mhz, power_dbm=keys.power_dbm,
            antenna=keys.antenna, electrical_downtilt_deg=keys.electrical_downtilt_deg,
            on_air_year=int(row.year),
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
