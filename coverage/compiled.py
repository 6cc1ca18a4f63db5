"""Compiled code and where it is kept: the one place that talks to Numba's cache.

Numba keys a cached function by its own file, so a loop would keep the old formula of a scalar that was
edited in another file. Here the cache lives in the user's cache folder, in a directory named by a hash of
all kernel sources, the Numba version and the processor: any edit starts a new one.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import platformdirs

_ROOMS = ("propagation", "kernels", "siting")


def cache_folder() -> Path:
    """The folder of this version's compiled code, under `PHUSONG_CACHE` or the user's cache folder."""
    digest = hashlib.sha256(f"{numba.__version__} {platform.processor()} {platform.machine()}".encode())
    digest.update(str(Path(__file__).parent).encode() + sources_sha256().encode())
    base = os.environ.get("PHUSONG_CACHE") or platformdirs.user_cache_dir("phusong")
    return Path(base) / "compiled" / digest.hexdigest()[:16]


def sources_sha256() -> str:
    """A fingerprint of the sources of everything that is compiled."""
    here, digest = Path(__file__).parent, hashlib.sha256()
    for source in sorted(path for room in _ROOMS for path in (here / room).rglob("*.py")):
        digest.update(source.relative_to(here).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()


numba.config.CACHE_DIR = str(cache_folder())


def jit(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`numba.njit`, cached, dividing by zero as NumPy does; `options` add to that (parallel, fastmath …)."""
    return numba.njit(**{"cache": True, "error_model": "numpy", **options})


@contextmanager
def one_core() -> Iterator[None]:
    """Within it compiled loops run on one core: for work so short that waiting for the others costs more."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def use_cores(count: int) -> None:
    """Lets compiled loops run on `count` cores, at most as many as there are; results do not depend on it."""
    numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))
