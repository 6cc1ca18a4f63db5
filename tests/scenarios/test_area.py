"""The area of interest: a part of the province answers as the whole would."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from phusong.coverage.predict import predict
from phusong.geodata import reference
from phusong.geodata.errors import InputError
from phusong.geodata.province import Province
from phusong.scenarios.area import bounds_of, cropped
from phusong.scenarios.inputs import Inputs, ground_of, load_inputs, options_of
from phusong.scenarios.scenario import Scenario


@pytest.fixture(scope="module")
def province() -> Province:
    return reference.load()


@pytest.fixture(scope="module")
def inputs(small_scenario: Scenario) -> Inputs:
    return load_inputs(small_scenario)


def test_units_hamlets_and_people_are_those_inside(province: Province, inputs: Inputs) -> None:
    part = inputs.province
    code = province.districts.set_index("name").loc["Huyện Bù Đốp", "code"]
    mine = province.communes["district_code"] == code
    assert set(part.communes["code"]) == set(province.communes.loc[mine, "code"])
    assert part.districts["code"].tolist() == [code]
    hamlets = province.hamlets[province.hamlets["commune_code"].isin(part.communes["code"])]
    assert part.hamlets["hamlet_id"].tolist() == hamlets["hamlet_id"].tolist()
    # every person counts to the hamlet of the whole province's raster
    assert inputs.people.people.sum() == pytest.approx(
        province.population.values[np.isin(province.hamlet_of_cell.values, hamlets.index)].sum()
    )
    row, col = province.population.grid.row_col(inputs.people.x_m[:500], inputs.people.y_m[:500])
    whole = province.hamlet_of_cell.values[row, col]
    assert (
        part.hamlets["name"].to_numpy()[inputs.people.hamlet[:500]]
        == province.hamlets["name"].to_numpy()[whole]
    ).all()


def test_the_grid_covers_the_area_and_its_part_of_the_border_road(province: Province, inputs: Inputs) -> None:
    west, south, east, north = inputs.grid.bounds_m
    left, low, right, high = bounds_of(inputs.province)
    assert west <= left < right <= east
    assert south <= low < high <= north
    assert 0 < inputs.province.patrol_road.length < province.patrol_road.length
    inland = cropped(province, ["Thành phố Đồng Xoài"], reach_m=5000.0)
    assert inland.patrol_road.is_empty


def test_a_commune_hears_what_it_hears_in_its_district(inputs: Inputs, small_scenario: Scenario) -> None:
    commune = small_scenario.model_copy(update={"area": ("Xã Phước Thiện",)})
    part = load_inputs(commune)
    options = options_of(small_scenario)
    # 4G alone of the strongest network: the question is the crop, not the radio
    few = dataclasses.replace(options, radius_km={**options.radius_km, "4G": 6.0})

    def levels(given: Inputs) -> np.ndarray:
        sectors = [sector for sector in given.sectors if sector.operator == "VNPT"]
        layer = predict(ground_of(given.province), sectors, grid=given.grid, options=few).layers["vnpt-4g"]
        row, col = given.grid.row_col(part.people.x_m, part.people.y_m)
        return np.nan_to_num(layer.rsrp_dbm[row, col], nan=-999.0)

    assert levels(part) == pytest.approx(levels(inputs), abs=0.02)


def test_units_are_named_by_old_and_new_code_and_name(province: Province) -> None:
    new = cropped(province, ["25222"], reach_m=5000.0)
    assert "Xã Bù Gia Mập" in set(new.communes["name"])
    with pytest.raises(InputError, match="did you mean 'Huyện Bù Đốp'"):
        cropped(province, ["Huyện Bù Dốp"], reach_m=5000.0)
