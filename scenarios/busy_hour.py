"""The busy hour of a scenario: every cell's load, coupled through interference, and what phones get under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.capacity import Loads, Places, phone_rate_mbps, solve_loads
from phusong.coverage.cells import Cells, Spectrum, cells_of, places_of
from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.demand import Adoption, downlink_kbps_per_person, fiveg_share
from phusong.coverage.service import signal_at
from phusong.geodata.raster import Raster
from phusong.scenarios.inputs import Inputs, options_of
from phusong.scenarios.scenario import Scenario

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Network:
    """What of one layer stays the same over the years."""

    layer: Layer
    cells: Cells
    places: Places  # traffic is the people who use the layer where they can
    served: NDArray[np.bool_]  # which points of people the places are
    can_5g: NDArray[np.bool_]  # by place: the operator has 5G there
    unserved: tuple[float, float]  # people without a server: in reach of 5G, and not


@dataclass(frozen=True, slots=True)
class Solved:
    """One layer's loads in one year."""

    network: Network
    loads: Loads
    traffic_mbps: Floats  # by place
    unserved_mbps: float


def busy_hour(scenario: Scenario, inputs: Inputs, coverage: CoverageMap) -> tuple[Solved, ...]:
    """The loads of every operator's 4G and 5G in the scenario's year; none where they cannot be known.

    `coverage` is what each operator's own sectors give: guests' traffic is not known.
    """
    if scenario.radio.load == 0.0:
        return ()
    return tuple(
        solved(scenario, _network(scenario, inputs, coverage, layer), scenario.year)
        for layer in coverage.layers.values()
        if layer.operator in scenario.operators and layer.technology in ("4G", "5G")
    )


def rates_mbps(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, loaded: Sequence[Solved]
) -> Mapping[tuple[str, str], Floats]:
    """By operator and technology, what one more phone gets at each point of people, Mbit/s; 0 if unserved.

    B e(SINR) (1 - load): the serving sector's carrier, its SINR under the other cells' loads, and what its own
    load leaves; nothing on an overloaded cell.
    """
    spectrum = spectrum_of(scenario)
    mhz = np.array([spectrum.capacity_mhz(sector) for sector in coverage.sectors])
    rates = {}
    for one in loaded:
        network, people = one.network, inputs.people
        rate = np.zeros(people.people.size)
        server = Raster(coverage.grid, network.layer.best_server).at(people.x_m, people.y_m)[network.served]
        left = 1.0 - np.clip(one.loads.load[network.places.server], 0.0, 1.0)
        full = phone_rate_mbps(mhz[server], 10.0 * np.log10(one.loads.sinr), load=0.0)
        rate[network.served] = full * left
        rates[network.layer.operator, network.layer.technology] = rate
    return rates


def spectrum_of(scenario: Scenario) -> Spectrum:
    """The scenario's factors from bandwidth to capacity, as coverage takes them."""
    keys = scenario.demand
    return Spectrum(keys.factor_4g, keys.factor_5g, keys.tdd_downlink_share)


def adoption_of(scenario: Scenario) -> Adoption:
    """The scenario's demand, as coverage takes it."""
    keys = scenario.demand
    return Adoption(
        telephone_per_100=keys.telephone_per_100,
        broadband_per_100=keys.broadband_per_100,
        smartphone_per_100=keys.smartphone_per_100,
        smartphone_gb_per_month=keys.smartphone_gb_per_month,
        other_gb_per_month=keys.other_gb_per_month,
        reference_year=keys.reference_year,
        growth_per_year=keys.growth_per_year,
        voice_erlang=keys.voice_erlang,
        voice_kbps=keys.voice_kbps,
        busy_hour_share=keys.busy_hour_share,
        downlink_share=keys.downlink_share,
        fiveg_share=tuple((int(year), share) for year, share in keys.fiveg_share.items()),
    )


def _network(scenario: Scenario, inputs: Inputs, coverage: CoverageMap, layer: Layer) -> Network:
    people = inputs.people
    can_5g = _reach_of_5g(scenario, inputs, coverage, layer)
    users = np.where(can_5g, people.people, 0.0) if layer.technology == "5G" else people.people
    cells = cells_of(coverage.sectors, layer, spectrum_of(scenario))
    places, served = places_of(
        coverage, layer, cells, people, users, options_of(scenario), neighbours=scenario.demand.neighbours
    )
    without = np.where(served, 0.0, users)
    unserved = float(without[can_5g].sum()), float(without[~can_5g].sum())
    return Network(layer, cells, places, served, can_5g[served], unserved)


def _reach_of_5g(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, layer: Layer
) -> NDArray[np.bool_]:
    """Where the layer's operator has 5G outdoors."""
    other = coverage.layers.get(f"{layer.key.rsplit('-', 1)[0]}-5g")
    if other is None:
        return np.zeros(inputs.people.x_m.size, bool)
    level_dbm = signal_at(Raster(coverage.grid, other.rsrp_dbm), inputs.people)
    return np.asarray(level_dbm >= scenario.thresholds["5G"].outdoor_dbm)


def solved(scenario: Scenario, network: Network, year: int) -> Solved:
    """One layer's loads in a year: where an operator has 5G, 5G devices use it, all else uses 4G."""
    adoption, layer = adoption_of(scenario), network.layer
    each_mbps = downlink_kbps_per_person(adoption, year) / 1000.0
    each_mbps *= scenario.demand.operator_share.get(layer.operator, 0.0)
    on_5g = fiveg_share(adoption, year)
    here, elsewhere = (on_5g, 0.0) if layer.technology == "5G" else (1.0 - on_5g, 1.0)
    traffic = network.places.traffic_mbps * each_mbps * np.where(network.can_5g, here, elsewhere)
    return Solved(
        network=network,
        loads=solve_loads(replace(network.places, traffic_mbps=traffic), network.cells.capacity_mhz),
        traffic_mbps=traffic,
        unserved_mbps=each_mbps * (network.unserved[0] * here + network.unserved[1] * elsewhere),
    )
