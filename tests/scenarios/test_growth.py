"""People of a later year: rates compounded hamlet by hamlet, sums kept, the base year left alone."""

from __future__ import annotations

import numpy as np
import pytest

from phusong.geodata import reference
from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.scenarios.growth import GROWN, grown
from phusong.scenarios.scenario import Growth, Scenario
from phusong.scenarios.scenario_file import load_scenario


@pytest.fixture(scope="module")
def province() -> Province:
    return reference.load()


def _scenario(year: int, **growth: object) -> Scenario:
    return load_scenario("baseline-2024").model_copy(
        update={"year": year, "growth": Growth(**growth)}  # type: ignore[arg-type]
    )


def test_nothing_grows_unless_asked(province: Province) -> None:
    assert grown(province, _scenario(2030)) is province
    assert GROWN not in province.synthetic


def test_people_grow_by_compound_rates_and_sums_agree(province: Province) -> None:
    names = province.communes["name"]
    alone = names[
        (province.communes["district"] == "Thị xã Chơn Thành") & ~names.duplicated(keep=False)
    ].iloc[0]
    scenario = _scenario(2030, people_per_year=0.01, units={"Thị xã Chơn Thành": 0.04, alone: 0.0})
    later = grown(province, scenario)
    town = province.hamlets["district"] == "Thị xã Chơn Thành"
    still = province.hamlets["commune"] == alone
    assert town.any()
    rate = np.select([still, town], [0.0, 0.04], 0.01)
    expected = province.hamlets["population"] * (1 + rate) ** 6
    np.testing.assert_allclose(later.hamlets["population"], expected, atol=0.5)
    owner = province.hamlet_of_cell.values
    for hamlet in (0, 400, int(np.flatnonzero(town)[0])):
        mine = owner == hamlet
        ratio = later.population.values[mine].sum() / province.population.values[mine].sum()
        assert ratio == pytest.approx((1 + rate[hamlet]) ** 6, rel=1e-5)
    assert GROWN in later.synthetic
    district = (
        later.districts.set_index("name")["population"] / province.districts.set_index("name")["population"]
    )
    assert district["Huyện Bù Đốp"] == pytest.approx(1.01**6, rel=1e-3)
    assert 1.01**6 < district["Thị xã Chơn Thành"] <= 1.04**6 + 1e-3


def test_a_year_before_the_data_is_refused(province: Province) -> None:
    with pytest.raises(InputError, match=r"before growth\.since 2024"):
        grown(province, _scenario(2020, people_per_year=0.01))


def test_an_unknown_unit_is_answered_with_the_near_one(province: Province) -> None:
    with pytest.raises(InputError, match="did you mean 'Huyện Bù Đốp'"):
        grown(province, _scenario(2030, units={"Huyện Bù Đop": 0.01}))
