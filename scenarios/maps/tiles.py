"""Background tiles from the network, where a planner asks for them: the one thing that a map may fetch."""

from __future__ import annotations

import re
from dataclasses import dataclass

_URL = re.compile(r"(https://)([\w.-]*)(\{s\}\.)?([\w-]+(?:\.[\w-]+)*)(:\d+)?(/[^\s\"'<>;,]*)")


@dataclass(frozen=True, slots=True)
class OnlineTiles:
    """A service of 256-pixel tiles in Web Mercator: `url` with {z}, {x}, {y}, maybe {s}, and whom to thank.

    ValueError where the address is not https, lacks a place for a number, or names nobody to thank.
    """

    url: str
    attribution: str
    max_zoom: int = 19

    def __post_init__(self) -> None:
        if not _URL.fullmatch(self.url) or not all(part in self.url for part in ("{z}", "{x}", "{y}")):
            raise ValueError(f"tiles need an https address with {{z}}, {{x}} and {{y}}, not {self.url!r}")
        if not self.attribution.strip():
            raise ValueError("tiles need an attribution: whom the service asks to be named")

    @property
    def source(self) -> str:
        """What the page's content security policy lets in: this host and no other."""
        found = _URL.fullmatch(self.url)
        assert found is not None  # __post_init__ has seen it
        scheme, prefix, sub, host, port, _ = found.groups()
        return scheme + ("*." + host if sub else prefix + host) + (port or "")
