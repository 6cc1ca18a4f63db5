"""A district's coverage and its gaps in ten lines: run a scenario, look at the answer, write the map."""

from phusong.scenarios import load_scenario, write_map
from phusong.scenarios.run import run

scenario = load_scenario("baseline-2024").model_copy(
    update={"area": ("Huyện Bù Đốp",), "resolution_m": 1000.0, "explain_gaps": False, "outages": False}
)
result = run(scenario)
print(result.hamlets[["name", "commune", "best_operator", "rsrp_dbm", "service_level"]].head())
print(result.gaps.sort_values("people", ascending=False)[["layer", "people", "hamlets"]].head())
print("partly synthetic:", ", ".join(result.summary["synthetic_inputs"]))
write_map(result, "bu-dop.html", lang="vi")
