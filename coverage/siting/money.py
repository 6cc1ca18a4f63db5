"""What a site costs over its life: investment, yearly cost, support, present value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """Costs of one station in VND.

    `equipment_vnd` radio and power, `tower_vnd` of a new mast, `shared_vnd` of space on one that stands,
    `yearly_vnd` and `shared_yearly_vnd` to run each, over `years` at `discount` (a share a year);
    `support_share` of the equipment is paid by the state (Resolution 193/2025/QH15: 15 %).
    """

    equipment_vnd: float
    tower_vnd: float
    shared_vnd: float
    yearly_vnd: float
    shared_yearly_vnd: float
    years: int
    discount: float
    support_share: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.support_share < 1.0:
            raise ValueError(f"support_share must lie in [0, 1), not {self.support_share}")
        if self.years < 1 or not 0.0 <= self.discount < 1.0:
            raise ValueError("years must be at least 1 and discount lie in [0, 1)")


def investment_vnd(prices: Prices, *, on_mast: bool, connection_vnd: float) -> float:
    """What building one station costs, support taken off."""
    own = prices.equipment_vnd * (1.0 - prices.support_share)
    return own + (prices.shared_vnd if on_mast else prices.tower_vnd) + connection_vnd


def present_cost_vnd(prices: Prices, *, on_mast: bool, connection_vnd: float) -> float:
    """Investment and all yearly costs, discounted to the year of building: the site's net present cost.

    NPV = I + sum_{t=1..n} C / (1 + r)^t, costs counted positive.
    """
    yearly = prices.shared_yearly_vnd if on_mast else prices.yearly_vnd
    if prices.discount == 0.0:
        factor = float(prices.years)
    else:
        factor = (1.0 - (1.0 + prices.discount) ** -prices.years) / prices.discount
    return investment_vnd(prices, on_mast=on_mast, connection_vnd=connection_vnd) + yearly * factor
