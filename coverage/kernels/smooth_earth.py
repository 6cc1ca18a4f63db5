"""The smooth earth along a radial, P.1812-8 §4.3.2-4.3.4: where it matters, and what it adds to Bullington.

The sums of its fit run along; its highest obstruction is an extreme point, and its angles tangents, of the
hull of bare terrain, without bulge or clutter.

Over a smooth earth the clearance at the share u of the way is h₁ (1 − u) + h₂ u − 500 d² u (1 − u) / a_p, the
required one 17.456 √(λ d u (1 − u)). As h₁ (1 − u) + h₂ u ≥ 2 √(h₁ h₂ u (1 − u)) and u (1 − u) ≤ 1/4, there is
enough wherever 2 √(h₁ h₂) ≥ 17.456 √(λ d) + 250 d² / a_p: most samples are done with one product.
"""

from __future__ import annotations

from math import floor, sqrt

from phusong.coverage.compiled import jit
from phusong.coverage.kernels.hull import NEAR, grow, raise_to_highest, raise_to_tangents
from phusong.coverage.kernels.radial import LOWEST, Radial
from phusong.coverage.kernels.vectors import VECTOR, Heights
from phusong.coverage.propagation.elementary import INLINE
from phusong.coverage.propagation.p526 import (
    bullington_finish_db,
    diffraction_heights,
    nu_over_smooth,
    smooth_clearance_share,
    smooth_surface_heights,
    spherical_earth_loss_db,
    wavelength_m,
)


@jit()
def near_products(products: Heights, step_km: float, earth_km: float, longest_m: float) -> None:
    """Fills, by sample, the product of both antennas' heights from which the earth is out of the way, m²."""
    for n in range(products.size):
        d = n * step_km
        root = 0.5 * (17.456 * sqrt(longest_m * d) + 250.0 * d * d / earth_km)
        products[n] = root * root


@jit(**VECTOR)
def _least_heights(radial: Radial, last: int, h_tx: float, receiver_m: float, fall: float) -> None:
    # bounds from below of both antennas' heights over the smooth surface, (83)-(89). With H the height of the
    # mast's horizon above the line of sight, hobs >= H, and the receiver's angle lies between that to the
    # horizon and that of Bullington's profile, which has clutter on it and the bulge below it
    terrain, inverse, before, cut_at = radial.terrain, radial.inverse, radial.extra, radial.cut_at
    v1, v2, cut, rise, hte, hre = radial.v1, radial.v2, radial.cut, radial.rise, radial.hte, radial.hre
    ground = terrain[0]
    # three loops over few arrays each, or the compiler cannot tell them apart
    for n in range(1, last + 1):
        before[n] = max(cut[n] - (terrain[n] + receiver_m - h_tx) * inverse[n], 0.0)
    for n in range(1, last + 1):
        share = inverse[n]
        slope = (terrain[n] + receiver_m - h_tx) * share
        behind = max(rise[n] - fall * n + slope, 1e-9)
        lowered = before[n] * cut_at[n] * before[n] / (before[n] + behind)  # (88b)
        hte[n] = h_tx - min(2.0 * v1[n] * share - v2[n] * share * share - lowered, ground)  # (85)
    for n in range(1, last + 1):
        share = inverse[n]
        lowered = before[n] * cut_at[n] * cut_at[n] * share  # (88c)
        hsr = v2[n] * share * share - v1[n] * share - lowered  # (86)
        hre[n] = terrain[n] + receiver_m - min(hsr, terrain[n])


@jit()
def _close_to_earth(radial: Radial, last: int, stride: int, products: Heights) -> int:
    hte, hre, chosen = radial.hte, radial.hre, radial.chosen
    count = 0
    for k in range(1, last // stride + 1):
        chosen[count] = k
        count += hte[k * stride] * hre[k * stride] < products[k * stride]
    return count


@jit()
def _listed_paths(radial: Radial, count: int, stride: int) -> int:
    # of the listed samples, the paths that bare terrain cuts, with what the nearest samples say of its angles
    terrain, inverse, chosen, paths = radial.terrain, radial.inverse, radial.chosen, radial.paths
    h_rx, slopes, back, peak, cut = radial.h_rx, radial.slope, radial.rise, radial.seen, radial.cut
    found = 0
    for j in range(count):
        n = chosen[j] * stride
        if cut[n] <= slopes[n]:
            continue
        paths[found] = n
        found += 1
        steepest = above = LOWEST
        for m in range(max(1, n - NEAR), n):
            steepest = max(steepest, (terrain[m] - h_rx[n]) * inverse[n - m])
            above = max(above, terrain[m] - slopes[n] * m)
        back[n], peak[n] = steepest, above
    return found


@jit()
def _heights(radial: Radial, count: int, last: int, stride: int, h_tx: float, receiver_m: float) -> None:
    # both antennas' heights over the smooth surface at the listed samples, (85)-(89)
    terrain, inverse, chosen, hull = radial.terrain, radial.inverse, radial.chosen, radial.hull
    h_rx, slopes = radial.h_rx, radial.slope
    back, peak, cut = radial.rise, radial.seen, radial.cut
    v1, v2, hte, hre = radial.v1, radial.v2, radial.hte, radial.hre
    for n in range(1, last + 1):  # this time without bulge
        h_rx[n] = terrain[n] + receiver_m
        slopes[n] = (h_rx[n] - h_tx) * inverse[n]
    found = _listed_paths(radial, count, stride)
    if found > 0:
        grow(hull, terrain, radial.paths[found - 1])
        raise_to_tangents(hull, terrain, inverse, radial.paths, found, NEAR + 1, h_rx, back, radial.where)
        raise_to_highest(hull, terrain, slopes, radial.paths, found, NEAR + 1, peak)
    for j in range(count):
        n = chosen[j] * stride
        slope = slopes[n]
        hst, hsr = smooth_surface_heights(v1[n], v2[n], float(n))
        hobs = peak[n] - h_tx if cut[n] > slope else LOWEST
        hst, hsr = diffraction_heights(
            hst, hsr, hobs, cut[n] - slope, back[n] + slope, terrain[0], terrain[n]
        )  # (87), (88), (89)
        # the list is never ahead of its samples: its entries may overwrite those already read
        hte[j], hre[j] = h_tx - hst, h_rx[n] - hsr


@jit()
def heights_along(
    radial: Radial, last: int, step_km: float, stride: int, h_tx: float, receiver_m: float, earth_km: float,
    longest_m: float, products: Heights,
) -> int:  # fmt: skip
    """Lists the kept samples for which the smooth earth matters, with both antennas' heights above the smooth
    surface for diffraction, m (P.1812-8 (83)-(89)); their number.

    An obstruction lowers the surface and raises the antennas, so where there is clearance without one there
    is with it, and it need not be looked for. `products` are those of `near_products`.
    """
    _least_heights(radial, last, h_tx, receiver_m, 500.0 / earth_km * step_km * step_km)
    count = _close_to_earth(radial, last, stride, products)
    if count == 0:
        return 0
    _heights(radial, count, last, stride, h_tx, receiver_m)
    return _with_smooth_earth(radial, count, step_km * stride, earth_km, longest_m)


@jit(**VECTOR)
def _with_smooth_earth(radial: Radial, count: int, kept_km: float, earth_km: float, longest_m: float) -> int:
    # the test by product is a generous one, and an obstruction raises the antennas
    for j in range(count):
        radial.extra[j] = smooth_clearance_share(
            radial.chosen[j] * kept_km, earth_km, longest_m, radial.hte[j], radial.hre[j]
        )
    left = 0
    for j in range(count):
        radial.hte[left], radial.hre[left] = radial.hte[j], radial.hre[j]
        radial.chosen[left] = radial.chosen[j]
        left += 1 if radial.extra[j] > 0.0 else 0
    return left


@jit(**INLINE)
def _smooth_optimum(d: float, bulge: float, high_m: float, low_m: float) -> float:
    # where ν over a smooth earth is highest on a line of sight: distance from the end with the higher mast.
    # With s = x / (d − x), dν/dx = 0 reads M s (1 − s) + (high − low s) (1 + s)² = 0: one root above zero,
    # right of it the cubic is concave, so Newton's steps from a bound come down to it
    M = bulge * d * d
    half = 4.0 * high_m - M
    s = (half + sqrt(half * half + 16.0 * low_m * M)) / (8.0 * low_m)
    for _ in range(5):
        p = M * s * (1.0 - s) + (high_m - low_m * s) * (1.0 + s) * (1.0 + s)
        slope = M * (1.0 - 2.0 * s) + (1.0 + s) * (2.0 * (high_m - low_m * s) - low_m * (1.0 + s))
        s -= p / slope
    return d * s / (1.0 + s)


@jit(**INLINE)
def smooth_nu(n: float, step_km: float, bulge: float, lam_m: float, hte: float, hre: float) -> float:
    """ν of Bullington's edge over a smooth earth sampled at n equal steps: P.1812-8 §4.3.4 b).

    The same samples decide as in p526.smooth_bullington_loss_db, found without looking for them.
    """
    d = n * step_km
    last = n - 1.0
    i = max(1.0, min(floor(sqrt(hte / bulge) / step_km), last))
    x, further = i * step_km, min(i + 1.0, last) * step_km
    S_tim = max(bulge * (d - x) - hte / x, bulge * (d - further) - hte / further)
    i = max(1.0, min(floor((d - sqrt(hre / bulge)) / step_km), last))
    x, further = i * step_km, min(i + 1.0, last) * step_km
    S_rim = max(bulge * x - hre / (d - x), bulge * further - hre / (d - further))
    higher = hte >= hre
    best = _smooth_optimum(d, bulge, max(hte, hre), min(hte, hre))
    i = max(1.0, min(floor((best if higher else d - best) / step_km), last))
    x, further = i * step_km, min(i + 1.0, last) * step_km
    clear = max(nu_over_smooth(x, d, bulge, hte, hre), nu_over_smooth(further, d, bulge, hte, hre))
    slope = (hre - hte) / d
    blocked = sqrt(max((S_tim - slope) * (S_rim + slope), 0.0))  # (18), (19)
    return (blocked if S_tim > slope else clear) * sqrt(0.002 * d / lam_m)


@jit(**VECTOR)
def smooth_extras(
    radial: Radial, count: int, stride: int, step_km: float, earth_km: float, frequency_mhz: float
) -> None:
    """Fills what the smooth earth adds to Bullington's loss at the listed samples, dB, P.1812-8 (39)."""
    lam_m = wavelength_m(frequency_mhz)
    bulge = 500.0 / earth_km
    f_ghz = frequency_mhz * 1e-3
    for j in range(count):
        n = float(radial.chosen[j] * stride)
        d, hte, hre = n * step_km, radial.hte[j], radial.hre[j]
        L_bulls = bullington_finish_db(smooth_nu(n, step_km, bulge, lam_m, hte, hre), d)
        L_dsph = spherical_earth_loss_db(d, earth_km, f_ghz, lam_m, hte, hre, 0.0, True)
        radial.extra[j] = max(L_dsph - L_bulls, 0.0)  # (39)
