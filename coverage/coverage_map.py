"""What a prediction gives back: layers of signal level on one grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from phusong.coverage.site import Sector
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster


@dataclass(frozen=True, slots=True)
class Layer:
    """Signal of one operator (or "any") in one technology, arrays of shape (grid.rows, grid.cols).

    `key` is operator and technology in lower case, such as "viettel-4g" or "any-4g".
    """

    key: str
    operator: str
    technology: str
    threshold_dbm: float  # RSRP from which a cell counts as served outdoors
    rsrp_dbm: NDArray[np.float32]  # of the best server; NaN where nothing reaches
    best_server: NDArray[np.int32]  # index into CoverageMap.sectors, -1 where nothing reaches
    second_dbm: NDArray[np.float32]  # RSRP of the second best server; NaN where there is none
    servers: NDArray[np.uint16]  # how many sectors reach the threshold
    sinr_db: NDArray[np.float32]  # at the scenario's load; NaN where nothing reaches


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """The answer of `predict`: every layer on `grid`, with the sectors that its indices point to."""

    grid: Grid
    sectors: tuple[Sector, ...]
    layers: Mapping[str, Layer]
    model: str  # name and edition of the propagation model

    def raster(self, layer: str) -> Raster:
        """RSRP of a layer in dBm, with its grid."""
        return Raster(self.grid, self.layers[layer].rsrp_dbm)

    def _repr_html_(self) -> str:
        """A table for notebooks: each layer's threshold and the share of the grid's cells that reach it."""
        rows = "".join(
            f"<tr><th>{escape(key)}</th><td>{layer.threshold_dbm:g} dBm</td>"
            f"<td>{(layer.rsrp_dbm >= layer.threshold_dbm).mean():.1%}</td></tr>"
            for key, layer in self.layers.items()
        )
        grid = self.grid
        about = (
            f"{escape(self.model)} · {grid.rows} × {grid.cols} × {grid.cell_m:g} m · {escape(grid.crs)} · "
            f"{len(self.sectors)} sectors"
        )
        return (
            f"<div><p><b>CoverageMap</b> {about}<br><i>Mô hình, không phải số đo · a model, not a measurement"
            "</i></p><table><thead><tr><th>lớp · layer</th><th>ngưỡng · threshold</th>"
            f"<th>ô đạt · cells served</th></tr></thead><tbody>{rows}</tbody></table></div>"
        )
