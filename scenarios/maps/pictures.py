"""Pictures and packed number grids for the page: palette PNG, hillshade, and deflated values."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from phusong.geodata.raster import Raster
from phusong.scenarios.maps.palette import rgb

SUN_AZIMUTH_DEG, SUN_ALTITUDE_DEG = 315.0, 45.0  # the cartographer's sun: from the north-west


def palette_png(codes: NDArray[np.uint8], colours: Sequence[str]) -> bytes:
    """A PNG whose code 0 is transparent and whose code k has exactly colours[k - 1]."""
    image = Image.fromarray(codes, mode=None).convert("L")
    image = Image.frombytes("P", image.size, image.tobytes())
    image.putpalette([0, 0, 0] + [part for colour in colours for part in rgb(colour)])
    return _encoded(image, "PNG", optimize=True, transparency=0)


def hillshade_webp(terrain: Raster, inside: NDArray[np.bool_], cell: NDArray[np.int32]) -> bytes:
    """The relief as shadow and light of varying transparency, to lie over any colour.

    `cell` says which terrain cell each pixel shows (-1 none), `inside` masks the terrain's own grid.
    """
    height = terrain.values.astype(np.float64)
    height = np.where(np.isfinite(height), height, np.nanmean(height) if np.isfinite(height).any() else 0.0)
    down, right = np.gradient(height, terrain.grid.cell_m)
    exaggeration = 2.2  # gentle hills must still be seen
    slope = np.arctan(exaggeration * np.hypot(right, down))
    aspect = np.arctan2(-right, down)  # clockwise from north, the way the slope faces
    altitude, azimuth = np.radians(SUN_ALTITUDE_DEG), np.radians(SUN_AZIMUTH_DEG)
    light = np.sin(altitude) * np.cos(slope) + np.cos(altitude) * np.sin(slope) * np.cos(azimuth - aspect)
    flat = np.sin(altitude)
    darker = np.clip((flat - light) / flat, 0, 1) * 190
    brighter = np.clip((light - flat) / (1 - flat), 0, 1) * 150
    alpha = np.where(inside, np.where(light < flat, darker, brighter), 0)
    seen = cell >= 0
    where = np.maximum(cell, 0)
    tone = np.where(light.ravel()[where] < flat, 0, 255).astype(np.uint8)
    picture = np.dstack(
        [tone, tone, tone, np.where(seen, alpha.ravel()[where], 0).astype(np.uint8)]
    )
    return _encoded(Image.fromarray(picture), "WEBP", quality=40, alpha_quality=55, method=2, exact=True)


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def text_of(content: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(content).decode("ascii")


def packed(values: NDArray[np.unsignedinteger]) -> str:
    """Unsigned integers (8 or 16 bits) as base64 of deflated differences from the row above.

    The page undoes it: inflate, then add up each column modulo 256 or 65536. Neighbours are alike, so the
    differences are mostly small and pack well.
    """
    change = values.copy()
    change[1:] = values[1:] - values[:-1]  # wraps around, and unwraps the same way
    if change.dtype.itemsize == 2:  # low bytes first, then high bytes: each pack better alone
        change = change.astype("<u2").view(np.uint8).reshape(*change.shape, 2).transpose(2, 0, 1)
    return text_of(zlib.compress(np.ascontiguousarray(change).tobytes(), 9))
