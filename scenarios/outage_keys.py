"""What a scenario may switch off: stations, operators, units without power, circles and polygons of a storm."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from phusong.scenarios.strict import Strict

Latitude = Annotated[float, Field(strict=True, ge=8, le=24)]
Longitude = Annotated[float, Field(strict=True, ge=102, le=118)]


class Circle(Strict):
    """A round area, such as a storm's."""

    lat: Latitude
    lon: Longitude
    radius_km: Annotated[float, Field(strict=True, gt=0, le=300)]


class Shape(Strict):
    """A polygon, given in one of three ways; coordinates are WGS 84, longitude first."""

    file: str = ""  # GeoJSON, KML, GPKG or Shapefile; its polygons together
    wkt: str = ""
    points: tuple[tuple[Longitude, Latitude], ...] = ()  # corners in order; the last one joins the first

    @model_validator(mode="after")
    def _one_way(self) -> Shape:
        if sum(bool(given) for given in (self.file, self.wkt, self.points)) != 1:
            raise ValueError("a polygon needs exactly one of file, wkt and points")
        if self.points and len(set(self.points)) < 3:
            raise ValueError("a polygon needs three different points at least")
        return self


class Off(Strict):
    """Stations that do not work, by name, owner, unit or place."""

    off: tuple[str, ...] = ()  # site_id, mast_id or sector_id
    off_operators: tuple[str, ...] = ()
    off_units: tuple[str, ...] = ()  # district, commune or unit of 2025 whose power is cut: code or name
    off_within: tuple[Circle, ...] = ()
    off_inside: tuple[Shape, ...] = ()


class Cut(Off):
    """A failure to be judged beside the run: who loses all service if this goes off."""

    name: Annotated[str, Field(min_length=1, max_length=80)]

    @model_validator(mode="after")
    def _something(self) -> Cut:
        if not any(value for key, value in self if key != "name"):
            raise ValueError(
                f"the cut {self.name!r} switches nothing off; give off, off_operators, off_units, off_within "
                "or off_inside"
            )
        return self
