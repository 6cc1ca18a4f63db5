"""Radio coverage of a province: link budget, path loss, coverage maps."""

if __name__ == "coverage":
    # Imported by folder name: from the repository root, numba, pytest-cov and IDE runners
    # ask for coverage.py and find this folder first. Hand the real one over.
    import sys
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec
    from pathlib import Path

    _here = Path(__file__).resolve().parents[1]
    _spec = PathFinder.find_spec(__name__, [p for p in sys.path if Path(p).resolve() != _here])
    if _spec is None or _spec.loader is None:
        raise ImportError("this folder is phusong.coverage; coverage.py is not installed")
    sys.modules[__name__] = _module = module_from_spec(_spec)
    _spec.loader.exec_module(_module)

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phusong.coverage.coverage_map import CoverageMap as CoverageMap
    from phusong.coverage.coverage_map import Layer as Layer
    from phusong.coverage.gaps import find_gaps as find_gaps
    from phusong.coverage.ground import Ground as Ground
    from phusong.coverage.options import Options as Options
    from phusong.coverage.predict import predict_points as predict_points
    from phusong.coverage.roaming import with_roaming as with_roaming
    from phusong.coverage.service import People as People
    from phusong.coverage.site import Carrier as Carrier
    from phusong.coverage.site import Sector as Sector
    from phusong.coverage.site import sectors_from_tables as sectors_from_tables

# `predict` is not here: its module has the same name and would hide it after the first import;
# from phusong.coverage.predict import predict
_HOMES = {
    "Carrier": "site",
    "CoverageMap": "coverage_map",
    "Ground": "ground",
    "Layer": "coverage_map",
    "Options": "options",
    "People": "service",
    "Sector": "site",
    "find_gaps": "gaps",
    "predict_points": "predict",
    "sectors_from_tables": "site",
    "with_roaming": "roaming",
}


def __getattr__(name: str) -> object:
    # loaded when asked for: `phusong --help` must not wait for Numba
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
