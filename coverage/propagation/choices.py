"""The words that models take for their choices, by themselves: what reads a scenario file must not wait for
compiled code."""

from __future__ import annotations

POLARIZATIONS = ("vertical", "horizontal")
HATA_ENVIRONMENTS = ("urban", "suburban", "open")
ITM_CLIMATES = (
    "equatorial",
    "continental_subtropical",
    "maritime_subtropical",
    "desert",
    "continental_temperate",
    "maritime_temperate_over_land",
    "maritime_temperate_over_sea",
)
ITM_SITINGS = ("random", "careful", "very_careful")
ITM_VARIABILITIES = ("single_message", "individual", "mobile", "broadcast")
SUI_TERRAINS = ("A", "B", "C")  # A hilly with many trees, B between, C flat with few trees
P2108_ENVIRONMENTS = ("water", "open", "suburban", "urban", "forest", "dense-urban")
P2109_BUILDINGS = ("traditional", "thermally-efficient")
P833_WOODLANDS = ("tropical", "temperate", "mixed-forest")
TR38901_BUILDINGS = ("low-loss", "high-loss")
