"""What is asked and what is answered: scenarios, runs, comparisons, maps and reports."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phusong.scenarios.compare import Comparison as Comparison
    from phusong.scenarios.compare import compare_all as compare_all
    from phusong.scenarios.inputs import Inputs as Inputs
    from phusong.scenarios.inputs import ground_of as ground_of
    from phusong.scenarios.inputs import load_inputs as load_inputs
    from phusong.scenarios.inputs import options_of as options_of
    from phusong.scenarios.maps import write_map as write_map
    from phusong.scenarios.notebook import MapView as MapView
    from phusong.scenarios.result import RunResult as RunResult
    from phusong.scenarios.run import run_to_folder as run_to_folder
    from phusong.scenarios.scenario import Scenario as Scenario
    from phusong.scenarios.scenario_file import load_scenario as load_scenario
    from phusong.scenarios.scenario_file import shipped as shipped
    from phusong.scenarios.stored_run import StoredRun as StoredRun
    from phusong.scenarios.stored_run import read_run as read_run

# `run` and `compare` are not here: their modules have the same names and would hide them after the first
# import; from phusong.scenarios.run import run
_HOMES = {
    "Comparison": "compare",
    "Inputs": "inputs",
    "MapView": "notebook",
    "RunResult": "result",
    "Scenario": "scenario",
    "StoredRun": "stored_run",
    "compare_all": "compare",
    "ground_of": "inputs",
    "load_inputs": "inputs",
    "load_scenario": "scenario_file",
    "options_of": "inputs",
    "read_run": "stored_run",
    "run_to_folder": "run",
    "shipped": "scenario_file",
    "write_map": "maps",
}


def __getattr__(name: str) -> object:
    # loaded when asked for: `phusong --help` must not wait for GeoPandas and Numba
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
