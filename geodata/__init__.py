"""The ground, the people and the places: grids, tables and the reference province. No radio here."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phusong.geodata.errors import InputError as InputError
    from phusong.geodata.grid import Grid as Grid
    from phusong.geodata.province import Province as Province
    from phusong.geodata.raster import Raster as Raster

_HOMES = {"InputError": "errors", "Grid": "grid", "Province": "province", "Raster": "raster"}


def __getattr__(name: str) -> object:
    # loaded when asked for: `phusong --help` must not wait for GeoPandas
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
