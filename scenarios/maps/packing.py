"""The page's data as one text: a JSON tree, and beside it what comes by the million, packed without loss.

Whatever a payload holds as `bytes` becomes a part of the text, and `{"at": …, "size": …}` stands for it in the
tree; `page/unpack.js` finds it there. So a room that adds a layer to the map writes plain values into its
payload, `pack_grid` for a raster of numbers, `pack_labels` for a raster of areas, `pack_json` for a table that
the page reads only when it is asked for, and thinks no further about size.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

ESCAPE = 255  # a code that says: the value is the next of `rest`
RECENT = 254  # as many labels are called by how lately they were used


def as_text(data: Any) -> str:
    """A payload as base64 of: the tree's length (4 bytes, little-endian), the deflated tree, the parts."""
    parts: list[bytes] = []
    size = 0

    def beside(value: Any) -> dict[str, int]:
        nonlocal size
        if not isinstance(value, bytes):
            raise TypeError(f"a map's data cannot hold {type(value).__name__}")
        parts.append(value)
        size += len(value)
        return {"at": size - len(value), "size": len(value)}

    tree = zlib.compress(
        json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=beside).encode(),
        9,
    )
    return base64.b64encode(b"".join([len(tree).to_bytes(4, "little"), tree, *parts])).decode("ascii")


def pack_json(value: Any) -> bytes:
    """A JSON value, deflated: for what the page reads only when it is asked for."""
    return zlib.compress(
        json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(), 9
    )


def pack_grid(values: NDArray[np.unsignedinteger]) -> dict[str, Any]:
    """Whole numbers (8 or 16 bits) on a grid, cell by cell as the difference from what the neighbours suggest.

    Where the neighbours suggest nothing (people live in some cells and not in the next), as they are:
    whichever is smaller. Codes above 254 stand in `rest`.
    """
    bits = 8 * values.dtype.itemsize
    whole = values.astype(np.int32)
    half = 1 << (bits - 1)
    change = ((whole - _suggested(whole) + half) & (2 * half - 1)) - half  # wraps, and unwraps the same way
    plain, signed = _coded(whole), _coded(np.where(change >= 0, 2 * change, -2 * change - 1))
    near = len(signed["codes"]) + len(signed["rest"]) < len(plain["codes"]) + len(plain["rest"])
    rows, cols = values.shape
    return {"rows": rows, "cols": cols, "bits": bits, "near": near, **(signed if near else plain)}


def _suggested(whole: NDArray[np.int32]) -> NDArray[np.int32]:
    """The median of left, above and left + above - the one between: the plane through the neighbours, kept
    among them (the predictor of JPEG-LS, ITU-T T.87, A.4.1)."""
    padded = np.pad(whole, ((1, 0), (1, 0)))
    left, above, corner = padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    low, high = np.minimum(left, above), np.maximum(left, above)
    return np.clip(left + above - corner, low, high)


def _coded(codes: NDArray[np.int32]) -> dict[str, bytes]:
    rest = codes[codes >= ESCAPE].astype("<u2")
    return {
        "codes": deflated(np.minimum(codes, ESCAPE).astype(np.uint8).tobytes()),
        "rest": deflated(rest.tobytes()),
    }


def deflated(content: bytes) -> bytes:
    """Small differences hardly repeat but in runs, so only runs are looked for: smaller and faster."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    return squeeze.compress(content) + squeeze.flush()


def pack_labels(values: NDArray[np.uint16]) -> dict[str, Any]:
    """Labels of areas (16 bits): where each cell's comes from, and the labels that come from nowhere near.

    A step is 0 for the label above, 1 left, 2 above right, 3 above left, 4 another one. The steps inside an area
    (all three neighbours alike) and at edges are kept apart, for they pack better alone. Other labels are
    called by how lately one was used; `fresh` holds those that were not used for long.
    """
    padded = np.pad(values, ((1, 0), (1, 1)))
    above, left = padded[:-1, 1:-1], padded[1:, :-2]
    right, corner = padded[:-1, 2:], padded[:-1, :-2]
    steps = np.full(values.shape, 4, np.uint8)
    for code, label in ((3, corner), (2, right), (1, left), (0, above)):
        steps[values == label] = code
    inside = (above == left) & (left == corner)
    turns, fresh = _by_recency(values[steps == 4].tolist())
    rows, cols = values.shape
    return {
        "rows": rows,
        "cols": cols,
        "inside": deflated(steps[inside].tobytes()),
        "edge": deflated(steps[~inside].tobytes()),
        "turns": deflated(bytes(turns)),
        "fresh": deflated(np.array(fresh, "<u2").tobytes()),
    }


def pack_steps(values: NDArray[np.integer]) -> dict[str, bytes]:
    """Whole numbers, most of them near zero, none beyond 32767."""
    whole = values.astype(np.int32)
    return _coded(np.where(whole >= 0, 2 * whole, -2 * whole - 1))


def pack_rings(shapes: list[list[list[int]]]) -> dict[str, Any]:
    """The rings of many shapes, as `rings_of_each` gives them in whole cells.

    Where every outline turns at every corner, as those of cells do, one of its two steps is always 0: then only
    the other one is kept, and along which axis each ring begins.
    """
    rings = [np.asarray(ring, np.int64).reshape(-1, 2) for shape in shapes for ring in shape]
    starts = np.array([ring[0] for ring in rings], np.int64).reshape(-1, 2)
    steps = np.concatenate([np.empty((0, 2), np.int64), *(ring[1:] for ring in rings)])
    lengths = np.array([len(ring) - 1 for ring in rings], np.int64)
    east = steps[:, 0] != 0
    first = np.zeros(len(steps), bool)
    first[(np.cumsum(lengths) - lengths)[lengths > 0]] = True
    turns = bool((east != (steps[:, 1] != 0)).all() and (first[1:] | (east[1:] != east[:-1])).all())
    return {
        "rings": pack_steps(np.array([len(shape) for shape in shapes])),
        "lengths": pack_steps(lengths),
        "starts": pack_steps(np.diff(starts, axis=0, prepend=0).ravel()),
        "steps": pack_steps(steps.sum(axis=1) if turns else steps.ravel()),
        **({"east": deflated(np.packbits(east[first]).tobytes())} if turns else {}),
    }


def _by_recency(labels: list[int]) -> tuple[list[int], list[int]]:
    """For each label how many others were used since it was last, or ESCAPE and the label itself in `fresh`."""
    turns: list[int] = []
    fresh: list[int] = []
    recent: list[int] = []
    for label in labels:
        if label in recent:
            turn = recent.index(label)
            del recent[turn]
        else:
            turn = ESCAPE
            fresh.append(label)
            del recent[RECENT - 1 :]
        turns.append(turn)
        recent.insert(0, label)
    return turns, fresh
