"""The air over Bình Phước: refractivity, rain, vapour, as stated constants.

ITU's digital maps are no part of this package. The values below were read from them, bilinearly, at 11.6° N
106.9° E, the middle of the province; from corner to corner (11.1° N 106.2° E to 12.2° N 107.2° E) they move
by the amount given with each. Another province passes its own numbers to the models.
"""

from __future__ import annotations

LATITUDE_DEG = 11.6
LONGITUDE_DEG = 106.9

# Mean lapse rate of refractivity in the lowest kilometre, N-units/km, and sea-level surface refractivity,
# N-units: maps DN50 and N050 of P.1812-8 (the same files as P.452-16). They move by 1.1 and 1.0.
DELTA_N = 51.8
N_0 = 379.4

# Lapse rate in the lowest 65 m not exceeded for 1 % of the year, N-units/km: P.453-13 map, for P.530's
# multipath fading. It moves by 41.
DN_65M_1_PERCENT = -192.0

# Standard deviation of terrain heights in a 110 km square, m: P.530-17 map.
TERRAIN_ROUGHNESS_M = 120.6

# Rain rate exceeded for 0.01 % of the year, mm/h: P.837-7 map. It moves by 4.5.
RAIN_RATE_001_MM_H = 99.9

# Median surface water vapour density, g/m³ (P.836-6 map), and mean annual surface temperature, K (P.1510-1).
WATER_VAPOUR_G_M3 = 19.6
TEMPERATURE_K = 299.4
# Pressure of the dry part of the air, hPa: 999 at 120 m of P.835-6's low-latitude reference atmosphere, less
# the vapour's own 27.
DRY_PRESSURE_HPA = 972.0
