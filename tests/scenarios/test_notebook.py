"""What a notebook shows of a run, and what the packages export."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import pytest

import phusong.coverage
import phusong.scenarios
from phusong.scenarios.result import RunResult


def test_a_run_shows_its_layers_its_gaps_and_what_is_synthetic(
    made_up_result: Callable[..., RunResult],
) -> None:
    result = made_up_result(hostile=True)
    html = result._repr_html_()
    assert "Dữ liệu mô phỏng một phần" in html
    assert "viettel-4g" in html
    assert str(result.gaps.sort_values("people", ascending=False)["gap_id"].iloc[0]) in html
    assert "<img" not in replace(result, title_vi="<img src=x>")._repr_html_()
    gap = result.gaps.assign(hamlets="<img src=x>")
    assert "<img" not in replace(result, gaps=gap)._repr_html_()
    measured = {**result.summary, "synthetic_inputs": []}
    assert "mô phỏng một phần" not in replace(result, summary=measured)._repr_html_()


def test_a_coverage_map_shows_its_model_and_every_layer(made_up_result: Callable[..., RunResult]) -> None:
    coverage = made_up_result().coverage
    html = replace(coverage, model="<b>mine</b>")._repr_html_()
    assert "&lt;b&gt;mine" in html
    assert "not a measurement" in html
    for key, layer in coverage.layers.items():
        assert f"<th>{key}</th>" in html
        assert f"{(layer.rsrp_dbm >= layer.threshold_dbm).mean():.1%}" in html


def test_a_map_stands_in_a_frame_of_its_own(made_up_result: Callable[..., RunResult]) -> None:
    html = phusong.scenarios.MapView(made_up_result(), lang="en", height_px=400)._repr_html_()
    assert html.startswith('<iframe srcdoc="&lt;!')
    assert html.count('"') == 4  # the page inside is escaped whole
    assert "height:400px" in html


@pytest.mark.parametrize("package", [phusong.coverage, phusong.scenarios])
def test_every_export_is_what_its_module_holds(package: object) -> None:
    for name, home in package._HOMES.items():  # type: ignore[attr-defined]
        module = import_module(f"{package.__name__}.{home}")  # type: ignore[attr-defined]
        assert getattr(package, name) is getattr(module, name)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_exports_are_loaded_when_asked_for_only() -> None:
    code = (
        "import sys, phusong.scenarios, phusong.coverage\n"
        "heavy = {'numpy', 'numba', 'geopandas'} & set(sys.modules)\nassert not heavy, heavy\n"
        "from phusong.scenarios import load_scenario\nassert load_scenario('border').year == 2025\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
