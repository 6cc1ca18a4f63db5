"""Other networks of a scenario on a piece of the reference province, with a coverage map made by hand."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from scipy.spatial import cKDTree

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.service import People
from phusong.geodata.errors import InputError
from phusong.geodata.networks import Networks
from phusong.scenarios.busy_hour import busy_hour
from phusong.scenarios.inputs import Inputs, load_inputs
from phusong.scenarios.maps.door import vector_payload
from phusong.scenarios.maps.other_networks import network_layers
from phusong.scenarios.networks.answer import (
    NetworksAnswer,
    load_networks,
    network_phases,
    other_networks,
    with_networks,
    write_networks,
)
from phusong.scenarios.networks.capacity import capacity_answer
from phusong.scenarios.networks.fixed import fixed_answer
from phusong.scenarios.networks.loudspeakers import loudspeaker_answer
from phusong.scenarios.networks.words import network_sentences
from phusong.scenarios.report.networks import network_paragraphs, network_tables
from phusong.scenarios.report.page import render_report
from phusong.scenarios.report.xlsx import write_workbook
from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario import Scenario
from phusong.scenarios.scenario_file import load_scenario, with_resolution

COMMUNES = 6


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return with_resolution(load_scenario("demand-2030"), 500.0).model_copy(update={"year": 2025})


@pytest.fixture(scope="module")
def inputs(scenario: Scenario) -> Inputs:
    """The province, with the people of a few communes only."""
    whole = load_inputs(scenario)
    communes = whole.province.communes["code"].to_numpy()[-COMMUNES:]
    rows = np.flatnonzero(whole.province.hamlets["commune_code"].isin(communes).to_numpy())
    here = np.isin(whole.people.hamlet, rows)
    people = whole.people
    return replace(
        whole,
        people=People(people.x_m[here], people.y_m[here], people.people[here], people.hamlet[here]),
    )


@pytest.fixture(scope="module")
def networks(scenario: Scenario, inputs: Inputs) -> Networks:
    return load_networks(scenario, inputs)


@pytest.fixture(scope="module")
def coverage(inputs: Inputs) -> CoverageMap:
    """Every place is served by the nearest site's first sector; the level falls by 35 dB a decade."""
    x, y = np.meshgrid(inputs.grid.x_m(), inputs.grid.y_m())
    at = np.column_stack([x.ravel(), y.ravel()])
    layers = {}
    groups: dict[tuple[str, str], list[int]] = {}
    for index, sector in enumerate(inputs.sectors):
        groups.setdefault((sector.operator, sector.carrier.technology), []).append(index)
        groups.setdefault(("any", sector.carrier.technology), []).append(index)
    for (operator, technology), members in groups.items():
        where = np.array([(inputs.sectors[k].x_m, inputs.sectors[k].y_m) for k in members])
        away, nearest = cKDTree(where).query(at)
        level = -55.0 - 35.0 * np.log10(np.maximum(away, 50.0) / 100.0)
        shape = inputs.grid.shape
        key = f"{operator}-{technology}".lower()
        layers[key] = Layer(
            key, operator, technology, -110.0,
            level.astype(np.float32).reshape(shape),
            np.array(members, np.int32)[nearest].reshape(shape),
            (level - 6.0).astype(np.float32).reshape(shape),
            np.ones(shape, np.uint8),
            np.full(shape, 8.0, np.float32),
        )  # fmt: skip
    return CoverageMap(inputs.grid, inputs.sectors, layers, "by hand")


@pytest.fixture(scope="module")
def answer(scenario: Scenario, inputs: Inputs, coverage: CoverageMap) -> NetworksAnswer:
    return other_networks(scenario, inputs, coverage, busy_hour(scenario, inputs, coverage))


def _with(scenario: Scenario, table: str, **values: object) -> Scenario:
    return scenario.model_copy(update={table: getattr(scenario, table).model_copy(update=values)})


def test_planned_boxes_bring_fibre_nearer(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, networks: Networks, answer: NetworksAnswer
) -> None:
    after = fixed_answer(_with(scenario, "fixed", build_planned=True), inputs, coverage, networks).summary
    before = answer.summary["fixed"]
    assert after["people_within_drop_share"] > before["people_within_drop_share"] + 0.02
    assert after["homes_left"] < before["homes_left"]
    assert load_scenario("fibre-2025").fixed.build_planned


def test_homes_and_costs_of_the_plan_add_up(answer: NetworksAnswer) -> None:
    table, plan = answer.fixed, answer.summary["fixed"]["plan"]
    connected = table["homes_by_fibre"] + table["homes_by_wireless"] + table["homes_unconnected"]
    assert connected.to_numpy() == pytest.approx(table["homes_left"].to_numpy(), abs=0.2)
    assert table["cost_vnd"].sum() == pytest.approx(plan["cost_vnd"], rel=1e-3)
    assert plan["cable_cost_bound_vnd"] <= plan["cable_cost_vnd"]
    assert plan["cable_cost_gap"] < 0.05
    assert answer.fibre_cables["length_km"].sum() == pytest.approx(plan["cable_km"], abs=0.1)
    assert (answer.fibre_groups["mode"] == "fibre").sum() == plan["new_access_points"]


def test_radio_is_taken_only_where_it_reaches_and_saves(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, networks: Networks, answer: NetworksAnswer
) -> None:
    without = fixed_answer(_with(scenario, "fixed", wireless=False), inputs, coverage, networks).summary
    assert without["plan"]["homes_by_wireless"] == 0
    assert answer.summary["fixed"]["plan"]["homes_by_wireless"] > 0
    assert answer.summary["fixed"]["plan"]["cost_vnd"] < without["plan"]["cost_vnd"]


def test_second_clusters_are_heard_by_more_people(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, networks: Networks, answer: NetworksAnswer
) -> None:
    built = _with(scenario, "loudspeakers", build_planned=True)
    after = loudspeaker_answer(built, inputs, coverage, networks).summary
    before = answer.summary["loudspeakers"]
    assert after["people_outdoors_share"] > before["people_outdoors_share"]
    assert after["clusters_needed"] < before["clusters_needed"]
    assert load_scenario("loudspeaker-clusters").loudspeakers.build_planned


def test_clusters_needed_are_places_of_their_hamlet(answer: NetworksAnswer) -> None:
    placed = answer.new_clusters["hamlet_id"].value_counts()
    needed = answer.hearing.set_index("hamlet_id")["clusters_needed"]
    assert needed[needed > 0].to_dict() == placed.to_dict()


def test_a_loudspeaker_without_4g_is_silent(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, networks: Networks, answer: NetworksAnswer
) -> None:
    deaf = replace(coverage, layers={key: layer for key, layer in coverage.layers.items() if "4g" not in key})
    silent = loudspeaker_answer(scenario, inputs, deaf, networks)
    assert (silent.clusters["link_works"] <= (silent.clusters["link"] == "fibre")).all()
    assert silent.summary["people_outdoors_share"] < answer.summary["loudspeakers"]["people_outdoors_share"]
    assert "4G" in silent.warnings[0]


def test_traffic_is_conserved_and_loads_are_exact(scenario: Scenario, answer: NetworksAnswer) -> None:
    growth = answer.growth
    now = growth[growth["year"] == scenario.year].set_index("layer")
    for key, rows in answer.cells.groupby("layer"):
        carried = now.loc[str(key), "traffic_mbps"] - now.loc[str(key), "unserved_mbps"]
        assert rows["traffic_mbps"].sum() == pytest.approx(carried, abs=1.0)
    assert (growth["error"] <= 1e-4).all()


def test_demand_of_2030_overloads_more_cells(answer: NetworksAnswer) -> None:
    over = answer.summary["capacity"]["overloaded_by_year"]
    assert list(over) == [str(year) for year in range(2025, 2031)]
    assert over["2030"] > over["2025"]
    assert load_scenario("demand-2030").year == 2030


def test_without_interference_known_there_is_a_warning_and_no_load(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap
) -> None:
    unknown = _with(scenario, "radio", load=0.0)
    quiet = capacity_answer(unknown, inputs, busy_hour(unknown, inputs, coverage))
    assert len(quiet.warnings) == 1
    assert quiet.cells.empty
    assert quiet.growth.empty


def test_everything_is_written_and_reads_back(answer: NetworksAnswer, tmp_path: Path) -> None:
    write_networks(answer, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "fixed.csv", "loudspeakers.csv", "hearing.csv", "capacity.csv", "growth.csv", "networks.gpkg",
    }  # fmt: skip
    assert len(pd.read_csv(tmp_path / "fixed.csv", dtype={"hamlet_id": str})) == 843
    speakers = pd.read_csv(tmp_path / "loudspeakers.csv")
    assert {"lat", "lon", "link_works", "synthetic"} <= set(speakers.columns)
    names = [str(name) for name, _ in pyogrio.list_layers(tmp_path / "networks.gpkg")]
    assert names == ["access_points", "fibre_cables", "fibre_groups", "loudspeakers", "new_clusters", "cells"]
    cells = pyogrio.read_dataframe(tmp_path / "networks.gpkg", layer="cells")
    assert len(cells) == len(answer.cells)
    json.dumps(answer.summary, allow_nan=False)


def test_the_same_question_gives_the_same_bytes(
    scenario: Scenario, inputs: Inputs, coverage: CoverageMap, answer: NetworksAnswer, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    write_networks(answer, tmp_path / "one")
    again = other_networks(scenario, inputs, coverage, busy_hour(scenario, inputs, coverage))
    write_networks(again, tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_data_without_fibre_and_loudspeakers_still_has_loads(
    scenario: Scenario,
    inputs: Inputs,
    coverage: CoverageMap,
    networks: Networks,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    none = replace(
        networks, access_points=networks.access_points.iloc[:0], loudspeakers=networks.loudspeakers.iloc[:0]
    )
    monkeypatch.setattr("phusong.scenarios.networks.answer.load_networks", lambda *_: none)
    bare = other_networks(scenario, inputs, coverage, busy_hour(scenario, inputs, coverage))
    assert set(bare.summary) == {"capacity"}
    write_networks(bare, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"capacity.csv", "growth.csv", "networks.gpkg"}


def test_the_map_gets_every_point_and_cable(
    answer: NetworksAnswer, made_up_result: Callable[..., RunResult]
) -> None:
    layers = {layer.key: layer for layer in network_layers(with_networks(made_up_result(), answer))}
    assert list(layers) == ["fibre", "loudspeakers", "loads"]
    assert len(layers["fibre"].table) == sum(
        len(table) for table in (answer.fibre_cables, answer.access_points, answer.fibre_groups)
    )
    assert len(layers["loudspeakers"].table) == len(answer.loudspeakers) + len(answer.new_clusters)
    assert len(layers["loads"].table) == len(answer.cells)
    shown = json.loads(zlib.decompress(vector_payload(layers["loudspeakers"])["packed"]))
    at = np.cumsum(np.array(shown["at"]).reshape(-1, 2), axis=0) * 1e-5
    there = answer.loudspeakers.geometry.to_crs("EPSG:4326")
    assert at[: len(there), 1] == pytest.approx(there.y.to_numpy(), abs=1e-5)
    said = " ".join(text for layer in layers.values() for note in layer.notes for text in note)
    assert "Cụm loa truyền thanh" in said
    assert "Fibre access points" in said


def test_reports_have_a_section_and_sheets(
    answer: NetworksAnswer, made_up_result: Callable[..., RunResult], tmp_path: Path
) -> None:
    result = with_networks(made_up_result(), replace(answer, warnings=("đường rời · roads apart",)))
    html = render_report(result, "vi")
    for heading, text in network_paragraphs(result, "vi"):
        assert heading in html
        assert escape(text, quote=False) in html
    assert "roads apart" in html
    assert "Điểm truy nhập cáp quang" in html
    tables = {table.key: table for table in network_tables(result, "en")}
    assert set(tables) == {"fixed", "hearing", "cells"}
    loads = [row["load"] for row in tables["cells"].rows]
    assert loads == sorted(loads, reverse=True)
    write_workbook(result, tmp_path / "report.xlsx", lang="en")
    sheets = openpyxl.load_workbook(tmp_path / "report.xlsx", read_only=True).sheetnames
    assert sheets[-3:] == ["Fixed broadband", "Loudspeakers", "Busy-hour load"]
    assert network_tables(made_up_result(), "vi") == ()
    assert network_paragraphs(made_up_result(), "vi") == []


def test_phases_have_a_row_a_year(answer: NetworksAnswer, made_up_result: Callable[..., RunResult]) -> None:
    plain = made_up_result()
    later = replace(with_networks(plain, answer), year=plain.year + 1)
    table = network_phases([plain, later])
    assert table["year"].tolist() == [plain.year, plain.year + 1]
    assert np.isnan(table["homes_left"].iloc[0])
    assert table["homes_left"].iloc[1] == answer.summary["fixed"]["homes_left"]
    assert table["overloaded"].iloc[1] == answer.summary["capacity"]["overloaded_by_year"]["2025"]


def test_every_network_is_told_in_both_languages(answer: NetworksAnswer) -> None:
    summary = {
        **answer.summary,
        "fixed": {
            **answer.summary["fixed"], "people_within_drop_share": 0.8512, "homes_left": 12345,
        },
    }  # fmt: skip
    vi, en = (network_sentences(summary, lang) for lang in ("vi", "en"))
    assert [heading for heading, _ in vi] == ["Băng rộng cố định", "Loa truyền thanh", "Tải giờ cao điểm"]
    assert "85,1 % dân" in vi[0][1]
    assert "12.345 hộ" in vi[0][1]
    assert "85.1% of people" in en[0][1]
    assert "12,345 homes" in en[0][1]
    assert network_sentences({}, "vi") == []
    assert network_sentences({"capacity": {"layers": []}}, "en") == [("Busy-hour load", "Not computed.")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[demand]\nsmartphone_gb_per_month = -1.0", r"line 4: demand.smartphone_gb_per_month: .*not -1"),
        ("[demand]\nsmartfone_per_100 = 1.0", r"did you mean 'smartphone_per_100'"),
        ("[demand.fiveg_share]\nsoon = 0.5", r"demand.fiveg_share: its keys are years"),
        ("[demand.operator_share]\nViettel = 0.9", r"operator_share adds up to 1.280"),
        ("[fixed]\ndrop_m = 0.0", r"line 4: fixed.drop_m"),
        ("[fixed]\ncable_vnd_per_km = -5.0", r"fixed.cable_vnd_per_km: .*greater than 0"),
        ("[loudspeakers]\nnew_power_w = 0.0", r"line 4: loudspeakers.new_power_w"),
        ("[loudspeakers]\nshare = 2.0", r"loudspeakers.share"),
        ("[loudspeaker]\nshare = 0.5", r"did you mean 'loudspeakers'"),
    ],
)
def test_mistakes_in_the_keys_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(f'base = "baseline-2024"\nname = "x"\n{text}\n', "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_scenario(str(path))
    assert "\n" not in str(caught.value)
