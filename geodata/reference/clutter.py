"""What stands on the ground: settlements where people live, plantations, forest and water."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster
from phusong.geodata.reference.noise import spectral_noise

WATER, OPEN, RUBBER, CASHEW, FOREST, VILLAGE, URBAN = range(1, 8)

_LAND = {RUBBER: "rubber", CASHEW: "cashew", FOREST: "forest", OPEN: "open"}
_LEAN = {RUBBER: -2.6, CASHEW: 1.6, FOREST: 1.6, OPEN: -0.4}  # how each class follows the hills
_SIZE_M = {RUBBER: 6000.0, CASHEW: 4000.0, FOREST: 9000.0, OPEN: 2000.0}  # of its largest stands


def clutter_classes() -> pd.DataFrame:
    """Codes, names and representative heights in metres above ground.

    ITU-R P.1812-7, table 2, gives 0 m to water and open ground, 10 m to suburbs, 15 m to trees and
    low-rise towns. The heights of plantations and villages here are this project's own judgement: mature
    rubber stands 15-20 m, cashew 6-10 m, houses of a village one storey among fruit trees.
    """
    rows = [
        (WATER, "water", "Mặt nước", "Water", 0.0),
        (OPEN, "open", "Đất trống, cây ngắn ngày", "Open ground, field crops", 0.0),
        (RUBBER, "rubber", "Cao su", "Rubber plantation", 15.0),
        (CASHEW, "cashew", "Điều", "Cashew plantation", 8.0),
        (FOREST, "forest", "Rừng", "Forest", 20.0),
        (VILLAGE, "village", "Khu dân cư nông thôn", "Village", 6.0),
        (URBAN, "urban", "Đô thị, khu công nghiệp", "Town, industrial zone", 12.0),
    ]
    return pd.DataFrame(rows, columns=["code", "key", "name_vi", "name_en", "height_m"])


def clutter(
    grid: Grid,
    hills: NDArray[np.float32],
    population: Raster,
    *,
    water: list[BaseGeometry],
    park: BaseGeometry,
    zones: list[BaseGeometry],
    outline: BaseGeometry,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> Raster:
    """Class codes on the terrain's grid (uint8). `hills` (0-1) is on any grid with the same outer edges.

    Rubber leads in the lowland, cashew and forest in the hills; the park is forest. Shares of the land
    without settlements are the settings'.
    """
    step = 3  # parcels are blocks of 90 m
    coarse = Grid(
        grid.crs, grid.west_m, grid.north_m, grid.cell_m * step, -(-grid.rows // step), -(-grid.cols // step)
    )
    at = [((np.arange(n) + 0.5) * h / n).astype(int) for n, h in zip(coarse.shape, hills.shape, strict=True)]
    rough = hills[np.ix_(*at)]
    fields = {
        code: spectral_noise(
            rng, coarse.shape, cell_m=coarse.cell_m, longest_m=_SIZE_M[code], shortest_m=120.0, roughness=0.6
        )
        + np.float32(_LEAN[code]) * (rough - 0.35)
        for code in _LEAN
    }
    burn = {"out_shape": coarse.shape, "transform": coarse.affine, "dtype": np.uint8}
    in_park = rasterize([park], **burn).astype(bool)
    fields[FOREST][in_park] = 99.0
    inside = rasterize([outline], **burn).astype(bool)
    cover = _shared_out(fields, inside, {code: settings[key] for code, key in _LAND.items()})
    codes = np.repeat(np.repeat(cover, step, axis=0), step, axis=1)[: grid.rows, : grid.cols].copy()
    burn = {"out_shape": grid.shape, "transform": grid.affine, "dtype": np.uint8}
    _settle(codes, grid, population, settings)
    if zones:
        codes[rasterize(zones, **burn).astype(bool)] = URBAN
    codes[rasterize(water, all_touched=True, **burn).astype(bool)] = WATER
    return Raster(grid, codes)


def _shared_out(
    fields: dict[int, NDArray[np.float32]], inside: NDArray[np.bool_], shares: dict[int, float]
) -> NDArray[np.uint8]:
    """The class of the highest field, after shifts that give every class its share of the cells inside."""
    codes = np.array(list(fields), dtype=np.uint8)
    stack = np.stack(list(fields.values()))
    sample = stack[:, inside][:, ::23]
    wished = np.array([shares[int(code)] for code in codes])
    wished = wished / wished.sum()
    shift = np.zeros(len(codes), dtype=np.float32)
    for _ in range(80):
        found = np.bincount((sample + shift[:, None]).argmax(axis=0), minlength=len(codes)) / sample.shape[1]
        shift += (1.2 * (wished - found)).astype(np.float32)
    return np.asarray(codes[(stack + shift[:, None, None]).argmax(axis=0)])


def _settle(codes: NDArray[np.uint8], grid: Grid, population: Raster, settings: Mapping[str, Any]) -> None:
    """Burns villages and towns into `codes` where people live close together."""
    per_ha = population.values * (1e4 / population.grid.cell_m**2)
    near = ndimage.gaussian_filter(per_ha, 1.0)  # gardens and lanes between the houses
    pr, _ = population.grid.row_col(np.full(grid.rows, population.grid.west_m + 1.0), grid.y_m())
    _, pc = population.grid.row_col(grid.x_m(), np.full(grid.cols, population.grid.north_m - 1.0))
    level = np.digitize(near, [settings["village_people_per_ha"], settings["urban_people_per_ha"]]).astype(
        np.uint8
    )
    fine = level[np.ix_(pr, pc)]
    codes[fine == 1] = VILLAGE
    codes[fine == 2] = URBAN
