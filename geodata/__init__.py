"""The ground, the people and the places: grids, tables and the reference province. No radio here."""

from phusong.geodata.errors import InputError as InputError
from phusong.geodata.grid import Grid as Grid
from phusong.geodata.province import Province as Province
from phusong.geodata.raster import Raster as Raster
