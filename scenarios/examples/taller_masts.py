"""What 10 m more on every mast of one operator brings to a commune: two predictions of the same sectors."""

from collections.abc import Sequence
from dataclasses import replace

from phusong.coverage import Sector
from phusong.coverage.predict import predict
from phusong.coverage.service import signal_at
from phusong.scenarios import ground_of, load_inputs, load_scenario, options_of

scenario = load_scenario("baseline-2024").model_copy(
    update={"area": ("Xã Phước Thiện",), "resolution_m": 500.0, "operators": ("MobiFone",)}
)
inputs = load_inputs(scenario)
ground, options = ground_of(inputs.province), options_of(scenario)


def people_served(sectors: Sequence[Sector]) -> float:
    """People at or above the threshold outdoors."""
    coverage = predict(ground, sectors, grid=inputs.grid, options=options)
    level_dbm = signal_at(coverage.raster("mobifone-4g"), inputs.people)
    return float(inputs.people.people[level_dbm >= options.threshold_dbm["4G"]].sum())


as_it_is = people_served(inputs.sectors)
taller = people_served([replace(sector, height_m=sector.height_m + 10.0) for sector in inputs.sectors])
print(f"MobiFone 4G, partly synthetic data: {as_it_is:.0f} people now, {taller:.0f} with 10 m more")
