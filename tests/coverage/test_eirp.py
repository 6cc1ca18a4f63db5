"""EIRP limits: what is above goes down to the limit, nothing goes up."""

from __future__ import annotations

import pytest

from phusong.coverage.antenna import catalogue
from phusong.coverage.eirp import capped, eirp_dbm
from phusong.coverage.site import Carrier, Sector

LTE = Carrier("4G", "L1800", 1815.0, 20.0)


def _sector(site: str, power_dbm: float, antenna: str = "panel_1800") -> Sector:
    return Sector(f"{site}-1", site, "Viettel", 0.0, 0.0, 40.0, LTE, antenna, 90.0, 0.0, 4.0, power_dbm)


def test_eirp_is_power_less_feeder_plus_gain() -> None:
    antennas = catalogue()
    sector = _sector("A", 46.0)
    assert eirp_dbm(sector, antennas["panel_1800"]) == pytest.approx(
        46.0 - 1.0 + antennas["panel_1800"].gain_dbi
    )


def test_only_what_is_above_the_limit_of_its_site_goes_down() -> None:
    antennas = catalogue()
    loud, quiet, far = _sector("A", 46.0), _sector("B", 20.0), _sector("C", 46.0)
    found = capped([loud, quiet, far], antennas, {"A": 50.0, "B": 50.0})
    assert eirp_dbm(found[0], antennas[loud.antenna]) == pytest.approx(50.0)
    assert found[1] is quiet
    assert found[2] is far
    assert found[0].azimuth_deg == loud.azimuth_deg
    assert capped(found, antennas, {"A": 50.0, "B": 50.0}) == found


def test_an_unknown_antenna_is_refused_where_a_limit_needs_it() -> None:
    with pytest.raises(ValueError, match="no antenna is called nothing"):
        capped([_sector("A", 46.0, "nothing")], catalogue(), {"A": 50.0})
