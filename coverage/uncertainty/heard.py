"""Who else could serve: the strongest sectors of every layer at the places that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.coverage_map import CoverageMap
from phusong.coverage.ground import Rows
from phusong.coverage.kernels.gather import NEVER_DBM, MastSectors, MastView
from phusong.coverage.kernels.heard import Ranks, hear
from phusong.coverage.site import Sector
from phusong.geodata.grid import Grid

DEPTH = 6  # sectors kept of a layer at a place: the next one is hardly ever the best of a draw
SAME_DB = 0.01  # the lists are made apart from the map: single precision, no more
LayerName = tuple[str, str]  # operator, technology


@dataclass(frozen=True, slots=True)
class Places:
    """Cells of a grid at which the answer is asked, each once, by row and then column."""

    grid: Grid
    row: NDArray[np.int32]
    col: NDArray[np.int32]

    @property
    def x_m(self) -> NDArray[np.float64]:
        return self.grid.x_m()[self.col]

    @property
    def y_m(self) -> NDArray[np.float64]:
        return self.grid.y_m()[self.row]


def places_at(
    grid: Grid, x_m: NDArray[np.float64], y_m: NDArray[np.float64]
) -> tuple[Places, NDArray[np.int64]]:
    """The cells that hold some points, and each point's number among them. ValueError for one off the grid."""
    row, col = grid.row_col(x_m, y_m)
    if not grid.contains(row, col).all():
        raise ValueError("a point lies outside the grid")
    cells, number = np.unique(row.astype(np.int64) * grid.cols + col, return_inverse=True)
    return Places(grid, (cells // grid.cols).astype(np.int32), (cells % grid.cols).astype(np.int32)), number


@dataclass(frozen=True, slots=True)
class Strongest:
    """Lists that fill while `predict` runs: give `hear` to it as `listen`, or all to `predict_strips`."""

    places: Places
    layers: tuple[LayerName, ...]
    layer_of_sector: NDArray[np.int32]
    ground_m: NDArray[np.float32]
    ranks: Ranks = field(repr=False)

    def hear(
        self, sectors: MastSectors, view: MastView, polar: NDArray[np.float32], reach: NDArray[np.int32],
        limits: NDArray[np.int32], constant_db: NDArray[np.float32],
    ) -> None:  # fmt: skip
        """Adds one mast."""
        places = self.places
        first, last = np.searchsorted(places.row, [view.first_row, view.last_row + 1])
        hear(
            self.ranks, self.layer_of_sector, places.row, places.col, self.ground_m, int(first), int(last),
            sectors, view, polar, reach, limits, constant_db,
        )  # fmt: skip

    def part(self, rows: Rows) -> Strongest:
        """Empty lists for the places in some rows of the grid: what a worker fills."""
        mine = self._within(rows)
        few = Places(self.places.grid, self.places.row[mine], self.places.col[mine])
        ranks = _empty(len(self.layers), few.row.size, self.ranks.level_dbm.shape[2])
        return replace(self, places=few, ground_m=self.ground_m[mine], ranks=ranks)

    def take(self, rows: Rows, ranks: Ranks) -> None:
        """Keeps what was heard in the part of these rows."""
        mine = self._within(rows)
        self.ranks.level_dbm[:, mine] = ranks.level_dbm
        self.ranks.sector[:, mine] = ranks.sector

    def _within(self, rows: Rows) -> slice:
        first, last = np.searchsorted(self.places.row, rows)
        return slice(int(first), int(last))


def _empty(layers: int, places: int, depth: int) -> Ranks:
    shape = (layers, places, depth)
    return Ranks(np.full(shape, NEVER_DBM, np.float32), np.full(shape, -1, np.int32))


def listening(
    places: Places, sectors: Sequence[Sector], ground_m: NDArray[np.float32], *, depth: int = DEPTH
) -> Strongest:
    """Empty lists for every operator and technology; `ground_m` is the terrain at the places."""
    names = tuple(sorted({(sector.operator, sector.carrier.technology) for sector in sectors}))
    number = {name: k for k, name in enumerate(names)}
    return Strongest(
        places=places,
        layers=names,
        layer_of_sector=np.array([number[s.operator, s.carrier.technology] for s in sectors], np.int32),
        ground_m=ground_m,
        ranks=_empty(len(names), places.row.size, depth),
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """The lists of a finished prediction, shape (layers, places, depth); the first level is the map's own."""

    places: Places
    layers: tuple[LayerName, ...]
    level_dbm: NDArray[np.float32]  # NEVER_DBM where there are fewer
    sector: NDArray[np.int32]


def heard(lists: Strongest, coverage: CoverageMap) -> Heard:
    """The lists, held against the map that came of the same prediction; ValueError where they disagree."""
    level = lists.ranks.level_dbm.copy()
    for k, (operator, technology) in enumerate(lists.layers):
        layer = next(
            one
            for one in coverage.layers.values()
            if (one.operator, one.technology) == (operator, technology)
        )
        own = layer.rsrp_dbm[lists.places.row, lists.places.col]
        known = np.isfinite(own)
        if not np.array_equal(known, lists.ranks.sector[k, :, 0] >= 0):
            raise ValueError(f"{layer.key}: the map and the lists reach different places")
        if known.any() and np.abs(own[known] - level[k, known, 0]).max() > SAME_DB:
            raise ValueError(f"{layer.key}: the map and the lists differ by more than {SAME_DB} dB")
        # to the last bit, so that a draw without any error is the run itself
        level[k, known, 0] = own[known]
        level[k] = np.minimum(level[k], level[k, :, :1])
    return Heard(lists.places, lists.layers, level, lists.ranks.sector)
