"""How candidate sites would be connected and what they would cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.coverage.siting.backhaul import Fibre, Terms, connection
from phusong.coverage.siting.money import Prices, investment_vnd, present_cost_vnd
from phusong.scenarios.inputs import Inputs, ground_of
from phusong.scenarios.networks.answer import load_networks, roads_of
from phusong.scenarios.networks.fixed import access_points_in_service
from phusong.scenarios.scenario import Scenario


def fibre_of(scenario: Scenario, inputs: Inputs) -> Fibre:
    """Where fibre is, at access points and at masts on air, and the roads that a cable follows."""
    networks = load_networks(scenario, inputs)
    points = access_points_in_service(scenario, networks)[["x_m", "y_m"]].to_numpy(np.float64)
    return Fibre(np.vstack((points, masts_with_fibre(inputs))), roads_of(networks))


def masts_with_fibre(inputs: Inputs) -> NDArray[np.float64]:
    """Where masts on air stand, shape (n, 2): they are taken to have fibre."""
    sites = inputs.province.sites
    masts = sites[sites["status"] == "on_air"].drop_duplicates("mast_id")
    return masts[["x_m", "y_m"]].to_numpy(np.float64)


def money_of(scenario: Scenario, inputs: Inputs, places: pd.DataFrame) -> pd.DataFrame:
    """Of each candidate: backhaul (none | fibre | microwave), backhaul_km, fresnel_free,
    availability_percent, capex_vnd and present_cost_vnd."""
    cost = scenario.plan.cost
    terms = Terms(cost.fibre_vnd_per_km, cost.fibre_fixed_vnd, cost.hop_vnd)
    prices = Prices(**{name: getattr(cost, name) for name in Prices.__dataclass_fields__})
    ground, masts_m = ground_of(inputs.province), masts_with_fibre(inputs)
    links = [
        connection(ground, (x, y), scenario.plan.height_m, masts_m, terms, fibre_km=km)
        for x, y, km in zip(places["x_m"], places["y_m"], places["fibre_km"], strict=True)
    ]
    each = [(kind == "mast", link.cost_vnd) for kind, link in zip(places["kind"], links, strict=True)]
    return pd.DataFrame(
        {
            "backhaul": [link.kind for link in links],
            "backhaul_km": np.round([link.length_km for link in links], 2),
            "fresnel_free": np.round([link.clearance for link in links], 2),
            "availability_percent": np.round([link.availability_percent for link in links], 4),
            "capex_vnd": np.round([investment_vnd(prices, on_mast=m, connection_vnd=c) for m, c in each]),
            "present_cost_vnd": np.round(
                [present_cost_vnd(prices, on_mast=m, connection_vnd=c) for m, c in each]
            ),
        },
        index=places.index,
    )
