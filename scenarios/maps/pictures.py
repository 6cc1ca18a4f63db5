"""Pictures for the page: palette PNG and hillshade."""

from __future__ import annotations

import io
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
    return _encoded(image, "PNG", bits=4, compress_level=6, transparency=0)


def hillshade_webp(terrain: Raster, inside: NDArray[np.bool_], cell: NDArray[np.int32]) -> bytes:
    """The relief as a grey picture: 128 is level ground, darker lies in shadow, lighter in the sun.

    The page turns it into shadow and light of varying transparency. `cell` says which terrain cell each pixel
    shows (-1 none), `inside` masks the terrain's own grid.
    """
    height = terrain.values.astype(np.float32)
    known = np.isfinite(height)
    height = np.where(known, height, height[known].mean() if known.any() else np.float32(0))
    down, right = np.gradient(height, np.float32(terrain.grid.cell_m))
    steep = np.float32(2.2) * np.hypot(right, down)  # exaggerated: gentle hills must still be seen
    towards = np.arctan2(-right, down) - np.float32(np.radians(SUN_AZIMUTH_DEG))
    high, low = np.sin(np.radians(SUN_ALTITUDE_DEG)), np.cos(np.radians(SUN_ALTITUDE_DEG))
    light = (high + low * steep * np.cos(towards)) / np.sqrt(1 + steep**2)
    grey = np.where(light < high, 128 * light / high, 128 + 127 * (light - high) / (1 - high))
    grey = np.where(inside, np.clip(grey, 0, 255), 128).astype(np.uint8)
    seen = np.where(cell >= 0, grey.ravel()[np.maximum(cell, 0)], np.uint8(128))
    return _encoded(Image.fromarray(seen), "WEBP", quality=55, method=3)


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
