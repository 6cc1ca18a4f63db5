"""The path between two antennas: heights along it, as one checked value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.ground import Ground
from phusong.coverage.kernels.profile import inside, read_path
from phusong.coverage.propagation.door import distances, heights, in_range

Heights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PathProfile:
    """Terrain and clutter from transmitter to receiver, at least three samples.

    `distance_km` rises from zero, `terrain_m` is above sea level, `clutter_m` stands on it (0 where there is
    none), antenna heights are above ground and positive. Raises ValueError, one line, for anything else.
    """

    distance_km: Heights
    terrain_m: Heights
    clutter_m: Heights
    tx_height_m: float
    rx_height_m: float

    def __post_init__(self) -> None:
        d = distances(self.distance_km)
        set_field = object.__setattr__  # frozen: the checked arrays replace what was given
        set_field(self, "distance_km", d)
        set_field(self, "terrain_m", heights("terrain_m", self.terrain_m, d.size, -500.0, 9000.0))
        set_field(self, "clutter_m", heights("clutter_m", self.clutter_m, d.size, 0.0, 1000.0))
        for name in ("tx_height_m", "rx_height_m"):
            if getattr(self, name) < 0:
                raise ValueError(
                    f"{name} = {getattr(self, name)}: the antenna is below ground; give metres above it"
                )
            if getattr(self, name) == 0:
                raise ValueError(
                    f"{name} = {getattr(self, name)}: the antenna lies on the ground; give metres above it"
                )
            in_range(name, getattr(self, name), 0.01, 3000.0, "m")

    @property
    def length_km(self) -> float:
        return float(self.distance_km[-1])

    @property
    def surface_m(self) -> Heights:
        """Terrain plus clutter between the ends, bare terrain at the ends, m above sea level."""
        surface = self.terrain_m + self.clutter_m
        surface[0], surface[-1] = self.terrain_m[0], self.terrain_m[-1]
        return surface

    @property
    def tx_asl_m(self) -> float:
        return float(self.terrain_m[0] + self.tx_height_m)

    @property
    def rx_asl_m(self) -> float:
        return float(self.terrain_m[-1] + self.rx_height_m)

    def even_terrain_m(self) -> tuple[Heights, float]:
        """Terrain at equal steps and the step in m, for models that know no other: linear between samples.

        Already equal steps stay as they are; others become as many equal ones as fit the mean step.
        """
        steps = self.distance_km.size - 1
        even = np.linspace(0.0, self.length_km, steps + 1)
        step_m = 1000.0 * self.length_km / steps
        if np.allclose(even, self.distance_km, rtol=0.0, atol=1e-6 * self.length_km):
            return self.terrain_m, step_m
        return np.interp(even, self.distance_km, self.terrain_m), step_m


def profile_between(
    ground: Ground,
    tx_xy_m: tuple[float, float],
    rx_xy_m: tuple[float, float],
    *,
    tx_height_m: float,
    rx_height_m: float,
    terminal_clearance_m: float = 50.0,
) -> PathProfile:
    """The profile along the straight line between two points in the ground's projected CRS.

    Sampled as a prediction does it: the fewest equal steps that are none longer than a cell, at least two;
    terrain bilinear between cell centres, clutter of the nearest cell, none within `terminal_clearance_m` of
    either end. Raises ValueError for a point outside the ground and for points less than 1 m apart.
    """
    window = ground.window(_box(tx_xy_m, rx_xy_m, margin_m=3 * ground.grid.cell_m))
    grid, samples = window.grid, window.samples_dm()
    ends: list[float] = []
    for name, (x_m, y_m) in (("the transmitter", tx_xy_m), ("the receiver", rx_xy_m)):
        x, y = (x_m - grid.west_m) / grid.cell_m - 0.5, (grid.north_m - y_m) / grid.cell_m - 0.5
        if not inside(samples, x, y):
            raise ValueError(f"{name} lies outside the known terrain")
        ends += [x, y]
    if np.hypot(ends[2] - ends[0], ends[3] - ends[1]) * grid.cell_m < 1.0:
        raise ValueError("transmitter and receiver are at the same place")
    room = int(np.hypot(*grid.shape)) + 4
    distance_km, terrain, surface = np.empty(room), np.empty(room), np.empty(room)
    corners = (ends[0], ends[1], ends[2], ends[3])
    n = read_path(samples, corners, grid.cell_m, terminal_clearance_m, distance_km, terrain, surface)
    if n == 0:
        raise ValueError("the path leaves the known terrain")
    return PathProfile(
        distance_km=distance_km[:n].copy(),
        terrain_m=terrain[:n].copy(),
        clutter_m=surface[:n] - terrain[:n],
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
    )


def _box(
    a: tuple[float, float], b: tuple[float, float], *, margin_m: float
) -> tuple[float, float, float, float]:
    return (
        min(a[0], b[0]) - margin_m,
        min(a[1], b[1]) - margin_m,
        max(a[0], b[0]) + margin_m,
        max(a[1], b[1]) + margin_m,
    )
