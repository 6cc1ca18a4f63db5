"""Random numbers that belong to things, not to the order in which they are asked for.

A mast's fading and a sector's power error are functions of the seed, the draw and the thing's own name, so two
plans that share a station share its errors (common random numbers), and workers cannot change the result.
SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) does the mixing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

U64 = NDArray[np.uint64]
COORDINATE = 2**52  # numbers from here to twice as much pick a realisation by a coordinate between 0 and 1


def mixed(keys: U64) -> U64:
    """Each key scattered over all 64-bit numbers."""
    with np.errstate(over="ignore"):
        z = keys + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        result: U64 = z ^ (z >> np.uint64(31))
    return result


def keys_of(names: Iterable[str]) -> U64:
    """A 64-bit key of each name."""
    digests = (hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.array([int.from_bytes(digest, "little") for digest in digests], np.uint64)


def scattered(keys: U64, seed: int, stream: int, draw: int) -> U64:
    """64-bit numbers, one a key, for one stream of one draw."""
    start = mixed(np.array([seed % 2**64], np.uint64))
    start = mixed(start ^ np.uint64(stream))
    start = mixed(start ^ np.uint64(draw % 2**64))
    return mixed(keys ^ start)


def normals(keys: U64, seed: int, stream: int, draw: int) -> NDArray[np.float32]:
    """Normal numbers of mean 0 and variance 1, one a key."""
    uniform = ((scattered(keys, seed, stream, draw) >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
    result: NDArray[np.float32] = ndtri(uniform).astype(np.float32)
    return result


def spread_evenly(seed: int, base: int, number: int) -> float:
    """A normal number shared by the whole province, the numbers of successive draws spread evenly.

    Van der Corput's sequence in a prime `base`, turned by the seed: what moves everything at once would otherwise
    need thousands of draws. A number from COORDINATE on is a place between 0 and 1 itself.
    """
    if number >= COORDINATE:
        at = (number - COORDINATE + 0.5) / COORDINATE
    else:
        turned = scattered(np.array([base], np.uint64), seed, 0, 0)[0] / 2.0**64
        at, digit, left = float(turned), 1.0 / base, number + 1
        while left:
            at += digit * (left % base)
            left //= base
            digit /= base
        at %= 1.0
    return float(ndtri(min(max(at, 1e-9), 1.0 - 1e-9)))


def generator(seed: int, stream: int, draw: int) -> np.random.Generator:
    """A generator of its own for one stream of one draw."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, stream, draw))))
