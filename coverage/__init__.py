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
