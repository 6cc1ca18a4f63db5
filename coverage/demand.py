"""How much traffic people bring to the radio network in the busy hour, for any year."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

DAYS_PER_MONTH = 30.0


@dataclass(frozen=True, slots=True)
class Adoption:
    """Subscriptions per 100 people and what each carries.

    - `telephone_per_100`, `broadband_per_100`, `smartphone_per_100`: the province's figures
    - `smartphone_gb_per_month` in `reference_year`, growing by `growth_per_year` (0.12: 12 % a year)
    - `other_gb_per_month`: of a mobile broadband subscription without a smartphone
    - `voice_erlang` of a telephone subscription in the busy hour, at `voice_kbps`
    - `busy_hour_share` of a day's traffic; `downlink_share` of all traffic
    - `fiveg_share` of the traffic that is of 5G devices: {year: share}, linear between, level outside
    """

    telephone_per_100: float
    broadband_per_100: float
    smartphone_per_100: float
    smartphone_gb_per_month: float
    other_gb_per_month: float
    reference_year: int
    growth_per_year: float
    voice_erlang: float
    voice_kbps: float
    busy_hour_share: float
    downlink_share: float
    fiveg_share: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        for name in (
            "telephone_per_100", "broadband_per_100", "smartphone_per_100", "smartphone_gb_per_month",
            "other_gb_per_month", "voice_erlang", "voice_kbps",
        ):  # fmt: skip
            if not getattr(self, name) >= 0.0:
                raise ValueError(f"{name} must not be negative: {getattr(self, name)}")
        for name in ("busy_hour_share", "downlink_share"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must lie above 0 and at most 1, not {getattr(self, name)}")
        if not self.growth_per_year > -1.0:
            raise ValueError(
                f"growth_per_year must be above -1 (all traffic lost), not {self.growth_per_year}"
            )
        if any(not 0.0 <= share <= 1.0 for _, share in self.fiveg_share):
            raise ValueError("every fiveg_share must lie between 0 and 1")


def downlink_kbps_per_person(adoption: Adoption, year: int) -> float:
    """Mean downlink traffic of one person in the busy hour, kbit/s."""
    smartphones = adoption.smartphone_per_100 / 100.0
    others = max(0.0, adoption.broadband_per_100 - adoption.smartphone_per_100) / 100.0
    gb = smartphones * adoption.smartphone_gb_per_month + others * adoption.other_gb_per_month
    gb *= (1.0 + adoption.growth_per_year) ** (year - adoption.reference_year)
    data_kbps = gb * 8e6 / DAYS_PER_MONTH * adoption.busy_hour_share / 3600.0 * adoption.downlink_share
    # a call sends as long as it listens: its downlink runs all the time that it lasts
    voice_kbps = adoption.telephone_per_100 / 100.0 * adoption.voice_erlang * adoption.voice_kbps
    return data_kbps + voice_kbps


def fiveg_share(adoption: Adoption, year: int) -> float:
    """Share of the traffic that 5G devices bring in a year; 0 where nothing is known."""
    known = sorted(adoption.fiveg_share)
    if not known:
        return 0.0
    if year <= known[0][0]:
        return known[0][1]
    for (y0, s0), (y1, s1) in pairwise(known):
        if year <= y1:
            return s0 + (s1 - s0) * (year - y0) / (y1 - y0)
    return known[-1][1]
